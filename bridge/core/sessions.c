#include "core/sessions.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/private_file.h"

#define VERSION 1
#define BUCKETS 256
#define SECOND  ((int64_t)1000000)
#define MINUTE  (60 * SECOND)
#define HOUR    (60 * MINUTE)

#define IDLE_LIMIT (12 * HOUR)
#define OLD_AGE    (7 * 24 * HOUR)
#define OLD_LIMIT  (30 * MINUTE)
/* The file may be behind by so much: a write for every request would cost more than it gives.
 */
#define SAVE_STEP (10 * MINUTE)

struct sessions {
	const struct clock *clock;
	struct list buckets[BUCKETS];
	bool is_unsaved;
};

static int64_t now_us(const struct sessions *sessions)
{
	return sessions->clock->mono_us(sessions->clock);
}

static bool is_over(const struct session *session, int64_t now)
{
	bool is_old = now - session->begun_us > OLD_AGE;

	return now - session->used_us > (is_old ? OLD_LIMIT : IDLE_LIMIT);
}

static uint64_t serial_of(const uint8_t hash[SECRET_HASH_SIZE])
{
	uint64_t serial;

	memcpy(&serial, hash, sizeof(serial));
	return serial;
}

static struct list *bucket_of(const struct sessions *sessions, uint64_t serial)
{
	/* The list's nodes are not the table's: it is lent as it is. */
	return (struct list *)(uintptr_t)&sessions->buckets[serial % BUCKETS];
}

static void put(struct sessions *sessions, struct session *session)
{
	session->serial = serial_of(session->hash);
	list_append(bucket_of(sessions, session->serial), &session->node);
}

static void drop(struct session *session)
{
	list_remove(&session->node);
	xfree(session);
}

struct session *sessions_find_serial(const struct sessions *sessions, uint64_t serial)
{
	struct list *bucket = bucket_of(sessions, serial);
	int64_t now = now_us(sessions);

	for (struct list *n = bucket->next; n != bucket; n = n->next) {
		struct session *session = LIST_ITEM(n, struct session, node);

		if (session->serial == serial && !is_over(session, now))
			return session;
	}
	return NULL;
}

struct session *sessions_find(const struct sessions *sessions, const char *secret)
{
	uint8_t hash[SECRET_HASH_SIZE];
	struct session *session;

	secret_hash(secret, hash);
	session = sessions_find_serial(sessions, serial_of(hash));
	if (session == NULL || sodium_memcmp(session->hash, hash, sizeof(hash)) != 0)
		return NULL;
	return session;
}

void sessions_use(struct sessions *sessions, struct session *session)
{
	session->used_us = now_us(sessions);
	if (session->used_us - session->saved_us > SAVE_STEP)
		sessions->is_unsaved = true;
}

/* Of this user; NULL while there is room for one more. */
static struct session *longest_idle(struct sessions *sessions, const char *user)
{
	struct session *oldest = NULL;
	int64_t now = now_us(sessions);
	unsigned count = 0;

	for (unsigned b = 0; b < BUCKETS; b++) {
		struct list *bucket = &sessions->buckets[b];

		for (struct list *n = bucket->next; n != bucket; n = n->next) {
			struct session *session = LIST_ITEM(n, struct session, node);

			if (is_over(session, now) || strcmp(session->user, user) != 0)
				continue;
			count++;
			if (oldest == NULL || session->used_us < oldest->used_us)
				oldest = session;
		}
	}
	return count < SESSIONS_PER_USER ? NULL : oldest;
}

struct session *sessions_begin(struct sessions *sessions, const char *user, uint64_t stamp,
			       char secret_r[SECRET_SIZE])
{
	struct session *session = xcalloc(1, sizeof(*session));
	struct session *least = longest_idle(sessions, user);

	if (least != NULL) /* over; taken away with the others, so that somebody is told */
		least->used_us = now_us(sessions) - IDLE_LIMIT - 1;
	secret_new("", secret_r);
	secret_hash(secret_r, session->hash);
	snprintf(session->user, sizeof(session->user), "%s", user);
	session->stamp = stamp;
	session->begun_us = session->used_us = session->saved_us = now_us(sessions);
	put(sessions, session);
	sessions->is_unsaved = true;
	return session;
}

void sessions_end(struct sessions *sessions, struct session **session)
{
	struct session *mine = *session;

	*session = NULL;
	if (mine == NULL)
		return;
	drop(mine);
	sessions->is_unsaved = true;
}

bool sessions_prune(struct sessions *sessions,
		    bool (*is_kept)(const void *ctx, const struct session *session),
		    const void *ctx)
{
	int64_t now = now_us(sessions);
	bool is_any = false;

	for (unsigned b = 0; b < BUCKETS; b++) {
		struct list *bucket = &sessions->buckets[b];

		for (struct list *n = bucket->next, *next; n != bucket; n = next) {
			struct session *session = LIST_ITEM(n, struct session, node);

			next = n->next;
			if (!is_over(session, now) && is_kept(ctx, session))
				continue;
			drop(session);
			is_any = true;
		}
	}
	sessions->is_unsaved |= is_any;
	return is_any;
}

/* The file. */

static void write_session(struct jsonw *w, const struct session *session, int64_t wall_ms,
			  int64_t now)
{
	char hash[2 * SECRET_HASH_SIZE + 1], stamp[17];

	sodium_bin2hex(hash, sizeof(hash), session->hash, sizeof(session->hash));
	snprintf(stamp, sizeof(stamp), "%016llx", (unsigned long long)session->stamp);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "hash", hash);
	jsonw_string(w, "user", session->user);
	jsonw_string(w, "stamp", stamp);
	jsonw_time(w, "begun", wall_ms - (now - session->begun_us) / 1000);
	jsonw_time(w, "used", wall_ms - (now - session->used_us) / 1000);
	jsonw_close(w, '}');
}

static void write_all(struct sessions *sessions, struct jsonw *w)
{
	int64_t wall_ms = sessions->clock->wall_ms(sessions->clock), now = now_us(sessions);

	jsonw_open(w, NULL, '{');
	jsonw_int(w, "version", VERSION);
	jsonw_open(w, "sessions", '[');
	for (unsigned b = 0; b < BUCKETS; b++) {
		struct list *bucket = &sessions->buckets[b];

		for (struct list *n = bucket->next; n != bucket; n = n->next) {
			struct session *session = LIST_ITEM(n, struct session, node);

			write_session(w, session, wall_ms, now);
			session->saved_us = session->used_us;
		}
	}
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

struct buf *sessions_take_unsaved(struct sessions *sessions)
{
	struct jsonw w;
	struct buf *text;

	if (!sessions->is_unsaved)
		return NULL;
	jsonw_init(&w, 4096);
	write_all(sessions, &w);
	text = jsonw_buf(&w);
	jsonw_fini(&w);
	sessions->is_unsaved = false;
	return text;
}

void sessions_not_saved(struct sessions *sessions)
{
	sessions->is_unsaved = true;
}

int sessions_write(const char *dir, const struct buf *text, struct err *err)
{
	return private_file_replace(dir, SESSIONS_FILE, (const char *)text->data, text->len,
				    err);
}

static int read_hex(const json_t *object, const char *key, uint8_t *bytes_r, size_t size,
		    struct err *err)
{
	const char *text = NULL;
	size_t len;

	if (jsonin_string(object, key, JSONIN_REQUIRED, 2 * size, &text, err) < 0)
		return -1;
	if (sodium_hex2bin(bytes_r, size, text, strlen(text), NULL, &len, NULL) != 0 ||
	    len != size)
		return err_field(err, key, "must be %zu hex digits", 2 * size);
	return 0;
}

/* How long ago that was; a time that is still to come was now. */
static int read_age(const struct sessions *sessions, const json_t *object, const char *key,
		    int64_t *mono_us_r, struct err *err)
{
	int64_t wall_ms = 0, age_ms;

	if (jsonin_time(object, key, JSONIN_REQUIRED, &wall_ms, err) < 0)
		return -1;
	age_ms = sessions->clock->wall_ms(sessions->clock) - wall_ms;
	*mono_us_r = now_us(sessions) - (age_ms > 0 ? age_ms : 0) * 1000;
	return 0;
}

static int read_members(const struct sessions *sessions, const json_t *object,
			struct session *session, struct err *err)
{
	const char *user = NULL;
	uint8_t stamp[8];

	if (read_hex(object, "hash", session->hash, sizeof(session->hash), err) < 0 ||
	    read_hex(object, "stamp", stamp, sizeof(stamp), err) < 0 ||
	    jsonin_string(object, "user", JSONIN_REQUIRED, USER_SIZE - 1, &user, err) < 0 ||
	    read_age(sessions, object, "begun", &session->begun_us, err) < 0 ||
	    read_age(sessions, object, "used", &session->used_us, err) < 0)
		return -1;
	for (unsigned i = 0; i < sizeof(stamp); i++)
		session->stamp = session->stamp << 8 | stamp[i];
	snprintf(session->user, sizeof(session->user), "%s", user);
	session->saved_us = session->used_us;
	return 0;
}

static int read_all(struct sessions *sessions, const json_t *array, struct err *err)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		struct session *session = xcalloc(1, sizeof(*session));

		if (read_members(sessions, json_array_get(array, i), session, err) < 0) {
			xfree(session);
			return err_wrap(err, "session %zu: %s", i + 1, err->field);
		}
		put(sessions, session);
	}
	return 0;
}

static void drop_all(struct sessions *sessions)
{
	for (unsigned b = 0; b < BUCKETS; b++) {
		struct list *node;

		while ((node = list_take(&sessions->buckets[b])) != NULL)
			xfree(LIST_ITEM(node, struct session, node));
	}
}

static int read_doc(struct sessions *sessions, const json_t *doc, struct err *err)
{
	const json_t *array;
	int64_t version = 0;

	if (jsonin_int(doc, "version", JSONIN_REQUIRED, VERSION, VERSION, &version, err) < 0 ||
	    jsonin_child(doc, "sessions", JSON_ARRAY, &array, err) < 0)
		return err_wrap(err, "%s", err->field);
	return read_all(sessions, array, err);
}

int sessions_parse(struct sessions *sessions, const char *text, size_t len, struct err *err)
{
	json_t *doc;
	int rc;

	if (jsonin_object(text, len, PRIVATE_FILE_MAX, &doc, err) < 0)
		return -1;
	rc = read_doc(sessions, doc, err);
	if (rc < 0)
		drop_all(sessions);
	json_decref(doc);
	return rc;
}

static int load(struct sessions *sessions, const char *dir, struct err *err)
{
	struct file_stamp stamp;
	char *text;
	size_t len;
	int rc;

	if (private_file_read(dir, SESSIONS_FILE, &text, &len, &stamp, err) < 0)
		return -1;
	if (text == NULL)
		return 0;
	rc = sessions_parse(sessions, text, len, err);
	xfree(text);
	return rc;
}

struct sessions *sessions_open(const char *dir, const struct clock *clock)
{
	struct sessions *sessions = xcalloc(1, sizeof(*sessions));
	struct err err;

	sessions->clock = clock;
	for (unsigned b = 0; b < BUCKETS; b++)
		list_init(&sessions->buckets[b]);
	if (load(sessions, dir, &err) < 0)
		log_warn("sessions.lost", "why=%s", log_quote(err.text, strlen(err.text)).text);
	return sessions;
}

void sessions_close(struct sessions **sessions)
{
	struct sessions *mine = *sessions;

	*sessions = NULL;
	if (mine == NULL)
		return;
	drop_all(mine);
	xfree(mine);
}
