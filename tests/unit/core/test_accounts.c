#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/xalloc.h"
#include "core/sessions.h"
#include "people.h"

#define MINUTE ((int64_t)60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static int begin(void **state)
{
	struct people *people = people_new();

	people_add_user(people, "siti", ROLE_DISPATCHER, "fire", "hash of siti");
	people_add_user(people, "wati", ROLE_ADMIN, "", "hash of wati");
	accounts_refresh(people->accounts);
	people->told = 0;
	*state = people;
	return 0;
}

static int end(void **state)
{
	people_free((struct people **)state);
	return 0;
}

static bool is_signed_in(struct people *people, const char *session)
{
	struct principal principal;
	const char *csrf;

	return accounts_by_session(people->accounts, session, &principal, &csrf);
}

static void reopen(struct people *people)
{
	people_close(people);
	people_open(people);
}

static void remove_from_file(struct people *people, enum account_kind kind, const char *name)
{
	struct err err;

	assert_int_equal(accounts_file_remove(people->dir, kind, name, &err), 0);
}

/* Tokens. */

static void a_token_is_known_and_nothing_else_is(void **state)
{
	struct people *people = *state;
	struct principal principal;
	char token[SECRET_SIZE], other[SECRET_SIZE];

	people_add_token(people, "lapor", ROLE_ADAPTER, "", token);
	people_add_token(people, "pos-fire", ROLE_DISPATCHER, "fire", other);
	assert_false(accounts_by_token(people->accounts, token, &principal));
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, token, &principal));
	assert_string_equal(principal.name, "lapor");
	assert_int_equal(principal.role, ROLE_ADAPTER);
	assert_true(principal.is_token);
	assert_true(accounts_by_token(people->accounts, other, &principal));
	assert_int_equal(principal.agency, 0);
	token[10]++;
	assert_false(accounts_by_token(people->accounts, token, &principal));
	assert_false(accounts_by_token(people->accounts, "", &principal));
	assert_false(accounts_by_token(people->accounts, "siti", &principal));
}

static void a_token_sends_as_what_it_was_made_for(void **state)
{
	static const struct {
		enum role role;
		const char *sources, *source;
		bool may;
	} cases[] = {
		{ROLE_ADAPTER, "", "lapor-web", true},
		{ROLE_ADAPTER, "lapor-sms", "lapor-sms", true},
		{ROLE_ADAPTER, "lapor-sms", "lapor-web", false},
		{ROLE_ADAPTER, "lapor-sms", "lapor-sms2", false},
		{ROLE_ADAPTER, "lapor-sms", "lapor", false},
		{ROLE_APP, "", "app:siaga", true},
		{ROLE_APP, "", "app:siaga2", false},
		{ROLE_APP, "", "app:", false},
		{ROLE_APP, "", "siaga", false},
		{ROLE_APP, "", "lapor-web", false},
		{ROLE_APP, "lapor-web,app:", "lapor-web", true},
		{ROLE_APP, "lapor-web,app:", "app:other", true},
		{ROLE_APP, "lapor-web,app:", "app:", false},
		{ROLE_APP, "lapor-web,app:x", "app:siaga", false},
	};
	struct account account = {.kind = ACCOUNT_TOKEN, .name = "siaga"};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		account.role = cases[i].role;
		snprintf(account.sources, sizeof(account.sources), "%s", cases[i].sources);
		assert_int_equal(account_sends_as(&account, cases[i].source), cases[i].may);
	}
}

static void a_removed_token_holds_no_more_and_its_namesake_is_another(void **state)
{
	struct people *people = *state;
	struct principal principal;
	char token[SECRET_SIZE], again[SECRET_SIZE];

	people_add_token(people, "layar", ROLE_VIEWER, "", token);
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, token, &principal));
	people->told = 0;
	assert_true(accounts_holds(people->accounts, &principal));
	remove_from_file(people, ACCOUNT_TOKEN, "layar");
	people_add_token(people, "layar", ROLE_VIEWER, "", again);
	accounts_refresh(people->accounts);
	assert_int_equal(people->told, 1);
	assert_false(accounts_holds(people->accounts, &principal));
	assert_false(accounts_by_token(people->accounts, token, &principal));
}

static void a_change_that_is_not_its_own_leaves_a_token_as_it_is(void **state)
{
	struct people *people = *state;
	struct principal principal;
	char token[SECRET_SIZE];

	people_add_token(people, "layar", ROLE_VIEWER, "", token);
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, token, &principal));
	people_add_user(people, "budi", ROLE_CALLTAKER, "", "x");
	accounts_refresh(people->accounts);
	assert_true(accounts_holds(people->accounts, &principal));
	reopen(people);
	assert_true(accounts_holds(people->accounts, &principal));
}

/* The file. */

static void a_file_that_did_not_change_is_not_read_and_nobody_is_told(void **state)
{
	struct people *people = *state;

	for (unsigned i = 0; i < 10; i++)
		accounts_refresh(people->accounts);
	assert_int_equal(people->told, 0);
}

static void a_broken_file_keeps_everybody_until_it_is_mended(void **state)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{\"version\":2}",
		"{\"users\":[]}",
		"{\"version\":1,\"users\":{}}",
		"{\"version\":1,\"users\":[7]}",
		"{\"version\":1,\"users\":[{\"name\":\"a\",\"role\":\"admin\"}]}",
		"{\"version\":1,\"users\":[{\"name\":\"A b\",\"role\":\"admin\",\"password\":"
		"\"x\"}]}",
		"{\"version\":1,\"tokens\":[{\"name\":\"a\",\"role\":\"app\",\"hash\":\"00\"}]"
		"}",
		"{\"version\":1,\"users\":[{\"name\":\"a\",\"role\":\"admin\",\"password\":"
		"\"x\"},{\"name\":\"a\",\"role\":\"admin\",\"password\":\"y\"}]}",
	};
	struct people *people = *state;
	char session[SECRET_SIZE];
	char *good = people_read(people, ACCOUNTS_FILE);

	(void)people_sign_in(people, "siti", session);
	for (unsigned i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		struct accounts *none = NULL;
		struct err err;

		people_write(people, ACCOUNTS_FILE, broken[i]);
		accounts_refresh(people->accounts);
		if (!is_signed_in(people, session))
			fail_msg("%s", broken[i]);
		assert_int_equal(accounts_open(&none, people->dir, &people->agencies,
					       &people->clock, &err),
				 -1);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_non_null(strstr(err.text, ACCOUNTS_FILE));
		assert_null(none);
	}
	assert_int_equal(people->told, 0);
	people_write(people, ACCOUNTS_FILE, good);
	remove_from_file(people, ACCOUNT_USER, "siti");
	accounts_refresh(people->accounts);
	assert_int_equal(people->told, 1);
	assert_false(is_signed_in(people, session));
	free(good);
}

static void a_file_that_is_gone_keeps_everybody(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], path[64];

	(void)people_sign_in(people, "siti", session);
	snprintf(path, sizeof(path), "%s/%s", people->dir, ACCOUNTS_FILE);
	assert_int_equal(unlink(path), 0);
	accounts_refresh(people->accounts);
	assert_true(is_signed_in(people, session));
	people_add_user(people, "budi", ROLE_CALLTAKER, "", "x");
	accounts_refresh(people->accounts);
	assert_false(is_signed_in(people, session));
}

static void no_file_is_nobody_and_the_first_one_is_seen(void **state)
{
	struct people *people = people_new();
	struct principal principal;
	char token[SECRET_SIZE];

	(void)state;
	accounts_refresh(people->accounts);
	people_add_token(people, "lapor", ROLE_ADAPTER, "", token);
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, token, &principal));
	people_free(&people);
}

/* Other agencies need a restart. */
static void restart_with(struct people *people, const struct agencies *agencies)
{
	people_close(people);
	people->agencies = *agencies;
	people_open(people);
}

static void an_account_without_a_place_is_kept_and_may_nothing(void **state)
{
	struct people *people = *state;
	struct agencies fewer = {.count = 1}, all = people->agencies;
	struct principal principal;
	char session[SECRET_SIZE], token[SECRET_SIZE];

	people_add_token(people, "pos-bpbd", ROLE_DISPATCHER, "disaster", token);
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, token, &principal));
	assert_false(principal_may(&principal, RIGHT_WATCH));

	principal = people_sign_in(people, "siti", session);
	assert_true(principal_may(&principal, RIGHT_WATCH));
	fewer.agency[0] = all.agency[1];
	restart_with(people, &fewer);
	assert_false(accounts_holds(people->accounts, &principal));
	assert_true(is_signed_in(people, session));
	restart_with(people, &all);
	assert_true(accounts_holds(people->accounts, &principal));
}

static void a_role_of_a_later_version_may_nothing(void **state)
{
	struct people *people = *state;
	struct principal principal;
	char text[512], hash[2 * SECRET_HASH_SIZE + 1];
	uint8_t bytes[SECRET_HASH_SIZE];

	secret_hash("secret", bytes);
	for (unsigned i = 0; i < sizeof(bytes); i++)
		snprintf(hash + 2 * i, 3, "%02x", bytes[i]);
	snprintf(text, sizeof(text),
		 "{\"version\":1,\"tokens\":[{\"name\":\"a\",\"role\":\"wizard\",\"hash\":\"%"
		 "s\"}"
		 "]}",
		 hash);
	people_write(people, ACCOUNTS_FILE, text);
	accounts_refresh(people->accounts);
	assert_true(accounts_by_token(people->accounts, "secret", &principal));
	for (unsigned right = 0; right < RIGHTS; right++)
		assert_false(principal_may(&principal, right));
}

static void a_change_keeps_what_it_does_not_know(void **state)
{
	struct people *people = *state;
	char token[SECRET_SIZE], *text;

	people_write(people, ACCOUNTS_FILE,
		     "{\"version\":1,\"later\":{\"a\":1},\"users\":[{\"name\":\"a\",\"role\":"
		     "\"wizard\",\"password\":\"x\",\"totp\":\"JBSW\"}]}");
	people_write(people, ACCOUNTS_FILE ".new", "left by one that was killed");
	people_add_token(people, "lapor", ROLE_ADAPTER, "", token);
	text = people_read(people, ACCOUNTS_FILE);
	assert_non_null(strstr(text, "later"));
	assert_non_null(strstr(text, "JBSW"));
	assert_non_null(strstr(text, "wizard"));
	assert_non_null(strstr(text, "lapor"));
	free(text);
}

static void a_name_is_one_persons_or_one_tokens(void **state)
{
	struct people *people = *state;
	struct account account = {.kind = ACCOUNT_TOKEN, .name = "siti", .role = ROLE_APP};
	struct err err;

	assert_int_equal(accounts_file_add(people->dir, &account, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(accounts_file_remove(people->dir, ACCOUNT_TOKEN, "siti", &err), -1);
	assert_int_equal(err.kind, ERR_INVALID);
	assert_int_equal(accounts_file_set_password(people->dir, "nobody", "x", &err), -1);
	assert_int_equal(err.kind, ERR_INVALID);
}

static void names_are_of_few_letters(void **state)
{
	char long_name[USER_SIZE + 1], read[USER_SIZE];

	(void)state;
	memset(long_name, 'a', sizeof(long_name));
	long_name[USER_SIZE] = '\0';
	assert_false(account_name_is_good(long_name));
	assert_false(account_name_read(long_name, read));
	assert_string_equal(read, "");
	long_name[USER_SIZE - 1] = '\0';
	assert_true(account_name_is_good(long_name));
	assert_true(account_name_is_good("siti.n@damkar-1_b"));
	assert_false(account_name_is_good(""));
	assert_false(account_name_is_good(".siti"));
	assert_false(account_name_is_good("Siti"));
	assert_false(account_name_is_good("siti\n"));
	assert_false(account_name_is_good("s\xc3\xa9"));
	assert_true(account_name_read("Siti", read));
	assert_string_equal(read, "siti");
}

struct hand {
	struct people *people;
	char name[8];
};

static void *add_three(void *arg)
{
	struct hand *hand = arg;

	for (unsigned i = 0; i < 3; i++) {
		char name[16], token[SECRET_SIZE];

		snprintf(name, sizeof(name), "%s-%u", hand->name, i);
		people_add_token(hand->people, name, ROLE_APP, "", token);
	}
	return NULL;
}

static void changes_at_one_moment_all_happen(void **state)
{
	struct people *people = *state;
	pthread_t threads[4];
	struct hand hands[4];
	struct account_list list;
	struct file_stamp stamp;
	struct err err;

	for (unsigned i = 0; i < 4; i++) {
		hands[i].people = people;
		snprintf(hands[i].name, sizeof(hands[i].name), "h%u", i);
		pthread_create(&threads[i], NULL, add_three, &hands[i]);
	}
	for (unsigned i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(account_list_read(people->dir, &list, &stamp, &err), 0);
	assert_int_equal(list.count, 2 + 4 * 3);
	account_list_free(&list);
}

static void both_files_are_for_their_owner_and_hold_no_secret(void **state)
{
	static const char *const names[] = {ACCOUNTS_FILE, SESSIONS_FILE};
	struct people *people = *state;
	char token[SECRET_SIZE], session[SECRET_SIZE], csrf[SECRET_SIZE];
	struct principal principal;

	people_add_token(people, "lapor", ROLE_ADAPTER, "", token);
	accounts_refresh(people->accounts);
	assert_true(
		accounts_begin_session(people->accounts, "siti", session, csrf, &principal));
	people_close(people);
	for (unsigned i = 0; i < 2; i++) {
		char *text = people_read(people, names[i]), path[64];
		struct stat st;

		assert_null(strstr(text, token + 6));
		assert_null(strstr(text, session));
		assert_null(strstr(text, csrf));
		free(text);
		snprintf(path, sizeof(path), "%s/%s", people->dir, names[i]);
		assert_int_equal(stat(path, &st), 0);
		assert_int_equal(st.st_mode & 0777, 0600);
	}
}

/* Sessions. */

static void who_signs_in_is_known_by_the_cookie(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], csrf[SECRET_SIZE], other[SECRET_SIZE];
	struct principal principal;
	const char *same;

	assert_true(
		accounts_begin_session(people->accounts, "Siti", session, csrf, &principal));
	assert_string_equal(principal.name, "siti");
	assert_int_equal(principal.role, ROLE_DISPATCHER);
	assert_int_equal(principal.agency, 0);
	assert_false(principal.is_token);
	assert_int_equal(strlen(session), 43);
	assert_true(accounts_by_session(people->accounts, session, &principal, &same));
	assert_string_equal(csrf, same);
	(void)people_sign_in(people, "siti", other);
	assert_true(accounts_by_session(people->accounts, other, &principal, &same));
	assert_string_not_equal(csrf, same);
	assert_false(accounts_by_token(people->accounts, session, &principal));
	assert_false(
		accounts_begin_session(people->accounts, "nobody", other, csrf, &principal));
}

static void a_restart_signs_nobody_out(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], csrf[SECRET_SIZE];
	struct principal before, after;
	const char *same;

	assert_true(accounts_begin_session(people->accounts, "siti", session, csrf, &before));
	reopen(people);
	assert_true(accounts_by_session(people->accounts, session, &after, &same));
	assert_string_equal(csrf, same);
	assert_int_equal(before.serial, after.serial);
	assert_true(accounts_holds(people->accounts, &before));
}

static void who_signs_out_is_out_after_a_restart_too(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], other[SECRET_SIZE];
	struct principal principal = people_sign_in(people, "siti", session);

	(void)people_sign_in(people, "siti", other);
	reopen(people);
	people->told = 0;
	accounts_end_session(people->accounts, &principal);
	assert_int_equal(people->told, 1);
	assert_false(accounts_holds(people->accounts, &principal));
	assert_false(is_signed_in(people, session));
	accounts_end_session(people->accounts, &principal);
	assert_int_equal(people->told, 1);
	reopen(people);
	assert_false(is_signed_in(people, session));
	assert_true(is_signed_in(people, other));
}

static void a_removed_person_loses_the_session(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], other[SECRET_SIZE];
	struct principal principal = people_sign_in(people, "siti", session);

	(void)people_sign_in(people, "wati", other);
	remove_from_file(people, ACCOUNT_USER, "siti");
	accounts_refresh(people->accounts);
	assert_int_equal(people->told, 1);
	assert_false(accounts_holds(people->accounts, &principal));
	assert_false(is_signed_in(people, session));
	assert_true(is_signed_in(people, other));
}

static void a_person_removed_while_we_are_away_loses_the_session(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];

	(void)people_sign_in(people, "siti", session);
	people_close(people);
	remove_from_file(people, ACCOUNT_USER, "siti");
	people_add_user(people, "siti", ROLE_ADMIN, "", "hash of another siti");
	people_open(people);
	assert_false(is_signed_in(people, session));
}

static void a_new_password_ends_what_the_old_one_began(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];
	struct principal principal = people_sign_in(people, "siti", session);
	struct err err;

	assert_int_equal(accounts_file_set_password(people->dir, "siti", "new hash", &err), 0);
	accounts_refresh(people->accounts);
	assert_false(is_signed_in(people, session));
	assert_false(accounts_holds(people->accounts, &principal));
	(void)people_sign_in(people, "siti", session);
	assert_true(is_signed_in(people, session));
}

static void a_session_is_renewed_by_use_and_ends_after_twelve_idle_hours(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE], watching[SECRET_SIZE];
	struct principal principal = people_sign_in(people, "siti", watching);

	(void)people_sign_in(people, "siti", session);
	for (unsigned i = 0; i < 4; i++) {
		people_wait(people, 11 * HOUR);
		accounts_touch(people->accounts, &principal);
		accounts_refresh(people->accounts);
		assert_true(is_signed_in(people, session));
	}
	assert_true(accounts_holds(people->accounts, &principal));
	people->told = 0;
	people_wait(people, 12 * HOUR + 1);
	assert_false(is_signed_in(people, session));
	assert_false(accounts_holds(people->accounts, &principal));
	accounts_refresh(people->accounts);
	assert_int_equal(people->told, 1);
}

static void an_old_session_ends_at_a_pause_and_never_at_work(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];

	(void)people_sign_in(people, "siti", session);
	for (int64_t ms = 0; ms < 9 * DAY; ms += 29 * MINUTE) {
		people_wait(people, 29 * MINUTE);
		assert_true(is_signed_in(people, session));
	}
	people_wait(people, 31 * MINUTE);
	assert_false(is_signed_in(people, session));
}

static void ages_are_counted_across_a_restart(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];

	(void)people_sign_in(people, "siti", session);
	for (unsigned i = 0; i < 7; i++) {
		people_close(people);
		people_wait(people, 11 * HOUR);
		people->mono_us = 0; /* the machine was started again */
		people_open(people);
		assert_true(is_signed_in(people, session));
	}
	people_close(people);
	people_wait(people, 12 * HOUR + 1);
	people_open(people);
	assert_false(is_signed_in(people, session));
}

static void a_clock_that_is_set_signs_nobody_out(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];

	(void)people_sign_in(people, "siti", session);
	people->wall_ms += 400 * DAY;
	accounts_refresh(people->accounts);
	assert_true(is_signed_in(people, session));
	people_close(people);
	people->wall_ms -= 500 * DAY;
	people_open(people);
	assert_true(is_signed_in(people, session));
}

static void broken_sessions_are_none_and_no_reason_not_to_start(void **state)
{
	static const char *const broken[] = {
		"",
		"{\"version\":1,\"sessions\":[{}]}",
		"{\"version\":9,\"sessions\":[]}",
		"{\"version\":1,\"sessions\":[{\"hash\":\"00\",\"stamp\":\"00\",\"user\":\"a\","
		"\"begun\":\"2026-01-01T00:00:00Z\",\"used\":\"2026-01-01T00:00:00Z\"}]}",
	};
	struct people *people = *state;

	for (unsigned i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		char session[SECRET_SIZE];

		people_close(people);
		people_write(people, SESSIONS_FILE, broken[i]);
		people_open(people);
		(void)people_sign_in(people, "siti", session);
		reopen(people);
		assert_true(is_signed_in(people, session));
	}
}

static void use_is_written_now_and_then_and_not_each_time(void **state)
{
	struct people *people = *state;
	char session[SECRET_SIZE];
	struct buf *text;

	(void)people_sign_in(people, "siti", session);
	text = accounts_take_unsaved(people->accounts);
	assert_non_null(text);
	buf_unref(&text);
	for (unsigned i = 0; i < 10; i++) {
		people_wait(people, MINUTE);
		assert_true(is_signed_in(people, session));
		assert_null(accounts_take_unsaved(people->accounts));
	}
	people_wait(people, MINUTE);
	assert_true(is_signed_in(people, session));
	text = accounts_take_unsaved(people->accounts);
	assert_non_null(text);
	buf_unref(&text);
	assert_null(accounts_take_unsaved(people->accounts));
	accounts_not_saved(people->accounts);
	text = accounts_take_unsaved(people->accounts);
	assert_non_null(text);
	buf_unref(&text);
}

static void a_person_has_so_many_sessions_and_the_longest_idle_makes_room(void **state)
{
	struct people *people = *state;
	char first[SECRET_SIZE], second[SECRET_SIZE], other[SECRET_SIZE], more[SECRET_SIZE];

	(void)people_sign_in(people, "wati", other);
	(void)people_sign_in(people, "siti", first);
	people_wait(people, MINUTE);
	(void)people_sign_in(people, "siti", second);
	for (unsigned i = 2; i < SESSIONS_PER_USER; i++) {
		people_wait(people, MINUTE);
		(void)people_sign_in(people, "siti", more);
	}
	assert_true(is_signed_in(people, first)); /* which is so used last */
	(void)people_sign_in(people, "siti", more);
	accounts_refresh(people->accounts);
	assert_int_equal(people->told, 1);
	assert_true(is_signed_in(people, first));
	assert_false(is_signed_in(people, second));
	assert_true(is_signed_in(people, other));
}

static void a_name_that_nobody_has_takes_a_hash_like_any(void **state)
{
	struct people *people = *state;
	char hash[HASH_SIZE], fresh[HASH_SIZE];
	struct err err;

	accounts_hash_of(people->accounts, "SITI", hash);
	assert_string_equal(hash, "hash of siti");
	accounts_hash_of(people->accounts, "nobody", hash);
	assert_int_equal(password_hash("x", fresh, &err), 0);
	/* Version, memory and passes are the same, so the work is. */
	assert_memory_equal(hash, fresh, strlen("$argon2id$v=19$m=19456,t=2,p=1$"));
	assert_int_equal(strlen(hash), strlen(fresh));
	assert_false(password_is("", hash));
	assert_false(password_is("x", hash));
	assert_true(password_is("x", fresh));
	assert_false(password_is("y", fresh));
}

struct leaver {
	struct accounts_watcher watcher;
	struct accounts_watcher *other;
	unsigned told;
};

static void leave(struct accounts_watcher *watcher)
{
	struct leaver *leaver = LIST_ITEM(watcher, struct leaver, watcher);

	leaver->told++;
	accounts_unwatch(watcher);
	accounts_unwatch(leaver->other);
}

static void who_is_told_may_stop_watching(void **state)
{
	struct people *people = *state;
	struct leaver a = {.watcher = {.changed = leave}}, b = {.watcher = {.changed = leave}};

	a.other = &b.watcher;
	b.other = &a.watcher;
	accounts_watch(people->accounts, &a.watcher);
	accounts_watch(people->accounts, &b.watcher);
	for (unsigned i = 0; i < 2; i++) {
		remove_from_file(people, ACCOUNT_USER, i == 0 ? "siti" : "wati");
		accounts_refresh(people->accounts);
	}
	assert_int_equal(a.told + b.told, 1);
	assert_int_equal(people->told, 2);
}

static void passwords_and_tokens_are_random_and_readable(void **state)
{
	char a[PASSWORD_SIZE], b[PASSWORD_SIZE];

	(void)state;
	password_new(a);
	password_new(b);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 23);
	assert_int_equal(strspn(a, "abcdefghjkmnpqrstuvwxyz23456789-"), 23);
	assert_int_equal(a[5], '-');
	assert_true(secret_equals(a, a));
	assert_false(secret_equals(a, b));
	assert_false(secret_equals("", a));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_token_is_known_and_nothing_else_is),
		TEST(a_token_sends_as_what_it_was_made_for),
		TEST(a_removed_token_holds_no_more_and_its_namesake_is_another),
		TEST(a_change_that_is_not_its_own_leaves_a_token_as_it_is),
		TEST(a_file_that_did_not_change_is_not_read_and_nobody_is_told),
		TEST(a_broken_file_keeps_everybody_until_it_is_mended),
		TEST(a_file_that_is_gone_keeps_everybody),
		TEST(no_file_is_nobody_and_the_first_one_is_seen),
		TEST(an_account_without_a_place_is_kept_and_may_nothing),
		TEST(a_role_of_a_later_version_may_nothing),
		TEST(a_change_keeps_what_it_does_not_know),
		TEST(a_name_is_one_persons_or_one_tokens),
		TEST(names_are_of_few_letters),
		TEST(changes_at_one_moment_all_happen),
		TEST(both_files_are_for_their_owner_and_hold_no_secret),
		TEST(who_signs_in_is_known_by_the_cookie),
		TEST(a_restart_signs_nobody_out),
		TEST(who_signs_out_is_out_after_a_restart_too),
		TEST(a_removed_person_loses_the_session),
		TEST(a_person_removed_while_we_are_away_loses_the_session),
		TEST(a_new_password_ends_what_the_old_one_began),
		TEST(a_session_is_renewed_by_use_and_ends_after_twelve_idle_hours),
		TEST(an_old_session_ends_at_a_pause_and_never_at_work),
		TEST(ages_are_counted_across_a_restart),
		TEST(a_clock_that_is_set_signs_nobody_out),
		TEST(broken_sessions_are_none_and_no_reason_not_to_start),
		TEST(use_is_written_now_and_then_and_not_each_time),
		TEST(a_person_has_so_many_sessions_and_the_longest_idle_makes_room),
		TEST(a_name_that_nobody_has_takes_a_hash_like_any),
		TEST(who_is_told_may_stop_watching),
		TEST(passwords_and_tokens_are_random_and_readable),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
