#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "core/normalise.h"
#include "core/spelling.h"

static struct words words;

static const char *normal(const struct spelling *a, const char *text)
{
	normalise(a, text, strlen(text), &words);
	words.text[words.len] = '\0';
	return words.text;
}

static void many_spellings_are_one_word(void **state)
{
	static const struct {
		const char *text, *normal;
	} cases[] = {
		{"", " "},
		{"  .,;  ", " "},
		{"KEBAKARAN!!", " kebakaran "},
		{"tolooooong", " tolong "},
		{"saat 1000", " saat 1000 "},
		{"api-nya apinya", " api nya api "},
		{"hanya tanya", " hanya tanya "},
		{"Jum'at Jum\xe2\x80\x99"
		 "at",
		 " jumat jumat "},
		{"caf\xc3\xa9 \xc3\x89", " cafe e "},
		{"ke\xe2\x80\x8b"
		 "bakaran \xef\xbb\xbf"
		 "api",
		 " kebakaran api "},
		{"a\xff"
		 "b \xc3",
		 " a b "},
		{"rt/rw 03/07", " rt rw 03 07 "},
		{"api\xf0\x9f\x94\xa5"
		 "besar",
		 " api besar "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(normal(NULL, cases[i].text), cases[i].normal);
}

static void short_forms_are_written_out(void **state)
{
	struct spelling *a = calloc(1, sizeof(*a));

	(void)state;
	assert_true(spelling_add(a, "jl", "jalan"));
	assert_true(spelling_add(a, "rmh", "rumah"));
	assert_true(spelling_add(a, "rmh", "rumah"));
	assert_int_equal(a->count, 2);
	assert_false(spelling_add(a, "muchtoolongindeed", "x"));
	assert_string_equal(normal(a, "Jl. Kesambi, rmhnya jlaan"),
			    " jalan kesambi rumah jlaan ");
	free(a);
}

static void a_word_remembers_where_it_stood(void **state)
{
	const char *text = "  Tolooong... RUMAHNYA!";

	(void)state;
	(void)normal(NULL, text);
	assert_int_equal(words.count, 2);
	assert_memory_equal(text + words.word[0].from, "Tolooong",
			    words.word[0].to - words.word[0].from);
	assert_memory_equal(text + words.word[1].from, "RUMAHNYA",
			    words.word[1].to - words.word[1].from);
}

static void a_sentence_ends_where_people_end_it(void **state)
{
	static const char *const joined[] = {"di Jl. Kesambi", "a, b", "3.5 m"};
	static const char *const parted[] = {"banjir. rumah", "banjir\nrumah", "banjir!rumah",
					     "a? b"};

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		(void)normal(NULL, joined[i]);
		assert_int_equal(words.word[words.count - 1].sentence, 0);
	}
	for (size_t i = 0; i < 4; i++) {
		(void)normal(NULL, parted[i]);
		assert_int_equal(words.word[words.count - 1].sentence, 1);
	}
}

static void no_text_is_too_long(void **state)
{
	size_t len = 3 * NORMALISE_MAX_BYTES;
	char *text = malloc(len);

	(void)state;
	memset(text, 'x', len);
	normalise(NULL, text, len, &words);
	assert_true(words.is_cut);
	assert_int_equal(words.count, 1);
	for (size_t i = 0; i < len; i++)
		text[i] = i % 2 == 0 ? 'a' : ' ';
	normalise(NULL, text, len, &words);
	assert_in_range(words.count, 1, WORDS_MAX);
	assert_in_range(words.len, 1, WORDS_TEXT_SIZE);
	free(text);
}

/* Each short form becomes a long word: more comes out than went in. */
static void no_short_form_overflows(void **state)
{
	struct spelling *a = calloc(1, sizeof(*a));
	char *text = malloc(NORMALISE_MAX_BYTES);

	(void)state;
	assert_true(spelling_add(a, "aa", "abcdefghijklmnopqrs"));
	for (size_t i = 0; i < NORMALISE_MAX_BYTES; i++)
		text[i] = i % 3 != 0 ? 'a' : ' ';
	normalise(a, text, NORMALISE_MAX_BYTES, &words);
	assert_true(words.is_cut);
	assert_in_range(words.len, 1, WORDS_TEXT_SIZE);
	free(text);
	free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(many_spellings_are_one_word),
		cmocka_unit_test(short_forms_are_written_out),
		cmocka_unit_test(a_word_remembers_where_it_stood),
		cmocka_unit_test(a_sentence_ends_where_people_end_it),
		cmocka_unit_test(no_text_is_too_long),
		cmocka_unit_test(no_short_form_overflows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
