/* exec: a child process says one JSON report on each line and hears one JSON answer for each.
 *
 * Any language, its own memory, its own crash. adapters/README.md has the protocol. A line is
 * taken only while fewer than max_open wait for their answer to be heard: a child that does not
 * read, or a store that is slow, stops the child and nobody else, and what is held of it is
 * bounded. When the bridge cannot keep anything just now, it hears so and is not listened to
 * for a moment. A child that ends is started again, later and later while it ends soon. */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "adapters/adapter.h"
#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/lines.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/intake.h"
#include "net/child.h"
#include "net/http.h"

#define LINES_A_TURN  64 /* others have a turn in between */
#define HOLD_MS       1000
#define SAID_MAX      240 /* bytes of one line on standard error */
#define SAID_A_SECOND 5
#define LAST_WORDS    16 /* reads of them, at its end */

struct exec_options {
	json_t *command;
	int64_t max_open, restart_ms, restart_max_ms, grace_ms;
};

#define AT(member) offsetof(struct exec_options, member)

static const struct option options[] = {
	{"command", OPTION_LIST, AT(command), "[]", 0, 0,
	 "program and arguments, as [\"PROGRAM\", …]; no shell in between"},
	{"max_open", OPTION_INT, AT(max_open), "64", 1, 4096,
	 "lines without an answer; at so many it is not listened to"},
	{"restart_ms", OPTION_INT, AT(restart_ms), "1000", 10, 3600000,
	 "wait before it is started again; doubles while it ends soon"},
	{"restart_max_ms", OPTION_INT, AT(restart_max_ms), "60000", 10, 3600000,
	 "and never beyond this; running so long ends the doubling"},
	{"grace_ms", OPTION_INT, AT(grace_ms), "2000", 0, 60000,
	 "from the end of its input to the signal that kills"},
	OPTION_END,
};

struct exec {
	struct adapter_env env;
	struct exec_options options;
	char **argv;
	bool is_open; /* between start and stop */
	int64_t delay_ms;
	struct loop_timer again;

	struct child child;
	bool has_child; /* until all it has said is answered and it is gone */
	int64_t begun_us;
	struct loop_watch on_in, on_out, on_says;
	struct lines lines;
	uint64_t line_count;
	unsigned open; /* lines without an answer that it could hear */
	struct list answers;
	size_t heard;         /* bytes of the first of them */
	struct loop_timer go; /* lines are there, but not for this turn */
	bool is_held;

	struct lines said;
	int64_t second_us; /* in which said_count lines were logged */
	unsigned said_count, unsaid_count;
};

/* One line of the child's on its way to an answer, and the answer on its way back. */
struct line {
	struct list node;
	struct exec *exec;
	uint64_t no;
	char *source_id; /* or NULL */
	struct buf *answer;
};

static void turn(struct exec *exec);
static void start_child(void *ctx);

static int64_t now_us(const struct exec *exec)
{
	return exec->env.clock->mono_us(exec->env.clock);
}

static struct line *line_new(struct exec *exec)
{
	struct line *line = xcalloc(1, sizeof(*line));

	line->exec = exec;
	line->no = exec->line_count;
	exec->open++;
	return line;
}

static void line_free(struct line *line)
{
	line->exec->open--;
	buf_unref(&line->answer);
	xfree(line->source_id);
	xfree(line);
}

static void drop_answers(struct exec *exec)
{
	struct list *node;

	while ((node = list_take(&exec->answers)) != NULL)
		line_free(LIST_ITEM(node, struct line, node));
	exec->heard = 0;
}

/* 1: all of it was heard. 0: the pipe is full. -1: nobody listens any more. */
static int write_answer(struct exec *exec, const struct line *line)
{
	const struct buf *answer = line->answer;
	ssize_t n;

	do {
		n = write(exec->child.in, answer->data + exec->heard,
			  answer->len - exec->heard);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? 0 : -1;
	exec->heard += (size_t)n;
	return exec->heard == answer->len;
}

static void write_answers(struct exec *exec)
{
	while (!list_is_empty(&exec->answers)) {
		struct line *line = LIST_ITEM(exec->answers.next, struct line, node);
		int heard = exec->child.in >= 0 ? write_answer(exec, line) : -1;

		if (heard == 0)
			return;
		if (heard < 0) {
			/* What it has not heard it will say again; its reports are kept. */
			loop_watch_stop(&exec->on_in);
			child_close_in(&exec->child);
			drop_answers(exec);
			return;
		}
		list_remove(&line->node);
		line_free(line);
		exec->heard = 0;
	}
}

static void begin_answer(struct jsonw *w, const struct line *line, const char *word)
{
	jsonw_init(w, 1024);
	jsonw_open(w, NULL, '{');
	jsonw_int(w, "line", (int64_t)line->no);
	jsonw_string(w, "source_id", line->source_id);
	jsonw_string(w, "answer", word);
}

static void end_answer(struct jsonw *w, struct line *line)
{
	jsonw_close(w, '}');
	line->answer = buf_new(w->len + 1);
	memcpy(line->answer->data, w->text, w->len);
	line->answer->data[w->len] = '\n';
	jsonw_fini(w);
	list_append(&line->exec->answers, &line->node);
}

static void answer_problem(struct line *line, const char *word, unsigned status,
			   const struct err *err)
{
	struct jsonw w;

	begin_answer(&w, line, word);
	http_write_problem(&w, "problem", status, err->field, err->text, NULL, 0);
	end_answer(&w, line);
}

static void answer_kept(struct line *line, const char *word, const struct buf *body)
{
	struct jsonw w;

	begin_answer(&w, line, word);
	jsonw_raw(&w, "report", (const char *)body->data, body->len);
	end_answer(&w, line);
}

static void go_on(void *ctx)
{
	struct exec *exec = ctx;

	exec->is_held = false;
	turn(exec);
}

/* Many programs would say it again at once, and again. */
static void hold(struct exec *exec)
{
	exec->is_held = true;
	loop_timer_start(exec->env.loop, &exec->go, HOLD_MS, 0, go_on, exec);
}

static void answered(void *ctx, const struct intake_answer *answer)
{
	static const char *const words[] = {
		[STORE_STORED] = "stored",     [STORE_REPEATED] = "repeated",
		[STORE_NOT_FOUND] = "refused", [STORE_CONFLICT] = "conflict",
		[STORE_REFUSED] = "refused",   [STORE_LATER] = "try_later",
	};
	struct line *line = ctx;
	struct exec *exec = line->exec;

	if (answer->body != NULL)
		answer_kept(line, words[answer->answer], answer->body);
	else
		answer_problem(line, words[answer->answer], intake_status(answer->answer),
			       answer->err);
	if (answer->answer == STORE_LATER)
		hold(exec);
	turn(exec);
}

/* Of a line that is a report but for one member, so that its sender knows which. */
static char *find_source_id(const char *text, size_t len)
{
	json_t *doc;
	const char *id = NULL;
	char *copy = NULL;
	struct err err;

	if (jsonin_object(text, len, REPORT_MAX_BYTES, &doc, &err) < 0)
		return NULL;
	if (jsonin_string(doc, "source_id", JSONIN_OPTIONAL, REPORT_MAX_KEY, &id, &err) == 0 &&
	    id != NULL)
		copy = xstrdup(id);
	json_decref(doc);
	return copy;
}

static void refuse_line(struct exec *exec, const char *text, size_t len, const struct err *err)
{
	struct line *line = line_new(exec);

	line->source_id = find_source_id(text, len);
	intake_count_malformed(exec->env.intake);
	answer_problem(line, "refused", 400, err);
}

static void submit_line(struct exec *exec, const char *text, size_t len)
{
	struct report *report;
	struct line *line;
	struct err err;

	if (report_parse(text, len, NULL, &report, &err) < 0) {
		refuse_line(exec, text, len, &err);
		return;
	}
	line = line_new(exec);
	if (report->key != NULL)
		line->source_id = xstrdup(report->key);
	intake_submit(exec->env.intake, &report, now_us(exec), answered, line);
}

static bool may_take(const struct exec *exec)
{
	return exec->is_open && !exec->is_held && exec->open < exec->options.max_open;
}

static bool take_line(struct exec *exec)
{
	enum lines_next next;
	const char *text;
	struct err err;
	size_t len;

	if (!may_take(exec))
		return false;
	next = lines_next(&exec->lines, &text, &len);
	if (next == LINES_NONE && exec->child.out < 0 && lines_rest(&exec->lines, &text, &len))
		next = LINES_LINE;
	if (next == LINES_NONE)
		return false;
	exec->line_count++;
	if (next == LINES_LINE) {
		submit_line(exec, text, len);
	} else {
		(void)err_set(&err, ERR_INVALID, "longer than %d bytes", REPORT_MAX_BYTES);
		refuse_line(exec, "", 0, &err);
	}
	return true;
}

static void close_out(struct exec *exec)
{
	loop_watch_stop(&exec->on_out);
	child_close_out(&exec->child);
}

static void readable(void *ctx, unsigned events)
{
	struct exec *exec = ctx;
	char *room;
	size_t size = lines_room(&exec->lines, &room);
	ssize_t n = read(exec->child.out, room, size);

	(void)events;
	if (n > 0)
		lines_filled(&exec->lines, (size_t)n);
	else if (n == 0 || (errno != EAGAIN && errno != EINTR))
		close_out(exec);
	turn(exec);
}

static void writable(void *ctx, unsigned events)
{
	(void)events;
	turn(ctx);
}

static void begin_second(struct exec *exec)
{
	if (exec->unsaid_count > 0)
		log_info("exec.said", "name=%s unlogged=%u", exec->env.name,
			 exec->unsaid_count);
	exec->second_us = now_us(exec);
	exec->said_count = exec->unsaid_count = 0;
}

/* Lines of a talkative child, a few a second; the rest is counted. */
static void log_said(struct exec *exec, const char *text, size_t len)
{
	if (now_us(exec) - exec->second_us >= 1000000)
		begin_second(exec);
	if (exec->said_count++ < SAID_A_SECOND)
		log_info("exec.said", "name=%s text=%s", exec->env.name,
			 log_quote(text, len).text);
	else
		exec->unsaid_count++;
}

/* False: there is no more, or not now. */
static bool read_said(struct exec *exec)
{
	char *room;
	const char *text;
	size_t size = lines_room(&exec->said, &room), len;
	ssize_t n = read(exec->child.says, room, size);

	if (n > 0)
		lines_filled(&exec->said, (size_t)n);
	while (lines_next(&exec->said, &text, &len) != LINES_NONE)
		log_said(exec, text, len);
	if (n == 0)
		loop_watch_stop(&exec->on_says);
	return n > 0;
}

static void says(void *ctx, unsigned events)
{
	(void)events;
	(void)read_said(ctx); /* what is left makes the pipe readable again */
}

static void log_last_words(struct exec *exec)
{
	const char *text;
	size_t len;

	for (int i = 0; i < LAST_WORDS && read_said(exec); i++)
		;
	if (lines_rest(&exec->said, &text, &len))
		log_said(exec, text, len);
	begin_second(exec);
}

static void plan_restart(struct exec *exec)
{
	int64_t longest_ms = exec->options.restart_max_ms;
	int64_t lived_ms = (now_us(exec) - exec->begun_us) / 1000;

	if (exec->delay_ms == 0 || lived_ms >= longest_ms)
		exec->delay_ms = exec->options.restart_ms;
	else
		exec->delay_ms *= 2;
	if (exec->delay_ms > longest_ms)
		exec->delay_ms = longest_ms;
	log_warn("exec.again", "name=%s in_ms=%" PRId64, exec->env.name, exec->delay_ms);
	loop_timer_start(exec->env.loop, &exec->again, exec->delay_ms, 0, start_child, exec);
}

static void forget_child(struct exec *exec)
{
	loop_watch_stop(&exec->on_in);
	loop_watch_stop(&exec->on_out);
	loop_watch_stop(&exec->on_says);
	loop_timer_stop(&exec->go);
	drop_answers(exec);
	child_close(&exec->child);
	lines_fini(&exec->lines);
	lines_fini(&exec->said);
	exec->has_child = exec->is_held = false;
}

static void child_ended(void *ctx, const char *how)
{
	struct exec *exec = ctx;

	log_line(exec->is_open ? LOG_WARN : LOG_INFO, "exec.ended",
		 "name=%s how=\"%s\" lines=%" PRIu64, exec->env.name, how, exec->line_count);
	turn(exec);
}

/* Nothing of it is open, and nothing more will be taken. */
static void part(struct exec *exec)
{
	if (child_is_running(&exec->child)) {
		child_end(&exec->child, exec->options.grace_ms);
		return;
	}
	log_last_words(exec);
	forget_child(exec);
	if (exec->is_open)
		plan_restart(exec);
}

static void watch_pipes(struct exec *exec)
{
	struct loop *loop = exec->env.loop;

	if (list_is_empty(&exec->answers))
		loop_watch_stop(&exec->on_in);
	else if (exec->on_in.watcher == NULL)
		loop_watch_start(loop, &exec->on_in, exec->child.in, LOOP_WRITABLE, writable,
				 exec);
	if (exec->child.out < 0 || !may_take(exec))
		loop_watch_stop(&exec->on_out);
	else if (exec->on_out.watcher == NULL)
		loop_watch_start(loop, &exec->on_out, exec->child.out, LOOP_READABLE, readable,
				 exec);
}

/* Gives the child what is for it, takes what it has said, and sees what to wait for. */
static void turn(struct exec *exec)
{
	unsigned taken = 0;
	bool is_more;

	do {
		write_answers(exec);
		is_more = take_line(exec);
	} while (is_more && ++taken < LINES_A_TURN);
	write_answers(exec);
	if (is_more) {
		loop_watch_stop(&exec->on_out); /* its room is taken by lines */
		loop_timer_start(exec->env.loop, &exec->go, 0, 0, go_on, exec);
		return;
	}
	watch_pipes(exec);
	if (exec->open == 0 && (!exec->is_open || (exec->child.out < 0 && !exec->is_held)))
		part(exec);
}

static void meet_child(struct exec *exec)
{
	exec->has_child = true;
	exec->line_count = 0;
	lines_init(&exec->lines, REPORT_MAX_BYTES);
	lines_init(&exec->said, SAID_MAX);
	loop_watch_start(exec->env.loop, &exec->on_says, exec->child.says, LOOP_READABLE, says,
			 exec);
	log_info("exec.begun", "name=%s pid=%d", exec->env.name, (int)exec->child.pid);
	turn(exec);
}

/* What is missing now may be there later, and the others go on meanwhile. */
static void start_child(void *ctx)
{
	struct exec *exec = ctx;
	struct err err;

	exec->begun_us = now_us(exec);
	if (child_start(&exec->child, exec->env.loop, exec->argv, child_ended, exec, &err) ==
	    0) {
		meet_child(exec);
		return;
	}
	log_error("exec.begun", "name=%s why=%s", exec->env.name,
		  log_quote(err.text, strlen(err.text)).text);
	plan_restart(exec);
}

static int exec_check(const json_t *cfg, struct err *err)
{
	const json_t *command = json_object_get(cfg, "command"), *word;
	size_t i;

	json_array_foreach(command, i, word)
	{
		if (!json_is_string(word) || (i == 0 && json_string_length(word) == 0))
			return err_field(err, "command", "entry %zu is not a word", i + 1);
	}
	return json_array_size(command) > 0
		       ? 0
		       : err_field(err, "command", "is needed: [\"PROGRAM\", \"ARGUMENT\", …]");
}

static char **argv_of(const json_t *command)
{
	char **argv = xcalloc(json_array_size(command) + 1, sizeof(*argv));
	const json_t *word;
	size_t i;

	json_array_foreach(command, i, word)
	{
		argv[i] = xstrdup(json_string_value(word));
	}
	return argv;
}

static int exec_open(const struct adapter_env *env, const json_t *cfg, void **self_r,
		     struct err *err)
{
	struct exec *exec = xcalloc(1, sizeof(*exec));

	if (config_read(options, cfg, &exec->options, err) < 0) {
		xfree(exec);
		return -1;
	}
	exec->env = *env;
	exec->argv = argv_of(exec->options.command);
	list_init(&exec->answers);
	*self_r = exec;
	return 0;
}

static int exec_start(void *self, struct err *err)
{
	struct exec *exec = self;

	(void)err; /* a child that cannot begin is tried again, not a reason not to start */
	exec->is_open = true;
	start_child(exec);
	return 0;
}

static void exec_stop(void *self)
{
	struct exec *exec = self;

	if (!exec->is_open)
		return;
	exec->is_open = false;
	loop_timer_stop(&exec->again);
	if (exec->has_child)
		turn(exec);
}

static void exec_close(void *self)
{
	struct exec *exec = self;

	exec_stop(exec);
	if (exec->has_child)
		forget_child(exec);
	for (char **word = exec->argv; *word != NULL; word++)
		xfree(*word);
	xfree(exec->argv);
	config_free(options, &exec->options);
	xfree(exec);
}

const struct adapter_ops adapter_exec = {
	.kind = "exec",
	.summary = "a child process: a JSON report a line in, a JSON answer a line out",
	.options = options,
	.check = exec_check,
	.open = exec_open,
	.start = exec_start,
	.stop = exec_stop,
	.close = exec_close,
};
