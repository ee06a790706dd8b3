/* What came in lately and is still open: the reports that a further one may be of one matter
 * with, found by place, words, kind and caller without comparing with all of them.
 *
 * A plain table of bounded size: of each matter (an incident, or one that is not stored yet)
 * the first report and the latest ones, of all matters those of the newest reports. It decides
 * nothing: core/joining.h fills it, asks it and keeps it true. What it gives is borrowed until
 * something is added or dropped. Loop thread only. */
#pragma once

#include "base/id.h"
#include "base/list.h"
#include "core/gist.h"

#define RECENT_REPORTS_MAX 4096 /* 3 MiB when full */
#define RECENT_EACH_MAX    6    /* reports of one matter */
#define RECENT_FOUND_MAX   192
#define RECENT_KEYS_MAX    20

struct recent;

struct matter {
	char id[ID_SIZE];          /* of its incident; "" : not stored yet */
	char folded_into[ID_SIZE]; /* "" : a card of its own */
	int priority;
	unsigned report_count; /* all there are, also those that are not held */
	bool is_exercise;
	bool is_taken;     /* somebody has acknowledged it */
	bool stands_alone; /* a person has said that it is a matter of its own */
	bool is_judged;    /* category and lead are a person's */
	bool is_placed;    /* so is where it is */
	uint32_t category, group, area;
	agency_set lead;
	bool has_point;
	int32_t lat_e7, lon_e7, accuracy_m;

	struct list reports; /* the table's: what is held, the first of the incident first */
	unsigned held;
	int32_t next; /* of its bucket */
};

struct recent_report {
	char id[ID_SIZE];
	struct gist gist;
	struct matter *matter;
	bool is_call; /* came by telephone */

	struct list age, of_matter; /* the table's from here on */
	unsigned key_count;
	uint32_t mark;
	int32_t next;
};

struct recent *recent_new(void);
void recent_free(struct recent **recent);
/* All of it. */
void recent_clear(struct recent *recent);
unsigned recent_count(const struct recent *recent);

/* NULL: not held. */
struct recent_report *recent_find(struct recent *recent, const char *report_id);
struct matter *recent_matter(struct recent *recent, const char *incident_id);

/* Of matter, or NULL: of a new one without a name. What is oldest gives way, of the matter and
 * of all; the matter itself is never what goes. The id must not be held yet. */
struct recent_report *recent_add(struct recent *recent, struct matter *matter,
				 const char *report_id, const struct gist *gist, bool is_call);
/* The matter is gone with its last report. */
void recent_drop(struct recent *recent, struct recent_report *report);
void recent_forget(struct recent *recent, struct matter *matter);
/* The matter has got an incident. No other may have it. */
void recent_name(struct recent *recent, struct matter *matter, const char *incident_id);
/* To another matter, or NULL: to a new one. The old one is gone with its last report. */
struct matter *recent_move(struct recent *recent, struct recent_report *report,
			   struct matter *matter);
/* What a person has judged and placed goes over what its reports say; and they are found by
 * what their gists say now. After any change of either. */
void recent_settle(struct recent *recent, struct matter *matter);

/* Those that may be alike, each once, the newest of a kind first; never more than max. Bounded
 * work however much is held. */
unsigned recent_look(struct recent *recent, const struct gist *gist,
		     struct recent_report **found_r, unsigned max);
/* The same, and before them those of the same kind wherever they are. */
unsigned recent_look_wide(struct recent *recent, const struct gist *gist,
			  struct recent_report **found_r, unsigned max);

/* The first of those held. */
struct recent_report *matter_first(const struct matter *matter);
