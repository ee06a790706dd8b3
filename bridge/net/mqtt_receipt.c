/* That the broker has an order, which the order's receipts say when the store has taken it.
 *
 * The happy path: the broker confirms a message, its receipt goes to the store and is done.
 * What the store cannot take now is asked again at each tick, with the time at which the broker
 * had it; what is not taken when the bridge stops is made anew, since an order without that
 * receipt is said once more after the next connection. */
#include <string.h>

#include "base/xalloc.h"
#include "core/actions.h"
#include "core/crew.h"
#include "net/mqtt_private.h"

struct owed {
	struct list node; /* of mqtt->orders.owed */
	struct mqtt *mqtt;
	char incident_id[ID_SIZE], dispatch_id[ID_SIZE];
	unsigned revision; /* what the broker has: the order may be at another by now */
	int64_t at_ms;
	bool is_asked; /* the store has it */
};

static void forget(struct owed *owed)
{
	owed->mqtt->orders.owed_count--;
	list_remove(&owed->node);
	xfree(owed);
}

static void answered(void *ctx, const struct action_answer *answer)
{
	struct owed *owed = ctx;

	owed->is_asked = false;
	if (answer->answer != STORE_LATER) /* else receipts_retry */
		forget(owed);
}

static void ask(struct owed *owed)
{
	static const struct principal bridge = {.role = ROLE_ADMIN, .agency = -1};
	const struct mqtt_parts *parts = &owed->mqtt->parts;
	const struct clock *clock = loop_clock(parts->loop);
	struct order_name order = {owed->incident_id, owed->dispatch_id, owed->revision};
	struct command *receipt = crew_receipt(&order, RECEIPT_BROKER, owed->at_ms);

	owed->is_asked = true;
	actions_submit(parts->actions, &receipt, &bridge, clock->mono_us(clock), answered,
		       owed);
}

void receipts_take(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);
	struct owed *owed;

	if (letter->dispatch_id[0] == '\0' || mqtt->parts.actions == NULL ||
	    mqtt->orders.owed_count == RECEIPTS_OWED_MAX)
		return;
	owed = xcalloc(1, sizeof(*owed));
	owed->mqtt = mqtt;
	owed->at_ms = clock->wall_ms(clock);
	memcpy(owed->incident_id, letter->incident_id, ID_SIZE);
	memcpy(owed->dispatch_id, letter->dispatch_id, ID_SIZE);
	owed->revision = letter->revision;
	list_append(&mqtt->orders.owed, &owed->node);
	mqtt->orders.owed_count++;
	ask(owed);
}

void receipts_retry(struct mqtt *mqtt)
{
	const struct list *all = &mqtt->orders.owed;

	for (struct list *n = all->next; n != all; n = n->next) {
		struct owed *owed = LIST_ITEM(n, struct owed, node);

		if (!owed->is_asked)
			ask(owed);
	}
}

void receipts_fini(struct mqtt *mqtt)
{
	while (!list_is_empty(&mqtt->orders.owed))
		forget(LIST_ITEM(mqtt->orders.owed.next, struct owed, node));
}
