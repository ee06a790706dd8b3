/* The duty roster as it lies in the data folder: read again when it is another one, as `tangi
 * roster import` makes it. A broken one is logged and the old one stays. Loop thread only. */
#pragma once

#include "core/roster.h"

struct duty;

struct duty *duty_open(const char *dir);
void duty_close(struct duty **duty);
/* As it is now; borrowed until the next call. */
const struct roster *duty_roster(struct duty *duty);
