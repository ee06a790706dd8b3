#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <pthread.h>

#include "net/loop.h"

struct world {
	struct metrics metrics;
	struct loop *loop;
	struct loop_timer timer, other;
	struct loop_watch watch;
	unsigned fired;
	atomic_uint polled;
	int pipe[2];
};

static void setup(struct world *world)
{
	struct err err;

	memset(world, 0, sizeof(*world));
	assert_int_equal(loop_new(&world->loop, &clock_system, &world->metrics, &err), 0);
}

static void stop(void *ctx)
{
	loop_stop(((struct world *)ctx)->loop);
}

static void tick(void *ctx)
{
	struct world *world = ctx;

	if (++world->fired == 3) {
		loop_timer_stop(&world->timer);
		loop_timer_start(world->loop, &world->timer, 50, 0, stop, world);
	}
}

static void a_timer_repeats_until_it_is_stopped(void **state)
{
	struct world world;

	(void)state;
	setup(&world);
	loop_timer_start(world.loop, &world.timer, 1, 20, tick, &world);
	loop_timer_start(world.loop, &world.other, 1, 0, tick, &world);
	loop_timer_stop(&world.other);
	loop_run(world.loop);
	assert_int_equal(world.fired, 3);
	assert_null(world.timer.watcher);
	loop_free(&world.loop);
}

static void polled(void *ctx)
{
	struct world *world = ctx;

	if (++world->polled == 1)
		loop_stop(world->loop);
}

static void *wake(void *ctx)
{
	loop_wake(((struct world *)ctx)->loop);
	return NULL;
}

static void a_wake_from_another_thread_reaches_the_pollers(void **state)
{
	struct world world;
	pthread_t thread;

	(void)state;
	setup(&world);
	loop_add_poller(world.loop, polled, &world);
	pthread_create(&thread, NULL, wake, &world);
	loop_run(world.loop);
	pthread_join(thread, NULL);
	assert_int_equal(world.polled, 1);
	loop_free(&world.loop);
}

static void readable(void *ctx, unsigned events)
{
	struct world *world = ctx;
	char c;

	assert_int_equal(events, LOOP_READABLE);
	assert_int_equal(read(world->pipe[0], &c, 1), 1);
	loop_watch_stop(&world->watch);
	loop_stop(world->loop);
}

static void a_watch_tells_when_there_is_something_to_read(void **state)
{
	struct world world;

	(void)state;
	setup(&world);
	assert_int_equal(pipe(world.pipe), 0);
	loop_watch_start(world.loop, &world.watch, world.pipe[0], LOOP_READABLE, readable,
			 &world);
	assert_int_equal(write(world.pipe[1], "x", 1), 1);
	loop_run(world.loop);
	loop_free(&world.loop);
	close(world.pipe[0]);
	close(world.pipe[1]);
}

static void hang(void *ctx)
{
	(void)ctx;
	for (;;)
		pause();
}

static void run_watched(void (*fn)(void *ctx), int64_t after_ms, int64_t close_ms)
{
	struct rlimit no_core = {0};
	struct world world;
	struct err err;

	setrlimit(RLIMIT_CORE, &no_core);
	signal(SIGABRT, SIG_DFL);
	setup(&world);
	if (loop_start_watchdog(world.loop, 400, &err) < 0)
		_exit(2);
	loop_timer_start(world.loop, &world.timer, after_ms, 0, fn, &world);
	loop_run(world.loop);
	usleep((useconds_t)close_ms * 1000);
	loop_free(&world.loop);
	_exit(0);
}

/* fn is called after_ms after the start; what is done when the loop has ended takes close_ms.
 */
static int status_of_watched(void (*fn)(void *ctx), int64_t after_ms, int64_t close_ms)
{
	pid_t child = fork();
	int status;

	if (child == 0)
		run_watched(fn, after_ms, close_ms);
	assert_int_equal(waitpid(child, &status, 0), child);
	return status;
}

static void a_loop_that_hangs_is_aborted_and_no_other(void **state)
{
	int status = status_of_watched(hang, 50, 0);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
	status = status_of_watched(stop, 1000, 0);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

/* A log that is tidied on a slow disk, a child that has its grace: nobody waits for the loop.
 */
static void what_comes_after_the_loop_may_take_its_time(void **state)
{
	int status = status_of_watched(stop, 50, 1000);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_loop_that_hangs_is_aborted_and_no_other),
		cmocka_unit_test(what_comes_after_the_loop_may_take_its_time),
		cmocka_unit_test(a_timer_repeats_until_it_is_stopped),
		cmocka_unit_test(a_wake_from_another_thread_reaches_the_pollers),
		cmocka_unit_test(a_watch_tells_when_there_is_something_to_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
