/* An event and what it becomes at the broker. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "net/mqtt_topics.h"

#define EPOCH "L-01KAQ7ZZZZT3C8M9K2XRNY4B7D"

enum { FIRE = 1, POLICE = 2, HEALTH = 4 };

static const struct agencies agencies = {
	.count = 3,
	.agency = {{.id = "fire"}, {.id = "police"}, {.id = "health"}},
};

static struct mqtt_topics topics(void)
{
	struct mqtt_topics made;
	struct err err;

	assert_int_equal(mqtt_topics_init(&made, "cirebon", &agencies, &err), 0);
	return made;
}

struct story {
	enum incident_status status;
	agency_set before, now;
	enum scope scope;
	const char *text;
};

/* The event by which the incident came to be as the story says. */
static struct event event_of(const struct story *story)
{
	struct incident incident = {
		.no = 7,
		.version = 2,
		.status = story->status,
		.verdict = {.priority = 1, .category = "fire_building", .agencies = story->now},
		.location = {.from = LOCATION_NONE, .accuracy_m = -1},
		.report_count = 1,
		.text = xstrdup(story->text != NULL ? story->text : "Kebakaran"),
	};
	struct event event = {.seq = 42,
			      .kind = EVENT_INCIDENT_UPDATED,
			      .audience = {story->scope, story->before | story->now}};
	struct jsonw w;

	strcpy(incident.id, "I-01KAQ8GWJ5T3C8M9K2XRNY4B7E");
	strcpy(event.incident_id, incident.id);
	jsonw_init(&w, 1024);
	event_write_report(&w, 42, 1764000000000, event.kind, "R-1", NULL, &incident,
			   &agencies);
	event.body = jsonw_buf(&w);
	jsonw_fini(&w);
	incident_fini(&incident);
	return event;
}

static void assert_views(const struct story *story, agency_set set, agency_set clear)
{
	struct mqtt_topics made = topics();
	struct event event = event_of(story);
	struct mqtt_views views = mqtt_views_of(&made, &event);

	assert_int_equal(views.set, set);
	assert_int_equal(views.clear, clear);
	buf_unref(&event.body);
}

static void topics_are_those_of_the_contract(void **state)
{
	struct mqtt_topics made = topics();
	char topic[MQTT_TOPIC_SIZE];

	(void)state;
	mqtt_topic_bridge(&made, topic);
	assert_string_equal(topic, "tangi/v1/cirebon/bridge");
	mqtt_topic_events(&made, 1, false, topic);
	assert_string_equal(topic, "tangi/v1/cirebon/agency/police/events");
	mqtt_topic_view(&made, 0, false, "I-1", topic);
	assert_string_equal(topic, "tangi/v1/cirebon/agency/fire/incidents/I-1");
	mqtt_topic_all_views(&made, false, topic);
	assert_string_equal(topic, "tangi/v1/cirebon/agency/+/incidents/+");
}

static void an_exercise_has_topics_of_its_own(void **state)
{
	struct mqtt_topics made = topics();
	char topic[MQTT_TOPIC_SIZE];

	(void)state;
	mqtt_topic_events(&made, 1, true, topic);
	assert_string_equal(topic, "tangi/v1/cirebon/exercise/agency/police/events");
	mqtt_topic_view(&made, 0, true, "I-1", topic);
	assert_string_equal(topic, "tangi/v1/cirebon/exercise/agency/fire/incidents/I-1");
	mqtt_topic_all_views(&made, true, topic);
	assert_string_equal(topic, "tangi/v1/cirebon/exercise/agency/+/incidents/+");
}

static void a_city_that_would_break_a_topic_is_refused(void **state)
{
	static const char *const bad[] = {"",
					  "a/b",
					  "+",
					  "#",
					  "kota cirebon",
					  "ci\xc3\xa9",
					  "a123456789a123456789a123456789a123456789a"};
	struct mqtt_topics made;
	struct err err;

	(void)state;
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(mqtt_topics_init(&made, bad[i], &agencies, &err), -1);
		assert_string_equal(err.field, "city");
	}
}

static void a_view_is_set_for_the_agencies_of_a_live_incident(void **state)
{
	(void)state;
	assert_views(&(struct story){.now = FIRE | HEALTH}, FIRE | HEALTH, 0);
	assert_views(&(struct story){.status = INCIDENT_ACTIVE, .now = POLICE}, POLICE, 0);
}

static void a_view_is_cleared_for_everybody_when_the_incident_is_closed(void **state)
{
	(void)state;
	assert_views(&(struct story){.status = INCIDENT_CLOSED, .now = FIRE | POLICE}, 0,
		     FIRE | POLICE);
}

static void an_agency_that_is_taken_off_has_its_view_cleared(void **state)
{
	(void)state;
	assert_views(&(struct story){.before = FIRE | HEALTH, .now = HEALTH | POLICE},
		     HEALTH | POLICE, FIRE);
	assert_views(&(struct story){.before = FIRE, .now = 0}, 0, FIRE);
}

static void a_secret_incident_goes_to_its_handlers(void **state)
{
	(void)state;
	assert_views(&(struct story){.scope = SCOPE_SECRET, .now = POLICE}, POLICE, 0);
}

static void a_caller_cannot_close_an_incident_by_his_words(void **state)
{
	(void)state;
	assert_views(
		&(struct story){.now = FIRE,
				.text = "a\",\"status\":\"closed\",\"agencies\":[\"police\"]"},
		FIRE, 0);
}

static void a_call_goes_to_no_agency(void **state)
{
	struct mqtt_topics made = topics();
	struct event event = {.seq = 1,
			      .kind = EVENT_CALL_UPDATED,
			      .audience = {SCOPE_CALL, FIRE | POLICE | HEALTH},
			      .body = buf_copy("{\"type\":\"event\"}", 16)};
	struct mqtt_views views = mqtt_views_of(&made, &event);

	(void)state;
	assert_int_equal(mqtt_hearers(&made, &event), 0);
	assert_int_equal(views.set | views.clear, 0);
	buf_unref(&event.body);
}

static void an_event_is_heard_by_those_who_had_a_part_before_too(void **state)
{
	struct mqtt_topics made = topics();
	struct event event = event_of(&(struct story){.before = FIRE, .now = POLICE});

	(void)state;
	assert_int_equal(mqtt_hearers(&made, &event), FIRE | POLICE);
	buf_unref(&event.body);
}

static void a_view_has_number_id_and_exercise_and_none_of_the_words(void **state)
{
	struct event event = event_of(&(struct story){.now = FIRE, .text = "rahasia"});
	struct buf *view = event_retained(&event, 50, EPOCH);
	json_t *doc = json_loadb((char *)view->data, view->len, 0, NULL);
	long long seq, as_of;
	const char *id, *epoch;
	int exercise;
	json_t *incident;

	(void)state;
	assert_non_null(doc);
	assert_int_equal(json_unpack(doc, "{s:I,s:I,s:s,s:s,s:b,s:o}", "seq", &seq, "as_of",
				     &as_of, "id", &id, "epoch", &epoch, "exercise", &exercise,
				     "incident", &incident),
			 0);
	assert_int_equal(seq, 42);
	assert_int_equal(as_of, 50);
	assert_string_equal(id, event.incident_id);
	assert_string_equal(epoch, EPOCH);
	assert_null(json_object_get(incident, "text"));
	assert_null(memmem(view->data, view->len, "rahasia", 7));
	json_decref(doc);
	buf_unref(&view);
	buf_unref(&event.body);
}

static void a_view_that_was_not_set_since_is_stale(void **state)
{
	static const char other[] = "{\"as_of\":99,\"epoch\":\"" EPOCH "\"}";
	struct event event = event_of(&(struct story){.now = FIRE});
	struct buf *view = event_retained(&event, 50, EPOCH);
	const char *text = (const char *)view->data;

	(void)state;
	assert_false(mqtt_view_is_stale(text, view->len, EPOCH, 50));
	assert_true(mqtt_view_is_stale(text, view->len, EPOCH, 51));
	assert_true(mqtt_view_is_stale(text, view->len, "L-01KAQ7ZZZZT3C8M9K2XRNY4B7X", 1));
	assert_true(mqtt_view_is_stale("x", 1, EPOCH, 1));
	assert_true(mqtt_view_is_stale(other, sizeof(other) - 1, EPOCH, 1));
	buf_unref(&view);
	buf_unref(&event.body);
}

static void a_topic_that_the_broker_names_is_read_strictly(void **state)
{
	static const char *const bad[] = {
		"",
		"tangi/v1/cirebon",
		"tangi/v1/cirebon/agency/fire/events",
		"tangi/v1/cirebon/agency/circus/incidents/I-1",
		"tangi/v1/other/agency/fire/incidents/I-1",
		"tangi/v1/cirebon/agency/fire/incidents/I-01KAQ8GWJ5T3C8M9K2XRNY4B7E-and-more"};
	struct mqtt_topics made = topics();
	char topic[MQTT_TOPIC_SIZE], id[ID_SIZE];
	unsigned agency;
	bool is_exercise;

	(void)state;
	for (int played = 0; played < 2; played++) {
		mqtt_topic_view(&made, 2, played, "I-01KAQ8GWJ5T3C8M9K2XRNY4B7E", topic);
		assert_true(mqtt_topic_read_view(&made, topic, &agency, &is_exercise, id));
		assert_int_equal(agency, 2);
		assert_int_equal(is_exercise, played);
		assert_string_equal(id, "I-01KAQ8GWJ5T3C8M9K2XRNY4B7E");
	}
	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mqtt_topic_read_view(&made, bad[i], &agency, &is_exercise, id));
}

static void presence_says_what_the_reference_promises(void **state)
{
	struct buf *presence = mqtt_presence(false, 4711, EPOCH);
	json_t *doc = json_loadb((char *)presence->data, presence->len, 0, NULL);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(doc, "status")), "offline");
	assert_string_equal(json_string_value(json_object_get(doc, "version")), TANGI_VERSION);
	assert_int_equal(json_integer_value(json_object_get(doc, "seq")), 4711);
	assert_true(json_is_string(json_object_get(doc, "id")));
	assert_true(json_is_false(json_object_get(doc, "exercise")));
	json_decref(doc);
	buf_unref(&presence);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(topics_are_those_of_the_contract),
		cmocka_unit_test(an_exercise_has_topics_of_its_own),
		cmocka_unit_test(a_city_that_would_break_a_topic_is_refused),
		cmocka_unit_test(a_view_is_set_for_the_agencies_of_a_live_incident),
		cmocka_unit_test(a_view_is_cleared_for_everybody_when_the_incident_is_closed),
		cmocka_unit_test(an_agency_that_is_taken_off_has_its_view_cleared),
		cmocka_unit_test(a_secret_incident_goes_to_its_handlers),
		cmocka_unit_test(a_caller_cannot_close_an_incident_by_his_words),
		cmocka_unit_test(a_call_goes_to_no_agency),
		cmocka_unit_test(an_event_is_heard_by_those_who_had_a_part_before_too),
		cmocka_unit_test(a_view_has_number_id_and_exercise_and_none_of_the_words),
		cmocka_unit_test(a_view_that_was_not_set_since_is_stale),
		cmocka_unit_test(a_topic_that_the_broker_names_is_read_strictly),
		cmocka_unit_test(presence_says_what_the_reference_promises),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
