/* A channel out of the house: where a rise to `other_channel` goes, and which of them.
 *
 * An entry of the setting `channels`:
 * {"name": "piket", "kind": "webhook", "url": "https://…", "agencies": ["fire"],
 *  "priorities": [1, 2]}; without agencies or priorities it takes those of all. Plain http goes
 * to this machine alone. Start-up only; a value. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "model/agency.h"

#define CHANNELS_MAX      8
#define CHANNEL_NAME_SIZE 25 /* [a-z0-9_-]{1,24}, and the end */
#define CHANNEL_URL_SIZE  512

struct channel {
	char name[CHANNEL_NAME_SIZE];
	char url[CHANNEL_URL_SIZE];
	agency_set agencies;
	unsigned priorities; /* bits 1 … 4 */
};

/* list is the setting. err->field names the member, as "channels[1].url". */
int channels_read(const json_t *list, const struct agencies *agencies,
		  struct channel channels_r[CHANNELS_MAX], unsigned *count_r,
		  struct err *err) MUST_CHECK;
