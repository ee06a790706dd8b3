#include "cmd/simulate_agenda.h"

#include "base/xalloc.h"

void agenda_init(struct agenda *agenda)
{
	*agenda = (struct agenda){.heap = NULL};
}

void agenda_fini(struct agenda *agenda)
{
	xfree(agenda->heap);
	agenda_init(agenda);
}

static bool is_before(const struct agenda_entry *a, const struct agenda_entry *b)
{
	return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void rise(struct agenda *agenda, size_t at, struct agenda_entry entry)
{
	while (at > 0 && is_before(&entry, &agenda->heap[(at - 1) / 2])) {
		agenda->heap[at] = agenda->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	agenda->heap[at] = entry;
}

static void sink(struct agenda *agenda, struct agenda_entry entry)
{
	size_t at = 0, next;

	while ((next = 2 * at + 1) < agenda->count) {
		if (next + 1 < agenda->count &&
		    is_before(&agenda->heap[next + 1], &agenda->heap[next]))
			next++;
		if (!is_before(&agenda->heap[next], &entry))
			break;
		agenda->heap[at] = agenda->heap[next];
		at = next;
	}
	agenda->heap[at] = entry;
}

void agenda_put(struct agenda *agenda, int64_t at_ms, agenda_fn *fn, void *ctx, uint64_t number)
{
	struct agenda_entry entry = {at_ms, agenda->order++, fn, ctx, number};

	if (agenda->count == agenda->room) {
		agenda->room = agenda->room == 0 ? 64 : 2 * agenda->room;
		agenda->heap = xrealloc(agenda->heap, agenda->room * sizeof(agenda->heap[0]));
	}
	rise(agenda, agenda->count++, entry);
}

int64_t agenda_next_ms(const struct agenda *agenda)
{
	return agenda->count > 0 ? agenda->heap[0].at_ms : INT64_MAX;
}

bool agenda_take(struct agenda *agenda, int64_t now_ms, struct agenda_entry *entry_r)
{
	struct agenda_entry last;

	if (agenda_next_ms(agenda) > now_ms || agenda->count == 0)
		return false;
	*entry_r = agenda->heap[0];
	last = agenda->heap[--agenda->count];
	if (agenda->count > 0)
		sink(agenda, last);
	return true;
}
