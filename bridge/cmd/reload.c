/* New rules and settings beside the old, whole or not at all.
 *
 * Reading and checking them takes some 30 ms of disk and processor, in which consoles and
 * callers must not stand still: it is done on a thread that knows nothing but the folder, and
 * its result comes to the loop by a mailbox. */
#include <pthread.h>
#include <string.h>

#include "base/log.h"
#include "base/mailbox.h"
#include "base/xalloc.h"
#include "cmd/bridge.h"
#include "core/whereabouts.h"

struct attempt {
	struct list letter;
	struct reload *reload;
	struct settings *settings; /* both, or err */
	struct rules *rules;
	struct similar_rules *similar; /* NULL: nothing is learnt */
	struct err err;
};

struct reload {
	struct bridge *bridge;
	struct mailbox box;
	pthread_t thread;
	bool is_running;
	bool is_wanted; /* again, when the one that runs is done */
};

static void free_attempt(struct attempt *attempt)
{
	settings_free(&attempt->settings);
	similar_free(&attempt->similar);
	rules_free(&attempt->rules);
	xfree(attempt);
}

static void *read_folder(void *ctx)
{
	struct attempt *attempt = ctx;
	const struct settings_place *place =
		&attempt->reload->bridge->place; /* never changes */

	(void)pthread_setname_np(pthread_self(), "reload");
	if (settings_load(&attempt->settings, place, &attempt->err) == 0 &&
	    (rules_load(&attempt->rules, place->dir, &attempt->err) < 0 ||
	     similar_load(&attempt->similar, place->dir, attempt->rules, &attempt->err) < 0))
		settings_free(&attempt->settings);
	mailbox_put(&attempt->reload->box, &attempt->letter);
	return NULL;
}

/* Numbers of agencies are on their way through store and sinks. */
static int check_agencies(const struct bridge *bridge, const struct rules *rules,
			  struct err *err)
{
	const struct agencies *new = rules_agencies(rules), *old = &bridge->agencies;

	if (new->count != old->count)
		return err_set(err, ERR_INVALID,
			       "agencies.tsv: has other agencies; that needs a restart");
	for (unsigned i = 0; i < new->count; i++)
		if (strcmp(new->agency[i].id, old->agency[i].id) != 0)
			return err_set(err, ERR_INVALID,
				       "agencies.tsv: %s is now %s; that needs a restart",
				       old->agency[i].id, new->agency[i].id);
	return 0;
}

static void name_restarts(const struct settings *old, const struct settings *new)
{
	for (const struct option *o = settings_table; o->key != NULL; o++)
		if (!settings_is_reloadable(o) && !config_is_same(o, old, new))
			log_warn("serve.reload.restart", "key=%s needs=restart", o->key);
}

/* What is known was read by the old rules: it is read again. */
static void swap_joining(struct bridge *bridge, struct attempt *attempt)
{
	similar_free(&bridge->similar);
	bridge->similar = attempt->similar;
	attempt->similar = NULL;
	joining_set_rules(bridge->joining, bridge->rules, bridge->similar,
			  &attempt->settings->joining);
	joining_fill(bridge->joining, NULL, NULL);
}

static void swap_rules(struct bridge *bridge, struct rules **rules)
{
	struct rules *old = bridge->rules;

	bridge->rules = *rules;
	*rules = NULL;
	intake_set_rules(bridge->intake, bridge->rules);
	actions_set_rules(bridge->actions, bridge->rules);
	watch_set_rules(bridge->watch, bridge->rules);
	outbox_set_rules(bridge->outbox, bridge->rules);
	call_backs_set_rules(bridge->call_backs, bridge->rules);
	command_desk_set_rules(bridge->command_desk, bridge->rules);
	whereabouts_set_rules(bridge->whereabouts, bridge->rules);
	if (bridge->mqtt != NULL)
		mqtt_set_rules(bridge->mqtt, bridge->rules);
	api_set_rules(bridge->api, bridge->rules);
	if (bridge->shifts != NULL)
		shifts_set_rules(bridge->shifts, bridge->rules);
	if (bridge->paper != NULL)
		paper_set_rules(bridge->paper, bridge->rules);
	bridge_show_units(bridge);
	rules_free(&old);
}

static void take_up(struct bridge *bridge, struct attempt *attempt)
{
	struct err *err = &attempt->err;

	if (attempt->settings == NULL || check_agencies(bridge, attempt->rules, err) < 0) {
		log_error("serve.reload.refused", "nothing_has_changed error=%s",
			  log_quote(err->text, strlen(err->text)).text);
		return;
	}
	name_restarts(bridge->settings, attempt->settings);
	log_set_level(settings_log_level(attempt->settings));
	swap_rules(bridge, &attempt->rules);
	swap_joining(bridge, attempt);
	log_info("serve.reloaded", "rules=%s", rules_version(bridge->rules));
}

static void poll_box(void *ctx)
{
	struct reload *reload = ctx;
	struct list letters, *letter;

	list_init(&letters);
	if (!mailbox_take_all(&reload->box, &letters))
		return;
	(void)pthread_join(reload->thread, NULL); /* putting it in was its last act */
	reload->is_running = false;
	while ((letter = list_take(&letters)) != NULL) {
		struct attempt *attempt = LIST_ITEM(letter, struct attempt, letter);

		take_up(reload->bridge, attempt);
		free_attempt(attempt);
	}
	if (reload->is_wanted)
		reload_begin(reload->bridge);
}

void reload_open(struct bridge *bridge)
{
	struct reload *reload = xcalloc(1, sizeof(*reload));

	reload->bridge = bridge;
	mailbox_init(&reload->box, loop_wake, bridge->loop);
	loop_add_poller(bridge->loop, poll_box, reload);
	bridge->reload = reload;
}

void reload_begin(struct bridge *bridge)
{
	struct reload *reload = bridge->reload;
	struct attempt *attempt;
	int status;

	reload->is_wanted = reload->is_running;
	if (reload->is_running || bridge->drain.phase != DRAIN_NOT)
		return;
	attempt = xcalloc(1, sizeof(*attempt));
	attempt->reload = reload;
	status = pthread_create(&reload->thread, NULL, read_folder, attempt);
	if (status != 0) {
		log_error("serve.reload.refused", "error=%s", strerror(status));
		free_attempt(attempt);
		return;
	}
	reload->is_running = true;
}

void reload_close(struct bridge *bridge)
{
	struct reload *reload = bridge->reload;
	struct list letters, *letter;

	bridge->reload = NULL;
	if (reload == NULL)
		return;
	if (reload->is_running)
		(void)pthread_join(reload->thread, NULL); /* cannot fail: it is ours */
	list_init(&letters);
	(void)mailbox_take_all(&reload->box, &letters);
	while ((letter = list_take(&letters)) != NULL)
		free_attempt(LIST_ITEM(letter, struct attempt, letter));
	mailbox_fini(&reload->box);
	xfree(reload);
}
