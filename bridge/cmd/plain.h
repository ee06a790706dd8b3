/* Text from outside on a terminal: what would move the cursor, change the screen or turn the
 * direction of the text round is shown as an escape of JSON instead, which also leaves JSON
 * what it is. Pure but for the stream. */
#pragma once

#include <stdio.h>

/* len bytes; those that are no UTF-8 are shown as U+FFFD. Errors are the stream's. */
void plain_write(FILE *to, const char *text, size_t len);
/* The same of a string; NULL is "-". */
void plain_print(FILE *to, const char *text);
