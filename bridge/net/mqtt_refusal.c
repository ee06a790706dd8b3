/* What the broker refuses for good is recorded, counted, logged and passed over: one poisoned
 * event must not hold up the next alarm. The position does not move over it before the record
 * is in the store. */
#include <inttypes.h>
#include <string.h>

#include "base/xalloc.h"
#include "net/mqtt_private.h"

struct refusal {
	struct list node; /* of mqtt->refusals */
	struct mqtt *mqtt;
	enum mqtt_lane_id lane;
	struct store_request request;
	bool is_asked; /* the store has it */
	char why[120];
};

static void recorded(struct store_request *request)
{
	struct refusal *refusal = request->ctx;
	struct mqtt *mqtt = refusal->mqtt;

	refusal->is_asked = false;
	buf_unref(&request->body);
	if (request->answer == STORE_LATER)
		return; /* refusal_retry */
	list_remove(&refusal->node);
	mqtt->refusal_count--;
	xfree(refusal);
}

static void ask(struct refusal *refusal)
{
	refusal->is_asked = true;
	store_submit(refusal->mqtt->parts.store, &refusal->request);
}

static bool is_known(const struct mqtt *mqtt, enum mqtt_lane_id lane, uint64_t seq)
{
	for (struct list *n = mqtt->refusals.next; n != &mqtt->refusals; n = n->next) {
		const struct refusal *refusal = LIST_ITEM(n, struct refusal, node);

		if (refusal->lane == lane && refusal->request.in.cursor.seq == seq)
			return true;
	}
	return false;
}

void refusal_record(struct mqtt *mqtt, enum mqtt_lane_id lane, uint64_t seq, const char *why)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);
	struct refusal *refusal;

	if (is_known(mqtt, lane, seq))
		return; /* the same event to another agency */
	metrics_add(mqtt->parts.metrics, METRIC_MQTT_FAILURES, 1);
	log_warn("mqtt.refused", "seq=%" PRIu64 " kept=%d why=%s", seq, lane != MQTT_STREAM,
		 log_quote(why, strlen(why)).text);
	if (lane == MQTT_LIVE)
		return; /* it has been recorded when its event was sent */
	refusal = xcalloc(1, sizeof(*refusal));
	refusal->mqtt = mqtt;
	refusal->lane = lane;
	snprintf(refusal->why, sizeof(refusal->why), "%s", why);
	refusal->request = (struct store_request){
		.op = STORE_FAILURE,
		.in.cursor = {.sink = mqtt->readers[lane].sink,
			      .seq = seq,
			      .why = refusal->why},
		.at_ms = clock->wall_ms(clock),
		.done = recorded,
		.ctx = refusal,
	};
	list_append(&mqtt->refusals, &refusal->node);
	mqtt->refusal_count++;
	ask(refusal);
}

void refusal_retry(struct mqtt *mqtt)
{
	for (struct list *n = mqtt->refusals.next; n != &mqtt->refusals; n = n->next) {
		struct refusal *refusal = LIST_ITEM(n, struct refusal, node);

		if (!refusal->is_asked)
			ask(refusal);
	}
}

uint64_t refusal_oldest(const struct mqtt *mqtt, enum mqtt_lane_id lane)
{
	uint64_t oldest = UINT64_MAX;

	for (struct list *n = mqtt->refusals.next; n != &mqtt->refusals; n = n->next) {
		const struct refusal *refusal = LIST_ITEM(n, struct refusal, node);
		uint64_t seq = refusal->request.in.cursor.seq;

		if (refusal->lane == lane && seq < oldest)
			oldest = seq;
	}
	return oldest;
}

void refusal_fini(struct mqtt *mqtt)
{
	struct list *node;

	while ((node = list_take(&mqtt->refusals)) != NULL)
		xfree(LIST_ITEM(node, struct refusal, node));
}
