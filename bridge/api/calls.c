/* One 112 call; the caller's number for those with the right. */
#include "api/api_private.h"

static void answer_call(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	struct jsonw *w = &inquiry->text;
	struct call call;
	struct err err;
	json_t *doc;
	int status;

	if (!read->is_found) {
		inquiry_not_found(inquiry, "There is no such call.");
		return;
	}
	doc = json_loadb((const char *)read->raw->data, read->raw->len, 0, NULL);
	status = call_read(doc, &call, &err);
	json_decref(doc);
	if (status < 0) {
		inquiry_unreadable(inquiry, &err);
		return;
	}
	jsonw_init(w, 512);
	call_write(&call, !principal_may(&inquiry->who, RIGHT_SEE_REPORTER), w, NULL);
	answer_json(&inquiry->request, w);
}

void calls_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;

	if (auth_allows(api->parts.accounts, &request, false, RIGHT_SEE_CALLS, &who))
		inquiry_send(inquiry_about(api, &request, &who), READ_CALL, answer_call);
}
