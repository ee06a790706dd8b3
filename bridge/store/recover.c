#include "store/recover.h"

#include <string.h>

#include "base/log.h"

#define TAIL 64

int chain_follow(struct chain_check *check, const struct event *event,
		 const unsigned char link[LINK_SIZE], struct err *err)
{
	unsigned long long seq = event->seq;
	unsigned char expected[LINK_SIZE];

	if (event->seq != check->next)
		return err_set(err, ERR_IO, "event %llu is missing",
			       (unsigned long long)check->next);
	event_link(check->before, event->body, expected);
	if (check->has_before && memcmp(expected, link, LINK_SIZE) != 0)
		return err_set(err, ERR_IO, "event %llu is not what was linked", seq);
	memcpy(check->before, link, LINK_SIZE);
	check->has_before = true;
	check->next++;
	return 0;
}

struct tail {
	const struct store_backend *ops;
	struct backend *conn;
	struct chain_check chain;
	int status;
	struct err *err;
};

static bool follow(void *ctx, const struct event *event, const unsigned char link[LINK_SIZE])
{
	struct tail *tail = ctx;

	tail->status = chain_follow(&tail->chain, event, link, tail->err);
	return tail->status == 0;
}

/* The last event's incident stands in the table as that event says. */
static int check_projection(struct tail *tail, const struct agencies *agencies, uint64_t seq)
{
	struct incident incident;
	struct incident_row row, rebuilt;
	struct event event;
	int found = tail->ops->get_event(tail->conn, seq, &event, tail->err);

	if (found <= 0 || event.incident_id[0] == '\0') {
		if (found > 0)
			buf_unref(&event.body);
		return found < 0 ? -1 : 0;
	}
	if (incident_of_event(&event, agencies, &incident, tail->err) < 0) {
		buf_unref(&event.body);
		return -1;
	}
	rebuilt = incident_row_of(&incident, seq);
	incident_fini(&incident);
	buf_unref(&event.body);
	found = tail->ops->find_incident(tail->conn, rebuilt.id, &row, tail->err);
	if (found < 0)
		return -1;
	if (found == 0 || row.seq != seq || row.no != rebuilt.no ||
	    row.status != rebuilt.status)
		return err_set(tail->err, ERR_IO, "event %llu: its incident is not as it says",
			       (unsigned long long)seq);
	return 0;
}

static int check_tail(struct tail *tail, const struct agencies *agencies, uint64_t head)
{
	uint64_t from = head > TAIL ? head - TAIL : 1;

	if (head == 0)
		return 0;
	tail->chain = (struct chain_check){.next = from, .has_before = from == 1};
	if (tail->ops->scan_events(tail->conn, 0, from, follow, tail, tail->err) < 0 ||
	    tail->status < 0)
		return -1;
	if (tail->chain.next != head + 1)
		return err_set(tail->err, ERR_IO, "event %llu is missing",
			       (unsigned long long)tail->chain.next);
	return check_projection(tail, agencies, head);
}

static int need_epoch(const struct store_backend *ops, struct backend *conn,
		      const struct clock *clock, char epoch_r[ID_SIZE], struct err *err)
{
	struct id_gen ids = {0};
	int found = ops->get_meta(conn, "epoch", epoch_r, ID_SIZE, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	id_next(&ids, 'L', clock->wall_ms(clock), epoch_r);
	if (ops->begin(conn, err) < 0)
		return -1;
	if (ops->put_meta(conn, "epoch", epoch_r, err) < 0 || ops->commit(conn, err) < 0) {
		ops->rollback(conn);
		return -1;
	}
	return 0;
}

int recover(const struct store_backend *ops, struct backend *conn,
	    const struct agencies *agencies, const struct clock *clock, struct log_end *end_r,
	    char epoch_r[ID_SIZE], struct err *err)
{
	struct tail tail = {.ops = ops, .conn = conn, .err = err};

	if (need_epoch(ops, conn, clock, epoch_r, err) < 0 ||
	    ops->get_end(conn, end_r, err) < 0 || check_tail(&tail, agencies, end_r->seq) < 0)
		return err_wrap(err, "recover");
	log_info("store.recovered", "head=%llu epoch=%s", (unsigned long long)end_r->seq,
		 epoch_r);
	return 0;
}
