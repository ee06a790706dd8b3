#include "core/hospitals.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/rules_private.h"
#include "core/table.h"

const char *const receiving_names[RECEIVING_STATES] = {
	[RECEIVING_UNSAID] = "unsaid",
	[RECEIVING_OPEN] = "open",
	[RECEIVING_BUSY] = "busy",
	[RECEIVING_DIVERT] = "divert",
};

/* ---- hospitals.tsv ---- */

enum { ID, NAME, LAT, LON, TYPE, KINDS };

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* "-": for everything; else categories or groups of them. */
static int read_types(struct table *table, const struct rules *rules, struct hospital *hospital,
		      struct err *err)
{
	const char *end;

	for (const char *at = table->cell[TYPE];; at = end + 1) {
		bool is_known = false;

		end = strchrnul(at, ',');
		for (unsigned i = 0; i < rules->category_count; i++) {
			const struct category *c = &rules->category[i];
			size_t len = (size_t)(end - at);

			if (!is_word(at, len, "-") && !is_word(at, len, c->id) &&
			    !is_word(at, len, c->group))
				continue;
			hospital->types[i / 64] |= UINT64_C(1) << i % 64;
			is_known = true;
		}
		if (!is_known)
			return table_error(table, TYPE, err,
					   "no category or group \"%.30s\" in taxonomy.tsv",
					   at);
		if (*end == '\0')
			return 0;
	}
}

static bool lists(const char *list, const char *word, size_t len)
{
	for (const char *at = list; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n == len && memcmp(at, word, len) == 0)
			return true;
		at += n + (at[n] == ',');
	}
	return false;
}

static int check_kinds(struct table *table, const struct rules *rules, struct err *err)
{
	for (const char *at = table->cell[KINDS]; *at != '\0';) {
		size_t len = strcspn(at, ",");
		unsigned i = 0;

		while (i < rules->fleet.unit_count &&
		       !is_word(at, len, rules->fleet.unit[i].kind))
			i++;
		if (i == rules->fleet.unit_count)
			return table_error(table, KINDS, err,
					   "no unit of the kind \"%.*s\" in units.tsv",
					   (int)(len < 30 ? len : 30), at);
		at += len + (at[len] == ',');
	}
	return 0;
}

static int read_hospital(struct table *table, const struct rules *rules,
			 struct hospital *hospital, struct err *err)
{
	double lat, lon;

	*hospital = (struct hospital){.lat_e7 = 0};
	if (table_text(table, ID, hospital->id, sizeof(hospital->id), err) < 0 ||
	    table_text(table, NAME, hospital->name, sizeof(hospital->name), err) < 0 ||
	    table_number(table, LAT, -90, 90, &lat, err) < 0 ||
	    table_number(table, LON, -180, 180, &lon, err) < 0 ||
	    read_types(table, rules, hospital, err) < 0 ||
	    table_text(table, KINDS, hospital->kinds, sizeof(hospital->kinds), err) < 0 ||
	    check_kinds(table, rules, err) < 0)
		return -1;
	hospital->lat_e7 = (int32_t)lround(lat * DEGREE_E7);
	hospital->lon_e7 = (int32_t)lround(lon * DEGREE_E7);
	if (hospitals_find(&rules->hospitals, hospital->id) != NULL)
		return table_error(table, ID, err, "\"%s\" is there twice", hospital->id);
	return 0;
}

int hospitals_load(struct rules *rules, const char *name, char *text, struct err *err)
{
	static const char *const columns[] = {"id",   "name_id", "lat", "lon",
					      "type", "kinds",   NULL};
	struct hospitals *hospitals = &rules->hospitals;
	struct table table;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0) {
		if (hospitals->count == HOSPITALS_MAX)
			return table_error(&table, ID, err, "more than %d hospitals",
					   HOSPITALS_MAX);
		if (read_hospital(&table, rules, &hospitals->hospital[hospitals->count], err) <
		    0)
			return -1;
		hospitals->count++;
	}
	return more;
}

const struct hospital *hospitals_find(const struct hospitals *hospitals, const char *id)
{
	for (unsigned i = 0; i < hospitals->count; i++)
		if (strcmp(hospitals->hospital[i].id, id) == 0)
			return &hospitals->hospital[i];
	return NULL;
}

bool hospital_is_for(const struct hospital *hospital, int category, const char *kind)
{
	return category >= 0 && (hospital->types[category / 64] >> category % 64 & 1) != 0 &&
	       lists(hospital->kinds, kind, strlen(kind));
}

/* ---- receiving.tsv ---- */

const struct receiving_word *receiving_find(const struct receiving *receiving, const char *id)
{
	for (unsigned i = 0; i < receiving->count; i++)
		if (strcmp(receiving->word[i].id, id) == 0)
			return &receiving->word[i];
	return NULL;
}

bool receiving_say(struct receiving *receiving, const char *id, enum receiving_state is,
		   int64_t at_ms)
{
	unsigned i = 0;

	while (i < receiving->count && strcmp(receiving->word[i].id, id) != 0)
		i++;
	if (i == HOSPITALS_MAX || (i < receiving->count && receiving->word[i].at_ms > at_ms))
		return false;
	if (i == receiving->count)
		receiving->count++;
	receiving->word[i] = (struct receiving_word){.is = is, .at_ms = at_ms};
	snprintf(receiving->word[i].id, HOSPITAL_ID_SIZE, "%s", id);
	return true;
}

static int read_word(struct table *table, struct receiving *receiving, struct err *err)
{
	char id[HOSPITAL_ID_SIZE];
	struct err why;
	int64_t at_ms;
	int is = 0;

	if (table_text(table, 0, id, sizeof(id), err) < 0)
		return -1;
	while (is < RECEIVING_STATES && strcmp(receiving_names[is], table->cell[1]) != 0)
		is++;
	if (is == RECEIVING_STATES)
		return table_error(table, 1, err, "is open, busy or divert");
	if (clock_parse(table->cell[2], &at_ms, &why) < 0)
		return table_error(table, 2, err, "is not a time");
	if (!receiving_say(receiving, id, (enum receiving_state)is, at_ms))
		return table_error(table, 0, err, "is there twice, or one too many");
	return 0;
}

static int parse(char *text, struct receiving *receiving, struct err *err)
{
	static const char *const columns[] = {"id", "is", "at", NULL};
	struct table table;
	int more;

	if (table_open(&table, RECEIVING_FILE, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_word(&table, receiving, err) < 0)
			return -1;
	return more;
}

int receiving_read(const char *dir, struct receiving *receiving_r, struct file_stamp *stamp_r,
		   struct err *err)
{
	struct receiving receiving = {.count = 0};
	char *text;
	size_t len;
	int rc;

	if (private_file_read(dir, RECEIVING_FILE, &text, &len, stamp_r, err) < 0)
		return -1;
	rc = text == NULL ? 0 : parse(text, &receiving, err);
	xfree(text);
	if (rc < 0)
		return file_error(dir, err);
	*receiving_r = receiving;
	return 0;
}

int receiving_write(const char *dir, const struct receiving *receiving, struct err *err)
{
	char text[HOSPITALS_MAX * 64 + 32];
	size_t len = (size_t)snprintf(text, sizeof(text), "id\tis\tat\n");

	for (unsigned i = 0; i < receiving->count; i++) {
		char at[CLOCK_TEXT];

		clock_format(receiving->word[i].at_ms, at);
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s\t%s\t%s\n",
					receiving->word[i].id,
					receiving_names[receiving->word[i].is], at);
	}
	return private_file_replace(dir, RECEIVING_FILE, text, len, err);
}
