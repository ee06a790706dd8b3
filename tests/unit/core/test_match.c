#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/match.h"

static struct words words;
static uint16_t longest[WORDS_MAX];

static unsigned add(struct matcher *m, const char *phrase)
{
	normalise(NULL, phrase, strlen(phrase), &words);
	return matcher_add(m, &words);
}

static void run(const struct matcher *m, const char *text)
{
	normalise(NULL, text, strlen(text), &words);
	matcher_run(m, &words, longest);
}

static void the_longest_phrase_at_each_word_is_found(void **state)
{
	struct matcher *m = matcher_new();
	unsigned mati = add(m, "mati"), lampu = add(m, "mati lampu"),
		 merah = add(m, "lampu merah");

	(void)state;
	assert_int_equal(add(m, "MATI"), mati);
	assert_int_equal(add(m, "..."), PHRASE_NONE);
	matcher_build(m);
	run(m, "mati lampu merah mati");
	assert_int_equal(longest[0], lampu);
	assert_int_equal(longest[1], merah);
	assert_int_equal(longest[2], PHRASE_NONE);
	assert_int_equal(longest[3], mati);
	assert_int_equal(matcher_words(m, merah), 2);
	matcher_free(&m);
	assert_null(m);
}

static void only_whole_words_count(void **state)
{
	struct matcher *m = matcher_new();

	(void)state;
	(void)add(m, "api");
	matcher_build(m);
	run(m, "kapital tapi apiku api-api");
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(longest[i], PHRASE_NONE);
	assert_int_not_equal(longest[3], PHRASE_NONE);
	assert_int_not_equal(longest[4], PHRASE_NONE);
	matcher_free(&m);
}

/* The plain way, phrase by phrase, as the judge of the fast one. */
static unsigned find_plainly(const char *const *phrases, const unsigned *number, size_t n,
			     unsigned word)
{
	unsigned best = PHRASE_NONE;
	size_t best_len = 0;

	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(phrases[i]);
		const char *at = words.text + words.word[word].at;

		if (strncmp(at, phrases[i], len) == 0 && at[len] == ' ' && len > best_len) {
			best = number[i];
			best_len = len;
		}
	}
	return best;
}

static void any_text_is_matched_as_the_plain_way_does(void **state)
{
	static const char *const phrases[] = {"a",     "b",  "a b",  "b a",
					      "a a b", "ab", "ab a", "b b b a"};
	enum { N = sizeof(phrases) / sizeof(phrases[0]) };
	struct matcher *m = matcher_new();
	unsigned number[N], seed = 7;

	(void)state;
	for (size_t i = 0; i < N; i++)
		number[i] = add(m, phrases[i]);
	matcher_build(m);
	for (int round = 0; round < 2000; round++) {
		char text[64] = "";

		for (size_t i = 0; i < sizeof(text) - 1; i++)
			text[i] = "ab   "[(seed = seed * 1103515245 + 12345) >> 16 & 3];
		run(m, text);
		words.text[words.len] = '\0';
		for (unsigned w = 0; w < words.count; w++)
			assert_int_equal(longest[w], find_plainly(phrases, number, N, w));
	}
	matcher_free(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_longest_phrase_at_each_word_is_found),
		cmocka_unit_test(only_whole_words_count),
		cmocka_unit_test(any_text_is_matched_as_the_plain_way_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
