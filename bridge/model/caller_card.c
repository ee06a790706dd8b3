/* A caller's history as it stands in events and answers, and what a person may do to it. */
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/caller.h"

static void write_time(struct jsonw *w, const char *key, int64_t at_ms)
{
	if (at_ms != 0)
		jsonw_time(w, key, at_ms);
	else
		jsonw_null(w, key);
}

static void write_days(const struct caller_mark *mark, struct jsonw *w)
{
	jsonw_open(w, "days", '[');
	for (unsigned i = 0; i < mark->day_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_time(w, "day", mark->day[i].day * CALLER_DAY_MS);
		jsonw_int(w, "n", mark->day[i].n);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_reasons(const struct card *card, struct jsonw *w)
{
	jsonw_open(w, "reasons", '[');
	for (int sign = 0; sign < CALLER_SIGNS; sign++) {
		const struct caller_mark *mark = &card->caller->mark[sign];

		if (mark->n == 0)
			continue;
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "is", caller_sign_names[sign]);
		jsonw_int(w, "n", mark->n);
		jsonw_time(w, "last_at", mark->last_ms);
		jsonw_int(w, "points",
			  caller_points(card->caller, (enum caller_sign)sign, card->policy,
					card->now_ms));
		write_days(mark, w);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_repeats(const struct caller *caller, struct jsonw *w)
{
	jsonw_open(w, "repeats", '{');
	jsonw_int(w, "n", caller->repeats.n);
	write_time(w, "first_at", caller->repeats.first_ms);
	write_time(w, "last_at", caller->repeats.last_ms);
	jsonw_close(w, '}');
}

void card_write(const struct card *card, struct jsonw *w, const char *key)
{
	const struct caller *caller = card->caller;

	if (caller == NULL) {
		jsonw_null(w, key);
		return;
	}
	jsonw_open(w, key, '{');
	jsonw_string(w, "handle", caller->handle);
	jsonw_int(w, "score", caller_score(caller, card->policy, card->now_ms));
	jsonw_int(w, "order", caller_order(caller, card->policy, card->now_ms));
	jsonw_bool(w, "raised", caller_is_raised(caller, card->policy, card->now_ms));
	write_reasons(card, w);
	write_repeats(caller, w);
	jsonw_int(w, "calls", caller->calls);
	jsonw_int(w, "reports", caller->reports);
	write_time(w, "first_at", caller->first_ms);
	write_time(w, "last_at", caller->last_ms);
	write_time(w, "urgent_at", caller->urgent_ms);
	write_time(w, "quiet_since", caller->quiet_ms);
	write_time(w, "cleared_at", caller->cleared_ms);
	jsonw_string(w, "cleared_by",
		     caller->cleared_by[0] != '\0' ? caller->cleared_by : NULL);
	call_back_write(&caller->owed, w, "call_back");
	jsonw_close(w, '}');
}

static int64_t read_count(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static void read_mark(const json_t *reason, struct caller_mark *mark)
{
	const json_t *days = json_object_get(reason, "days");

	mark->n = read_count(reason, "n");
	mark->last_ms = jsonin_kept_time(reason, "last_at");
	for (size_t i = 0; i < json_array_size(days) && i < CALLER_DAYS; i++) {
		const json_t *one = json_array_get(days, i);

		mark->day[i].day = jsonin_kept_time(one, "day") / CALLER_DAY_MS;
		mark->day[i].n = read_count(one, "n");
		mark->day_count = (unsigned)i + 1;
	}
}

/* A sign of a newer version is passed over. */
static void read_reasons(const json_t *list, struct caller *caller)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *reason = json_array_get(list, i);
		const char *is = json_string_value(json_object_get(reason, "is"));

		for (int sign = 0; is != NULL && sign < CALLER_SIGNS; sign++)
			if (strcmp(caller_sign_names[sign], is) == 0)
				read_mark(reason, &caller->mark[sign]);
	}
}

int card_read(const json_t *object, struct caller *caller, struct err *err)
{
	const json_t *repeats = json_object_get(object, "repeats");

	*caller = (struct caller){0};
	jsonin_kept_text(object, "handle", caller->handle, ID_SIZE);
	if (!id_is(caller->handle, 'N'))
		return err_set(err, ERR_INVALID, "not a caller as it was stored");
	read_reasons(json_object_get(object, "reasons"), caller);
	caller->repeats.n = read_count(repeats, "n");
	caller->repeats.first_ms = jsonin_kept_time(repeats, "first_at");
	caller->repeats.last_ms = jsonin_kept_time(repeats, "last_at");
	caller->calls = read_count(object, "calls");
	caller->reports = read_count(object, "reports");
	caller->first_ms = jsonin_kept_time(object, "first_at");
	caller->last_ms = jsonin_kept_time(object, "last_at");
	caller->urgent_ms = jsonin_kept_time(object, "urgent_at");
	caller->quiet_ms = jsonin_kept_time(object, "quiet_since");
	caller->cleared_ms = jsonin_kept_time(object, "cleared_at");
	jsonin_kept_text(object, "cleared_by", caller->cleared_by, USER_SIZE);
	call_back_read(json_object_get(object, "call_back"), &caller->owed);
	return 0;
}

static int read_clearing(struct clearing *clearing, struct err *err)
{
	const char *command_id = "";

	if (jsonin_string(clearing->doc, "reason", JSONIN_REQUIRED, CLEARING_REASON_MAX,
			  &clearing->reason, err) < 0 ||
	    jsonin_string(clearing->doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1,
			  &command_id, err) < 0)
		return -1;
	if (strspn(clearing->reason, " \t\r\n") == strlen(clearing->reason))
		return err_field(err, "reason", "must not be blank");
	snprintf(clearing->command_id, COMMAND_ID_SIZE, "%s", command_id);
	return 0;
}

int clearing_parse(const void *body, size_t len, const char *handle,
		   struct clearing **clearing_r, struct err *err)
{
	struct clearing *clearing;
	json_t *doc;

	if (jsonin_object(body, len, CLEARING_MAX_BYTES, &doc, err) < 0)
		return -1;
	clearing = xcalloc(1, sizeof(*clearing));
	clearing->doc = doc;
	snprintf(clearing->handle, ID_SIZE, "%s", handle);
	if (read_clearing(clearing, err) < 0) {
		clearing_free(&clearing);
		return -1;
	}
	*clearing_r = clearing;
	return 0;
}

void clearing_free(struct clearing **clearing)
{
	struct clearing *mine = *clearing;

	*clearing = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	xfree(mine);
}

void clearing_digest(const struct clearing *clearing, unsigned char digest_r[32])
{
	struct jsonw w;

	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "handle", clearing->handle);
	jsonw_string(&w, "by", clearing->by);
	jsonw_string(&w, "reason", clearing->reason);
	jsonw_close(&w, '}');
	SHA256((const unsigned char *)w.text, w.len, digest_r);
	jsonw_fini(&w);
}
