/* One fact in the log, as the bytes that every reader gets.
 *
 * The body is one JSON frame, the same for console, HTTP, broker and store:
 *
 *   {"type":"event","seq":…,"id":"E-…","time":…,"event":…,"exercise":…,"by":…,
 *    …what the event itself says…,
 *    "incident":{…,"similar":[…],"order":…,"place_said":…,"text":"…"}}
 *
 * `incident` is the frame's last member, and what people have said of it the incident's last. A
 * quote inside a string is escaped, so the byte sequences `,"incident":{` and `,"similar":[`
 * stand only where we put them, and the parts can be cut out without parsing. Any thread. */
#pragma once

#include "base/buf.h"
#include "model/audience.h"
#include "model/call.h"
#include "model/caller.h"
#include "model/incident.h"

enum event_kind {
	EVENT_REPORT_RECEIVED,
	EVENT_INCIDENT_CREATED,
	EVENT_INCIDENT_UPDATED,
	EVENT_INCIDENT_MERGED,
	EVENT_INCIDENT_CLOSED,
	EVENT_INCIDENT_ESCALATED,
	EVENT_ALARM_UPDATED,
	EVENT_ASSIGNMENT_UPDATED,
	EVENT_CALL_UPDATED,
	EVENT_CALLER_UPDATED,
	EVENT_CALLER_CLEARED,
	EVENT_UNIT_UPDATED,
	EVENT_SHIFT_HANDED_OVER,
	EVENT_KINDS
};

extern const char *const event_kind_names[EVENT_KINDS];

struct event {
	uint64_t seq;
	int64_t at_ms;
	enum event_kind kind;
	struct audience audience;
	char incident_id[ID_SIZE]; /* "" : not about an incident */
	struct buf *body;          /* owned reference */
	int64_t committed_us;      /* monotonic; 0: read back from the store */
};

/* -1: no such kind. */
int event_kind_find(const char *name);

/* The frame of a report's arrival, of a decision, of a call. w is reset first. seal: of what is
 * stored beside the event (store/seal.h); NULL: it has none. */
void event_write_report(struct jsonw *w, uint64_t seq, int64_t at_ms, enum event_kind kind,
			const char *report_id, const char *seal,
			const struct incident *incident, const struct agencies *agencies);
void event_write_command(struct jsonw *w, uint64_t seq, int64_t at_ms,
			 const struct command *command, const struct incident *incident,
			 const struct agencies *agencies);
/* What a unit does has changed; with whose decision, and the event that it follows from (0:
 * none). */
struct unit_doing;
struct unit_event {
	uint64_t seq;
	int64_t at_ms;
	bool is_exercise;
	const char *by, *note; /* NULL: nobody, nothing */
	const char *command_id;
	const char *mayday; /* what was said of a call for help; NULL: nothing */
	uint64_t because_of;
	bool is_late; /* it told what was so before that which stands */
};
void event_write_unit(struct jsonw *w, const struct unit_event *event,
		      const struct unit_doing *unit, const struct agencies *agencies);
/* A desk was taken over. before: the event of the one before; 0: there is none. */
struct hand_over;
void event_write_hand_over(struct jsonw *w, uint64_t seq, const struct hand_over *hand_over,
			   uint64_t before, const struct agencies *agencies);
/* A further report of an incident, and why it is one of it. */
struct filing; /* join.h */
void event_write_linked(struct jsonw *w, uint64_t seq, int64_t at_ms,
			const struct filing *filing, const char *seal,
			const struct likeness *likeness, const struct incident *incident,
			const struct agencies *agencies);
/* Another incident has become part of this one, or is so no more. */
void event_write_child(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct incident *child, const struct incident *incident,
		       const struct agencies *agencies);
/* Another incident was merged into this one: that one whole, as it was before. */
void event_write_taken_in(struct jsonw *w, uint64_t seq, const struct command *command,
			  const struct incident *other, const struct incident *incident,
			  const struct agencies *agencies);

/* What a split makes: an incident of its own for a report, or one that a merge had closed. */
struct split_piece {
	char report_id[ID_SIZE];
	struct incident_ref incident;
	bool is_given_back;
};

void event_write_split(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct split_piece *pieces, unsigned count,
		       const struct incident *incident, const struct agencies *agencies);
/* The piece itself: created, or given back. from: where it was. */
void event_write_piece(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct split_piece *piece, const struct incident *from,
		       const struct incident *incident, const struct agencies *agencies);
/* card: what is known of the number by now; its caller is NULL where it is withheld. */
void event_write_call(struct jsonw *w, uint64_t seq, int64_t at_ms, const struct call *call,
		      const char *seal, const struct card *card);
/* What is owed to a caller has changed, by what somebody said or by a rise. */
void event_write_call_back(struct jsonw *w, uint64_t seq, int64_t at_ms,
			   const struct call_back_word *word, const struct card *card);
/* What is known of a caller has changed, by something about this incident. */
void event_write_caller(struct jsonw *w, uint64_t seq, int64_t at_ms, const char *incident_id,
			const struct card *card);
/* was: the score before. */
void event_write_cleared(struct jsonw *w, uint64_t seq, int64_t at_ms,
			 const struct clearing *clearing, int was, const struct card *card);

/* What kind of event an action is. */
enum event_kind event_kind_of(enum action action);
/* The same of a decision that has brought the incident there: the close of one part among
 * others does not close it. */
enum event_kind event_kind_after(const struct command *command,
				 const struct incident *incident);

struct slice {
	const char *text;
	size_t len;
};

/* A further report's object inside a frame, "report"; len 0: there is none. Borrowed. */
struct slice event_report(const struct buf *body);
/* What the event knows of a caller, "card"; len 0: nothing. Borrowed, and begins what follows
 * it: to be read as the first value of the rest. */
struct slice event_card(const struct buf *body);
/* The unit's object of such a frame, "unit", which ends it; len 0: there is none. Borrowed; to
 * be read as the first value of the rest. */
struct slice event_unit(const struct buf *body);
/* The same of a hand-over, "hand_over". */
struct slice event_hand_over(const struct buf *body);
/* The seal that an event names; false: it has none. size: with its end. */
bool event_seal(const struct buf *body, char *seal_r, size_t size);
/* The incident's object inside a frame; len 0: there is none. Borrowed from body. */
struct slice event_incident(const struct buf *body);
/* The frame up to the comma before "incident": what the event itself says, still open. */
struct slice event_head(const struct buf *body);
/* What an exercise says must reach nobody who takes it for real. */
bool event_is_exercise(const struct buf *body);
/* {"seq":…,"id":…,"exercise":…,"as_of":…,"epoch":…,"incident":{… without its words}}: what may
 * lie in a broker. as_of: the log number up to which this is known to be the newest. */
struct buf *event_retained(const struct event *event, uint64_t as_of, const char *epoch);

/* An event's place in the chain: SHA-256 of the link before and of the SHA-256 of the body. The
 * inner digest lets a body be erased later while the chain still proves the rest. */
#define LINK_SIZE 32
void event_link(const unsigned char before[LINK_SIZE], const struct buf *body,
		unsigned char link_r[LINK_SIZE]);
