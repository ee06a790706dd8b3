#include "core/crew.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

struct principal crew_of(const char *unit, unsigned agency)
{
	struct principal crew = {.role = ROLE_DISPATCHER, .agency = (int)agency};

	snprintf(crew.name, sizeof(crew.name), "%s", unit);
	return crew;
}

bool crew_says_duty(const struct field_word *word, enum unit_duty *duty_r)
{
	return unit_says_duty(word->status, duty_r);
}

bool crew_says_mayday(const struct field_word *word, enum mayday_step *step_r)
{
	int step = mayday_find(word->status);

	if (step != MAYDAY_RAISED && step != MAYDAY_OVER)
		return false; /* it does not answer itself */
	*step_r = (enum mayday_step)step;
	return true;
}

/* One that does not fit beside the unit's own name stands for itself by its digest: cut, two
 * would be one, and the second tap be lost. */
static void name_by_key(const char *key, const char *unit, char id_r[COMMAND_ID_SIZE])
{
	unsigned char digest[32];
	size_t at;

	if (strlen(unit) + strlen(key) + 1 < COMMAND_ID_SIZE) {
		snprintf(id_r, COMMAND_ID_SIZE, "%s:%s", unit, key);
		return;
	}
	SHA256((const unsigned char *)key, strlen(key), digest);
	at = (size_t)snprintf(id_r, COMMAND_ID_SIZE, "%s:sha:", unit);
	for (int i = 0; i < 16; i++)
		at += (size_t)snprintf(id_r + at, COMMAND_ID_SIZE - at, "%02x", digest[i]);
}

/* Two units may number their messages alike. Without a name and a time it has none: then what
 * it says is nothing new when it comes again, or it is. */
static void name_word(const struct field_word *word, const char *unit, const char *what,
		      char id_r[COMMAND_ID_SIZE])
{
	char at[CLOCK_TEXT];

	id_r[0] = '\0';
	if (word->key[0] != '\0') {
		name_by_key(word->key, unit, id_r);
	} else if (word->at_ms != 0) {
		clock_format(word->at_ms, at);
		snprintf(id_r, COMMAND_ID_SIZE, "%s:%s:%s", unit, what, at);
	}
}

static int64_t happened(const struct field_word *word, int64_t now_ms)
{
	return word->at_ms != 0 ? field_when(word->at_ms, now_ms) : 0;
}

struct duty_change *crew_duty(const struct field_word *word, const char *unit, int64_t now_ms)
{
	struct duty_change *duty = xcalloc(1, sizeof(*duty));

	(void)crew_says_duty(word, &duty->duty); /* the caller has asked */
	(void)crew_says_mayday(word, &duty->mayday);
	memcpy(duty->incident_id, word->incident_id, ID_SIZE);
	name_word(word, unit, word->status, duty->command_id);
	snprintf(duty->unit, sizeof(duty->unit), "%s", unit);
	snprintf(duty->note, sizeof(duty->note), "%s", word->text);
	duty->at_ms = happened(word, now_ms);
	return duty;
}

struct command *crew_receipt(const struct order_name *order, enum receipt receipt,
			     int64_t at_ms)
{
	struct command *command = xcalloc(1, sizeof(*command));

	command->action = ACTION_RECEIPT;
	command->agency = -1;
	command->expected_version = -1;
	command->receipt = receipt;
	command->happened_ms = at_ms;
	command->revision = order->revision;
	command->is_radioed = true;
	memcpy(command->incident_id, order->incident_id, ID_SIZE);
	memcpy(command->dispatch_id, order->dispatch_id, ID_SIZE);
	return command;
}

/* Of a revision it is one, however often the crew taps: also when a newer one stands by then,
 * and the order itself does not tell. */
static struct command *receipt_of(const struct field_word *word, const char *incident_id,
				  int64_t at_ms)
{
	struct order_name order = {incident_id, word->dispatch_id, word->revision};
	struct command *command = crew_receipt(
		&order, word->receipt == FIELD_DEVICE ? RECEIPT_DEVICE : RECEIPT_CONFIRMED,
		at_ms);

	if (word->revision != 0)
		snprintf(command->command_id, COMMAND_ID_SIZE, "%s.%u:%s", word->dispatch_id,
			 word->revision, field_receipt_names[word->receipt]);
	return command;
}

/* A reason is short; what is longer ends at a whole character. */
static size_t whole(const char *text)
{
	size_t len = strnlen(text, ORDER_REASON_SIZE - 1);

	while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

static json_t *step_of(const struct field_word *word, const char *unit, const char *status,
		       int64_t at_ms)
{
	json_t *doc = json_object();
	char id[COMMAND_ID_SIZE], at[CLOCK_TEXT];

	name_word(word, unit, status, id);
	(void)json_object_set_new(doc, "action", json_string("status"));
	(void)json_object_set_new(doc, "unit", json_string(unit));
	(void)json_object_set_new(doc, "status", json_string(status));
	if (id[0] != '\0')
		(void)json_object_set_new(doc, "command_id", json_string(id));
	if (at_ms != 0) {
		clock_format(at_ms, at);
		(void)json_object_set_new(doc, "at", json_string(at));
	}
	if (word->text[0] != '\0' && strcmp(status, "declined") == 0)
		(void)json_object_set_new(doc, "reason",
					  json_stringn(word->text, whole(word->text)));
	else if (word->text[0] != '\0')
		(void)json_object_set_new(doc, "note", json_string(word->text));
	if (word->revision != 0)
		(void)json_object_set_new(doc, "revision", json_integer(word->revision));
	return doc;
}

static int read_own(json_t *doc, const char *incident_id, const struct agencies *agencies,
		    struct command **command_r, struct err *err)
{
	int status = command_read(doc, incident_id, agencies, command_r, err);

	json_decref(doc);
	if (status == 0)
		(*command_r)->is_radioed = true;
	return status;
}

int crew_command(const struct field_message *message, const struct unit_name *who,
		 const char *incident_id, int64_t now_ms, const struct agencies *agencies,
		 struct command **command_r, struct err *err)
{
	const char *unit = who->id;
	const struct field_word *word = &message->word;
	bool is_ack = message->leaf == FIELD_ACK;
	int64_t at_ms = happened(word, now_ms);

	if (is_ack && word->receipt <= FIELD_CONFIRMED) {
		*command_r = receipt_of(word, incident_id, at_ms);
		return 0;
	}
	return read_own(step_of(word, unit,
				is_ack ? field_receipt_names[word->receipt] : word->status,
				at_ms),
			incident_id, agencies, command_r, err);
}
