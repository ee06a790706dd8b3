#include "core/recent.h"

#include <string.h>

#include "base/err.h"
#include "base/xalloc.h"

#define BUCKETS    8192  /* of ids; a power of two, as the next */
#define KEYS       16384 /* buckets of what reports are found by */
#define WORDS_KEPT 16    /* of a report, to be found by */
#define TELLING    64    /* sixteenths: core/similar.c compares no others by number */
#define PER_KEY    32    /* reports that one thing they have in common can bring */
#define CELL_E7    54000 /* some 600 m: as far as two who tell of one thing may stand apart */
#define NONE       (-1)

/* Where a report stands under one of its keys. The number in the pool is report * KEYS_MAX + k:
 * no pointers, so that a report costs little. */
struct post {
	uint32_t key;
	int32_t next, prev; /* prev: NONE - 1 - bucket for the first */
};

struct recent {
	struct recent_report report[RECENT_REPORTS_MAX];
	struct matter matter[RECENT_REPORTS_MAX]; /* each has one report at least */
	struct post post[RECENT_REPORTS_MAX * RECENT_KEYS_MAX];
	struct list age, free_reports; /* the oldest first */
	int32_t free_matter;
	unsigned count;
	uint32_t mark;
	int32_t by_report[BUCKETS], by_incident[BUCKETS], by_key[KEYS];
};

void recent_clear(struct recent *recent)
{
	recent->count = 0;
	list_init(&recent->age);
	list_init(&recent->free_reports);
	for (int32_t i = 0; i < RECENT_REPORTS_MAX; i++) {
		list_append(&recent->free_reports, &recent->report[i].age);
		recent->matter[i].next = i + 1 < RECENT_REPORTS_MAX ? i + 1 : NONE;
	}
	recent->free_matter = 0;
	memset(recent->by_report, 0xff, sizeof(recent->by_report)); /* NONE */
	memset(recent->by_incident, 0xff, sizeof(recent->by_incident));
	memset(recent->by_key, 0xff, sizeof(recent->by_key));
}

struct recent *recent_new(void)
{
	struct recent *recent = xcalloc(1, sizeof(*recent));

	recent_clear(recent);
	return recent;
}

void recent_free(struct recent **recent)
{
	xfree(*recent);
	*recent = NULL;
}

unsigned recent_count(const struct recent *recent)
{
	return recent->count;
}

/* ---- By id. ---- */

static uint32_t mix(uint32_t h, uint32_t value)
{
	h = (h ^ value) * 2654435761u;
	return h ^ h >> 15;
}

/* The end of an id is its random part. */
static uint32_t bucket_of(const char *id)
{
	uint32_t h = 0;

	for (size_t i = strlen(id); i-- > 2;)
		h = h * 31 + (unsigned char)id[i];
	return mix(0, h) % BUCKETS;
}

static int32_t number_of(const struct recent *recent, const struct recent_report *report)
{
	return (int32_t)(report - recent->report);
}

struct recent_report *recent_find(struct recent *recent, const char *report_id)
{
	int32_t i = recent->by_report[bucket_of(report_id)];

	while (i != NONE && strcmp(recent->report[i].id, report_id) != 0)
		i = recent->report[i].next;
	return i == NONE ? NULL : &recent->report[i];
}

struct matter *recent_matter(struct recent *recent, const char *incident_id)
{
	int32_t i = recent->by_incident[bucket_of(incident_id)];

	while (i != NONE && strcmp(recent->matter[i].id, incident_id) != 0)
		i = recent->matter[i].next;
	return i == NONE ? NULL : &recent->matter[i];
}

static void unlist_report(struct recent *recent, const struct recent_report *report)
{
	int32_t *at = &recent->by_report[bucket_of(report->id)];

	while (*at != number_of(recent, report))
		at = &recent->report[*at].next;
	*at = report->next;
}

static void unlist_matter(struct recent *recent, const struct matter *matter)
{
	int32_t *at = &recent->by_incident[bucket_of(matter->id)];

	if (matter->id[0] == '\0')
		return;
	while (*at != matter - recent->matter)
		at = &recent->matter[*at].next;
	*at = matter->next;
}

void recent_name(struct recent *recent, struct matter *matter, const char *incident_id)
{
	int32_t *bucket = &recent->by_incident[bucket_of(incident_id)];

	unlist_matter(recent, matter);
	snprintf(matter->id, ID_SIZE, "%s", incident_id);
	matter->next = *bucket;
	*bucket = (int32_t)(matter - recent->matter);
}

/* ---- By what they say. ---- */

enum key_kind { KEY_CALLER = 1, KEY_CELL, KEY_WORD, KEY_KIND };

static uint32_t cell_key(int32_t lat_e7, int32_t lon_e7, int dy, int dx)
{
	uint32_t y = (uint32_t)(lat_e7 / CELL_E7 + dy), x = (uint32_t)(lon_e7 / CELL_E7 + dx);

	return mix(mix(KEY_CELL, y), x);
}

static uint32_t kind_key(uint32_t category)
{
	return mix(KEY_KIND, category);
}

/* The first by hash and not the heaviest: two that share words then keep the same of them. */
static unsigned word_keys(const struct gist *gist, uint32_t *key_r)
{
	unsigned count = 0;

	for (unsigned i = 0; i < gist->word_count && count < WORDS_KEPT; i++)
		if (gist->word[i].weight >= TELLING)
			key_r[count++] = mix(KEY_WORD, gist->word[i].hash);
	return count;
}

static uint32_t caller_key(uint64_t caller)
{
	return mix(mix(KEY_CALLER, (uint32_t)caller), (uint32_t)(caller >> 32));
}

static unsigned keys_of(const struct gist *gist, uint32_t key_r[RECENT_KEYS_MAX])
{
	unsigned count = word_keys(gist, key_r);

	if (gist->has_point)
		key_r[count++] = cell_key(gist->lat_e7, gist->lon_e7, 0, 0);
	if (gist->caller != 0)
		key_r[count++] = caller_key(gist->caller);
	key_r[count++] = kind_key(gist->category);
	return count;
}

static void post_one(struct recent *recent, int32_t at, uint32_t key)
{
	int32_t *first = &recent->by_key[key % KEYS];
	struct post *post = &recent->post[at];

	*post = (struct post){
		.key = key, .next = *first, .prev = NONE - 1 - (int32_t)(key % KEYS)};
	if (*first != NONE)
		recent->post[*first].prev = at;
	*first = at;
}

static void take_down_one(struct recent *recent, int32_t at)
{
	const struct post *post = &recent->post[at];

	if (post->prev < NONE)
		recent->by_key[NONE - 1 - post->prev] = post->next;
	else
		recent->post[post->prev].next = post->next;
	if (post->next != NONE)
		recent->post[post->next].prev = post->prev;
}

static void take_down(struct recent *recent, struct recent_report *report)
{
	for (unsigned k = 0; k < report->key_count; k++)
		take_down_one(recent, number_of(recent, report) * RECENT_KEYS_MAX + (int32_t)k);
	report->key_count = 0;
}

static void post(struct recent *recent, struct recent_report *report)
{
	uint32_t key[RECENT_KEYS_MAX];

	take_down(recent, report);
	report->key_count = keys_of(&report->gist, key);
	for (unsigned k = 0; k < report->key_count; k++)
		post_one(recent, number_of(recent, report) * RECENT_KEYS_MAX + (int32_t)k,
			 key[k]);
}

/* ---- Adding and dropping. ---- */

struct recent_report *matter_first(const struct matter *matter)
{
	return LIST_ITEM(matter->reports.next, struct recent_report, of_matter);
}

static struct matter *new_matter(struct recent *recent)
{
	struct matter *matter = &recent->matter[recent->free_matter];

	recent->free_matter = matter->next;
	*matter = (struct matter){.next = NONE};
	list_init(&matter->reports);
	return matter;
}

static void leave_matter(struct recent *recent, struct recent_report *report)
{
	struct matter *matter = report->matter;

	list_remove(&report->of_matter);
	report->matter = NULL;
	if (--matter->held > 0)
		return;
	unlist_matter(recent, matter);
	matter->next = recent->free_matter;
	recent->free_matter = (int32_t)(matter - recent->matter);
}

static void join_matter(struct recent_report *report, struct matter *matter)
{
	report->matter = matter;
	list_append(&matter->reports, &report->of_matter);
	matter->held++;
}

void recent_drop(struct recent *recent, struct recent_report *report)
{
	take_down(recent, report);
	unlist_report(recent, report);
	leave_matter(recent, report);
	list_remove(&report->age);
	list_append(&recent->free_reports, &report->age);
	recent->count--;
}

void recent_forget(struct recent *recent, struct matter *matter)
{
	for (unsigned held = matter->held; held > 0; held--) /* it is gone with the last */
		recent_drop(recent, matter_first(matter));
}

/* The second of those held: the first is what the others were found to be like. */
static void thin(struct recent *recent, struct matter *matter)
{
	if (matter->held > RECENT_EACH_MAX)
		recent_drop(recent, LIST_ITEM(matter->reports.next->next, struct recent_report,
					      of_matter));
}

/* Not what matter lives by. */
static void make_room(struct recent *recent, const struct matter *matter)
{
	struct list *oldest = recent->age.next;

	if (!list_is_empty(&recent->free_reports))
		return;
	while (LIST_ITEM(oldest, struct recent_report, age)->matter == matter)
		oldest = oldest->next;
	recent_drop(recent, LIST_ITEM(oldest, struct recent_report, age));
}

static struct recent_report *new_report(struct recent *recent, const char *id)
{
	struct recent_report *report =
		LIST_ITEM(list_take(&recent->free_reports), struct recent_report, age);
	int32_t *bucket = &recent->by_report[bucket_of(id)];

	snprintf(report->id, ID_SIZE, "%s", id);
	report->key_count = 0;
	report->mark = recent->mark;
	report->next = *bucket;
	*bucket = number_of(recent, report);
	list_append(&recent->age, &report->age);
	recent->count++;
	return report;
}

/* What a person has said of the matter goes for each of its reports. */
static void follow_person(const struct matter *matter, struct gist *gist)
{
	if (matter->is_judged) {
		gist->category = matter->category;
		gist->group = matter->group;
		gist->lead = matter->lead;
	}
	if (matter->is_placed) {
		gist->has_point = matter->has_point;
		gist->lat_e7 = matter->lat_e7;
		gist->lon_e7 = matter->lon_e7;
		gist->accuracy_m = matter->accuracy_m;
		gist->area = matter->area;
	}
}

static void settle(struct recent *recent, struct recent_report *report)
{
	follow_person(report->matter, &report->gist);
	post(recent, report);
}

struct recent_report *recent_add(struct recent *recent, struct matter *matter,
				 const char *report_id, const struct gist *gist, bool is_call)
{
	struct recent_report *report;

	make_room(recent, matter);
	report = new_report(recent, report_id);
	report->gist = *gist;
	report->is_call = is_call;
	join_matter(report, matter != NULL ? matter : new_matter(recent));
	settle(recent, report);
	thin(recent, report->matter);
	return report;
}

struct matter *recent_move(struct recent *recent, struct recent_report *report,
			   struct matter *matter)
{
	if (matter == report->matter)
		return matter;
	leave_matter(recent, report);
	join_matter(report, matter != NULL ? matter : new_matter(recent));
	settle(recent, report);
	thin(recent, report->matter);
	return report->matter;
}

void recent_settle(struct recent *recent, struct matter *matter)
{
	struct list *node = matter->reports.next;

	for (; node != &matter->reports; node = node->next)
		settle(recent, LIST_ITEM(node, struct recent_report, of_matter));
}

/* ---- Looking. ---- */

struct look {
	struct recent *recent;
	struct recent_report **found;
	unsigned count, max;
};

static void look_by(struct look *look, uint32_t key, unsigned per_key)
{
	struct recent *recent = look->recent;
	int32_t at = recent->by_key[key % KEYS];

	for (; at != NONE && per_key > 0 && look->count < look->max;
	     at = recent->post[at].next) {
		struct recent_report *report = &recent->report[at / RECENT_KEYS_MAX];

		if (recent->post[at].key != key)
			continue;
		per_key--;
		if (report->mark != recent->mark)
			look->found[look->count++] = report;
		report->mark = recent->mark;
	}
}

static struct look begin(struct recent *recent, struct recent_report **found, unsigned max)
{
	recent->mark++;
	return (struct look){.recent = recent, .found = found, .max = max};
}

static void look_around(struct look *look, const struct gist *gist)
{
	for (int dy = -1; dy <= 1; dy++)
		for (int dx = -1; dx <= 1; dx++)
			if (dy != 0 || dx != 0)
				look_by(look, cell_key(gist->lat_e7, gist->lon_e7, dy, dx),
					PER_KEY);
}

static void look_by_all(struct look *look, const struct gist *gist)
{
	uint32_t key[WORDS_KEPT];
	unsigned words = word_keys(gist, key);

	if (gist->caller != 0)
		look_by(look, caller_key(gist->caller), PER_KEY);
	if (gist->has_point)
		look_by(look, cell_key(gist->lat_e7, gist->lon_e7, 0, 0), PER_KEY);
	for (unsigned i = 0; i < words; i++)
		look_by(look, key[i], PER_KEY);
	if (gist->has_point)
		look_around(look, gist);
}

unsigned recent_look(struct recent *recent, const struct gist *gist,
		     struct recent_report **found_r, unsigned max)
{
	struct look look = begin(recent, found_r, max);

	look_by_all(&look, gist);
	return look.count;
}

unsigned recent_look_wide(struct recent *recent, const struct gist *gist,
			  struct recent_report **found_r, unsigned max)
{
	struct look look = begin(recent, found_r, max);

	if (gist->category != 0)
		look_by(&look, kind_key(gist->category), max / 2);
	look_by_all(&look, gist);
	return look.count;
}
