#include "cmd/simulate_desk.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/simulate_dice.h"
#include "cmd/simulate_help.h"

#define SECOND_MS  1000
#define LOOK_MS    2000   /* how often somebody without work looks, in city time */
#define TURN_MS    20     /* and in wall time, at most so often */
#define SILENT_MS  240000 /* nobody has confirmed: another is sent */
#define AGAIN_MS   60000  /* what could not be done is tried again */
#define NOTHING_MS 900000 /* a part that nobody was to be sent for is closed */
#define HELP_MS    5000   /* to say a word to a crew in need */
#define SILENT_MAX 8
#define UNITS_MAX  24
#define POSTS_MAX  (DESKS_MAX + 1)
#define LEVEL_MOST 3

enum work { WORK_NONE, WORK_LOOK, WORK_TAKE, WORK_SEND, WORK_REPLACE, WORK_CLOSE };

/* What one post remembers of one matter. */
struct note {
	int64_t not_before_ms;
	uint64_t seq;     /* of what it did last: it waits until it sees that */
	unsigned level;   /* of alarm, that was sent to */
	bool has_nothing; /* nobody is to be sent there by this agency */
	char silent[SILENT_MAX][FOLD_NAME_SIZE];
	unsigned silent_count;
};

struct matter {
	char incident_id[ID_SIZE];
	const struct sender *sender; /* the first of it: what it is in truth */
	struct note note[POSTS_MAX];
};

struct post {
	struct desk *desk;
	unsigned number;
	const char *agency; /* NULL: the supervisor */
	struct client *client;
	struct dice dice;
	uint64_t help_seq; /* of what it said last of a crew in need */
};

struct desk {
	struct simulation *sim;
	const struct city *city;
	struct post post[POSTS_MAX];
	unsigned post_count;
	struct matter *matter;
	unsigned matter_count, matter_room;
	struct desk_tally tally;
};

/* What is to be done, and on what. */
struct task {
	enum work work;
	struct matter *matter;
	const struct fold_incident *incident;
	const json_t *part;
	unsigned level;
	char unit[FOLD_NAME_SIZE];
};

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static bool is(const json_t *object, const char *key, const char *value)
{
	return strcmp(text_of(object, key), value) == 0;
}

/* ---- What of it is ours. ---- */

static bool knows(const struct desk *desk, const char *incident_id)
{
	for (unsigned i = 0; i < desk->matter_count; i++)
		if (strcmp(desk->matter[i].incident_id, incident_id) == 0)
			return true;
	return false;
}

static void learn(struct desk *desk)
{
	const struct city *city = desk->city;

	for (unsigned i = 0; i < city->sender_count; i++) {
		const struct sender *sender = &city->sender[i];
		struct matter *matter;

		if (sender->incident_id[0] == '\0' || knows(desk, sender->incident_id))
			continue;
		if (desk->matter_count == desk->matter_room) {
			desk->matter_room = desk->matter_room == 0 ? 64 : 2 * desk->matter_room;
			desk->matter = xrealloc(desk->matter,
						desk->matter_room * sizeof(desk->matter[0]));
		}
		matter = &desk->matter[desk->matter_count++];
		*matter = (struct matter){.sender = sender};
		memcpy(matter->incident_id, sender->incident_id, ID_SIZE);
	}
}

/* What is folded or merged is looked after where it has gone. */
static const struct fold_incident *open_incident(const struct desk *desk,
						 const struct matter *matter)
{
	const struct fold *fold = &desk->sim->fold;
	const struct fold_incident *one = fold_find(fold, matter->incident_id);
	bool is_exercise;

	if (one == NULL || !fold_is_open(one) || fold_is_represented(fold, one))
		return NULL;
	is_exercise = json_is_true(json_object_get(one->state, "exercise"));
	return is_exercise == desk->sim->is_exercise ? one : NULL;
}

static bool is_raised(const struct fold_incident *incident)
{
	const char *disposition = fold_text(incident, "disposition");

	return strcmp(disposition, "emergency") == 0 || strcmp(disposition, "review") == 0;
}

/* ---- What there is to do. ---- */

static const json_t *part_of(const struct fold_incident *incident, const char *agency)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(incident->state, "assignments"), i, part)
	{
		if (is(part, "agency", agency))
			return part;
	}
	return NULL;
}

/* Each agency closes its own part, with an outcome. */
static bool is_closed(const json_t *part)
{
	return json_object_get(part, "outcome") != NULL;
}

static unsigned count_live(const json_t *part)
{
	return (unsigned)json_array_size(json_object_get(part, "units"));
}

static bool has_cleared(const json_t *part)
{
	const json_t *order;
	size_t i;

	json_array_foreach(json_object_get(part, "orders"), i, order)
	{
		if (is(order, "state", "cleared"))
			return true;
	}
	return false;
}

/* Whoever was not needed there leaves when the others have nothing to do either. */
static bool others_are_done(const struct fold_incident *incident)
{
	const json_t *part;
	size_t i;

	json_array_foreach(json_object_get(incident->state, "assignments"), i, part)
	{
		if (count_live(part) > 0 || (is(part, "state", "pending") && !is_closed(part)))
			return false;
	}
	return true;
}

static int64_t city_age_ms(const struct desk *desk, const json_t *object, const char *key)
{
	int64_t at_ms, now_ms = clock_system.wall_ms(&clock_system);
	struct err err;

	if (clock_parse(text_of(object, key), &at_ms, &err) < 0)
		return 0;
	return (now_ms - at_ms) * desk->sim->speed;
}

/* The unit whose order nobody has confirmed for too long; NULL: none. */
static const char *find_silent(const struct desk *desk, const json_t *part)
{
	const json_t *order;
	size_t i;

	json_array_foreach(json_object_get(part, "orders"), i, order)
	{
		const json_t *receipts = json_object_get(order, "receipts");

		if (is(order, "state", "ordered") &&
		    !json_is_string(json_object_get(receipts, "confirmed")) &&
		    city_age_ms(desk, order, "since") > SILENT_MS)
			return text_of(order, "unit");
	}
	return NULL;
}

static unsigned wanted_level(const struct desk *desk, const struct matter *matter)
{
	unsigned level = 1 + city_alarms(desk->city, matter->sender->matter);

	return level < LEVEL_MOST ? level : LEVEL_MOST;
}

static enum work work_of_part(const struct post *post, struct task *task)
{
	const struct note *note = &task->matter->note[post->number];
	const struct desk *desk = post->desk;
	const json_t *part = task->part;
	const char *silent = find_silent(desk, part);
	bool is_old = city_age_ms(desk, part, "since") > NOTHING_MS;

	if (is_closed(part))
		return WORK_NONE;
	if (is(part, "state", "pending"))
		return WORK_TAKE;
	if (silent != NULL) {
		snprintf(task->unit, sizeof(task->unit), "%s", silent);
		return WORK_REPLACE;
	}
	if (note->level < task->level ||
	    (count_live(part) == 0 && !has_cleared(part) && !note->has_nothing))
		return WORK_SEND;
	if (count_live(part) > 0)
		return WORK_NONE;
	if (has_cleared(part) || is_old || others_are_done(task->incident))
		return WORK_CLOSE;
	return WORK_NONE;
}

/* What lay under a card that was closed without it: it was of the same matter. */
static bool is_double(const struct fold_incident *incident)
{
	return json_is_object(json_object_get(incident->state, "folded_into"));
}

/* The supervisor looks at what the bridge is not sure of; the others wait for that. */
static enum work work_of(const struct post *post, struct task *task)
{
	bool is_unsure = strcmp(fold_text(task->incident, "disposition"), "review") == 0;

	if (!is_raised(task->incident))
		return WORK_NONE;
	if (is_double(task->incident))
		return post->agency == NULL ? WORK_CLOSE : WORK_NONE;
	if (post->agency == NULL)
		return is_unsure ? WORK_LOOK : WORK_NONE;
	task->part = part_of(task->incident, post->agency);
	if (task->part == NULL || is_unsure)
		return WORK_NONE;
	task->level = wanted_level(post->desk, task->matter);
	return work_of_part(post, task);
}

static bool is_more_urgent(const struct task *a, const struct task *b)
{
	json_int_t x = json_integer_value(json_object_get(a->incident->state, "priority"));
	json_int_t y;

	if (b->work == WORK_NONE)
		return true;
	y = json_integer_value(json_object_get(b->incident->state, "priority"));
	return x != y ? x < y : a->work < b->work;
}

static struct task find_task(struct post *post)
{
	struct desk *desk = post->desk;
	struct task best = {.work = WORK_NONE};

	for (unsigned i = 0; i < desk->matter_count; i++) {
		struct matter *matter = &desk->matter[i];
		const struct note *note = &matter->note[post->number];
		struct task task = {.matter = matter, .incident = open_incident(desk, matter)};

		if (task.incident == NULL || note->not_before_ms > desk->sim->now_ms ||
		    note->seq > desk->sim->fold.seq)
			continue;
		task.work = work_of(post, &task);
		if (task.work != WORK_NONE && is_more_urgent(&task, &best))
			best = task;
	}
	return best;
}

/* ---- Doing it. ---- */

static void begin_action(struct jsonw *w, const struct post *post, const char *action)
{
	jsonw_init(w, 512);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "action", action);
	if (post->agency != NULL)
		jsonw_string(w, "agency", post->agency);
}

/* What no race between two can explain. */
static void tell_trouble(const struct post *post, int rc, long status, const struct err *err)
{
	const char *who = post->agency != NULL ? post->agency : "supervisor";

	if (rc < 0)
		fprintf(stderr, "tangi simulate: %s: %s\n", who, err->text);
	else if (status != 409 && status != 422 && status != 400)
		fprintf(stderr, "tangi simulate: %s: the bridge says %ld\n", who, status);
}

/* True: it was done. The post waits until it sees that in the log. */
static bool act(struct post *post, const struct task *task, struct jsonw *w)
{
	struct desk *desk = post->desk;
	struct note *note = &task->matter->note[post->number];
	json_auto_t *answer = NULL;
	char path[96];
	struct err err;
	long status;
	int rc;

	jsonw_close(w, '}');
	snprintf(path, sizeof(path), "/v1/incidents/%s/actions", task->incident->id);
	rc = simulate_ask(post->client, path, jsonw_text(w), &status, &answer, &err);
	jsonw_fini(w);
	if (rc == 0 && status == 200) {
		note->seq = (uint64_t)json_integer_value(json_object_get(answer, "seq"));
		return true;
	}
	desk->tally.refused++;
	tell_trouble(post, rc, status, &err);
	note->not_before_ms = desk->sim->now_ms + AGAIN_MS;
	return false;
}

static const char *outcome_of(const struct matter *matter)
{
	switch (matter->sender->row->what) {
	case SCENARIO_EMERGENCY:
		return "resolved";
	case SCENARIO_PRANK:
		return "prank";
	default:
		return "other";
	}
}

static void look(struct post *post, const struct task *task)
{
	const struct scenario_row *row = task->matter->sender->row;
	bool is_real = row->what == SCENARIO_EMERGENCY;
	struct jsonw w;

	begin_action(&w, post, is_real ? "reclassify" : "close");
	if (is_real) {
		jsonw_string(&w, "category", row->category);
		jsonw_int(&w, "priority", 2);
	} else {
		jsonw_string(&w, "outcome", outcome_of(task->matter));
		jsonw_bool(&w, "release", true);
	}
	post->desk->tally.looked_at += act(post, task, &w);
}

static void take(struct post *post, const struct task *task)
{
	struct jsonw w;

	begin_action(&w, post, "acknowledge");
	post->desk->tally.taken += act(post, task, &w);
}

static void close_part(struct post *post, const struct task *task)
{
	struct jsonw w;

	begin_action(&w, post, "close");
	jsonw_string(&w, "outcome",
		     is_double(task->incident) ? "duplicate" : outcome_of(task->matter));
	post->desk->tally.closed += act(post, task, &w);
}

static void replace(struct post *post, const struct task *task)
{
	struct note *note = &task->matter->note[post->number];
	struct jsonw w;

	begin_action(&w, post, "cancel");
	jsonw_open(&w, "units", '[');
	jsonw_string(&w, NULL, task->unit);
	jsonw_close(&w, ']');
	jsonw_string(&w, "reason", "tidak menjawab (simulasi)");
	if (!act(post, task, &w))
		return;
	post->desk->tally.silent++;
	if (note->silent_count < SILENT_MAX)
		snprintf(note->silent[note->silent_count++], FOLD_NAME_SIZE, "%s", task->unit);
}

/* ---- Whom to send. ---- */

struct choice {
	const char *unit[UNITS_MAX];
	unsigned count;
};

static bool was_silent(const struct note *note, const char *unit)
{
	for (unsigned i = 0; i < note->silent_count; i++)
		if (strcmp(note->silent[i], unit) == 0)
			return true;
	return false;
}

static bool is_chosen(const struct choice *choice, const char *unit)
{
	for (unsigned i = 0; i < choice->count; i++)
		if (strcmp(choice->unit[i], unit) == 0)
			return true;
	return false;
}

/* Who could have gone and was only not the first. */
static bool could_go(const json_t *passed)
{
	return is(passed, "reason", "farther") || is(passed, "reason", "busier") ||
	       is(passed, "reason", "tired") || is(passed, "reason", "equal") ||
	       is(passed, "reason", "not_needed");
}

static void choose_instead(const json_t *advice, const json_t *silent, const struct note *note,
			   struct choice *choice)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(advice, "passed_over"), i, one)
	{
		if (could_go(one) && is(one, "kind", text_of(silent, "kind")) &&
		    !was_silent(note, text_of(one, "unit")) &&
		    !is_chosen(choice, text_of(one, "unit")) && choice->count < UNITS_MAX) {
			choice->unit[choice->count++] = text_of(one, "unit");
			return;
		}
	}
}

static void choose(const json_t *advice, const struct note *note, struct choice *choice)
{
	const json_t *one;
	size_t i;

	json_array_foreach(json_object_get(advice, "units"), i, one)
	{
		if (was_silent(note, text_of(one, "unit")))
			choose_instead(advice, one, note, choice);
		else if (choice->count < UNITS_MAX)
			choice->unit[choice->count++] = text_of(one, "unit");
	}
}

static void assign(struct post *post, const struct task *task, const struct choice *choice)
{
	struct jsonw w;

	begin_action(&w, post, "assign");
	jsonw_open(&w, "units", '[');
	for (unsigned i = 0; i < choice->count; i++)
		jsonw_string(&w, NULL, choice->unit[i]);
	jsonw_close(&w, ']');
	if (!act(post, task, &w))
		return;
	task->matter->note[post->number].level = task->level;
	post->desk->tally.sent++;
	post->desk->tally.units_sent += choice->count;
}

/* Nobody is free: it is asked again. Nobody is wanted: this agency only looks on. */
static void find_nobody(struct post *post, const struct task *task, const json_t *advice)
{
	struct note *note = &task->matter->note[post->number];
	bool is_short = json_array_size(json_object_get(advice, "shortfalls")) > 0;

	note->not_before_ms = post->desk->sim->now_ms + AGAIN_MS;
	if (is_short) {
		post->desk->tally.short_of++;
		return;
	}
	note->level = task->level;
	note->has_nothing = json_array_size(json_object_get(advice, "units")) == 0;
}

static void send(struct post *post, const struct task *task)
{
	struct note *note = &task->matter->note[post->number];
	json_auto_t *advice = NULL;
	struct choice choice = {.count = 0};
	char path[96];
	struct err err;
	long status;

	snprintf(path, sizeof(path), "/v1/incidents/%s/recommendation?level=%u",
		 task->incident->id, task->level);
	if (simulate_ask(post->client, path, NULL, &status, &advice, &err) < 0 ||
	    status != 200) {
		post->desk->tally.refused++;
		note->not_before_ms = post->desk->sim->now_ms + AGAIN_MS;
		return;
	}
	choose(advice, note, &choice);
	if (choice.count > 0)
		assign(post, task, &choice);
	else
		find_nobody(post, task, advice);
}

/* ---- A crew in need. ---- */

static void say_of_unit(struct post *post, const struct fold_unit *unit, const char *word)
{
	json_auto_t *answer = NULL;
	char path[64], body[48];
	struct err err;
	long status;
	int rc;

	snprintf(path, sizeof(path), "/v1/units/%s/status", unit->id);
	snprintf(body, sizeof(body), "{\"status\":\"%s\"}", word);
	rc = simulate_put(post->client, path, body, &status, &answer, &err);
	if (rc == 0 && status == 200)
		post->help_seq = (uint64_t)json_integer_value(json_object_get(answer, "seq"));
	else
		tell_trouble(post, rc, status, &err);
}

/* True: somebody was. It goes before all else. */
static bool help(struct post *post, bool is_over)
{
	const struct simulation *sim = post->desk->sim;
	const struct help_asked asked = {.fold = &sim->fold,
					 .agency = post->agency,
					 .speed = sim->speed,
					 .is_exercise = sim->is_exercise,
					 .is_over = is_over};
	const struct fold_unit *unit = NULL;
	const char *word = help_find(&asked, &unit);

	if (word == NULL || post->help_seq > sim->fold.seq)
		return false;
	say_of_unit(post, unit, word);
	return true;
}

/* ---- A turn of one post. ---- */

static void turn(void *ctx, uint64_t number);

static void plan(struct post *post, int64_t in_ms)
{
	struct simulation *sim = post->desk->sim;
	int64_t least_ms = TURN_MS * sim->speed;

	agenda_put(&sim->agenda, sim->now_ms + (in_ms > least_ms ? in_ms : least_ms), turn,
		   post, 0);
}

static void turn(void *ctx, uint64_t number)
{
	/* How long it takes, in seconds, and who does it. */
	static const struct {
		void (*run)(struct post *post, const struct task *task);
		int64_t least_s, most_s;
	} works[] = {
		[WORK_LOOK] = {look, 10, 30},       [WORK_TAKE] = {take, 5, 15},
		[WORK_SEND] = {send, 10, 30},       [WORK_REPLACE] = {replace, 5, 10},
		[WORK_CLOSE] = {close_part, 5, 10},
	};
	struct post *post = ctx;
	struct task task;

	(void)number;
	if (help(post, false)) {
		plan(post, HELP_MS);
		return;
	}
	learn(post->desk);
	task = find_task(post);
	if (task.work == WORK_NONE) {
		plan(post, LOOK_MS);
		return;
	}
	works[task.work].run(post, &task);
	plan(post, dice_between(&post->dice, works[task.work].least_s * SECOND_MS,
				works[task.work].most_s * SECOND_MS));
}

/* ---- All of it. ---- */

static void add_post(struct desk *desk, const char *agency, struct client *client)
{
	struct post *post = &desk->post[desk->post_count];

	*post = (struct post){
		.desk = desk, .number = desk->post_count, .agency = agency, .client = client};
	dice_begin(&post->dice, desk->sim->seed, agency != NULL ? agency : "supervisor", 0);
	desk->post_count++;
	plan(post, LOOK_MS);
}

struct desk *desk_new(struct simulation *sim, const struct city *city)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));

	desk->sim = sim;
	desk->city = city;
	add_post(desk, NULL, sim->people.overseer);
	for (unsigned i = 0; i < sim->people.desk_count; i++)
		add_post(desk, sim->people.desk[i].agency, sim->people.desk[i].client);
	return desk;
}

void desk_free(struct desk **desk)
{
	struct desk *mine = *desk;

	*desk = NULL;
	if (mine == NULL)
		return;
	xfree(mine->matter);
	xfree(mine);
}

struct desk_tally desk_tally(const struct desk *desk)
{
	return desk->tally;
}

bool desk_is_done(struct desk *desk)
{
	learn(desk);
	for (unsigned i = 0; i < desk->matter_count; i++) {
		const struct fold_incident *one =
			fold_find(&desk->sim->fold, desk->matter[i].incident_id);

		if (one == NULL)
			return false;
		one = open_incident(desk, &desk->matter[i]);
		if (one != NULL && is_raised(one))
			return false;
	}
	return true;
}

/* Of what is in earnest a complaint stays: somebody may want to look at it. */
static const struct fold_incident *left_open(const struct desk *desk,
					     const struct matter *matter)
{
	const struct fold_incident *one = fold_find(&desk->sim->fold, matter->incident_id);

	if (one == NULL || !fold_is_open(one) ||
	    json_is_true(json_object_get(one->state, "exercise")) != desk->sim->is_exercise)
		return NULL;
	return desk->sim->is_exercise || is_raised(one) ? one : NULL;
}

/* Who sees all acts for all: the parts are closed together, and whoever is bound is free. */
void desk_tidy(struct desk *desk)
{
	struct post *supervisor = &desk->post[0];

	for (unsigned i = 0; i < desk->post_count; i++)
		(void)help(&desk->post[i], true); /* what stands is counted by who asked */
	learn(desk);
	for (unsigned i = 0; i < desk->matter_count; i++) {
		struct task task = {.matter = &desk->matter[i],
				    .incident = left_open(desk, &desk->matter[i])};
		struct jsonw w;

		if (task.incident == NULL)
			continue;
		begin_action(&w, supervisor, "close");
		jsonw_string(&w, "outcome", "other");
		jsonw_bool(&w, "release", true);
		jsonw_string(&w, "note", "simulasi selesai / the simulation is over");
		(void)act(supervisor, &task, &w); /* what stays open is counted by who asked */
	}
}
