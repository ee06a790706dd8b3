#include "model/order.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

#define BIT(state) (1u << (state))
#define ENDS       (BIT(ORDER_CLEARED) | BIT(ORDER_DECLINED) | BIT(ORDER_RECALLED))

/* A crew on the scene has been on the way, whether it said so or not: steps may be skipped, and
 * none is taken back. Who is there does not decline any more. */
static const struct {
	const char *name;
	unsigned next;
} order_states[ORDER_STATES] = {
	[ORDER_ORDERED] = {"ordered", BIT(ORDER_ACCEPTED) | BIT(ORDER_EN_ROUTE) |
					      BIT(ORDER_ON_SCENE) | ENDS},
	[ORDER_ACCEPTED] = {"accepted", BIT(ORDER_EN_ROUTE) | BIT(ORDER_ON_SCENE) | ENDS},
	[ORDER_EN_ROUTE] = {"en_route", BIT(ORDER_ON_SCENE) | ENDS},
	[ORDER_ON_SCENE] = {"on_scene", BIT(ORDER_CLEARED) | BIT(ORDER_RECALLED)},
	[ORDER_CLEARED] = {"cleared", 0},
	[ORDER_DECLINED] = {"declined", 0},
	[ORDER_RECALLED] = {"recalled", 0},
};

const char *const order_state_names[ORDER_STATES] = {
	[ORDER_ORDERED] = "ordered",   [ORDER_ACCEPTED] = "accepted",
	[ORDER_EN_ROUTE] = "en_route", [ORDER_ON_SCENE] = "on_scene",
	[ORDER_CLEARED] = "cleared",   [ORDER_DECLINED] = "declined",
	[ORDER_RECALLED] = "recalled",
};

const char *const receipt_names[RECEIPTS] = {
	[RECEIPT_QUEUED] = "queued",     [RECEIPT_BROKER] = "broker",
	[RECEIPT_DEVICE] = "device",     [RECEIPT_CONFIRMED] = "confirmed",
	[RECEIPT_ACCEPTED] = "accepted", [RECEIPT_DECLINED] = "declined",
};

bool order_is_live(enum order_state state)
{
	return (BIT(state) & ENDS) == 0;
}

bool order_is_unanswered(const struct order *order)
{
	bool is_changed =
		order->revision > 1 && order->since_ms <= order->receipt_ms[RECEIPT_QUEUED];

	return order_is_live(order->state) && order->receipt_ms[RECEIPT_CONFIRMED] == 0 &&
	       (order->state == ORDER_ORDERED || order->is_behind || is_changed);
}

bool order_may_move(enum order_state before, enum order_state after)
{
	return (order_states[before].next & BIT(after)) != 0;
}

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

int order_state_find(const char *name)
{
	return find(order_state_names, ORDER_STATES, name);
}

int receipt_find(const char *name)
{
	return find(receipt_names, RECEIPTS, name);
}

static void write_steps(struct jsonw *w, const char *key, const int64_t at_ms[ORDER_STATES])
{
	jsonw_open(w, key, '{');
	for (int i = 0; i < ORDER_STATES; i++)
		if (at_ms[i] != 0)
			jsonw_time(w, order_states[i].name, at_ms[i]);
	jsonw_close(w, '}');
}

static bool is_corrected(const struct order *order)
{
	for (int i = 0; i < ORDER_STATES; i++)
		if (order->told_ms[i] != 0)
			return true;
	return false;
}

static void write_time(struct jsonw *w, const char *key, int64_t at_ms)
{
	if (at_ms != 0)
		jsonw_time(w, key, at_ms);
	else
		jsonw_null(w, key);
}

void order_write(const struct order *order, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "unit", order->unit);
	jsonw_string(w, "dispatch_id", order->dispatch_id);
	jsonw_string(w, "state", order_states[order->state].name);
	jsonw_time(w, "since", order->since_ms);
	jsonw_string(w, "by", order->by[0] != '\0' ? order->by : NULL);
	jsonw_int(w, "revision", order->revision);
	if (order->is_behind)
		jsonw_bool(w, "behind", true);
	jsonw_open(w, "receipts", '{');
	for (int i = 0; i < RECEIPTS; i++)
		write_time(w, receipt_names[i], order->receipt_ms[i]);
	jsonw_close(w, '}');
	write_steps(w, "steps", order->step_ms);
	if (is_corrected(order))
		write_steps(w, "told", order->told_ms);
	jsonw_close(w, '}');
}

static void read_times(const json_t *object, const char *const *names, int count,
		       int64_t *times_r)
{
	for (int i = 0; i < count; i++)
		times_r[i] = jsonin_kept_time(object, names[i]);
}

void order_read(const json_t *object, struct order *order)
{
	const char *state = json_string_value(json_object_get(object, "state"));
	int found = state != NULL ? order_state_find(state) : -1;

	*order = (struct order){0};
	jsonin_kept_text(object, "unit", order->unit, UNIT_SIZE);
	jsonin_kept_text(object, "dispatch_id", order->dispatch_id, ID_SIZE);
	jsonin_kept_text(object, "by", order->by, ORDER_BY_SIZE);
	order->state = found >= 0 ? (enum order_state)found : ORDER_ORDERED;
	order->revision = (unsigned)json_integer_value(json_object_get(object, "revision"));
	order->is_behind = json_is_true(json_object_get(object, "behind"));
	order->since_ms = jsonin_kept_time(object, "since");
	read_times(json_object_get(object, "receipts"), receipt_names, RECEIPTS,
		   order->receipt_ms);
	read_times(json_object_get(object, "steps"), order_state_names, ORDER_STATES,
		   order->step_ms);
	read_times(json_object_get(object, "told"), order_state_names, ORDER_STATES,
		   order->told_ms);
}

void order_write_workflow(struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	for (int i = 0; i < ORDER_STATES; i++) {
		jsonw_open(w, order_states[i].name, '[');
		for (int j = 0; j < ORDER_STATES; j++)
			if (order_may_move((enum order_state)i, (enum order_state)j))
				jsonw_string(w, NULL, order_states[j].name);
		jsonw_close(w, ']');
	}
	jsonw_close(w, '}');
}
