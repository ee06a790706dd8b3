/* The record can be proved: every kind of single change is found and named. */
#include <dirent.h>
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
#include <sqlite3.h>

#include "store/archive.h"
#include "support/store_world.h"

/* Six reports, one of them closed, one call. */
static struct store_world *filled_world(void)
{
	struct store_world *world = calloc(1, sizeof(*world));
	struct err err = {0};
	struct sent sent;
	char id[ID_SIZE];

	world_init(world, &store_sqlite);
	assert_int_equal(world_open(world, &err), 0);
	for (int i = 0; i < 6; i++)
		stored_report(world, NULL, "Kebakaran rumah", id);
	send_command(world, &sent, id, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
	send_call(world, &sent, "{\"call_id\":\"t\",\"state\":\"ringing\"}");
	store_step(world->store);
	sent_fini(&sent);
	return world;
}

static void end_world(struct store_world *world)
{
	world_fini(world);
	free(world);
}

static void change(const struct store_world *world, const char *sql)
{
	char path[128];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/log.db", world->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql, sqlite3_errmsg(db));
	assert_true(sqlite3_changes(db) > 0);
	(void)sqlite3_close(db);
}

static void a_sound_log_verifies_beside_a_running_daemon(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	struct err err = {0};

	(void)state;
	if (archive_verify(world->dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events, 8);
	assert_int_equal(report.incidents, 6);
	assert_string_equal(report.epoch, store_epoch(world->store));
	end_world(world);
}

static void every_kind_of_single_change_is_found_and_named(void **state)
{
	static const struct {
		const char *sql, *named;
	} cases[] = {
		{"UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'Kebakaran', "
		 "'kebakaran') AS BLOB) WHERE seq = 3",
		 "event 3"},
		{"UPDATE event SET link = zeroblob(32) WHERE seq = 4", "event 4"},
		{"UPDATE event SET at = at + 1 WHERE seq = 2", "event 2"},
		{"UPDATE event SET kind = 'report.received' WHERE seq = 2", "event 2"},
		{"UPDATE event SET agencies = '' WHERE seq = 5", "event 5"},
		{"UPDATE event SET scope = 'staff' WHERE seq = 5", "event 5"},
		{"UPDATE event SET incident = 1 WHERE seq = 5", "event 5"},
		{"DELETE FROM event WHERE seq = 8", ""},
		{"DELETE FROM event WHERE seq = 5", "event 5"},
		{"UPDATE event SET seq = 80 WHERE seq = 8", "event 8"},
		{"UPDATE incident SET status = 'new' WHERE no = 6", "event 7"},
		{"UPDATE incident SET priority = 4 WHERE no = 1", "event 1"},
		{"UPDATE incident SET agencies = 'police' WHERE no = 1", "event 1"},
		{"UPDATE incident SET area = 'x' WHERE no = 1", "event 1"},
		{"UPDATE incident SET opened_at = 0 WHERE no = 1", "event 1"},
		{"UPDATE incident SET seq = 6 WHERE no = 6", "is not as the log says"},
		{"DELETE FROM incident WHERE no = 2", "event 2"},
		{"DELETE FROM report WHERE seq = 2", "event 2"},
		{"UPDATE report SET source = 'lapor-sms' WHERE seq = 2", "event 2"},
		{"UPDATE report SET key = 'x' WHERE seq = 2", "event 2"},
		{"UPDATE report SET digest = zeroblob(32) WHERE seq = 2", "event 2"},
		{"UPDATE report SET tracking = 8000000 WHERE seq = 2", "event 2"},
		{"UPDATE report SET caller = 'N-1' WHERE seq = 2", "event 2"},
		{"UPDATE report SET number = 'N-1' WHERE seq = 2", "event 2"},
		{"UPDATE reporter SET raw = x'7b7d' WHERE seq = 3", "event 3"},
		{"UPDATE reporter SET raw = x'' WHERE seq = 3", "event 3"},
		{"UPDATE reporter SET salt = zeroblob(16) WHERE seq = 3", "event 3"},
		{"UPDATE reporter SET salt = NULL WHERE seq = 3", "event 3"},
		{"DELETE FROM reporter WHERE seq = 4", "event 4"},
		{"UPDATE reporter SET whole = x'7b7d' WHERE seq = 8", "event 8"},
		{"UPDATE reporter SET raw = x'7b7d' WHERE seq = 8", "event 8"},
		{"UPDATE call SET call_id = 'other'", "event 8"},
		{"DELETE FROM call", "event 8"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct store_world *world = filled_world();
		struct archive_report report;
		struct err err = {0};

		world_close(world);
		change(world, cases[i].sql);
		if (archive_verify(world->dir, &report, &err) == 0) {
			/* The newest entry leaves no gap behind it: that takes a head that is
			 * kept elsewhere. */
			assert_string_equal(cases[i].named, "");
			assert_int_equal(report.events, 7);
		} else if (strstr(err.text, cases[i].named) == NULL) {
			fail_msg("%s: %s", cases[i].sql, err.text);
		}
		end_world(world);
	}
}

/* Who it was is gone, and so is what one could try out whose seal it is. */
static void one_who_was_erased_leaves_a_sound_log(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	struct err err = {0};

	(void)state;
	world_close(world);
	change(world, "UPDATE reporter SET raw = x'', whole = NULL, salt = NULL "
		      "WHERE seq IN (3, 8)");
	if (archive_verify(world->dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events, 8);
	end_world(world);
}

static void a_damaged_end_stops_the_start_and_is_named(void **state)
{
	struct store_world *world = filled_world();
	struct err err = {0};

	(void)state;
	world_close(world);
	change(world, "UPDATE event SET body = x'78' WHERE seq = 6");
	assert_int_equal(world_open(world, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_non_null(strstr(err.text, "event 6"));
	end_world(world);
}

static void a_restored_backup_is_the_same_log_with_a_new_epoch(void **state)
{
	struct store_world *world = filled_world(), *other = calloc(1, sizeof(*other));
	struct archive_report taken, restored;
	char copy[96], fresh[96], epoch[ID_SIZE], id[ID_SIZE], path[128];
	struct err err = {0};

	(void)state;
	strcpy(epoch, store_epoch(world->store));
	snprintf(copy, sizeof(copy), "%s/copy", world->dir);
	snprintf(fresh, sizeof(fresh), "%s/fresh", world->dir);
	if (archive_backup(world->dir, copy, &world->clock, &taken, &err) < 0)
		fail_msg("%s", err.text);
	stored_report(world, "later", "Banjir", id);
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &taken, &err), -1);
	snprintf(path, sizeof(path), "%s/manifest.json", copy);
	assert_int_equal(access(path, R_OK), 0);
	if (archive_restore(copy, fresh, &restored, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(restored.events, 8);
	assert_string_equal(restored.head, taken.head);
	assert_string_not_equal(restored.epoch, epoch);
	world_init(other, &store_sqlite);
	other->settings.dir = fresh;
	assert_int_equal(world_open(other, &err), 0);
	assert_string_equal(store_epoch(other->store), restored.epoch);
	stored_report(other, "later", "Banjir", id);
	assert_int_equal(store_head(other->store), 9);
	end_world(other);
	end_world(world);
}

static void write_file(const char *dir, const char *name, const char *text)
{
	char path[192];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void the_accounts_go_with_the_log_and_the_sessions_do_not(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	char copy[96], fresh[96], path[128], text[32] = "";
	struct err err = {0};
	FILE *file;

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", world->dir);
	snprintf(fresh, sizeof(fresh), "%s/fresh", world->dir);
	write_file(world->dir, "accounts.json", "{\"people\":[]}");
	write_file(world->dir, "sessions.json", "{}");
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err), 0);
	assert_int_equal(archive_restore(copy, fresh, &report, &err), 0);
	snprintf(path, sizeof(path), "%s/accounts.json", fresh);
	file = fopen(path, "r");
	assert_non_null(file);
	assert_non_null(fgets(text, sizeof(text), file));
	(void)fclose(file);
	assert_string_equal(text, "{\"people\":[]}");
	snprintf(path, sizeof(path), "%s/sessions.json", fresh);
	assert_int_equal(access(path, F_OK), -1);
	end_world(world);
}

/* A folder that an administrator made beforehand, as folders are mostly made. */
static void make_open_folder(const char *path)
{
	assert_int_equal(mkdir(path, 0755), 0);
	assert_int_equal(chmod(path, 0755), 0);
}

static void assert_private(const char *dir)
{
	DIR *folder = opendir(dir);
	const struct dirent *entry;
	unsigned files = 0;

	assert_non_null(folder);
	while ((entry = readdir(folder)) != NULL) {
		struct stat st;

		assert_int_equal(fstatat(dirfd(folder), entry->d_name, &st, 0), 0);
		if (!S_ISREG(st.st_mode))
			continue;
		if ((st.st_mode & 077) != 0)
			fail_msg("%s/%s: mode %03o", dir, entry->d_name, st.st_mode & 0777u);
		files++;
	}
	assert_int_equal(closedir(folder), 0);
	assert_true(files >= 2);
}

static bool is_there(const char *dir, const char *name, const char *text)
{
	char path[160], got[64] = "";
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	got[fread(got, 1, sizeof(got) - 1, file)] = '\0';
	assert_int_equal(fclose(file), 0);
	return strcmp(got, text) == 0;
}

static void who_is_on_duty_and_which_hospitals_receive_go_with_the_log(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	char copy[96], fresh[96], path[128];
	struct err err = {0};

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", world->dir);
	snprintf(fresh, sizeof(fresh), "%s/fresh", world->dir);
	write_file(world->dir, "roster.tsv", "roster");
	write_file(world->dir, "receiving.tsv", "receiving");
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err), 0);
	assert_int_equal(archive_restore(copy, fresh, &report, &err), 0);
	assert_true(is_there(fresh, "roster.tsv", "roster"));
	assert_true(is_there(fresh, "receiving.tsv", "receiving"));
	snprintf(path, sizeof(path), "%s/manifest.json", fresh);
	assert_int_equal(access(path, F_OK), -1); /* it goes on from here */
	end_world(world);
}

static void a_backup_of_which_anything_is_changed_is_not_restored(void **state)
{
	static const struct {
		const char *name, *is;
	} changes[] = {
		{"roster.tsv", "another"},
		{"receiving.tsv", "put there later"},
		{"manifest.json", "{\"head\":\"00\"}"},
	};
	struct store_world *world = filled_world();
	struct archive_report report;
	char copy[96], fresh[96], path[128];
	struct err err = {0};

	(void)state;
	snprintf(fresh, sizeof(fresh), "%s/fresh", world->dir);
	write_file(world->dir, "roster.tsv", "roster");
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		snprintf(copy, sizeof(copy), "%s/copy%zu", world->dir, i);
		assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err),
				 0);
		assert_int_equal(archive_verify(copy, &report, &err), 0);
		write_file(copy, changes[i].name, changes[i].is);
		assert_int_equal(archive_restore(copy, fresh, &report, &err), -1);
		assert_int_equal(err.kind, ERR_IO);
	}
	snprintf(copy, sizeof(copy), "%s/copy9", world->dir);
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err), 0);
	snprintf(path, sizeof(path), "%s/roster.tsv", copy);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(archive_restore(copy, fresh, &report, &err), -1);
	assert_non_null(strstr(err.text, "roster.tsv: is gone"));
	end_world(world);
}

static void a_copy_is_for_its_owner_only_whatever_folder_it_lies_in(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	char copy[96], fresh[96];
	struct err err = {0};
	mode_t mask = umask(022);

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", world->dir);
	snprintf(fresh, sizeof(fresh), "%s/fresh", world->dir);
	make_open_folder(copy);
	make_open_folder(fresh);
	write_file(world->dir, "accounts.json", "{\"people\":[]}");
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err), 0);
	assert_private(copy);
	assert_int_equal(archive_restore(copy, fresh, &report, &err), 0);
	assert_private(fresh);
	(void)umask(mask);
	end_world(world);
}

static void a_restore_over_a_log_that_is_there_or_in_use_is_refused(void **state)
{
	struct store_world *world = filled_world();
	struct archive_report report;
	struct err err = {0};
	char copy[96], nothing[96];

	(void)state;
	snprintf(copy, sizeof(copy), "%s/copy", world->dir);
	snprintf(nothing, sizeof(nothing), "%s/nothing", world->dir);
	assert_int_equal(archive_backup(world->dir, copy, &world->clock, &report, &err), 0);
	assert_int_equal(archive_restore(copy, world->dir, &report, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(archive_restore(nothing, copy, &report, &err), -1);
	world_close(world);
	assert_int_equal(archive_restore(copy, world->dir, &report, &err), -1);
	end_world(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sound_log_verifies_beside_a_running_daemon),
		cmocka_unit_test(every_kind_of_single_change_is_found_and_named),
		cmocka_unit_test(one_who_was_erased_leaves_a_sound_log),
		cmocka_unit_test(a_damaged_end_stops_the_start_and_is_named),
		cmocka_unit_test(a_restored_backup_is_the_same_log_with_a_new_epoch),
		cmocka_unit_test(the_accounts_go_with_the_log_and_the_sessions_do_not),
		cmocka_unit_test(who_is_on_duty_and_which_hospitals_receive_go_with_the_log),
		cmocka_unit_test(a_backup_of_which_anything_is_changed_is_not_restored),
		cmocka_unit_test(a_copy_is_for_its_owner_only_whatever_folder_it_lies_in),
		cmocka_unit_test(a_restore_over_a_log_that_is_there_or_in_use_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
