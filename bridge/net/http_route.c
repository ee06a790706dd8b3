/* Which handler a path has. The tables are short and the compare is cheap: no tree. */
#include <string.h>

#include "base/xalloc.h"
#include "net/http_private.h"

static const char *const method_names[HTTP_METHODS] = {
	[HTTP_GET] = "GET", [HTTP_POST] = "POST", [HTTP_PUT] = "PUT", [HTTP_DELETE] = "DELETE"};

#define SEGMENTS (sizeof(((struct http_request *)NULL)->segments) / sizeof(char *))

struct match {
	const char *at[SEGMENTS];
	size_t len[SEGMENTS];
	unsigned count;
};

/* {name} matches one segment that is not empty. */
static bool matches(const char *pattern, const char *path, struct match *match_r)
{
	match_r->count = 0;
	while (*pattern != '\0') {
		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		match_r->at[match_r->count] = path;
		match_r->len[match_r->count] = strcspn(path, "/");
		if (match_r->len[match_r->count] == 0 || match_r->count + 1 == SEGMENTS)
			return false;
		path += match_r->len[match_r->count++];
		pattern = strchr(pattern, '}') + 1;
	}
	return *path == '\0';
}

static void drop_segments(struct http_request *request)
{
	while (request->segment_count > 0)
		xfree(request->segments[--request->segment_count]);
}

/* 404 when a segment holds what no id can. */
static unsigned take(struct http_request *request, const struct route_set *set,
		     const struct http_route *route, const struct match *match)
{
	for (unsigned i = 0; i < match->count; i++) {
		request->segments[i] = xstrndup(match->at[i], match->len[i]);
		request->segment_count = i + 1;
		if (!head_unescape(request->segments[i], false)) {
			drop_segments(request);
			return 404;
		}
	}
	request->route = route;
	request->ctx = set->ctx;
	return 0;
}

static void allow(char text[64], const char *method)
{
	const size_t used = strlen(text);

	if (strstr(text, method) == NULL)
		snprintf(text + used, 64 - used, "%s%s", used > 0 ? ", " : "", method);
}

static unsigned find_in(struct http_request *request, const struct route_set *set,
			char allow_r[64])
{
	const struct http_head *head = &request->head;

	for (unsigned i = 0; i < set->count; i++) {
		const struct http_route *route = &set->routes[i];
		struct match match;

		if (!matches(route->path, head->path, &match))
			continue;
		if (route->method == head->method)
			return take(request, set, route, &match);
		allow(allow_r, method_names[route->method]);
		if (route->method == HTTP_GET)
			allow(allow_r, "HEAD"); /* is a GET whose answer has no body */
	}
	return 404;
}

unsigned route_find(struct http_request *request, char allow_r[64])
{
	allow_r[0] = '\0';
	for (unsigned i = 0; i < request->http->set_count; i++)
		if (find_in(request, &request->http->sets[i], allow_r) == 0)
			return 0;
	if (static_has(request->http, request->head.path)) {
		allow(allow_r, "GET");
		allow(allow_r, "HEAD");
		return request->head.method == HTTP_GET ? 404 : 405;
	}
	if (strcmp(request->head.path, WS_PATH) == 0) {
		allow(allow_r, "GET");
		return request->head.method == HTTP_GET && !request->head.is_head ? 404 : 405;
	}
	return allow_r[0] != '\0' ? 405 : 404;
}
