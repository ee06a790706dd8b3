#include "cmd/simulate.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/simulate_compare.h"
#include "cmd/simulate_crew.h"
#include "cmd/simulate_desk.h"
#include "cmd/simulate_help.h"
#include "cmd/simulate_score.h"
#include "core/rules.h"

#define POLL_MS     50
#define LOG_MS      150 /* how often the log is read */
#define PROGRESS_MS 5000
#define UP_MS       15000                 /* until every radio has to be there */
#define SETTLE_MS   15000                 /* until what was sent has to be heard */
#define AFTER_MS    (90 * INT64_C(60000)) /* city time that what is open is given at the end */
#define TIDY_TIMES  2
#define SPEED_MAX   3600
#define CREWS_MAX   100
#define LENGTH_MAX  10080

struct wish {
	const char *config, *accounts, *url, *speed, *seed, *crews, *duration, *report;
	bool is_dry, is_without_desk, is_for_real;
	const char *scenario;
	/* As numbers. */
	int64_t speed_is, seed_is, crews_is, length_ms;
};

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's folder, with scenarios/"},
	{"accounts", ARG_TEXT, offsetof(struct wish, accounts), false, "FILE",
	 "where the bridge is and who plays: run.json of ./dev run, or one like it"},
	{"url", ARG_TEXT, offsetof(struct wish, url), false, "URL",
	 "the bridge, where it is elsewhere than the file says"},
	{"speed", ARG_TEXT, offsetof(struct wish, speed), false, "N",
	 "seconds of the city in one of ours, 1 to 3600 (1)"},
	{"seed", ARG_TEXT, offsetof(struct wish, seed), false, "N",
	 "the dice: the same gives the same script (1)"},
	{"crews", ARG_TEXT, offsetof(struct wish, crews), false, "N",
	 "crews of an agency, at most (all that have an account)"},
	{"duration", ARG_TEXT, offsetof(struct wish, duration), false, "MIN",
	 "minutes of the city, then it is over, whatever is open (all of it)"},
	{"without-desk", ARG_SWITCH, offsetof(struct wish, is_without_desk), false, NULL,
	 "people are the dispatchers; what they leave open stays"},
	{"report", ARG_TEXT, offsetof(struct wish, report), false, "FILE",
	 "the score sheet as JSON, too"},
	{"for-real", ARG_SWITCH, offsetof(struct wish, is_for_real), false, NULL,
	 "not as an exercise; only on a bridge that is a demo (--set demo=true)"},
	{"dry-run", ARG_SWITCH, offsetof(struct wish, is_dry), false, NULL,
	 "print what would be sent, as JSON lines; needs no bridge"},
};

static const struct args args = {
	"tangi simulate SCENARIO --config DIR --accounts FILE [OPTION...]",
	"Plays a city against a running bridge: callers, crews by radio, and dispatchers who "
	"take, send and\n"
	"close. All of it is an exercise. At the end a score sheet, reckoned from the log, and "
	"whether what\n"
	"the bridge shows is what its log says: exit 1 when not, or when something was lost.\n",
	table, sizeof(table) / sizeof(table[0]), 1};

/* All there is, in the order in which it is opened. */
struct play {
	const struct wish *wish;
	struct rules *rules;
	struct scenario scenario;
	struct simulation sim;
	struct city city;
	struct crews *crews;
	struct desk *desk; /* NULL: people are */
	json_t *counters;  /* before it began */
	int signals;       /* a descriptor */
	bool is_stopped;
	int64_t log_read_ms, told_ms; /* monotonic */
	struct desk_tally tally;      /* before the tidying */
	struct score score;
	unsigned compared, differences, left_open;
};

static int64_t mono_ms(void)
{
	return clock_system.mono_us(&clock_system) / 1000;
}

static int take_answer(const char *path, struct client_answer *answer, long *status_r,
		       json_t **doc_r, struct err *err)
{
	*status_r = answer->status;
	*doc_r = json_loads(answer->body, 0, NULL);
	xfree(answer->body);
	if (*doc_r == NULL && answer->status < 400)
		return err_set(err, ERR_IO, "%.60s: the answer is no JSON", path);
	return 0;
}

int simulate_ask(struct client *client, const char *path, const char *body, long *status_r,
		 json_t **doc_r, struct err *err)
{
	struct client_answer answer;

	if (client_ask(client, path, body, &answer, err) < 0)
		return -1;
	return take_answer(path, &answer, status_r, doc_r, err);
}

int simulate_put(struct client *client, const char *path, const char *body, long *status_r,
		 json_t **doc_r, struct err *err)
{
	struct client_answer answer;

	if (client_put(client, path, body, &answer, err) < 0)
		return -1;
	return take_answer(path, &answer, status_r, doc_r, err);
}

/* ---- What is wanted. ---- */

static int read_number(const char *name, const char *text, int64_t least, int64_t most,
		       int64_t fallback, int64_t *value_r)
{
	char *end;

	*value_r = fallback;
	if (text == NULL)
		return 0;
	errno = 0;
	*value_r = strtoll(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	    *value_r >= least && *value_r <= most)
		return 0;
	fprintf(stderr,
		"tangi simulate: --%s %s: must be a number from %" PRId64 " to %" PRId64 "\n",
		name, text, least, most);
	return -1;
}

static int read_wish(struct wish *wish, char **words)
{
	int64_t minutes;

	wish->scenario = words[0];
	if (wish->scenario == NULL) {
		fprintf(stderr, "tangi simulate: which scenario? see --help\n");
		return -1;
	}
	if (read_number("speed", wish->speed, 1, SPEED_MAX, 1, &wish->speed_is) < 0 ||
	    read_number("seed", wish->seed, 0, INT64_MAX, 1, &wish->seed_is) < 0 ||
	    read_number("crews", wish->crews, 1, CREWS_MAX, 0, &wish->crews_is) < 0 ||
	    read_number("duration", wish->duration, 1, LENGTH_MAX, 0, &minutes) < 0)
		return -1;
	wish->length_ms = minutes * 60000;
	if (wish->is_dry || wish->accounts != NULL)
		return 0;
	fprintf(stderr, "tangi simulate: --accounts is needed, or --dry-run; see --help\n");
	return -1;
}

/* ---- Time, sockets, the log. ---- */

static void take_signal(struct play *play)
{
	struct signalfd_siginfo signal;

	if (read(play->signals, &signal, sizeof(signal)) != (ssize_t)sizeof(signal))
		return;
	if (play->is_stopped) /* asked twice: at once */
		_exit(1);
	fprintf(stderr, "tangi simulate: berhenti, dirapikan / stopping, tidying up\n");
	play->is_stopped = true;
}

static void poll_once(struct play *play, int timeout_ms)
{
	struct pollfd fds[RADIOS_MAX + 1];
	unsigned count = 0;

	if (play->crews != NULL)
		count = crews_poll(play->crews, fds, RADIOS_MAX);
	fds[count] = (struct pollfd){.fd = play->signals, .events = POLLIN};
	if (poll(fds, count + 1, timeout_ms) < 0)
		return; /* only by a signal: the next turn asks again */
	if (play->crews != NULL)
		crews_serve(play->crews, fds, mono_ms());
	if ((fds[count].revents & POLLIN) != 0)
		take_signal(play);
}

static void set_time(struct simulation *sim)
{
	sim->now_ms = (clock_system.mono_us(&clock_system) - sim->begun_us) * sim->speed / 1000;
}

static int pause_ms(const struct simulation *sim)
{
	int64_t next_ms = agenda_next_ms(&sim->agenda);
	int64_t wait_ms;

	if (next_ms == INT64_MAX)
		return POLL_MS;
	wait_ms = (next_ms - sim->now_ms) / sim->speed;
	return wait_ms < 0 ? 0 : wait_ms > POLL_MS ? POLL_MS : (int)wait_ms;
}

/* What cannot be read now is read the next time. */
static void read_log(struct play *play)
{
	struct err err;

	if (mono_ms() - play->log_read_ms < LOG_MS)
		return;
	if (compare_read_log(play->sim.people.overseer, &play->sim.fold, &err) < 0 &&
	    mono_ms() - play->told_ms >= PROGRESS_MS) {
		play->told_ms = mono_ms();
		fprintf(stderr, "tangi simulate: %s\n", err.text);
	}
	play->log_read_ms = mono_ms();
}

static void tell_progress(struct play *play)
{
	const struct simulation *sim = &play->sim;
	int64_t minute = sim->now_ms / 60000;
	struct crews_tally crews = crews_tally(play->crews);

	if (mono_ms() - play->told_ms < PROGRESS_MS)
		return;
	play->told_ms = mono_ms();
	fprintf(stderr,
		"%02" PRId64 ":%02" PRId64 "  laporan/reports %u  panggilan/calls %u  "
		"perintah/orders %u  tiba/arrived %u  eskalasi/escalations %u\n",
		minute / 60, minute % 60, play->city.acked, play->city.calls_acked,
		crews.orders, crews.arrived, sim->fold.counts.escalations);
}

static void turn(struct play *play)
{
	struct agenda_entry entry;

	set_time(&play->sim);
	while (agenda_take(&play->sim.agenda, play->sim.now_ms, &entry)) {
		entry.fn(entry.ctx, entry.number);
		/* One slow answer after the other must not make the radios silent. */
		poll_once(play, 0);
		read_log(play);
		set_time(&play->sim);
	}
	poll_once(play, pause_ms(&play->sim));
	read_log(play);
	tell_progress(play);
}

static bool is_over(struct play *play)
{
	const struct simulation *sim = &play->sim;

	if (play->is_stopped)
		return true;
	if (sim->now_ms < sim->script.length_ms)
		return false;
	return play->wish->length_ms != 0 || play->desk == NULL ||
	       sim->now_ms > sim->script.length_ms + AFTER_MS || desk_is_done(play->desk);
}

/* ---- At the end. ---- */

static unsigned count_orders(const struct play *play, const struct fold *fold, unsigned *lost_r)
{
	unsigned count = 0;

	*lost_r = 0;
	for (unsigned i = 0; i < fold->order_count; i++) {
		const struct fold_order *order = &fold->order[i];

		if (!crews_play(play->crews, order->unit))
			continue;
		count++;
		*lost_r += !crews_have_heard(play->crews, order->unit, order->dispatch_id);
	}
	return count;
}

/* Until every order is heard, or that cannot be any more. */
static void settle(struct play *play)
{
	int64_t until_ms = mono_ms() + SETTLE_MS;
	unsigned lost;

	crews_gather(play->crews);
	do {
		poll_once(play, POLL_MS);
		read_log(play);
		(void)count_orders(play, &play->sim.fold, &lost);
	} while (lost > 0 && mono_ms() < until_ms);
}

static int take_views(struct play *play, struct compare *compare_r, struct err *err)
{
	if (compare_views(compare_r, &play->sim, play->counters, err) < 0)
		return -1;
	play->compared += compare_r->compared;
	play->differences += compare_r->count;
	for (unsigned i = 0; i < compare_r->count && i < DIFFERENCES_MAX; i++)
		fprintf(stderr, "tangi simulate: beda / differs: %s\n",
			compare_r->difference[i]);
	return 0;
}

static int reckon(struct play *play, struct err *err)
{
	struct compare compare;
	struct score_of of;
	int rc = take_views(play, &compare, err);

	if (rc == 0) {
		of = (struct score_of){.fold = &compare.fold,
				       .city = &play->city,
				       .alarms = compare.alarms,
				       .is_exercise = play->sim.is_exercise,
				       .speed = play->sim.speed};
		of.orders = count_orders(play, &compare.fold, &of.orders_lost);
		score_reckon(&play->score, &of);
	}
	compare_fini(&compare);
	return rc;
}

static unsigned count_open(const struct play *play, const struct fold *fold)
{
	unsigned open = 0;

	for (unsigned i = 0; i < fold->incident_count; i++) {
		const struct fold_incident *one = fold->incident[i];

		open += fold_is_open(one) && city_sender_of(&play->city, one->id) != NULL &&
			play->sim.is_exercise;
	}
	return open;
}

/* And once more when all is closed: that is compared, too. */
static int tidy(struct play *play, struct err *err)
{
	struct simulation *sim = &play->sim;
	struct compare compare;
	int rc;

	if (play->desk == NULL)
		return 0;
	/* Of what came last, too; and what moved while it was closed is closed again. */
	for (int times = 0; times < TIDY_TIMES; times++) {
		if (compare_read_log(sim->people.overseer, &sim->fold, err) < 0)
			return -1;
		desk_tidy(play->desk);
	}
	rc = take_views(play, &compare, err);
	play->left_open =
		count_open(play, &compare.fold) + help_count(&compare.fold, sim->is_exercise);
	compare_fini(&compare);
	return rc;
}

static void print_sheet(const struct play *play, FILE *to)
{
	const struct crews_tally crews = crews_tally(play->crews);

	fprintf(to,
		"\nLembar nilai / score sheet: %s%s, benih/seed %" PRId64 ", %" PRId64 "×\n",
		play->wish->scenario, play->sim.is_exercise ? " (LATIHAN / EXERCISE)" : "",
		play->wish->seed_is, play->sim.speed);
	score_print(&play->score, to);
	fprintf(to,
		"\n  %-54s %6u\n  %-54s %6u\n  %-54s %6u\n  %-54s %6u / %u\n"
		"  %-54s %6" PRId64 "\n",
		"Regu / crews", crews.crews, "Perintah berulang, diabaikan / repeats dropped",
		crews.repeats, "Regu diam, diganti / silent crews replaced", play->tally.silent,
		"Beda dengan log / differs from the log", play->differences, play->compared,
		"Terlambat paling lama, detik kota / late at most", play->city.late_ms / 1000);
	if (play->left_open > 0)
		fprintf(to, "  %-54s %6u\n", "Tidak bisa ditutup / could not be closed",
			play->left_open);
}

static void write_sheet(const struct play *play, struct jsonw *w)
{
	const struct crews_tally crews = crews_tally(play->crews);

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "scenario", play->wish->scenario);
	jsonw_int(w, "seed", play->wish->seed_is);
	jsonw_int(w, "speed", play->sim.speed);
	jsonw_bool(w, "exercise", play->sim.is_exercise);
	jsonw_bool(w, "stopped", play->is_stopped);
	jsonw_decimal(w, "city_s", play->sim.now_ms, 3);
	jsonw_decimal(w, "late_s", play->city.late_ms, 3);
	score_write(&play->score, w);
	jsonw_int(w, "crews", crews.crews);
	jsonw_int(w, "orders_heard", crews.orders);
	jsonw_int(w, "recalls_heard", crews.recalls);
	jsonw_int(w, "repeats", crews.repeats);
	jsonw_int(w, "confirmed", crews.confirmed);
	jsonw_int(w, "accepted", crews.accepted);
	jsonw_int(w, "declined", crews.declined);
	jsonw_int(w, "arrived", crews.arrived);
	jsonw_int(w, "cleared", crews.cleared);
	jsonw_int(w, "silent", play->tally.silent);
	jsonw_int(w, "short_of", play->tally.short_of);
	jsonw_int(w, "refused_actions", play->tally.refused);
	jsonw_int(w, "refused_reports", play->city.refused);
	jsonw_int(w, "retried", play->city.retried);
	jsonw_int(w, "compared", play->compared);
	jsonw_int(w, "differences", play->differences);
	jsonw_int(w, "left_open", play->left_open);
	jsonw_close(w, '}');
}

static int save_sheet(const struct play *play, struct err *err)
{
	const char *path = play->wish->report;
	struct jsonw w;
	FILE *file;
	int rc = 0;

	if (path == NULL)
		return 0;
	file = fopen(path, "we");
	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	jsonw_init(&w, 4096);
	write_sheet(play, &w);
	fprintf(file, "%s\n", jsonw_text(&w));
	jsonw_fini(&w);
	if (fclose(file) != 0)
		rc = err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	return rc;
}

/* Nothing was lost, and what is shown is what was. */
static bool is_well(const struct play *play)
{
	const struct score *score = &play->score;

	return play->differences == 0 && score->unalarmed == 0 && score->orders_lost == 0 &&
	       play->left_open == 0 && play->city.refused == 0 &&
	       (play->is_stopped ||
		(score->reports == score->reports_acked && score->calls == score->calls_acked));
}

/* ---- From the beginning to the end. ---- */

static int find_head(struct play *play, struct err *err)
{
	struct simulation *sim = &play->sim;
	json_auto_t *doc = NULL;
	long status;

	if (simulate_ask(sim->people.overseer, "/v1/events?after=0&limit=1", NULL, &status,
			 &doc, err) < 0)
		return -1;
	if (status != 200)
		return err_set(err, ERR_IO, "the bridge says %ld to the supervisor", status);
	sim->from_seq = sim->fold.seq =
		(uint64_t)json_integer_value(json_object_get(doc, "seq"));
	return compare_counters(sim->people.overseer, &play->counters, err);
}

/* In earnest only where nobody can take it for that. */
static int check_demo(const struct play *play, struct err *err)
{
	json_auto_t *doc = NULL;
	long status;

	if (play->sim.is_exercise)
		return 0;
	if (simulate_ask(play->sim.people.overseer, "/readyz", NULL, &status, &doc, err) < 0)
		return -1;
	if (json_is_true(json_object_get(doc, "demo")))
		return 0;
	return err_set(err, ERR_INVALID,
		       "--for-real: that bridge is no demo; without it all is an exercise");
}

static int wait_for_radios(struct play *play, struct err *err)
{
	int64_t until_ms = mono_ms() + UP_MS;

	while (!crews_are_up(play->crews, err)) {
		if (play->is_stopped || mono_ms() > until_ms)
			return -1;
		poll_once(play, POLL_MS);
	}
	return 0;
}

static int begin(struct play *play, struct err *err)
{
	struct simulation *sim = &play->sim;
	struct id_gen ids = {0};

	if (people_open(&sim->people, play->wish->accounts, play->wish->url, err) < 0 ||
	    check_demo(play, err) < 0 || find_head(play, err) < 0 ||
	    crews_open(&play->crews, sim, (unsigned)play->wish->crews_is, err) < 0 ||
	    wait_for_radios(play, err) < 0)
		return -1;
	id_next(&ids, 'M', clock_system.wall_ms(&clock_system), sim->run);
	city_init(&play->city, sim);
	if (!play->wish->is_without_desk)
		play->desk = desk_new(sim, &play->city);
	sim->begun_us = clock_system.mono_us(&clock_system);
	play->told_ms = mono_ms();
	return 0;
}

static int run(struct play *play, struct err *err)
{
	if (begin(play, err) < 0)
		return -1;
	while (!is_over(play))
		turn(play);
	settle(play);
	if (play->desk != NULL)
		play->tally = desk_tally(play->desk);
	if (reckon(play, err) < 0 || tidy(play, err) < 0)
		return -1;
	print_sheet(play, stdout);
	return save_sheet(play, err);
}

static int open_signals(void)
{
	sigset_t set;

	(void)sigemptyset(&set);
	(void)sigaddset(&set, SIGINT);
	(void)sigaddset(&set, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	return signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
}

static int play_it(struct play *play, struct err *err)
{
	int rc;

	play->signals = open_signals();
	rc = run(play, err);
	desk_free(&play->desk);
	crews_close(&play->crews);
	city_fini(&play->city);
	people_close(&play->sim.people);
	fold_fini(&play->sim.fold);
	json_decref(play->counters);
	(void)close(play->signals); /* nothing was written to it */
	return rc < 0 ? -1 : is_well(play) ? 0 : 1;
}

static int load(struct play *play, struct err *err)
{
	const struct wish *wish = play->wish;

	if (rules_load(&play->rules, wish->config, err) < 0)
		return -1;
	if (scenario_load(&play->scenario, wish->config, wish->scenario, play->rules, err) < 0)
		return -1;
	script_draw(&play->sim.script, &play->scenario, play->rules, play->sim.seed,
		    wish->length_ms);
	return 0;
}

static int do_it(struct play *play, struct err *err)
{
	if (load(play, err) < 0)
		return -1;
	if (!play->wish->is_dry)
		return play_it(play, err);
	script_print(&play->sim.script, stdout);
	return fflush(stdout) == 0 ? 0 : err_set(err, ERR_IO, "%s", strerror(errno));
}

int cmd_simulate(int argc, char **argv)
{
	struct wish wish = {.config = NULL};
	struct play play = {.wish = &wish};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc >= 0)
		return rc;
	if (read_wish(&wish, words) < 0)
		return 2;
	agenda_init(&play.sim.agenda);
	play.sim.speed = wish.speed_is;
	play.sim.seed = (uint64_t)wish.seed_is;
	play.sim.is_exercise = !wish.is_for_real;
	rc = do_it(&play, &err);
	if (rc < 0)
		fprintf(stderr, "tangi simulate: %s\n", err.text);
	script_fini(&play.sim.script);
	agenda_fini(&play.sim.agenda);
	scenario_fini(&play.scenario);
	rules_free(&play.rules);
	return rc == 0 ? 0 : 1;
}
