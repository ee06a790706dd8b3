#include "store/read_lane.h"

int read_lane_open(struct read_lane *lane, const struct store_backend *ops,
		   const struct backend_place *place, void (*wake)(void *ctx), void *wake_ctx,
		   struct err *err)
{
	*lane = (struct read_lane){.ops = ops, .agencies = place->agencies};
	if (ops->open(&lane->conn, place, err) < 0)
		return -1;
	mailbox_init(&lane->in, NULL, NULL);
	mailbox_init(&lane->out, wake, wake_ctx);
	return 0;
}

void read_lane_close(struct read_lane *lane)
{
	lane->ops->close(lane->conn);
	mailbox_fini(&lane->in);
	mailbox_fini(&lane->out);
}

static void share_with_same(struct read_lane *lane, const struct store_read *read,
			    struct list *waiting)
{
	struct list *node = waiting->next;

	while (node != waiting) {
		struct list *next = node->next;
		struct store_read *other = LIST_ITEM(node, struct store_read, node);

		if (read_is_same(read, other)) {
			list_remove(node);
			read_share(read, other);
			mailbox_put(&lane->out, node);
		}
		node = next;
	}
}

static void serve_all(struct read_lane *lane, struct list *waiting)
{
	struct list *node;

	while ((node = list_take(waiting)) != NULL) {
		struct store_read *read = LIST_ITEM(node, struct store_read, node);

		read->failed =
			read_perform(lane->ops, lane->conn, lane->agencies, read, &read->err);
		/* Handed back last: from then on it is the loop's. */
		share_with_same(lane, read, waiting);
		mailbox_put(&lane->out, node);
	}
}

bool read_lane_step(struct read_lane *lane)
{
	struct list waiting;

	list_init(&waiting);
	if (!mailbox_take_all(&lane->in, &waiting))
		return false;
	serve_all(lane, &waiting);
	return true;
}

void read_lane_run(struct read_lane *lane)
{
	struct list waiting;

	list_init(&waiting);
	while (mailbox_wait_all(&lane->in, &waiting))
		serve_all(lane, &waiting);
}
