/* What is known of a caller; that it be forgotten, a decision with a name and a reason; and
 * what is said of a call of theirs that nobody answered. */
#include "api/api_private.h"
#include "api/redact.h"
#include "base/xalloc.h"

static const char no_caller[] = "There is no such caller.";

static void answer_caller(struct inquiry *inquiry)
{
	struct err err;

	if (!inquiry->read.is_found) {
		inquiry_not_found(inquiry, no_caller);
		return;
	}
	jsonw_init(&inquiry->text, 1024);
	if (redact_card(inquiry->read.card, rules_callers(inquiry->api->parts.rules),
			inquiry_now_ms(inquiry), &inquiry->text, NULL, &err) < 0)
		inquiry_unreadable(inquiry, &err);
	else
		answer_json(&inquiry->request, &inquiry->text);
}

void callers_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;

	if (auth_allows(api->parts.accounts, &request, false, RIGHT_SEE_CALLS, &who))
		inquiry_send(inquiry_about(api, &request, &who), READ_CALLER, answer_caller);
}

struct wish {
	struct api *api;
	struct http_request *request;
};

static void answer_wish(struct http_request **request, const struct kept_answer *answer)
{
	unsigned status = action_status(answer->answer);

	if (answer->body != NULL)
		http_answer(request, status, "application/json", NULL, answer->body->data,
			    answer->body->len);
	else if (status == 404)
		http_problem(request, 404, "", no_caller, NULL, 0);
	else
		http_problem(request, status, answer->err->field, answer->err->text, NULL, 0);
}

static void wish_answered(void *ctx, const struct kept_answer *answer)
{
	struct wish *wish = ctx;

	answer_wish(&wish->request, answer);
	api_closed(wish->api);
	xfree(wish);
}

static void submit(struct api *api, struct http_request *request, struct clearing **clearing,
		   const struct principal *who)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	*wish = (struct wish){.api = api, .request = request};
	api_opened(api);
	clearings_submit(api->parts.actions, clearing, who, http_request_arrived_us(request),
			 wish_answered, wish);
}

void callers_clear(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct clearing *clearing;
	struct err err;
	const char *body;
	size_t len;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_CLEAR_CALLERS, &who))
		return;
	if (!id_is(http_request_segment(request, 0), 'N')) {
		http_problem(&request, 404, "", no_caller, NULL, 0);
		return;
	}
	body = http_request_body(request, &len);
	if (clearing_parse(body, len, http_request_segment(request, 0), &clearing, &err) < 0)
		answer_invalid(&request, &err);
	else
		submit(api, request, &clearing, &who);
}

void callers_call_back(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct call_back_word *word;
	struct wish *wish;
	struct err err;
	const char *body;
	size_t len;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_SEE_CALLS, &who))
		return;
	if (!id_is(http_request_segment(request, 0), 'N')) {
		http_problem(&request, 404, "", no_caller, NULL, 0);
		return;
	}
	body = http_request_body(request, &len);
	if (call_back_parse(body, len, http_request_segment(request, 0), &word, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	wish = xcalloc(1, sizeof(*wish));
	*wish = (struct wish){.api = api, .request = request};
	api_opened(api);
	call_back_submit(api->parts.actions, &word, &who, http_request_arrived_us(request),
			 wish_answered, wish);
}
