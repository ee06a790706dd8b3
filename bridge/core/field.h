/* What a crew says over the radio: the payloads of tangi/v1/{city}/unit/{unit}/…, read and
 * checked.
 *
 * Who says it stands in the topic, which the broker has proved; nothing in a payload can say
 * otherwise. A payload that is wrong is refused whole, and nothing comes of it. Positions are
 * ours or the JSON of OwnTracks. Pure; any thread. */
#pragma once

#include "base/err.h"
#include "base/id.h"

enum field_leaf {
	FIELD_ACK,
	FIELD_STATUS,
	FIELD_POSITION,
	FIELD_PRESENCE,
	FIELD_SYNC,
	FIELD_LEAVES
};

extern const char *const field_leaf_names[FIELD_LEAVES]; /* the last level of the topic */

#define FIELD_MAX_BYTES   4096
#define FIELD_KEY_SIZE    65 /* a message's own id */
#define FIELD_STATUS_SIZE 24
#define FIELD_TEXT_SIZE   501
#define FIELD_UNIT_SIZE   17

/* How far the crew is with an order. */
enum field_receipt {
	FIELD_DEVICE,
	FIELD_CONFIRMED,
	FIELD_ACCEPTED,
	FIELD_DECLINED,
	FIELD_RECEIPTS
};

extern const char *const field_receipt_names[FIELD_RECEIPTS];

struct field_position {
	int64_t at_ms; /* 0: it does not say */
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m; /* radius; -1: unknown */
	int32_t speed_cms;  /* centimetres a second; -1: unknown */
	int32_t heading;    /* degrees from north, 0 … 359; -1: unknown */
};

/* Something that the crew has done or wants known. */
struct field_word {
	char key[FIELD_KEY_SIZE];       /* "id": the same message again has the same; "" */
	char dispatch_id[ID_SIZE];      /* "" : it does not say */
	unsigned revision;              /* of that order; 0: it does not say */
	char incident_id[ID_SIZE];      /* "" : it does not say */
	char status[FIELD_STATUS_SIZE]; /* FIELD_STATUS: a name, not yet known to be one of ours
					 */
	enum field_receipt receipt;     /* FIELD_ACK */
	int64_t at_ms;                  /* by the device's clock; 0: it does not say */
	char text[FIELD_TEXT_SIZE];     /* "note" or "reason"; "" */
};

struct field_message {
	enum field_leaf leaf;
	bool is_other;  /* well formed, and none of our business: OwnTracks has many */
	bool is_online; /* FIELD_PRESENCE */
	struct field_position position;
	struct field_word word; /* FIELD_ACK, FIELD_STATUS */
};

/* The unit and the kind of a topic below base ("tangi/v1/cirebon"); false: it is none of a
 * unit's. */
bool field_read_topic(const char *base, const char *topic, char unit_r[FIELD_UNIT_SIZE],
		      enum field_leaf *leaf_r);
/* ERR_INVALID: the field that is wrong. */
int field_read(enum field_leaf leaf, const void *payload, size_t len,
	       struct field_message *message_r, struct err *err) MUST_CHECK;

/* When it happened: what the device says, as far as that can be. A clock that is ahead or days
 * behind is wrong, and then it happened when we heard of it. */
int64_t field_when(int64_t said_ms, int64_t now_ms);
