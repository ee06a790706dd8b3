/* One report, one 112 call, one ticket: who may ask for it. What is shown is redact.h's. */
#include <string.h>

#include "api/api_private.h"
#include "api/redact.h"

static const struct agencies *agencies_of(const struct inquiry *inquiry)
{
	return rules_agencies(inquiry->api->parts.rules);
}

static void answer_shown(struct inquiry *inquiry, int status, const struct err *err)
{
	if (status < 0)
		inquiry_unreadable(inquiry, err);
	else
		answer_json(&inquiry->request, &inquiry->text);
}

static void answer_report(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	struct err err;

	if (!read->is_found || !audience_admits(&read->rows[0].audience, &inquiry->viewer)) {
		inquiry_not_found(inquiry, "There is no such report that you may see.");
		return;
	}
	jsonw_init(&inquiry->text, 4096);
	answer_shown(
		inquiry,
		redact_report(read, &inquiry->who, agencies_of(inquiry), &inquiry->text, &err),
		&err);
}

void reports_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;

	if (auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		inquiry_send(inquiry_about(api, &request, &who), READ_REPORT, answer_report);
}

static void answer_call(struct inquiry *inquiry)
{
	struct err err;

	if (!inquiry->read.is_found) {
		inquiry_not_found(inquiry, "There is no such call.");
		return;
	}
	jsonw_init(&inquiry->text, 512);
	answer_shown(inquiry,
		     redact_call(&inquiry->read, &inquiry->who,
				 rules_callers(inquiry->api->parts.rules),
				 inquiry_now_ms(inquiry), &inquiry->text, &err),
		     &err);
}

void calls_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;

	if (auth_allows(api->parts.accounts, &request, false, RIGHT_SEE_CALLS, &who))
		inquiry_send(inquiry_about(api, &request, &who), READ_CALL, answer_call);
}

static void answer_ticket(struct inquiry *inquiry)
{
	struct err err;

	if (!inquiry->read.is_found) {
		inquiry_not_found(inquiry, "There is no such ticket.");
		return;
	}
	jsonw_init(&inquiry->text, 256);
	answer_shown(inquiry,
		     redact_ticket(&inquiry->read, agencies_of(inquiry), &inquiry->text, &err),
		     &err);
}

void tickets_show(void *ctx, struct http_request *request)
{
	const char *id = http_request_segment(request, 0);

	if (strspn(id, "0123456789") != strlen(id) || strlen(id) >= TRACKING_SIZE)
		http_problem(&request, 404, "", "There is no such ticket.", NULL, 0);
	else
		inquiry_send(inquiry_about(ctx, &request, NULL), READ_TICKET, answer_ticket);
}
