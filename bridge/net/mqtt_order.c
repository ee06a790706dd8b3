#include "net/mqtt_order.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "core/mask.h"
#include "model/order.h"

/* What is read of the event, while its orders are written. */
struct telling {
	const struct event *event;
	const struct mqtt_order_stamp *stamp;
	const json_t *incident;
	json_t *head; /* {"units":[…],"changed":[…]}, owned; empty where the event names none */
	bool is_exercise;
};

static const char *string(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* The list behind "key": in the event's head, which is still open. */
static json_t *list_in_head(const struct event *event, const char *key)
{
	struct slice head = event_head(event->body);
	char mark[24];
	const char *at;
	json_t *list;

	snprintf(mark, sizeof(mark), ",\"%s\":[", key);
	at = memmem(head.text, head.len, mark, strlen(mark));
	if (at == NULL)
		return json_array();
	at += strlen(mark) - 1;
	list = json_loadb(at, (size_t)(head.text + head.len - at), JSON_DISABLE_EOF_CHECK,
			  NULL);
	return list != NULL ? list : json_array();
}

bool mqtt_event_names_units(const struct event *event)
{
	static const char mark[] = ",\"units\":[\"";
	struct slice head = event_head(event->body);

	return memmem(head.text, head.len, mark, sizeof(mark) - 1) != NULL;
}

static bool is_named(const struct telling *telling, const char *unit)
{
	const json_t *units = json_object_get(telling->head, "units");

	for (size_t i = 0; i < json_array_size(units); i++) {
		const char *named = json_string_value(json_array_get(units, i));

		if (named != NULL && strcmp(named, unit) == 0)
			return true;
	}
	return false;
}

/* --- the message --- */

static void write_masked(struct jsonw *w, const char *key, const char *text)
{
	char *masked = text[0] != '\0' ? mask_text(text, strlen(text), NULL) : NULL;

	jsonw_string(w, key, masked);
	free(masked);
}

static void write_place(const json_t *incident, struct jsonw *w)
{
	struct location location;

	location_read_back(json_object_get(incident, "location"), &location);
	location.candidate_count = 0; /* what it might be is for the desk */
	location_write(&location, w, "location");
}

static void write_list(struct jsonw *w, const char *key, const json_t *list)
{
	jsonw_open(w, key, '[');
	for (size_t i = 0; i < json_array_size(list); i++)
		jsonw_string(w, NULL, json_string_value(json_array_get(list, i)));
	jsonw_close(w, ']');
}

static void write_incident(const struct telling *telling, struct jsonw *w)
{
	const json_t *incident = telling->incident;
	bool is_secret = strcmp(string(incident, "anonymity"), "secret") == 0;

	jsonw_string(w, "incident_id", string(incident, "id"));
	jsonw_int(w, "no", json_integer_value(json_object_get(incident, "no")));
	jsonw_int(w, "priority", json_integer_value(json_object_get(incident, "priority")));
	jsonw_string(w, "category", string(incident, "category"));
	write_list(w, "hazards", json_object_get(incident, "hazards"));
	write_place(incident, w);
	write_masked(w, "place_said", is_secret ? "" : string(incident, "place_said"));
	write_masked(w, "text", is_secret ? "" : string(incident, "text"));
}

static void write_changed(const struct telling *telling, bool is_meant, struct jsonw *w)
{
	write_list(w, "changed", is_meant ? json_object_get(telling->head, "changed") : NULL);
}

/* What is ours stands in front, so that it can be found without parsing. */
static struct buf *write_message(const struct telling *telling, const struct mqtt_order *order,
				 const json_t *one)
{
	struct buf *payload;
	struct jsonw w;

	jsonw_init(&w, 2048);
	jsonw_open(&w, NULL, '{');
	jsonw_int(&w, "seq", (int64_t)telling->event->seq);
	jsonw_string(&w, "id", order->dispatch_id);
	jsonw_bool(&w, "exercise", telling->is_exercise);
	jsonw_int(&w, "as_of", (int64_t)telling->stamp->as_of);
	jsonw_string(&w, "epoch", telling->stamp->epoch);
	jsonw_string(&w, "type", order->is_recall ? "recall" : "order");
	jsonw_string(&w, "dispatch_id", order->dispatch_id);
	jsonw_int(&w, "revision", json_integer_value(json_object_get(one, "revision")));
	jsonw_string(&w, "unit", order->unit);
	jsonw_string(&w, "state", string(one, "state"));
	jsonw_string(&w, "at", string(one, "since"));
	jsonw_time(&w, "valid_until", telling->stamp->valid_until_ms);
	write_changed(telling, order->is_meant, &w);
	write_incident(telling, &w);
	jsonw_close(&w, '}');
	payload = jsonw_buf(&w);
	jsonw_fini(&w);
	return payload;
}

/* --- an order --- */

/* A recall is a revision too, and is owed until it is confirmed. */
static bool is_open(const struct order *order)
{
	return order->state == ORDER_RECALLED ? order->receipt_ms[RECEIPT_CONFIRMED] == 0
					      : order_is_unanswered(order);
}

/* False: it is none. */
static bool read_order(const struct telling *telling, const json_t *one,
		       struct mqtt_order *order_r)
{
	const char *unit = string(one, "unit"), *id = string(one, "dispatch_id");
	struct mqtt_order order = {.is_recall = false};
	struct order told;

	if (unit[0] == '\0' || strlen(unit) >= MQTT_UNIT_SIZE || !id_is(id, 'D'))
		return false;
	order_read(one, &told);
	memcpy(order.unit, unit, strlen(unit) + 1);
	memcpy(order.dispatch_id, id, ID_SIZE);
	order.revision = told.revision;
	order.is_recall = !order_is_live(told.state);
	order.is_open = is_open(&told);
	order.is_live = !order.is_recall || order.is_open;
	order.was_at_broker = told.receipt_ms[RECEIPT_BROKER] != 0;
	order.is_meant = is_named(telling, unit);
	order.payload = write_message(telling, &order, one);
	*order_r = order;
	return true;
}

static unsigned read_all(const struct telling *telling,
			 struct mqtt_order orders_r[MQTT_ORDERS_MAX])
{
	const json_t *parts = json_object_get(telling->incident, "assignments");
	unsigned count = 0;

	for (size_t i = 0; i < json_array_size(parts); i++) {
		const json_t *orders = json_object_get(json_array_get(parts, i), "orders");

		for (size_t j = 0; j < json_array_size(orders) && count < MQTT_ORDERS_MAX; j++)
			count += read_order(telling, json_array_get(orders, j),
					    &orders_r[count]);
	}
	return count;
}

unsigned mqtt_orders_read(const struct event *event, const struct mqtt_order_stamp *stamp,
			  struct mqtt_order orders_r[MQTT_ORDERS_MAX])
{
	struct slice text = event_incident(event->body);
	json_auto_t *incident = json_loadb(text.text, text.len, 0, NULL);
	json_auto_t *head = json_object();
	struct telling telling = {.event = event,
				  .stamp = stamp,
				  .incident = incident,
				  .head = head,
				  .is_exercise = event_is_exercise(event->body)};

	if (incident == NULL)
		return 0;
	(void)json_object_set_new(head, "units", list_in_head(event, "units"));
	(void)json_object_set_new(head, "changed", list_in_head(event, "changed"));
	return read_all(&telling, orders_r);
}

void mqtt_order_fini(struct mqtt_order *order)
{
	buf_unref(&order->payload);
}
