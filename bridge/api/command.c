/* The command line, over HTTP: what a line would do, and that it be done. */
#include "api/api_private.h"
#include "base/xalloc.h"

struct spoken {
	struct api *api;
	struct http_request *request;
};

static void answer_spoken(struct http_request **request, const struct command_answer *answer)
{
	struct jsonw w;

	jsonw_init(&w, answer->len + 2);
	jsonw_open(&w, NULL, '{');
	jsonw_raw(&w, NULL, answer->members, answer->len);
	jsonw_close(&w, '}');
	answer_json(request, &w);
	jsonw_fini(&w);
}

static void answered(void *ctx, const struct command_answer *answer)
{
	struct spoken *spoken = ctx;

	if (answer->status == 200)
		answer_spoken(&spoken->request, answer);
	else
		http_problem(&spoken->request, answer->status, answer->err->field,
			     answer->err->text, answer->members, answer->len);
	api_closed(spoken->api);
	xfree(spoken);
}

void command_hear(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct command_ask *ask;
	struct spoken *spoken;
	struct principal who;
	struct err err;
	const char *body;
	size_t len;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_WATCH, &who))
		return;
	body = http_request_body(request, &len);
	if (command_ask_parse(body, len, &ask, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	spoken = xcalloc(1, sizeof(*spoken));
	*spoken = (struct spoken){.api = api, .request = request};
	api_opened(api);
	command_desk_hear(api->parts.command_desk, &ask, &who, http_request_arrived_us(request),
			  answered, spoken);
}
