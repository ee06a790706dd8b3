/* A thread that keeps a line to the broker, and the two boxes between it and the loop.
 *
 * What all such threads have in common: they begin with a copy of all they need, open a line
 * again when it broke, after a rest that grows, and end when they are closed, also while the
 * library waits for a name that nobody answers. What is said on the line is its owner's, who
 * gives its functions as a trade and lets the keeper be a part of itself.
 *
 * {thread}: the thread's own once it runs. All other functions are for the loop's thread. */
#pragma once

#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>

#include "base/list.h"
#include "base/mailbox.h"
#include "net/mqtt_address.h"

/* Called in the thread, but free_letter, which is any's; self is the owner. */
struct mqtt_trade {
	const char *name; /* of the thread, for top -H */
	/* One line, from its opening to its end; what is left in fresh is still sent. */
	void (*hold)(void *self);
	/* Takes what lay in the box, all of letters. */
	void (*take)(void *self, struct list *letters);
	/* It wants no further line. */
	bool (*is_over)(const void *self);
	void (*free_letter)(struct list *node);
};

struct mqtt_keeper {
	const struct mqtt_trade *trade;
	void *self;
	struct mqtt_address address; /* {thread} */
	struct mailbox in, out;      /* letters to the thread, and from it */
	struct list fresh;           /* {thread} go to out together */
	int rest_ms;                 /* {thread} */
	int wake_fd;                 /* an eventfd: look into the box, or at whether to end */
	atomic_bool is_closing;
	pthread_t thread;
	sem_t has_ended;
};

/* wake is called, on any thread, when there will be something in out. */
int mqtt_keeper_open(struct mqtt_keeper *keeper, const struct mqtt_trade *trade, void *self,
		     const struct mqtt_settings *settings, const struct mqtt_topics *topics,
		     const char *epoch, void (*wake)(void *ctx), void *ctx,
		     struct err *err) MUST_CHECK;
/* Ends the thread and frees what lies in the boxes. False: it is still looking for a broker
 * whose name does not resolve, and needs its owner's memory until the process ends. */
bool mqtt_keeper_close(struct mqtt_keeper *keeper) MUST_CHECK;
/* The thread looks again at whether it is over. Any thread. */
void mqtt_keeper_wake(struct mqtt_keeper *keeper);

/* The thread's. */
bool mqtt_keeper_is_to_end(const struct mqtt_keeper *keeper);
/* Gives the trade what lies in the box; does not wait. */
void mqtt_keeper_empty_box(struct mqtt_keeper *keeper);
/* Sends what is fresh. */
void mqtt_keeper_send(struct mqtt_keeper *keeper);
/* The line stands: when it breaks, the first rest is short again. */
void mqtt_keeper_has_line(struct mqtt_keeper *keeper);
