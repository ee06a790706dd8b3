/* What somebody who takes a desk over has to know: one document, from which the answer of GET
 * /v1/shift and the printed page are made, so that both say the same.
 *
 * Open incidents with the last step of each part and what it waits for; what was promised;
 * units that have not answered; calls that nobody called back; units off duty or changed; what
 * rose in this shift. Of a secret matter it says only that it is there, no citizen's words
 * stand in it, and an exercise is left out: it is printed, and paper lies about. Bounded: of
 * more than SHIFT_INCIDENTS the least urgent, of more than SHIFT_LIST of anything else the
 * oldest are only counted. Pure; any thread. */
#pragma once

#include <jansson.h>

#include "model/event.h"
#include "model/shift.h"
#include "model/unit.h"

#define SHIFT_INCIDENTS 400
#define SHIFT_LIST      200

struct rules;
struct shift_sheet;

struct shift_desk {
	int desk;
	agency_set agencies; /* whose parts and units are shown */
	struct viewer viewer;
	int64_t now_ms;
};

/* rules are borrowed for its life. */
struct shift_sheet *shift_sheet_new(const struct rules *rules, const struct shift_desk *desk);
void shift_sheet_free(struct shift_sheet **sheet);

/* In this order: the last hand-over of the desk, which may be missing; what is open; the units;
 * the events of this shift and of the one before, oldest first. */
int shift_sheet_take_last(struct shift_sheet *sheet, const struct event *hand_over,
			  struct err *err) MUST_CHECK;
void shift_sheet_add_incident(struct shift_sheet *sheet, const struct incident *incident);
void shift_sheet_add_unit(struct shift_sheet *sheet, const struct unit_doing *unit);
void shift_sheet_add_event(struct shift_sheet *sheet, const struct event *event);

struct shift_stamp {
	const char *city, *epoch;
	uint64_t seq; /* up to which all is in it: what is signed for */
	bool is_cut;  /* more happened in the shift than was looked at */
	const char *store,
		*broker; /* what is wrong with them; "": nothing. broker NULL: none */
};

/* Once, at the end; new reference. */
json_t *shift_sheet_finish(struct shift_sheet *sheet, const struct shift_stamp *stamp);
/* The same to print, in Indonesian with English beside it. */
struct buf *shift_page_print(const json_t *sheet, const struct rules *rules);
