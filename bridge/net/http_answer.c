/* What goes back: head and body in one write. */
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "net/http_private.h"

#define HEAD_SIZE  2048
#define JSON_TYPE  "application/problem+json"
#define RETRY_LINE "Retry-After: 2\r\n"

const char *status_text(unsigned status)
{
	static const struct {
		unsigned status;
		const char *text;
	} texts[] = {
		{200, "OK"},
		{201, "Created"},
		{202, "Accepted"},
		{204, "No Content"},
		{302, "Found"},
		{303, "See Other"},
		{304, "Not Modified"},
		{400, "Bad Request"},
		{401, "Unauthorized"},
		{403, "Forbidden"},
		{404, "Not Found"},
		{405, "Method Not Allowed"},
		{406, "Not Acceptable"},
		{408, "Request Timeout"},
		{409, "Conflict"},
		{410, "Gone"},
		{411, "Length Required"},
		{413, "Content Too Large"},
		{414, "URI Too Long"},
		{415, "Unsupported Media Type"},
		{417, "Expectation Failed"},
		{422, "Unprocessable Content"},
		{426, "Upgrade Required"},
		{429, "Too Many Requests"},
		{431, "Request Header Fields Too Large"},
		{500, "Internal Server Error"},
		{501, "Not Implemented"},
		{503, "Service Unavailable"},
		{505, "HTTP Version Not Supported"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (texts[i].status == status)
			return texts[i].text;
	return "Unknown";
}

static bool has_body(const struct answer *answer)
{
	return answer->status != 204 && answer->status != 304;
}

static size_t append(char *text, size_t size, size_t at, const char *name, const char *value)
{
	int n = snprintf(text + at, size - at, "%s%s\r\n", name, value);

	if (n < 0 || (size_t)n >= size - at)
		panic("an answer's head is larger than %zu bytes", size);
	return at + (size_t)n;
}

static size_t append_length(char *text, size_t size, size_t at, const struct answer *answer)
{
	char length[24];

	if (answer->has_no_length)
		return append(text, size, at, "Transfer-Encoding: ", "chunked");
	snprintf(length, sizeof(length), "%zu", answer->len);
	return append(text, size, at, "Content-Length: ", length);
}

size_t answer_head(const struct http *http, const struct answer *answer, bool is_kept,
		   char *text, size_t size)
{
	char status[64];
	size_t at;

	snprintf(status, sizeof(status), "%u %s", answer->status, status_text(answer->status));
	at = append(text, size, 0, "HTTP/1.1 ", status);
	at = append(text, size, at, "Date: ", http->date);
	if (has_body(answer)) {
		if (answer->content_type != NULL)
			at = append(text, size, at, "Content-Type: ", answer->content_type);
		at = append_length(text, size, at, answer);
	}
	at = append(text, size, at, "Connection: ", is_kept ? "keep-alive" : "close");
	at = append(text, size, at,
		    "Cache-Control: ", answer->cache != NULL ? answer->cache : "no-store");
	at = append(text, size, at, "X-Content-Type-Options: nosniff\r\n",
		    "Referrer-Policy: no-referrer");
	if (answer->extra_headers != NULL)
		at = append(text, size, at, answer->extra_headers, "") - strlen("\r\n");
	return append(text, size, at, "", "");
}

static void send_on(struct conn *conn, const struct answer *answer, bool is_head)
{
	char head[HEAD_SIZE];
	size_t len = answer_head(conn->http, answer, conn->is_kept, head, sizeof(head));
	bool is_bare = is_head || !has_body(answer);
	struct iovec parts[2] = {WRITE_PART(head, len), WRITE_PART(answer->body, answer->len)};

	if (conn_write(conn, parts, is_bare ? 1 : 2, answer->is_lasting && !is_bare) < 0)
		conn_close(conn);
	else
		conn_answered(conn);
}

void answer_send(struct http_request **request, const struct answer *answer)
{
	struct http_request *mine = *request;

	*request = NULL;
	if (mine->conn != NULL) {
		mine->conn->request = NULL;
		mine->conn->is_kept &= !mine->http->is_stopping;
		send_on(mine->conn, answer, mine->head.is_head);
	}
	request_free(&mine);
}

void http_answer(struct http_request **request, unsigned status, const char *content_type,
		 const char *extra_headers, const void *body, size_t len)
{
	struct answer answer = {.status = status,
				.content_type = content_type,
				.extra_headers = extra_headers,
				.body = body,
				.len = len};

	answer_send(request, &answer);
}

static void write_members(struct jsonw *w, unsigned status, const char *field,
			  const char *detail, const char *extra, size_t extra_len)
{
	jsonw_string(w, "type", "about:blank");
	jsonw_string(w, "title", status_text(status));
	jsonw_int(w, "status", status);
	jsonw_string(w, "detail", detail);
	if (field[0] != '\0') {
		jsonw_open(w, "errors", '[');
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "field", field);
		jsonw_string(w, "detail", detail);
		jsonw_close(w, '}');
		jsonw_close(w, ']');
	}
	if (extra != NULL)
		jsonw_raw(w, NULL, extra, extra_len);
}

void http_write_problem(struct jsonw *w, const char *key, unsigned status, const char *field,
			const char *detail, const char *extra, size_t extra_len)
{
	jsonw_open(w, key, '{');
	write_members(w, status, field, detail, extra, extra_len);
	jsonw_close(w, '}');
}

void http_problem(struct http_request **request, unsigned status, const char *field,
		  const char *detail, const char *extra, size_t extra_len)
{
	struct jsonw w;

	jsonw_init(&w, 256 + extra_len);
	http_write_problem(&w, NULL, status, field, detail, extra, extra_len);
	http_answer(request, status, JSON_TYPE, status == 503 ? RETRY_LINE : NULL, w.text,
		    w.len);
	jsonw_fini(&w);
}

void answer_refuse(struct conn *conn, unsigned status, const char *detail,
		   const char *extra_headers)
{
	struct jsonw w;

	metrics_add(conn->http->metrics, METRIC_HTTP_BAD, 1);
	if (conn->request != NULL)
		request_free(&conn->request);
	conn->is_kept = false;
	conn->is_unclean = true;
	jsonw_init(&w, 256);
	http_write_problem(&w, NULL, status, "", detail, NULL, 0);
	send_on(conn,
		&(struct answer){.status = status,
				 .content_type = JSON_TYPE,
				 .extra_headers = extra_headers,
				 .body = w.text,
				 .len = w.len},
		false);
	jsonw_fini(&w);
}
