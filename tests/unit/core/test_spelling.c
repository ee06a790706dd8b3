#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"
#include "core/spelling.h"

static struct words words;
static struct spelling spelling;

static void know(const char *word)
{
	assert_true(spelling_know(&spelling, word, strlen(word)));
}

static int set_up(void **state)
{
	static const char *const known[] = {"tolong", "kebakaran", "api", "orang", "anak",
					    "cepat",  "lantai",    "p3k", "gas",   "air"};

	(void)state;
	memset(&spelling, 0, sizeof(spelling));
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		know(known[i]);
	assert_true(spelling_add(&spelling, "rmh", "rumah"));
	assert_true(spelling_add(&spelling, "org", "orang"));
	return 0;
}

static const char *read_text(const char *text)
{
	normalise(&spelling, text, strlen(text), &words);
	words.text[words.len] = '\0';
	return words.text;
}

static void digits_are_letters_where_a_known_word_comes_out(void **state)
{
	(void)state;
	assert_string_equal(read_text("t0l0ng K3B4K4R4N 4pi 0r4ng 4nak"),
			    " tolong kebakaran api orang anak ");
}

static void numbers_stay_numbers(void **state)
{
	static const char *const texts[] = {" rt 03 rw 07 ", " 4 orang ",   " 112 0231 ",
					    " 60cm 3kg ",    " blok4b a4 ", " lt2 km12 ",
					    " 4orang ",      " 8 5 ",       " e 1234 ab ",
					    " 1 2 m ",       " alang2 ",    " 4455 "};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_string_equal(read_text(texts[i]), texts[i]);
}

static void a_known_word_is_never_read_as_another(void **state)
{
	(void)state;
	know("pek");
	know("tolongg");
	assert_string_equal(read_text("p3k tolongg"), " p3k tolongg ");
}

static void what_hangs_on_a_word_is_taken_off(void **state)
{
	(void)state;
	assert_string_equal(read_text("tolongg rmhku rmhx anakmu cepatlah apinya orangny"),
			    " tolong rumah rumah anak cepat api orang ");
	assert_string_equal(read_text("sekolah buku ilmu langkah"),
			    " sekolah buku ilmu langkah ");
}

static void where_a_word_stood_is_kept_whatever_it_is_read_as(void **state)
{
	const char *text = "ada 4piii!";

	(void)state;
	assert_string_equal(read_text(text), " ada api ");
	assert_memory_equal(text + words.word[1].from, "4piii",
			    words.word[1].to - words.word[1].from);
}

static void too_much_is_refused_and_nothing_overflows(void **state)
{
	char word[16];
	unsigned taken = 0;

	(void)state;
	assert_false(spelling_add(&spelling, "muchtoolongindeed", "x"));
	assert_false(spelling_add(&spelling, "x", "muchtoolongindeedforaword"));
	assert_false(spelling_add(&spelling, "", "x"));
	for (int i = 0; i < 2 * SPELLING_MAX; i++) {
		snprintf(word, sizeof(word), "w%d", i);
		taken += spelling_add(&spelling, word, "orang");
	}
	assert_int_equal(taken, SPELLING_MAX - 2);
	for (taken = 0; taken < 2 * SPELLING_KNOWN_MAX; taken++) {
		snprintf(word, sizeof(word), "k%u", taken);
		if (!spelling_know(&spelling, word, strlen(word)))
			break;
	}
	assert_in_range(taken, SPELLING_KNOWN_MAX - 100, SPELLING_KNOWN_MAX);
	assert_string_equal(read_text("zzz w0 4pi"), " z orang api ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(digits_are_letters_where_a_known_word_comes_out, set_up),
		cmocka_unit_test_setup(numbers_stay_numbers, set_up),
		cmocka_unit_test_setup(a_known_word_is_never_read_as_another, set_up),
		cmocka_unit_test_setup(what_hangs_on_a_word_is_taken_off, set_up),
		cmocka_unit_test_setup(where_a_word_stood_is_kept_whatever_it_is_read_as,
				       set_up),
		cmocka_unit_test_setup(too_much_is_refused_and_nothing_overflows, set_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
