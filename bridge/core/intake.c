#include "core/intake.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/areas.h"
#include "core/classify.h"
#include "core/joining.h"
#include "core/rising.h"
#include "core/routing.h"
#include "core/rules.h"
#include "model/paper.h"

struct intake {
	struct store *store;
	const struct rules *rules;
	struct joining *joining; /* NULL: nothing is linked */
	json_t *sources;
	const struct clock *clock;
	struct metrics *metrics;
	struct id_gen ids;
	unsigned open_count;
	bool is_stopped;
};

/* One report or call on its way to the store and back. */
struct arrival {
	struct store_request request;
	struct intake *intake;
	struct report *report; /* one of these two */
	struct call *call;
	struct store_links *links; /* NULL: nothing is like it */
	struct escalation_policy *escalation;
	intake_done_fn *done;
	void *ctx;
};

struct intake *intake_new(struct store *store, const struct rules *rules, const json_t *sources,
			  const struct clock *clock, struct metrics *metrics)
{
	struct intake *intake = xcalloc(1, sizeof(*intake));

	*intake = (struct intake){
		.store = store,
		.rules = rules,
		.sources = json_incref((json_t *)(uintptr_t)sources), /* only counts */
		.clock = clock,
		.metrics = metrics,
	};
	return intake;
}

void intake_free(struct intake **intake)
{
	struct intake *mine = *intake;

	*intake = NULL;
	if (mine == NULL)
		return;
	if (mine->open_count != 0)
		panic("intake: freed with %u unanswered", mine->open_count);
	json_decref(mine->sources);
	xfree(mine);
}

void intake_set_rules(struct intake *intake, const struct rules *rules)
{
	intake->rules = rules;
}

void intake_set_joining(struct intake *intake, struct joining *joining)
{
	intake->joining = joining;
}

void intake_stop(struct intake *intake)
{
	intake->is_stopped = true;
}

unsigned intake_open_count(const struct intake *intake)
{
	return intake->open_count;
}

void intake_count_malformed(struct intake *intake)
{
	metrics_add(intake->metrics, METRIC_REPORTS_REFUSED, 1);
}

unsigned intake_status(enum store_answer answer)
{
	static const unsigned status[] = {
		[STORE_STORED] = 201,   [STORE_REPEATED] = 200, [STORE_NOT_FOUND] = 404,
		[STORE_CONFLICT] = 409, [STORE_REFUSED] = 422,  [STORE_LATER] = 503,
	};

	return status[answer];
}

/* "app:" stands for every name behind it, but not for the empty one. */
static bool is_channel(const char *channel, const char *source)
{
	size_t len = strlen(channel);

	if (len > 0 && channel[len - 1] == ':')
		return strncmp(source, channel, len) == 0 && source[len] != '\0';
	return strcmp(source, channel) == 0;
}

static bool is_configured(const struct intake *intake, const char *source)
{
	const json_t *channel;
	size_t i;

	json_array_foreach(intake->sources, i, channel)
	{
		if (json_is_string(channel) && is_channel(json_string_value(channel), source))
			return true;
	}
	return false;
}

static const char *id_of(const struct arrival *arrival)
{
	return arrival->report != NULL ? arrival->report->id : arrival->call->id;
}

static void answered(struct store_request *request)
{
	struct arrival *arrival = request->ctx;
	bool is_kept = request->answer <= STORE_REPEATED;
	struct intake_answer answer = {
		.answer = request->answer,
		.err = is_kept ? NULL : &request->err,
		.body = is_kept ? request->body : NULL,
		.id = request->answer == STORE_STORED ? id_of(arrival) : NULL,
	};

	arrival->intake->open_count--;
	if (arrival->report != NULL && arrival->intake->joining != NULL)
		joining_tell(arrival->intake->joining, request);
	arrival->done(arrival->ctx, &answer);
	buf_unref(&request->body);
	report_free(&arrival->report);
	call_free(&arrival->call);
	escalation_policy_unref(&arrival->escalation);
	xfree(arrival->links);
	xfree(arrival);
}

static struct arrival *arrive(struct intake *intake, enum store_op op, int64_t begun_us,
			      intake_done_fn *done, void *ctx)
{
	struct arrival *arrival = xcalloc(1, sizeof(*arrival));

	arrival->intake = intake;
	arrival->done = done;
	arrival->ctx = ctx;
	arrival->escalation = rules_escalation(intake->rules);
	arrival->request = (struct store_request){
		.op = op,
		.callers = *rules_callers(intake->rules),
		.escalation = arrival->escalation,
		.at_ms = intake->clock->wall_ms(intake->clock),
		.begun_us = begun_us,
		.done = answered,
		.ctx = arrival,
	};
	intake->open_count++;
	return arrival;
}

static void hand_back(struct arrival *arrival, enum store_answer answer)
{
	arrival->request.answer = answer;
	store_hand_back(arrival->intake->store, &arrival->request);
}

static void refuse_stopped(struct arrival *arrival)
{
	(void)err_set(&arrival->request.err, ERR_BUSY, "the bridge is stopping");
	hand_back(arrival, STORE_LATER);
}

static void refuse_source(struct arrival *arrival)
{
	(void)err_field(&arrival->request.err, "source",
			"is not a channel of this city; its settings name them");
	hand_back(arrival, STORE_REFUSED);
}

/* What is on paper is looked at here, where the time is known. */
static bool is_of_its_time(struct arrival *arrival)
{
	const struct report *report = arrival->report;
	const struct call *call = arrival->call;
	struct store_request *request = &arrival->request;

	if (report != NULL && report->is_from_paper)
		return paper_check("received_at", report->received_at_ms, request->at_ms,
				   &request->err) == 0;
	if (call != NULL && call->is_from_paper)
		return paper_check("at", call->at_ms, request->at_ms, &request->err) == 0;
	return true;
}

static void judge(const struct intake *intake, struct arrival *arrival)
{
	const struct report *report = arrival->report;

	classify(intake->rules, report->text, report->text_len, &arrival->request.verdict);
	locate(intake->rules, &report->location, report->text, report->text_len,
	       &arrival->request.location);
	route(intake->rules, &arrival->request.location, arrival->request.at_ms,
	      &arrival->request.verdict);
}

static void find_alike(const struct intake *intake, struct arrival *arrival)
{
	const struct store_request *request = &arrival->request;

	/* What was then is not what is now: a person joins it. */
	if (intake->joining == NULL || arrival->report->is_from_paper)
		return;
	arrival->links = joining_ask(intake->joining, arrival->report, &request->verdict,
				     &request->location, request->at_ms);
	arrival->request.links = arrival->links;
}

void intake_submit(struct intake *intake, struct report **report, int64_t begun_us,
		   intake_done_fn *done, void *ctx)
{
	struct arrival *arrival = arrive(intake, STORE_REPORT, begun_us, done, ctx);

	arrival->report = *report;
	arrival->request.in.report = *report;
	*report = NULL;
	if (intake->is_stopped) {
		refuse_stopped(arrival);
	} else if (!is_configured(intake, arrival->report->source)) {
		refuse_source(arrival);
	} else if (!is_of_its_time(arrival)) {
		hand_back(arrival, STORE_REFUSED);
	} else {
		id_next(&intake->ids, 'R', arrival->request.at_ms, arrival->report->id);
		judge(intake, arrival);
		find_alike(intake, arrival);
		store_submit(intake->store, &arrival->request);
	}
}

void intake_submit_call(struct intake *intake, struct call **call, int64_t begun_us,
			intake_done_fn *done, void *ctx)
{
	struct arrival *arrival = arrive(intake, STORE_CALL, begun_us, done, ctx);

	arrival->call = *call;
	arrival->request.in.call = *call;
	*call = NULL;
	if (intake->is_stopped) {
		refuse_stopped(arrival);
		return;
	}
	if (!is_of_its_time(arrival)) {
		hand_back(arrival, STORE_REFUSED);
		return;
	}
	locate(intake->rules, &arrival->call->location, "", 0, &arrival->call->location);
	store_submit(intake->store, &arrival->request);
}
