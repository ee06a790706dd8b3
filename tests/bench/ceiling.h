/* The ceiling: the least that still does the job. Bare epoll, a keyword verdict, SQLite group
 * commit with synchronous=FULL, one stretch of bytes for all consoles, QoS 1 to the broker.
 * No accounts, history, audience, projection or limits: what TANGI costs beyond it is the price
 * of those. */
#pragma once

#include <stdint.h>

struct job {
	struct job *next;
	int fd;
	uint64_t seq;
	const char *category;
	unsigned body_len, event_len;
	char body[1500]; /* the report */
	char event[2200];
};

/* Opens DIR/ceiling.db. is_inline: ceiling_commit() commits before it returns. */
void store_open(const char *dir, int is_inline, int wake_fd);
uint64_t store_head(void);
/* Takes the jobs; they come back from store_done() once they are on the disk. */
void store_commit(struct job *jobs);
struct job *store_done(void);
