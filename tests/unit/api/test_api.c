#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "asked.h"
#include "base/xalloc.h"

#define FIRE   ((agency_set)1)
#define POLICE ((agency_set)2)
#define LINES  "Accept: application/x-ndjson\r\n"

static unsigned count(const char *text, const char *what)
{
	unsigned n = 0;

	for (; (text = strstr(text, what)) != NULL; text += strlen(what))
		n++;
	return n;
}

static int64_t number(const json_t *doc, const char *key)
{
	return json_integer_value(json_object_get(doc, key));
}

static void reports(struct asked *asked, unsigned n, agency_set agencies)
{
	char incident[ID_SIZE];

	while (n-- > 0)
		asked_report(asked, agencies, incident);
}

static void a_listener_gets_the_log_from_memory_and_store_without_a_seam(void **state)
{
	struct asked *asked = asked_start(8);
	char *got, last[32], *at;
	int fd;

	(void)state;
	reports(asked, 600, FIRE);
	fd = asked_open(asked, "/v1/events?after=2", asked->admin, LINES);
	got = client_read(fd, "\"seq\":600,", NULL);
	at = got;
	for (int seq = 3; seq <= 600; seq++) {
		snprintf(last, sizeof(last), "{\"type\":\"event\",\"seq\":%d,", seq);
		at = strstr(at, last);
		assert_non_null(at);
	}
	assert_int_equal(count(got, "{\"type\":\"event\""), 598);
	xfree(got);
	reports(asked, 1, FIRE);
	xfree(client_read(fd, "\"seq\":601,", NULL));
	close(fd);
	asked_stop(&asked);
}

static void refresh(struct asked *asked, void *arg)
{
	(void)arg;
	accounts_refresh(asked->people->accounts);
}

static void a_listener_whose_account_is_removed_is_cut_and_others_are_not(void **state)
{
	struct asked *asked = asked_start(8);
	int removed, other, is_open;
	struct err err;

	(void)state;
	reports(asked, 1, FIRE);
	removed = asked_open(asked, "/v1/events", asked->fire, LINES);
	other = asked_open(asked, "/v1/events", asked->admin, LINES);
	xfree(client_read(removed, "\"seq\":1,", NULL));
	xfree(client_read(other, "\"seq\":1,", NULL));
	assert_int_equal(
		accounts_file_remove(asked->people->dir, ACCOUNT_TOKEN, "pos-fire", &err), 0);
	asked_do(asked, refresh, NULL);
	xfree(client_read(removed, NULL, &is_open));
	assert_false(is_open);
	reports(asked, 1, FIRE);
	xfree(client_read(other, "\"seq\":2,", NULL));
	close(removed);
	close(other);
	asked_stop(&asked);
}

static void stop(struct asked *asked, void *arg)
{
	(void)arg;
	api_stop(asked->api);
}

static void a_stop_ends_the_listeners_and_is_said(void **state)
{
	struct asked *asked = asked_start(8);
	int fd, is_open;
	char *got;
	json_t *doc;

	(void)state;
	fd = asked_open(asked, "/v1/events", asked->admin, LINES);
	xfree(client_read(fd, "\r\n\r\n", NULL));
	asked_do(asked, stop, NULL);
	got = client_read(fd, NULL, &is_open);
	assert_false(is_open);
	assert_non_null(strstr(got, "0\r\n\r\n"));
	xfree(got);
	close(fd);
	doc = asked_json(asked, 503, "/readyz", NULL);
	assert_string_equal(json_string_value(json_object_get(doc, "status")), "stopping");
	json_decref(doc);
	json_decref(asked_json(asked, 200, "/healthz", NULL));
	got = asked_get(asked, "/v1/events", asked->admin, LINES);
	assert_non_null(strstr(got, "HTTP/1.1 503 "));
	xfree(got);
	asked_stop(&asked);
}

static void assert_details(struct asked *asked, const char *token, bool are_there)
{
	json_t *doc = asked_json(asked, 200, "/readyz", token);
	const json_t *store = json_object_get(doc, "store");

	assert_true(json_is_true(json_object_get(doc, "takes_reports")));
	assert_true(json_is_true(json_object_get(store, "ok")));
	assert_int_equal(json_object_get(store, "seq") != NULL, are_there);
	assert_int_equal(json_object_get(store, "epoch") != NULL, are_there);
	json_decref(doc);
}

static void how_much_is_in_the_log_is_for_those_who_see_the_figures(void **state)
{
	struct asked *asked = asked_start(8);

	(void)state;
	assert_details(asked, NULL, false);
	assert_details(asked, "wrong", false);
	assert_details(asked, asked->fire, false);
	assert_details(asked, asked->admin, true);
	asked_stop(&asked);
}

static void who_may_see_little_is_looked_through_the_log_for(void **state)
{
	struct asked *asked = asked_start(8);
	json_t *doc;

	(void)state;
	reports(asked, 1200, FIRE);
	reports(asked, 1, POLICE);
	doc = asked_json(asked, 200, "/v1/events?after=0&limit=1", asked->police);
	assert_int_equal(json_array_size(json_object_get(doc, "events")), 1);
	assert_int_equal(number(doc, "next"), 1201);
	json_decref(doc);
	doc = asked_json(asked, 200, "/v1/events?after=1201", asked->police);
	assert_int_equal(json_array_size(json_object_get(doc, "events")), 0);
	assert_int_equal(number(doc, "next"), number(doc, "seq"));
	json_decref(doc);
	asked_stop(&asked);
}

/* Every incident once, newest first, whatever comes in between two pages. */
static void a_list_goes_on_where_it_was(void **state)
{
	struct asked *asked = asked_start(8);
	char target[128] = "/v1/incidents?limit=10";
	int64_t before = INT64_MAX;
	unsigned seen = 0;

	(void)state;
	reports(asked, 35, FIRE);
	while (target[0] != '\0') {
		json_t *doc = asked_json(asked, 200, target, asked->fire);
		const char *next = json_string_value(json_object_get(doc, "next"));
		size_t i;
		json_t *one;

		json_array_foreach(json_object_get(doc, "incidents"), i, one)
		{
			assert_true(number(one, "no") < before);
			before = number(one, "no");
			seen++;
		}
		snprintf(target, sizeof(target),
			 next != NULL ? "/v1/incidents?limit=10&cursor=%s" : "", next);
		json_decref(doc);
		reports(asked, 3, FIRE);
	}
	assert_int_equal(seen, 35);
	asked_stop(&asked);
}

static void a_timeline_without_end_loses_its_oldest_part_and_says_so(void **state)
{
	struct asked *asked = asked_start(8);
	char incident[ID_SIZE], target[64], note[3001];
	json_t *doc, *timeline, *last;
	size_t kept;

	(void)state;
	asked_report(asked, FIRE, incident);
	snprintf(target, sizeof(target), "/v1/incidents/%s", incident);
	memset(note, 'n', sizeof(note));
	note[sizeof(note) - 1] = '\0';
	for (int i = 0; i < 100; i++)
		asked_note(asked, incident, note);
	doc = asked_json(asked, 200, target, asked->fire);
	assert_true(json_is_false(json_object_get(doc, "timeline_is_cut")));
	assert_int_equal(json_array_size(json_object_get(doc, "timeline")), 101);
	json_decref(doc);
	for (int i = 0; i < 300; i++)
		asked_note(asked, incident, note);
	doc = asked_json(asked, 200, target, asked->fire);
	timeline = json_object_get(doc, "timeline");
	kept = json_array_size(timeline);
	last = json_array_get(timeline, kept - 1);
	assert_true(json_is_true(json_object_get(doc, "timeline_is_cut")));
	assert_true(kept > 80 && kept < 180);
	assert_int_equal(number(last, "seq"), 401);
	assert_int_equal(number(json_array_get(timeline, 0), "seq"), 401 - (int64_t)kept + 1);
	assert_int_equal(number(doc, "version"), 401);
	json_decref(doc);
	asked_stop(&asked);
}

/* What was asked of the store is answered after the API has gone. */
static void the_end_may_come_in_the_middle_of_anything(void **state)
{
	static const char *const targets[] = {"/v1/incidents", "/v1/events",
					      "/v1/reports/R-01ARZ3NDEKTSV4RRFFQ69G5FAV",
					      "/v1/tickets/7000000"};
	struct asked *asked = asked_start(8);
	int fds[5];

	(void)state;
	reports(asked, 20, FIRE);
	asked->is_held = true;
	for (size_t i = 0; i < 4; i++)
		fds[i] = asked_open(asked, targets[i], asked->admin, NULL);
	fds[4] = asked_open(asked, "/v1/events", asked->admin, LINES);
	while (metrics_get(&asked->metrics, METRIC_READ_QUEUE) < 5)
		sched_yield();
	close(fds[0]); /* and one who did not wait */
	asked_stop(&asked);
	for (size_t i = 1; i < 5; i++)
		close(fds[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_listener_gets_the_log_from_memory_and_store_without_a_seam),
		cmocka_unit_test(a_listener_whose_account_is_removed_is_cut_and_others_are_not),
		cmocka_unit_test(a_stop_ends_the_listeners_and_is_said),
		cmocka_unit_test(how_much_is_in_the_log_is_for_those_who_see_the_figures),
		cmocka_unit_test(who_may_see_little_is_looked_through_the_log_for),
		cmocka_unit_test(a_list_goes_on_where_it_was),
		cmocka_unit_test(a_timeline_without_end_loses_its_oldest_part_and_says_so),
		cmocka_unit_test(the_end_may_come_in_the_middle_of_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
