/* Orders to units: what an event has to say to them as it passes, and once more whatever is not
 * answered after each connection, or what is theirs when they ask.
 *
 * The happy path: an event names a unit; its order goes out, kept by the broker, and comes back
 * with the broker's receipt; the unit answers; the event of that answer passes, and what the
 * broker keeps is cleared. A unit may hold several orders and has one topic: the newest stands
 * there, and when that is answered while another is not, what is its is said once more.
 *
 * Rows are read beside the events that pass, so a row may be newer than an event still to come,
 * and a revision may be heard again after the next one: the greater holds. */
#include <string.h>

#include "base/xalloc.h"
#include "net/mqtt_order.h"
#include "net/mqtt_private.h"

#define PAGE_ROWS  32
#define PAGE_BYTES (512 * 1024)
#define OF_ROWS    1000 /* keys of orders of rows are not those of views */
#define ASKING_MAX 256  /* units that wait to hear what is theirs; more ask again */

/* An order that is not over: by its name the crew answers it. */
struct known_order {
	struct list node;
	char unit[MQTT_UNIT_SIZE];
	char dispatch_id[ID_SIZE], incident_id[ID_SIZE];
	bool is_exercise;
	bool is_open; /* it waits for the answer: the broker keeps it, or one said after it */
};

struct asking {
	struct list node;
	char unit[MQTT_UNIT_SIZE];
};

/* --- what is known --- */

static struct known_order *known(const struct mqtt *mqtt, const char *dispatch_id)
{
	const struct list *all = &mqtt->orders.known;

	for (struct list *n = all->next; n != all; n = n->next) {
		struct known_order *order = LIST_ITEM(n, struct known_order, node);

		if (strcmp(order->dispatch_id, dispatch_id) == 0)
			return order;
	}
	return NULL;
}

bool orders_keep(const struct mqtt *mqtt, const char *unit, bool is_exercise)
{
	const struct list *all = &mqtt->orders.known;

	for (struct list *n = all->next; n != all; n = n->next) {
		const struct known_order *order = LIST_ITEM(n, struct known_order, node);

		if (order->is_open && order->is_exercise == is_exercise &&
		    strcmp(order->unit, unit) == 0)
			return true;
	}
	return false;
}

const char *orders_incident(const struct mqtt *mqtt, const char *unit, const char *dispatch_id)
{
	const struct known_order *order = known(mqtt, dispatch_id);

	return order != NULL && strcmp(order->unit, unit) == 0 ? order->incident_id : NULL;
}

static bool concerns_known(const struct mqtt *mqtt, const struct event *event)
{
	const struct list *all = &mqtt->orders.known;

	for (struct list *n = all->next; n != all; n = n->next)
		if (strcmp(LIST_ITEM(n, struct known_order, node)->incident_id,
			   event->incident_id) == 0)
			return true;
	return false;
}

/* True: it was open before. */
static bool know(struct mqtt *mqtt, const struct mqtt_order *order, const struct event *event)
{
	struct known_order *place = known(mqtt, order->dispatch_id);
	bool was_open = place != NULL && place->is_open;

	if (place == NULL && order->is_live) {
		place = xcalloc(1, sizeof(*place));
		memcpy(place->unit, order->unit, sizeof(place->unit));
		memcpy(place->dispatch_id, order->dispatch_id, ID_SIZE);
		list_append(&mqtt->orders.known, &place->node);
	}
	if (place == NULL)
		return false;
	memcpy(place->incident_id, event->incident_id, ID_SIZE); /* a merge may move it */
	place->is_exercise = event_is_exercise(event->body);
	place->is_open = order->is_open;
	if (!order->is_live) {
		list_remove(&place->node);
		xfree(place);
	}
	return was_open;
}

/* --- letters --- */

static struct mqtt_letter *letter_to(const struct mqtt *mqtt, const char *unit,
				     bool is_exercise, const struct event *event,
				     enum mqtt_lane_id lane)
{
	char topic[MQTT_TOPIC_SIZE];
	struct mqtt_letter *letter;

	mqtt_topic_dispatch(&mqtt->topics, unit, is_exercise, topic);
	letter = mqtt_letter_new(LINK_MESSAGE, 0, topic);
	letter->lane = (int)lane;
	letter->seq = event->seq;
	letter->is_retained = true;
	return letter;
}

static void say(struct mqtt *mqtt, struct list *queue, const struct mqtt_order *order,
		const struct event *event, enum mqtt_lane_id lane)
{
	bool is_exercise = event_is_exercise(event->body);
	struct mqtt_letter *letter = letter_to(mqtt, order->unit, is_exercise, event, lane);

	letter->is_retained = order->is_open;
	letter->payload = buf_ref(order->payload);
	if (!order->was_at_broker) {
		memcpy(letter->dispatch_id, order->dispatch_id, ID_SIZE);
		letter->revision = order->revision;
		memcpy(letter->incident_id, event->incident_id, ID_SIZE);
	}
	list_append(queue, &letter->node);
}

static void clear(struct mqtt *mqtt, const struct mqtt_order *order, const struct event *event)
{
	bool is_exercise = event_is_exercise(event->body);
	struct mqtt_letter *letter;

	if (orders_keep(mqtt, order->unit, is_exercise)) {
		orders_ask(mqtt, order->unit); /* the other one takes its place */
		return;
	}
	letter = letter_to(mqtt, order->unit, is_exercise, event, MQTT_ORDERS);
	list_append(&mqtt->orders.passing, &letter->node);
}

static struct mqtt_order_stamp stamp_of(const struct mqtt *mqtt, uint64_t as_of)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);

	return (struct mqtt_order_stamp){
		.as_of = as_of,
		.epoch = store_epoch(mqtt->parts.store),
		.valid_until_ms = clock->wall_ms(clock) + mqtt->orders.valid_ms,
	};
}

/* --- an event that passes --- */

static void say_orders(struct mqtt *mqtt, const struct event *event)
{
	struct mqtt_order_stamp stamp = stamp_of(mqtt, event->seq);
	NOT_ZEROED struct mqtt_order orders[MQTT_ORDERS_MAX];
	unsigned count = mqtt_orders_read(event, &stamp, orders);

	for (unsigned i = 0; i < count; i++) {
		bool was_open = know(mqtt, &orders[i], event);

		if (orders[i].is_meant)
			say(mqtt, &mqtt->orders.passing, &orders[i], event, MQTT_ORDERS);
		if (was_open && !orders[i].is_open)
			clear(mqtt, &orders[i], event);
		mqtt_order_fini(&orders[i]);
	}
}

void orders_begin(struct mqtt *mqtt, const struct event *event)
{
	mqtt->orders.nth = 0;
	if (mqtt_event_names_units(event) || concerns_known(mqtt, event))
		say_orders(mqtt, event);
}

/* False: there is more than the window takes. */
static bool send_all(struct mqtt *mqtt, struct list *queue, unsigned first, unsigned *nth)
{
	while (!list_is_empty(queue)) {
		struct mqtt_letter *letter = LIST_ITEM(queue->next, struct mqtt_letter, node);
		struct mqtt_key key = {(enum mqtt_lane_id)letter->lane, letter->seq,
				       first + *nth};

		if (!mqtt_window_admits(mqtt->window, &key))
			return false;
		++*nth;
		letter->line = mqtt->line;
		letter->ticket = mqtt_window_push(mqtt->window, &key);
		list_remove(&letter->node);
		list_append(&mqtt->outbox, &letter->node);
		metrics_add(mqtt->parts.metrics, METRIC_MQTT_PUBLISHED, 1);
	}
	return true;
}

bool orders_work_off(struct mqtt *mqtt)
{
	return send_all(mqtt, &mqtt->orders.passing, 0, &mqtt->orders.nth);
}

/* --- once more --- */

static bool is_listed(const struct list *units, const char *unit)
{
	for (struct list *n = units->next; n != units; n = n->next)
		if (strcmp(LIST_ITEM(n, struct asking, node)->unit, unit) == 0)
			return true;
	return false;
}

void orders_ask(struct mqtt *mqtt, const char *unit)
{
	struct mqtt_orders *orders = &mqtt->orders;
	struct asking *asking;

	if (is_listed(&orders->asking, unit) || orders->asking_count == ASKING_MAX)
		return;
	asking = xcalloc(1, sizeof(*asking));
	snprintf(asking->unit, sizeof(asking->unit), "%s", unit);
	list_append(&orders->asking, &asking->node);
	orders->asking_count++;
}

static void say_again(struct mqtt *mqtt, const struct event *row)
{
	static const char mark[] = ",\"orders\":[{";
	const struct mqtt_orders *orders = &mqtt->orders;
	NOT_ZEROED struct mqtt_order of_row[MQTT_ORDERS_MAX];
	struct mqtt_order_stamp stamp = stamp_of(mqtt, orders->since);
	unsigned count;

	if (memmem(row->body->data, row->body->len, mark, sizeof(mark) - 1) == NULL)
		return;
	count = mqtt_orders_read(row, &stamp, of_row);
	for (unsigned i = 0; i < count; i++) {
		(void)know(mqtt, &of_row[i], row); /* what it was is said below */
		if ((of_row[i].is_open && orders->is_for_all) ||
		    (of_row[i].is_live && is_listed(&orders->answered, of_row[i].unit)))
			say(mqtt, &mqtt->orders.again, &of_row[i], row, MQTT_LIVE);
		mqtt_order_fini(&of_row[i]);
	}
}

static void free_asking(struct list *units)
{
	struct list *node;

	while ((node = list_take(units)) != NULL)
		xfree(LIST_ITEM(node, struct asking, node));
}

static void end_pass(struct mqtt_orders *orders)
{
	orders->is_in_pass = orders->is_for_all = false;
	free_asking(&orders->answered);
}

static void page_read(struct store_read *read)
{
	struct mqtt *mqtt = read->ctx;
	struct mqtt_orders *orders = &mqtt->orders;
	bool is_used = !orders->is_void && read->failed == 0;

	orders->is_reading = orders->is_void = false;
	for (unsigned i = 0; is_used && i < read->row_count; i++)
		say_again(mqtt, &read->rows[i]);
	if (is_used) {
		orders->from = read->next;
		if (read->next == 0) {
			orders->are_known = true;
			end_pass(orders);
		}
		loop_wake(mqtt->parts.loop);
	} /* else at the next tick: a failed page is read again */
	store_read_fini(read);
}

static void read_page(struct mqtt *mqtt)
{
	struct mqtt_orders *orders = &mqtt->orders;

	orders->is_reading = true;
	orders->read = (struct store_read){
		.op = READ_LIVE,
		.from = orders->from,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.max_rows = PAGE_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = page_read,
		.ctx = mqtt,
	};
	store_read_submit(mqtt->parts.store, &orders->read);
}

/* One pass over what is live serves all that have asked by now. */
static void begin_pass(struct mqtt *mqtt)
{
	struct mqtt_orders *orders = &mqtt->orders;

	orders->is_in_pass = true;
	orders->is_for_all = orders->is_due;
	orders->is_due = false;
	orders->from = 0;
	orders->since = store_head(mqtt->parts.store);
	list_move(&orders->answered, &orders->asking);
	orders->asking_count = 0;
}

void orders_run(struct mqtt *mqtt)
{
	struct mqtt_orders *orders = &mqtt->orders;

	if (!send_all(mqtt, &orders->again, OF_ROWS, &orders->again_nth))
		return;
	orders->again_nth = 0;
	if (orders->is_reading)
		return;
	if (!orders->is_in_pass && (orders->is_due || orders->asking_count > 0))
		begin_pass(mqtt);
	if (orders->is_in_pass)
		read_page(mqtt);
}

bool orders_are_said(const struct mqtt *mqtt)
{
	const struct mqtt_orders *orders = &mqtt->orders;

	return !orders->is_due && !orders->is_in_pass && list_is_empty(&orders->again);
}

/* --- lines that come and go --- */

static void free_letters(struct list *letters)
{
	struct list *node;

	while ((node = list_take(letters)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
}

void orders_up(struct mqtt *mqtt)
{
	mqtt->orders.is_due = true;
}

void orders_down(struct mqtt *mqtt)
{
	struct mqtt_orders *orders = &mqtt->orders;

	free_letters(&orders->passing);
	free_letters(&orders->again);
	orders->again_nth = 0;
	orders->is_void = orders->is_reading;
	end_pass(orders); /* units whose line broke too ask again */
}

void orders_init(struct mqtt_orders *orders)
{
	list_init(&orders->known);
	list_init(&orders->asking);
	list_init(&orders->answered);
	list_init(&orders->passing);
	list_init(&orders->again);
	list_init(&orders->owed);
}

void orders_fini(struct mqtt *mqtt)
{
	struct mqtt_orders *orders = &mqtt->orders;
	struct list *node;

	orders_down(mqtt);
	receipts_fini(mqtt);
	free_asking(&orders->asking);
	while ((node = list_take(&orders->known)) != NULL)
		xfree(LIST_ITEM(node, struct known_order, node));
	store_read_fini(&orders->read);
}
