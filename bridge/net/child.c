#include "net/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/xalloc.h"

#define KILLED_MS 1000 /* until one that was killed is gone */

struct pipes {
	int theirs[3], ours[3]; /* standard input, output, error */
};

static void close_fd(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd); /* a pipe has nothing to lose */
	*fd = -1;
}

static void close_all(int *fds)
{
	for (int i = 0; i < 3; i++)
		close_fd(&fds[i]);
}

static int open_pipe(struct pipes *pipes, int which)
{
	int ends[2], ours = which == 0 ? 1 : 0;

	if (pipe2(ends, O_CLOEXEC) < 0)
		return -1;
	pipes->ours[which] = ends[ours];
	pipes->theirs[which] = ends[1 - ours];
	return fcntl(ends[ours], F_SETFL, O_NONBLOCK);
}

static int open_pipes(struct pipes *pipes, struct err *err)
{
	*pipes = (struct pipes){{-1, -1, -1}, {-1, -1, -1}};
	for (int i = 0; i < 3; i++) {
		if (open_pipe(pipes, i) < 0) {
			(void)err_set(err, ERR_IO, "pipe: %s", strerror(errno));
			close_all(pipes->ours);
			close_all(pipes->theirs);
			return -1;
		}
	}
	return 0;
}

/* What the service manager tells its service: a child that knew it could speak for us. */
static bool is_ours_alone(const char *variable)
{
	static const char *const names[] = {"NOTIFY_SOCKET=", "WATCHDOG_", "LISTEN_",
					    "CREDENTIALS_DIRECTORY="};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

static char **their_environment(void)
{
	size_t count = 0, kept = 0;
	char **copy;

	while (environ[count] != NULL)
		count++;
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		if (!is_ours_alone(environ[i]))
			copy[kept++] = environ[i];
	return copy;
}

/* Our signals are blocked for a signalfd, and SIGPIPE is ignored: both would be inherited. */
static void set_attributes(posix_spawnattr_t *attributes)
{
	sigset_t none, all;

	sigemptyset(&none);
	sigfillset(&all);
	posix_spawnattr_init(attributes);
	posix_spawnattr_setsigmask(attributes, &none);
	posix_spawnattr_setsigdefault(attributes, &all);
	posix_spawnattr_setpgroup(attributes, 0);
	posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
						     POSIX_SPAWN_SETPGROUP);
}

static int spawn(pid_t *pid_r, const struct pipes *pipes, char *const *argv)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	char **environment = their_environment();
	int status;

	posix_spawn_file_actions_init(&actions);
	for (int i = 0; i < 3; i++)
		posix_spawn_file_actions_adddup2(&actions, pipes->theirs[i], i);
	posix_spawn_file_actions_addclosefrom_np(&actions, 3);
	set_attributes(&attributes);
	status = posix_spawnp(pid_r, argv[0], &actions, &attributes, argv, environment);
	posix_spawnattr_destroy(&attributes);
	posix_spawn_file_actions_destroy(&actions);
	xfree(environment);
	return status;
}

/* While it is not reaped its number is nobody else's, nor that of its group. */
static void signal_group(const struct child *child, int number)
{
	(void)kill(-child->pid, number); /* ESRCH: gone already, which is what was wanted */
}

static void reap(struct child *child, siginfo_t *how_r)
{
	*how_r = (siginfo_t){0};
	(void)waitid(P_PIDFD, (id_t)child->pidfd, how_r, WEXITED | WNOHANG);
	child->pid = 0;
	close_fd(&child->pidfd);
	loop_watch_stop(&child->watch);
	loop_timer_stop(&child->patience);
}

static void gone(void *ctx, unsigned events)
{
	struct child *child = ctx;
	siginfo_t how;
	char text[32];

	(void)events;
	signal_group(child, SIGKILL);
	reap(child, &how);
	snprintf(text, sizeof(text), "%s %d", how.si_code == CLD_EXITED ? "exit" : "signal",
		 how.si_status);
	child->ended(child->ctx, text);
}

static int watch(struct child *child, pid_t pid, struct err *err)
{
	int pidfd = pidfd_open(pid, 0);

	if (pidfd < 0) {
		(void)err_set(err, ERR_IO, "pidfd_open: %s", strerror(errno));
		(void)kill(pid, SIGKILL);
		(void)waitpid(pid, NULL, 0); /* killed a moment after its birth */
		return -1;
	}
	child->pid = pid;
	child->pidfd = pidfd;
	loop_watch_start(child->loop, &child->watch, pidfd, LOOP_READABLE, gone, child);
	return 0;
}

int child_start(struct child *child, struct loop *loop, char *const *argv,
		void (*ended)(void *ctx, const char *how), void *ctx, struct err *err)
{
	struct pipes pipes;
	pid_t pid;
	int status;

	*child = (struct child){.in = -1,
				.out = -1,
				.says = -1,
				.loop = loop,
				.pidfd = -1,
				.ended = ended,
				.ctx = ctx};
	if (open_pipes(&pipes, err) < 0)
		return -1;
	status = spawn(&pid, &pipes, argv);
	close_all(pipes.theirs);
	if (status != 0)
		(void)err_set(err, ERR_IO, "%s: %s", argv[0], strerror(status));
	if (status != 0 || watch(child, pid, err) < 0) {
		close_all(pipes.ours);
		return -1;
	}
	child->in = pipes.ours[0];
	child->out = pipes.ours[1];
	child->says = pipes.ours[2];
	return 0;
}

bool child_is_running(const struct child *child)
{
	return child->pid != 0;
}

static int64_t now_us(const struct child *child)
{
	const struct clock *clock = loop_clock(child->loop);

	return clock->mono_us(clock);
}

static void kill_it(void *ctx)
{
	signal_group(ctx, SIGKILL);
}

static void lose_patience(void *ctx)
{
	struct child *child = ctx;

	signal_group(child, SIGTERM);
	loop_timer_start(child->loop, &child->patience, (child->kill_us - now_us(child)) / 1000,
			 0, kill_it, child);
}

void child_end(struct child *child, int64_t grace_ms)
{
	if (child->pid == 0 || child->kill_us != 0)
		return;
	child_close_in(child);
	child->term_us = now_us(child) + grace_ms * 500;
	child->kill_us = now_us(child) + grace_ms * 1000;
	loop_timer_start(child->loop, &child->patience, grace_ms / 2, 0, lose_patience, child);
}

void child_close_in(struct child *child)
{
	close_fd(&child->in);
}

void child_close_out(struct child *child)
{
	close_fd(&child->out);
}

static bool is_gone_by(const struct child *child, int64_t until_us)
{
	struct pollfd fd = {.fd = child->pidfd, .events = POLLIN};
	int64_t rest_us = until_us - now_us(child);

	return poll(&fd, 1, rest_us > 0 ? (int)(rest_us / 1000) : 0) == 1;
}

static void wait_and_kill(struct child *child)
{
	siginfo_t how;

	if (child->kill_us != 0 && !is_gone_by(child, child->term_us)) {
		signal_group(child, SIGTERM);
		(void)is_gone_by(child, child->kill_us); /* it is killed in either case */
	}
	signal_group(child, SIGKILL);
	/* Else the disk holds it, which is not for us to mend. */
	(void)is_gone_by(child, now_us(child) + KILLED_MS * 1000);
	reap(child, &how);
}

void child_close(struct child *child)
{
	if (child->pid != 0)
		wait_and_kill(child);
	close_fd(&child->in);
	close_fd(&child->out);
	close_fd(&child->says);
}
