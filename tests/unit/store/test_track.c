/* Where units were, in a file of its own: bounded, and never in anybody's way. */
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

#include "base/log.h"
#include "store/sqlite_track.h"

#define HOUR 3600000LL
#define NOW  1764054000000LL

static const struct track_limits limits = {.keep_ms = 2 * HOUR, .max = 10};

struct folder {
	char path[32];
	struct track *track;
};

static void in_folder(const struct folder *folder, const char *name, char path_r[64])
{
	snprintf(path_r, 64, "%s/%s", folder->path, name);
}

static void reopen(struct folder *folder)
{
	struct err err;

	track_close(&folder->track);
	if (track_open(&folder->track, folder->path, &err) < 0)
		fail_msg("%s", err.text);
}

static int start(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	log_set_level(LOG_ERROR);
	strcpy(folder->path, "/tmp/tangi-track-XXXXXX");
	assert_non_null(mkdtemp(folder->path));
	reopen(folder);
	*state = folder;
	return 0;
}

static int stop(void **state)
{
	struct folder *folder = *state;
	char path[64];

	track_close(&folder->track);
	in_folder(folder, "positions.sqlite", path);
	assert_int_equal(unlink(path), 0);
	in_folder(folder, "positions.sqlite-journal", path);
	(void)unlink(path); /* it may not be there */
	assert_int_equal(rmdir(folder->path), 0);
	free(folder);
	return 0;
}

static struct unit_trace trace_of(const char *unit, int32_t lat_e7)
{
	struct unit_trace trace = {.at_ms = NOW,
				   .lat_e7 = lat_e7,
				   .lon_e7 = 1085000000,
				   .accuracy_m = -1,
				   .speed_cms = 1200,
				   .heading = 359,
				   .presence = UNIT_ONLINE,
				   .since_ms = NOW - HOUR};

	snprintf(trace.unit, sizeof(trace.unit), "%s", unit);
	return trace;
}

static void add(struct folder *folder, const char *unit, int32_t lat_e7, int64_t now_ms)
{
	struct unit_trace trace = trace_of(unit, lat_e7);
	struct err err;

	if (track_add(folder->track, &trace, 1, now_ms, &limits, &err) < 0)
		fail_msg("%s", err.text);
}

static int newest(struct folder *folder, struct unit_trace *traces_r, unsigned max)
{
	struct err err;
	int count = track_newest(folder->track, traces_r, max, &err);

	assert_true(count >= 0);
	return count;
}

static void the_newest_of_each_unit_is_there_after_a_restart(void **state)
{
	struct folder *folder = *state;
	struct unit_trace traces[8], expected = trace_of("DMK-01", -67000003);

	add(folder, "DMK-01", -67000001, NOW);
	add(folder, "DMK-02", -67000002, NOW + 1);
	add(folder, "DMK-01", -67000003, NOW + 2);
	reopen(folder);
	assert_int_equal(newest(folder, traces, 8), 2);
	if (strcmp(traces[0].unit, "DMK-01") != 0)
		traces[0] = traces[1];
	assert_string_equal(traces[0].unit, expected.unit);
	assert_int_equal(traces[0].lat_e7, expected.lat_e7);
	assert_int_equal(traces[0].accuracy_m, -1);
	assert_int_equal(traces[0].heading, 359);
	assert_int_equal(traces[0].presence, UNIT_ONLINE);
	assert_int_equal(traces[0].since_ms, expected.since_ms);
	assert_int_equal(newest(folder, traces, 1), 1);
}

static void what_is_too_old_goes(void **state)
{
	struct folder *folder = *state;
	struct unit_trace traces[8];

	add(folder, "DMK-01", -67000001, NOW);
	add(folder, "DMK-02", -67000002, NOW + HOUR);
	assert_int_equal(newest(folder, traces, 8), 2);
	add(folder, "DMK-03", -67000003, NOW + 2 * HOUR + 1);
	assert_int_equal(newest(folder, traces, 8), 2);
}

static void beyond_its_rows_the_oldest_go(void **state)
{
	struct folder *folder = *state;
	struct unit_trace traces[8];

	add(folder, "DMK-02", -67000002, NOW);
	for (int i = 0; i < 9; i++)
		add(folder, "DMK-01", -67000000 - i, NOW + i);
	assert_int_equal(newest(folder, traces, 8), 2);
	add(folder, "DMK-01", -67000010, NOW + 10);
	assert_int_equal(newest(folder, traces, 8), 1);
	assert_int_equal(traces[0].lat_e7, -67000010);
}

static void a_clock_that_is_set_back_keeps_all(void **state)
{
	struct folder *folder = *state;
	struct unit_trace traces[8];

	add(folder, "DMK-01", -67000001, NOW);
	add(folder, "DMK-02", -67000002, NOW - 100 * HOUR);
	assert_int_equal(newest(folder, traces, 8), 2);
}

static void a_spoilt_file_is_begun_anew(void **state)
{
	static const char *const spoils[] = {"no database at all, by any means whatever: noise",
					     ""};
	struct folder *folder = *state;
	struct unit_trace traces[8];

	for (int i = 0; i < 2; i++) {
		char path[64];
		FILE *file;

		track_close(&folder->track);
		in_folder(folder, "positions.sqlite", path);
		file = fopen(path, "w");
		assert_non_null(file);
		for (int n = 0; n < 100; n++)
			fputs(spoils[i], file);
		fclose(file);
		reopen(folder);
		assert_int_equal(newest(folder, traces, 8), 0);
		add(folder, "DMK-01", -67000001, NOW);
		assert_int_equal(newest(folder, traces, 8), 1);
	}
}

static void it_is_for_its_owner_s_eyes_only(void **state)
{
	struct folder *folder = *state;
	struct stat about;
	char path[64];

	in_folder(folder, "positions.sqlite", path);
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		PROMISE(the_newest_of_each_unit_is_there_after_a_restart),
		PROMISE(what_is_too_old_goes),
		PROMISE(beyond_its_rows_the_oldest_go),
		PROMISE(a_clock_that_is_set_back_keeps_all),
		PROMISE(a_spoilt_file_is_begun_anew),
		PROMISE(it_is_for_its_owner_s_eyes_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
