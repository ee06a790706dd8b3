/* How it is: alive, ready, and in figures.
 *
 * Alive answers whoever asks, in any trouble: a load balancer and the service manager go by it,
 * and the bridge takes reports for as long as it can. Ready is for the operator and for what
 * starts after us: 503 as soon as something is not as it should be, with the part and the
 * reason. With the broker away reports are still taken, and it says that, too. */
#include <inttypes.h>

#include "api/api_private.h"

#define LAG_MAX 10000 /* events that the broker has not confirmed */

void health_show(void *ctx, struct http_request *request)
{
	static const char text[] = "{\"status\":\"ok\"}";

	(void)ctx;
	http_answer(&request, 200, "application/json", NULL, text, sizeof(text) - 1);
}

/* Why a part is not as it should be; "" when it is. */
struct condition {
	char store[200], broker[200];
	uint64_t lag;
};

static void look(const struct api *api, struct condition *condition_r)
{
	struct mqtt *mqtt = api->parts.mqtt;

	*condition_r = (struct condition){.lag = 0};
	snprintf(condition_r->store, sizeof(condition_r->store), "%s",
		 store_trouble(api->parts.store));
	if (mqtt == NULL)
		return;
	condition_r->lag = mqtt_lag(mqtt);
	snprintf(condition_r->broker, sizeof(condition_r->broker), "%s", mqtt_trouble(mqtt));
	if (condition_r->broker[0] == '\0' && condition_r->lag > LAG_MAX)
		snprintf(condition_r->broker, sizeof(condition_r->broker),
			 "%" PRIu64 " events behind", condition_r->lag);
}

static void write_part(struct jsonw *w, const char *key, const char *why)
{
	jsonw_open(w, key, '{');
	jsonw_bool(w, "ok", why[0] == '\0');
	jsonw_string(w, "reason", why[0] != '\0' ? why : NULL);
}

static void write_broker(const struct api *api, const struct condition *condition,
			 struct jsonw *w)
{
	if (api->parts.mqtt == NULL) {
		jsonw_null(w, "broker");
		return;
	}
	write_part(w, "broker", condition->broker);
	jsonw_int(w, "lag", (int64_t)condition->lag);
	jsonw_close(w, '}');
}

/* Reports are taken as well without it: it is told of, and not waited for. */
static void write_joining(const struct api *api, struct jsonw *w)
{
	const struct joining *joining = api->parts.joining;

	if (joining == NULL || !joining_is_on(joining)) {
		jsonw_null(w, "joining");
		return;
	}
	write_part(w, "joining", joining_trouble(joining));
	jsonw_close(w, '}');
}

/* How much is in the log and which life of it this is concerns nobody outside. */
static void write_store(const struct api *api, const struct condition *condition,
			bool is_detailed, struct jsonw *w)
{
	write_part(w, "store", condition->store);
	if (is_detailed) {
		jsonw_int(w, "seq", (int64_t)store_head(api->parts.store));
		jsonw_string(w, "epoch", store_epoch(api->parts.store));
	}
	jsonw_close(w, '}');
}

static void write_state(const struct api *api, const struct condition *condition, bool is_ready,
			bool is_detailed, struct jsonw *w)
{
	bool is_stopping = api->is_stopping;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "status", is_stopping ? "stopping" : is_ready ? "ready" : "trouble");
	jsonw_bool(w, "takes_reports", !is_stopping && condition->store[0] == '\0');
	if (api->parts.is_demo)
		jsonw_bool(w, "demo", true);
	write_store(api, condition, is_detailed, w);
	write_broker(api, condition, w);
	write_joining(api, w);
	if (is_detailed && api->parts.outbox != NULL)
		outbox_write(api->parts.outbox, w, "channels");
	jsonw_close(w, '}');
}

/* On the trusted listener it is the machine's own; elsewhere one has to be somebody. */
static bool sees_details(const struct api *api, const struct http_request *request)
{
	struct principal who;

	return http_request_is_trusted(request) ||
	       (auth_request(api->parts.accounts, request, false, &who) == 0 &&
		principal_may(&who, RIGHT_SEE_METRICS));
}

void ready_show(void *ctx, struct http_request *request)
{
	const struct api *api = ctx;
	struct condition condition;
	struct jsonw w;
	bool is_ready;

	look(api, &condition);
	is_ready =
		!api->is_stopping && condition.store[0] == '\0' && condition.broker[0] == '\0';
	jsonw_init(&w, 512);
	write_state(api, &condition, is_ready, sees_details(api, request), &w);
	http_answer(&request, is_ready ? 200 : 503, "application/json",
		    is_ready ? NULL : "Retry-After: 2\r\n", w.text, w.len);
	jsonw_fini(&w);
}

static bool may_see_metrics(struct api *api, struct http_request **request)
{
	struct principal who;

	return http_request_is_trusted(*request) ||
	       auth_allows(api->parts.accounts, request, false, RIGHT_SEE_METRICS, &who);
}

void metrics_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct jsonw w;

	if (!may_see_metrics(api, &request))
		return;
	jsonw_init(&w, 16384);
	metrics_write(api->parts.metrics, &w);
	http_answer(&request, 200, "text/plain; version=0.0.4; charset=utf-8", NULL, w.text,
		    w.len);
	jsonw_fini(&w);
}
