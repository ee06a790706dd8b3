/* A request as its handler sees it. */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/xalloc.h"
#include "net/http_private.h"

/* The proxy adds the address it saw at the end; what stands before was said by the client. */
static void set_peer(struct http_request *request)
{
	const char *list = request->head.field[HEAD_FORWARDED_FOR];
	const char *last = list != NULL ? strrchr(list, ',') : NULL;
	unsigned char address[16];

	snprintf(request->peer, sizeof(request->peer), "%s", request->conn->peer->address);
	if (!request->is_trusted || list == NULL)
		return;
	last = last != NULL ? last + 1 : list;
	last += strspn(last, " \t");
	if (inet_pton(AF_INET, last, address) == 1 || inet_pton(AF_INET6, last, address) == 1)
		snprintf(request->peer, sizeof(request->peer), "%s", last);
}

struct http_request *request_new(struct conn *conn, const char *text, size_t len,
				 struct head_fault *fault_r)
{
	struct http_request *request = xmalloc(sizeof(*request) + len + 1);

	*request = (struct http_request){
		.http = conn->http, .conn = conn, .is_trusted = conn->is_trusted};
	memcpy(request->text, text, len);
	request->text[len] = '\0';
	if (head_parse(&request->head, request->text, len, fault_r) != 0) {
		xfree(request);
		return NULL;
	}
	set_peer(request);
	return request;
}

void request_arrived(struct http_request *request)
{
	if (request->is_arriving)
		request->http->arriving_bytes -= request->body_size;
	request->is_arriving = false;
}

void request_free(struct http_request **request)
{
	struct http_request *mine = *request;

	*request = NULL;
	request_arrived(mine);
	if (mine->arrived_us != 0 && --mine->http->open_requests == 0 && mine->http->is_closed)
		xfree(mine->http);
	for (unsigned i = 0; i < mine->segment_count; i++)
		xfree(mine->segments[i]);
	xfree(mine->query);
	if (mine->body != NULL)
		explicit_bzero(mine->body, mine->body_len);
	xfree(mine->body);
	xfree(mine);
}

const char *http_request_segment(const struct http_request *request, unsigned n)
{
	return n < request->segment_count ? request->segments[n] : NULL;
}

/* "a=1&b=%20" becomes "a", "1", "b", " ", each with its NUL. A pair with a bad escape is none.
 */
static void split_query(struct http_request *request)
{
	char *at = xstrdup(request->head.query), *copy = at, *pair;

	request->query = xcalloc(1, strlen(at) * 2 + 2);
	while ((pair = strsep(&at, "&")) != NULL) {
		char *value = pair, *name = strsep(&value, "=");
		size_t name_len, value_len;

		if (!head_unescape(name, true) ||
		    (value != NULL && !head_unescape(value, true)))
			continue;
		name_len = strlen(name) + 1;
		value_len = value != NULL ? strlen(value) + 1 : 1;
		memcpy(request->query + request->query_len, name, name_len);
		memcpy(request->query + request->query_len + name_len,
		       value != NULL ? value : "", value_len);
		request->query_len += name_len + value_len;
	}
	xfree(copy);
}

const char *http_request_query(struct http_request *request, const char *name)
{
	size_t at = 0;

	if (request->query == NULL)
		split_query(request);
	while (at < request->query_len) {
		const char *key = request->query + at, *value = key + strlen(key) + 1;

		if (strcmp(key, name) == 0)
			return value;
		at = (size_t)(value - request->query) + strlen(value) + 1;
	}
	return NULL;
}

const char *http_request_header(const struct http_request *request, enum http_header header)
{
	return request->head.field[header];
}

const char *http_request_body(const struct http_request *request, size_t *len_r)
{
	*len_r = request->body_len;
	return request->body != NULL ? request->body : "";
}

bool http_request_is_trusted(const struct http_request *request)
{
	return request->is_trusted;
}

const char *http_request_peer(const struct http_request *request)
{
	return request->peer;
}

int64_t http_request_arrived_us(const struct http_request *request)
{
	return request->arrived_us;
}

bool http_request_is_behind_tls(const struct http_request *request)
{
	return request->http->settings.is_secure_cookie;
}

static bool is_configured(const json_t *origins, const char *origin)
{
	for (size_t i = 0; i < json_array_size(origins); i++)
		if (strcasecmp(json_string_value(json_array_get(origins, i)), origin) == 0)
			return true;
	return false;
}

bool http_request_origin_is_ours(const struct http_request *request)
{
	const char *origin = request->head.field[HTTP_HEADER_ORIGIN];
	const char *host = request->head.field[HEAD_HOST];
	const char *name;

	if (origin == NULL || is_configured(request->http->settings.origins, origin))
		return true;
	name = strstr(origin, "://");
	if (name == NULL || host == NULL || strncasecmp(origin, "http", 4) != 0)
		return false;
	return strcasecmp(name + 3, host) == 0;
}
