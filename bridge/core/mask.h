/* What in a text could tell who somebody is, out of sight: for texts that leave the log.
 *
 * Telephone and other long numbers, NIK, number plates, mail addresses, accounts, links, and
 * the reporter's own name and number where they are known. Rather a word too many than a number
 * too few. A name of somebody else stays: nobody could tell it from a word. Total over any
 * bytes, linear, pure; any thread. */
#pragma once

#include <stddef.h>

#define MASK_NAMES_MAX 8
#define MASK_NAME_SIZE 40

/* What is known of the reporter, as the report says it. */
struct mask_known {
	unsigned name_count;
	char name[MASK_NAMES_MAX][MASK_NAME_SIZE]; /* words of it, lower case */
	char phone[24];                            /* its digits */
};

/* Either may be NULL. Titles and what is no name ("warga", "bapak") are left out. */
void mask_know(struct mask_known *known_r, const char *name, const char *phone);

/* A masked copy with a NUL behind, the caller's to free; NUL bytes of the text become blanks.
 */
char *mask_text(const char *text, size_t len, const struct mask_known *known);
