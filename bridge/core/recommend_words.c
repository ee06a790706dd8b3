/* The reasons of a recommendation in words, in both languages, with their figures. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "core/recommend_private.h"

PRINTF_LIKE(2, 3) static void add(char text[SAID_SIZE], const char *fmt, ...)
{
	size_t len = strlen(text);
	va_list args;

	va_start(args, fmt);
	vsnprintf(text + len, SAID_SIZE - len, fmt, args);
	va_end(args);
}

/* "850 m", "1,2 km" */
static void add_metres(struct said *said, int32_t m)
{
	int tenths = (m + 50) / 100;

	if (m < 0) {
		add(said->id, "jarak tidak diketahui");
		add(said->en, "distance unknown");
	} else if (m < 1000) {
		add(said->id, "%d m", m);
		add(said->en, "%d m", m);
	} else {
		add(said->id, "%d,%d km", tenths / 10, tenths % 10);
		add(said->en, "%d.%d km", tenths / 10, tenths % 10);
	}
}

/* To the point, or as far as that is known. */
static void add_line(struct said *said, int32_t m)
{
	add_metres(said, m);
	if (m < 0)
		return;
	add(said->id, " jarak lurus");
	add(said->en, " in a straight line");
}

/* "40 detik", "12 menit", "3 jam" */
static void add_span(struct said *said, int64_t ms)
{
	static const struct {
		int64_t ms, from_ms;
		const char *id, *en;
	} units[] = {
		{3600000, 7200000, "jam", "h"},
		{60000, 60000, "menit", "min"},
		{1000, 0, "detik", "s"},
	};
	int i = 0;

	while (ms < units[i].from_ms && i < 2)
		i++;
	add(said->id, "%lld %s", (long long)(ms / units[i].ms), units[i].id);
	add(said->en, "%lld %s", (long long)(ms / units[i].ms), units[i].en);
}

/* " sejak 12 menit", when that is known */
static void add_since(const struct telling *t, struct said *said, int64_t since_ms)
{
	if (since_ms == 0)
		return;
	add(said->id, " sejak ");
	add(said->en, " for ");
	add_span(said, t->situation->now_ms > since_ms ? t->situation->now_ms - since_ms : 0);
	add(said->id, " lalu");
}

const char *recommend_unit_id(const struct telling *t, int choice)
{
	return choice < 0 ? "?" : t->out->choice[choice].unit->unit->id;
}

const char *recommend_area_name(const struct telling *t, const char *code)
{
	const struct area *area = areas_coded(&t->rules->areas, code);

	return area != NULL ? area->name : "?";
}

/* The kinds of the sample city; another's is said as it is written. */
static const char *kind_id(const char *kind)
{
	static const char *const names[][2] = {
		{"engine", "mobil pemadam"}, {"rescue", "unit rescue"},
		{"car", "mobil patroli"},    {"motorcycle", "sepeda motor"},
		{"ambulance", "ambulans"},   {"team", "regu"},
		{"boat", "perahu"},          {"truck", "truk"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], kind) == 0)
			return names[i][1];
	return kind;
}

/* How far it is to the incident: to its point, or to the border of its area. */
static void add_way(const struct telling *t, int32_t m, struct said *said)
{
	const char *area = t->situation->has_point || m < 0
				   ? NULL
				   : recommend_area_name(t, t->situation->area);

	if (area != NULL && m == 0) {
		add(said->id, "di dalam %s", area);
		add(said->en, "inside %s", area);
		return;
	}
	add_line(said, m);
	if (area == NULL)
		return;
	add(said->id, " ke batas %s", area);
	add(said->en, " to the border of %s", area);
}

/* ---- Who goes. ---- */

/* Where it is counted from, and how old what it says of that is. */
static void add_place(const struct telling *t, const struct recommend_choice *c,
		      struct said *said)
{
	const struct unit *unit = c->unit->unit;
	const char *station =
		unit->station >= 0 ? t->rules->fleet.station[unit->station].name : NULL;

	if (!c->has_place)
		return;
	if (c->age_ms >= 0) {
		add(said->id, c->is_live ? ", posisi langsung " : ", posisi terakhir ");
		add(said->en, c->is_live ? ", live position " : ", last position ");
		add_span(said, c->age_ms);
		add(said->id, " lalu");
		add(said->en, " ago");
	}
	if (c->is_live)
		return;
	add(said->id, ", dihitung dari %s", station != NULL ? station : "tempat siaganya");
	add(said->en, ", counted from %s", station != NULL ? station : "where it waits");
}

/* ", bertugas 9 jam, 2 jam di antaranya di tugas", and whether that is too long. */
static void add_hours(const struct telling *t, const struct recommend_choice *c,
		      struct said *said)
{
	int64_t on_ms = recommend_on_ms(t->situation, c->unit);

	if (on_ms < 0) {
		add(said->id, "lama bertugas tidak diketahui");
		add(said->en, "nobody knows for how long it is on duty");
		return;
	}
	add(said->id, "bertugas ");
	add(said->en, "on duty for ");
	add_span(said, on_ms);
	if (c->unit->worked_ms == 0)
		return;
	add(said->id, ", ");
	add(said->en, ", ");
	add_span(said, c->unit->worked_ms);
	add(said->id, " di antaranya di tugas");
	add(said->en, " of it on jobs");
}

static void add_rest(const struct telling *t, const struct recommend_choice *c,
		     struct said *said)
{
	if (recommend_on_ms(t->situation, c->unit) < 0)
		return;
	add(said->id, ", ");
	add(said->en, ", ");
	add_hours(t, c, said);
	if (!recommend_is_tired(t->rules, t->situation, c->unit))
		return;
	add(said->id, ": awaknya perlu istirahat");
	add(said->en, ": its crew is to rest");
}

void recommend_say_sent(const struct telling *t, const struct recommend_choice *c,
			struct said *said)
{
	add_way(t, c->straight_line_m, said);
	add_place(t, c, said);
	if (c->unit->shift_jobs >= 0) {
		add(said->id, ", %d tugas giliran ini", c->unit->shift_jobs);
		add(said->en, ", %d job%s this shift", c->unit->shift_jobs,
		    c->unit->shift_jobs == 1 ? "" : "s");
	}
	add_rest(t, c, said);
	if (c->unit->is_in_exercise) {
		add(said->id, "; sedang latihan: akan ditarik");
		add(said->en, "; in an exercise: it will be taken out of that");
	}
	if (c->unit->presence != RECOMMEND_OFFLINE)
		return;
	add(said->id, "; perangkat tidak tersambung");
	add(said->en, "; its device is not connected");
	add_since(t, said, c->unit->presence_since_ms);
	add(said->id, ": panggil lewat radio");
	add(said->en, ": call it by radio");
}

/* ---- Who does not. ---- */

static const char *state_id(const char *state)
{
	static const char *const names[][2] = {{"ordered", "diperintahkan"},
					       {"accepted", "menerima"},
					       {"en_route", "menuju lokasi"},
					       {"on_scene", "di lokasi"}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static void say_busy(const struct telling *t, const struct recommend_choice *c,
		     struct said *said)
{
	const struct recommend_unit *in = c->unit;

	add(said->id, "bertugas di %04lld", (long long)in->busy_no);
	add(said->en, "busy at %04lld", (long long)in->busy_no);
	if (in->busy_priority > 0) {
		add(said->id, " (P%d)", in->busy_priority);
		add(said->en, " (P%d)", in->busy_priority);
	}
	if (in->busy_state[0] != '\0') {
		add(said->id, ", %s", state_id(in->busy_state));
		add(said->en, ", %s", in->busy_state);
	}
	add_since(t, said, in->busy_since_ms);
}

static void say_logged_out(const struct telling *t, const struct recommend_choice *c,
			   struct said *said)
{
	add(said->id, "awak keluar dari perangkat");
	add(said->en, "logged out");
	add_since(t, said, c->unit->presence_since_ms);
}

static void say_not_needed(const struct telling *t, const struct recommend_choice *c,
			   struct said *said)
{
	int there = t->out->need[c->need].there, count = t->out->plan->need[c->need].count;

	add(said->id, "sudah cukup: %d dari %d ada di sana", there, count);
	add(said->en, "enough are there: %d of %d", there, count);
}

static void say_farther(const struct telling *t, const struct recommend_choice *c,
			struct said *said)
{
	if (!c->has_place) {
		add(said->id, "tempatnya tidak diketahui; %s diketahui",
		    recommend_unit_id(t, c->other));
		add(said->en, "nobody knows where it is; of %s it is known",
		    recommend_unit_id(t, c->other));
		return;
	}
	add_way(t, c->straight_line_m, said);
	add(said->id, "; %s ", recommend_unit_id(t, c->other));
	add(said->en, "; %s ", recommend_unit_id(t, c->other));
	add_metres(said, t->out->choice[c->other].straight_line_m);
}

static void say_tired(const struct telling *t, const struct recommend_choice *c,
		      struct said *said)
{
	add(said->id, "hampir sama jauh; ");
	add(said->en, "about as far; ");
	add_hours(t, c, said);
	add(said->id, ": awaknya perlu istirahat, awak %s tidak",
	    recommend_unit_id(t, c->other));
	add(said->en, ": its crew is to rest, that of %s is not",
	    recommend_unit_id(t, c->other));
}

static void say_busier(const struct telling *t, const struct recommend_choice *c,
		       struct said *said)
{
	const struct recommend_choice *other = &t->out->choice[c->other];
	int mine = c->unit->shift_jobs > 0 ? c->unit->shift_jobs : 0;
	int theirs = other->unit->shift_jobs > 0 ? other->unit->shift_jobs : 0;

	add(said->id, "hampir sama jauh; %d tugas giliran ini, %s %d", mine,
	    recommend_unit_id(t, c->other), theirs);
	add(said->en, "about as far; %d jobs this shift, %s %d", mine,
	    recommend_unit_id(t, c->other), theirs);
}

static void say_pair(struct said *said, const char *id, const char *en)
{
	add(said->id, "%s", id);
	add(said->en, "%s", en);
}

static void say_with(const struct telling *t, const struct recommend_choice *c,
		     struct said *said)
{
	const char *other = recommend_unit_id(t, c->other);

	if (c->fate == FATE_CREW_OUT) {
		add(said->id, "awaknya pergi dengan %s", other);
		add(said->en, "its crew goes with %s", other);
	} else if (c->fate == FATE_UNREACHED) {
		add(said->id, "perangkat tidak tersambung");
		add(said->en, "its device is not connected");
		add_since(t, said, c->unit->presence_since_ms);
		add(said->id, "; %s tersambung", other);
		add(said->en, "; that of %s is", other);
	} else {
		add(said->id, "setara dengan %s; urutan nama", other);
		add(said->en, "as good as %s, which comes first by its name", other);
	}
}

static void say_unable(const struct telling *t, const struct recommend_choice *c,
		       struct said *said)
{
	if (c->fate == FATE_LACKS) {
		const char *capability = t->out->plan->need[c->need].capability;

		add(said->id, "tidak mampu: %s", capability);
		add(said->en, "cannot do: %s", capability);
		return;
	}
	add(said->id, "awak %d dari %d", c->unit->staff, c->unit->unit->crew_min);
	add(said->en, "a crew of %d where %d are needed", c->unit->staff,
	    c->unit->unit->crew_min);
}

void recommend_say_passed(const struct telling *t, const struct recommend_choice *c,
			  struct said *said)
{
	switch (c->fate) {
	case FATE_OFF_DUTY:
		say_pair(said, "tidak bertugas", "off duty");
		break;
	case FATE_OUT_OF_SERVICE:
		say_pair(said, "tidak siap operasi", "out of service");
		break;
	case FATE_LOGGED_OUT:
		say_logged_out(t, c, said);
		break;
	case FATE_DECLINED:
		say_pair(said, "menolak tugas ini", "has declined this incident");
		break;
	case FATE_BUSY:
		say_busy(t, c, said);
		break;
	case FATE_NOT_NEEDED:
		say_not_needed(t, c, said);
		break;
	case FATE_FARTHER:
		say_farther(t, c, said);
		break;
	case FATE_TIRED:
		say_tired(t, c, said);
		break;
	case FATE_BUSIER:
		say_busier(t, c, said);
		break;
	case FATE_UNDERSTAFFED:
	case FATE_LACKS:
		say_unable(t, c, said);
		break;
	default:
		say_with(t, c, said);
		break;
	}
}

/* ---- What is missing, what is left, where to. ---- */

void recommend_say_missing(const struct telling *t, unsigned n, struct said *said)
{
	const struct plan_need *need = &t->out->plan->need[n];

	add(said->id, "kurang %d dari %d:", t->out->need[n].missing, need->count);
	add(said->en, "%d of %d missing:", t->out->need[n].missing, need->count);
	for (unsigned i = 0; i < need->kind_count; i++) {
		add(said->id, "%s %s", i > 0 ? " atau" : "", kind_id(need->kind[i]));
		add(said->en, "%s %s", i > 0 ? " or" : "", need->kind[i]);
	}
	add(said->id, ", %s", t->rules->agencies.agency[need->agency].name_id);
	add(said->en, ", %s", t->rules->agencies.agency[need->agency].name_en);
	if (need->capability[0] == '\0')
		return;
	add(said->id, ", mampu %s", need->capability);
	add(said->en, ", that can do %s", need->capability);
}

void recommend_say_bare(const struct telling *t, const struct recommend_bare *bare,
			struct said *said)
{
	const char *name = recommend_area_name(t, bare->area);
	const char *agency = t->rules->agencies.agency[bare->agency].id;

	add(said->id, "%s tanpa %s (%s) yang bebas", name, kind_id(bare->kind), agency);
	add(said->en, "%s is without a free %s (%s)", name, bare->kind, agency);
	if (bare->next < 0) {
		say_pair(said, "; tidak ada lagi yang bebas", "; no other is free");
		return;
	}
	add(said->id, "; berikutnya %s, ", recommend_unit_id(t, bare->next));
	add(said->en, "; next is %s, ", recommend_unit_id(t, bare->next));
	add_line(said, bare->next_m);
	add(said->id, " dari %s", recommend_unit_id(t, bare->leaves));
	add(said->en, " from %s", recommend_unit_id(t, bare->leaves));
}

void recommend_say_hospital(const struct telling *t, const struct recommend_hospital *h,
			    struct said *said)
{
	static const char *const states[RECEIVING_STATES][2] = {
		[RECEIVING_UNSAID] = {"IGD belum memberi kabar", "nothing was said of its IGD"},
		[RECEIVING_OPEN] = {"IGD menerima", "its IGD receives"},
		[RECEIVING_BUSY] = {"IGD sibuk", "its IGD is busy"},
		[RECEIVING_DIVERT] = {"IGD mengalihkan", "its IGD turns away"},
	};

	add_way(t, h->straight_line_m, said);
	add(said->id, "; %s", states[h->is][0]);
	add(said->en, "; %s", states[h->is][1]);
	if (h->age_ms < 0)
		return;
	add(said->id, ", kabar ");
	add(said->en, ", said ");
	add_span(said, h->age_ms);
	add(said->id, h->is_fresh ? " lalu" : " lalu: sudah lama, tidak dihitung");
	add(said->en, h->is_fresh ? " ago" : " ago: too old to count");
}
