/* Mail addresses, accounts and links. */
#include <string.h>

#include "core/mask_private.h"

#define MAIL_MAX 320

static bool is_plain(char c)
{
	return (mask_lower(c) >= 'a' && mask_lower(c) <= 'z') || mask_is_digit(c);
}

/* Letters of any script: an address taken from the middle of "Renéi@t.id" would leave the name
 * that the word begins with. */
static bool is_of_mail(char c)
{
	return mask_is_letter(c) || mask_is_digit(c) ||
	       (c != '\0' && strchr("._%+-", c) != NULL);
}

/* A host's bytes, which a dot ends only where something follows it. */
static size_t count_host(const struct mask_scan *s, size_t i, size_t most)
{
	size_t n = 0;

	while (n < most && (is_plain(mask_at(s, i + n)) || mask_at(s, i + n) == '-' ||
			    (mask_at(s, i + n) == '.' && is_plain(mask_at(s, i + n + 1)))))
		n++;
	return n;
}

static bool begins(const struct mask_scan *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s->len - s->at > n && strncasecmp(s->text + s->at, prefix, n) == 0;
}

/* "wa.me/…", "facebook.com/…": a dot and a slash alone are of "RT.03/07" too. */
static bool begins_host(const struct mask_scan *s)
{
	static const char *const ends[] = {"com", "id",  "net", "org", "me", "ly",   "co",
					   "gl",  "app", "be",  "io",  "tv", "link", NULL};
	size_t n = count_host(s, s->at, MAIL_MAX), end = n;
	char word[8];

	if (mask_at(s, s->at + n) != '/')
		return false;
	while (end > 0 && mask_is_letter(s->text[s->at + end - 1]))
		end--;
	if (end < 2 || s->text[s->at + end - 1] != '.' || n - end >= sizeof(word))
		return false;
	(void)mask_read_word(s, s->at + end, word, sizeof(word));
	return mask_is_one_of(word, ends);
}

size_t mask_find_link(const struct mask_scan *s)
{
	size_t n = 0;

	if (!mask_begins_word(s) || mask_before(s) == '.' ||
	    (!begins(s, "http://") && !begins(s, "https://") && !begins(s, "www.") &&
	     !begins_host(s)))
		return 0;
	while ((unsigned char)mask_at(s, s->at + n) > ' ')
		n++;
	return n;
}

/* Also without a dot in the host ("budi@gmail"), which people leave out. */
size_t mask_find_mail(const struct mask_scan *s)
{
	size_t n = 0, host;

	if ((!mask_is_letter(mask_at(s, s->at)) && !mask_is_digit(mask_at(s, s->at))) ||
	    !mask_begins_word(s) || mask_before(s) == '.')
		return 0;
	while (n < MAIL_MAX && is_of_mail(mask_at(s, s->at + n)))
		n++;
	if (mask_at(s, s->at + n) != '@' || !mask_is_letter(mask_at(s, s->at + n + 1)))
		return 0;
	n++;
	host = count_host(s, s->at + n, MAIL_MAX);
	return host > 0 ? n + host : 0;
}

size_t mask_find_account(const struct mask_scan *s)
{
	size_t n = 1;

	if (mask_at(s, s->at) != '@' || !mask_begins_word(s))
		return 0;
	while (n < MAIL_MAX && (is_plain(mask_at(s, s->at + n)) ||
				mask_at(s, s->at + n) == '_' || mask_at(s, s->at + n) == '.'))
		n++;
	return n > 2 ? n : 0;
}
