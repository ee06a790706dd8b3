/* By which accounts the simulator takes part: those of a file in the form of the run.json that
 * ./dev run writes. Secrets stay in memory and in the file. One thread. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "cmd/client.h"

struct radio_account {
	const char *unit, *user, *password;
};

struct desk_account {
	const char *agency;
	struct client *client;
};

#define DESKS_MAX  16
#define RADIOS_MAX 256

struct people {
	json_t *doc; /* what is borrowed below lies in it */
	const char *url, *city, *mqtt_host;
	int mqtt_port;                       /* 0: no broker */
	struct client *intake;               /* tells of reports and calls */
	struct client *overseer;             /* sees all */
	struct desk_account desk[DESKS_MAX]; /* of an agency each */
	unsigned desk_count;
	struct radio_account radio[RADIOS_MAX];
	unsigned radio_count;
};

/* url: NULL: the file's, the trusted listener if it names one. ERR_INVALID names the member
 * that is wrong or missing; ERR_IO: the bridge could not be asked. Everybody is signed in. */
int people_open(struct people *people_r, const char *path, const char *url,
		struct err *err) MUST_CHECK;
void people_close(struct people *people);

/* NULL: nobody acts for that agency. */
struct client *people_desk(const struct people *people, const char *agency);
/* NULL: the unit has no account. */
const struct radio_account *people_radio(const struct people *people, const char *unit);
