/* Two texts of any bytes, parted by the first NUL: what is taken of them is within its bounds
 * and in order, a comparison is the same both ways, a reason is sound UTF-8. */
#include "fuzz_city.h"

#include <math.h>

#include "core/similar.h"

static struct similar_rules *similar;
static struct gist_scratch scratch;

static void load(void)
{
	struct err err;

	if (similar == NULL &&
	    similar_load(&similar, TANGI_SOURCE_DIR "/config/cirebon", fuzz_city(), &err) < 0)
		fatal("%s", err.text);
}

static void take(const char *text, size_t len, struct gist *gist_r)
{
	struct location nowhere = {.from = LOCATION_NONE, .accuracy_m = -1};
	struct verdict verdict = {.category = "fire_building", .term_count = 1};
	struct gist_of of = {
		.text = text, .len = len, .verdict = &verdict, .location = &nowhere};

	snprintf(verdict.term[0].term, VERDICT_TERM_SIZE, "%.*s", (int)(len < 8 ? len : 8),
		 text);
	gist_take(fuzz_city(), &similar->tongue, &of, &scratch, gist_r);
	FUZZ_CHECK(gist_r->word_count <= GIST_WORDS_MAX &&
		   gist_r->mark_count <= GIST_MARKS_MAX);
	for (unsigned i = 1; i < gist_r->word_count; i++)
		FUZZ_CHECK(gist_r->word[i - 1].hash < gist_r->word[i].hash);
}

static bool is_sound(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);

	json_decref(string);
	return string != NULL;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t first = strnlen(text, size), second = first < size ? size - first - 1 : 0;
	struct likeness likeness;
	struct comparison c, back;
	struct gist a, b;

	load();
	take(text + size - second, second, &b);
	take(text, first, &a);
	similar_compare(&a, &b, &c);
	similar_compare(&b, &a, &back);
	FUZZ_CHECK(memcmp(c.sign, back.sign, sizeof(c.sign)) == 0);
	FUZZ_CHECK(isfinite(similar_score(similar, &c)));
	if (!is_sound(text, first))
		return 0; /* intake takes UTF-8 only, and then so are the reasons */
	similar_explain(similar, &a, &b, text, &scratch, &likeness);
	for (unsigned i = 0; i < likeness.reason_count; i++)
		FUZZ_CHECK(
			is_sound(likeness.reason[i].value, strlen(likeness.reason[i].value)));
	return 0;
}
