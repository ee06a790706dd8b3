#include "base/mailbox.h"

#include <time.h>

void mailbox_init(struct mailbox *box, void (*wake)(void *ctx), void *ctx)
{
	pthread_mutex_init(&box->lock, NULL);
	pthread_cond_init(&box->filled, NULL);
	list_init(&box->letters);
	box->is_closed = false;
	box->wake = wake;
	box->ctx = ctx;
}

void mailbox_fini(struct mailbox *box)
{
	pthread_cond_destroy(&box->filled);
	pthread_mutex_destroy(&box->lock);
}

void mailbox_put_all(struct mailbox *box, struct list *letters)
{
	bool was_empty;

	if (list_is_empty(letters))
		return;
	pthread_mutex_lock(&box->lock);
	was_empty = list_is_empty(&box->letters);
	list_move(&box->letters, letters);
	if (was_empty)
		pthread_cond_signal(&box->filled);
	pthread_mutex_unlock(&box->lock);
	if (was_empty && box->wake != NULL)
		box->wake(box->ctx);
}

void mailbox_put(struct mailbox *box, struct list *letter)
{
	struct list one;

	list_init(&one);
	list_append(&one, letter);
	mailbox_put_all(box, &one);
}

bool mailbox_take_all(struct mailbox *box, struct list *letters_r)
{
	bool is_any;

	pthread_mutex_lock(&box->lock);
	is_any = !list_is_empty(&box->letters);
	list_move(letters_r, &box->letters);
	pthread_mutex_unlock(&box->lock);
	return is_any;
}

bool mailbox_wait_all(struct mailbox *box, struct list *letters_r)
{
	return mailbox_wait_all_for(box, letters_r, -1);
}

static struct timespec moment_after(int timeout_ms)
{
	struct timespec at;

	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_sec += timeout_ms / 1000;
	at.tv_nsec += timeout_ms % 1000 * 1000000L;
	if (at.tv_nsec >= 1000000000L) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000L;
	}
	return at;
}

/* {lock} 0, or ETIMEDOUT. */
static int wait_filled(struct mailbox *box, int timeout_ms, const struct timespec *until)
{
	if (timeout_ms < 0)
		return pthread_cond_wait(&box->filled, &box->lock);
	return pthread_cond_clockwait(&box->filled, &box->lock, CLOCK_MONOTONIC, until);
}

bool mailbox_wait_all_for(struct mailbox *box, struct list *letters_r, int timeout_ms)
{
	struct timespec until = moment_after(timeout_ms > 0 ? timeout_ms : 0);
	bool is_any;
	int status = 0;

	pthread_mutex_lock(&box->lock);
	while (list_is_empty(&box->letters) && !box->is_closed && status == 0)
		status = wait_filled(box, timeout_ms, &until);
	is_any = !list_is_empty(&box->letters);
	list_move(letters_r, &box->letters);
	pthread_mutex_unlock(&box->lock);
	return is_any;
}

void mailbox_close(struct mailbox *box)
{
	pthread_mutex_lock(&box->lock);
	box->is_closed = true;
	pthread_cond_broadcast(&box->filled);
	pthread_mutex_unlock(&box->lock);
}

bool mailbox_is_closed(struct mailbox *box)
{
	bool is_closed;

	pthread_mutex_lock(&box->lock);
	is_closed = box->is_closed;
	pthread_mutex_unlock(&box->lock);
	return is_closed;
}
