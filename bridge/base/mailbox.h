/* The way between two threads: a list under a mutex, and a wake-up when the list was empty.
 *
 * Wake-ups may coalesce: one means "look in the mailbox". No call blocks for longer than the
 * mutex is held for a few pointers. mailbox_wait is for a thread that has nothing else to do;
 * a loop thread gives a wake function instead. */
#pragma once

#include <pthread.h>
#include <stdbool.h>

#include "base/list.h"

struct mailbox {
	pthread_mutex_t lock;
	pthread_cond_t filled;
	struct list letters;     /* {lock} */
	bool is_closed;          /* {lock} */
	void (*wake)(void *ctx); /* called without the lock; may be NULL */
	void *ctx;
};

void mailbox_init(struct mailbox *box, void (*wake)(void *ctx), void *ctx);
void mailbox_fini(struct mailbox *box);

void mailbox_put(struct mailbox *box, struct list *letter);
/* All of letters, in order; the list is empty afterwards. */
void mailbox_put_all(struct mailbox *box, struct list *letters);
/* Moves what is there to the end of letters_r; does not block. False: there was nothing. */
bool mailbox_take_all(struct mailbox *box, struct list *letters_r);
/* Blocks until there is something. False: the box was closed and is empty. */
bool mailbox_wait_all(struct mailbox *box, struct list *letters_r);
/* The same for at most timeout_ms, -1: for ever. False: nothing came, or the box was closed. */
bool mailbox_wait_all_for(struct mailbox *box, struct list *letters_r, int timeout_ms);
/* Nothing is lost: what lies in the box is still taken. */
void mailbox_close(struct mailbox *box);
bool mailbox_is_closed(struct mailbox *box);
