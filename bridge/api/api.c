/* The parts of the API, and which path is whose. */
#include "api/api_private.h"
#include "api/log_lines.h"
#include "base/xalloc.h"

static const struct http_route routes[] = {
	{HTTP_POST, "/v1/session", SESSION_MAX_BYTES, session_begin},
	{HTTP_DELETE, "/v1/session", 0, session_end},
	{HTTP_GET, "/v1/me", 0, session_show},
	{HTTP_GET, "/v1/incidents", 0, incidents_list},
	{HTTP_GET, "/v1/incidents/{id}", 0, incidents_show},
	{HTTP_POST, "/v1/incidents/{id}/actions", COMMAND_MAX_BYTES, incidents_decide},
	{HTTP_GET, "/v1/incidents/{id}/recommendation", 0, recommendation_show},
	{HTTP_POST, "/v1/command", COMMAND_MAX_BYTES, command_hear},
	{HTTP_GET, "/v1/reports/{id}", 0, reports_show},
	{HTTP_GET, "/v1/calls/{id}", 0, calls_show},
	{HTTP_GET, "/v1/callers/{handle}", 0, callers_show},
	{HTTP_POST, "/v1/callers/{handle}/clear", CLEARING_MAX_BYTES, callers_clear},
	{HTTP_POST, "/v1/callers/{handle}/call-back", CALL_BACK_MAX_BYTES, callers_call_back},
	{HTTP_GET, "/v1/tickets/{tracking_id}", 0, tickets_show},
	{HTTP_GET, "/v1/units", 0, units_list},
	{HTTP_PUT, "/v1/units/{id}/status", COMMAND_MAX_BYTES, units_set_status},
	{HTTP_GET, "/v1/workflow", 0, workflow_show},
	{HTTP_GET, "/v1/alarms", 0, alarms_list},
	{HTTP_GET, "/v1/shift", 0, shift_show},
	{HTTP_GET, "/v1/shift/hand-overs", 0, shift_list},
	{HTTP_POST, "/v1/shift/hand-overs", HAND_OVER_MAX_BYTES, shift_hand_over},
	{HTTP_GET, "/v1/taxonomy", 0, taxonomy_show},
	{HTTP_GET, "/v1/areas", 0, areas_show},
	{HTTP_GET, "/v1/places", 0, places_list},
	{HTTP_GET, "/v1/events", 0, events_list},
	{HTTP_GET, "/healthz", 0, health_show},
	{HTTP_GET, "/readyz", 0, ready_show},
	{HTTP_GET, "/metrics", 0, metrics_show},
};

struct api *api_new(const struct api_parts *parts)
{
	struct api *api = xcalloc(1, sizeof(*api));

	api->parts = *parts;
	log_lines_open(api);
	http_add_routes(parts->http, routes, sizeof(routes) / sizeof(routes[0]), api);
	return api;
}

void api_set_rules(struct api *api, const struct rules *rules)
{
	api->parts.rules = rules;
	city_forget(api);
}

void api_stop(struct api *api)
{
	api->is_stopping = true;
	log_lines_stop(api);
}

void api_opened(struct api *api)
{
	api->open++;
}

void api_closed(struct api *api)
{
	if (--api->open == 0 && api->is_freed)
		xfree(api);
}

void api_free(struct api **api)
{
	struct api *mine = *api;

	*api = NULL;
	if (mine == NULL)
		return;
	log_lines_close(mine);
	city_forget(mine);
	mine->is_freed = true;
	if (mine->open == 0)
		xfree(mine);
}

void answer_json(struct http_request **request, const struct jsonw *w)
{
	http_answer(request, 200, "application/json", NULL, w->text, w->len);
}

void answer_invalid(struct http_request **request, const struct err *err)
{
	http_problem(request, 400, err->field, err->text, NULL, 0);
}
