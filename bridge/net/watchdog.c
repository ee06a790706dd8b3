/* The last defence: whatever stops the loop, known or not, ends in a restart and not in
 * consoles that stand still while the process looks healthy. */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "net/loop_private.h"

#define LOOKS 8 /* so often it looks within the limit */

struct watchdog {
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t stopped;
	bool is_stopped; /* {lock} */
	const atomic_uint *beats;
	int64_t limit_ms;
};

/* False: told to stop. */
static bool wait_ms(struct watchdog *dog, int64_t ms)
{
	struct timespec until;
	int64_t ns;
	bool is_stopped;

	clock_gettime(CLOCK_MONOTONIC, &until);
	ns = until.tv_nsec + ms % 1000 * 1000000;
	until.tv_sec += (time_t)(ms / 1000 + ns / 1000000000);
	until.tv_nsec = (long)(ns % 1000000000);
	pthread_mutex_lock(&dog->lock);
	while (!dog->is_stopped &&
	       pthread_cond_timedwait(&dog->stopped, &dog->lock, &until) != ETIMEDOUT)
		;
	is_stopped = dog->is_stopped;
	pthread_mutex_unlock(&dog->lock);
	return !is_stopped;
}

/* Counts its own looks, not the time: a machine or process that was paused (SIGSTOP, a
 * suspended virtual machine) finds that no look was missed when it goes on. */
static void *watch(void *arg)
{
	struct watchdog *dog = arg;
	unsigned last = atomic_load_explicit(dog->beats, memory_order_relaxed), same = 0;

	while (wait_ms(dog, dog->limit_ms / LOOKS)) {
		unsigned beats = atomic_load_explicit(dog->beats, memory_order_relaxed);

		same = beats == last ? same + 1 : 0;
		last = beats;
		if (same < LOOKS)
			continue;
		log_error("loop.hangs", "limit_ms=%lld aborting", (long long)dog->limit_ms);
		abort();
	}
	return NULL;
}

int watchdog_new(struct watchdog **watchdog_r, const atomic_uint *beats, int64_t limit_ms,
		 struct err *err)
{
	struct watchdog *dog = xcalloc(1, sizeof(*dog));
	pthread_condattr_t attr;
	int status;

	dog->beats = beats;
	dog->limit_ms = limit_ms;
	pthread_mutex_init(&dog->lock, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&dog->stopped, &attr);
	pthread_condattr_destroy(&attr);
	status = pthread_create(&dog->thread, NULL, watch, dog);
	if (status != 0) {
		xfree(dog);
		return err_set(err, ERR_IO, "watchdog: %s", strerror(status));
	}
	*watchdog_r = dog;
	return 0;
}

void watchdog_free(struct watchdog **watchdog)
{
	struct watchdog *dog = *watchdog;

	*watchdog = NULL;
	if (dog == NULL)
		return;
	pthread_mutex_lock(&dog->lock);
	dog->is_stopped = true;
	pthread_cond_signal(&dog->stopped);
	pthread_mutex_unlock(&dog->lock);
	pthread_join(dog->thread, NULL);
	pthread_cond_destroy(&dog->stopped);
	pthread_mutex_destroy(&dog->lock);
	xfree(dog);
}
