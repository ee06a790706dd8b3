/* UTF-8, as RFC 3629 has it: overlong sequences, surrogates and what is beyond U+10FFFF are
 * none. Pure; any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* How long the sequence at text is, of at most left bytes; 0: it is none. */
size_t utf8_length(const char *text, size_t left);
/* The character of a sequence of this length. */
uint32_t utf8_character(const char *text, size_t len);
