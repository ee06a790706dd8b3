/* What a unit says of itself, or its dispatcher for it: on duty or not, that it calls for help,
 * or how far it is with an incident, which is the action "status" by another way. */
#include <stdlib.h>
#include <string.h>

#include "api/api_private.h"
#include "base/jsonin.h"
#include "base/xalloc.h"

struct telling {
	struct api *api;
	struct http_request *request;
};

static void told(void *ctx, const struct kept_answer *answer)
{
	struct telling *telling = ctx;
	unsigned status = action_status(answer->answer);

	if (answer->body != NULL)
		http_answer(&telling->request, status, "application/json", NULL,
			    answer->body->data, answer->body->len);
	else
		http_problem(&telling->request, status,
			     answer->err != NULL ? answer->err->field : "",
			     answer->err != NULL ? answer->err->text : "", NULL, 0);
	api_closed(telling->api);
	xfree(telling);
}

/* -1: it is neither of duty nor a call for help. */
static int duty_find(const char *status)
{
	enum unit_duty duty;

	if (unit_says_duty(status, &duty))
		return (int)duty;
	return mayday_find(status) > 0 ? DUTIES + mayday_find(status) : -1;
}

static int read_incident(const json_t *doc, struct duty_change *change, struct err *err)
{
	const char *id = "";

	if (jsonin_string(doc, "incident_id", JSONIN_OPTIONAL, ID_LEN, &id, err) < 0)
		return -1;
	if (id[0] != '\0' && !id_is(id, 'I'))
		return err_field(err, "incident_id", "is not the id of an incident");
	snprintf(change->incident_id, ID_SIZE, "%s", id);
	return 0;
}

static int read_words(const json_t *doc, struct duty_change *change, struct err *err)
{
	const char *id = "", *note = "";

	if (jsonin_string(doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1, &id, err) <
		    0 ||
	    jsonin_string(doc, "note", JSONIN_OPTIONAL, DUTY_NOTE_SIZE - 1, &note, err) < 0 ||
	    jsonin_time(doc, "at", JSONIN_OPTIONAL, &change->at_ms, err) < 0)
		return -1;
	snprintf(change->command_id, COMMAND_ID_SIZE, "%s", id);
	snprintf(change->note, DUTY_NOTE_SIZE, "%s", note);
	return change->mayday != MAYDAY_NONE ? read_incident(doc, change, err) : 0;
}

/* said: as duty_find has it. */
static int read_duty(const json_t *doc, const char *unit, int said, struct duty_change **duty_r,
		     struct err *err)
{
	struct duty_change change = {.duty = said < DUTIES ? (enum unit_duty)said : DUTY_ON,
				     .mayday = said > DUTIES ? (enum mayday_step)(said - DUTIES)
							     : MAYDAY_NONE};

	if (read_words(doc, &change, err) < 0)
		return -1;
	snprintf(change.unit, UNIT_SIZE, "%s", unit);
	*duty_r = xcalloc(1, sizeof(**duty_r));
	**duty_r = change;
	return 0;
}

static void tell_duty(struct api *api, struct http_request *request, const json_t *doc,
		      int duty, const struct principal *who)
{
	struct telling *telling;
	struct duty_change *change;
	struct err err;

	if (read_duty(doc, http_request_segment(request, 0), duty, &change, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	telling = xcalloc(1, sizeof(*telling));
	*telling = (struct telling){.api = api, .request = request};
	api_opened(api);
	duty_submit(api->parts.actions, &change, who, http_request_arrived_us(request), told,
		    telling);
}

/* The document of the action that it stands for. */
static void tell_step(struct api *api, struct http_request *request, json_t *doc,
		      const struct principal *who)
{
	struct command *command;
	struct err err;

	(void)json_object_set_new(doc, "action", json_string("status"));
	(void)json_object_set_new(doc, "unit", json_string(http_request_segment(request, 0)));
	if (command_read(doc, NULL, rules_agencies(api->parts.rules), &command, &err) < 0)
		answer_invalid(&request, &err);
	else
		api_decide(api, request, &command, who);
}

static void take(struct api *api, struct http_request *request, json_t *doc,
		 const struct principal *who)
{
	const char *status;
	struct err err;
	int duty;

	if (jsonin_string(doc, "status", JSONIN_REQUIRED, 32, &status, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	duty = duty_find(status);
	if (duty >= 0) {
		tell_duty(api, request, doc, duty, who);
	} else if (order_state_find(status) <= ORDER_ORDERED ||
		   order_state_find(status) == ORDER_RECALLED) {
		(void)err_field(&err, "status",
				"must be on_duty, off_duty, out_of_service, logged_out, "
				"mayday, mayday_answered, mayday_over, or accepted, "
				"en_route, on_scene, cleared or declined");
		answer_invalid(&request, &err);
	} else {
		tell_step(api, request, doc, who);
	}
}

void units_set_status(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct err err;
	const char *body;
	json_t *doc;
	size_t len;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_ACT, &who))
		return;
	if (rules_find_unit(api->parts.rules, http_request_segment(request, 0)) == NULL) {
		http_problem(&request, 404, "", "There is no such unit.", NULL, 0);
		return;
	}
	body = http_request_body(request, &len);
	if (jsonin_object(body, len, COMMAND_MAX_BYTES, &doc, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	take(api, request, doc, &who);
	json_decref(doc);
}
