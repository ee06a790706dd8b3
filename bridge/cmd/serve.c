/* serve: the bridge as a process. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/bridge.h"
#include "cmd/cmd.h"

struct wish {
	const char *config, *data;
	struct arg_list sets;
};

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's configuration"},
	{"data", ARG_TEXT, offsetof(struct wish, data), true, "DIR",
	 "where everything is kept; made where it is missing"},
	{"set", ARG_MANY, offsetof(struct wish, sets), false, "KEY=VALUE",
	 "over tangi.json; any number of times"},
};

static void print_settings(void)
{
	puts("\nSettings of tangi.json, nested at the dots, with their defaults:");
	config_print_help(settings_table);
	for (unsigned i = 0; adapter_at(i) != NULL; i++) {
		printf("\nAdapter %s: %s\n", adapter_at(i)->kind, adapter_at(i)->summary);
		if (adapter_at(i)->options != NULL)
			config_print_help(adapter_at(i)->options);
	}
}

static const struct args args = {
	"tangi serve --config DIR --data DIR [--set KEY=VALUE...]",
	"The bridge, in the foreground. SIGTERM answers what is open and ends it, a second one "
	"hurries;\n"
	"SIGHUP takes up a changed configuration whole, or says why not and keeps the old.\n",
	table, sizeof(table) / sizeof(table[0]), 0};

/* What it writes is nobody else's, and so is what it holds in memory. */
static void close_in(void)
{
	static const struct rlimit none = {0, 0};

	(void)umask(077);
	(void)setrlimit(RLIMIT_CORE, &none);      /* a lower limit is always allowed */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0); /* nor can this fail */
	(void)signal(SIGPIPE, SIG_IGN);
}

/* Before the first thread: all of them inherit it. */
static int block_signals(struct err *err)
{
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	(void)pthread_sigmask(SIG_BLOCK, &set, NULL); /* the set is valid */
	fd = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
	if (fd < 0)
		return err_set(err, ERR_IO, "signalfd: %s", strerror(errno));
	return fd;
}

struct signals {
	struct bridge *bridge;
	struct loop_watch watch;
	int fd;
};

static void signalled(void *ctx, unsigned events)
{
	struct signals *signals = ctx;
	struct signalfd_siginfo info;

	(void)events;
	while (read(signals->fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			reload_begin(signals->bridge);
		else
			bridge_drain(signals->bridge);
	}
}

static int load(struct bridge *bridge, struct err *err)
{
	if (settings_load(&bridge->settings, &bridge->place, err) < 0 ||
	    rules_load(&bridge->rules, bridge->place.dir, err) < 0 ||
	    similar_load(&bridge->similar, bridge->place.dir, bridge->rules, err) < 0)
		return -1;
	log_set_level(settings_log_level(bridge->settings));
	return 0;
}

static void run(struct bridge *bridge, int signal_fd)
{
	struct signals signals = {.bridge = bridge, .fd = signal_fd};

	loop_watch_start(bridge->loop, &signals.watch, signal_fd, LOOP_READABLE, signalled,
			 &signals);
	bridge_begin(bridge);
	loop_run(bridge->loop);
	loop_watch_stop(&signals.watch);
}

static int serve(struct bridge *bridge, const char *data)
{
	struct err err;
	int fd = block_signals(&err), rc = -1;

	if (fd >= 0 && load(bridge, &err) == 0 && bridge_open(bridge, data, &err) == 0) {
		run(bridge, fd);
		rc = bridge->has_failed ? 1 : 0;
	}
	if (rc < 0)
		fprintf(stderr, "tangi serve: %s\n", err.text);
	bridge_close(bridge);
	if (rc == 0)
		log_info("serve.stopped", "seq=%lld",
			 (long long)metrics_get(&bridge->metrics, METRIC_HEAD_SEQ));
	similar_free(&bridge->similar);
	rules_free(&bridge->rules);
	settings_free(&bridge->settings);
	if (fd >= 0)
		(void)close(fd);
	return rc == 0 ? 0 : 1;
}

int cmd_serve(int argc, char **argv)
{
	struct wish wish = {0};
	struct bridge *bridge;
	char **words;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc == 0)
		print_settings();
	if (rc >= 0)
		return rc;
	close_in();
	bridge = xcalloc(1, sizeof(*bridge));
	bridge->place = (struct settings_place){
		.dir = wish.config, .sets = wish.sets.item, .set_count = wish.sets.count};
	rc = serve(bridge, wish.data);
	xfree(bridge);
	return rc;
}
