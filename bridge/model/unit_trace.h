/* Where a unit was last and whether its radio was there. A value; what the table beside the log
 * holds of it. */
#pragma once

#include <stdint.h>

#define TRACE_UNIT_SIZE 17

enum unit_presence { UNIT_UNHEARD, UNIT_ONLINE, UNIT_OFFLINE };

struct unit_trace {
	char unit[TRACE_UNIT_SIZE];
	int64_t at_ms; /* 0: it has never said where it is */
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m; /* radius; -1: unknown */
	int32_t speed_cms;  /* centimetres a second; -1: unknown */
	int32_t heading;    /* degrees from north; -1: unknown */
	enum unit_presence presence;
	int64_t since_ms; /* it is there, or not, since then at the latest */
};
