/* A name, a number and a text of any bytes, a line each: what comes out is a text no longer
 * than it may be, sound where the text was, in which no long number and no word of the name is
 * left, and which masks to itself as far as numbers go. */
#include "fuzz.h"

#include "core/mask.h"

static const char *cut_line(char **text, char *end)
{
	char *line = *text, *stop = memchr(line, '\n', (size_t)(end - line));

	*text = stop != NULL ? stop + 1 : end;
	*(stop != NULL ? stop : end) = '\0';
	return line;
}

static bool is_sound(const char *text, size_t len)
{
	json_t *string = json_stringn(text, len);

	json_decref(string);
	return string != NULL;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static size_t longest_number(const char *text)
{
	size_t most = 0, n = 0;

	for (; *text != '\0'; text++) {
		n = is_digit(*text) ? n + 1 : 0;
		most = n > most ? n : most;
	}
	return most;
}

static bool is_letter(char c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || (unsigned char)c >= 0x80;
}

static bool has_word(const char *text, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text; (at = strcasestr(at, word)) != NULL; at++)
		if ((at == text || (!is_letter(at[-1]) && !is_digit(at[-1]))) &&
		    !is_letter(at[n]))
			return true;
	return false;
}

/* Marks are in brackets: with a name such as "nomor" a word of it is in them. */
static bool is_in_marks(const char *word)
{
	return strstr("[tautan] [surel] [akun] [nik] [telepon] [nomor] [plat] [nama]", word) !=
	       NULL;
}

static void check(const char *masked, const char *text, size_t len,
		  const struct mask_known *known)
{
	size_t masked_len = strlen(masked);

	FUZZ_CHECK(masked_len <= 3 * len);
	FUZZ_CHECK(longest_number(masked) < 7);
	FUZZ_CHECK(!is_sound(text, len) || is_sound(masked, masked_len));
	for (unsigned i = 0; i < known->name_count; i++)
		FUZZ_CHECK(is_in_marks(known->name[i]) || !has_word(masked, known->name[i]));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *piece = malloc(size + 1), *at = piece, *end = piece + size, *text, *masked;
	const char *name, *phone;
	struct mask_known known;
	size_t len;

	memcpy(piece, data, size);
	name = cut_line(&at, end);
	phone = cut_line(&at, end);
	len = (size_t)(end - at);
	text = fuzz_piece(at, len);
	mask_know(&known, name, phone);
	masked = mask_text(text, len, &known);
	check(masked, text, len, &known);
	free(masked);
	free(text);
	free(piece);
	return 0;
}
