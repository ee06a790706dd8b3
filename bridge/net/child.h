/* A child process on the loop: three pipes, its end told once, and never a zombie.
 *
 * It is the leader of a process group of its own: when it is told to end, or has ended, whoever
 * it has started ends with it. It gets our environment without what the service manager said to
 * us alone, default signals and no descriptor but its pipes; it is gone through a pidfd, so
 * that no signal handler and no waiting is needed. Loop thread only. */
#pragma once

#include <sys/types.h>

#include "net/loop.h"

struct child {
	int in, out, says; /* our ends of its standard input, output and error; -1: closed */

	struct loop *loop;
	pid_t pid; /* 0: it is not running */
	int pidfd;
	struct loop_watch watch;
	struct loop_timer patience;
	int64_t term_us, kill_us; /* when the signals come; 0: nobody told it to end */
	void (*ended)(void *ctx, const char *how);
	void *ctx;
};

/* argv ends with NULL; its first is looked up in PATH. Our ends do not block. ended is called
 * once, "exit 1" or "signal 9", unless child_close comes first; the pipes are left open, as
 * there may be something in them. */
int child_start(struct child *child, struct loop *loop, char *const *argv,
		void (*ended)(void *ctx, const char *how), void *ctx,
		struct err *err) MUST_CHECK;
bool child_is_running(const struct child *child);
/* The end of its input, which lets it read what there is first; SIGTERM after half of the
 * grace, SIGKILL after all of it. The second call does nothing. */
void child_end(struct child *child, int64_t grace_ms);
void child_close_in(struct child *child);
void child_close_out(struct child *child);
/* Closes the pipes. One that still runs is killed; only one that was told to end before gets
 * what is left of its grace, and only here somebody waits for it. */
void child_close(struct child *child);
