/* How deep water is said to be: "80cm", "1,2 meter", "30-80 cm".
 *
 * Lengths that are no depth (a ditch of 200 m, a snake of 4 m) are left out. Total, linear. Any
 * thread. */
#pragma once

#include "core/normalise.h"

/* The largest, in centimetres; 0: none is given. text is what words were read from. */
unsigned depth_read(const struct words *words, const char *text);
