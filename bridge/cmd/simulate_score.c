#include "cmd/simulate_score.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

/* ---- Incidents of ours. ---- */

static const struct fold_incident *root_of(const struct score_of *of,
					   const struct sender *sender)
{
	const struct fold_incident *one = fold_find(of->fold, sender->incident_id);

	return one != NULL ? fold_root(of->fold, one) : NULL;
}

/* The card that speaks for it by now; NULL: there is none. */
static const struct fold_incident *card_of(const struct score_of *of,
					   const struct sender *sender)
{
	const struct fold_incident *one = fold_find(of->fold, sender->incident_id);

	if (one != NULL && fold_is_open(one) && !fold_is_represented(of->fold, one))
		return one;
	return root_of(of, sender);
}

/* The first sender whose matter has that card. */
static bool is_first_of(const struct score_of *of, unsigned n, const struct fold_incident *card)
{
	for (unsigned i = 0; i < n; i++)
		if (of->city->sender[i].incident_id[0] != '\0' &&
		    card_of(of, &of->city->sender[i]) == card)
			return false;
	return true;
}

static bool is_raised(const char *disposition)
{
	return strcmp(disposition, "emergency") == 0 || strcmp(disposition, "review") == 0;
}

/* ---- Reports. ---- */

static void count_report(struct score *score, const struct sender *sender)
{
	bool is_emergency = strcmp(sender->disposition, "emergency") == 0;

	if (!sender->is_acked)
		return;
	if (sender->row->what == SCENARIO_EMERGENCY) {
		score->emergencies++;
		score->raised += is_raised(sender->disposition);
		score->missed += !is_raised(sender->disposition);
	} else {
		score->others++;
		score->false_alarms += is_emergency;
	}
}

/* A report is a double where an earlier one was of the same matter; wrongly joined, where it
 * came to an incident that another matter had begun. */
static void count_double(struct score *score, const struct score_of *of, unsigned n)
{
	const struct sender *sender = &of->city->sender[n], *first = NULL;
	const struct fold_incident *root = root_of(of, sender);
	bool is_double = false, is_joined = false;

	for (unsigned i = 0; i < n; i++) {
		const struct sender *other = &of->city->sender[i];
		bool is_there = root != NULL && root_of(of, other) == root;

		if (!other->is_acked)
			continue;
		is_double |= other->matter == sender->matter;
		is_joined |= is_there && other->matter == sender->matter;
		if (is_there && first == NULL)
			first = other;
	}
	score->doubles += is_double;
	score->joined += is_joined;
	score->wrongly_joined += first != NULL && first->matter != sender->matter;
}

static void reckon_reports(struct score *score, const struct score_of *of)
{
	for (unsigned i = 0; i < of->city->sender_count; i++) {
		if (!of->city->sender[i].is_acked)
			continue;
		count_report(score, &of->city->sender[i]);
		count_double(score, of, i);
	}
	score->reports = of->city->sent;
	score->reports_acked = of->city->acked;
	score->calls = of->city->calls;
	score->calls_acked = of->city->calls_acked;
}

/* ---- Times. ---- */

/* Seconds of each kind, of one agency. */
struct spans {
	int64_t *second;
	unsigned count;
};

static void add_span(struct spans *spans, const struct score_of *of, int64_t from_ms,
		     int64_t to_ms)
{
	if (to_ms == 0)
		return;
	spans->second = xrealloc(spans->second, (spans->count + 1) * sizeof(spans->second[0]));
	spans->second[spans->count++] = (to_ms - from_ms) * of->speed / 1000;
}

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static struct score_times end_spans(struct spans *spans)
{
	struct score_times times = {.count = spans->count};

	if (spans->count > 0) {
		qsort(spans->second, spans->count, sizeof(spans->second[0]), compare);
		times.median_s = spans->second[spans->count / 2];
		times.most_s = spans->second[spans->count - 1];
	}
	xfree(spans->second);
	*spans = (struct spans){.count = 0};
	return times;
}

static const char *agency_of(const json_t *part)
{
	const char *agency = json_string_value(json_object_get(part, "agency"));

	return agency != NULL ? agency : "";
}

static bool has_alarm(const struct score_of *of, const char *incident_id, const char *agency)
{
	const json_t *alarm;
	size_t i;

	json_array_foreach(of->alarms, i, alarm)
	{
		const char *id = json_string_value(json_object_get(alarm, "incident_id"));

		if (id != NULL && strcmp(id, incident_id) == 0 &&
		    strcmp(agency_of(alarm), agency) == 0)
			return true;
	}
	return false;
}

/* What the bridge is not sure of is given its first time in silence: then it rises. */
static bool is_waiting(const struct fold_incident *incident, const char *agency)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(incident->state, "assignments"), i, part)
	{
		if (strcmp(agency_of(part), agency) == 0)
			return strcmp(fold_text(incident, "disposition"), "review") == 0 &&
			       json_is_object(json_object_get(part, "escalation"));
	}
	return false;
}

static bool is_untaken(const struct fold_incident *incident, const struct fold_part *part)
{
	return part->taken_ms == 0 && fold_is_open(incident);
}

static void reckon_agency(struct score_agency *agency, struct score *score,
			  const struct score_of *of, const struct fold_incident *const *raised,
			  unsigned count)
{
	struct spans taken = {.count = 0}, sent = {.count = 0}, arrived = {.count = 0};

	for (unsigned i = 0; i < count; i++) {
		const struct fold_part *part = fold_part(raised[i], agency->agency);

		if (part == NULL)
			continue;
		agency->parts++;
		add_span(&taken, of, part->since_ms, part->taken_ms);
		add_span(&sent, of, part->since_ms, part->sent_ms);
		add_span(&arrived, of, part->since_ms, part->arrived_ms);
		if (!is_untaken(raised[i], part))
			continue;
		agency->untaken++;
		score->unalarmed += !has_alarm(of, raised[i]->id, agency->agency) &&
				    !is_waiting(raised[i], agency->agency);
	}
	agency->taken = end_spans(&taken);
	agency->sent = end_spans(&sent);
	agency->arrived = end_spans(&arrived);
}

static void name_agencies(struct score *score, const struct fold_incident *incident)
{
	for (unsigned i = 0; i < incident->part_count; i++) {
		bool is_known = false;

		for (unsigned a = 0; a < score->agency_count; a++)
			is_known |=
				strcmp(score->agency[a].agency, incident->part[i].agency) == 0;
		if (!is_known && score->agency_count < FOLD_PARTS_MAX)
			memcpy(score->agency[score->agency_count++].agency,
			       incident->part[i].agency, FOLD_NAME_SIZE);
	}
}

static void reckon_incidents(struct score *score, const struct score_of *of)
{
	const struct city *city = of->city;
	const struct fold_incident **raised =
		xcalloc(city->sender_count + 1, sizeof(raised[0]));
	unsigned count = 0;

	for (unsigned i = 0; i < city->sender_count; i++) {
		const struct fold_incident *card = card_of(of, &city->sender[i]);

		if (card == NULL || card->state == NULL || !is_first_of(of, i, card))
			continue;
		score->incidents++;
		score->open += fold_is_open(card);
		if (!is_raised(fold_text(card, "disposition")))
			continue;
		raised[count++] = card;
		name_agencies(score, card);
	}
	for (unsigned a = 0; a < score->agency_count; a++)
		reckon_agency(&score->agency[a], score, of, raised, count);
	xfree(raised);
}

static void reckon_help(struct score *score, const struct score_of *of)
{
	const struct fold_help *help = &of->fold->help[of->is_exercise];

	score->maydays = help->called;
	score->maydays_answered = help->answered;
	score->maydays_over = help->ended;
	score->mayday_most_s = help->answer_most_ms * of->speed / 1000;
}

void score_reckon(struct score *score_r, const struct score_of *of)
{
	*score_r = (struct score){.escalations = of->fold->counts.escalations,
				  .orders = of->orders,
				  .orders_lost = of->orders_lost};
	reckon_help(score_r, of);
	reckon_reports(score_r, of);
	reckon_incidents(score_r, of);
}

/* ---- For people. ---- */

static void print_times(FILE *to, const struct score_times *times)
{
	if (times->count == 0)
		fprintf(to, " %14s", "-");
	else
		fprintf(to, " %6" PRId64 " /%6" PRId64, times->median_s, times->most_s);
}

static void print_agencies(const struct score *score, FILE *to)
{
	fprintf(to,
		"\nDetik kota sampai … (tengah / terlama) · city seconds until … (median / "
		"longest)\n  %-10s %6s %14s %14s %14s %9s\n",
		"", "bagian", "diterima/taken", "dikirim/sent", "tiba/arrived", "belum/not");
	for (unsigned a = 0; a < score->agency_count; a++) {
		const struct score_agency *agency = &score->agency[a];

		fprintf(to, "  %-10s %6u", agency->agency, agency->parts);
		print_times(to, &agency->taken);
		print_times(to, &agency->sent);
		print_times(to, &agency->arrived);
		fprintf(to, " %9u\n", agency->untaken);
	}
}

void score_print(const struct score *score, FILE *to)
{
	const struct {
		const char *what;
		unsigned is, of;
		bool has_of;
	} rows[] = {
		{"Laporan tersimpan / reports stored", score->reports_acked, score->reports,
		 true},
		{"Langkah telepon tersimpan / steps of calls stored", score->calls_acked,
		 score->calls, true},
		{"Darurat dikenali / emergencies raised", score->raised, score->emergencies,
		 true},
		{"Darurat terlewat / emergencies missed", score->missed, 0, false},
		{"Bukan darurat, dikirim / false alarms", score->false_alarms, score->others,
		 true},
		{"Laporan ganda digabung / doubles joined", score->joined, score->doubles,
		 true},
		{"Salah digabung / wrongly joined", score->wrongly_joined, 0, false},
		{"Insiden masih terbuka / incidents still open", score->open, score->incidents,
		 true},
		{"Eskalasi / escalations", score->escalations, 0, false},
		{"Tak diterima, tanpa alarm / untaken without an alarm", score->unalarmed, 0,
		 false},
		{"Perintah hilang / orders lost", score->orders_lost, score->orders, true},
		{"Darurat regu dijawab / crews' maydays answered", score->maydays_answered,
		 score->maydays, true},
		{"… paling lama, detik kota / city seconds at most",
		 (unsigned)score->mayday_most_s, 0, false},
		{"… diakhiri dua orang / ended by two people", score->maydays_over,
		 score->maydays, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		fprintf(to, "  %-54s %6u", rows[i].what, rows[i].is);
		if (rows[i].has_of)
			fprintf(to, " / %u", rows[i].of);
		fputc('\n', to);
	}
	print_agencies(score, to);
}

/* ---- For programs. ---- */

static void write_times(const struct score_times *times, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	jsonw_int(w, "count", times->count);
	jsonw_int(w, "median_s", times->median_s);
	jsonw_int(w, "most_s", times->most_s);
	jsonw_close(w, '}');
}

static void write_agencies(const struct score *score, struct jsonw *w)
{
	jsonw_open(w, "agencies", '[');
	for (unsigned a = 0; a < score->agency_count; a++) {
		const struct score_agency *agency = &score->agency[a];

		jsonw_open(w, NULL, '{');
		jsonw_string(w, "agency", agency->agency);
		jsonw_int(w, "parts", agency->parts);
		jsonw_int(w, "untaken", agency->untaken);
		write_times(&agency->taken, w, "taken");
		write_times(&agency->sent, w, "sent");
		write_times(&agency->arrived, w, "arrived");
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void score_write(const struct score *score, struct jsonw *w)
{
	const struct {
		const char *key;
		unsigned value;
	} figures[] = {
		{"reports", score->reports},
		{"reports_acked", score->reports_acked},
		{"calls", score->calls},
		{"calls_acked", score->calls_acked},
		{"emergencies", score->emergencies},
		{"raised", score->raised},
		{"missed", score->missed},
		{"others", score->others},
		{"false_alarms", score->false_alarms},
		{"doubles", score->doubles},
		{"joined", score->joined},
		{"wrongly_joined", score->wrongly_joined},
		{"incidents", score->incidents},
		{"open", score->open},
		{"escalations", score->escalations},
		{"unalarmed", score->unalarmed},
		{"orders", score->orders},
		{"orders_lost", score->orders_lost},
		{"maydays", score->maydays},
		{"maydays_answered", score->maydays_answered},
		{"maydays_over", score->maydays_over},
		{"mayday_most_s", (unsigned)score->mayday_most_s},
	};

	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		jsonw_int(w, figures[i].key, figures[i].value);
	write_agencies(score, w);
}
