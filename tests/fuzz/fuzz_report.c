/* Any bytes as a report: what is taken is whole and within its limits, and the event that is
 * made of it can be cut and read back, whatever its words; what is not taken names what is
 * wrong. A first line "K…" is an Idempotency-Key. */
#include "fuzz.h"

#include <stdio.h>

#include "model/event.h"

static const struct agencies city = {
	.count = 3, .agency = {{.id = "fire"}, {.id = "police"}, {.id = "health"}}};

static void check_limits(const struct report *report, const char *body, size_t len)
{
	FUZZ_CHECK(report->raw->len == len && memcmp(report->raw->data, body, len) == 0);
	FUZZ_CHECK(strlen(report->source) > 0 && strlen(report->source) <= 64);
	FUZZ_CHECK(report->text_len > 0 && report->text_len <= REPORT_MAX_TEXT);
	FUZZ_CHECK(strlen(report->text) == report->text_len);
	FUZZ_CHECK(report->key == NULL || report->key[0] != '\0');
	FUZZ_CHECK(report->own_key != NULL || report->key == NULL ||
		   strlen(report->key) <= REPORT_MAX_KEY);
	FUZZ_CHECK(report->kind == NULL || strlen(report->kind) <= 32);
	FUZZ_CHECK(report->anonymity < ANONYMITIES);
	FUZZ_CHECK(report->location.has_point == (report->location.from == LOCATION_DEVICE));
	FUZZ_CHECK(abs(report->location.lat_e7) <= 90 * DEGREE_E7);
	FUZZ_CHECK(llabs(report->location.lon_e7) <= 180LL * DEGREE_E7);
	FUZZ_CHECK(report->received_at_ms >= 0);
}

/* What follows the mark in model/event.c: words, and what changes without a decision. */
static const char *const not_for_the_broker[] = {"order", "similar", "alarms", "place_said",
						 "text"};

static void check_cuts(struct buf *body, const char *text)
{
	struct event event = {.seq = 7, .body = body};
	json_t *frame = fuzz_parsed((const char *)body->data, body->len);
	struct slice cut = event_incident(body);
	json_t *incident = fuzz_parsed(cut.text, cut.len);
	struct buf *kept = event_retained(&event, 7, "L-1");
	struct incident back;
	struct err err;

	FUZZ_CHECK(json_equal(json_object_get(frame, "incident"), incident));
	FUZZ_CHECK(incident_read(incident, &city, &back, &err) == 0);
	FUZZ_CHECK(strcmp(back.text, text) == 0);
	incident_fini(&back);
	for (unsigned i = 0; i < sizeof(not_for_the_broker) / sizeof(not_for_the_broker[0]);
	     i++)
		json_object_del(incident, not_for_the_broker[i]);
	json_decref(frame);
	frame = fuzz_parsed((const char *)kept->data, kept->len);
	FUZZ_CHECK(json_equal(json_object_get(frame, "incident"), incident));
	buf_unref(&kept);
	json_decref(frame);
	json_decref(incident);
}

static void check_event(const struct report *report)
{
	struct verdict verdict = {.priority = 1, .category = "unknown", .agencies = 5};
	struct incident incident;
	struct jsonw w;
	struct buf *body;

	incident_open(&incident, report, &verdict, &report->location,
		      "I-01ARZ3NDEKTSV4RRFFQ69G5FAV", 1, "7000000", 1764000000000);
	jsonw_init(&w, 1024);
	event_write_report(&w, 7, 1764000000000, EVENT_INCIDENT_CREATED, report->id, NULL,
			   &incident, &city);
	body = jsonw_buf(&w);
	check_cuts(body, report->text);
	buf_unref(&body);
	jsonw_fini(&w);
	incident_fini(&incident);
}

static void try_report(const char *body, size_t len, const char *key)
{
	struct report *report = NULL;
	struct err err = {0};

	if (report_parse(body, len, key, &report, &err) < 0) {
		FUZZ_CHECK(report == NULL);
		fuzz_check_refusal(&err);
		return;
	}
	check_limits(report, body, len);
	check_event(report);
	report_free(&report);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *stop = size > 0 && data[0] == 'K' ? memchr(data, '\n', size) : NULL;
	size_t key_len = stop != NULL ? (size_t)(stop - data) : 0;
	size_t skip = stop != NULL ? key_len + 1 : 0;
	char *key = strndup(stop != NULL ? (const char *)data + 1 : "",
			    key_len > 0 ? key_len - 1 : 0);
	char *body = fuzz_piece(data + skip, size - skip);

	try_report(body, size - skip, stop != NULL ? key : NULL);
	free(body);
	free(key);
	return 0;
}
