/* What the files about incidents share: incident.c, incident_json.c, part.c, dispatch.c,
 * join.c. */
#pragma once

#include "model/incident.h"

/* Of dispatch.c: decisions on orders, as incident_apply. */
int incident_assign(struct incident *incident, const struct command *command,
		    struct err *err) MUST_CHECK;
int incident_step(struct incident *incident, const struct command *command,
		  struct err *err) MUST_CHECK;
int incident_cancel(struct incident *incident, const struct command *command,
		    struct err *err) MUST_CHECK;
int incident_take_receipt(struct incident *incident, const struct command *command,
			  struct err *err) MUST_CHECK;
/* Those of these agencies that are bound are free; each is told. */
void incident_free_units(struct incident *incident, agency_set agencies,
			 const struct command *command);
/* What live orders were given for is different: their units are told, and asked again. */
void incident_change_orders(struct incident *incident, unsigned change, int64_t at_ms);

/* The live order of a unit; -1: it has none here. */
int incident_find_live(const struct incident *incident, const char *unit);
void incident_recall(struct incident *incident, unsigned i, const struct command *command);
/* Another revision of that order: its unit hears of it, and is asked. */
void incident_order_again(struct incident *incident, unsigned i, int64_t at_ms);
/* That agency's part is as far as the order of it that is furthest. */
void incident_follow_orders(struct incident *incident, unsigned agency,
			    const struct command *command);

/* Of undo.c: as incident_apply; what command->undone and its units name. */
int incident_undo(struct incident *incident, const struct command *command,
		  struct err *err) MUST_CHECK;

/* Of part.c: decisions on an agency's part, as incident_apply. */
int incident_acknowledge(struct incident *incident, const struct command *command,
			 struct err *err) MUST_CHECK;
int incident_close(struct incident *incident, const struct command *command,
		   struct err *err) MUST_CHECK;
int incident_reopen(struct incident *incident, const struct command *command,
		    struct err *err) MUST_CHECK;
/* That part's outcome, and the incident's where it was the last one that was open. */
void incident_close_part(struct incident *incident, unsigned agency, const char *outcome,
			 const struct command *command);

/* Of major.c: as incident_apply. */
int incident_link(struct incident *incident, const struct command *command,
		  struct err *err) MUST_CHECK;
int incident_unlink(struct incident *incident, const struct command *command,
		    struct err *err) MUST_CHECK;

/* Of milestone.c: as incident_apply. */
int incident_correct(struct incident *incident, const struct command *command,
		     struct err *err) MUST_CHECK;

/* Of hand_over.c: as incident_apply. */
int incident_hand_over(struct incident *incident, const struct command *command,
		       struct err *err) MUST_CHECK;
/* A person has written down that the neighbour has taken what that agency handed over. */
int incident_take_word(struct incident *incident, unsigned agency,
		       const struct command *command, struct err *err) MUST_CHECK;
bool incident_is_handed(const struct incident *incident, unsigned agency);
/* The agency goes on with its part itself. */
void incident_take_back(struct incident *incident, unsigned agency);
/* What others have handed to that agency is its own now. Whether there was any. */
bool incident_receive(struct incident *incident, unsigned agency,
		      const struct command *command);
/* Where nobody there can take it any more it is no longer handed over. */
void incident_settle_hand_overs(struct incident *incident);

void incident_move_part(struct incident *incident, unsigned agency, enum assignment_state state,
			const struct command *command);
void incident_keep_step(struct incident *incident, unsigned agency, enum milestone milestone,
			const struct command *command);
bool incident_part_may_move(enum assignment_state before, enum assignment_state after);

bool incident_has_agency(const struct incident *incident, unsigned agency);
/* In whose name: the agency that was named, else the one agency the person acts for. */
int incident_acting_agency(const struct incident *incident, const struct command *command,
			   unsigned *agency_r, struct err *err) MUST_CHECK;
/* The same, and that part is not closed. */
int incident_open_part(const struct incident *incident, const struct command *command,
		       unsigned *agency_r, struct err *err) MUST_CHECK;
/* These agencies' parts wait to be taken up, from at_ms on, whatever they were before. */
void incident_begin_parts(struct incident *incident, agency_set fresh, int64_t at_ms);
/* A decided category is no longer a question: the disposition is what the priority says. */
void incident_settle_disposition(struct incident *incident);
