/* What lies in the data folder of the day's work: the duty roster (`tangi roster import`) and
 * which hospitals receive (`tangi hospital`). Read again when it is another; a broken file is
 * logged and what was read before stays. Loop thread only. */
#pragma once

#include "core/hospitals.h"
#include "core/roster.h"

struct duty;

struct duty *duty_open(const char *dir);
void duty_close(struct duty **duty);
/* As they are now; borrowed until the next call. */
const struct roster *duty_roster(struct duty *duty);
const struct receiving *duty_receiving(struct duty *duty);
