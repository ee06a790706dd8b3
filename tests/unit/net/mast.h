/* A broker of a few dozen lines, in a thread, that answers as a test tells it to. It takes one
 * line at a time and writes down what it is given. */
#pragma once

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#define MAST_HEARD 512

enum mast_manner {
	MAST_GOOD,      /* MQTT 3.1.1 and 5, answers everything */
	MAST_OLD,       /* tells who speaks MQTT 5 that it does not */
	MAST_RUDE,      /* hangs up on him */
	MAST_SHUT,      /* lets nobody in */
	MAST_FORGETFUL, /* MQTT 5: says that it keeps nothing */
	MAST_MUTE,      /* grants no subscription */
};

struct mast_message {
	char topic[160], payload[240];
	bool is_retained;
	int level; /* of the protocol it was said in: 4 or 5 */
};

struct mast_wish {
	char topic[160];
	int qos;
};

struct mast {
	int listener;
	pthread_mutex_t line_lock;
	int fd; /* {line_lock} the line, -1: none */
	unsigned port;
	pthread_t thread;
	_Atomic enum mast_manner manner;
	atomic_bool is_over;
	atomic_uint lines, goodbyes; /* connects, and disconnects in good order */
	atomic_ulong published;
	atomic_bool is_clean;       /* whoever came last wants no session that stays */
	atomic_uint wish_count;     /* subscriptions of the newest line */
	atomic_uint acked;          /* messages of ours */
	struct mast_wish wishes[8]; /* {lock} */
	pthread_mutex_t lock;
	struct mast_message heard[MAST_HEARD]; /* {lock} the first ones */
	unsigned count;                        /* {lock} */
	struct mast_message will;              /* {lock} of the newest line */
	char password[64];                     /* {lock} */
};

void mast_start(struct mast *mast);
void mast_stop(struct mast *mast);
/* Its line, if there is one, is broken off. */
void mast_hang_up(struct mast *mast);
/* Says something with QoS 1, or 0 with mid 0. */
void mast_say(struct mast *mast, const char *topic, const char *payload, unsigned mid);
/* A copy of what it heard as number i; false: not so much yet. */
bool mast_heard(struct mast *mast, unsigned i, struct mast_message *message_r);
