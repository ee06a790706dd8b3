#include "cmd/notify.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Nobody who listens is nothing to stop for: the results are of no use. */
static void tell(const char *state)
{
	const char *path = getenv("NOTIFY_SOCKET");
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = path != NULL ? strlen(path) : 0;
	int fd;

	if (len == 0 || len >= sizeof(to.sun_path) || (path[0] != '/' && path[0] != '@'))
		return;
	memcpy(to.sun_path, path, len);
	if (path[0] == '@') /* not in the file system */
		to.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL, (struct sockaddr *)&to,
		     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len));
	(void)close(fd);
}

static void still_alive(void *ctx)
{
	(void)ctx;
	tell("WATCHDOG=1");
}

void notify_ready(struct notify *notify, struct loop *loop)
{
	const char *limit = getenv("WATCHDOG_USEC"), *pid = getenv("WATCHDOG_PID");
	int64_t limit_ms = limit != NULL ? strtoll(limit, NULL, 10) / 1000 : 0;

	tell("READY=1");
	if (limit_ms <= 0 || (pid != NULL && strtoll(pid, NULL, 10) != getpid()))
		return;
	loop_timer_start(loop, &notify->watchdog, 0, limit_ms / 3, still_alive, NULL);
}

void notify_stopping(void)
{
	tell("STOPPING=1");
}

void notify_end(struct notify *notify)
{
	loop_timer_stop(&notify->watchdog);
}
