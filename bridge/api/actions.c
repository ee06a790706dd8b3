/* What a person decides, over HTTP. */
#include "api/api_private.h"
#include "base/xalloc.h"

struct decision {
	struct api *api;
	struct http_request *request;
};

static void answer_done(struct http_request **request, const struct action_answer *answer)
{
	struct jsonw w;

	jsonw_init(&w, 128);
	jsonw_open(&w, NULL, '{');
	jsonw_bool(&w, "ok", true);
	jsonw_int(&w, "seq", (int64_t)answer->seq);
	jsonw_string(&w, "incident_id", answer->incident_id);
	jsonw_int(&w, "version", answer->version);
	jsonw_close(&w, '}');
	answer_json(request, &w);
	jsonw_fini(&w);
}

static void answer_no_incident(struct http_request **request)
{
	http_problem(request, 404, "", "There is no such incident that you may see.", NULL, 0);
}

static void answer_problem(struct http_request **request, unsigned status,
			   const struct action_answer *answer)
{
	const struct err *err = answer->err;
	struct jsonw extra;

	if (status == 404) {
		answer_no_incident(request);
		return;
	}
	jsonw_init(&extra, 4096);
	if (answer->current != NULL)
		jsonw_raw(&extra, "incident", (const char *)answer->current->data,
			  answer->current->len);
	http_problem(request, status, err->field, err->text, extra.len > 0 ? extra.text : NULL,
		     extra.len);
	jsonw_fini(&extra);
}

static void decided(void *ctx, const struct action_answer *answer)
{
	struct decision *decision = ctx;
	unsigned status = action_status(answer->answer);

	if (status == 200)
		answer_done(&decision->request, answer);
	else
		answer_problem(&decision->request, status, answer);
	api_closed(decision->api);
	xfree(decision);
}

void api_decide(struct api *api, struct http_request *request, struct command **command,
		const struct principal *who)
{
	struct decision *decision = xcalloc(1, sizeof(*decision));

	*decision = (struct decision){.api = api, .request = request};
	api_opened(api);
	actions_submit(api->parts.actions, command, who, http_request_arrived_us(request),
		       decided, decision);
}

void incidents_decide(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct command *command;
	struct err err;
	const char *body;
	size_t len;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_ACT, &who))
		return;
	if (!id_is(http_request_segment(request, 0), 'I')) {
		answer_no_incident(&request);
		return;
	}
	body = http_request_body(request, &len);
	if (command_parse(body, len, http_request_segment(request, 0),
			  rules_agencies(api->parts.rules), &command, &err) < 0) {
		metrics_add(api->parts.metrics, METRIC_ACTIONS_REFUSED, 1);
		answer_invalid(&request, &err);
		return;
	}
	api_decide(api, request, &command, &who);
}
