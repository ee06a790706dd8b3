/* The words of a text that say where, as they were typed, for whoever has to find it: names
 * with their cues, gang, RT and RW, house numbers, also of places we do not know. Pure. */
#pragma once

#include <stddef.h>

#include "core/place_mention.h"

/* What does not fit is left out; characters stay whole. */
void place_said(const char *text, const struct place_text *marks,
		const struct mentions *mentions, char *said_r, size_t size);

/* Text as it was typed on one line of sound UTF-8: whole characters as far as there is room, a
 * space for each that is none. The length of what it wrote. */
size_t place_quote(const char *text, size_t len, char *out, size_t size);
