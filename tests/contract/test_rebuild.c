/* The log is the truth: after a long run of whatever people do, the incident table says what
 * the events alone say, on every backend, and two backends say the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/archive.h"
#include "store/backend.h"
#include "support/store_world.h"

#define STEPS     400
#define INCIDENTS 200

struct run {
	struct store_world world;
	unsigned dice;
	char incident_id[INCIDENTS][ID_SIZE];
	char report_id[STEPS][ID_SIZE];
	unsigned incidents, reports, learnt;
	char command[160];
	struct store_links links;
	int answers[STEPS];
	int64_t versions[STEPS];
};

static unsigned roll(struct run *run, unsigned sides)
{
	run->dice = run->dice * 1103515245u + 12345u;
	return (run->dice >> 16) % sides;
}

static const char *any_incident(struct run *run)
{
	return run->incident_id[roll(run, run->incidents)];
}

static const char *any_report(struct run *run)
{
	return run->report_id[roll(run, run->reports)];
}

/* Most of these are impossible, which is a decision as well. */
static const char *random_family(struct run *run)
{
	switch (roll(run, 4)) {
	case 0:
		return "{\"action\":\"unlink\"}";
	case 1:
		return "{\"action\":\"close\",\"outcome\":\"resolved\",\"children\":\"leave\"}";
	default:
		snprintf(run->command, sizeof(run->command),
			 "{\"action\":\"link\",\"parent\":%u}", 1 + roll(run, run->incidents));
		return run->command;
	}
}

static const char *random_joining(struct run *run)
{
	if (roll(run, 2) == 0)
		snprintf(run->command, sizeof(run->command),
			 "{\"action\":\"merge\",\"into\":\"%s\"}", any_incident(run));
	else
		snprintf(run->command, sizeof(run->command),
			 "{\"action\":\"split\",\"reports\":[\"%s\"]}", any_report(run));
	return run->command;
}

static const char *random_dispatch(struct run *run)
{
	static const char *const commands[] = {
		"{\"action\":\"assign\",\"units\":[\"DMK-01\"]}",
		"{\"action\":\"assign\",\"units\":[\"DMK-01\",\"DMK-02\"],"
		"\"override\":true,\"note\":\"c\"}",
		"{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"en_route\"}",
		"{\"action\":\"status\",\"unit\":\"DMK-02\",\"status\":\"declined\"}",
		"{\"action\":\"cancel\",\"units\":[\"DMK-02\"]}",
		"{\"action\":\"close\",\"outcome\":\"prank\",\"release\":true}",
	};

	return commands[roll(run, sizeof(commands) / sizeof(commands[0]))];
}

static const char *random_part(struct run *run)
{
	static const char *const commands[] = {
		"{\"action\":\"close\",\"agency\":\"police\",\"outcome\":\"resolved\"}",
		"{\"action\":\"reopen\",\"agency\":\"fire\"}",
		"{\"action\":\"hand_over\",\"agency\":\"fire\",\"to\":\"police\","
		"\"reason\":\"d\"}",
		"{\"action\":\"hand_over\",\"agency\":\"police\",\"to\":\"112-kab\","
		"\"reason\":\"e\"}",
		"{\"action\":\"acknowledge\",\"agency\":\"police\",\"taken_by\":\"f\"}",
	};

	return commands[roll(run, sizeof(commands) / sizeof(commands[0]))];
}

static const char *random_command(struct run *run)
{
	static const char *const commands[] = {
		"{\"action\":\"acknowledge\",\"agency\":\"fire\"}",
		"{\"action\":\"acknowledge\",\"agency\":\"police\"}",
		"{\"action\":\"note\",\"note\":\"tiba,\\\"text\\\":\\\"\"}",
		"{\"action\":\"note\",\"note\":\"a\",\"expected_version\":2}",
		"{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"police\"]}",
		"{\"action\":\"reclassify\",\"category\":\"flood\",\"priority\":2}",
		"{\"action\":\"relocate\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}",
		"{\"action\":\"close\",\"outcome\":\"resolved\"}",
		"{\"action\":\"reopen\"}",
		"{\"action\":\"note\",\"note\":\"b\",\"command_id\":\"the-same\"}",
	};

	unsigned kind = roll(run, 24);

	if (kind < 7)
		return random_joining(run);
	if (kind < 12)
		return random_dispatch(run);
	if (kind < 14)
		return random_part(run);
	if (kind < 17)
		return random_family(run);
	return commands[roll(run, sizeof(commands) / sizeof(commands[0]))];
}

static void send_random_report(struct run *run, struct sent *sent, const char *key)
{
	run->links = (struct store_links){.count = 1, .is_same = true};
	if (run->reports > 0)
		memcpy(run->links.link[0].report_id, any_report(run), ID_SIZE);
	send_linked(&run->world, sent, "lapor-web", key, "Kebakaran",
		    run->reports > 0 && roll(run, 2) == 0 ? &run->links : NULL);
	sent->request.verdict.priority = 1 + (int)roll(run, 4);
	sent->request.verdict.agencies = 1 + roll(run, 7);
}

/* What a split makes is an incident, too. */
static void learn_incidents(struct run *run)
{
	for (; run->learnt < run->world.shown; run->learnt++) {
		const struct event *event = &run->world.events[run->learnt];

		if (event->kind == EVENT_INCIDENT_CREATED && run->incidents < INCIDENTS)
			memcpy(run->incident_id[run->incidents++], event->incident_id, ID_SIZE);
	}
}

/* By chance nobody ever takes apart what he has just joined. The incident; NULL: nothing was
 * joined just now. */
static const char *undo_of_joining(struct run *run)
{
	static const char merged[] = ",\"merged\":{", list[] = ",\"reports\":[\"",
			  one[] = ",\"report_id\":\"";
	const struct event *last = &run->world.events[run->world.shown - 1];
	bool is_linked = last->kind == EVENT_REPORT_RECEIVED;
	const char *mark = is_linked ? one : list;
	struct slice head = event_head(last->body);
	const char *at;

	if ((!is_linked && memmem(head.text, head.len, merged, sizeof(merged) - 1) == NULL) ||
	    roll(run, 2) == 0)
		return NULL;
	at = memmem(head.text, head.len, mark, strlen(mark));
	assert_non_null(at);
	snprintf(run->command, sizeof(run->command),
		 "{\"action\":\"split\",\"reports\":[\"%.*s\"]}", ID_SIZE - 1,
		 at + strlen(mark));
	return last->incident_id;
}

/* Of the last assign or step, behind which come the events of its units. */
static const char *undo_of_dispatch(struct run *run)
{
	const struct event *last = &run->world.events[run->world.shown - 1];

	while (last > run->world.events && last->kind == EVENT_UNIT_UPDATED)
		last--;
	if (last->kind != EVENT_ASSIGNMENT_UPDATED || roll(run, 3) != 0)
		return NULL;
	snprintf(run->command, sizeof(run->command), "{\"action\":\"undo\",\"of\":%llu}",
		 (unsigned long long)last->seq);
	return last->incident_id;
}

static void one_step(struct run *run, int step)
{
	struct sent sent;
	char key[16];

	run->world.now_us += 1000 * (int64_t)roll(run, 5000);
	if (run->incidents == 0 || (run->incidents < INCIDENTS && roll(run, 4) == 0)) {
		snprintf(key, sizeof(key), "k%u", roll(run, 100));
		send_random_report(run, &sent, key);
	} else {
		const char *joined = undo_of_joining(run);
		const char *undone = joined != NULL ? joined : undo_of_dispatch(run);
		const char *incident_id = undone != NULL ? undone : any_incident(run);
		const char *command = undone != NULL ? run->command : random_command(run);

		/* An incident cannot be named twice in one merge; the dice can. */
		if (strstr(command, "merge") != NULL && strstr(command, incident_id) != NULL)
			command = "{\"action\":\"note\",\"note\":\"c\"}";
		send_command(&run->world, &sent, incident_id, command);
	}
	store_step(run->world.store);
	assert_true(sent.is_answered);
	run->answers[step] = (int)sent.request.answer;
	run->versions[step] = sent.request.version;
	if (sent.request.op == STORE_REPORT && sent.request.answer == STORE_STORED)
		memcpy(run->report_id[run->reports++], sent.report->id, ID_SIZE);
	learn_incidents(run);
	sent_fini(&sent);
}

static struct run *whole_run(const struct store_backend *backend, unsigned seed)
{
	struct run *run = calloc(1, sizeof(*run));
	struct err err = {0};

	run->dice = seed;
	world_init(&run->world, backend);
	assert_int_equal(world_open(&run->world, &err), 0);
	for (int step = 0; step < STEPS; step++)
		one_step(run, step);
	return run;
}

static void end_run(struct run *run)
{
	world_fini(&run->world);
	free(run);
}

/* The last thing the log says about an incident. */
static const struct event *last_event(const struct run *run, const char *incident_id)
{
	for (unsigned i = run->world.shown; i-- > 0;)
		if (strcmp(run->world.events[i].incident_id, incident_id) == 0)
			return &run->world.events[i];
	return NULL;
}

static bool says(const struct event *event, const char *words)
{
	struct slice incident = event_incident(event->body);

	return memmem(incident.text, incident.len, words, strlen(words)) != NULL;
}

/* Whether the dice have come to it at all. */
static bool has_happened(const struct run *run, const char *words)
{
	for (unsigned i = 0; i < run->world.shown; i++) {
		const struct buf *body = run->world.events[i].body;

		if (memmem(body->data, body->len, words, strlen(words)) != NULL)
			return true;
	}
	return false;
}

static unsigned rows_of(struct run *run, unsigned statuses, const char *agency)
{
	struct store_read read = {
		.op = READ_INCIDENTS,
		.filter = {.statuses = statuses, .agency = agency, .viewer = sees_everything}};
	unsigned count;

	read_now(&run->world, &read);
	for (unsigned i = 0; i < read.row_count; i++) {
		const struct event *last = last_event(run, read.rows[i].incident_id);

		assert_non_null(last);
		assert_int_equal(read.rows[i].seq, last->seq);
		assert_int_equal(read.rows[i].body->len, last->body->len);
		assert_memory_equal(read.rows[i].body->data, last->body->data, last->body->len);
	}
	count = read.row_count;
	store_read_fini(&read);
	return count;
}

static unsigned live_orders(struct run *run, const char *unit, const char *incident_id)
{
	struct incident incident;
	struct err err;
	unsigned count = 0;

	assert_int_equal(incident_of_event(last_event(run, incident_id), &run->world.agencies,
					   &incident, &err),
			 0);
	for (unsigned i = 0; i < incident.sent_count; i++)
		count += order_is_live(incident.sent[i].state) &&
			 (unit == NULL || strcmp(incident.sent[i].unit, unit) == 0);
	incident_fini(&incident);
	return count;
}

static unsigned check_jobs(struct run *run, const struct event *told)
{
	struct slice slice = event_unit(told->body);
	json_t *doc = json_loadb(slice.text, slice.len, JSON_DISABLE_EOF_CHECK, NULL);
	struct unit_doing unit;
	struct err err;

	assert_int_equal(unit_read(doc, &run->world.agencies, &unit, &err), 0);
	json_decref(doc);
	for (unsigned i = 0; i < unit.job_count; i++)
		assert_int_equal(live_orders(run, unit.id, unit.job[i].incident_id), 1);
	return unit.job_count;
}

static void every_job_of_a_unit_is_a_live_order_and_the_other_way_round(void **state)
{
	unsigned most = 0;

	for (unsigned seed = 1; seed <= 5; seed++) {
		struct run *run = whole_run(*state, seed);
		struct store_read read = {.op = READ_UNITS};
		unsigned jobs = 0, orders = 0;

		read_now(&run->world, &read);
		for (unsigned i = 0; i < read.row_count; i++)
			jobs += check_jobs(run, &read.rows[i]);
		for (unsigned i = 0; i < run->incidents; i++)
			orders += live_orders(run, NULL, run->incident_id[i]);
		assert_int_equal(jobs, orders);
		most = jobs > most ? jobs : most;
		store_read_fini(&read);
		end_run(run);
	}
	assert_true(most > 1);
}

static void the_log_is_the_truth(void **state)
{
	struct run *run = whole_run(*state, 4711);
	const unsigned live = STATUS_BIT(INCIDENT_NEW) | STATUS_BIT(INCIDENT_ACTIVE);
	unsigned closed = 0, with_police = 0;

	for (unsigned i = 0; i < run->incidents; i++) {
		const struct event *last = last_event(run, run->incident_id[i]);

		closed += says(last, ",\"status\":\"closed\"");
		with_police += says(last, "\"police\"],\"confidence\"") ||
			       says(last, "\"police\",\"health\"],\"confidence\"");
	}
	assert_true(closed > 0 && closed < run->incidents && with_police > 0);
	assert_int_equal(rows_of(run, 0, NULL), run->incidents);
	assert_int_equal(rows_of(run, live, NULL), run->incidents - closed);
	assert_int_equal(rows_of(run, STATUS_BIT(INCIDENT_CLOSED), NULL), closed);
	assert_int_equal(rows_of(run, 0, "police"), with_police);
	end_run(run);
}

static void the_table_equals_one_rebuilt_from_the_log(void **state)
{
	struct run *run = whole_run(&store_sqlite, 42);
	struct archive_report report;
	struct err err = {0};

	(void)state;
	if (archive_verify(run->world.dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events, run->world.shown);
	assert_int_equal(report.incidents, run->incidents);
	end_run(run);
}

/* Rarer than one run sees for certain: all of them together have to have seen it. */
static const char *const rare[] = {
	"\"event\":\"report.received\"",
	"\"event\":\"incident.merged\"",
	"\"given_back\":true",
	"\"given_back\":false",
	"\"event\":\"unit.updated\"",
	"\"override\":true",
	"\"handed_to\":\"police\"",
	"\"taken_by\":\"f\"",
	"\"outcome\":\"handed_over\",\"closed_at\"",
	"\"action\":\"link\"",
	"\"action\":\"unlink\"",
	",\"major\":true",
	"\"undone\":{\"seq\":",
};

#define RARE (sizeof(rare) / sizeof(rare[0]))

static void look_for_rare(const struct run *run, bool seen_r[RARE])
{
	for (size_t i = 0; i < RARE; i++)
		seen_r[i] = seen_r[i] || has_happened(run, rare[i]);
}

static void check_rare(const bool seen[RARE])
{
	for (size_t i = 0; i < RARE; i++)
		if (!seen[i])
			fail_msg("no run has seen %s", rare[i]);
}

static void two_backends_answer_alike(void **state)
{
	bool seen[RARE] = {false};

	(void)state;
	for (unsigned seed = 1; seed <= 8; seed++) {
		struct run *a = whole_run(&store_memory, seed),
			   *b = whole_run(&store_sqlite, seed);

		assert_memory_equal(a->answers, b->answers, sizeof(a->answers));
		assert_memory_equal(a->versions, b->versions, sizeof(a->versions));
		assert_int_equal(a->world.shown, b->world.shown);
		for (unsigned i = 0; i < a->world.shown; i++) {
			assert_int_equal(a->world.events[i].kind, b->world.events[i].kind);
			assert_int_equal(a->world.events[i].audience.agencies,
					 b->world.events[i].audience.agencies);
			assert_int_equal(a->world.events[i].body->len,
					 b->world.events[i].body->len);
		}
		look_for_rare(a, seen);
		end_run(a);
		end_run(b);
	}
	check_rare(seen);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		{"the_log_is_the_truth (memory)", the_log_is_the_truth, NULL, NULL,
		 &backends[0]},
		{"the_log_is_the_truth (sqlite)", the_log_is_the_truth, NULL, NULL,
		 &backends[1]},
		OVER_ALL(every_job_of_a_unit_is_a_live_order_and_the_other_way_round),
		cmocka_unit_test(the_table_equals_one_rebuilt_from_the_log),
		cmocka_unit_test(two_backends_answer_alike),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
