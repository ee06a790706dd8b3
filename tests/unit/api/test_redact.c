#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "api/redact.h"
#include "base/jsonw.h"
#include "base/xalloc.h"

#define REPORTER                                                                               \
	"\"source_id\":\"62811222333-1\",\"nickname\":\"Kenari\","                             \
	"\"reporter\":{\"name\":\"Kenari "                                                     \
	"Wijaya\",\"phone\":\"+62811222333\",\"nik\":\"3274\"}"
#define BODY(anonymity)                                                                        \
	"{\"source\":\"lapor-sms\",\"text\":\"Kebakaran rumah\",\"anonymity\":\"" anonymity    \
	"\",\"received_at\":\"2026-11-23T14:05:09+07:00\"," REPORTER "}"

static const struct agencies agencies = {.count = 2,
					 .agency = {{.id = "fire"}, {.id = "police"}}};

/* What the store would give back for a report with this body. */
static void stored(struct store_read *read_r, const char *body)
{
	struct verdict verdict = {.disposition = DISPOSITION_EMERGENCY,
				  .priority = 1,
				  .category = "fire_building",
				  .agencies = 1,
				  .confidence_pct = 98};
	struct incident incident;
	struct report *report;
	struct err err = {0};
	struct jsonw w;

	assert_int_equal(report_parse(body, strlen(body), NULL, &report, &err), 0);
	strcpy(report->id, "R-01ARZ3NDEKTSV4RRFFQ69G5FAV");
	incident_open(&incident, report, &verdict, &report->location,
		      "I-01ARZ3NDEKTSV4RRFFQ69G5FAV", 12, "7000012", 1764000000000);
	jsonw_init(&w, 1024);
	event_write_report(&w, 77, 1764000000000, EVENT_INCIDENT_CREATED, report->id, NULL,
			   &incident, &agencies);
	*read_r = (struct store_read){
		.row_count = 1, .is_found = true, .stored_at_ms = 1764000000000};
	strcpy(read_r->id, report->id);
	strcpy(read_r->source, report->source);
	read_r->rows = xcalloc(1, sizeof(*read_r->rows));
	read_r->rows[0] = (struct event){.seq = 77, .body = jsonw_buf(&w)};
	memcpy(read_r->rows[0].incident_id, incident.id, ID_SIZE);
	read_r->raw = buf_ref(report->raw);
	jsonw_fini(&w);
	incident_fini(&incident);
	report_free(&report);
}

static json_t *parsed(struct jsonw *w)
{
	json_t *doc = json_loadb(w->text, w->len, JSON_REJECT_DUPLICATES, NULL);

	assert_non_null(doc);
	return doc;
}

static json_t *shown_to(const struct store_read *read, enum role role)
{
	struct principal who = {.role = role, .agency = role_needs_agency(role) ? 0 : -1};
	struct err err = {0};
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 1024);
	assert_int_equal(redact_report(read, &who, &agencies, &w, &err), 0);
	/* What is no member of a report of ours is shown to nobody. */
	assert_null(memmem(w.text, w.len, "nickname", 8));
	assert_null(memmem(w.text, w.len, "3274", 4));
	doc = parsed(&w);
	jsonw_fini(&w);
	return doc;
}

static bool shows_reporter(const char *body, enum role role)
{
	struct store_read read;
	json_t *doc;
	char *text;
	bool is_shown;

	stored(&read, body);
	doc = shown_to(&read, role);
	text = json_dumps(doc, 0);
	is_shown = json_is_object(json_object_get(doc, "reporter"));
	/* All of it, or nothing of it. */
	assert_int_equal(strstr(text, "Kenari Wijaya") != NULL, is_shown);
	assert_int_equal(strstr(text, "811222333\"") != NULL, is_shown);
	assert_int_equal(strstr(text, "62811222333-1") != NULL, is_shown);
	assert_int_equal(json_is_false(json_object_get(doc, "reporter_is_hidden")), is_shown);
	free(text);
	json_decref(doc);
	store_read_fini(&read);
	return is_shown;
}

static void the_reporter_is_shown_by_right_and_anonymity(void **state)
{
	static const struct {
		enum role role;
		bool sees_public, sees_other;
	} cases[] = {
		{ROLE_CALLTAKER, true, false},  {ROLE_DISPATCHER, false, false},
		{ROLE_SUPERVISOR, true, false}, {ROLE_ADMIN, true, true},
		{ROLE_VIEWER, false, false},    {ROLE_UNIT, false, false},
		{ROLE_ADAPTER, false, false},   {ROLE_NONE, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum role role = cases[i].role;

		assert_int_equal(shows_reporter(BODY("public"), role), cases[i].sees_public);
		assert_int_equal(shows_reporter(BODY("anonymous"), role), cases[i].sees_other);
		assert_int_equal(shows_reporter(BODY("secret"), role), cases[i].sees_other);
	}
}

static void a_report_is_shown_as_it_was_stored(void **state)
{
	struct store_read read;
	json_t *doc;

	(void)state;
	stored(&read, BODY("public"));
	doc = shown_to(&read, ROLE_VIEWER);
	assert_string_equal(json_string_value(json_object_get(doc, "text")), "Kebakaran rumah");
	assert_string_equal(json_string_value(json_object_get(doc, "source")), "lapor-sms");
	assert_string_equal(json_string_value(json_object_get(doc, "received_at")),
			    "2026-11-23T07:05:09.000Z");
	assert_string_equal(json_string_value(json_object_get(doc, "tracking_id")), "7000012");
	assert_int_equal(json_integer_value(json_object_get(doc, "seq")), 77);
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(doc, "classification"), "category")),
			    "fire_building");
	json_decref(doc);
	store_read_fini(&read);
}

static void a_body_of_another_form_shows_the_words_and_nobody(void **state)
{
	struct store_read read;
	json_t *doc;

	(void)state;
	stored(&read, BODY("secret"));
	buf_unref(&read.raw);
	read.raw = buf_copy("SMS from +62811222333", 21);
	doc = shown_to(&read, ROLE_ADMIN);
	assert_string_equal(json_string_value(json_object_get(doc, "text")), "Kebakaran rumah");
	assert_string_equal(json_string_value(json_object_get(doc, "anonymity")), "secret");
	assert_true(json_is_null(json_object_get(doc, "reporter")));
	json_decref(doc);
	store_read_fini(&read);
}

static void a_caller_is_masked_without_the_right(void **state)
{
	static const char whole[] =
		"{\"id\":\"C-01ARZ3NDEKTSV4RRFFQ69G5FAV\",\"call_id\":\"a\","
		"\"state\":\"ringing\",\"caller\":\"+6281234567890\"}";
	struct store_read read = {.is_found = true, .raw = buf_copy(whole, sizeof(whole) - 1)};
	struct principal taker = {.role = ROLE_CALLTAKER, .agency = -1};
	struct principal viewer = {.role = ROLE_VIEWER, .agency = -1};
	const struct caller_policy nothing = {.least = 0};
	struct err err = {0};
	struct jsonw w;

	(void)state;
	jsonw_init(&w, 256);
	assert_int_equal(redact_call(&read, &taker, &nothing, 0, &w, &err), 0);
	assert_non_null(memmem(w.text, w.len, "+6281234567890", 14));
	jsonw_reset(&w);
	assert_int_equal(redact_call(&read, &viewer, &nothing, 0, &w, &err), 0);
	assert_null(memmem(w.text, w.len, "1234567", 7));
	jsonw_fini(&w);
	store_read_fini(&read);
}

static json_t *ticket_of(const char *body, enum incident_status status)
{
	static const char *const names[] = {"new", "active", "closed"};
	struct store_read read;
	struct err err = {0};
	struct jsonw w;
	char *at;
	json_t *doc;

	stored(&read, body);
	strcpy(read.id, "7000012");
	/* The state a decision would have brought it to. */
	at = strstr((char *)read.rows[0].body->data, "\"status\":\"new\"");
	assert_non_null(at);
	if (status != INCIDENT_NEW) {
		struct jsonw changed;

		jsonw_init(&changed, 1024);
		jsonw_raw(&changed, NULL, (char *)read.rows[0].body->data,
			  (size_t)(at - (char *)read.rows[0].body->data));
		changed.needs_comma = false;
		jsonw_string(&changed, "status", names[status]);
		changed.needs_comma = false;
		jsonw_raw(&changed, NULL, at + strlen("\"status\":\"new\""),
			  strlen(at) - strlen("\"status\":\"new\""));
		buf_unref(&read.rows[0].body);
		read.rows[0].body = jsonw_buf(&changed);
		jsonw_fini(&changed);
	}
	jsonw_init(&w, 256);
	assert_int_equal(redact_ticket(&read, &agencies, &w, &err), 0);
	doc = parsed(&w);
	jsonw_fini(&w);
	store_read_fini(&read);
	return doc;
}

static void expect_stage(const char *body, enum incident_status status, const char *stage)
{
	json_t *doc = ticket_of(body, status);

	assert_string_equal(json_string_value(json_object_get(doc, "stage")), stage);
	assert_int_equal(json_object_size(doc), 4);
	assert_int_equal(json_is_null(json_object_get(doc, "done_at")),
			 strcmp(stage, "done") != 0);
	json_decref(doc);
}

static void a_ticket_says_its_stage_and_a_secret_one_never_more_than_received(void **state)
{
	(void)state;
	expect_stage(BODY("public"), INCIDENT_NEW, "received");
	expect_stage(BODY("public"), INCIDENT_ACTIVE, "in_progress");
	expect_stage(BODY("anonymous"), INCIDENT_CLOSED, "done");
	expect_stage(BODY("secret"), INCIDENT_NEW, "received");
	expect_stage(BODY("secret"), INCIDENT_ACTIVE, "received");
	expect_stage(BODY("secret"), INCIDENT_CLOSED, "received");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reporter_is_shown_by_right_and_anonymity),
		cmocka_unit_test(a_report_is_shown_as_it_was_stored),
		cmocka_unit_test(a_body_of_another_form_shows_the_words_and_nobody),
		cmocka_unit_test(a_caller_is_masked_without_the_right),
		cmocka_unit_test(
			a_ticket_says_its_stage_and_a_secret_one_never_more_than_received),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
