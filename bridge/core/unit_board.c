#include "core/unit_board.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"

struct unit_board {
	const struct agencies *agencies;
	struct unit_doing *unit;
	unsigned count;
	struct store *store; /* while it is filled */
	struct store_read read;
	void (*done)(void *ctx, const struct err *err);
	void *ctx;
};

struct unit_board *unit_board_new(const struct agencies *agencies)
{
	struct unit_board *board = xcalloc(1, sizeof(*board));

	board->agencies = agencies;
	return board;
}

void unit_board_free(struct unit_board **board)
{
	struct unit_board *mine = *board;

	*board = NULL;
	if (mine == NULL)
		return;
	xfree(mine->unit);
	xfree(mine);
}

static struct unit_doing *find(const struct unit_board *board, const char *id)
{
	for (unsigned i = 0; i < board->count; i++)
		if (strcmp(board->unit[i].id, id) == 0)
			return &board->unit[i];
	return NULL;
}

const struct unit_doing *unit_board_find(const struct unit_board *board, const char *id)
{
	return find(board, id);
}

const struct unit_doing *unit_board_at(const struct unit_board *board, unsigned i)
{
	return i < board->count ? &board->unit[i] : NULL;
}

static struct unit_doing *place_of(struct unit_board *board, const char *id)
{
	struct unit_doing *place = find(board, id);

	if (place != NULL)
		return place;
	board->unit = xrealloc(board->unit, (board->count + 1) * sizeof(*board->unit));
	return &board->unit[board->count++];
}

bool unit_board_take(struct unit_board *board, const struct event *event)
{
	struct unit_doing unit;
	struct slice told;
	struct err err;
	json_t *object;
	int status;

	if (event->kind != EVENT_UNIT_UPDATED)
		return false;
	told = event_unit(event->body);
	object = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);
	status = unit_read(object, board->agencies, &unit, &err);
	json_decref(object);
	if (status < 0) {
		log_warn("units.event", "seq=%" PRIu64 " unread", event->seq);
		return false;
	}
	*place_of(board, unit.id) = unit;
	return true;
}

static void ask(struct unit_board *board, uint64_t from);

static void page_read(struct store_read *read)
{
	struct unit_board *board = read->ctx;
	uint64_t next = read->next;

	for (unsigned i = 0; read->failed == 0 && i < read->row_count; i++)
		(void)unit_board_take(board, &read->rows[i]);
	if (read->failed != 0)
		board->done(board->ctx, &read->err);
	else if (next == 0)
		board->done(board->ctx, NULL);
	store_read_fini(read);
	if (read->failed == 0 && next != 0)
		ask(board, next);
}

static void ask(struct unit_board *board, uint64_t from)
{
	board->read = (struct store_read){
		.op = READ_UNITS, .from = from, .done = page_read, .ctx = board};
	store_read_submit(board->store, &board->read);
}

void unit_board_fill(struct unit_board *board, struct store *store,
		     void (*done)(void *ctx, const struct err *err), void *ctx)
{
	board->store = store;
	board->done = done;
	board->ctx = ctx;
	ask(board, 0);
}

void unit_board_write(const struct unit_board *board, const char *id, unsigned agency,
		      struct jsonw *w)
{
	const struct unit_doing *known = find(board, id);
	struct unit_doing fresh;

	if (known == NULL)
		unit_begin(&fresh, id, agency);
	unit_write_doing(known != NULL ? known : &fresh, w);
}
