/* What is part of a major incident, and who is bound in all of it: as far as who asks may see.
 */
#include <string.h>

#include "api/api_private.h"
#include "base/xalloc.h"
#include "model/major.h"

/* The parent and what is part of it. */
struct family {
	const struct agencies *agencies;
	unsigned count;
	struct incident member[CHILDREN_MAX + 1];
};

static int add_member(struct family *family, const struct buf *body, struct err *err)
{
	struct slice slice = event_incident(body);
	json_t *object = json_loadb(slice.text, slice.len, 0, NULL);
	int rc = incident_read(object, family->agencies, &family->member[family->count], err);

	json_decref(object);
	family->count += rc == 0;
	return rc;
}

static void write_child(const struct incident *child, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "incident_id", child->id);
	jsonw_int(w, "no", child->no);
	jsonw_string(w, "status", incident_status_names[child->status]);
	jsonw_int(w, "priority", child->verdict.priority);
	jsonw_string(w, "category", child->verdict.category);
	jsonw_close(w, '}');
}

static void write_bound(const struct family *family, unsigned agency, struct jsonw *w)
{
	for (unsigned i = 0; i < family->count; i++)
		for (unsigned n = 0; n < family->member[i].sent_count; n++) {
			const struct order *order = &family->member[i].sent[n];

			if (order->agency == agency && order_is_live(order->state))
				jsonw_string(w, NULL, order->unit);
		}
}

static void write_units(const struct family *family, struct jsonw *w)
{
	agency_set all = 0;

	for (unsigned i = 0; i < family->count; i++)
		all |= family->member[i].verdict.agencies;
	jsonw_open(w, "units", '{');
	for (unsigned agency = 0; agency < family->agencies->count; agency++) {
		if ((all >> agency & 1) == 0)
			continue;
		jsonw_open(w, family->agencies->agency[agency].id, '[');
		write_bound(family, agency, w);
		jsonw_close(w, ']');
	}
	jsonw_close(w, '}');
}

static void write_family(const struct family *family, struct jsonw *w)
{
	unsigned open = 0;

	for (unsigned i = 1; i < family->count; i++)
		open += family->member[i].status != INCIDENT_CLOSED;
	jsonw_open(w, "children", '{');
	jsonw_int(w, "open", open);
	jsonw_int(w, "closed", family->count - 1 - open);
	jsonw_open(w, "incidents", '[');
	for (unsigned i = 1; i < family->count; i++)
		write_child(&family->member[i], w);
	jsonw_close(w, ']');
	write_units(family, w);
	jsonw_close(w, '}');
}

int major_write(const struct buf *parent, const struct store_read *children,
		const struct agencies *agencies, struct jsonw *w, struct err *err)
{
	struct family *family = xcalloc(1, sizeof(*family));
	int rc;

	family->agencies = agencies;
	rc = add_member(family, parent, err);
	for (unsigned i = 0; rc == 0 && i < children->row_count && i < CHILDREN_MAX; i++)
		rc = add_member(family, children->rows[i].body, err);
	if (rc == 0)
		write_family(family, w);
	for (unsigned i = 0; i < family->count; i++)
		incident_fini(&family->member[i]);
	xfree(family);
	return rc;
}
