/* Where is that? For a call-taker who types what the caller says. */
#include <string.h>

#include "api/api_private.h"
#include "api/query.h"
#include "core/areas.h"
#include "core/place.h"

#define QUERY_MAX_BYTES 512
#define LIMIT_FALLBACK  8

static int read_query(struct http_request *request, const char **q_r, int64_t *limit_r,
		      struct err *err)
{
	*q_r = http_request_query(request, "q");
	*limit_r = LIMIT_FALLBACK;
	if (*q_r == NULL || **q_r == '\0')
		return err_field(err, "q", "is required: the words that say where");
	if (strlen(*q_r) > QUERY_MAX_BYTES)
		return err_field(err, "q", "is longer than %d bytes", QUERY_MAX_BYTES);
	return query_number("limit", http_request_query(request, "limit"), 1,
			    PLACE_CANDIDATES_MAX, limit_r, err);
}

static void write_places(const struct rules *rules, const struct place_candidates *found,
			 int64_t limit, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "place_said", found->said[0] != '\0' ? found->said : NULL);
	jsonw_open(w, "candidates", '[');
	for (unsigned i = 0; i < found->count && i < limit; i++) {
		const struct place_candidate *candidate = &found->candidate[i];

		jsonw_open(w, NULL, '{');
		place_candidate_write(candidate, w);
		agency_set_write(rules_agencies(rules), area_agencies(rules, candidate->area),
				 w, "agencies");
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

void places_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct place_candidates found;
	struct principal who;
	struct jsonw w;
	struct err err;
	const char *q;
	int64_t limit;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	if (read_query(request, &q, &limit, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	places_search(api->parts.rules, q, strlen(q), &found);
	jsonw_init(&w, 4096);
	write_places(api->parts.rules, &found, limit, &w);
	answer_json(&request, &w);
	jsonw_fini(&w);
}
