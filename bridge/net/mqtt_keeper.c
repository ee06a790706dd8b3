#include "net/mqtt_keeper.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"

#define REST_FIRST_MS 200
#define REST_LAST_MS  5000
#define JOIN_WITHIN_S 2 /* a name that does not resolve holds the thread for longer */

static void wake_thread(void *ctx)
{
	const struct mqtt_keeper *keeper = ctx;
	uint64_t one = 1;

	(void)!write(keeper->wake_fd, &one, sizeof(one)); /* full: it is awake anyway */
}

void mqtt_keeper_wake(struct mqtt_keeper *keeper)
{
	wake_thread(keeper);
}

bool mqtt_keeper_is_to_end(const struct mqtt_keeper *keeper)
{
	return atomic_load(&keeper->is_closing) || keeper->trade->is_over(keeper->self);
}

void mqtt_keeper_has_line(struct mqtt_keeper *keeper)
{
	keeper->rest_ms = REST_FIRST_MS;
}

void mqtt_keeper_empty_box(struct mqtt_keeper *keeper)
{
	struct list letters;
	uint64_t count;

	(void)!read(keeper->wake_fd, &count, sizeof(count)); /* nothing there: nothing to do */
	list_init(&letters);
	if (mailbox_take_all(&keeper->in, &letters))
		keeper->trade->take(keeper->self, &letters);
}

static void free_letters(const struct mqtt_keeper *keeper, struct list *letters)
{
	struct list *node;

	while ((node = list_take(letters)) != NULL)
		keeper->trade->free_letter(node);
}

/* Whoever closes it no longer wants to be woken, and may be gone. */
void mqtt_keeper_send(struct mqtt_keeper *keeper)
{
	if (atomic_load(&keeper->is_closing))
		free_letters(keeper, &keeper->fresh);
	else
		mailbox_put_all(&keeper->out, &keeper->fresh);
}

/* Between two lines; who wants to end need not wait. */
static void rest(struct mqtt_keeper *keeper)
{
	struct pollfd fd = {.fd = keeper->wake_fd, .events = POLLIN};
	int64_t until_us = clock_system.mono_us(&clock_system) + keeper->rest_ms * 1000LL;
	int64_t left_us;

	while (!mqtt_keeper_is_to_end(keeper) &&
	       (left_us = until_us - clock_system.mono_us(&clock_system)) > 0) {
		(void)poll(&fd, 1, (int)(left_us / 1000) + 1); /* or a signal: look again */
		mqtt_keeper_empty_box(keeper);
	}
	keeper->rest_ms =
		keeper->rest_ms * 2 < REST_LAST_MS ? keeper->rest_ms * 2 : REST_LAST_MS;
}

static void *run(void *ctx)
{
	struct mqtt_keeper *keeper = ctx;

	(void)pthread_setname_np(pthread_self(), keeper->trade->name);
	while (!mqtt_keeper_is_to_end(keeper)) {
		keeper->trade->hold(keeper->self);
		mqtt_keeper_send(keeper);
		if (!mqtt_keeper_is_to_end(keeper))
			rest(keeper);
	}
	sem_post(&keeper->has_ended);
	return NULL;
}

/* --- life --- */

static void fini(struct mqtt_keeper *keeper)
{
	struct list left;

	list_init(&left);
	(void)mailbox_take_all(&keeper->in, &left);
	(void)mailbox_take_all(&keeper->out, &left);
	free_letters(keeper, &left);
	free_letters(keeper, &keeper->fresh);
	mailbox_fini(&keeper->in);
	mailbox_fini(&keeper->out);
	sem_destroy(&keeper->has_ended);
	if (keeper->wake_fd >= 0)
		close(keeper->wake_fd);
	mqtt_address_fini(&keeper->address);
	(void)mosquitto_lib_cleanup(); /* always succeeds */
}

/* Signals are the loop's. */
static int start_thread(struct mqtt_keeper *keeper, struct err *err)
{
	sigset_t all, before;
	int code;

	keeper->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (keeper->wake_fd < 0)
		return err_set(err, ERR_IO, "eventfd: %s", strerror(errno));
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(&keeper->thread, NULL, run, keeper);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code == 0 ? 0 : err_set(err, ERR_IO, "no thread: %s", strerror(code));
}

int mqtt_keeper_open(struct mqtt_keeper *keeper, const struct mqtt_trade *trade, void *self,
		     const struct mqtt_settings *settings, const struct mqtt_topics *topics,
		     const char *epoch, void (*wake)(void *ctx), void *ctx, struct err *err)
{
	if (mqtt_address_init(&keeper->address, settings, topics, epoch, err) < 0)
		return -1;
	if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
		mqtt_address_fini(&keeper->address);
		return err_set(err, ERR_IO, "libmosquitto does not start");
	}
	keeper->trade = trade;
	keeper->self = self;
	keeper->rest_ms = REST_FIRST_MS;
	atomic_init(&keeper->is_closing, false);
	list_init(&keeper->fresh);
	mailbox_init(&keeper->in, wake_thread, keeper);
	mailbox_init(&keeper->out, wake, ctx);
	sem_init(&keeper->has_ended, 0, 0);
	if (start_thread(keeper, err) == 0)
		return 0;
	fini(keeper);
	return -1;
}

bool mqtt_keeper_close(struct mqtt_keeper *keeper)
{
	struct timespec until;

	atomic_store(&keeper->is_closing, true);
	wake_thread(keeper);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += JOIN_WITHIN_S;
	if (sem_clockwait(&keeper->has_ended, CLOCK_MONOTONIC, &until) != 0) {
		log_warn("mqtt.close", "error=\"still looking for the broker\"");
		pthread_detach(keeper->thread);
		return false;
	}
	pthread_join(keeper->thread, NULL);
	fini(keeper);
	return true;
}
