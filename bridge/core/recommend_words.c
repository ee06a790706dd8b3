/* A recommendation for people and programs: each choice with its reason in both languages. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "core/recommend.h"
#include "core/rules_private.h"

#define SAID_SIZE 320

/* The same said twice. */
struct said {
	char id[SAID_SIZE], en[SAID_SIZE];
};

struct telling {
	const struct rules *rules;
	const struct recommend_situation *situation;
	const struct recommendation *out;
	struct jsonw *w;
};

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

static const char *id_of(const struct telling *t, int choice)
{
	return choice < 0 ? "?" : t->out->choice[choice].unit->unit->id;
}

static const char *area_name(const struct telling *t, const char *code)
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
	const char *area =
		t->situation->has_point || m < 0 ? NULL : area_name(t, t->situation->area);

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

static void say_sent(const struct telling *t, const struct recommend_choice *c,
		     struct said *said)
{
	add_way(t, c->straight_line_m, said);
	add_place(t, c, said);
	if (c->unit->shift_jobs >= 0) {
		add(said->id, ", %d tugas giliran ini", c->unit->shift_jobs);
		add(said->en, ", %d job%s this shift", c->unit->shift_jobs,
		    c->unit->shift_jobs == 1 ? "" : "s");
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
		add(said->id, "tempatnya tidak diketahui; %s diketahui", id_of(t, c->other));
		add(said->en, "nobody knows where it is; of %s it is known",
		    id_of(t, c->other));
		return;
	}
	add_way(t, c->straight_line_m, said);
	add(said->id, "; %s ", id_of(t, c->other));
	add(said->en, "; %s ", id_of(t, c->other));
	add_metres(said, t->out->choice[c->other].straight_line_m);
}

static void say_busier(const struct telling *t, const struct recommend_choice *c,
		       struct said *said)
{
	const struct recommend_choice *other = &t->out->choice[c->other];
	int mine = c->unit->shift_jobs > 0 ? c->unit->shift_jobs : 0;
	int theirs = other->unit->shift_jobs > 0 ? other->unit->shift_jobs : 0;

	add(said->id, "hampir sama jauh; %d tugas giliran ini, %s %d", mine, id_of(t, c->other),
	    theirs);
	add(said->en, "about as far; %d jobs this shift, %s %d", mine, id_of(t, c->other),
	    theirs);
}

static void say_pair(struct said *said, const char *id, const char *en)
{
	add(said->id, "%s", id);
	add(said->en, "%s", en);
}

static void say_with(const struct telling *t, const struct recommend_choice *c,
		     struct said *said)
{
	const char *other = id_of(t, c->other);

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

static void say_passed(const struct telling *t, const struct recommend_choice *c,
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

/* ---- JSON. ---- */

static void write_said(struct jsonw *w, const struct said *said)
{
	jsonw_string(w, "why_id", said->id);
	jsonw_string(w, "why_en", said->en);
}

static void write_unit(const struct telling *t, const struct recommend_choice *c)
{
	jsonw_string(t->w, "unit", c->unit->unit->id);
	jsonw_string(t->w, "name", c->unit->unit->name);
	jsonw_string(t->w, "agency", t->rules->agencies.agency[c->unit->unit->agency].id);
	jsonw_string(t->w, "kind", c->unit->unit->kind);
}

static void write_place(const struct telling *t, const struct recommend_choice *c)
{
	if (c->straight_line_m >= 0)
		jsonw_int(t->w, "straight_line_m", c->straight_line_m);
	else
		jsonw_null(t->w, "straight_line_m");
	jsonw_string(t->w, "counted_from",
		     !c->has_place ? "nowhere" : (c->is_live ? "live" : "home"));
	if (c->age_ms >= 0)
		jsonw_int(t->w, "position_age_s", c->age_ms / 1000);
	else
		jsonw_null(t->w, "position_age_s");
}

static void write_sent(const struct telling *t)
{
	jsonw_open(t->w, "units", '[');
	for (unsigned i = 0; i < t->out->sent_count; i++) {
		const struct recommend_choice *c = &t->out->choice[t->out->sent[i]];
		struct said said = {{0}, {0}};

		say_sent(t, c, &said);
		jsonw_open(t->w, NULL, '{');
		write_unit(t, c);
		write_place(t, c);
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_there(const struct telling *t)
{
	jsonw_open(t->w, "there", '[');
	for (unsigned i = 0; i < t->out->choice_count; i++)
		if (t->out->choice[i].fate == FATE_THERE) {
			jsonw_open(t->w, NULL, '{');
			write_unit(t, &t->out->choice[i]);
			jsonw_close(t->w, '}');
		}
	jsonw_close(t->w, ']');
}

static void write_passed(const struct telling *t)
{
	jsonw_open(t->w, "passed_over", '[');
	for (unsigned i = 0; i < t->out->choice_count; i++) {
		const struct recommend_choice *c = &t->out->choice[i];
		struct said said = {{0}, {0}};

		if (c->fate <= FATE_THERE)
			continue;
		say_passed(t, c, &said);
		jsonw_open(t->w, NULL, '{');
		write_unit(t, c);
		write_place(t, c);
		jsonw_string(t->w, "reason", recommend_fate_names[c->fate]);
		jsonw_string(t->w, "other", c->other >= 0 ? id_of(t, c->other) : NULL);
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_need(const struct telling *t, unsigned n)
{
	const struct plan_need *need = &t->out->plan->need[n];

	jsonw_string(t->w, "agency", t->rules->agencies.agency[need->agency].id);
	jsonw_open(t->w, "kinds", '[');
	for (unsigned i = 0; i < need->kind_count; i++)
		jsonw_string(t->w, NULL, need->kind[i]);
	jsonw_close(t->w, ']');
	jsonw_string(t->w, "capability", need->capability[0] != '\0' ? need->capability : NULL);
	jsonw_int(t->w, "wanted", need->count);
	jsonw_int(t->w, "there", t->out->need[n].there);
	jsonw_int(t->w, "proposed", t->out->need[n].sent);
	jsonw_int(t->w, "missing", t->out->need[n].missing);
}

static void say_short(const struct telling *t, unsigned n, struct said *said)
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

static bool is_listed(const struct telling *t, unsigned n, bool only_short)
{
	return (t->situation->agencies >> t->out->plan->need[n].agency & 1) != 0 &&
	       (!only_short || t->out->need[n].missing > 0);
}

static void write_needs(const struct telling *t, const char *key, bool only_short)
{
	jsonw_open(t->w, key, '[');
	for (unsigned n = 0; t->out->plan != NULL && n < t->out->plan->need_count; n++) {
		struct said said = {{0}, {0}};

		if (!is_listed(t, n, only_short))
			continue;
		jsonw_open(t->w, NULL, '{');
		write_need(t, n);
		if (only_short) {
			say_short(t, n, &said);
			write_said(t->w, &said);
		}
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void say_bare(const struct telling *t, const struct recommend_bare *bare,
		     struct said *said)
{
	const char *name = area_name(t, bare->area);
	const char *agency = t->rules->agencies.agency[bare->agency].id;

	add(said->id, "%s tanpa %s (%s) yang bebas", name, kind_id(bare->kind), agency);
	add(said->en, "%s is without a free %s (%s)", name, bare->kind, agency);
	if (bare->next < 0) {
		say_pair(said, "; tidak ada lagi yang bebas", "; no other is free");
		return;
	}
	add(said->id, "; berikutnya %s, ", id_of(t, bare->next));
	add(said->en, "; next is %s, ", id_of(t, bare->next));
	add_line(said, bare->next_m);
	add(said->id, " dari %s", id_of(t, bare->leaves));
	add(said->en, " from %s", id_of(t, bare->leaves));
}

static void write_bare(const struct telling *t)
{
	jsonw_open(t->w, "bare", '[');
	for (unsigned i = 0; i < t->out->bare_count; i++) {
		const struct recommend_bare *bare = &t->out->bare[i];
		struct said said = {{0}, {0}};

		say_bare(t, bare, &said);
		jsonw_open(t->w, NULL, '{');
		jsonw_string(t->w, "area", bare->area);
		jsonw_string(t->w, "area_name", area_name(t, bare->area));
		jsonw_string(t->w, "agency", t->rules->agencies.agency[bare->agency].id);
		jsonw_string(t->w, "kind", bare->kind);
		jsonw_string(t->w, "unit", id_of(t, bare->leaves));
		jsonw_string(t->w, "next", bare->next >= 0 ? id_of(t, bare->next) : NULL);
		if (bare->next >= 0)
			jsonw_int(t->w, "straight_line_m", bare->next_m);
		else
			jsonw_null(t->w, "straight_line_m");
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void say_hospital(const struct telling *t, const struct recommend_hospital *h,
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

static void write_hospital(const struct telling *t, const struct recommend_hospital *h)
{
	struct said said = {{0}, {0}};

	say_hospital(t, h, &said);
	jsonw_open(t->w, NULL, '{');
	jsonw_string(t->w, "id", h->hospital->id);
	jsonw_string(t->w, "name", h->hospital->name);
	if (h->straight_line_m >= 0)
		jsonw_int(t->w, "straight_line_m", h->straight_line_m);
	else
		jsonw_null(t->w, "straight_line_m");
	jsonw_string(t->w, "receiving", receiving_names[h->is]);
	if (h->age_ms >= 0)
		jsonw_int(t->w, "said_age_s", h->age_ms / 1000);
	else
		jsonw_null(t->w, "said_age_s");
	jsonw_bool(t->w, "is_fresh", h->is_fresh);
	write_said(t->w, &said);
	jsonw_close(t->w, '}');
}

static void write_hospitals(const struct telling *t)
{
	jsonw_open(t->w, "hospitals", '[');
	for (unsigned i = 0; i < t->out->hospital_count; i++)
		write_hospital(t, &t->out->hospital[i]);
	jsonw_close(t->w, ']');
}

static const char *measured_to(const struct telling *t)
{
	if (t->situation->has_point)
		return "point";
	return areas_coded(&t->rules->areas, t->situation->area) != NULL ? "area" : "nothing";
}

static void write_plan(const struct telling *t)
{
	jsonw_int(t->w, "level", t->situation->level);
	jsonw_string(t->w, "measured_to", measured_to(t));
	if (t->out->plan == NULL) {
		jsonw_null(t->w, "plan");
		return;
	}
	jsonw_open(t->w, "plan", '{');
	jsonw_string(t->w, "name", t->out->plan->name);
	jsonw_int(t->w, "level", t->out->plan->level);
	jsonw_close(t->w, '}');
}

void recommendation_write(const struct rules *rules,
			  const struct recommend_situation *situation,
			  const struct recommendation *recommendation, struct jsonw *w)
{
	const struct telling t = {
		.rules = rules, .situation = situation, .out = recommendation, .w = w};

	write_plan(&t);
	write_needs(&t, "needs", false);
	write_needs(&t, "shortfalls", true);
	write_sent(&t);
	write_there(&t);
	write_passed(&t);
	write_bare(&t);
	write_hospitals(&t);
}
