#include "model/event.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "model/incident_private.h"
#include "model/join.h"
#include "model/paper.h"
#include "model/shift.h"
#include "model/unit.h"

const char *const event_kind_names[EVENT_KINDS] = {
	[EVENT_REPORT_RECEIVED] = "report.received",
	[EVENT_INCIDENT_CREATED] = "incident.created",
	[EVENT_INCIDENT_UPDATED] = "incident.updated",
	[EVENT_INCIDENT_MERGED] = "incident.merged",
	[EVENT_INCIDENT_CLOSED] = "incident.closed",
	[EVENT_INCIDENT_ESCALATED] = "incident.escalated",
	[EVENT_ALARM_UPDATED] = "alarm.updated",
	[EVENT_ASSIGNMENT_UPDATED] = "assignment.updated",
	[EVENT_CALL_UPDATED] = "call.updated",
	[EVENT_CALLER_UPDATED] = "caller.updated",
	[EVENT_CALLER_CLEARED] = "caller.cleared",
	[EVENT_UNIT_UPDATED] = "unit.updated",
	[EVENT_SHIFT_HANDED_OVER] = "shift.handed_over",
};

static const char incident_mark[] = ",\"incident\":{";
static const char card_mark[] = ",\"card\":{";
static const char report_mark[] = ",\"report\":{";
static const char unit_mark[] = ",\"unit\":{";
static const char hand_over_mark[] = ",\"hand_over\":{";
static const char seal_mark[] = ",\"seal\":\"";
/* From here on an incident says what is not for a broker to keep: what it may be a duplicate
 * of, with words of both, why alarms are put off, its place in line, which comes of somebody's
 * history, the words that say where, and its own words. */
static const char words_mark[] = ",\"similar\":[";
static const char text_mark[] = ",\"text\":\""; /* of before, when there were no others */

int event_kind_find(const char *name)
{
	for (int i = 0; i < EVENT_KINDS; i++)
		if (strcmp(event_kind_names[i], name) == 0)
			return i;
	return -1;
}

enum event_kind event_kind_of(enum action action)
{
	switch (action) {
	case ACTION_ACKNOWLEDGE:
	case ACTION_ASSIGN:
	case ACTION_STATUS:
	case ACTION_CANCEL:
	case ACTION_HAND_OVER:
	case ACTION_CORRECT:
	case ACTION_UNDO:
	case ACTION_RECEIPT:
		return EVENT_ASSIGNMENT_UPDATED;
	case ACTION_CLOSE:
		return EVENT_INCIDENT_CLOSED;
	case ACTION_ESCALATE:
		return EVENT_INCIDENT_ESCALATED;
	case ACTION_ACKNOWLEDGE_ALARM:
	case ACTION_SHELVE_ALARM:
		return EVENT_ALARM_UPDATED;
	case ACTION_MERGE:
		return EVENT_INCIDENT_MERGED;
	case ACTION_NOTE:
	case ACTION_RECLASSIFY:
	case ACTION_RELOCATE:
	case ACTION_HAZARD:
	case ACTION_REOPEN:
	case ACTION_SPLIT:
	case ACTION_UNFOLD:
	case ACTION_LINK:
	case ACTION_UNLINK:
	case ACTION_FOLD:
	case ACTIONS:
		return EVENT_INCIDENT_UPDATED;
	}
	return EVENT_INCIDENT_UPDATED;
}

enum event_kind event_kind_after(const struct command *command, const struct incident *incident)
{
	if (command->action == ACTION_CLOSE && incident->status != INCIDENT_CLOSED)
		return EVENT_ASSIGNMENT_UPDATED;
	if (command->taken_by != NULL && incident->status == INCIDENT_CLOSED)
		return EVENT_INCIDENT_CLOSED;
	return event_kind_of(command->action);
}

static void open_frame(struct jsonw *w, uint64_t seq, int64_t at_ms, enum event_kind kind,
		       bool is_exercise, const char *by)
{
	char id[24];

	snprintf(id, sizeof(id), "E-%" PRIu64, seq);
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", "event");
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_string(w, "id", id);
	jsonw_time(w, "time", at_ms);
	jsonw_string(w, "event", event_kind_names[kind]);
	jsonw_bool(w, "exercise", is_exercise);
	jsonw_string(w, "by", by);
}

static void write_seal(struct jsonw *w, const char *seal)
{
	if (seal != NULL)
		jsonw_string(w, "seal", seal);
}

void event_write_report(struct jsonw *w, uint64_t seq, int64_t at_ms, enum event_kind kind,
			const char *report_id, const char *seal,
			const struct incident *incident, const struct agencies *agencies)
{
	open_frame(w, seq, at_ms, kind, incident->is_exercise, NULL);
	jsonw_string(w, "report_id", report_id);
	write_seal(w, seal);
	paper_write(incident->happened_ms, w);
	incident_write(incident, agencies, w, "incident");
	jsonw_close(w, '}');
}

/* What every decision's frame begins with: who decided what, in whose name and why. */
static void open_decision(struct jsonw *w, uint64_t seq, int64_t at_ms, enum event_kind kind,
			  const struct command *command, bool is_exercise,
			  const struct agencies *agencies)
{
	open_frame(w, seq, at_ms, kind, is_exercise,
		   command->by[0] != '\0' ? command->by : NULL);
	jsonw_string(w, "action", action_names[command->action]);
	if (command->command_id[0] != '\0')
		jsonw_string(w, "command_id", command->command_id);
	if (command->agency >= 0)
		jsonw_string(w, "agency", agencies->agency[command->agency].id);
	if (command->note != NULL)
		jsonw_string(w, "note", command->note);
	if (command->is_from_paper)
		paper_write(command->happened_ms, w);
	if (command->is_promise)
		jsonw_bool(w, "promise", true);
}

static void close_decision(struct jsonw *w, const struct incident *incident,
			   const struct agencies *agencies)
{
	incident_write(incident, agencies, w, "incident");
	jsonw_close(w, '}');
}

/* What was named, not what came of it: a split has to know which of the two. */
static void write_judgement(struct jsonw *w, const struct command *command,
			    const struct agencies *agencies)
{
	if (command->category[0] != '\0')
		jsonw_string(w, "category", command->category);
	if (command->priority != 0)
		jsonw_int(w, "priority", command->priority);
	if (command->has_agencies)
		agency_set_write(agencies, command->agencies, w, "agencies");
}

/* Whose part it is, also where whoever decided acts for one agency and did not name it. */
static unsigned write_part(struct jsonw *w, const struct command *command,
			   const struct incident *incident, const struct agencies *agencies)
{
	unsigned agency = 0;
	struct err err;

	if (incident_acting_agency(incident, command, &agency, &err) < 0)
		panic("event: %s of nobody's part", action_names[command->action]);
	if (command->agency < 0)
		jsonw_string(w, "agency", agencies->agency[agency].id);
	return agency;
}

/* Which of its waits has risen to whom: what a console, a gateway or a phone acts on. */
static void write_rise(struct jsonw *w, const struct command *command,
		       const struct incident *incident, const struct agencies *agencies)
{
	enum wait_slot slot =
		command->expected_wait.kind == WAIT_LATE ? WAIT_FOR_ARRIVAL : WAIT_FOR_STEP;
	unsigned agency = write_part(w, command, incident, agencies);
	const struct wait *wait = &incident->assignment[agency].wait[slot];

	jsonw_string(w, "kind", wait_kind_names[wait->kind]);
	jsonw_int(w, "level", wait->level);
	jsonw_string(w, "to", rise_names[wait->to]);
}

static void write_alarm(struct jsonw *w, const struct command *command,
			const struct incident *incident, const struct agencies *agencies)
{
	(void)write_part(w, command, incident, agencies);
	jsonw_string(w, "alarm", alarm_kind_names[command->alarm]);
}

/* Who must be told, and what is different for them. */
static void write_heard(struct jsonw *w, const struct incident *incident)
{
	static const char *const names[] = {"location", "priority", "category", "hazards"};

	if (incident->heard == 0)
		return;
	jsonw_open(w, "units", '[');
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (incident->heard >> i & 1)
			jsonw_string(w, NULL, incident->sent[i].unit);
	jsonw_close(w, ']');
	if (incident->changed == 0)
		return;
	jsonw_open(w, "changed", '[');
	for (unsigned i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (incident->changed >> i & 1)
			jsonw_string(w, NULL, names[i]);
	jsonw_close(w, ']');
}

/* Of which revision, and whether something newer stands. */
static void write_of(struct jsonw *w, const struct command *command,
		     const struct incident *incident)
{
	if (command->revision != 0)
		jsonw_int(w, "revision", command->revision);
	if (incident->is_late)
		jsonw_bool(w, "late", true);
}

static void write_step(struct jsonw *w, const struct command *command,
		       const struct incident *incident)
{
	if (command->unit_count > 0)
		jsonw_string(w, "unit_id", command->unit[0].id);
	jsonw_string(w, "status", order_state_names[command->order_state]);
	if (command->happened_ms != 0)
		jsonw_time(w, "at", command->happened_ms);
	write_of(w, command, incident);
}

static void write_receipt(struct jsonw *w, const struct command *command,
			  const struct incident *incident)
{
	jsonw_string(w, "dispatch_id", command->dispatch_id);
	jsonw_string(w, "receipt", receipt_names[command->receipt]);
	write_of(w, command, incident);
}

/* Both values; by whom and why stand beside it. */
static void write_correction(struct jsonw *w, const struct command *command,
			     const struct incident *incident, const struct agencies *agencies)
{
	if (command->unit_count > 0)
		jsonw_string(w, "unit_id", command->unit[0].id);
	else
		(void)write_part(w, command, incident, agencies);
	jsonw_string(w, "milestone", milestone_names[command->milestone]);
	jsonw_time(w, "old", incident->was_ms);
	jsonw_time(w, "new", command->corrected_ms);
}

/* Of which part, where that is one and was not named. */
static void write_ending(struct jsonw *w, const struct command *command,
			 const struct incident *incident, const struct agencies *agencies)
{
	unsigned agency = 0;
	struct err err;

	if (incident->status != INCIDENT_CLOSED && command->agency < 0 &&
	    incident_acting_agency(incident, command, &agency, &err) == 0)
		jsonw_string(w, "agency", agencies->agency[agency].id);
	if (command->action == ACTION_CLOSE)
		jsonw_string(w, "outcome", command->outcome);
}

/* Whose part went where, and who there has taken it. */
static void write_hand_over(struct jsonw *w, const struct command *command,
			    const struct incident *incident, const struct agencies *agencies)
{
	if (command->action == ACTION_HAND_OVER) {
		(void)write_part(w, command, incident, agencies);
		jsonw_string(w, "handed_to",
			     command->to_agency >= 0 ? agencies->agency[command->to_agency].id
						     : command->neighbour);
	}
	if (command->taken_by != NULL) {
		jsonw_string(w, "taken_by", command->taken_by);
		if (command->happened_ms != 0)
			jsonw_time(w, "at", command->happened_ms);
	}
}

/* Which one it was, or is. */
static void write_parent(struct jsonw *w, const struct command *command)
{
	jsonw_open(w, "parent", '{');
	jsonw_string(w, "incident_id", command->into);
	jsonw_int(w, "no", command->into_no);
	jsonw_close(w, '}');
}

static void write_undone(struct jsonw *w, const struct undone *undone)
{
	jsonw_open(w, "undone", '{');
	jsonw_int(w, "seq", (int64_t)undone->seq);
	jsonw_string(w, "action", action_names[undone->action]);
	jsonw_close(w, '}');
}

static void write_dispatch(struct jsonw *w, const struct command *command,
			   const struct incident *incident)
{
	if (command->is_overriding)
		jsonw_bool(w, "override", true);
	if (command->action == ACTION_STATUS)
		write_step(w, command, incident);
	if (command->action == ACTION_RECEIPT)
		write_receipt(w, command, incident);
	if (command->reason != NULL)
		jsonw_string(w, "reason", command->reason);
	write_heard(w, incident);
}

void event_write_command(struct jsonw *w, uint64_t seq, int64_t at_ms,
			 const struct command *command, const struct incident *incident,
			 const struct agencies *agencies)
{
	open_decision(w, seq, at_ms, event_kind_after(command, incident), command,
		      incident->is_exercise, agencies);
	if (command->action == ACTION_CLOSE || command->action == ACTION_REOPEN)
		write_ending(w, command, incident, agencies);
	if (command->action == ACTION_RECLASSIFY)
		write_judgement(w, command, agencies);
	if (event_kind_of(command->action) == EVENT_ALARM_UPDATED)
		write_alarm(w, command, incident, agencies);
	if (command->action == ACTION_ESCALATE)
		write_rise(w, command, incident, agencies);
	hazards_write(command->hazards, w, "hazards");
	hazards_write(command->hazards_over, w, "over");
	if (command->action == ACTION_LINK || command->action == ACTION_UNLINK)
		write_parent(w, command);
	if (command->action == ACTION_UNDO)
		write_undone(w, &command->undone);
	if (command->action == ACTION_CORRECT)
		write_correction(w, command, incident, agencies);
	write_hand_over(w, command, incident, agencies);
	write_dispatch(w, command, incident);
	close_decision(w, incident, agencies);
}

static void write_ref(struct jsonw *w, const char *key, const struct incident *incident)
{
	jsonw_open(w, key, '{');
	jsonw_string(w, "incident_id", incident->id);
	jsonw_int(w, "no", incident->no);
	jsonw_close(w, '}');
}

void event_write_linked(struct jsonw *w, uint64_t seq, int64_t at_ms,
			const struct filing *filing, const char *seal,
			const struct likeness *likeness, const struct incident *incident,
			const struct agencies *agencies)
{
	open_frame(w, seq, at_ms, EVENT_REPORT_RECEIVED, incident->is_exercise, NULL);
	jsonw_string(w, "report_id", filing->report.id);
	write_seal(w, seal);
	if (filing->report.is_from_paper)
		paper_write(filing->report.received_at_ms, w);
	jsonw_open(w, "likeness", '{');
	likeness_write(likeness, w);
	jsonw_close(w, '}');
	write_heard(w, incident);
	filing_write(filing, agencies, w);
	incident_write(incident, agencies, w, "incident");
	jsonw_close(w, '}');
}

void event_write_child(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct incident *child, const struct incident *incident,
		       const struct agencies *agencies)
{
	struct command own = *command;

	/* These belong to the other. */
	own.command_id[0] = '\0';
	own.agency = -1;
	open_decision(w, seq, command->at_ms, EVENT_INCIDENT_UPDATED, &own,
		      incident->is_exercise, agencies);
	write_ref(w, "child", child);
	close_decision(w, incident, agencies);
}

void event_write_taken_in(struct jsonw *w, uint64_t seq, const struct command *command,
			  const struct incident *other, const struct incident *incident,
			  const struct agencies *agencies)
{
	open_decision(w, seq, command->at_ms, EVENT_INCIDENT_UPDATED, command,
		      incident->is_exercise, agencies);
	write_heard(w, incident);
	incident_write(other, agencies, w, "merged");
	close_decision(w, incident, agencies);
}

void event_write_split(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct split_piece *pieces, unsigned count,
		       const struct incident *incident, const struct agencies *agencies)
{
	open_decision(w, seq, command->at_ms, EVENT_INCIDENT_UPDATED, command,
		      incident->is_exercise, agencies);
	jsonw_open(w, "split", '[');
	for (unsigned i = 0; i < count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "report_id", pieces[i].report_id);
		jsonw_string(w, "incident_id", pieces[i].incident.id);
		jsonw_int(w, "no", pieces[i].incident.no);
		jsonw_bool(w, "given_back", pieces[i].is_given_back);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	close_decision(w, incident, agencies);
}

void event_write_piece(struct jsonw *w, uint64_t seq, const struct command *command,
		       const struct split_piece *piece, const struct incident *from,
		       const struct incident *incident, const struct agencies *agencies)
{
	struct command own = *command;

	/* It belongs to the incident that was split, and so do the agency and the note. */
	own.command_id[0] = '\0';
	own.agency = -1;
	own.note = NULL;
	open_decision(w, seq, command->at_ms,
		      piece->is_given_back ? EVENT_INCIDENT_UPDATED : EVENT_INCIDENT_CREATED,
		      &own, incident->is_exercise, agencies);
	if (!piece->is_given_back)
		jsonw_string(w, "report_id", piece->report_id);
	write_ref(w, "from", from);
	close_decision(w, incident, agencies);
}

void event_write_call(struct jsonw *w, uint64_t seq, int64_t at_ms, const struct call *call,
		      const char *seal, const struct card *card)
{
	open_frame(w, seq, at_ms, EVENT_CALL_UPDATED, call->is_exercise, NULL);
	write_seal(w, seal);
	call_write(call, true, card, w, "call");
	jsonw_close(w, '}');
}

void event_write_caller(struct jsonw *w, uint64_t seq, int64_t at_ms, const char *incident_id,
			const struct card *card)
{
	open_frame(w, seq, at_ms, EVENT_CALLER_UPDATED, false, NULL);
	jsonw_string(w, "incident_id", incident_id);
	card_write(card, w, "card");
	jsonw_close(w, '}');
}

void event_write_call_back(struct jsonw *w, uint64_t seq, int64_t at_ms,
			   const struct call_back_word *word, const struct card *card)
{
	const struct wait *wait = &card->caller->owed.wait;

	open_frame(w, seq, at_ms, EVENT_CALLER_UPDATED, false,
		   word->by[0] != '\0' ? word->by : NULL);
	jsonw_null(w, "incident_id");
	if (word->command_id[0] != '\0')
		jsonw_string(w, "command_id", word->command_id);
	jsonw_string(w, "said", call_back_step_names[word->step]);
	if (word->step == CALL_BACK_RISEN)
		jsonw_string(w, "to", rise_names[wait->to]);
	if (word->outcome != NULL)
		jsonw_string(w, "outcome", word->outcome);
	if (word->reason != NULL)
		jsonw_string(w, "reason", word->reason);
	card_write(card, w, "card");
	jsonw_close(w, '}');
}

void event_write_cleared(struct jsonw *w, uint64_t seq, int64_t at_ms,
			 const struct clearing *clearing, int was, const struct card *card)
{
	open_frame(w, seq, at_ms, EVENT_CALLER_CLEARED, false, clearing->by);
	if (clearing->command_id[0] != '\0')
		jsonw_string(w, "command_id", clearing->command_id);
	jsonw_string(w, "reason", clearing->reason);
	jsonw_int(w, "was", was);
	card_write(card, w, "card");
	jsonw_close(w, '}');
}

void event_write_unit(struct jsonw *w, const struct unit_event *event,
		      const struct unit_doing *unit, const struct agencies *agencies)
{
	open_frame(w, event->seq, event->at_ms, EVENT_UNIT_UPDATED, event->is_exercise,
		   event->by);
	if (event->command_id != NULL && event->command_id[0] != '\0')
		jsonw_string(w, "command_id", event->command_id);
	if (event->note != NULL)
		jsonw_string(w, "note", event->note);
	if (event->mayday != NULL)
		jsonw_string(w, "said", event->mayday);
	if (event->because_of != 0)
		jsonw_int(w, "because_of", (int64_t)event->because_of);
	if (event->is_late)
		jsonw_bool(w, "late", true);
	unit_write(unit, agencies, w, "unit");
	jsonw_close(w, '}');
}

void event_write_hand_over(struct jsonw *w, uint64_t seq, const struct hand_over *hand_over,
			   uint64_t before, const struct agencies *agencies)
{
	bool is_of_all = hand_over->desk == DESK_OF_ALL;

	open_frame(w, seq, hand_over->at_ms, EVENT_SHIFT_HANDED_OVER, false, hand_over->by);
	if (hand_over->command_id[0] != '\0')
		jsonw_string(w, "command_id", hand_over->command_id);
	jsonw_open(w, "hand_over", '{');
	jsonw_string(w, "agency", is_of_all ? NULL : desk_name(hand_over->desk, agencies));
	jsonw_string(w, "by", hand_over->by);
	jsonw_string(w, "from", hand_over->from);
	jsonw_time(w, "at", hand_over->at_ms);
	jsonw_int(w, "read_seq", (int64_t)hand_over->read_seq);
	jsonw_int(w, "before", (int64_t)before);
	jsonw_string(w, "remark", hand_over->remark);
	jsonw_close(w, '}');
	jsonw_close(w, '}');
}

static const char *find_mark(const struct slice in, const char *mark, size_t len)
{
	return in.len == 0 ? NULL : memmem(in.text, in.len, mark, len);
}

static struct slice whole(const struct buf *body)
{
	return (struct slice){.text = (const char *)body->data, .len = body->len};
}

struct slice event_incident(const struct buf *body)
{
	struct slice frame = whole(body);
	const char *mark = find_mark(frame, incident_mark, sizeof(incident_mark) - 1);
	const char *object;

	if (mark == NULL)
		return (struct slice){0};
	object = mark + sizeof(incident_mark) - 2; /* its opening brace */
	return (struct slice){.text = object,
			      .len = (size_t)(frame.text + frame.len - 1 - object)};
}

struct slice event_report(const struct buf *body)
{
	struct slice head = event_head(body);
	const char *mark = find_mark(head, report_mark, sizeof(report_mark) - 1);
	const char *object;

	if (mark == NULL)
		return (struct slice){0};
	object = mark + sizeof(report_mark) - 2; /* its opening brace; it is the head's last */
	return (struct slice){.text = object, .len = (size_t)(head.text + head.len - object)};
}

/* In the head: a text in which the mark stands has its quotes escaped. */
bool event_seal(const struct buf *body, char *seal_r, size_t size)
{
	struct slice head = event_head(body);
	const char *mark = find_mark(head, seal_mark, sizeof(seal_mark) - 1);
	const char *from = mark != NULL ? mark + sizeof(seal_mark) - 1 : NULL;

	if (from == NULL || (size_t)(head.text + head.len - from) < size)
		return false;
	snprintf(seal_r, size, "%.*s", (int)size - 1, from);
	return true;
}

/* From the object behind such a mark to the frame's end. */
static struct slice object_at(const struct buf *body, const char *mark, size_t len)
{
	struct slice frame = whole(body);
	const char *found = find_mark(frame, mark, len), *object;

	if (found == NULL)
		return (struct slice){0};
	object = found + len - 1; /* its opening brace */
	return (struct slice){.text = object, .len = (size_t)(frame.text + frame.len - object)};
}

struct slice event_card(const struct buf *body)
{
	return object_at(body, card_mark, sizeof(card_mark) - 1);
}

struct slice event_hand_over(const struct buf *body)
{
	return object_at(body, hand_over_mark, sizeof(hand_over_mark) - 1);
}

struct slice event_unit(const struct buf *body)
{
	return object_at(body, unit_mark, sizeof(unit_mark) - 1);
}

struct slice event_head(const struct buf *body)
{
	struct slice frame = whole(body);
	const char *mark = find_mark(frame, incident_mark, sizeof(incident_mark) - 1);

	if (mark != NULL)
		frame.len = (size_t)(mark - frame.text);
	else if (frame.len > 0)
		frame.len--; /* without the closing brace */
	return frame;
}

static const char *find_words(struct slice incident)
{
	const char *words = find_mark(incident, words_mark, sizeof(words_mark) - 1);

	return words != NULL ? words : find_mark(incident, text_mark, sizeof(text_mark) - 1);
}

bool event_is_exercise(const struct buf *body)
{
	struct slice head = event_head(body);

	return memmem(head.text, head.len, "\"exercise\":true", 15) != NULL;
}

struct buf *event_retained(const struct event *event, uint64_t as_of, const char *epoch)
{
	struct slice incident = event_incident(event->body);
	const char *words = find_words(incident);
	struct jsonw w;
	struct buf *buf;

	jsonw_init(&w, incident.len + 256);
	jsonw_open(&w, NULL, '{');
	jsonw_int(&w, "seq", (int64_t)event->seq);
	jsonw_string(&w, "id", event->incident_id);
	jsonw_bool(&w, "exercise", event_is_exercise(event->body));
	jsonw_int(&w, "as_of", (int64_t)as_of);
	jsonw_string(&w, "epoch", epoch);
	if (words != NULL) {
		jsonw_raw(&w, "incident", incident.text, (size_t)(words - incident.text));
		w.depth++; /* the incident's brace is open: its words were cut off */
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, '}');
	buf = jsonw_buf(&w);
	jsonw_fini(&w);
	return buf;
}

void event_link(const unsigned char before[LINK_SIZE], const struct buf *body,
		unsigned char link_r[LINK_SIZE])
{
	unsigned char both[2 * LINK_SIZE];

	memcpy(both, before, LINK_SIZE);
	SHA256(body->data, body->len, both + LINK_SIZE);
	SHA256(both, sizeof(both), link_r);
}
