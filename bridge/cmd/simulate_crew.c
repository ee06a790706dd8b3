#include "cmd/simulate_crew.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/simulate_dice.h"
#include "cmd/simulate_radio.h"
#include "core/recommend.h"

#define SECOND_MS     1000
#define DRIVE_CMS     833 /* 30 km/h */
#define DETOUR_TENTHS 13  /* roads are longer than lines */
#define DRIVE_LEAST_S 60
#define DECLINES      40 /* of as many orders one is declined */
#define POSITION_S    15
#define SLOW          8 /* times as long, before it goes */
#define TELLING_MAX   512

enum step {
	STEP_DEVICE,
	STEP_CONFIRM,
	STEP_ANSWER,
	STEP_SET_OUT,
	STEP_ARRIVE,
	STEP_CLEAR,
	STEP_POSITION,
	STEP_RECALLED,
	STEP_CALL_FOR_HELP,
	STEP_SAFE,
};

struct known_order {
	char dispatch_id[ID_SIZE];
	json_int_t revision;
	bool is_recalled;
};

struct crew {
	struct crews *crews;
	char unit[FOLD_NAME_SIZE], agency[FOLD_NAME_SIZE];
	struct radio *radio;
	struct dice dice;
	bool is_mute, is_slow;
	bool is_in_need; /* it has called for help */
	struct known_order *known;
	unsigned known_count;
	/* The job it is at; what was put on the agenda for an older one has another turn. */
	uint64_t turn;
	bool is_busy, is_answered;
	char dispatch_id[ID_SIZE], incident_id[ID_SIZE];
	int32_t home_lat_e7, home_lon_e7, lat_e7, lon_e7;
	int32_t from_lat_e7, from_lon_e7, to_lat_e7, to_lon_e7;
	bool has_place, has_target;
	int64_t out_ms, there_ms; /* it sets out, it is there */
};

struct crews {
	struct simulation *sim;
	struct crew *crew;
	unsigned count;
	unsigned calls_due; /* so many of those that arrive now call for help */
	struct crews_tally tally;
};

/* ---- Saying. ---- */

static void say(struct crew *crew, const char *leaf, struct jsonw *w)
{
	jsonw_close(w, '}');
	radio_say(crew->radio, leaf, jsonw_text(w));
	jsonw_fini(w);
}

static const struct known_order *find_known(const struct crew *crew, const char *dispatch_id)
{
	for (unsigned i = crew->known_count; i > 0; i--)
		if (strcmp(crew->known[i - 1].dispatch_id, dispatch_id) == 0)
			return &crew->known[i - 1];
	return NULL;
}

/* The order that it speaks of, as it knows it. */
static void write_order(struct jsonw *w, const struct crew *crew, const char *dispatch_id)
{
	const struct known_order *known = find_known(crew, dispatch_id);

	jsonw_string(w, "dispatch_id", dispatch_id);
	if (known != NULL)
		jsonw_int(w, "revision", known->revision);
}

static void say_receipt(struct crew *crew, const char *dispatch_id, const char *receipt,
			const char *reason)
{
	struct jsonw w;

	jsonw_init(&w, TELLING_MAX);
	jsonw_open(&w, NULL, '{');
	write_order(&w, crew, dispatch_id);
	jsonw_string(&w, "receipt", receipt);
	if (reason != NULL)
		jsonw_string(&w, "reason", reason);
	say(crew, "ack", &w);
}

static void say_status(struct crew *crew, const char *status)
{
	struct jsonw w;

	jsonw_init(&w, TELLING_MAX);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "status", status);
	write_order(&w, crew, crew->dispatch_id);
	jsonw_string(&w, "incident_id", crew->incident_id);
	say(crew, "status", &w);
}

/* Of an exercise it would be taken for where the unit is. */
static void say_position(struct crew *crew)
{
	struct jsonw w;

	if (crew->crews->sim->is_exercise || !crew->has_place || crew->is_mute)
		return;
	jsonw_init(&w, TELLING_MAX);
	jsonw_open(&w, NULL, '{');
	jsonw_decimal(&w, "lat", crew->lat_e7, 7);
	jsonw_decimal(&w, "lon", crew->lon_e7, 7);
	say(crew, "position", &w);
}

/* ---- Going. ---- */

static void step(void *ctx, uint64_t number);

static void plan(struct crew *crew, int64_t in_ms, enum step what)
{
	struct simulation *sim = crew->crews->sim;

	agenda_put(&sim->agenda, sim->now_ms + in_ms, step, crew, crew->turn << 8 | what);
}

/* Seconds between these, longer with a crew that is slow. */
static void plan_within(struct crew *crew, int64_t least_s, int64_t most_s, enum step what)
{
	int64_t in_ms = dice_between(&crew->dice, least_s * SECOND_MS, most_s * SECOND_MS);

	plan(crew, crew->is_slow ? SLOW * in_ms : in_ms, what);
}

static int64_t drive_ms(struct crew *crew)
{
	int64_t metres;

	if (!crew->has_place || !crew->has_target)
		return dice_between(&crew->dice, 120, 480) * SECOND_MS;
	metres = (int64_t)straight_line_m(crew->lat_e7, crew->lon_e7, crew->to_lat_e7,
					  crew->to_lon_e7) *
		 DETOUR_TENTHS / 10;
	if (metres * 100 / DRIVE_CMS < DRIVE_LEAST_S)
		return DRIVE_LEAST_S * SECOND_MS;
	return metres * 100 * SECOND_MS / DRIVE_CMS;
}

/* On the line between where it set out and where it goes. */
static void move_on(struct crew *crew)
{
	int64_t now_ms = crew->crews->sim->now_ms;
	int64_t all_ms = crew->there_ms - crew->out_ms, gone_ms = now_ms - crew->out_ms;

	if (!crew->has_target || all_ms <= 0)
		return;
	if (gone_ms > all_ms)
		gone_ms = all_ms;
	crew->lat_e7 =
		crew->from_lat_e7 +
		(int32_t)(((int64_t)crew->to_lat_e7 - crew->from_lat_e7) * gone_ms / all_ms);
	crew->lon_e7 =
		crew->from_lon_e7 +
		(int32_t)(((int64_t)crew->to_lon_e7 - crew->from_lon_e7) * gone_ms / all_ms);
}

static void plan_position(struct crew *crew)
{
	int64_t speed = crew->crews->sim->speed;
	int64_t every_ms = POSITION_S * SECOND_MS;

	/* Not more than one in a second of ours. */
	if (!crew->crews->sim->is_exercise)
		plan(crew, every_ms > SECOND_MS * speed ? every_ms : SECOND_MS * speed,
		     STEP_POSITION);
}

static void set_out(struct crew *crew)
{
	crew->out_ms = crew->crews->sim->now_ms;
	crew->there_ms = crew->out_ms + drive_ms(crew);
	crew->from_lat_e7 = crew->lat_e7;
	crew->from_lon_e7 = crew->lon_e7;
	say_status(crew, "en_route");
	say_position(crew);
	plan(crew, crew->there_ms - crew->out_ms, STEP_ARRIVE);
	plan_position(crew);
}

static void be_safe(struct crew *crew)
{
	if (crew->is_in_need)
		say_status(crew, "mayday_over");
	crew->is_in_need = false;
}

static void be_free(struct crew *crew)
{
	be_safe(crew);
	crew->turn++;
	crew->is_busy = false;
	crew->lat_e7 = crew->home_lat_e7; /* it is on its way there: nobody watches that */
	crew->lon_e7 = crew->home_lon_e7;
	say_position(crew);
}

static void answer(struct crew *crew)
{
	struct crews_tally *tally = &crew->crews->tally;

	if (dice_below(&crew->dice, DECLINES) == 0) {
		say_receipt(crew, crew->dispatch_id, "declined", "kendaraan rusak (simulasi)");
		tally->declined++;
		be_free(crew);
		return;
	}
	say_receipt(crew, crew->dispatch_id, "accepted", NULL);
	tally->accepted++;
	crew->is_answered = true;
	plan_within(crew, 20, 70, STEP_SET_OUT);
}

static void confirm(struct crew *crew)
{
	say_receipt(crew, crew->dispatch_id, "confirmed", NULL);
	crew->crews->tally.confirmed++;
	if (!crew->is_answered)
		plan_within(crew, 5, 15, STEP_ANSWER);
}

static void arrive(struct crew *crew)
{
	move_on(crew);
	say_status(crew, "on_scene");
	say_position(crew);
	crew->crews->tally.arrived++;
	if (crew->crews->calls_due > 0) {
		crew->crews->calls_due--;
		plan_within(crew, 20, 60, STEP_CALL_FOR_HELP);
	}
	plan(crew, dice_between(&crew->dice, 8 * 60, 20 * 60) * SECOND_MS, STEP_CLEAR);
}

static void call_for_help(struct crew *crew)
{
	say_status(crew, "mayday");
	crew->is_in_need = true;
	crew->crews->tally.maydays++;
	plan_within(crew, 180, 300, STEP_SAFE);
}

static void be_done(struct crew *crew)
{
	say_status(crew, "cleared");
	crew->crews->tally.cleared++;
	be_free(crew);
}

static void step(void *ctx, uint64_t number)
{
	struct crew *crew = ctx;
	enum step what = (enum step)(number & 0xff);

	if (number >> 8 != crew->turn || crew->is_mute)
		return;
	switch (what) {
	case STEP_DEVICE:
		say_receipt(crew, crew->dispatch_id, "device", NULL);
		plan_within(crew, 5, 20, STEP_CONFIRM);
		break;
	case STEP_CONFIRM:
		confirm(crew);
		break;
	case STEP_ANSWER:
		answer(crew);
		break;
	case STEP_SET_OUT:
		set_out(crew);
		break;
	case STEP_ARRIVE:
		arrive(crew);
		break;
	case STEP_CLEAR:
		be_done(crew);
		break;
	case STEP_POSITION:
		move_on(crew);
		say_position(crew);
		if (crew->crews->sim->now_ms < crew->there_ms)
			plan_position(crew);
		break;
	case STEP_CALL_FOR_HELP:
		call_for_help(crew);
		break;
	case STEP_SAFE:
		be_safe(crew);
		break;
	case STEP_RECALLED:
		say_receipt(crew, crew->dispatch_id, "confirmed", NULL);
		be_free(crew);
		break;
	}
}

/* ---- Hearing. ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static struct known_order *learn(struct crew *crew, const char *dispatch_id)
{
	struct known_order *known;

	crew->known = xrealloc(crew->known, (crew->known_count + 1) * sizeof(crew->known[0]));
	known = &crew->known[crew->known_count++];
	*known = (struct known_order){.revision = 0};
	snprintf(known->dispatch_id, sizeof(known->dispatch_id), "%s", dispatch_id);
	return known;
}

static void take_target(struct crew *crew, const json_t *message)
{
	const json_t *at = json_object_get(message, "location");
	const json_t *lat = json_object_get(at, "lat"), *lon = json_object_get(at, "lon");

	crew->has_target = json_is_number(lat) && json_is_number(lon);
	if (!crew->has_target)
		return;
	crew->to_lat_e7 = (int32_t)(json_number_value(lat) * DEGREE_E7);
	crew->to_lon_e7 = (int32_t)(json_number_value(lon) * DEGREE_E7);
}

static void begin_job(struct crew *crew, const json_t *message)
{
	crew->turn++;
	crew->is_busy = true;
	crew->is_answered = strcmp(text_of(message, "state"), "ordered") != 0;
	snprintf(crew->dispatch_id, sizeof(crew->dispatch_id), "%s",
		 text_of(message, "dispatch_id"));
	snprintf(crew->incident_id, sizeof(crew->incident_id), "%s",
		 text_of(message, "incident_id"));
	take_target(crew, message);
	plan(crew, 0, STEP_DEVICE);
}

/* Another revision of what it is at: the place may have moved, and it is asked again. */
static void take_order(struct crew *crew, const json_t *message, bool is_new)
{
	bool is_mine = crew->is_busy &&
		       strcmp(crew->dispatch_id, text_of(message, "dispatch_id")) == 0;

	if (is_new && crew->is_busy && !crew->is_mute)
		say_receipt(crew, text_of(message, "dispatch_id"), "declined",
			    "masih bertugas (simulasi)");
	else if (is_new && !crew->is_busy)
		begin_job(crew, message);
	else if (is_mine) {
		take_target(crew, message);
		plan(crew, 0, STEP_DEVICE);
	}
}

static void take_recall(struct crew *crew, const json_t *message)
{
	bool is_mine = crew->is_busy &&
		       strcmp(crew->dispatch_id, text_of(message, "dispatch_id")) == 0;

	if (!is_mine) {
		if (!crew->is_mute)
			say_receipt(crew, text_of(message, "dispatch_id"), "confirmed", NULL);
		return;
	}
	crew->turn++;
	if (crew->is_mute)
		be_free(crew);
	else
		plan_within(crew, 5, 20, STEP_RECALLED);
}

static void take_message(struct crew *crew, const json_t *message)
{
	const char *id = text_of(message, "dispatch_id");
	json_int_t revision = json_integer_value(json_object_get(message, "revision"));
	bool is_recall = strcmp(text_of(message, "type"), "recall") == 0;
	struct crews_tally *tally = &crew->crews->tally;
	struct known_order *known;
	bool is_new;

	if (!id_is(id, 'D'))
		return;
	is_new = find_known(crew, id) == NULL;
	if (is_new)
		(void)learn(crew, id);
	known = &crew->known[find_known(crew, id) - crew->known];
	if (revision <= known->revision && (known->is_recalled || !is_recall)) {
		tally->repeats++;
		return;
	}
	known->revision = revision;
	known->is_recalled |= is_recall;
	tally->orders += is_new && !is_recall;
	tally->recalls += is_recall;
	if (is_recall)
		take_recall(crew, message);
	else
		take_order(crew, message, is_new);
}

/* What is played is never taken for real, and the other way round. */
static void heard(void *ctx, const char *payload, size_t len)
{
	struct crew *crew = ctx;
	json_auto_t *message = json_loadb(payload, len, 0, NULL);
	bool is_exercise = json_is_true(json_object_get(message, "exercise"));

	if (json_is_object(message) && is_exercise == crew->crews->sim->is_exercise)
		take_message(crew, message);
}

/* ---- Who there is. ---- */

static unsigned played_of(const struct crews *crews, const char *agency)
{
	unsigned count = 0;

	for (unsigned i = 0; i < crews->count; i++)
		count += strcmp(crews->crew[i].agency, agency) == 0;
	return count;
}

static void take_home(struct crew *crew, const json_t *unit)
{
	const json_t *at = json_object_get(unit, "location");

	crew->has_place = json_is_object(at);
	if (!crew->has_place)
		return;
	crew->home_lat_e7 =
		(int32_t)(json_number_value(json_object_get(at, "lat")) * DEGREE_E7);
	crew->home_lon_e7 =
		(int32_t)(json_number_value(json_object_get(at, "lon")) * DEGREE_E7);
	crew->lat_e7 = crew->home_lat_e7;
	crew->lon_e7 = crew->home_lon_e7;
}

static void add(struct crews *crews, const json_t *unit)
{
	struct simulation *sim = crews->sim;
	struct crew *crew = &crews->crew[crews->count++];

	*crew = (struct crew){.crews = crews, .turn = 1};
	snprintf(crew->unit, sizeof(crew->unit), "%s", text_of(unit, "id"));
	snprintf(crew->agency, sizeof(crew->agency), "%s", text_of(unit, "agency"));
	take_home(crew, unit);
	dice_begin(&crew->dice, sim->seed, crew->unit, 0);
}

/* After the last was added: what a radio is lent does not move any more. */
static void open_radio(struct crew *crew)
{
	const struct simulation *sim = crew->crews->sim;
	const struct radio_account *account = people_radio(&sim->people, crew->unit);
	struct radio_settings settings = {
		.host = sim->people.mqtt_host,
		.port = sim->people.mqtt_port,
		.city = sim->people.city,
		.unit = crew->unit,
		.user = account->user,
		.password = account->password,
		.is_exercise = sim->is_exercise,
		.is_present = !sim->is_exercise,
	};

	crew->radio = radio_new(&settings, heard, crew);
}

static void begin_trouble(void *ctx, uint64_t what)
{
	struct crew *crew = ctx;

	if (what == SCENARIO_OFFLINE)
		radio_switch(crew->radio, false);
	crew->is_mute |= what == SCENARIO_MUTE;
	crew->is_slow |= what == SCENARIO_SLOW;
	crew->crews->calls_due += what == SCENARIO_MAYDAY;
}

static void end_trouble(void *ctx, uint64_t what)
{
	struct crew *crew = ctx;

	if (what == SCENARIO_OFFLINE)
		radio_switch(crew->radio, true);
	if (what == SCENARIO_MUTE) {
		crew->is_mute = false;
		if (crew->is_busy) /* it looks at its device at last */
			plan(crew, 0, STEP_DEVICE);
	}
	if (what == SCENARIO_SLOW)
		crew->is_slow = false;
	if (what == SCENARIO_MAYDAY && crew->crews->calls_due > 0)
		crew->crews->calls_due--;
}

static void plan_troubles(struct crews *crews)
{
	const struct script *script = &crews->sim->script;
	struct agenda *agenda = &crews->sim->agenda;

	for (unsigned i = 0; i < script->trouble_count && crews->count > 0; i++) {
		const struct crew_trouble *trouble = &script->trouble[i];
		struct crew *crew = &crews->crew[trouble->draw % crews->count];

		agenda_put(agenda, trouble->row->from_ms, begin_trouble, crew,
			   trouble->row->what);
		agenda_put(agenda, trouble->row->to_ms, end_trouble, crew, trouble->row->what);
	}
}

int crews_open(struct crews **crews_r, struct simulation *sim, unsigned per_agency,
	       struct err *err)
{
	struct crews *crews;
	json_auto_t *doc = NULL;
	const json_t *units, *unit;
	long status;
	size_t i;

	if (simulate_ask(sim->people.overseer, "/v1/units", NULL, &status, &doc, err) < 0)
		return -1;
	units = json_object_get(doc, "units");
	crews = xcalloc(1, sizeof(*crews));
	crews->sim = sim;
	crews->crew = xcalloc(json_array_size(units) + 1, sizeof(crews->crew[0]));
	json_array_foreach(units, i, unit)
	{
		if (sim->people.mqtt_port != 0 &&
		    people_radio(&sim->people, text_of(unit, "id")) != NULL &&
		    (per_agency == 0 || played_of(crews, text_of(unit, "agency")) < per_agency))
			add(crews, unit);
	}
	for (unsigned n = 0; n < crews->count; n++)
		open_radio(&crews->crew[n]);
	crews->tally.crews = crews->count;
	plan_troubles(crews);
	*crews_r = crews;
	return 0;
}

void crews_close(struct crews **crews)
{
	struct crews *mine = *crews;

	*crews = NULL;
	if (mine == NULL)
		return;
	for (unsigned i = 0; i < mine->count; i++) {
		radio_free(&mine->crew[i].radio);
		xfree(mine->crew[i].known);
	}
	xfree(mine->crew);
	xfree(mine);
}

/* ---- Their radios. ---- */

unsigned crews_poll(const struct crews *crews, struct pollfd *fds_r, unsigned max)
{
	unsigned count = crews->count < max ? crews->count : max;

	for (unsigned i = 0; i < count; i++) {
		const struct radio *radio = crews->crew[i].radio;

		fds_r[i] = (struct pollfd){.fd = radio_fd(radio), .events = POLLIN};
		if (fds_r[i].fd >= 0 && radio_wants_write(radio))
			fds_r[i].events |= POLLOUT;
	}
	return count;
}

void crews_serve(struct crews *crews, const struct pollfd *fds, int64_t mono_ms)
{
	for (unsigned i = 0; i < crews->count; i++)
		radio_serve(crews->crew[i].radio,
			    (fds[i].revents & (POLLIN | POLLHUP | POLLERR)) != 0,
			    (fds[i].revents & POLLOUT) != 0, mono_ms);
}

bool crews_are_up(const struct crews *crews, struct err *err)
{
	for (unsigned i = 0; i < crews->count; i++) {
		const char *why = radio_trouble(crews->crew[i].radio);

		if (radio_is_up(crews->crew[i].radio))
			continue;
		(void)err_set(err, ERR_IO, "radio of %s: %s", crews->crew[i].unit,
			      why[0] != '\0' ? why : "the broker does not answer");
		return false;
	}
	return true;
}

void crews_gather(struct crews *crews)
{
	for (unsigned i = 0; i < crews->count; i++)
		radio_switch(crews->crew[i].radio, true);
}

/* ---- Asking. ---- */

struct crews_tally crews_tally(const struct crews *crews)
{
	return crews->tally;
}

static const struct crew *find_crew(const struct crews *crews, const char *unit)
{
	for (unsigned i = 0; i < crews->count; i++)
		if (strcmp(crews->crew[i].unit, unit) == 0)
			return &crews->crew[i];
	return NULL;
}

bool crews_play(const struct crews *crews, const char *unit)
{
	return find_crew(crews, unit) != NULL;
}

bool crews_have_heard(const struct crews *crews, const char *unit, const char *dispatch_id)
{
	const struct crew *crew = find_crew(crews, unit);

	return crew != NULL && find_known(crew, dispatch_id) != NULL;
}
