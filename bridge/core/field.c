#include "core/field.h"

#include <math.h>
#include <string.h>

#include "base/jsonin.h"
#include "model/location.h"
#include "model/order.h"

#define AHEAD_MS  (2 * 60 * 1000)             /* a clock nobody sets is off by so much */
#define BEHIND_MS (3 * 24 * 60 * 60 * 1000LL) /* a tap may wait so long for a signal */

const char *const field_leaf_names[FIELD_LEAVES] = {
	[FIELD_ACK] = "ack",           [FIELD_STATUS] = "status", [FIELD_POSITION] = "position",
	[FIELD_PRESENCE] = "presence", [FIELD_SYNC] = "sync",
};

const char *const field_receipt_names[FIELD_RECEIPTS] = {
	[FIELD_DEVICE] = "device",
	[FIELD_CONFIRMED] = "confirmed",
	[FIELD_ACCEPTED] = "accepted",
	[FIELD_DECLINED] = "declined",
};

int64_t field_when(int64_t said_ms, int64_t now_ms)
{
	if (said_ms < now_ms - BEHIND_MS || said_ms > now_ms + AHEAD_MS)
		return now_ms;
	return said_ms < now_ms ? said_ms : now_ms;
}

/* --- the topic --- */

static bool find_leaf(const char *name, enum field_leaf *leaf_r)
{
	for (enum field_leaf leaf = 0; leaf < FIELD_LEAVES; leaf++) {
		if (strcmp(field_leaf_names[leaf], name) != 0)
			continue;
		*leaf_r = leaf;
		return true;
	}
	return false;
}

bool field_read_topic(const char *base, const char *topic, char unit_r[FIELD_UNIT_SIZE],
		      enum field_leaf *leaf_r)
{
	static const char middle[] = "/unit/";
	size_t base_len = strlen(base), len;
	const char *unit;

	if (strncmp(topic, base, base_len) != 0 ||
	    strncmp(topic + base_len, middle, sizeof(middle) - 1) != 0)
		return false;
	unit = topic + base_len + sizeof(middle) - 1;
	len = strcspn(unit, "/");
	if (len == 0 || len >= FIELD_UNIT_SIZE || unit[len] == '\0' ||
	    !find_leaf(unit + len + 1, leaf_r))
		return false;
	memcpy(unit_r, unit, len);
	unit_r[len] = '\0';
	return true;
}

/* --- what acks and states have in common --- */

static int read_id(const json_t *doc, const char *key, char prefix, char id_r[ID_SIZE],
		   struct err *err)
{
	const char *id = NULL;

	if (jsonin_string(doc, key, JSONIN_OPTIONAL, 64, &id, err) < 0)
		return -1;
	if (id == NULL)
		return 0;
	if (!id_is(id, prefix))
		return err_field(err, key, "is not an id of that kind");
	memcpy(id_r, id, ID_SIZE);
	return 0;
}

static int read_text(const json_t *doc, const char *key, size_t size, char *text_r,
		     struct err *err)
{
	const char *text = "";

	if (jsonin_string(doc, key, JSONIN_OPTIONAL, size - 1, &text, err) < 0)
		return -1;
	if (text[0] != '\0')
		memcpy(text_r, text, strlen(text) + 1);
	return 0;
}

static int read_revision(const json_t *doc, unsigned *revision_r, struct err *err)
{
	int64_t revision = 0;

	if (jsonin_int(doc, "revision", JSONIN_OPTIONAL, 1, ORDER_REVISION_MAX, &revision,
		       err) < 0)
		return -1;
	*revision_r = (unsigned)revision;
	return 0;
}

static int read_word(const json_t *doc, struct field_word *word, struct err *err)
{
	if (read_text(doc, "id", sizeof(word->key), word->key, err) < 0 ||
	    read_id(doc, "dispatch_id", 'D', word->dispatch_id, err) < 0 ||
	    read_revision(doc, &word->revision, err) < 0 ||
	    read_id(doc, "incident_id", 'I', word->incident_id, err) < 0 ||
	    jsonin_time(doc, "at", JSONIN_OPTIONAL, &word->at_ms, err) < 0 ||
	    read_text(doc, "note", sizeof(word->text), word->text, err) < 0)
		return -1;
	return read_text(doc, "reason", sizeof(word->text), word->text, err);
}

static int read_receipt(const json_t *doc, enum field_receipt *receipt_r, struct err *err)
{
	const char *name = "confirmed";

	if (jsonin_string(doc, "receipt", JSONIN_OPTIONAL, 16, &name, err) < 0)
		return -1;
	for (enum field_receipt i = 0; i < FIELD_RECEIPTS; i++) {
		if (strcmp(field_receipt_names[i], name) != 0)
			continue;
		*receipt_r = i;
		return 0;
	}
	return err_field(err, "receipt", "must be device, confirmed, accepted or declined");
}

static int read_ack(const json_t *doc, struct field_message *message, struct err *err)
{
	struct field_word *word = &message->word;

	if (read_word(doc, word, err) < 0 || read_receipt(doc, &word->receipt, err) < 0)
		return -1;
	return word->dispatch_id[0] != '\0' ? 0 : err_field(err, "dispatch_id", "is required");
}

static int read_status(const json_t *doc, struct field_message *message, struct err *err)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz_";
	struct field_word *word = &message->word;
	const char *status;

	if (read_word(doc, word, err) < 0 ||
	    jsonin_string(doc, "status", JSONIN_REQUIRED, FIELD_STATUS_SIZE - 1, &status, err) <
		    0)
		return -1;
	if (status[strspn(status, letters)] != '\0')
		return err_field(err, "status", "is the name of a state");
	memcpy(word->status, status, strlen(status) + 1);
	return 0;
}

/* --- positions --- */

static int32_t rounded(double value)
{
	return (int32_t)lround(value);
}

static int read_point(const json_t *doc, struct field_position *position, struct err *err)
{
	double lat, lon;

	if (jsonin_number(doc, "lat", JSONIN_REQUIRED, -90, 90, &lat, err) < 0 ||
	    jsonin_number(doc, "lon", JSONIN_REQUIRED, -180, 180, &lon, err) < 0)
		return -1;
	/* What a receiver without a fix says; the Gulf of Guinea has no unit of ours. */
	if (lat == 0 && lon == 0)
		return err_field(err, "lat", "and lon are 0: that is no position");
	position->lat_e7 = rounded(lat * DEGREE_E7);
	position->lon_e7 = rounded(lon * DEGREE_E7);
	return 0;
}

/* Browsers and phones say -1 where they do not know, and directions up to 360. */
static int read_movement(const json_t *doc, const char *const keys[3], double to_cms,
			 struct field_position *position, struct err *err)
{
	double accuracy = -1, speed = -1, heading = -1;

	if (jsonin_number(doc, keys[0], JSONIN_OPTIONAL, -1, 1e6, &accuracy, err) < 0 ||
	    jsonin_number(doc, keys[1], JSONIN_OPTIONAL, -1, 1000, &speed, err) < 0 ||
	    jsonin_number(doc, keys[2], JSONIN_OPTIONAL, -1, 360, &heading, err) < 0)
		return -1;
	position->accuracy_m = accuracy < 0 ? -1 : rounded(accuracy);
	position->speed_cms = speed < 0 ? -1 : rounded(speed * to_cms);
	position->heading = heading < 0 ? -1 : rounded(heading) % 360;
	return 0;
}

static int read_own_position(const json_t *doc, struct field_position *position,
			     struct err *err)
{
	static const char *const keys[] = {"accuracy_m", "speed", "heading"};

	if (read_point(doc, position, err) < 0 ||
	    jsonin_time(doc, "at", JSONIN_OPTIONAL, &position->at_ms, err) < 0)
		return -1;
	return read_movement(doc, keys, 100, position, err);
}

/* tst: seconds; vel: km/h. */
static int read_owntracks(const json_t *doc, struct field_position *position, struct err *err)
{
	static const char *const keys[] = {"acc", "vel", "cog"};
	int64_t seconds = 0;

	if (read_point(doc, position, err) < 0 ||
	    jsonin_int(doc, "tst", JSONIN_OPTIONAL, 1, INT64_MAX / 1000, &seconds, err) < 0)
		return -1;
	position->at_ms = seconds * 1000;
	return read_movement(doc, keys, 100 / 3.6, position, err);
}

static int read_position(const json_t *doc, struct field_message *message, struct err *err)
{
	const char *type = NULL;

	if (jsonin_string(doc, "_type", JSONIN_OPTIONAL, 64, &type, err) < 0)
		return -1;
	if (type == NULL)
		return read_own_position(doc, &message->position, err);
	message->is_other = strcmp(type, "location") != 0;
	return message->is_other ? 0 : read_owntracks(doc, &message->position, err);
}

/* --- presence --- */

/* A time in it is not looked at: a last will was written when the line began. */
static int read_is_online(const char *word, size_t len, struct field_message *message,
			  struct err *err)
{
	bool is_online = len == strlen("online") && memcmp(word, "online", len) == 0;

	if (!is_online && (len != strlen("offline") || memcmp(word, "offline", len) != 0))
		return err_field(err, "status", "must be online or offline");
	message->is_online = is_online;
	return 0;
}

static int read_presence(const json_t *doc, struct field_message *message, struct err *err)
{
	const char *status;

	if (jsonin_string(doc, "status", JSONIN_REQUIRED, 16, &status, err) < 0)
		return -1;
	return read_is_online(status, strlen(status), message, err);
}

/* --- any --- */

static int (*const readers[FIELD_LEAVES])(const json_t *doc, struct field_message *message,
					  struct err *err) = {
	[FIELD_ACK] = read_ack,
	[FIELD_STATUS] = read_status,
	[FIELD_POSITION] = read_position,
	[FIELD_PRESENCE] = read_presence,
};

/* True: it needs no JSON. A last will is a bare word for many clients; nothing at all clears
 * what the broker keeps, and a question needs no words. */
static bool is_plain(enum field_leaf leaf, const char *text, size_t len)
{
	return leaf == FIELD_SYNC || (leaf == FIELD_PRESENCE && (len == 0 || text[0] != '{'));
}

static int read_plain(const char *text, size_t len, struct field_message *message,
		      struct err *err)
{
	message->is_other = message->leaf == FIELD_PRESENCE && len == 0;
	if (message->leaf == FIELD_SYNC || message->is_other)
		return 0;
	return read_is_online(text, len, message, err);
}

int field_read(enum field_leaf leaf, const void *payload, size_t len,
	       struct field_message *message_r, struct err *err)
{
	struct field_message message = {.leaf = leaf};
	json_t *doc;
	int status;

	if (len > FIELD_MAX_BYTES)
		return err_set(err, ERR_INVALID, "longer than %d bytes", FIELD_MAX_BYTES);
	if (is_plain(leaf, payload, len)) {
		status = read_plain(payload, len, &message, err);
	} else {
		if (jsonin_object(payload, len, FIELD_MAX_BYTES, &doc, err) < 0)
			return -1;
		status = readers[leaf](doc, &message, err);
		json_decref(doc);
	}
	if (status == 0)
		*message_r = message;
	return status;
}
