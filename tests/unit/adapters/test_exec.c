/* Real children, small ones: what is promised of a process cannot be shown without one. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "support/adapter_world.h"

#define REPORT(key) "{\"source\":\"lapor-web\",\"source_id\":\"" key "\",\"text\":\"banjir\"}"

struct play {
	struct adapter_world world;
	char folder[32], notes[64]; /* what the child writes down: its $1 */
	const char *awaited;
	unsigned times;
	int log, own_err; /* our standard error while it is kept */
};

/* script: of sh; $1 is the file of notes. */
static struct play *begin(const char *script, const char *more_options)
{
	struct play *play = xcalloc(1, sizeof(*play));
	json_t *options = json_loads(more_options, 0, NULL);

	snprintf(play->folder, sizeof(play->folder), "/tmp/tangi-exec-XXXXXX");
	assert_non_null(mkdtemp(play->folder));
	snprintf(play->notes, sizeof(play->notes), "%s/notes", play->folder);
	json_object_set_new(
		options, "command",
		json_pack("[s, s, s, s, s]", "sh", "-c", script, "sh", play->notes));
	adapter_world_open(&play->world, "exec", options, 4096);
	return play;
}

static void end(struct play *play)
{
	adapter_world_close(&play->world);
	(void)unlink(play->notes);
	(void)rmdir(play->folder);
	xfree(play);
}

#define NOTES_SIZE (256u << 10) /* of a hundred answers, each with its reasons */

static char *read_file(const char *path)
{
	char *text = xcalloc(1, NOTES_SIZE);
	FILE *file = fopen(path, "r");

	if (file != NULL) {
		text[fread(text, 1, NOTES_SIZE - 1, file)] = '\0';
		(void)fclose(file);
	}
	return text;
}

static unsigned count_in(const char *text, const char *word)
{
	unsigned n = 0;

	for (; (text = strstr(text, word)) != NULL; text++)
		n++;
	return n;
}

static bool is_noted(void *ctx)
{
	const struct play *play = ctx;
	char *text = read_file(play->notes);
	bool is_so = count_in(text, play->awaited) >= play->times;

	xfree(text);
	return is_so;
}

/* Until the child has written it down so often; what it has written. */
static char *await_notes(struct play *play, const char *word, unsigned times)
{
	play->awaited = word;
	play->times = times;
	adapter_world_until(&play->world, is_noted, play);
	return read_file(play->notes);
}

static bool has_stored(void *ctx)
{
	const struct play *play = ctx;

	return adapter_world_head(&play->world) >= play->times;
}

static void await_stored(struct play *play, unsigned count)
{
	play->times = count;
	adapter_world_until(&play->world, has_stored, play);
}

static json_t *line_of(const char *notes, unsigned no)
{
	json_t *doc;

	while (--no > 0)
		notes = strchr(notes, '\n') + 1;
	doc = json_loads(notes, JSON_DISABLE_EOF_CHECK, NULL);
	assert_non_null(doc);
	return doc;
}

static void an_answer_says_whose_it_is_and_what_became_of_it(void **state)
{
	struct play *play = begin("printf '%s\\n' '" REPORT("a") "' 'kebakaran!' '" REPORT(
					  "a") "' '{\"source\":\"x\",\"text\":\"y\"}'; "
					       "exec cat >\"$1\"",
				  "{}");
	static const char *const answers[] = {"stored", "refused", "repeated", "refused"};
	char *notes = await_notes(play, "\n", 4);
	unsigned seen = 0;

	(void)state;
	for (unsigned i = 1; i <= 4; i++) {
		json_t *doc = line_of(notes, i);
		long long no = json_integer_value(json_object_get(doc, "line"));
		const char *key = json_string_value(json_object_get(doc, "source_id"));

		assert_in_range(no, 1, 4);
		assert_string_equal(json_string_value(json_object_get(doc, "answer")),
				    answers[no - 1]);
		assert_int_equal(key != NULL, no == 1 || no == 3);
		assert_int_equal(json_is_object(json_object_get(doc, "report")), key != NULL);
		assert_int_equal(json_is_object(json_object_get(doc, "problem")), key == NULL);
		seen |= 1u << no;
		json_decref(doc);
	}
	assert_int_equal(seen, 0x1e);
	xfree(notes);
	end(play);
}

static void what_is_no_report_is_answered_with_its_field_and_the_next_is_taken(void **state)
{
	static const struct {
		const char *line, *field, *key;
	} cases[] = {
		{"{\"source\":\"lapor-web\",\"source_id\":\"k\"}", "text", "k"},
		{"{\"source\":\"lapor-web\",\"text\":\"x\",\"location\":{\"lat\":1}}",
		 "location.lon", NULL},
		{"{\"source\":\"radio\",\"source_id\":\"r\",\"text\":\"x\"}", "source", "r"},
		{"", NULL, NULL},
		{"[]", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char script[512];
		struct play *play;
		char *notes;
		json_t *doc, *errors;
		const char *field, *key;

		snprintf(script, sizeof(script),
			 "printf '%%s\\n' '%s'; head -n 1 >\"$1\"; printf '%%s\\n' '%s'; "
			 "head -n 1 >>\"$1\"; cat >/dev/null",
			 cases[i].line, REPORT("next"));
		play = begin(script, "{}");
		notes = await_notes(play, "\n", 2);
		doc = line_of(notes, 1);
		errors = json_object_get(json_object_get(doc, "problem"), "errors");
		field = json_string_value(json_object_get(json_array_get(errors, 0), "field"));
		key = json_string_value(json_object_get(doc, "source_id"));
		assert_string_equal(field != NULL ? field : "-",
				    cases[i].field != NULL ? cases[i].field : "-");
		assert_string_equal(key != NULL ? key : "-",
				    cases[i].key != NULL ? cases[i].key : "-");
		json_decref(doc);
		doc = line_of(notes, 2);
		assert_string_equal(json_string_value(json_object_get(doc, "answer")),
				    "stored");
		json_decref(doc);
		xfree(notes);
		end(play);
	}
}

static void a_line_that_is_too_long_is_told_once_and_passed_over(void **state)
{
	struct play *play = begin("head -c 300000 /dev/zero | tr '\\0' x; echo; echo '" REPORT(
					  "a") "'; exec cat >\"$1\"",
				  "{}");
	char *notes = await_notes(play, "\n", 2);

	(void)state;
	assert_int_equal(count_in(notes, "\"answer\":\"refused\""), 1);
	assert_int_equal(count_in(notes, "longer than 65536 bytes"), 1);
	assert_int_equal(count_in(notes, "\"line\":2,\"source_id\":\"a\""), 1);
	xfree(notes);
	end(play);
}

static bool is_standing(void *ctx)
{
	struct play *play = ctx;
	uint64_t before = adapter_world_head(&play->world);

	adapter_world_idle(&play->world);
	return before > 0 && adapter_world_head(&play->world) == before;
}

/* Its answers fill the pipe and then max_open places; then it is not listened to any more. */
static void a_child_that_does_not_read_stops_only_itself(void **state)
{
	struct play *play = begin("exec yes '{\"source\":\"lapor-web\",\"text\":\"x\"}'",
				  "{\"max_open\": 8, \"grace_ms\": 0}");

	(void)state;
	adapter_world_until(&play->world, is_standing, play);
	assert_in_range(adapter_world_head(&play->world), 8, 1000);
	assert_int_equal(intake_open_count(play->world.intake), 0);
	assert_false(has_no_child(NULL));
	end(play);
}

static void no_more_than_max_open_are_under_way(void **state)
{
	struct play *play = begin("yes '{\"source\":\"lapor-web\",\"text\":\"x\"}' | "
				  "head -n 100; exec cat >\"$1\"",
				  "{\"max_open\": 5}");

	(void)state;
	play->world.is_store_asleep = true;
	adapter_world_idle(&play->world);
	while (intake_open_count(play->world.intake) < 5)
		adapter_world_idle(&play->world);
	adapter_world_idle(&play->world);
	assert_int_equal(intake_open_count(play->world.intake), 5);
	play->world.is_store_asleep = false;
	await_stored(play, 100);
	xfree(await_notes(play, "\n", 100));
	end(play);
}

/* One that says it again at once, as many would. */
static void after_try_later_a_child_is_not_listened_to_for_a_moment(void **state)
{
	struct play *play = begin("while echo '" REPORT("a") "' && read answer; do "
							     "echo \"$answer\" >>\"$1\"; done",
				  "{}");
	int64_t first_us;

	(void)state;
	intake_stop(play->world.intake);
	xfree(await_notes(play, "try_later", 1));
	first_us = clock_system.mono_us(&clock_system);
	xfree(await_notes(play, "try_later", 2));
	assert_true(clock_system.mono_us(&clock_system) - first_us > 500000);
	end(play);
}

static void a_child_that_ends_is_started_again_and_counts_its_lines_anew(void **state)
{
	struct play *play =
		begin("echo begun >>\"$1\"; echo '" REPORT("a") "'; head -n 1 >>\"$1\"; exit 3",
		      "{\"restart_ms\": 10, \"restart_max_ms\": 40}");
	char *notes = await_notes(play, "begun", 4);

	(void)state;
	assert_true(count_in(notes, "\"line\":1,") >= 3);
	assert_int_equal(count_in(notes, "\"line\":2,"), 0);
	assert_int_equal(adapter_world_head(&play->world), 1);
	xfree(notes);
	end(play);
}

static void what_was_said_before_the_end_is_taken_also_without_its_newline(void **state)
{
	struct play *play =
		begin("printf '%s\\n%s' '" REPORT("a") "' '" REPORT("b") "'; kill -9 $$",
		      "{\"restart_ms\": 600000, \"restart_max_ms\": 600000}");

	(void)state;
	await_stored(play, 2);
	adapter_world_until(&play->world, has_no_child, NULL);
	end(play);
}

static void a_program_that_is_not_there_does_not_stop_the_bridge(void **state)
{
	struct adapter_world world;

	(void)state;
	adapter_world_open(&world, "exec", json_pack("{s: [s]}", "command", "/no/such/program"),
			   16);
	adapter_world_idle(&world);
	adapter_world_close(&world);
}

static void a_child_that_will_not_go_is_killed_with_all_it_has_started(void **state)
{
	struct play *play =
		begin("trap '' TERM; (trap '' TERM; sleep 1000) & echo begun >\"$1\"; "
		      "while :; do sleep 1000; done",
		      "{\"grace_ms\": 40}");

	(void)state;
	xfree(await_notes(play, "begun", 1));
	play->world.ops->stop(play->world.adapter);
	adapter_world_until(&play->world, has_no_child, NULL);
	end(play);
}

static bool is_orphan_gone(void *ctx)
{
	return waitpid(*(pid_t *)ctx, NULL, WNOHANG) != 0; /* it is ours to reap */
}

static void a_child_that_ends_leaves_nobody_behind(void **state)
{
	struct play *play;
	char *notes;
	pid_t orphan;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	play = begin("sleep 1000 & echo $! >\"$1\"; exit 0",
		     "{\"restart_ms\": 600000, \"restart_max_ms\": 600000}");
	notes = await_notes(play, "\n", 1);
	orphan = (pid_t)strtol(notes, NULL, 10);
	adapter_world_until(&play->world, is_orphan_gone, &orphan);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	xfree(notes);
	end(play);
}

static void a_child_reads_its_last_answers_before_it_has_to_go(void **state)
{
	struct play *play =
		begin("echo '" REPORT("a") "'; cat >\"$1\"; echo over >>\"$1\"", "{}");
	char *notes;

	(void)state;
	play->world.is_store_asleep = true;
	while (intake_open_count(play->world.intake) < 1)
		adapter_world_idle(&play->world);
	play->world.ops->stop(play->world.adapter);
	play->world.is_store_asleep = false;
	notes = await_notes(play, "over", 1);
	assert_int_equal(count_in(notes, "\"answer\":\"stored\""), 1);
	xfree(notes);
	end(play);
}

static void a_child_has_nothing_of_ours_but_its_pipes(void **state)
{
	struct play *play;
	char *notes;

	int leaky = open("/dev/null", O_RDONLY); /* as a library may open it */

	(void)state;
	setenv("NOTIFY_SOCKET", "/run/secret", 1);
	play = begin("{ echo fds $(ls /proc/self/fd); env; echo over; } >\"$1\"; exec cat "
		     ">/dev/null",
		     "{}");
	notes = await_notes(play, "over", 1);
	unsetenv("NOTIFY_SOCKET");
	close(leaky);
	assert_int_equal(strncmp(notes, "fds 0 1 2 3\n", 12), 0); /* 3 is what ls reads */
	assert_null(strstr(notes, "NOTIFY_SOCKET"));
	assert_non_null(strstr(notes, "PATH="));
	xfree(notes);
	end(play);
}

static void keep_log(struct play *play)
{
	char path[] = "/tmp/tangi-log-XXXXXX";

	play->log = mkstemp(path);
	(void)unlink(path);
	play->own_err = dup(STDERR_FILENO);
	(void)dup2(play->log, STDERR_FILENO);
}

static char *kept_log(struct play *play)
{
	char *text = xcalloc(1, 65536);

	(void)dup2(play->own_err, STDERR_FILENO);
	close(play->own_err);
	assert_true(pread(play->log, text, 65535, 0) >= 0);
	close(play->log);
	return text;
}

static void what_a_child_says_is_logged_in_quotes_and_not_without_end(void **state)
{
	struct play *play = begin("read line; printf 'x \"\\033[2J error forged\\n' >&2; "
				  "yes pfui | head -n 20000 >&2; echo over >\"$1\"; "
				  "exec cat >/dev/null",
				  "{}");
	char *log;

	(void)state;
	keep_log(play);
	adapter_world_idle(&play->world);
	log = kept_log(play); /* nothing yet: it waits to be answered */
	xfree(log);
	keep_log(play);
	play->world.ops->stop(play->world.adapter); /* the end of its input */
	xfree(await_notes(play, "over", 1));
	adapter_world_until(&play->world, has_no_child, NULL);
	log = kept_log(play);
	assert_non_null(strstr(log, "exec.said name=exec text=\"x '?[2J error forged\""));
	assert_in_range(count_in(log, "exec.said"), 3, 30);
	assert_non_null(strstr(log, "exec.said name=exec unlogged="));
	xfree(log);
	end(play);
}

/* What people will copy is what is tested. */
static char *example_of_readme(void)
{
	char *text = read_file(TANGI_SOURCE_DIR "/adapters/README.md");
	char *from = strstr(text, "```python\n"), *stop;
	char *copy;

	assert_non_null(from);
	from += strlen("```python\n");
	stop = strstr(from, "```");
	copy = xstrndup(from, (size_t)(stop - from));
	xfree(text);
	return copy;
}

static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0 && fclose(file) == 0);
}

static void the_example_in_the_readme_works(void **state)
{
	struct play *play = begin("while [ ! -e \"$1\" ]; do sleep 0.01; done; "
				  "exec python3 \"${1%/notes}/example\" \"$1\"",
				  "{}");
	char *example = example_of_readme(), path[64];

	(void)state;
	snprintf(path, sizeof(path), "%s/example", play->folder);
	write_file(path, example);
	write_file(play->notes, "Banjir di Drajat\n\nPohon tumbang \"besar\"\n");
	await_stored(play, 2);
	play->world.ops->stop(play->world.adapter);
	adapter_world_until(&play->world, has_no_child, NULL);
	assert_int_equal(adapter_world_head(&play->world), 2);
	(void)unlink(path);
	xfree(example);
	end(play);
}

static void a_command_that_is_none_is_named(void **state)
{
	static const char *const wrong[] = {"{}", "{\"command\": []}", "{\"command\": [7]}",
					    "{\"command\": [\"\"]}",
					    "{\"command\": [\"sh\", null]}"};
	const struct adapter_ops *exec = adapter_find("exec");
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *options = json_loads(wrong[i], 0, NULL);

		assert_int_equal(exec->check(options, &err), -1);
		assert_string_equal(err.field, "command");
		json_decref(options);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_says_whose_it_is_and_what_became_of_it),
		cmocka_unit_test(
			what_is_no_report_is_answered_with_its_field_and_the_next_is_taken),
		cmocka_unit_test(a_line_that_is_too_long_is_told_once_and_passed_over),
		cmocka_unit_test(a_child_that_does_not_read_stops_only_itself),
		cmocka_unit_test(no_more_than_max_open_are_under_way),
		cmocka_unit_test(after_try_later_a_child_is_not_listened_to_for_a_moment),
		cmocka_unit_test(a_child_that_ends_is_started_again_and_counts_its_lines_anew),
		cmocka_unit_test(
			what_was_said_before_the_end_is_taken_also_without_its_newline),
		cmocka_unit_test(a_program_that_is_not_there_does_not_stop_the_bridge),
		cmocka_unit_test(a_child_that_will_not_go_is_killed_with_all_it_has_started),
		cmocka_unit_test(a_child_that_ends_leaves_nobody_behind),
		cmocka_unit_test(a_child_reads_its_last_answers_before_it_has_to_go),
		cmocka_unit_test(a_child_has_nothing_of_ours_but_its_pipes),
		cmocka_unit_test(what_a_child_says_is_logged_in_quotes_and_not_without_end),
		cmocka_unit_test(the_example_in_the_readme_works),
		cmocka_unit_test(a_command_that_is_none_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
