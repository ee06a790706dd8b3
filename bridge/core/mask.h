/* What in a text could tell who somebody is, out of sight: for texts that leave the log.
 *
 * Telephone and other long numbers in whatever groups, in digits or in words, NIK, number
 * plates, mail addresses, accounts and links; the reporter's own name and number where they are
 * known, also spelt letter by letter; and what the text calls a name ("nama saya …", "Pak
 * Sutrisno" with a capital among small letters). Rather a word too many than a number too few.
 * Another name of somebody else stays, and so does an address: nobody could tell the one from a
 * word, and the other is what a report is about. Total over any bytes, linear, pure; any
 * thread.
 */
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
