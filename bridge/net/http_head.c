#include "net/http_head.h"

#include <string.h>
#include <strings.h>

static const struct {
	const char *name;
	unsigned field;
	bool may_repeat; /* a list by its definition; the last line counts */
} fields[] = {
	{"authorization", HTTP_HEADER_AUTHORIZATION, false},
	{"cookie", HTTP_HEADER_COOKIE, false},
	{"origin", HTTP_HEADER_ORIGIN, false},
	{"accept", HTTP_HEADER_ACCEPT, true},
	{"content-type", HTTP_HEADER_CONTENT_TYPE, false},
	{"idempotency-key", HTTP_HEADER_IDEMPOTENCY_KEY, false},
	{"x-tangi-csrf", HTTP_HEADER_CSRF, false},
	{"host", HEAD_HOST, false},
	{"content-length", HEAD_CONTENT_LENGTH, false},
	{"transfer-encoding", HEAD_TRANSFER_ENCODING, true},
	{"connection", HEAD_CONNECTION, true},
	{"expect", HEAD_EXPECT, false},
	{"upgrade", HEAD_UPGRADE, true},
	{"sec-websocket-key", HEAD_WS_KEY, false},
	{"sec-websocket-version", HEAD_WS_VERSION, false},
	{"sec-websocket-protocol", HEAD_WS_PROTOCOL, false},
	{"accept-encoding", HEAD_ACCEPT_ENCODING, true},
	{"if-none-match", HEAD_IF_NONE_MATCH, true},
	{"x-forwarded-for", HEAD_FORWARDED_FOR, true},
};

#define FIELD_NAMES (sizeof(fields) / sizeof(fields[0]))

static const struct {
	const char *name;
	enum http_method method;
} methods[] = {
	{"GET", HTTP_GET}, {"HEAD", HTTP_GET},      {"POST", HTTP_POST},
	{"PUT", HTTP_PUT}, {"DELETE", HTTP_DELETE},
};

static unsigned refuse(struct head_fault *fault, unsigned status, const char *detail)
{
	fault->status = status;
	fault->detail = detail;
	return status;
}

/* RFC 9110 section 5.6.2. */
static bool is_token(unsigned char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c != '\0' && strchr("!#$%&'*+-.^_`|~", c) != NULL);
}

static size_t token_length(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && is_token((unsigned char)text[n]))
		n++;
	return n;
}

static bool is_version(const char *text, size_t len)
{
	return len == 8 && memcmp(text, "HTTP/", 5) == 0 && text[5] >= '0' && text[5] <= '9' &&
	       text[6] == '.' && text[7] >= '0' && text[7] <= '9';
}

/* "METHOD SP target SP HTTP/1.x" of len bytes; the lengths are for those who cut it up. */
static unsigned check_request_line(const char *line, size_t len, size_t *method_r,
				   size_t *target_r, struct head_fault *fault)
{
	size_t method = token_length(line, len), target = 0;
	const char *at = line + method + 1;
	const char *version;

	if (method == 0 || method >= len || line[method] != ' ')
		return refuse(fault, 400, "The request line has no method.");
	while (at + target < line + len && at[target] != ' ')
		target++;
	version = at + target + 1;
	if (target == 0 || version > line + len ||
	    !is_version(version, (size_t)(line + len - version)))
		return refuse(fault, 400, "The request line is not METHOD TARGET HTTP/1.1.");
	if (version[5] != '1' || version[7] > '1')
		return refuse(fault, 505, "Only HTTP/1.1 and HTTP/1.0 are spoken here.");
	if (at[0] != '/')
		return refuse(fault, 400, "The target is not a path.");
	if (target > HEAD_MAX_TARGET)
		return refuse(fault, 414, "The target is too long.");
	for (size_t i = 0; i < target; i++)
		if ((unsigned char)at[i] < 0x21 || (unsigned char)at[i] > 0x7e)
			return refuse(fault, 400,
				      "The target holds bytes that must be escaped.");
	*method_r = method;
	*target_r = target;
	return 0;
}

static size_t empty_lines(const char *text, size_t len)
{
	size_t n = 0;

	while (n + 1 < len && text[n] == '\r' && text[n + 1] == '\n')
		n += 2;
	return n;
}

/* A byte that no head holds. A CR at the very end may still get its LF. */
static bool is_bad_byte(const char *text, size_t len, size_t at)
{
	unsigned char c = (unsigned char)text[at];

	if (c == '\n')
		return at == 0 || text[at - 1] != '\r';
	if (c == '\r')
		return at + 1 < len && text[at + 1] != '\n';
	return (c < 0x20 && c != '\t') || c == 0x7f;
}

static unsigned check_first_line(const char *text, size_t end, struct head_fault *fault)
{
	size_t skip = empty_lines(text, end), method, target;

	if (skip == end)
		return 0;
	return check_request_line(text + skip, end - 2 - skip, &method, &target, fault);
}

size_t head_scan(const char *text, size_t len, size_t *scanned_r, struct head_fault *fault_r)
{
	size_t at = *scanned_r;
	bool had_line = at > 0 && memchr(text + empty_lines(text, at), '\n',
					 at - empty_lines(text, at)) != NULL;

	fault_r->status = 0;
	for (; at < len && at < HEAD_MAX_BYTES; at++) {
		if (is_bad_byte(text, len, at)) {
			refuse(fault_r, 400, "The head holds a control character.");
			return 0;
		}
		if (text[at] == '\r' && at + 1 == len)
			break;
		if (text[at] != '\n')
			continue;
		if (!had_line) {
			if (check_first_line(text, at + 1, fault_r) != 0)
				return 0;
			had_line = empty_lines(text, at + 1) != at + 1;
		} else if (text[at - 2] == '\n') {
			return at + 1;
		}
	}
	*scanned_r = at;
	if (at >= HEAD_MAX_BYTES)
		refuse(fault_r, had_line ? 431 : 414, "The head is too large.");
	return 0;
}

static unsigned parse_request_line(struct http_head *head, char *line, size_t len,
				   struct head_fault *fault)
{
	size_t method, target;
	char *query;

	if (check_request_line(line, len, &method, &target, fault) != 0)
		return fault->status;
	line[method] = '\0';
	head->method = HTTP_METHODS;
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(line, methods[i].name) == 0)
			head->method = methods[i].method;
	head->is_head = strcmp(line, "HEAD") == 0;
	head->path = line + method + 1;
	head->path[target] = '\0';
	head->is_1_0 = line[len - 1] == '0';
	query = strchr(head->path, '?');
	if (query != NULL)
		*query++ = '\0';
	head->query = query != NULL ? query : head->path + target;
	if (strchr(head->path, '#') != NULL || strchr(head->query, '#') != NULL)
		return refuse(fault, 400, "The target holds a fragment.");
	return 0;
}

static char *trim(char *value, char *end)
{
	while (value < end && (*value == ' ' || *value == '\t'))
		value++;
	while (end > value && (end[-1] == ' ' || end[-1] == '\t'))
		end--;
	*end = '\0';
	return value;
}

static unsigned parse_field(struct http_head *head, char *line, char *end,
			    struct head_fault *fault)
{
	size_t name = token_length(line, (size_t)(end - line));
	char *value;

	if (name == 0 || line[name] != ':')
		return refuse(fault, 400, "A header line is not NAME: VALUE.");
	line[name] = '\0';
	value = trim(line + name + 1, end);
	for (size_t i = 0; i < FIELD_NAMES; i++) {
		/* The first letter decides nearly always: strcasecmp was half of the parser. */
		if ((line[0] | 0x20) != fields[i].name[0] ||
		    strcasecmp(line, fields[i].name) != 0)
			continue;
		if (head->field[fields[i].field] != NULL && !fields[i].may_repeat)
			return refuse(fault, 400, "A header that counts once is there twice.");
		head->field[fields[i].field] = value;
	}
	return 0;
}

/* Digits only: a sign, a blank or a list would be read differently by somebody. */
static unsigned parse_length(struct http_head *head, struct head_fault *fault)
{
	const char *text = head->field[HEAD_CONTENT_LENGTH];

	head->content_length = -1;
	if (text == NULL)
		return 0;
	if (*text == '\0' || strspn(text, "0123456789") != strlen(text))
		return refuse(fault, 400, "Content-Length is not a number.");
	if (strlen(text) > 12)
		return refuse(fault, 413, "The body is too large.");
	head->content_length = 0;
	for (; *text != '\0'; text++)
		head->content_length = head->content_length * 10 + (*text - '0');
	return 0;
}

static unsigned check_host(const struct http_head *head, struct head_fault *fault)
{
	const char *host = head->field[HEAD_HOST];

	if (host == NULL)
		return head->is_1_0 ? 0 : refuse(fault, 400, "There is no Host.");
	for (; *host != '\0'; host++)
		if (!is_token((unsigned char)*host) && strchr(":[]", *host) == NULL)
			return refuse(fault, 400, "Host is not a name with a port.");
	return 0;
}

static unsigned check_meaning(struct http_head *head, struct head_fault *fault)
{
	const char *expect = head->field[HEAD_EXPECT];

	if (check_host(head, fault) != 0)
		return fault->status;
	if (head->field[HEAD_TRANSFER_ENCODING] != NULL)
		return refuse(fault, 411, "A body needs a Content-Length here.");
	if (parse_length(head, fault) != 0)
		return fault->status;
	if (expect != NULL && strcasecmp(expect, "100-continue") != 0)
		return refuse(fault, 417, "Only 100-continue may be expected.");
	head->expects_continue = expect != NULL && !head->is_1_0;
	head->may_stay = !head->is_1_0 && !head_list_has(head->field[HEAD_CONNECTION], "close");
	head->wants_upgrade = head_list_has(head->field[HEAD_CONNECTION], "upgrade") &&
			      head_list_has(head->field[HEAD_UPGRADE], "websocket");
	return 0;
}

unsigned head_parse(struct http_head *head_r, char *text, size_t len,
		    struct head_fault *fault_r)
{
	size_t skip = empty_lines(text, len - 2);
	char *line = text + skip, *last = text + len - 2; /* the empty line */
	char *end = memchr(line, '\r', (size_t)(last - line));
	unsigned lines = 0;

	*head_r = (struct http_head){.content_length = -1};
	fault_r->status = 0;
	if (end == NULL)
		return refuse(fault_r, 400, "There is no request line.");
	if (parse_request_line(head_r, line, (size_t)(end - line), fault_r) != 0)
		return fault_r->status;
	for (line = end + 2; line < last; line = end + 2) {
		end = memchr(line, '\r', (size_t)(last - line));
		if (end == NULL)
			return refuse(fault_r, 400, "A header line has no end.");
		if (++lines > HEAD_MAX_LINES)
			return refuse(fault_r, 431, "There are too many header lines.");
		if (parse_field(head_r, line, end, fault_r) != 0)
			return fault_r->status;
	}
	return check_meaning(head_r, fault_r);
}

bool head_list_has(const char *list, const char *word)
{
	size_t len = strlen(word);

	while (list != NULL && *list != '\0') {
		size_t n;

		list += strspn(list, ", \t");
		n = strcspn(list, ",");
		while (n > 0 && (list[n - 1] == ' ' || list[n - 1] == '\t'))
			n--;
		if (n == len && strncasecmp(list, word, len) == 0)
			return true;
		list += strcspn(list, ",");
	}
	return false;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool head_unescape(char *text, bool plus)
{
	char *to = text;

	for (; *text != '\0'; text++) {
		int c = (unsigned char)*text;

		if (c == '%') {
			int high = hex(text[1]), low = high < 0 ? -1 : hex(text[2]);

			if (low < 0)
				return false;
			c = high * 16 + low;
			text += 2;
		} else if (c == '+' && plus) {
			c = ' ';
		}
		if (c < 0x20 || c == 0x7f)
			return false;
		*to++ = (char)c;
	}
	*to = '\0';
	return true;
}
