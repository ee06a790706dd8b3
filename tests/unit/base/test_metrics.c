#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "base/metrics.h"

static struct metrics metrics;

static int clear(void **state)
{
	(void)state;
	memset(&metrics, 0, sizeof(metrics));
	return 0;
}

/* The value on the line that begins so. */
static double value_of(const char *text, const char *name)
{
	char line[128];
	const char *at;

	snprintf(line, sizeof(line), "\n%s ", name);
	at = strstr(text, line);
	if (at == NULL)
		fail_msg("no %s", name);
	return strtod(at + strlen(line), NULL);
}

static void a_counter_counts_and_a_gauge_stands(void **state)
{
	struct jsonw w;
	const char *text;

	(void)state;
	metrics_add(&metrics, METRIC_REPORTS_STORED, 2);
	metrics_add(&metrics, METRIC_REPORTS_STORED, 3);
	metrics_set(&metrics, METRIC_CONSOLES, 7);
	metrics_set(&metrics, METRIC_CONSOLES, 4);
	assert_int_equal(metrics_get(&metrics, METRIC_REPORTS_STORED), 5);
	jsonw_init(&w, 64);
	metrics_write(&metrics, &w);
	text = jsonw_text(&w);
	assert_true(value_of(text, "tangi_reports_stored_total") == 5);
	assert_true(value_of(text, "tangi_stream_consoles") == 4);
	assert_non_null(strstr(text, "\n# TYPE tangi_reports_repeated_total counter\n"));
	assert_non_null(strstr(text, "\n# TYPE tangi_stream_consoles gauge\n"));
	jsonw_fini(&w);
}

static void a_histogram_s_buckets_add_up_to_its_count(void **state)
{
	static const int64_t us[] = {-5,  0,    50,      51,      100,
				     101, 1000, 6553600, 6553601, 900000000};
	struct jsonw w;
	const char *text;

	(void)state;
	for (size_t i = 0; i < sizeof(us) / sizeof(us[0]); i++)
		metrics_observe(&metrics, HISTOGRAM_COMMIT, us[i]);
	jsonw_init(&w, 64);
	metrics_write(&metrics, &w);
	text = jsonw_text(&w);
#define BUCKET(le) value_of(text, "tangi_store_commit_seconds_bucket{le=\"" le "\"}")
	assert_true(BUCKET("5e-05") == 3);
	assert_true(BUCKET("0.0001") == 5);
	assert_true(BUCKET("0.0002") == 6);
	assert_true(BUCKET("6.5536") == 8);
	assert_true(BUCKET("+Inf") == 10);
#undef BUCKET
	assert_true(value_of(text, "tangi_store_commit_seconds_count") == 10);
	assert_true(value_of(text, "tangi_store_commit_seconds_sum") > 913);
	jsonw_fini(&w);
}

/* Prometheus text format: every line is a comment or a name and a number, no name comes twice,
 * and each has its help and type before it. */
static void all_of_the_text_is_well_formed(void **state)
{
	char *text, *line, *rest, family[128] = "";
	unsigned families = 0;
	struct jsonw w;

	(void)state;
	jsonw_init(&w, 64);
	metrics_write(&metrics, &w);
	text = rest = strdup(jsonw_text(&w));
	assert_int_equal(text[strlen(text) - 1], '\n');
	while ((line = strsep(&rest, "\n")) != NULL && *line != '\0') {
		char name[128], *end;

		if (sscanf(line, "# HELP %127s", name) == 1) {
			char twice[160];

			snprintf(twice, sizeof(twice), "# HELP %s ", name);
			assert_null(rest != NULL ? strstr(rest, twice) : NULL);
			snprintf(family, sizeof(family), "%s", name);
			families++;
			continue;
		}
		if (strncmp(line, "# TYPE ", 7) == 0)
			continue;
		assert_int_equal(strncmp(line, family, strlen(family)), 0);
		assert_non_null(strrchr(line, ' '));
		(void)strtod(strrchr(line, ' ') + 1, &end);
		assert_int_equal(*end, '\0');
	}
	assert_int_equal(families, METRICS + HISTOGRAMS);
	free(text);
	jsonw_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_counter_counts_and_a_gauge_stands, clear),
		cmocka_unit_test_setup(a_histogram_s_buckets_add_up_to_its_count, clear),
		cmocka_unit_test_setup(all_of_the_text_is_well_formed, clear),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
