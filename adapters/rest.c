/* REST: reports and calls by HTTP, as in the contract's sections 3 and 3.1.
 *
 * A request stays open until its commit; 2xx means that it is on stable storage. Reading the
 * body is model/report.h's and model/call.h's. */
#include <stdio.h>

#include "adapters/adapter.h"
#include "base/xalloc.h"
#include "core/intake.h"
#include "net/auth.h"

#define JSON_TYPE "application/json"

struct rest {
	struct adapter_env env;
	bool is_open; /* between start and stop */
};

static void answer_kept(struct http_request **request, const struct intake_answer *answer)
{
	char where[64] = "";

	if (answer->id != NULL)
		snprintf(where, sizeof(where), "Location: /v1/%s/%s\r\n",
			 answer->id[0] == 'C' ? "calls" : "reports", answer->id);
	http_answer(request, intake_status(answer->answer), JSON_TYPE,
		    where[0] != '\0' ? where : NULL, answer->body->data, answer->body->len);
}

static void answered(void *ctx, const struct intake_answer *answer)
{
	struct http_request *request = ctx;

	if (answer->body != NULL)
		answer_kept(&request, answer);
	else
		http_problem(&request, intake_status(answer->answer), answer->err->field,
			     answer->err->text, NULL, 0);
}

static bool is_let_in(struct rest *rest, struct http_request **request, enum right right,
		      struct principal *who_r)
{
	if (!auth_allows(rest->env.accounts, request, true, right, who_r))
		return false;
	if (rest->is_open)
		return true;
	http_problem(request, 503, "", "the bridge is stopping", NULL, 0);
	return false;
}

static void refuse(struct http_request **request, const struct err *err)
{
	http_problem(request, 400, err->field, err->text, NULL, 0);
}

static void refuse_source(struct http_request **request, struct report **report)
{
	report_free(report);
	http_problem(request, 403, "source", "This account does not send for this source.",
		     NULL, 0);
}

static void take_report(void *ctx, struct http_request *request)
{
	struct rest *rest = ctx;
	struct principal who;
	struct report *report;
	struct err err;
	const char *body;
	size_t len;

	if (!is_let_in(rest, &request, RIGHT_SEND_REPORT, &who))
		return;
	body = http_request_body(request, &len);
	if (report_parse(body, len, http_request_header(request, HTTP_HEADER_IDEMPOTENCY_KEY),
			 &report, &err) < 0) {
		intake_count_malformed(rest->env.intake);
		refuse(&request, &err);
		return;
	}
	if (!accounts_may_send_as(rest->env.accounts, &who, report->source)) {
		refuse_source(&request, &report);
		return;
	}
	intake_submit(rest->env.intake, &report, http_request_arrived_us(request), answered,
		      request);
}

static void take_call(void *ctx, struct http_request *request)
{
	struct rest *rest = ctx;
	struct principal who;
	struct call *call;
	struct err err;
	const char *body;
	size_t len;

	if (!is_let_in(rest, &request, RIGHT_SEND_CALL, &who))
		return;
	body = http_request_body(request, &len);
	if (call_parse(body, len, &call, &err) < 0) {
		refuse(&request, &err);
		return;
	}
	intake_submit_call(rest->env.intake, &call, http_request_arrived_us(request), answered,
			   request);
}

static const struct http_route routes[] = {
	{HTTP_POST, "/v1/reports", REPORT_MAX_BYTES, take_report},
	{HTTP_POST, "/v1/calls", CALL_MAX_BYTES, take_call},
};

static int rest_open(const struct adapter_env *env, const json_t *cfg, void **self_r,
		     struct err *err)
{
	struct rest *rest = xcalloc(1, sizeof(*rest));

	(void)cfg; /* no options */
	(void)err;
	rest->env = *env;
	http_add_routes(env->http, routes, sizeof(routes) / sizeof(routes[0]), rest);
	*self_r = rest;
	return 0;
}

static int rest_start(void *self, struct err *err)
{
	struct rest *rest = self;

	(void)err;
	rest->is_open = true;
	return 0;
}

static void rest_stop(void *self)
{
	struct rest *rest = self;

	rest->is_open = false;
}

static void rest_close(void *self)
{
	xfree(self);
}

const struct adapter_ops adapter_rest = {
	.kind = "rest",
	.summary = "POST /v1/reports and /v1/calls on the listeners",
	.open = rest_open,
	.start = rest_start,
	.stop = rest_stop,
	.close = rest_close,
};
