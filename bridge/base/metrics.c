#include "base/metrics.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"

#define FIRST_BUCKET_US 50

static const struct {
	const char *name, *kind, *help;
} metric_table[METRICS] = {
#define X(id, kind, name, help) {name, #kind, help},
	METRIC_TABLE(X)
#undef X
};

static const struct {
	const char *name, *help;
} histogram_table[HISTOGRAMS] = {
#define X(id, name, help) {name, help},
	HISTOGRAM_TABLE(X)
#undef X
};

void metrics_add(struct metrics *metrics, enum metric metric, int64_t n)
{
	atomic_fetch_add_explicit(&metrics->value[metric], n, memory_order_relaxed);
}

void metrics_set(struct metrics *metrics, enum metric metric, int64_t value)
{
	atomic_store_explicit(&metrics->value[metric], value, memory_order_relaxed);
}

int64_t metrics_get(const struct metrics *metrics, enum metric metric)
{
	return atomic_load_explicit(&metrics->value[metric], memory_order_relaxed);
}

void metrics_observe(struct metrics *metrics, enum histogram histogram, int64_t us)
{
	unsigned bucket = 0;

	while (bucket < HISTOGRAM_BUCKETS && us > (int64_t)FIRST_BUCKET_US << bucket)
		bucket++;
	atomic_fetch_add_explicit(&metrics->histogram[histogram].bucket[bucket], 1,
				  memory_order_relaxed);
	atomic_fetch_add_explicit(&metrics->histogram[histogram].sum_us,
				  us > 0 ? (uint64_t)us : 0, memory_order_relaxed);
}

/* The writer is a growing text; its raw call adds bytes and, when told so, no comma. */
static void put_line(struct jsonw *text, const char *line)
{
	text->needs_comma = false;
	jsonw_raw(text, NULL, line, strlen(line));
	text->needs_comma = false;
}

static void write_head(struct jsonw *text, const char *name, const char *kind, const char *help)
{
	char line[256];

	snprintf(line, sizeof(line), "# HELP tangi_%s %s\n# TYPE tangi_%s %s\n", name, help,
		 name, kind);
	put_line(text, line);
}

static void write_histogram(const struct metrics *metrics, unsigned h, struct jsonw *text)
{
	const char *name = histogram_table[h].name;
	uint64_t count = 0;
	char line[256];

	write_head(text, name, "histogram", histogram_table[h].help);
	for (unsigned b = 0; b <= HISTOGRAM_BUCKETS; b++) {
		count += atomic_load_explicit(&metrics->histogram[h].bucket[b],
					      memory_order_relaxed);
		if (b < HISTOGRAM_BUCKETS)
			snprintf(line, sizeof(line), "tangi_%s_bucket{le=\"%g\"} %" PRIu64 "\n",
				 name, (double)((int64_t)FIRST_BUCKET_US << b) / 1e6, count);
		else
			snprintf(line, sizeof(line),
				 "tangi_%s_bucket{le=\"+Inf\"} %" PRIu64 "\n", name, count);
		put_line(text, line);
	}
	snprintf(line, sizeof(line), "tangi_%s_sum %.6f\ntangi_%s_count %" PRIu64 "\n", name,
		 (double)atomic_load_explicit(&metrics->histogram[h].sum_us,
					      memory_order_relaxed) /
			 1e6,
		 name, count);
	put_line(text, line);
}

void metrics_write(const struct metrics *metrics, struct jsonw *text)
{
	char line[256];

	for (unsigned m = 0; m < METRICS; m++) {
		write_head(text, metric_table[m].name, metric_table[m].kind,
			   metric_table[m].help);
		snprintf(line, sizeof(line), "tangi_%s %" PRId64 "\n", metric_table[m].name,
			 metrics_get(metrics, (enum metric)m));
		put_line(text, line);
	}
	for (unsigned h = 0; h < HISTOGRAMS; h++)
		write_histogram(metrics, h, text);
}
