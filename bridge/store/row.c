#include "store/backend.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "model/shift.h"

const char *const scope_names[] = {[SCOPE_INCIDENT] = "incident",
				   [SCOPE_SECRET] = "secret",
				   [SCOPE_CALL] = "call",
				   [SCOPE_STAFF] = "staff",
				   [SCOPE_STAFF + 1] = NULL};

void reporter_row_fini(struct reporter_row *row)
{
	buf_unref(&row->raw);
	buf_unref(&row->whole);
}

struct incident_row incident_row_of(const struct incident *incident, uint64_t seq)
{
	struct incident_row row = {
		.no = incident->no,
		.status = incident->status,
		.priority = incident->verdict.priority,
		.audience = incident_audience(incident),
		.opened_at_ms = incident->opened_at_ms,
		.seq = seq,
		.merged = incident->merged_into.no,
		.parent = incident->parent.no,
	};

	snprintf(row.id, sizeof(row.id), "%s", incident->id);
	snprintf(row.area, sizeof(row.area), "%s", incident->location.area);
	return row;
}

/* Each step goes to one that was open when it was taken, so the way has an end; a damaged table
 * must not make it a circle. */
#define WAY_MAX 1000

int incident_row_follow(const struct store_backend *ops, struct backend *conn,
			struct incident_row *row, struct err *err)
{
	for (int steps = 0; row->merged != 0; steps++) {
		int found =
			steps == WAY_MAX ? 0 : ops->get_incident(conn, row->merged, row, err);

		if (found < 0)
			return -1;
		if (found == 0)
			return err_set(err, ERR_IO, "incident %s was merged into none",
				       row->id);
	}
	return 0;
}

int incident_of_event(const struct event *event, const struct agencies *agencies,
		      struct incident *incident_r, struct err *err)
{
	struct slice slice = event_incident(event->body);
	json_t *object = json_loadb(slice.text, slice.len, JSON_REJECT_DUPLICATES, NULL);
	int status;

	if (object == NULL)
		return err_set(err, ERR_IO, "event %llu holds no incident",
			       (unsigned long long)event->seq);
	status = incident_read(object, agencies, incident_r, err);
	json_decref(object);
	if (status < 0) {
		err->kind = ERR_IO; /* ours, and damaged: nobody's input is wrong */
		return err_wrap(err, "event %llu", (unsigned long long)event->seq);
	}
	return 0;
}

#define DESK_KEY_SIZE (DESK_SIZE + 8)

int desk_last(const struct store_backend *ops, struct backend *conn, const char *desk,
	      uint64_t *seq_r, struct err *err)
{
	char key[DESK_KEY_SIZE], value[24];
	int found;

	snprintf(key, sizeof(key), "shift.%s", desk);
	found = ops->get_meta(conn, key, value, sizeof(value), err);
	if (found > 0)
		*seq_r = strtoull(value, NULL, 10);
	return found;
}

int desk_put_last(const struct store_backend *ops, struct backend *conn, const char *desk,
		  uint64_t seq, struct err *err)
{
	char key[DESK_KEY_SIZE], value[24];

	snprintf(key, sizeof(key), "shift.%s", desk);
	snprintf(value, sizeof(value), "%" PRIu64, seq);
	return ops->put_meta(conn, key, value, err);
}
