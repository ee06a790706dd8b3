/* Any good head: its path is routed, its query, origin and forwarded address are taken apart.
 */
#include <stdlib.h>
#include <string.h>

#include "net/http_private.h"

static void unused(void *ctx, struct http_request *request)
{
	(void)ctx, (void)request;
}

static const struct http_route routes[] = {
	{HTTP_GET, "/v1/incidents/{id}", 0, unused},
	{HTTP_POST, "/v1/incidents/{id}/actions", 65536, unused},
	{HTTP_GET, "/a/{x}/{y}/{z}", 0, unused},
};

static void ask_all(struct http_request *request)
{
	static const char *const names[] = {"after", "", "a", "limit"};
	char allow[64];

	if (route_find(request, allow) == 0 && http_request_segment(request, 0) == NULL)
		abort();
	if (strlen(allow) >= sizeof(allow))
		abort();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = http_request_query(request, names[i]);

		if (value != NULL && strlen(value) > HEAD_MAX_TARGET)
			abort();
	}
	(void)http_request_origin_is_ours(request); /* only its reading is of interest */
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	static struct http http = {.sets = {{routes, sizeof(routes) / sizeof(routes[0]), NULL}},
				   .set_count = 1};
	static struct peer peer = {.address = "192.0.2.1"};
	struct conn conn = {.http = &http, .peer = &peer, .is_trusted = true};
	struct http_request *request;
	struct head_fault fault;
	size_t scanned = 0, end = head_scan((const char *)data, len, &scanned, &fault);

	request = end > 0 ? request_new(&conn, (const char *)data, end, &fault) : NULL;
	if (request == NULL)
		return 0;
	ask_all(request);
	request_free(&request);
	return 0;
}
