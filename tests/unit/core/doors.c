#include "doors.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "city.h"

struct doors *doors_open(int64_t queue_max)
{
	struct doors *doors = xcalloc(1, sizeof(*doors));
	json_t *sources = json_pack("[s, s, s]", "call-112", "lapor-web", "app:");
	struct err err;

	doors->rules = city_load();
	world_init(&doors->store, &store_memory);
	doors->store.agencies = *rules_agencies(doors->rules);
	doors->store.settings.queue_max = queue_max;
	assert_int_equal(world_open(&doors->store, &err), 0);
	doors->intake = intake_new(doors->store.store, doors->rules, sources,
				   &doors->store.clock, &doors->metrics);
	doors->actions = actions_new(doors->store.store, doors->rules, &doors->store.clock,
				     &doors->metrics);
	json_decref(sources);
	return doors;
}

void doors_close(struct doors **doors)
{
	struct doors *mine = *doors;

	*doors = NULL;
	intake_free(&mine->intake);
	actions_free(&mine->actions);
	world_fini(&mine->store);
	rules_free(&mine->rules);
	xfree(mine);
}

static void keep(struct reply *reply, enum store_answer answer, const struct err *err,
		 const struct buf *body)
{
	reply->count++;
	reply->answer = answer;
	if (err != NULL)
		reply->err = *err;
	if (body == NULL)
		return;
	reply->text = xstrndup((const char *)body->data, body->len);
	reply->body = json_loads(reply->text, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(reply->body);
}

static void taken(void *ctx, const struct intake_answer *answer)
{
	struct reply *reply = ctx;
	const char *incident;

	keep(reply, answer->answer, answer->err, answer->body);
	if (answer->id != NULL)
		snprintf(reply->id, ID_SIZE, "%s", answer->id);
	incident = json_string_value(json_object_get(reply->body, "incident_id"));
	if (incident != NULL)
		snprintf(reply->incident_id, ID_SIZE, "%s", incident);
}

static void decided(void *ctx, const struct action_answer *answer)
{
	struct reply *reply = ctx;

	keep(reply, answer->answer, answer->err, answer->current);
	reply->seq = answer->seq;
	reply->version = answer->version;
	snprintf(reply->incident_id, ID_SIZE, "%s", answer->incident_id);
}

void doors_report(struct doors *doors, struct reply *reply, const char *json)
{
	struct report *report;
	struct err err;

	*reply = (struct reply){0};
	if (report_parse(json, strlen(json), NULL, &report, &err) < 0)
		fail_msg("%s: %s", err.field, err.text);
	intake_submit(doors->intake, &report, doors->store.now_us, taken, reply);
	assert_null(report);
}

void doors_call(struct doors *doors, struct reply *reply, const char *json)
{
	struct call *call;
	struct err err;

	*reply = (struct reply){0};
	if (call_parse(json, strlen(json), &call, &err) < 0)
		fail_msg("%s: %s", err.field, err.text);
	intake_submit_call(doors->intake, &call, doors->store.now_us, taken, reply);
	assert_null(call);
}

void doors_act(struct doors *doors, struct reply *reply, const char *incident_id,
	       const struct principal *who, const char *json)
{
	struct command *command;
	struct err err;

	*reply = (struct reply){0};
	if (command_parse(json, strlen(json), incident_id, &doors->store.agencies, &command,
			  &err) < 0)
		fail_msg("%s: %s", err.field, err.text);
	actions_submit(doors->actions, &command, who, doors->store.now_us, decided, reply);
	assert_null(command);
}

void reply_fini(struct reply *reply)
{
	json_decref(reply->body);
	xfree(reply->text);
	*reply = (struct reply){0};
}

void doors_incident(struct doors *doors, const char *text, char incident_id_r[ID_SIZE])
{
	json_t *doc = json_pack("{s: s, s: s}", "source", "lapor-web", "text", text);
	char *json = json_dumps(doc, 0);
	struct reply reply;

	doors_report(doors, &reply, json);
	store_step(doors->store.store);
	assert_int_equal(reply.answer, STORE_STORED);
	memcpy(incident_id_r, reply.incident_id, ID_SIZE);
	reply_fini(&reply);
	json_decref(doc);
	free(json);
}
