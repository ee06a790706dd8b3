#include "cmd/metrics.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

const char *const figure_names[FIGURES] = {
	[FIGURE_PRECISION] = "emergency precision",
	[FIGURE_RECALL] = "emergency recall",
	[FIGURE_F1] = "emergency F1",
	[FIGURE_SEEN] = "emergencies in emergency or review",
	[FIGURE_LIFE_RECALL] = "severity 1 in emergency",
	[FIGURE_LIFE_SEEN] = "severity 1 in emergency or review",
	[FIGURE_AGENCY_F1] = "agencies of emergencies, micro-F1",
	[FIGURE_SEVERITY_ERROR] = "severity error, all",
	[FIGURE_EMERGENCY_ERROR] = "severity error, emergencies",
	[FIGURE_CLASS_F1] = "three classes, macro-F1",
};

enum class { CLASS_EMERGENCY, CLASS_ROUTINE, CLASS_NOISE, CLASSES };

static const char *const class_names[CLASSES] = {"emergency", "routine", "not actionable"};

/* What figures are made of. */
struct tally {
	double rows, emergencies, life;
	double sent, sent_right, seen, life_sent, life_seen;
	double agency_both, agency_said, agency_due;
	double error, emergency_error;
	double is[CLASSES][CLASSES]; /* judged, said */
};

static enum class class_of(const struct corpus_row *row) {
	if (row->emergency == 1) return CLASS_EMERGENCY;
	return row->noise == 1 ? CLASS_NOISE : CLASS_ROUTINE;
}

static enum class class_said(const struct outcome *o) {
	if (o->disposition == DISPOSITION_EMERGENCY) return CLASS_EMERGENCY;
	return o->disposition == DISPOSITION_NOISE ? CLASS_NOISE : CLASS_ROUTINE;
}

static void tally_agencies(struct tally *t, const struct outcome *o)
{
	for (int i = 0; i < ON_AGENCIES; i++) {
		bool is_due = o->row->agency[i] == 1, is_said = (o->agencies >> i & 1) != 0;

		t->agency_both += is_due && is_said;
		t->agency_said += is_said;
		t->agency_due += is_due;
	}
}

static void tally_outcome(struct tally *t, const struct outcome *o)
{
	bool is_sent = o->disposition == DISPOSITION_EMERGENCY;
	bool is_seen = o->disposition <= DISPOSITION_REVIEW;
	int error = abs(o->row->severity - o->priority);

	t->rows++;
	t->sent += is_sent;
	t->error += error;
	t->is[class_of(o->row)][class_said(o)]++;
	if (o->row->emergency != 1)
		return;
	t->emergencies++;
	t->sent_right += is_sent;
	t->seen += is_seen;
	t->emergency_error += error;
	tally_agencies(t, o);
	if (o->row->severity == 1) {
		t->life++;
		t->life_sent += is_sent;
		t->life_seen += is_seen;
	}
}

static double ratio(double part, double whole)
{
	return whole > 0 ? part / whole : 0;
}

static double f1(double both, double said, double due)
{
	return ratio(2 * both, said + due);
}

static double class_f1(const struct tally *t)
{
	double sum = 0;

	for (int c = 0; c < CLASSES; c++) {
		double said = 0, due = 0;

		for (int k = 0; k < CLASSES; k++) {
			said += t->is[k][c];
			due += t->is[c][k];
		}
		sum += f1(t->is[c][c], said, due);
	}
	return sum / CLASSES;
}

static void figures_from(const struct tally *t, double *value_r)
{
	value_r[FIGURE_PRECISION] = ratio(t->sent_right, t->sent);
	value_r[FIGURE_RECALL] = ratio(t->sent_right, t->emergencies);
	value_r[FIGURE_F1] = f1(t->sent_right, t->sent, t->emergencies);
	value_r[FIGURE_SEEN] = ratio(t->seen, t->emergencies);
	value_r[FIGURE_LIFE_RECALL] = ratio(t->life_sent, t->life);
	value_r[FIGURE_LIFE_SEEN] = ratio(t->life_seen, t->life);
	value_r[FIGURE_AGENCY_F1] = f1(t->agency_both, t->agency_said, t->agency_due);
	value_r[FIGURE_SEVERITY_ERROR] = ratio(t->error, t->rows);
	value_r[FIGURE_EMERGENCY_ERROR] = ratio(t->emergency_error, t->emergencies);
	value_r[FIGURE_CLASS_F1] = class_f1(t);
}

void figures_of(const struct outcome *outcomes, unsigned count, double value_r[FIGURES])
{
	struct tally t = {0};

	for (unsigned i = 0; i < count; i++)
		tally_outcome(&t, &outcomes[i]);
	figures_from(&t, value_r);
}

/* xorshift: the draws are the same on every machine. */
static uint32_t next_random(uint32_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 17;
	*state ^= *state << 5;
	return *state;
}

static void draw(const struct outcome *outcomes, unsigned count, uint32_t *state,
		 double value_r[FIGURES])
{
	struct tally t = {0};

	for (unsigned i = 0; i < count; i++)
		tally_outcome(&t, &outcomes[next_random(state) % count]);
	figures_from(&t, value_r);
}

static int compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void figures_drawn(const struct outcome *outcomes, unsigned count, unsigned draws,
		   struct interval interval_r[FIGURES])
{
	double(*drawn)[FIGURES] = xcalloc(draws, sizeof(*drawn));
	double *column = xcalloc(draws, sizeof(*column)), value[FIGURES];
	uint32_t state = 2463534242u;

	figures_of(outcomes, count, value);
	for (unsigned d = 0; d < draws; d++)
		draw(outcomes, count, &state, drawn[d]);
	for (int f = 0; f < FIGURES; f++) {
		for (unsigned d = 0; d < draws; d++)
			column[d] = drawn[d][f];
		qsort(column, draws, sizeof(*column), compare_doubles);
		interval_r[f] = (struct interval){value[f], column[draws / 40],
						  column[draws - 1 - draws / 40]};
	}
	xfree(drawn);
	xfree(column);
}

void print_confusion(FILE *to, const struct outcome *outcomes, unsigned count)
{
	unsigned n[CLASSES][DISPOSITIONS] = {0};

	for (unsigned i = 0; i < count; i++)
		n[class_of(outcomes[i].row)][outcomes[i].disposition]++;
	fprintf(to, "  %-16s", "judged \\ said");
	for (int d = 0; d < DISPOSITIONS; d++)
		fprintf(to, "%11s", disposition_names[d]);
	for (int c = 0; c < CLASSES; c++) {
		fprintf(to, "\n  %-16s", class_names[c]);
		for (int d = 0; d < DISPOSITIONS; d++)
			fprintf(to, "%11u", n[c][d]);
	}
	fputc('\n', to);
}

void print_agencies(FILE *to, const struct outcome *outcomes, unsigned count)
{
	for (int a = 0; a < ON_AGENCIES; a++) {
		double both = 0, said = 0, due = 0;

		for (unsigned i = 0; i < count; i++) {
			const struct outcome *o = &outcomes[i];
			bool is_said = (o->agencies >> a & 1) != 0;

			if (o->row->emergency != 1)
				continue;
			both += is_said && o->row->agency[a] == 1;
			said += is_said;
			due += o->row->agency[a] == 1;
		}
		fprintf(to, "  %-8s precision %.3f recall %.3f F1 %.3f of %.0f\n",
			corpus_agency_names[a], ratio(both, said), ratio(both, due),
			f1(both, said, due), due);
	}
}

#define BINS 5

void print_calibration(FILE *to, const struct outcome *outcomes, unsigned count)
{
	double said[BINS] = {0}, is[BINS] = {0}, n[BINS] = {0};

	for (unsigned i = 0; i < count; i++) {
		const struct outcome *o = &outcomes[i];
		int bin = (int)(o->emergency * BINS);

		if (o->emergency < 0)
			continue;
		bin = bin < BINS ? bin : BINS - 1;
		said[bin] += (double)o->emergency;
		is[bin] += o->row->emergency == 1;
		n[bin]++;
	}
	for (int b = 0; b < BINS; b++)
		if (n[b] > 0)
			fprintf(to, "  said %.2f, were %.2f of %.0f\n", said[b] / n[b],
				is[b] / n[b], n[b]);
}

static int find_name(const struct names *names, const char *name)
{
	for (unsigned i = 0; i < names->count; i++)
		if (strcmp(names->name[i], name) == 0)
			return (int)i;
	return -1;
}

void names_count(struct names *names, const char *name)
{
	int i = find_name(names, name);

	if (name[0] == '\0' || (i < 0 && names->count == NAMES_MAX))
		return;
	if (i < 0) {
		i = (int)names->count++;
		names->name[i] = name;
		names->met[i] = 0;
	}
	names->met[i]++;
}

static void swap_names(struct names *names, unsigned a, unsigned b)
{
	const char *name = names->name[a];
	unsigned met = names->met[a];

	names->name[a] = names->name[b];
	names->met[a] = names->met[b];
	names->name[b] = name;
	names->met[b] = met;
}

void names_keep_largest(struct names *names, unsigned count)
{
	for (unsigned i = 0; i < names->count && i < count; i++)
		for (unsigned k = i + 1; k < names->count; k++)
			if (names->met[k] > names->met[i])
				swap_names(names, i, k);
	if (names->count > count)
		names->count = count;
}

void names_compare(struct names *names, const char *due, const char *said)
{
	int d = find_name(names, due), s = said != NULL ? find_name(names, said) : -1;

	if (d < 0)
		return;
	names->due[d]++;
	if (s >= 0)
		names->said[s]++;
	names->right[d] += d == s;
}

void names_print(FILE *to, const struct names *names)
{
	double right = 0, all = 0, sum = 0;

	for (unsigned i = 0; i < names->count; i++) {
		right += names->right[i];
		all += names->due[i];
		sum += f1(names->right[i], names->said[i], names->due[i]);
	}
	fprintf(to, "  accuracy %.3f, macro-F1 %.3f of %.0f\n", ratio(right, all),
		ratio(sum, names->count), all);
	for (unsigned i = 0; i < names->count; i++)
		fprintf(to, "  %-12s precision %.3f recall %.3f F1 %.3f of %u\n",
			names->name[i], ratio(names->right[i], names->said[i]),
			ratio(names->right[i], names->due[i]),
			f1(names->right[i], names->said[i], names->due[i]), names->due[i]);
}
