/* One suite over every adapter that is built in. What differs is the door: how something comes
 * to it, and how it is heard. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
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

#include "base/xalloc.h"
#include "support/adapter_world.h"

#define SENT_MAX 200

enum heard { HEARD_STORED, HEARD_REPEATED, HEARD_REFUSED, HEARD_LATER, HEARD_KINDS };

struct suite;

struct door {
	const char *kind;
	json_t *(*options)(struct suite *suite);
	void (*open)(struct suite *suite);
	void (*send)(struct suite *suite, const char *report);
	void (*close)(struct suite *suite);
};

struct visit {
	struct suite *suite;
	int fd; /* -1: over */
	struct loop_watch watch;
	char text[4096];
	size_t len;
};

struct suite {
	const struct door *door;
	struct adapter_world world;
	unsigned sent;
	unsigned heard[HEARD_KINDS], total;
	unsigned wanted;
	struct visit visits[SENT_MAX];    /* rest: one for each */
	char folder[32], in[64], out[64]; /* exec: two fifos */
	int to_child;
};

static void hear(struct suite *suite, enum heard what)
{
	suite->heard[what]++;
	suite->total++;
}

/* rest: a connection for each. */

static void end_visit(struct visit *visit)
{
	loop_watch_stop(&visit->watch);
	if (visit->fd >= 0)
		close(visit->fd);
	visit->fd = -1;
}

static void hear_status(struct suite *suite, const char *text)
{
	unsigned long status = strtoul(text + strlen("HTTP/1.1 "), NULL, 10);

	assert_int_equal(strncmp(text, "HTTP/1.1 ", 9), 0);
	if (status == 503)
		assert_non_null(strstr(text, "\r\nRetry-After: "));
	else if (status == 201)
		assert_non_null(strstr(text, "\r\nLocation: /v1/reports/R-"));
	else
		assert_true(status == 200 || (status >= 400 && status < 500));
	hear(suite, status == 201   ? HEARD_STORED
		    : status == 200 ? HEARD_REPEATED
		    : status == 503 ? HEARD_LATER
				    : HEARD_REFUSED);
}

/* Each listener closes after its answer: what comes before the end is one answer. */
static void visit_read(void *ctx, unsigned events)
{
	struct visit *visit = ctx;
	ssize_t n =
		read(visit->fd, visit->text + visit->len, sizeof(visit->text) - 1 - visit->len);

	(void)events;
	if (n > 0) {
		visit->len += (size_t)n;
		return;
	}
	end_visit(visit);
	if (visit->len > 0)
		hear_status(visit->suite, visit->text);
}

static void rest_send(struct suite *suite, const char *report)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)suite->world.port),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct visit *visit = &suite->visits[suite->sent];
	char text[2048];
	int n = snprintf(text, sizeof(text),
			 "POST /v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %s\r\n"
			 "Content-Length: %zu\r\n\r\n%s",
			 suite->world.token, strlen(report), report);

	visit->suite = suite;
	visit->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(connect(visit->fd, (struct sockaddr *)&to, sizeof(to)), 0);
	assert_int_equal(write(visit->fd, text, (size_t)n), n);
	loop_watch_start(suite->world.loop, &visit->watch, visit->fd, LOOP_READABLE, visit_read,
			 visit);
}

static void rest_close(struct suite *suite)
{
	for (unsigned i = 0; i < suite->sent; i++)
		end_visit(&suite->visits[i]);
}

static json_t *no_options(struct suite *suite)
{
	(void)suite;
	return json_object();
}

static void nothing(struct suite *suite)
{
	(void)suite;
}

/* exec: a child that passes on what lies in one fifo, and what it hears into another. */

static json_t *exec_options(struct suite *suite)
{
	snprintf(suite->folder, sizeof(suite->folder), "/tmp/tangi-door-XXXXXX");
	assert_non_null(mkdtemp(suite->folder));
	snprintf(suite->in, sizeof(suite->in), "%s/in", suite->folder);
	snprintf(suite->out, sizeof(suite->out), "%s/out", suite->folder);
	assert_int_equal(mkfifo(suite->in, 0600), 0);
	assert_int_equal(mkfifo(suite->out, 0600), 0);
	return json_pack("{s: [s, s, s, s, s, s]}", "command", "sh", "-c",
			 "cat <\"$1\" & exec cat >\"$2\"", "sh", suite->in, suite->out);
}

static void hear_answer(struct suite *suite, const char *line)
{
	static const char *const words[] = {"stored", "repeated", "refused", "try_later"};
	json_t *doc = json_loads(line, 0, NULL);
	const char *word = json_string_value(json_object_get(doc, "answer"));
	unsigned what = 0;

	assert_non_null(word);
	if (strcmp(word, "conflict") == 0)
		word = "refused";
	while (strcmp(words[what], word) != 0)
		assert_true(++what < HEARD_KINDS);
	hear(suite, (enum heard)what);
	json_decref(doc);
}

static void fifo_read(void *ctx, unsigned events)
{
	struct visit *visit = ctx;
	ssize_t n =
		read(visit->fd, visit->text + visit->len, sizeof(visit->text) - 1 - visit->len);
	char *stop;

	(void)events;
	if (n <= 0)
		return;
	visit->len += (size_t)n;
	visit->text[visit->len] = '\0';
	while ((stop = strchr(visit->text, '\n')) != NULL) {
		*stop = '\0';
		hear_answer(visit->suite, visit->text);
		visit->len -= (size_t)(stop + 1 - visit->text);
		memmove(visit->text, stop + 1, visit->len + 1);
	}
}

/* Open for both, so that neither waits for the child and no end comes before its time. */
static void exec_open(struct suite *suite)
{
	struct visit *visit = &suite->visits[0];

	suite->to_child = open(suite->in, O_RDWR | O_CLOEXEC);
	visit->suite = suite;
	visit->fd = open(suite->out, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(suite->to_child >= 0 && visit->fd >= 0);
	loop_watch_start(suite->world.loop, &visit->watch, visit->fd, LOOP_READABLE, fifo_read,
			 visit);
}

static void exec_send(struct suite *suite, const char *report)
{
	size_t len = strlen(report);

	assert_int_equal(write(suite->to_child, report, len), len);
	assert_int_equal(write(suite->to_child, "\n", 1), 1);
}

static void exec_close(struct suite *suite)
{
	end_visit(&suite->visits[0]);
	close(suite->to_child);
	(void)unlink(suite->in);
	(void)unlink(suite->out);
	(void)rmdir(suite->folder);
}

static const struct door doors[] = {
	{"rest", no_options, nothing, rest_send, rest_close},
	{"exec", exec_options, exec_open, exec_send, exec_close},
};

static const struct door *find_door(const char *kind)
{
	for (size_t i = 0; i < sizeof(doors) / sizeof(doors[0]); i++)
		if (strcmp(doors[i].kind, kind) == 0)
			return &doors[i];
	fail_msg("the adapter %s has no door in this suite: add it", kind);
	return NULL;
}

/* The suite. */

static struct suite *begin(const char *kind, int64_t queue_max)
{
	struct suite *suite = xcalloc(1, sizeof(*suite));

	suite->door = find_door(kind);
	adapter_world_open(&suite->world, kind, suite->door->options(suite), queue_max);
	suite->door->open(suite);
	return suite;
}

static void end(struct suite *suite)
{
	suite->world.is_store_asleep = false;
	adapter_world_idle(&suite->world);
	suite->door->close(suite);
	adapter_world_close(&suite->world);
	xfree(suite);
}

static void tell(struct suite *suite, const char *source, const char *key)
{
	char text[256];

	snprintf(text, sizeof(text),
		 "{\"source\":\"%s\",\"source_id\":\"%s\",\"text\":\"kebakaran rumah\"}",
		 source, key);
	suite->door->send(suite, text);
	suite->sent++;
}

static bool has_heard(void *ctx)
{
	const struct suite *suite = ctx;

	return suite->total >= suite->wanted;
}

static void hear_all(struct suite *suite)
{
	suite->wanted = suite->sent;
	adapter_world_until(&suite->world, has_heard, suite);
	adapter_world_idle(&suite->world);
	assert_int_equal(suite->total, suite->sent);
}

static void each_is_answered_exactly_once(const char *kind)
{
	struct suite *suite = begin(kind, 4096);
	char key[16];

	for (int i = 0; i < 20; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		tell(suite, "lapor-web", key);
		tell(suite, "radio-gelap", key);
		suite->door->send(suite, "{\"source\":\"lapor-web\"}");
		suite->sent++;
		tell(suite, "lapor-web", key);
	}
	hear_all(suite);
	assert_int_equal(suite->heard[HEARD_STORED], 20);
	assert_int_equal(suite->heard[HEARD_REPEATED], 20);
	assert_int_equal(suite->heard[HEARD_REFUSED], 40);
	assert_int_equal(adapter_world_head(&suite->world), 20);
	assert_int_equal(
		metrics_get(&suite->world.metrics, METRIC_REPORTS_REFUSED) +
			metrics_get(&suite->world.store.metrics, METRIC_REPORTS_REFUSED),
		40);
	end(suite);
}

static bool are_three_open(void *ctx)
{
	const struct suite *suite = ctx;

	return intake_open_count(suite->world.intake) == 3;
}

static void try_later_is_passed_on_and_the_next_try_is_kept(const char *kind)
{
	struct suite *suite = begin(kind, 1);

	suite->world.is_store_asleep = true;
	tell(suite, "lapor-web", "a");
	tell(suite, "lapor-web", "b");
	tell(suite, "lapor-web", "c");
	adapter_world_until(&suite->world, are_three_open, suite);
	assert_int_equal(suite->total, 0);
	suite->world.is_store_asleep = false;
	hear_all(suite);
	assert_int_equal(suite->heard[HEARD_STORED], 1);
	assert_int_equal(suite->heard[HEARD_LATER], 2);
	tell(suite, "lapor-web", "b");
	hear_all(suite);
	assert_int_equal(suite->heard[HEARD_STORED] + suite->heard[HEARD_REPEATED], 2);
	end(suite);
}

static void stop_may_come_twice_and_what_is_open_is_answered(const char *kind)
{
	struct suite *suite = begin(kind, 4096);

	suite->world.is_store_asleep = true;
	for (int i = 0; i < 3; i++)
		tell(suite, "app:siaga", (const char *[]){"a", "b", "c"}[i]);
	adapter_world_until(&suite->world, are_three_open, suite);
	suite->world.ops->stop(suite->world.adapter);
	suite->world.ops->stop(suite->world.adapter);
	suite->world.is_store_asleep = false;
	hear_all(suite);
	assert_int_equal(suite->heard[HEARD_STORED], 3);
	suite->world.ops->stop(suite->world.adapter);
	end(suite);
}

static void nothing_is_accepted_after_stop(const char *kind)
{
	struct suite *suite = begin(kind, 4096);

	suite->world.ops->stop(suite->world.adapter);
	tell(suite, "lapor-web", "late");
	adapter_world_idle(&suite->world);
	assert_int_equal(adapter_world_head(&suite->world), 0);
	assert_int_equal(intake_open_count(suite->world.intake), 0);
	assert_int_equal(suite->heard[HEARD_STORED], 0);
	assert_int_equal(suite->total, suite->heard[HEARD_LATER]);
	end(suite);
}

static void close_without_a_start_is_fine(const char *kind)
{
	struct suite *suite = begin(kind, 4096);
	void *other;
	struct err err;

	if (strcmp(kind, "rest") != 0) { /* its routes cannot be there twice */
		assert_int_equal(suite->world.ops->open(&suite->world.env, suite->world.options,
							&other, &err),
				 0);
		suite->world.ops->stop(other);
		suite->world.ops->close(other);
	}
	end(suite);
}

static void over_all(void (*promise)(const char *kind))
{
	assert_non_null(adapter_at(0));
	for (unsigned i = 0; adapter_at(i) != NULL; i++) {
		assert_ptr_equal(adapter_find(adapter_at(i)->kind), adapter_at(i));
		promise(adapter_at(i)->kind);
	}
	assert_null(adapter_find("pos-merpati"));
}

#define PROMISE(name)                                                                          \
	static void over_all_##name(void **state)                                              \
	{                                                                                      \
		(void)state;                                                                   \
		over_all(name);                                                                \
	}
PROMISE(each_is_answered_exactly_once)
PROMISE(try_later_is_passed_on_and_the_next_try_is_kept)
PROMISE(stop_may_come_twice_and_what_is_open_is_answered)
PROMISE(nothing_is_accepted_after_stop)
PROMISE(close_without_a_start_is_fine)

#define TEST(name)                                                                             \
	{                                                                                      \
#name, over_all_##name, NULL, NULL, NULL                                       \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(each_is_answered_exactly_once),
		TEST(try_later_is_passed_on_and_the_next_try_is_kept),
		TEST(stop_may_come_twice_and_what_is_open_is_answered),
		TEST(nothing_is_accepted_after_stop),
		TEST(close_without_a_start_is_fine),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
