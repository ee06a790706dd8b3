#include "core/actions.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/areas.h"
#include "core/neighbours.h"
#include "core/rising.h"
#include "core/routing.h"
#include "core/rules.h"
#include "model/paper.h"

#define AHEAD_MS 60000 /* by how much a device's clock may be ahead */

struct actions {
	struct store *store;
	const struct rules *rules;
	const struct clock *clock;
	struct metrics *metrics;
	unsigned open_count;
	bool is_stopped;
};

/* One command on its way to the store and back. */
struct decision {
	struct store_request request;
	struct actions *actions;
	struct command *command;
	struct escalation_policy *escalation;
	action_done_fn *done;
	void *ctx;
};

/* The same of a clearing, of a call that is owed, of a change of duty, of a shift that is taken
 * over. */
struct wish {
	struct store_request request;
	struct actions *actions;
	struct clearing *clearing; /* one of them */
	struct call_back_word *call_back;
	struct duty_change *duty;
	struct escalation_policy *escalation;
	struct hand_over *hand_over;
	kept_done_fn *done;
	void *ctx;
};

struct actions *actions_new(struct store *store, const struct rules *rules,
			    const struct clock *clock, struct metrics *metrics)
{
	struct actions *actions = xcalloc(1, sizeof(*actions));

	*actions = (struct actions){
		.store = store, .rules = rules, .clock = clock, .metrics = metrics};
	return actions;
}

void actions_free(struct actions **actions)
{
	struct actions *mine = *actions;

	*actions = NULL;
	if (mine == NULL)
		return;
	if (mine->open_count != 0)
		panic("actions: freed with %u unanswered", mine->open_count);
	xfree(mine);
}

void actions_set_rules(struct actions *actions, const struct rules *rules)
{
	actions->rules = rules;
}

void actions_stop(struct actions *actions)
{
	actions->is_stopped = true;
}

unsigned actions_open_count(const struct actions *actions)
{
	return actions->open_count;
}

unsigned action_status(enum store_answer answer)
{
	static const unsigned status[] = {
		[STORE_STORED] = 200,   [STORE_REPEATED] = 200, [STORE_NOT_FOUND] = 404,
		[STORE_CONFLICT] = 409, [STORE_REFUSED] = 422,  [STORE_LATER] = 503,
	};

	return status[answer];
}

static void answered(struct store_request *request)
{
	struct decision *decision = request->ctx;
	bool is_kept = request->answer <= STORE_REPEATED;
	struct action_answer answer = {
		.answer = request->answer,
		.err = is_kept || request->answer == STORE_NOT_FOUND ? NULL : &request->err,
		.seq = request->seq,
		.version = request->version,
		.incident_id = decision->command->incident_id,
		.current = request->answer == STORE_CONFLICT ? request->body : NULL,
	};

	decision->actions->open_count--;
	decision->done(decision->ctx, &answer);
	buf_unref(&request->body);
	command_free(&decision->command);
	escalation_policy_unref(&decision->escalation);
	xfree(decision);
}

static void fill_in(const struct actions *actions, struct command *command,
		    const struct principal *who)
{
	snprintf(command->by, sizeof(command->by), "%s", who->name);
	command->viewer = principal_viewer(who);
	command->acts_for = principal_acts_for(who, rules_agencies(actions->rules));
	command->at_ms = actions->clock->wall_ms(actions->clock);
	command->guards = *rules_guards(actions->rules);
	command_name_dated(command);
}

static int look_up_category(const struct actions *actions, struct command *command,
			    struct err *err)
{
	const struct category *category;

	if (command->category[0] == '\0')
		return 0;
	category = rules_category(actions->rules, command->category);
	if (category == NULL)
		return err_field(err, "category", "is not in this city's taxonomy");
	command->category_priority = priority_of_severity(category->severity);
	return 0;
}

/* Who goes with the same people: more than fit units.tsv does not have. */
static void look_up_mates(const struct actions *actions, const struct unit *unit,
			  struct command_unit *sent)
{
	for (unsigned i = 0; i < rules_unit_count(actions->rules); i++) {
		const struct unit *other = rules_unit(actions->rules, i);

		if (other != unit && units_share_crew(other, unit) &&
		    sent->mate_count < CREW_MATES_MAX)
			memcpy(sent->mate[sent->mate_count++], other->id, UNIT_SIZE);
	}
}

/* Whose they are. One may name units in a list, or one unit. */
static int look_up_units(const struct actions *actions, struct command *command,
			 struct err *err)
{
	for (unsigned i = 0; i < command->unit_count; i++) {
		const struct unit *unit = rules_find_unit(actions->rules, command->unit[i].id);
		char field[24];

		snprintf(field, sizeof(field), "units[%u]", i);
		if (unit == NULL)
			return err_field(err,
					 command->action == ACTION_ASSIGN ||
							 command->action == ACTION_CANCEL
						 ? field
						 : "unit",
					 "%s is no unit of this city", command->unit[i].id);
		command->unit[i].agency = unit->agency;
		if (command->action == ACTION_ASSIGN)
			look_up_mates(actions, unit, &command->unit[i]);
	}
	return 0;
}

static int look_up_neighbour(const struct actions *actions, const struct command *command,
			     struct err *err)
{
	if (command->neighbour[0] != '\0' &&
	    neighbours_find(rules_neighbours(actions->rules), command->neighbour) == NULL)
		return err_field(err, "to",
				 "is neither an agency of this city nor a neighbour");
	return 0;
}

/* What can be said of a command without its incident. */
static int check(const struct actions *actions, struct command *command, struct err *err)
{
	if (command->is_from_paper &&
	    paper_check("happened_at", command->happened_ms, command->at_ms, err) < 0)
		return -1;
	if (command->happened_ms > command->at_ms + AHEAD_MS)
		return err_field(err, "at", "is in the future");
	if (look_up_category(actions, command, err) < 0 ||
	    look_up_units(actions, command, err) < 0 ||
	    look_up_neighbour(actions, command, err) < 0)
		return -1;
	if (command->action == ACTION_RELOCATE)
		locate(actions->rules, &command->location, "", 0, &command->location);
	if (command->action == ACTION_RELOCATE || command->action == ACTION_RECLASSIFY)
		command->routes = rules_routes(actions->rules);
	return 0;
}

static void hand_back(struct decision *decision, enum store_answer answer)
{
	decision->request.answer = answer;
	store_hand_back(decision->actions->store, &decision->request);
}

static struct decision *decide(struct actions *actions, struct command **command,
			       int64_t begun_us, action_done_fn *done, void *ctx)
{
	struct decision *decision = xcalloc(1, sizeof(*decision));

	*decision = (struct decision){
		.request = {.op = STORE_COMMAND,
			    .in.command = *command,
			    .begun_us = begun_us,
			    .done = answered,
			    .ctx = decision},
		.actions = actions,
		.command = *command,
		.escalation = rules_escalation(actions->rules),
		.done = done,
		.ctx = ctx,
	};
	decision->request.escalation = decision->escalation;
	*command = NULL;
	actions->open_count++;
	return decision;
}

void actions_submit(struct actions *actions, struct command **command,
		    const struct principal *who, int64_t begun_us, action_done_fn *done,
		    void *ctx)
{
	struct decision *decision = decide(actions, command, begun_us, done, ctx);
	struct store_request *request = &decision->request;

	fill_in(actions, decision->command, who);
	request->at_ms = decision->command->at_ms;
	request->callers = *rules_callers(actions->rules);
	if (actions->is_stopped) {
		(void)err_set(&request->err, ERR_BUSY, "the bridge is stopping");
		hand_back(decision, STORE_LATER);
	} else if (check(actions, decision->command, &request->err) < 0) {
		hand_back(decision, STORE_REFUSED);
	} else {
		store_submit(actions->store, request);
	}
}

static void send(struct actions *actions, struct store_request *request)
{
	if (actions->is_stopped) {
		(void)err_set(&request->err, ERR_BUSY, "the bridge is stopping");
		request->answer = STORE_LATER;
		store_hand_back(actions->store, request);
	} else {
		store_submit(actions->store, request);
	}
}

static void kept(struct store_request *request)
{
	struct wish *wish = request->ctx;
	bool is_kept = request->answer <= STORE_REPEATED;
	struct kept_answer answer = {
		.answer = request->answer,
		.err = is_kept || request->answer == STORE_NOT_FOUND ? NULL : &request->err,
		.body = is_kept ? request->body : NULL,
		.current = request->answer == STORE_CONFLICT ? request->body : NULL,
	};

	wish->actions->open_count--;
	wish->done(wish->ctx, &answer);
	buf_unref(&request->body);
	clearing_free(&wish->clearing);
	call_back_word_free(&wish->call_back);
	escalation_policy_unref(&wish->escalation);
	hand_over_free(&wish->hand_over);
	xfree(wish->duty);
	xfree(wish);
}

static struct wish *wish_to_clear(struct actions *actions, struct clearing **clearing,
				  int64_t begun_us, kept_done_fn *done, void *ctx)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	*wish = (struct wish){
		.request = {.op = STORE_CLEARING,
			    .in.clearing = *clearing,
			    .callers = *rules_callers(actions->rules),
			    .at_ms = actions->clock->wall_ms(actions->clock),
			    .begun_us = begun_us,
			    .done = kept,
			    .ctx = wish},
		.actions = actions,
		.clearing = *clearing,
		.done = done,
		.ctx = ctx,
	};
	*clearing = NULL;
	actions->open_count++;
	return wish;
}

void clearings_submit(struct actions *actions, struct clearing **clearing,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx)
{
	struct wish *wish = wish_to_clear(actions, clearing, begun_us, done, ctx);
	struct store_request *request = &wish->request;

	snprintf(wish->clearing->by, USER_SIZE, "%s", who->name);
	send(actions, request);
}

static struct wish *wish_to_call(struct actions *actions, struct call_back_word **word,
				 int64_t begun_us, kept_done_fn *done, void *ctx)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	*wish = (struct wish){.request = {.op = STORE_CALL_BACK,
					  .in.call_back = *word,
					  .callers = *rules_callers(actions->rules),
					  .at_ms = actions->clock->wall_ms(actions->clock),
					  .begun_us = begun_us,
					  .done = kept,
					  .ctx = wish},
			      .actions = actions,
			      .call_back = *word,
			      .escalation = rules_escalation(actions->rules),
			      .done = done,
			      .ctx = ctx};
	wish->request.escalation = wish->escalation;
	*word = NULL;
	actions->open_count++;
	return wish;
}

void call_back_submit(struct actions *actions, struct call_back_word **word,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx)
{
	struct wish *wish = wish_to_call(actions, word, begun_us, done, ctx);

	snprintf(wish->call_back->by, USER_SIZE, "%s", who->name);
	wish->call_back->at_ms = wish->request.at_ms;
	send(actions, &wish->request);
}

static struct wish *wish_for_duty(struct actions *actions, struct duty_change **duty,
				  int64_t begun_us, kept_done_fn *done, void *ctx)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	*wish = (struct wish){.request = {.op = STORE_DUTY,
					  .in.duty = *duty,
					  .at_ms = actions->clock->wall_ms(actions->clock),
					  .begun_us = begun_us,
					  .done = kept,
					  .ctx = wish},
			      .actions = actions,
			      .duty = *duty,
			      .escalation = rules_escalation(actions->rules),
			      .done = done,
			      .ctx = ctx};
	wish->request.escalation = wish->escalation;
	*duty = NULL;
	actions->open_count++;
	return wish;
}

static int check_duty(const struct actions *actions, struct duty_change *duty,
		      const struct principal *who, struct err *err)
{
	const struct unit *unit = rules_find_unit(actions->rules, duty->unit);
	agency_set mine = principal_acts_for(who, rules_agencies(actions->rules));

	if (unit == NULL || (mine >> unit->agency & 1) == 0)
		return err_field(err, "id", "is no unit of an agency you act for");
	duty->agency = unit->agency;
	return 0;
}

void duty_submit(struct actions *actions, struct duty_change **duty,
		 const struct principal *who, int64_t begun_us, kept_done_fn *done, void *ctx)
{
	struct wish *wish = wish_for_duty(actions, duty, begun_us, done, ctx);
	struct store_request *request = &wish->request;

	snprintf(wish->duty->by, USER_SIZE, "%s", who->name);
	duty_name_dated(wish->duty);
	if (wish->duty->at_ms == 0)
		wish->duty->at_ms = request->at_ms;
	if (check_duty(actions, wish->duty, who, &request->err) < 0) {
		request->answer = STORE_REFUSED;
		store_hand_back(actions->store, request);
	} else {
		send(actions, request);
	}
}

static struct wish *wish_to_sign(struct actions *actions, struct hand_over **hand_over,
				 int64_t begun_us, kept_done_fn *done, void *ctx)
{
	struct wish *wish = xcalloc(1, sizeof(*wish));

	*wish = (struct wish){.request = {.op = STORE_HAND_OVER,
					  .in.hand_over = *hand_over,
					  .at_ms = actions->clock->wall_ms(actions->clock),
					  .begun_us = begun_us,
					  .done = kept,
					  .ctx = wish},
			      .actions = actions,
			      .hand_over = *hand_over,
			      .done = done,
			      .ctx = ctx};
	*hand_over = NULL;
	actions->open_count++;
	return wish;
}

/* Nobody hands over to themselves. */
static int check_hand_over(const struct actions *actions, const struct hand_over *hand_over,
			   const struct principal *who, struct err *err)
{
	if (!principal_has_desk(who, hand_over->desk, rules_agencies(actions->rules)))
		return err_field(err, "agency", "is no desk of yours");
	if (strcmp(hand_over->from, who->name) == 0)
		return err_field(err, "from", "is who takes over: another one hands over");
	return 0;
}

void hand_over_submit(struct actions *actions, struct hand_over **hand_over,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx)
{
	struct wish *wish = wish_to_sign(actions, hand_over, begun_us, done, ctx);
	struct store_request *request = &wish->request;

	snprintf(wish->hand_over->by, USER_SIZE, "%s", who->name);
	wish->hand_over->viewer = principal_viewer(who);
	wish->hand_over->at_ms = request->at_ms;
	if (check_hand_over(actions, wish->hand_over, who, &request->err) < 0) {
		request->answer = STORE_REFUSED;
		store_hand_back(actions->store, request);
	} else {
		send(actions, request);
	}
}
