/* Words that only join others: "di", "ada", "yang". A model may lean on one, because of what
 * tends to stand beside it; to a person who asks why, it says nothing. Pure; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* word as core/normalise.h writes it. Single letters and bare numbers are among them. */
bool is_filler(const char *word, size_t len);
