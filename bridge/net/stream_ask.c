#include "net/stream_ask.h"

#include <string.h>

#include "base/jsonin.h"

typedef int ask_read_fn(json_t *doc, const struct agencies *agencies, struct ask *ask,
			struct err *err);

/* A number that was given is one of an epoch: who does not say which trusts that it is ours. */
static int read_place(const json_t *doc, struct subscription *subscription, struct err *err)
{
	const char *epoch = "";

	subscription->after = -1;
	if (jsonin_int(doc, "after", JSONIN_OPTIONAL, 0, INT64_MAX - 1, &subscription->after,
		       err) < 0 ||
	    jsonin_string(doc, "epoch", JSONIN_OPTIONAL, 256, &epoch, err) < 0)
		return -1;
	if (strlen(epoch) >= sizeof(subscription->epoch))
		epoch = "?";
	memcpy(subscription->epoch, epoch, strlen(epoch) + 1);
	return 0;
}

static int read_subscribe(json_t *doc, const struct agencies *agencies, struct ask *ask,
			  struct err *err)
{
	ask->kind = ASK_SUBSCRIBE;
	if (read_place(doc, &ask->subscription, err) < 0)
		return -1;
	return agency_set_ask(agencies, doc, &ask->subscription.agencies, err);
}

/* Without an id nobody could tell which action an answer belongs to. */
static int read_id(const json_t *doc, struct ask *ask, struct err *err)
{
	const char *id;

	if (jsonin_string(doc, "command_id", JSONIN_REQUIRED, COMMAND_ID_SIZE - 1, &id, err) <
	    0)
		return -1;
	memcpy(ask->command_id, id, strlen(id) + 1);
	return 0;
}

static int read_line(json_t *doc, const struct agencies *agencies, struct ask *ask,
		     struct err *err)
{
	(void)agencies;
	ask->kind = ASK_COMMAND;
	return read_id(doc, ask, err) < 0 ? -1 : command_ask_read(doc, &ask->line, err);
}

static int read_action(json_t *doc, const struct agencies *agencies, struct ask *ask,
		       struct err *err)
{
	ask->kind = ASK_ACTION;
	if (read_id(doc, ask, err) < 0)
		return -1;
	return command_read(doc, NULL, agencies, &ask->command, err);
}

static const struct {
	const char *type;
	ask_read_fn *read;
} asks[] = {
	{"subscribe", read_subscribe},
	{"action", read_action},
	{"command", read_line},
};

static int read_any(json_t *doc, const struct agencies *agencies, struct ask *ask,
		    struct err *err)
{
	const char *type;

	if (jsonin_string(doc, "type", JSONIN_REQUIRED, 32, &type, err) < 0)
		return -1;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++)
		if (strcmp(asks[i].type, type) == 0)
			return asks[i].read(doc, agencies, ask, err);
	return err_field(err, "type", "must be subscribe, action or command");
}

int ask_read(const char *text, size_t len, const struct agencies *agencies, struct ask *ask_r,
	     struct err *err)
{
	json_t *doc;
	int status;

	*ask_r = (struct ask){0};
	if (jsonin_object(text, len, ASK_MAX_BYTES, &doc, err) < 0)
		return -1;
	status = read_any(doc, agencies, ask_r, err);
	json_decref(doc);
	return status;
}

void ask_fini(struct ask *ask)
{
	command_free(&ask->command);
	command_ask_free(&ask->line);
}
