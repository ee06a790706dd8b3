#include "core/outbound.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/rules.h"
#include "store/backend.h"

/* ---- Which. ---- */

static bool head_has(struct slice head, const char *mark)
{
	return head.len > 0 && memmem(head.text, head.len, mark, strlen(mark)) != NULL;
}

/* The value of a text member; "" : there is none. */
static void cut(struct slice head, const char *mark, char *value_r, size_t size)
{
	const char *at = memmem(head.text, head.len, mark, strlen(mark));
	const char *end = head.text + head.len;
	size_t n = 0;

	at = at != NULL ? at + strlen(mark) : end;
	for (; at < end && *at != '"' && n + 1 < size; at++)
		value_r[n++] = *at;
	value_r[n] = '\0';
}

/* Of the two things that a part waits for the one that has risen. */
static bool find_wait(const struct incident *incident, struct slice head,
		      struct outbound *outbound)
{
	const struct wait *waits = incident->assignment[outbound->agency].wait;
	char kind[24];

	cut(head, ",\"kind\":\"", kind, sizeof(kind));
	for (int slot = 0; slot < WAIT_SLOTS; slot++) {
		const struct wait *wait = &waits[slot];

		if (wait->kind == WAIT_NONE || strcmp(wait_kind_names[wait->kind], kind) != 0)
			continue;
		outbound->slot = (enum wait_slot)slot;
		outbound->wait =
			(struct expected_wait){wait->kind, wait->level, wait->since_ms};
		return true;
	}
	return false;
}

bool outbound_of(const struct event *event, const struct agencies *agencies,
		 struct outbound *outbound, struct err *err)
{
	struct slice head = event_head(event->body);
	struct incident incident;
	char agency[AGENCY_ID_SIZE];
	int found;
	bool is_there;

	err->text[0] = '\0';
	if (event->kind != EVENT_INCIDENT_ESCALATED ||
	    !head_has(head, ",\"to\":\"other_channel\"") || event_is_exercise(event->body))
		return false;
	cut(head, ",\"agency\":\"", agency, sizeof(agency));
	found = agency_find(agencies, agency, strlen(agency));
	*outbound = (struct outbound){.seq = event->seq, .agency = (unsigned)found};
	memcpy(outbound->incident_id, event->incident_id, ID_SIZE);
	if (found < 0)
		return (void)err_set(err, ERR_INVALID, "%s is no agency any more", agency),
		       false;
	if (incident_of_event(event, agencies, &incident, err) < 0)
		return false;
	outbound->priority = incident.verdict.priority;
	outbound->is_secret = event->audience.scope == SCOPE_SECRET;
	is_there = find_wait(&incident, head, outbound) && !incident.is_exercise;
	incident_fini(&incident);
	return is_there;
}

bool outbound_holds(const struct outbound *outbound, const struct incident *now)
{
	const struct wait *wait = &now->assignment[outbound->agency].wait[outbound->slot];

	return now->status != INCIDENT_CLOSED && wait->kind == outbound->wait.kind &&
	       wait->since_ms == outbound->wait.since_ms && wait->level >= outbound->wait.level;
}

/* ---- The words. ---- */

static const struct {
	const char *id, *en;
} missing[WAIT_KINDS] = {
	[WAIT_UNSURE] = {"belum diperiksa siapa pun", "nobody has looked at it"},
	[WAIT_UNTAKEN] = {"belum diambil", "nobody has taken it"},
	[WAIT_UNSENT] = {"sudah diambil, belum ada unit yang dikirim",
			 "taken, and no unit was sent"},
	[WAIT_UNANSWERED] = {"unit yang dikirim belum menjawab",
			     "the unit that was sent has not answered"},
	[WAIT_UNMOVED] = {"unit belum berangkat", "the unit has not set out"},
	[WAIT_ASKED] = {"perlu perhatian segera", "it needs attention at once"},
	[WAIT_LATE] = {"belum ada unit yang tiba", "no unit has arrived"},
};

/* As far as it may be said. */
struct about {
	const struct category *category; /* NULL: there is none, or it may not be said */
	const char *area;                /* "" : likewise */
	bool is_secret;
};

static struct about about(const struct outbound *outbound, const struct incident *now,
			  const struct rules *rules)
{
	const struct category *category = rules_category(rules, now->verdict.category);

	if (outbound->is_secret || (category != NULL && category->is_confidential))
		return (struct about){.area = "", .is_secret = true};
	return (struct about){.category = category, .area = now->location.area_name};
}

/* One language of it. */
struct words {
	const char *incident, *priority, *category, *agency, *missing, *minutes;
};

static void write_text(struct jsonw *w, const char *key, const struct words *words,
		       const struct incident *now, const char *area, int64_t waited_ms)
{
	char text[480];

	snprintf(text, sizeof(text), "TANGI: %s #%04lld, %s %d, %s%s%s. %s: %s (%lld %s).",
		 words->incident, (long long)now->no, words->priority, now->verdict.priority,
		 words->category, area[0] != '\0' ? ", " : "", area, words->agency,
		 words->missing, (long long)(waited_ms / 60000), words->minutes);
	jsonw_string(w, key, text);
}

static void write_texts(struct jsonw *w, const struct outbound *outbound,
			const struct incident *now, const struct outbound_desk *desk,
			const struct about *is)
{
	const struct agencies *agencies = rules_agencies(desk->rules);
	enum wait_kind kind = outbound->wait.kind;
	const char *plain = is->is_secret ? NULL : now->verdict.category;
	struct words indonesian = {
		.incident = "kejadian",
		.priority = "prioritas",
		.category = plain == NULL          ? "perkara rahasia"
			    : is->category != NULL ? is->category->name_id
						   : plain,
		.agency = agencies->agency[outbound->agency].name_id,
		.missing = missing[kind].id,
		.minutes = "menit",
	};
	struct words english = {
		.incident = "incident",
		.priority = "priority",
		.category = plain == NULL          ? "a confidential matter"
			    : is->category != NULL ? is->category->name_en
						   : plain,
		.agency = agencies->agency[outbound->agency].name_en,
		.missing = missing[kind].en,
		.minutes = "min",
	};
	int64_t waited_ms = desk->at_ms - outbound->wait.since_ms;

	write_text(w, "text_id", &indonesian, now, is->area, waited_ms);
	write_text(w, "text_en", &english, now, is->area, waited_ms);
}

static void write_data(struct jsonw *w, const struct outbound *outbound,
		       const struct incident *now, const struct outbound_desk *desk)
{
	const struct agencies *agencies = rules_agencies(desk->rules);
	struct about is = about(outbound, now, desk->rules);

	jsonw_string(w, "city", desk->city);
	jsonw_int(w, "seq", (int64_t)outbound->seq);
	jsonw_string(w, "incident_id", now->id);
	jsonw_int(w, "no", now->no);
	jsonw_string(w, "agency", agencies->agency[outbound->agency].id);
	jsonw_int(w, "priority", now->verdict.priority);
	jsonw_string(w, "category", is.is_secret ? NULL : now->verdict.category);
	jsonw_string(w, "area", is.area[0] != '\0' ? is.area : NULL);
	jsonw_string(w, "waits_for", wait_kind_names[outbound->wait.kind]);
	jsonw_time(w, "since", outbound->wait.since_ms);
	write_texts(w, outbound, now, desk, &is);
}

struct buf *outbound_write(const struct outbound *outbound, const struct incident *now,
			   const struct outbound_desk *desk)
{
	struct jsonw w;
	struct buf *body;

	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "type", "incident.escalated");
	jsonw_time(&w, "timestamp", desk->at_ms);
	jsonw_open(&w, "data", '{');
	write_data(&w, outbound, now, desk);
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	body = jsonw_buf(&w);
	jsonw_fini(&w);
	return body;
}
