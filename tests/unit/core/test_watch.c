#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#ifdef __SANITIZE_ADDRESS__
size_t __sanitizer_get_current_allocated_bytes(void);
#else
#include <malloc.h>
#endif

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "core/watch.h"
#include "doors.h"
#include "model/alarm.h"

#define FIRE_TEXT "Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam"
#define GRAVE_MS  30000 /* rules/escalation.tsv: grave, its first step */

static const struct principal supervisor = {
	.name = "pengawas", .role = ROLE_SUPERVISOR, .agency = -1};

/* The watch over the doors' store; time passes when the test says so. */
struct city_watch {
	struct doors *doors;
	struct watch *watch;
	unsigned followed;
	int64_t armed_us; /* monotonic; -1: not at all */
};

static struct city_watch the; /* what store_world's hook reaches */

static void arm(void *ctx, int64_t after_ms)
{
	struct city_watch *city = ctx;

	city->armed_us = after_ms < 0 ? -1 : city->doors->store.now_us + after_ms * 1000;
}

static void shown(struct store_world *world)
{
	unsigned from = the.followed;

	the.followed = world->shown;
	if (the.watch != NULL)
		watch_follow(the.watch, &world->events[from], world->shown - from);
}

static void begin_watch(void)
{
	const struct watch_hooks hooks = {.arm = arm, .ctx = &the};

	the.armed_us = -1;
	the.watch =
		watch_new(the.doors->store.store, the.doors->rules, &the.doors->store.agencies,
			  &the.doors->store.clock, &the.doors->metrics, true, &hooks);
	watch_begin(the.watch);
	store_step(the.doors->store.store);
	store_step(the.doors->store.store);
}

static void end_watch(void)
{
	watch_stop(the.watch);
	store_step(the.doors->store.store);
	watch_free(&the.watch);
}

static int open_city(void **state)
{
	(void)state;
	the = (struct city_watch){.doors = doors_open(4096)};
	the.doors->store.on_shown = shown;
	begin_watch();
	return 0;
}

static int close_city(void **state)
{
	(void)state;
	end_watch();
	doors_close(&the.doors);
	return 0;
}

/* As the loop would: wakes the watch when it has asked for it, and never before. */
static void pass(int64_t ms)
{
	int64_t until = the.doors->store.now_us + ms * 1000;

	while (the.armed_us >= 0 && the.armed_us <= until) {
		if (the.armed_us > the.doors->store.now_us)
			the.doors->store.now_us = the.armed_us;
		the.armed_us = -1;
		watch_tick(the.watch);
		store_step(the.doors->store.store);
	}
	the.doors->store.now_us = until;
}

/* Of what that agency waits for to happen next. */
static unsigned rises_of(const char *incident_id, const char *agency)
{
	unsigned count = 0;
	char mark[64];

	snprintf(mark, sizeof(mark), "\"agency\":\"%s\",\"kind\":\"u", agency);
	for (unsigned i = 0; i < the.doors->store.shown; i++) {
		const struct event *event = &the.doors->store.events[i];
		struct slice head = event_head(event->body);

		count += event->kind == EVENT_INCIDENT_ESCALATED &&
			 strcmp(event->incident_id, incident_id) == 0 &&
			 memmem(head.text, head.len, mark, strlen(mark)) != NULL;
	}
	return count;
}

static unsigned all_rises(void)
{
	unsigned count = 0;

	for (unsigned i = 0; i < the.doors->store.shown; i++)
		count += the.doors->store.events[i].kind == EVENT_INCIDENT_ESCALATED;
	return count;
}

static void act(const char *incident_id, const char *json)
{
	struct reply reply;

	doors_act(the.doors, &reply, incident_id, &supervisor, json);
	store_step(the.doors->store.store);
	if (reply.answer != STORE_STORED)
		fail_msg("%s", reply.err.text);
	reply_fini(&reply);
}

#define TAKE "{\"action\":\"acknowledge\",\"agency\":\"fire\"}"

static void what_nobody_takes_rises_when_it_is_due_and_not_before(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	pass(GRAVE_MS - 1);
	assert_int_equal(rises_of(id, "fire"), 0);
	pass(1);
	assert_int_equal(rises_of(id, "fire"), 1);
	pass(GRAVE_MS);
	assert_int_equal(rises_of(id, "fire"), 2);
	pass(3600000);
	assert_int_equal(rises_of(id, "fire"), 4); /* and that was all of its steps */
}

static void what_is_taken_in_time_rises_only_when_nothing_follows(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	pass(GRAVE_MS - 1000);
	act(id, TAKE);
	pass(59999);
	assert_int_equal(rises_of(id, "fire"), 0);
	pass(1);
	assert_int_equal(rises_of(id, "fire"), 1);
}

static void an_overdue_rise_happens_at_once_at_the_start_and_once(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	pass(10000);
	end_watch();
	the.doors->store.now_us += 25000 * 1000;
	begin_watch();
	pass(0);
	assert_int_equal(rises_of(id, "fire"), 1);
	pass(24999);
	assert_int_equal(rises_of(id, "fire"), 1);
	pass(1); /* a minute after it came in */
	assert_int_equal(rises_of(id, "fire"), 2);
	end_watch();
	begin_watch();
	pass(0);
	assert_int_equal(rises_of(id, "fire"), 2);
}

static void two_watches_give_no_step_twice(void **state)
{
	struct watch *first;
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	first = the.watch;
	begin_watch();
	the.doors->store.now_us += GRAVE_MS * 1000;
	watch_tick(first);
	watch_tick(the.watch);
	store_step(the.doors->store.store);
	assert_int_equal(all_rises(), 1);
	pass(0);
	assert_int_equal(rises_of(id, "fire"), 1);
	assert_int_equal(all_rises(), 3); /* of three agencies, the first step of each */
	watch_stop(first);
	watch_free(&first);
}

static void setting_the_clock_moves_no_deadline(void **state)
{
	static const int64_t steps_ms[] = {600000, -600000, 86400000, -86400000};
	char id[ID_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(steps_ms) / sizeof(steps_ms[0]); i++) {
		doors_incident(the.doors, FIRE_TEXT, id);
		pass(10000);
		the.doors->store.stepped_ms += steps_ms[i];
		act(id, "{\"action\":\"note\",\"note\":\"jam disetel\"}");
		pass(GRAVE_MS - 10001);
		assert_int_equal(rises_of(id, "fire"), 0);
		pass(1);
		assert_int_equal(rises_of(id, "fire"), 1);
		pass(GRAVE_MS);
		assert_int_equal(rises_of(id, "fire"), 2);
	}
}

static void a_clock_set_while_the_bridge_was_down_neither_hides_nor_repeats_a_step(void **state)
{
	char ahead[ID_SIZE], back[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, ahead);
	pass(1000);
	end_watch();
	the.doors->store.stepped_ms += 86400000;
	begin_watch();
	pass(0);
	assert_int_equal(rises_of(ahead, "fire"), 4); /* all are overdue by that clock */
	pass(3600000);
	assert_int_equal(rises_of(ahead, "fire"), 4);
	doors_incident(the.doors, FIRE_TEXT, back);
	pass(1000);
	end_watch();
	the.doors->store.stepped_ms -= 86400000;
	begin_watch();
	pass(GRAVE_MS); /* a whole step more at most, never a day */
	assert_int_equal(rises_of(back, "fire"), 1);
}

static void a_reopened_incident_waits_anew(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	pass(GRAVE_MS - 1000);
	act(id, "{\"action\":\"close\",\"outcome\":\"no_event\"}");
	pass(GRAVE_MS);
	assert_int_equal(rises_of(id, "fire"), 0);
	act(id, "{\"action\":\"reopen\"}");
	pass(GRAVE_MS - 1);
	assert_int_equal(rises_of(id, "fire"), 0);
	pass(1);
	assert_int_equal(rises_of(id, "fire"), 1);
}

/* Its queue holds two. */
static int open_small_city(void **state)
{
	(void)state;
	the = (struct city_watch){.doors = doors_open(2)};
	the.doors->store.on_shown = shown;
	begin_watch();
	return 0;
}

static void a_store_that_says_later_is_asked_again(void **state)
{
	struct reply replies[2];
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	the.doors->store.now_us += GRAVE_MS * 1000;
	for (int i = 0; i < 2; i++)
		doors_report(the.doors, &replies[i],
			     "{\"source\":\"lapor-web\",\"text\":\"Lampu jalan mati\"}");
	the.armed_us = -1;
	watch_tick(the.watch);
	store_step(the.doors->store.store);
	assert_int_equal(rises_of(id, "fire"), 0);
	pass(499);
	assert_int_equal(rises_of(id, "fire"), 0);
	pass(2000);
	assert_int_equal(rises_of(id, "fire"), 1);
	for (int i = 0; i < 2; i++)
		reply_fini(&replies[i]);
}

static void fold(const char *id, const char *card)
{
	struct sent sent;

	send_command(&the.doors->store, &sent, id, "{\"action\":\"unfold\"}");
	sent.command->action = ACTION_FOLD;
	memcpy(sent.command->into, card, ID_SIZE);
	store_step(the.doors->store.store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
}

static void what_lies_under_an_open_card_rises_when_the_card_is_gone(void **state)
{
	char card[ID_SIZE], under[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, card);
	doors_incident(the.doors, FIRE_TEXT " lantai dua", under);
	fold(under, card);
	pass(GRAVE_MS);
	assert_int_equal(rises_of(card, "fire"), 1);
	assert_int_equal(rises_of(under, "fire"), 0);
	act(card, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	pass(0);
	assert_int_equal(rises_of(under, "fire"), 1);
}

/* The same event as a bridge without waits had written it. */
static struct event before_waits(const struct event *event)
{
	static const char mark[] = ",\"escalation\":null";
	struct event old = *event;
	char *text = xstrndup((const char *)event->body->data, event->body->len), *at;

	while ((at = strstr(text, mark)) != NULL)
		memmove(at, at + strlen(mark), strlen(at + strlen(mark)) + 1);
	old.body = buf_copy(text, strlen(text));
	xfree(text);
	return old;
}

static void an_incident_older_than_waits_are_rises_when_it_is_found(void **state)
{
	struct event old;
	char id[ID_SIZE];

	(void)state;
	stored_report(&the.doors->store, "lama", "kebakaran", id);
	pass(3600000);
	assert_int_equal(rises_of(id, the.doors->store.agencies.agency[0].id), 0);
	old = before_waits(&the.doors->store.events[the.doors->store.shown - 1]);
	watch_follow(the.watch, &old, 1);
	pass(0);
	assert_int_equal(rises_of(id, the.doors->store.agencies.agency[0].id), 1);
	buf_unref(&old.body);
}

/* A hundred a second are far more than a city has; a flood of them must not stand before calls.
 */
static void where_hundreds_wait_at_once_calls_come_first_and_all_rise_in_turn(void **state)
{
	char id[ID_SIZE];
	unsigned first;

	(void)state;
	for (unsigned i = 0; i < 120; i++)
		doors_incident(the.doors, FIRE_TEXT, id);
	the.doors->store.now_us += GRAVE_MS * 1000; /* the loop was busy elsewhere */
	pass(0);
	first = all_rises();
	assert_int_equal(first, 100);
	pass(999);
	assert_int_equal(all_rises(), first);
	pass(1);
	assert_int_equal(all_rises(), 2 * first);
	pass(5000);
	assert_int_equal(all_rises(), 3 * 120); /* of three agencies, the first step of each */
}

static void a_ticket_wakes_nobody(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, "Mohon lampu jalan di depan gang diperbaiki", id);
	assert_int_equal(the.armed_us, -1);
}

#define MANY 8192

static size_t bytes_in_use(void)
{
#ifdef __SANITIZE_ADDRESS__
	return __sanitizer_get_current_allocated_bytes();
#else
	return mallinfo2().uordblks;
#endif
}

/* The same emergency under as many ids. */
static void follow_many(const struct event *event)
{
	struct event one = *event;
	struct id_gen gen = {0};

	for (unsigned i = 0; i < MANY; i++) {
		id_next(&gen, 'I', event->at_ms + i, one.incident_id);
		watch_follow(the.watch, &one, 1);
	}
}

static void an_open_emergency_costs_few_bytes(void **state)
{
	struct event event;
	char id[ID_SIZE];
	size_t before, each;

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	event = the.doors->store.events[the.doors->store.shown - 1];
	before = bytes_in_use();
	follow_many(&event);
	each = (bytes_in_use() - before) / MANY;
	print_message("%zu bytes\n", each);
	assert_in_range(each, 100, 144);
}

static struct slice alarms_for(const struct viewer *viewer, struct jsonw *w)
{
	jsonw_init(w, 4096);
	jsonw_open(w, NULL, '{');
	watch_write_alarms(the.watch, viewer, -1, w, "alarms");
	jsonw_close(w, '}');
	return (struct slice){.text = w->text, .len = w->len};
}

static json_t *alarms_of(const json_t *doc)
{
	struct incident incident;
	struct jsonw w;
	struct err err;
	json_t *list;

	assert_int_equal(incident_read(doc, &the.doors->store.agencies, &incident, &err), 0);
	jsonw_init(&w, 4096);
	jsonw_open(&w, NULL, '{');
	alarms_write(&incident, &the.doors->store.agencies, &w);
	jsonw_close(&w, '}');
	list = json_loadb(w.text, w.len, 0, NULL);
	jsonw_fini(&w);
	incident_fini(&incident);
	return list;
}

/* What follows from the incident itself, word for word. */
static void check_alarms(const char *id, bool is_said)
{
	const struct viewer all = {.may_watch = true, .sees_all = true, .sees_secret = true};
	struct event event = the.doors->store.events[the.doors->store.shown - 1];
	struct slice incident = event_incident(event.body), alarms;
	struct jsonw w;
	json_t *is, *due, *asked, *one;
	size_t i;

	alarms = alarms_for(&all, &w);
	is = json_loadb(incident.text, incident.len, 0, NULL);
	asked = json_loadb(alarms.text, alarms.len, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(is, "id")), id);
	json_array_foreach(json_object_get(asked, "alarms"), i, one)
	{
		assert_string_equal(json_string_value(json_object_get(one, "incident_id")), id);
		json_object_del(one, "incident_id");
		json_object_del(one, "no");
		json_object_del(one, "exercise");
	}
	due = alarms_of(is);
	assert_true(json_array_size(json_object_get(due, "alarms")) > 0);
	assert_true(json_equal(due, asked));
	assert_int_equal(json_object_get(is, "alarms") != NULL, is_said);
	json_decref(due);
	json_decref(is);
	json_decref(asked);
	jsonw_fini(&w);
}

static void alarms_are_those_that_follow_from_the_incident_itself(void **state)
{
	char id[ID_SIZE];

	(void)state;
	doors_incident(the.doors, FIRE_TEXT, id);
	check_alarms(id, false);
	pass(GRAVE_MS);
	check_alarms(id, false);
	act(id, "{\"action\":\"acknowledge_alarm\",\"agency\":\"fire\",\"alarm\":\"new\"}");
	check_alarms(id, true);
	pass(3600000); /* all steps are through, and none is due any more */
	check_alarms(id, false);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, open_city, close_city)

int main(void)
{
	const struct CMUnitTest tests[] = {
		EACH(what_nobody_takes_rises_when_it_is_due_and_not_before),
		EACH(what_is_taken_in_time_rises_only_when_nothing_follows),
		EACH(an_overdue_rise_happens_at_once_at_the_start_and_once),
		EACH(two_watches_give_no_step_twice),
		EACH(setting_the_clock_moves_no_deadline),
		EACH(a_clock_set_while_the_bridge_was_down_neither_hides_nor_repeats_a_step),
		EACH(a_reopened_incident_waits_anew),
		cmocka_unit_test_setup_teardown(a_store_that_says_later_is_asked_again,
						open_small_city, close_city),
		EACH(what_lies_under_an_open_card_rises_when_the_card_is_gone),
		EACH(an_incident_older_than_waits_are_rises_when_it_is_found),
		EACH(where_hundreds_wait_at_once_calls_come_first_and_all_rise_in_turn),
		EACH(a_ticket_wakes_nobody),
		EACH(an_open_emergency_costs_few_bytes),
		EACH(alarms_are_those_that_follow_from_the_incident_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
