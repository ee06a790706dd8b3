/* The alarms as they are now, of the agencies that somebody is of; from what the watch holds,
 * so that asking costs neither the store nor a wait. */
#include <string.h>

#include "api/api_private.h"
#include "core/rules.h"
#include "core/watch.h"

/* -1: of all of them. */
static int read_agency(const struct api *api, struct http_request *request, int *agency_r,
		       struct err *err)
{
	const char *id = http_request_query(request, "agency");

	*agency_r = -1;
	if (id == NULL)
		return 0;
	*agency_r = agency_find(rules_agencies(api->parts.rules), id, strlen(id));
	return *agency_r < 0 ? err_field(err, "agency", "is not an agency of this city") : 0;
}

static void answer(const struct api *api, struct http_request **request,
		   const struct viewer *viewer, int agency)
{
	struct jsonw w;

	jsonw_init(&w, 4096);
	jsonw_open(&w, NULL, '{');
	jsonw_int(&w, "seq", (int64_t)feed_head(api->parts.feed));
	jsonw_string(&w, "epoch", store_epoch(api->parts.store));
	watch_write_alarms(api->parts.watch, viewer, agency, &w, "alarms");
	jsonw_close(&w, '}');
	answer_json(request, &w);
	jsonw_fini(&w);
}

void alarms_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct viewer viewer;
	struct err err;
	int agency;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	if (read_agency(api, request, &agency, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	if (!watch_is_full(
		    api->parts.watch)) { /* a part of them would seem to be a quiet night */
		http_problem(&request, 503, "", "What is open is still being read.", NULL, 0);
		return;
	}
	viewer = principal_viewer(&who);
	answer(api, &request, &viewer, agency);
}
