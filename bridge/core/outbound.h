/* What leaves the house when a rise goes to another channel: which events do, whether it still
 * holds, and the words.
 *
 * Never an exercise, and nobody's words or data: number, category, kelurahan, what is waited
 * for and since when, in Indonesian with English beside it. Of a secret or confidential matter
 * it says that there is one. Pure; any thread. */
#pragma once

#include "model/event.h"
#include "model/incident.h"

struct rules;

struct outbound {
	uint64_t seq; /* of the rise */
	char incident_id[ID_SIZE];
	unsigned agency;
	enum wait_slot slot;
	struct expected_wait wait; /* as it was when it had risen */
	int priority;
	bool is_secret;
};

/* True: the event is a rise to another channel, of a real matter. What cannot be read is none,
 * and err says why; else err->text is "". */
bool outbound_of(const struct event *event, const struct agencies *agencies,
		 struct outbound *outbound_r, struct err *err);
/* It waits for the same still. */
bool outbound_holds(const struct outbound *outbound, const struct incident *now);

struct outbound_desk {
	const struct rules *rules;
	const char *city;
	int64_t at_ms;
};

/* The body of the message; now is the incident as it stands. */
struct buf *outbound_write(const struct outbound *outbound, const struct incident *now,
			   const struct outbound_desk *desk);
