#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/report.h"
#include "things.h"

#define GOOD "\"source\":\"lapor-web\",\"text\":\"banjir\""

static int parse(const char *json, const char *header, struct report **report, struct err *err)
{
	*err = (struct err){0};
	*report = NULL;
	return report_parse(json, strlen(json), header, report, err);
}

static void all_that_is_said_is_taken(void **state)
{
	static const char json[] =
		"{ \"source\" : \"lapor-web\", \"source_id\":\"8\", \"text\":\"Pohon "
		"\\u0074umbang\","
		"\"kind\":\"pengaduan\",\"anonymity\":\"secret\",\"exercise\":true,"
		"\"received_at\":\"2026-11-23T14:05:09+07:00\",\"reporter\":{\"name\":\"x\","
		"\"y\":1},"
		"\"location\":{\"lat\":-6.732,\"lon\":108.552},\"later\":[1],"
		"\"attachments\":[{\"url\":\"https://x/1\"}] }\n";
	struct report *report;
	struct err err;

	(void)state;
	assert_int_equal(parse(json, "ignored", &report, &err), 0);
	assert_string_equal(report->source, "lapor-web");
	assert_string_equal(report->key, "8");
	assert_null(report->own_key);
	assert_string_equal(report->text, "Pohon tumbang");
	assert_int_equal(report->text_len, 13);
	assert_string_equal(report->kind, "pengaduan");
	assert_int_equal(report->anonymity, ANONYMITY_SECRET);
	assert_true(report->is_exercise);
	assert_int_equal(report->received_at_ms, 1795417509000);
	assert_int_equal(report->location.from, LOCATION_DEVICE);
	assert_string_equal(report->id, "");
	assert_int_equal(report->raw->len, strlen(json)); /* byte for byte */
	assert_memory_equal(report->raw->data, json, strlen(json));
	report_free(&report);
	assert_null(report);
	report_free(&report);
}

static void little_is_needed(void **state)
{
	struct report *report;
	struct err err;

	(void)state;
	assert_int_equal(parse("{" GOOD ",\"kind\":null,\"reporter\":null,\"location\":null}",
			       NULL, &report, &err),
			 0);
	assert_null(report->key);
	assert_null(report->kind);
	assert_int_equal(report->anonymity, ANONYMITY_PUBLIC);
	assert_int_equal(report->location.from, LOCATION_NONE);
	assert_int_equal(report->location.accuracy_m, -1);
	assert_int_equal(report->received_at_ms, 0);
	assert_false(report->is_exercise);
	report_free(&report);
}

static void a_wrong_member_is_named(void **state)
{
	static const struct {
		const char *json, *field;
	} cases[] = {
		{"{\"text\":\"x\"}", "source"},
		{"{\"source\":\"\",\"text\":\"x\"}", "source"},
		{"{\"source\":\"lapor-web\"}", "text"},
		{"{\"source\":\"lapor-web\",\"text\":\" \\t\\n\"}", "text"},
		{"{" GOOD ",\"source_id\":\"\"}", "source_id"},
		{"{" GOOD ",\"source_id\":7}", "source_id"},
		{"{" GOOD ",\"kind\":\"123456789012345678901234567890123\"}", "kind"},
		{"{" GOOD ",\"anonymity\":\"Secret\"}", "anonymity"},
		{"{" GOOD ",\"received_at\":7}", "received_at"},
		{"{" GOOD ",\"exercise\":0}", "exercise"},
		{"{" GOOD ",\"reporter\":[]}", "reporter"},
		{"{" GOOD ",\"reporter\":{\"name\":7}}", "reporter.name"},
		{"{" GOOD ",\"reporter\":{\"phone\":\"123456789012345678901234567890123\"}}",
		 "reporter.phone"},
		{"{" GOOD ",\"location\":{\"lat\":1}}", "location.lon"},
		{"{" GOOD ",\"attachments\":{}}", "attachments"},
		{"{" GOOD ",\"attachments\":[{}]}", "attachments"},
		{"{" GOOD ",\"attachments\":[{\"url\":\"\"}]}", "attachments"},
		{"{" GOOD ",\"attachments\":[1,2,3,4,5,6,7,8,9,10,11]}", "attachments"},
		{"[]", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct report *report;
		struct err err;

		if (parse(cases[i].json, NULL, &report, &err) == 0)
			fail_msg("taken: %s", cases[i].json);
		assert_null(report);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(err.kind, ERR_INVALID);
	}
}

/* A report whose text is so many bytes long; its parse. */
static int parse_text(size_t len, const char *letter)
{
	size_t size = len + 64, at;
	char *json = malloc(size);
	struct report *report;
	struct err err;
	int status;

	at = (size_t)snprintf(json, size, "{\"source\":\"lapor-web\",\"text\":\"");
	for (size_t i = 0; i < len; i += strlen(letter))
		at += (size_t)snprintf(json + at, size - at, "%s", letter);
	snprintf(json + at, size - at, "\"}");
	status = parse(json, NULL, &report, &err);
	if (status < 0)
		assert_string_equal(err.field, "text");
	report_free(&report);
	free(json);
	return status;
}

static void a_text_is_counted_in_bytes(void **state)
{
	(void)state;
	assert_int_equal(parse_text(REPORT_MAX_TEXT, "a"), 0);
	assert_int_equal(parse_text(REPORT_MAX_TEXT, "\xc3\xa9"), 0);
	assert_int_equal(parse_text(REPORT_MAX_TEXT + 1, "a"), -1);
	assert_int_equal(parse_text(REPORT_MAX_TEXT + 2, "\xc3\xa9"), -1);
}

static void a_header_s_key_never_meets_a_source_id_of_its_spelling(void **state)
{
	struct report *by_header, *by_member;
	char longest[REPORT_MAX_KEY + 2];
	struct err err;

	(void)state;
	assert_int_equal(parse("{" GOOD "}", "k-1", &by_header, &err), 0);
	assert_int_equal(parse("{" GOOD ",\"source_id\":\"k-1\"}", NULL, &by_member, &err), 0);
	assert_string_not_equal(by_header->key, by_member->key);
	report_free(&by_header);
	report_free(&by_member);
	assert_int_equal(parse("{" GOOD "}", "", &by_header, &err), -1);
	assert_string_equal(err.field, "Idempotency-Key");
	memset(longest, 'k', sizeof(longest));
	longest[REPORT_MAX_KEY + 1] = '\0';
	assert_int_equal(parse("{" GOOD "}", longest, &by_header, &err), -1);
	assert_string_equal(err.field, "Idempotency-Key");
	longest[REPORT_MAX_KEY] = '\0';
	assert_int_equal(parse("{" GOOD "}", longest, &by_header, &err), 0);
	report_free(&by_header);
}

static bool are_the_same(const char *a, const char *b)
{
	struct report *one = report_of(a), *other = report_of(b);
	unsigned char digest[32], again[32];

	report_digest(one, digest);
	report_digest(other, again);
	report_free(&one);
	report_free(&other);
	return memcmp(digest, again, sizeof(digest)) == 0;
}

#define SAID "\"source\":\"lapor-web\",\"text\":\"banjir\""

static void a_report_is_the_same_by_all_that_it_says(void **state)
{
	static const char *const others[] = {
		"{\"source\":\"lapor-web\",\"text\":\"banjir \"}",
		"{" SAID ",\"kind\":\"pengaduan\"}",
		"{" SAID ",\"anonymity\":\"secret\"}",
		"{" SAID ",\"exercise\":true}",
		"{" SAID ",\"location\":{\"lat\":-6.7,\"lon\":108.5}}",
		"{" SAID ",\"location\":{\"lat\":-6.7,\"lon\":108.5,\"accuracy_m\":9}}",
		"{" SAID ",\"reporter\":{\"name\":\"628\"}}",
		"{" SAID ",\"reporter\":{\"phone\":\"628\"}}",
		"{" SAID ",\"reporter\":{\"device\":\"628\"}}",
		"{" SAID ",\"attachments\":[{\"url\":\"a\"}]}",
		"{" SAID ",\"attachments\":[{\"url\":\"b\"}]}",
		"{" SAID ",\"attachments\":[{\"url\":\"b\",\"type\":\"c\"}]}",
	};
	const unsigned count = sizeof(others) / sizeof(others[0]);

	(void)state;
	for (unsigned i = 0; i < count; i++) {
		if (are_the_same("{" SAID "}", others[i]))
			fail_msg("%s", others[i]);
		for (unsigned j = i + 1; j < count; j++)
			if (are_the_same(others[i], others[j]))
				fail_msg("%s, %s", others[i], others[j]);
	}
}

/* A sender that tries again may stamp it anew, and write it as it likes. */
static void a_report_is_the_same_however_and_whenever_it_is_written(void **state)
{
	(void)state;
	assert_true(are_the_same(
		"{" SAID ",\"received_at\":\"2026-11-23T14:05:09+07:00\",\"attempt\":1,"
		"\"location\":{\"lat\":-6.70,\"lon\":108.5}}",
		"{ \"location\": {\"lon\":108.50,\"lat\":-6.7,\"fix\":2}, \"attempt\":2, "
		"\"anonymity\":\"public\", \"kind\":null, \"text\":\"banj\\u0069r\", "
		"\"source\":\"lapor-web\", \"received_at\":\"2026-11-23T14:06:00+07:00\"}"));
}

/* What was stored before is known again by them: the values stand in the logs of cities. */
static void the_digest_of_words_is_that_of_old_logs(void **state)
{
	static const unsigned char banjir[] = {0xa0, 0x0a, 0x9f, 0xf2, 0x3f, 0xa8, 0x24, 0x47,
					       0x70, 0x4f, 0xb2, 0x5e, 0x9f, 0xbc, 0xde, 0x59,
					       0x49, 0x58, 0x58, 0xf5, 0x1a, 0xc5, 0x56, 0xbf,
					       0x88, 0x1c, 0xfc, 0x96, 0x83, 0x45, 0xfe, 0x05};
	struct report *one = report_of("{" GOOD "}");
	unsigned char digest[32];

	(void)state;
	report_digest_of_words(one, digest);
	assert_memory_equal(digest, banjir, sizeof(banjir));
	report_free(&one);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_that_is_said_is_taken),
		cmocka_unit_test(little_is_needed),
		cmocka_unit_test(a_wrong_member_is_named),
		cmocka_unit_test(a_text_is_counted_in_bytes),
		cmocka_unit_test(a_header_s_key_never_meets_a_source_id_of_its_spelling),
		cmocka_unit_test(a_report_is_the_same_by_all_that_it_says),
		cmocka_unit_test(a_report_is_the_same_however_and_whenever_it_is_written),
		cmocka_unit_test(the_digest_of_words_is_that_of_old_logs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
