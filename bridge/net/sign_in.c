#include "net/sign_in.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/list.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/accounts_file.h"
#include "core/sessions.h"
#include "net/guesses.h"
#include "net/workers.h"

#define REFRESH_MS    1000
#define RETRY_AFTER_S 2

struct attempt {
	struct turn turn;
	struct work work;
	struct sign_in *sign_in;
	char user[USER_SIZE];
	char *password;
	char hash[HASH_SIZE];
	uint64_t who, place; /* to the guesses: name and address, and the address alone */
	bool is_right;
	sign_in_done_fn *done;
	void *ctx;
};

/* Of sessions.json; one at a time. */
struct saving {
	struct work work;
	struct sign_in *sign_in;
	struct buf *text; /* NULL: nothing is being written */
	struct err err;
	int rc;
	struct log_repeat repeat;
};

struct sign_in {
	struct loop *loop;
	const struct clock *clock;
	struct accounts *accounts;
	struct metrics *metrics;
	struct accounts_watcher watcher;
	struct workers *workers;
	struct guesses guesses;
	struct list line; /* of attempts, all, by turn.node */
	unsigned tried;
	struct loop_timer next, refresh;
	struct saving saving;
	struct log_repeat wrong;
	bool is_closing;
};

static int64_t now_us(const struct sign_in *sign_in)
{
	return sign_in->clock->mono_us(sign_in->clock);
}

/* Sessions, to the disk. */

static void save_sessions(struct sign_in *sign_in);

static void write_sessions(struct work *work)
{
	struct saving *saving = LIST_ITEM(work, struct saving, work);

	saving->rc = sessions_write(accounts_dir(saving->sign_in->accounts), saving->text,
				    &saving->err);
}

static void sessions_written(struct work *work)
{
	struct saving *saving = LIST_ITEM(work, struct saving, work);
	struct sign_in *sign_in = saving->sign_in;

	buf_unref(&saving->text);
	if (saving->rc < 0) {
		accounts_not_saved(sign_in->accounts); /* the next refresh tries again */
		if (log_repeat_due(&saving->repeat, now_us(sign_in) / 1000))
			log_error("sessions.save", "why=%s",
				  log_quote(saving->err.text, strlen(saving->err.text)).text);
		return;
	}
	if (log_repeat_over(&saving->repeat))
		log_info("sessions.save", "works=again");
	save_sessions(sign_in);
}

static void save_sessions(struct sign_in *sign_in)
{
	struct saving *saving = &sign_in->saving;

	if (saving->text != NULL || sign_in->is_closing)
		return; /* afterwards; closing the accounts writes the last */
	saving->text = accounts_take_unsaved(sign_in->accounts);
	if (saving->text != NULL)
		workers_give(sign_in->workers, &saving->work);
}

static void accounts_changed(struct accounts_watcher *watcher)
{
	save_sessions(LIST_ITEM(watcher, struct sign_in, watcher));
}

static void refresh(void *ctx)
{
	struct sign_in *sign_in = ctx;

	accounts_refresh(sign_in->accounts);
	save_sessions(sign_in);
}

/* Answers. */

static void forget_password(struct attempt *attempt)
{
	if (attempt->password != NULL)
		secret_wipe(attempt->password, strlen(attempt->password));
	xfree(attempt->password);
	attempt->password = NULL;
}

static void answer(struct attempt *attempt, struct sign_in_result *result)
{
	struct sign_in *sign_in = attempt->sign_in;

	if (result->answer != SIGN_IN_WELCOME)
		metrics_add(sign_in->metrics, METRIC_SIGN_IN_FAILURES, 1);
	list_remove(&attempt->turn.node);
	forget_password(attempt);
	attempt->done(attempt->ctx, result);
	secret_wipe(result, sizeof(*result));
	xfree(attempt);
}

static void refuse(struct attempt *attempt)
{
	struct sign_in_result result = {.answer = SIGN_IN_BUSY, .retry_after_s = RETRY_AFTER_S};

	answer(attempt, &result);
}

/* Never the name: people type their password there. */
static void wrong(struct attempt *attempt)
{
	struct sign_in *sign_in = attempt->sign_in;
	struct sign_in_result result = {.answer = SIGN_IN_WRONG};

	guesses_was_wrong(&sign_in->guesses, attempt->who, now_us(sign_in));
	if (log_repeat_due(&sign_in->wrong, now_us(sign_in) / 1000))
		log_warn("sign_in.wrong", "count=%lu address=%s", sign_in->wrong.count,
			 log_quote(attempt->turn.address, strlen(attempt->turn.address)).text);
	answer(attempt, &result);
}

/* The password that was right may be another by now. */
static bool is_still_right(const struct attempt *attempt)
{
	char hash[HASH_SIZE];

	accounts_hash_of(attempt->sign_in->accounts, attempt->user, hash);
	return attempt->is_right && strcmp(hash, attempt->hash) == 0;
}

static void step(void *ctx);

static void tried(struct work *work)
{
	struct attempt *attempt = LIST_ITEM(work, struct attempt, work);
	struct sign_in *sign_in = attempt->sign_in;
	struct sign_in_result result = {.answer = SIGN_IN_WELCOME};

	sign_in->tried--;
	if (is_still_right(attempt) &&
	    accounts_begin_session(sign_in->accounts, attempt->user, result.session,
				   result.csrf, &result.principal)) {
		guesses_was_right(&sign_in->guesses, attempt->who);
		guesses_was_right(&sign_in->guesses, attempt->place);
		save_sessions(sign_in);
		answer(attempt, &result);
	} else {
		wrong(attempt);
	}
	step(sign_in);
}

/* On a thread of its own. */
static void try_password(struct work *work)
{
	struct attempt *attempt = LIST_ITEM(work, struct attempt, work);

	attempt->is_right = password_is(attempt->password, attempt->hash);
	forget_password(attempt);
}

/* Who is next. */

static struct attempt *attempt_at(struct list *node)
{
	return LIST_ITEM(LIST_ITEM(node, struct turn, node), struct attempt, turn);
}

static void begin(struct attempt *attempt)
{
	struct sign_in *sign_in = attempt->sign_in;

	accounts_hash_of(sign_in->accounts, attempt->user, attempt->hash);
	attempt->turn.state = TURN_TRIED;
	sign_in->tried++;
	workers_give(sign_in->workers, &attempt->work);
}

/* Milliseconds until something is to be done; -1: nothing, unless something else happens. */
static int64_t rest_ms(const struct sign_in *sign_in)
{
	int64_t now = now_us(sign_in), rest = -1;

	for (struct list *n = sign_in->line.next; n != &sign_in->line; n = n->next) {
		const struct turn *turn = &attempt_at(n)->turn;
		int64_t its = turn->state == TURN_REFUSED || turn->begin_us <= now
				      ? 0
				      : (turn->begin_us - now) / 1000 + 1;

		if (turn->state == TURN_TRIED ||
		    (turn->state == TURN_WAITS && sign_in->tried == SIGN_IN_AT_ONCE))
			continue;
		if (rest < 0 || its < rest)
			rest = its;
	}
	return rest;
}

static void arm(struct sign_in *sign_in)
{
	int64_t rest = rest_ms(sign_in);

	if (rest < 0 || sign_in->is_closing)
		loop_timer_stop(&sign_in->next);
	else
		loop_timer_start(sign_in->loop, &sign_in->next, rest, 0, step, sign_in);
}

static void refuse_some(struct sign_in *sign_in)
{
	struct list *n, *next;

	for (n = sign_in->line.next; n != &sign_in->line; n = next) {
		next = n->next;
		if (attempt_at(n)->turn.state == TURN_REFUSED)
			refuse(attempt_at(n));
	}
}

static void step(void *ctx)
{
	struct sign_in *sign_in = ctx;
	struct turn *turn;

	refuse_some(sign_in);
	while (sign_in->tried < SIGN_IN_AT_ONCE &&
	       (turn = turns_next(&sign_in->line, now_us(sign_in))) != NULL)
		begin(LIST_ITEM(turn, struct attempt, turn));
	arm(sign_in);
}

static enum standing standing_of(const struct sign_in *sign_in, const struct attempt *attempt)
{
	if (guesses_knows(&sign_in->guesses, attempt->who))
		return STANDING_PERSON;
	return guesses_knows(&sign_in->guesses, attempt->place) ? STANDING_PLACE
								: STANDING_STRANGER;
}

static void identify(struct attempt *attempt, const char *user, const char *address)
{
	struct guesses *guesses = &attempt->sign_in->guesses;
	struct turn *turn = &attempt->turn;

	(void)account_name_read(user, attempt->user); /* "" is nobody */
	snprintf(turn->address, sizeof(turn->address), "%s", address);
	turn->network = turn_network(turn->address);
	attempt->who = guesses_who(guesses, attempt->user, turn->address);
	attempt->place = guesses_who(guesses, "", turn->address);
	turn->standing = standing_of(attempt->sign_in, attempt);
}

static void admit(struct attempt *attempt, const char *password)
{
	struct sign_in *sign_in = attempt->sign_in;
	size_t len = strnlen(password, PASSWORD_MAX_LEN + 1);

	attempt->turn.begin_us =
		guesses_begin(&sign_in->guesses, attempt->who, now_us(sign_in));
	/* Nobody has one so long; it is tried all the same, so that it takes as long. */
	attempt->password = xstrndup(password, len <= PASSWORD_MAX_LEN ? len : 0);
}

void sign_in_try(struct sign_in *sign_in, const char *user, const char *password,
		 const char *address, sign_in_done_fn *done, void *ctx)
{
	struct attempt *attempt = xcalloc(1, sizeof(*attempt));

	*attempt = (struct attempt){
		.work = {.run = try_password, .done = tried},
		.sign_in = sign_in,
		.done = done,
		.ctx = ctx,
	};
	identify(attempt, user, address);
	turns_join(&sign_in->line, &attempt->turn);
	if (sign_in->is_closing)
		attempt->turn.state = TURN_REFUSED;
	if (attempt->turn.state == TURN_WAITS)
		admit(attempt, password);
	arm(sign_in);
}

int sign_in_open(struct sign_in **sign_in_r, struct loop *loop, struct accounts *accounts,
		 struct metrics *metrics, struct err *err)
{
	struct sign_in *sign_in = xcalloc(1, sizeof(*sign_in));

	*sign_in = (struct sign_in){
		.loop = loop,
		.clock = loop_clock(loop),
		.accounts = accounts,
		.metrics = metrics,
		.watcher = {.changed = accounts_changed},
		.saving = {.work = {.run = write_sessions, .done = sessions_written},
			   .sign_in = sign_in},
	};
	/* One more than hashes: a slow disk keeps nobody from signing in. */
	if (workers_open(&sign_in->workers, loop, SIGN_IN_AT_ONCE + 1, err) < 0) {
		xfree(sign_in);
		return -1;
	}
	guesses_init(&sign_in->guesses);
	list_init(&sign_in->line);
	accounts_watch(accounts, &sign_in->watcher);
	loop_timer_start(loop, &sign_in->refresh, REFRESH_MS, REFRESH_MS, refresh, sign_in);
	*sign_in_r = sign_in;
	return 0;
}

/* Those that no thread has; what their owners try now is refused as well. */
static void refuse_all(struct sign_in *sign_in)
{
	struct list *n, *next;

	for (n = sign_in->line.next; n != &sign_in->line; n = next) {
		next = n->next;
		if (attempt_at(n)->turn.state != TURN_TRIED)
			refuse(attempt_at(n));
	}
}

void sign_in_close(struct sign_in **sign_in)
{
	struct sign_in *mine = *sign_in;

	*sign_in = NULL;
	if (mine == NULL)
		return;
	mine->is_closing = true;
	loop_timer_stop(&mine->next);
	loop_timer_stop(&mine->refresh);
	refuse_all(mine);
	workers_close(&mine->workers);
	while (!list_is_empty(&mine->line))
		refuse_all(mine);
	accounts_unwatch(&mine->watcher);
	xfree(mine);
}
