/* What the service manager is told, if there is one: ready, stopping, and that the loop comes
 * round (sd_notify(3)'s protocol, in as many lines as it takes). Loop thread only. */
#pragma once

#include "net/loop.h"

struct notify {
	struct loop_timer watchdog;
};

/* Also starts to say that the loop is alive, where the manager asks for it (WatchdogSec=). */
void notify_ready(struct notify *notify, struct loop *loop);
void notify_stopping(void);
void notify_end(struct notify *notify);
