#include "core/whereabouts.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/rules.h"
#include "model/unit_trace.h"

struct known {
	struct unit_trace trace;
	uint64_t revision; /* of its newest change; 0: nothing is known */
	int64_t kept_ms;   /* when its position was last handed out to be kept */
	bool has_moved;    /* since then */
	bool has_turned;   /* its presence has changed since it was handed out */
};

struct whereabouts {
	const struct clock *clock;
	struct known *known; /* in the order of the rules */
	unsigned count;
	uint64_t revision;
};

static int64_t now_ms(const struct whereabouts *whereabouts)
{
	return whereabouts->clock->wall_ms(whereabouts->clock);
}

struct whereabouts *whereabouts_new(const struct clock *clock)
{
	struct whereabouts *whereabouts = xcalloc(1, sizeof(*whereabouts));

	whereabouts->clock = clock;
	return whereabouts;
}

void whereabouts_free(struct whereabouts **whereabouts)
{
	struct whereabouts *mine = *whereabouts;

	*whereabouts = NULL;
	if (mine == NULL)
		return;
	xfree(mine->known);
	xfree(mine);
}

static struct known *find(const struct whereabouts *whereabouts, const char *unit)
{
	for (unsigned i = 0; i < whereabouts->count; i++)
		if (strcmp(whereabouts->known[i].trace.unit, unit) == 0)
			return &whereabouts->known[i];
	return NULL;
}

void whereabouts_set_rules(struct whereabouts *whereabouts, const struct rules *rules)
{
	unsigned count = rules_unit_count(rules);
	struct known *fresh = xcalloc(count + 1, sizeof(*fresh));

	for (unsigned i = 0; i < count; i++) {
		const char *id = rules_unit(rules, i)->id;
		const struct known *before = find(whereabouts, id);

		if (before != NULL)
			fresh[i] = *before;
		else
			memcpy(fresh[i].trace.unit, id, strlen(id) + 1);
	}
	xfree(whereabouts->known);
	whereabouts->known = fresh;
	whereabouts->count = count;
}

static void has_changed(struct whereabouts *whereabouts, struct known *known)
{
	known->revision = ++whereabouts->revision;
}

bool whereabouts_move(struct whereabouts *whereabouts, const char *unit,
		      const struct field_position *position)
{
	struct known *known = find(whereabouts, unit);
	int64_t now = now_ms(whereabouts);
	int64_t at_ms = position->at_ms != 0 ? field_when(position->at_ms, now) : now;

	if (known == NULL)
		return false;
	if (at_ms <= known->trace.at_ms)
		return true; /* it was on its way for longer, or comes again */
	known->trace.at_ms = at_ms;
	known->trace.lat_e7 = position->lat_e7;
	known->trace.lon_e7 = position->lon_e7;
	known->trace.accuracy_m = position->accuracy_m;
	known->trace.speed_cms = position->speed_cms;
	known->trace.heading = position->heading;
	known->has_moved = true;
	has_changed(whereabouts, known);
	return true;
}

bool whereabouts_presence(struct whereabouts *whereabouts, const char *unit, bool is_online)
{
	struct known *known = find(whereabouts, unit);
	enum unit_presence presence = is_online ? UNIT_ONLINE : UNIT_OFFLINE;

	if (known == NULL)
		return false;
	if (known->trace.presence == presence)
		return true; /* the broker says at each connection what it keeps */
	known->trace.presence = presence;
	known->trace.since_ms = now_ms(whereabouts);
	known->has_turned = true;
	has_changed(whereabouts, known);
	return true;
}

const struct unit_trace *whereabouts_trace(const struct whereabouts *whereabouts,
					   const char *unit)
{
	const struct known *known = find(whereabouts, unit);

	return known != NULL ? &known->trace : NULL;
}

uint64_t whereabouts_revision(const struct whereabouts *whereabouts)
{
	return whereabouts->revision;
}

static void write_presence(const struct unit_trace *trace, struct jsonw *w)
{
	if (trace->presence == UNIT_UNHEARD) {
		jsonw_null(w, "presence");
		return;
	}
	jsonw_open(w, "presence", '{');
	jsonw_string(w, "status", trace->presence == UNIT_ONLINE ? "online" : "offline");
	jsonw_time(w, "since", trace->since_ms);
	jsonw_close(w, '}');
}

static void write_movement(const struct unit_trace *trace, struct jsonw *w)
{
	if (trace->accuracy_m >= 0)
		jsonw_int(w, "accuracy_m", trace->accuracy_m);
	if (trace->speed_cms >= 0)
		jsonw_decimal(w, "speed", trace->speed_cms, 2);
	if (trace->heading >= 0)
		jsonw_int(w, "heading", trace->heading);
}

/* Its age is said beside its time: a console's clock need not be right. */
static void write_position(const struct unit_trace *trace, int64_t now, struct jsonw *w)
{
	if (trace->at_ms == 0) {
		jsonw_null(w, "position");
		return;
	}
	jsonw_open(w, "position", '{');
	jsonw_decimal(w, "lat", trace->lat_e7, 7);
	jsonw_decimal(w, "lon", trace->lon_e7, 7);
	jsonw_time(w, "at", trace->at_ms);
	jsonw_int(w, "age_s", now > trace->at_ms ? (now - trace->at_ms) / 1000 : 0);
	write_movement(trace, w);
	jsonw_close(w, '}');
}

void whereabouts_write(const struct whereabouts *whereabouts, const char *unit, struct jsonw *w)
{
	static const struct unit_trace nothing;
	const struct known *known = find(whereabouts, unit);
	const struct unit_trace *trace = known != NULL ? &known->trace : &nothing;

	write_presence(trace, w);
	write_position(trace, now_ms(whereabouts), w);
}

void whereabouts_write_since(const struct whereabouts *whereabouts, uint64_t revision,
			     struct jsonw *w)
{
	int64_t now = now_ms(whereabouts);

	for (unsigned i = 0; i < whereabouts->count; i++) {
		const struct known *known = &whereabouts->known[i];

		if (known->revision <= revision)
			continue;
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "id", known->trace.unit);
		write_presence(&known->trace, w);
		write_position(&known->trace, now, w);
		jsonw_close(w, '}');
	}
}

static bool is_to_be_kept(const struct known *known, int64_t every_ms, int64_t now)
{
	return known->has_turned ||
	       (known->has_moved && (now - known->kept_ms >= every_ms || now < known->kept_ms));
}

unsigned whereabouts_to_keep(struct whereabouts *whereabouts, int64_t every_ms, unsigned max,
			     struct unit_trace *traces_r)
{
	int64_t now = now_ms(whereabouts);
	unsigned count = 0;

	for (unsigned i = 0; i < whereabouts->count && count < max; i++) {
		struct known *known = &whereabouts->known[i];

		if (!is_to_be_kept(known, every_ms, now))
			continue;
		traces_r[count++] = known->trace;
		known->kept_ms = now;
		known->has_moved = known->has_turned = false;
	}
	return count;
}

static void recall(struct whereabouts *whereabouts, const struct unit_trace *trace)
{
	struct known *known = find(whereabouts, trace->unit);

	if (known == NULL)
		return;
	if (known->trace.at_ms == 0) {
		struct unit_trace heard = known->trace;

		known->trace = *trace;
		known->trace.presence = heard.presence;
		known->trace.since_ms = heard.since_ms;
	}
	/* What the broker has said meanwhile is newer, but if it is the same, it began then. */
	if (known->trace.presence == UNIT_UNHEARD || known->trace.presence == trace->presence) {
		known->trace.presence = trace->presence;
		known->trace.since_ms = trace->since_ms;
	}
	has_changed(whereabouts, known);
}

void whereabouts_recall(struct whereabouts *whereabouts, const struct unit_trace *traces,
			unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		recall(whereabouts, &traces[i]);
}
