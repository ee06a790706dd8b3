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
#define ADDRESS_SIZE  64

enum attempt_state {
	ATTEMPT_WAITS,   /* for its time, or for a thread */
	ATTEMPT_TRIED,   /* a thread has it */
	ATTEMPT_REFUSED, /* to be told so */
};

struct attempt {
	struct list node;
	struct work work;
	struct sign_in *sign_in;
	enum attempt_state state;
	char user[USER_SIZE], address[ADDRESS_SIZE];
	char *password;
	char hash[HASH_SIZE];
	uint64_t who;
	int64_t begin_us;
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
	struct list attempts; /* all, in the order they came */
	unsigned waiting, tried;
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
	list_remove(&attempt->node);
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
			 log_quote(attempt->address, strlen(attempt->address)).text);
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

static void begin(struct attempt *attempt)
{
	struct sign_in *sign_in = attempt->sign_in;

	accounts_hash_of(sign_in->accounts, attempt->user, attempt->hash);
	attempt->state = ATTEMPT_TRIED;
	sign_in->waiting--;
	sign_in->tried++;
	workers_give(sign_in->workers, &attempt->work);
}

static bool may_begin(const struct attempt *attempt)
{
	const struct sign_in *sign_in = attempt->sign_in;

	return attempt->state == ATTEMPT_WAITS && sign_in->tried < SIGN_IN_AT_ONCE &&
	       attempt->begin_us <= now_us(sign_in);
}

/* Milliseconds until something is to be done; -1: nothing, unless something else happens. */
static int64_t rest_ms(const struct sign_in *sign_in)
{
	int64_t now = now_us(sign_in), rest = -1;

	for (struct list *n = sign_in->attempts.next; n != &sign_in->attempts; n = n->next) {
		const struct attempt *attempt = LIST_ITEM(n, struct attempt, node);
		int64_t its = attempt->state == ATTEMPT_REFUSED || attempt->begin_us <= now
				      ? 0
				      : (attempt->begin_us - now) / 1000 + 1;

		if (attempt->state == ATTEMPT_TRIED ||
		    (attempt->state == ATTEMPT_WAITS && sign_in->tried == SIGN_IN_AT_ONCE))
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

static void step(void *ctx)
{
	struct sign_in *sign_in = ctx;
	struct list *n, *next;

	for (n = sign_in->attempts.next; n != &sign_in->attempts; n = next) {
		struct attempt *attempt = LIST_ITEM(n, struct attempt, node);

		next = n->next;
		if (attempt->state == ATTEMPT_REFUSED)
			refuse(attempt);
		else if (may_begin(attempt))
			begin(attempt);
	}
	arm(sign_in);
}

static bool is_room_for(const struct sign_in *sign_in, const char *address)
{
	unsigned of_address = 0;

	for (struct list *n = sign_in->attempts.next; n != &sign_in->attempts; n = n->next) {
		const struct attempt *attempt = LIST_ITEM(n, struct attempt, node);

		if (attempt->state != ATTEMPT_REFUSED && strcmp(attempt->address, address) == 0)
			of_address++;
	}
	return sign_in->waiting + sign_in->tried < SIGN_IN_MAX &&
	       of_address < SIGN_IN_PER_ADDRESS && !sign_in->is_closing;
}

static void admit(struct attempt *attempt, const char *password)
{
	struct sign_in *sign_in = attempt->sign_in;
	size_t len = strnlen(password, PASSWORD_MAX_LEN + 1);

	attempt->state = ATTEMPT_WAITS;
	sign_in->waiting++;
	attempt->who = guesses_who(&sign_in->guesses, attempt->user, attempt->address);
	attempt->begin_us = guesses_begin(&sign_in->guesses, attempt->who, now_us(sign_in));
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
		.state = ATTEMPT_REFUSED,
		.done = done,
		.ctx = ctx,
	};
	(void)account_name_read(user, attempt->user); /* "" is nobody */
	snprintf(attempt->address, sizeof(attempt->address), "%s", address);
	if (is_room_for(sign_in, attempt->address))
		admit(attempt, password);
	list_append(&sign_in->attempts, &attempt->node);
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
	list_init(&sign_in->attempts);
	accounts_watch(accounts, &sign_in->watcher);
	loop_timer_start(loop, &sign_in->refresh, REFRESH_MS, REFRESH_MS, refresh, sign_in);
	*sign_in_r = sign_in;
	return 0;
}

/* Those that no thread has; what their owners try now is refused as well. */
static void refuse_all(struct sign_in *sign_in)
{
	struct list *n, *next;

	for (n = sign_in->attempts.next; n != &sign_in->attempts; n = next) {
		struct attempt *attempt = LIST_ITEM(n, struct attempt, node);

		next = n->next;
		if (attempt->state == ATTEMPT_TRIED)
			continue;
		sign_in->waiting -= attempt->state == ATTEMPT_WAITS;
		refuse(attempt);
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
	while (!list_is_empty(&mine->attempts))
		refuse_all(mine);
	accounts_unwatch(&mine->watcher);
	xfree(mine);
}
