#include "model/report.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/paper.h"

#define SOURCE_MAX      64
#define KIND_MAX        32
#define ATTACHMENTS_MAX 10
#define HEADER_KEY      "\x01idempotency:"

const char *const anonymity_names[ANONYMITIES] = {
	[ANONYMITY_PUBLIC] = "public",
	[ANONYMITY_ANONYMOUS] = "anonymous",
	[ANONYMITY_SECRET] = "secret",
};

static int read_anonymity(const json_t *doc, enum anonymity *anonymity_r, struct err *err)
{
	const char *text = "public";

	if (jsonin_string(doc, "anonymity", JSONIN_OPTIONAL, 16, &text, err) < 0)
		return -1;
	for (int i = 0; i < ANONYMITIES; i++) {
		if (strcmp(text, anonymity_names[i]) == 0) {
			*anonymity_r = (enum anonymity)i;
			return 0;
		}
	}
	return err_field(err, "anonymity", "must be public, anonymous or secret");
}

static int read_location(const json_t *doc, struct location *location_r, struct err *err)
{
	const json_t *location;

	if (jsonin_child(doc, "location", JSON_OBJECT, &location, err) < 0)
		return -1;
	*location_r = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	return location == NULL ? 0 : location_read(location, location_r, err);
}

static int read_reporter(struct report *report, struct err *err)
{
	const json_t *reporter;
	const char *name;

	if (jsonin_child(report->doc, "reporter", JSON_OBJECT, &reporter, err) < 0)
		return -1;
	if (reporter == NULL)
		return 0;
	if (jsonin_string(reporter, "name", JSONIN_OPTIONAL, 200, &name, err) < 0 ||
	    jsonin_string(reporter, "phone", JSONIN_OPTIONAL, 32, &report->phone, err) < 0 ||
	    jsonin_string(reporter, "device", JSONIN_OPTIONAL, 200, &report->device, err) < 0) {
		char member[sizeof(err->field)];

		snprintf(member, sizeof(member), "reporter.%.32s", err->field);
		snprintf(err->field, sizeof(err->field), "%s", member);
		return -1;
	}
	return 0;
}

static int check_attachments(const json_t *doc, struct err *err)
{
	const json_t *attachments, *one;
	const char *text;

	if (jsonin_child(doc, "attachments", JSON_ARRAY, &attachments, err) < 0)
		return -1;
	if (json_array_size(attachments) > ATTACHMENTS_MAX)
		return err_field(err, "attachments", "must be at most %d", ATTACHMENTS_MAX);
	for (size_t i = 0; i < json_array_size(attachments); i++) {
		one = json_array_get(attachments, i);
		if (!json_is_object(one) ||
		    jsonin_string(one, "url", JSONIN_REQUIRED, 2048, &text, err) < 0)
			return err_field(err, "attachments", "entry %zu needs a url", i + 1);
	}
	return 0;
}

/* U+0000 cannot be told from the end of a C string further on; jansson refuses it already. A
 * text of blanks alone says nothing and is most likely a broken form. */
static int check_text(struct report *report, struct err *err)
{
	report->text_len = strlen(report->text);
	if (strspn(report->text, " \t\r\n") == report->text_len)
		return err_field(err, "text", "must not be blank");
	return 0;
}

static int read_members(struct report *report, struct err *err)
{
	const json_t *doc = report->doc;

	if (jsonin_string(doc, "source", JSONIN_REQUIRED, SOURCE_MAX, &report->source, err) <
		    0 ||
	    jsonin_string(doc, "text", JSONIN_REQUIRED, REPORT_MAX_TEXT, &report->text, err) <
		    0 ||
	    check_text(report, err) < 0 ||
	    jsonin_string(doc, "source_id", JSONIN_OPTIONAL, REPORT_MAX_KEY, &report->key,
			  err) < 0 ||
	    jsonin_string(doc, "kind", JSONIN_OPTIONAL, KIND_MAX, &report->kind, err) < 0 ||
	    jsonin_time(doc, "received_at", JSONIN_OPTIONAL, &report->received_at_ms, err) <
		    0 ||
	    paper_read(doc, "received_at", report->received_at_ms, &report->is_from_paper,
		       err) < 0 ||
	    jsonin_bool(doc, "exercise", &report->is_exercise, err) < 0 ||
	    read_anonymity(doc, &report->anonymity, err) < 0 ||
	    read_location(doc, &report->location, err) < 0 || read_reporter(report, err) < 0 ||
	    check_attachments(doc, err) < 0)
		return -1;
	if (report->key != NULL && report->key[0] == '\0')
		return err_field(err, "source_id", "must not be empty");
	return 0;
}

static int use_idempotency_key(struct report *report, const char *key, struct err *err)
{
	if (report->key != NULL || key == NULL)
		return 0;
	if (key[0] == '\0' || strlen(key) > REPORT_MAX_KEY)
		return err_field(err, "Idempotency-Key", "must be 1 to %d bytes",
				 REPORT_MAX_KEY);
	/* A key of the header must never meet a source_id of the same spelling. */
	report->own_key = xmalloc(sizeof(HEADER_KEY) + strlen(key));
	stpcpy(stpcpy(report->own_key, HEADER_KEY), key);
	report->key = report->own_key;
	return 0;
}

int report_parse(const void *body, size_t len, const char *idempotency_key,
		 struct report **report_r, struct err *err)
{
	struct report *report;
	json_t *doc;

	if (jsonin_object(body, len, REPORT_MAX_BYTES, &doc, err) < 0)
		return -1;
	report = xcalloc(1, sizeof(*report));
	report->doc = doc;
	report->raw = buf_copy(body, len);
	if (read_members(report, err) < 0 ||
	    use_idempotency_key(report, idempotency_key, err) < 0) {
		report_free(&report);
		return -1;
	}
	*report_r = report;
	return 0;
}

void report_free(struct report **report)
{
	struct report *mine = *report;

	*report = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	buf_unref(&mine->raw);
	xfree(mine->own_key);
	xfree(mine);
}

static void write_text(struct jsonw *w, const char *key, const json_t *from)
{
	const char *text = json_string_value(json_object_get(from, key));

	if (text != NULL)
		jsonw_string(w, key, text);
}

static void write_point(struct jsonw *w, const struct location *location)
{
	if (!location->has_point)
		return;
	jsonw_int(w, "lat_e7", location->lat_e7);
	jsonw_int(w, "lon_e7", location->lon_e7);
	jsonw_int(w, "accuracy_m", location->accuracy_m);
}

static void write_attachments(struct jsonw *w, const json_t *attachments)
{
	const json_t *one;
	size_t i;

	jsonw_open(w, "attachments", '[');
	json_array_foreach(attachments, i, one)
	{
		jsonw_open(w, NULL, '{');
		write_text(w, "url", one);
		write_text(w, "type", one);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

/* In this order and form whatever the sender's were. What is not known to us is not in it: it
 * is ignored on input, and may be a counter of attempts. */
static void write_meaning(struct jsonw *w, const struct report *report)
{
	const json_t *reporter = json_object_get(report->doc, "reporter");

	jsonw_open(w, NULL, '{');
	jsonw_stringn(w, "text", report->text, report->text_len);
	jsonw_string(w, "kind", report->kind);
	jsonw_string(w, "anonymity", anonymity_names[report->anonymity]);
	jsonw_bool(w, "exercise", report->is_exercise);
	write_point(w, &report->location);
	write_text(w, "name", reporter);
	write_text(w, "phone", reporter);
	write_text(w, "device", reporter);
	write_attachments(w, json_object_get(report->doc, "attachments"));
	jsonw_close(w, '}');
}

void report_digest(const struct report *report, unsigned char digest_r[32])
{
	struct jsonw w;

	jsonw_init(&w, report->text_len + 512);
	write_meaning(&w, report);
	SHA256((const unsigned char *)w.text, w.len, digest_r);
	jsonw_fini(&w);
}

void report_digest_of_words(const struct report *report, unsigned char digest_r[32])
{
	SHA256((const unsigned char *)report->text, report->text_len, digest_r);
}
