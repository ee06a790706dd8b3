/* The seal of what lies beside an event: who reported, in which row, with which body.
 *
 * It stands in the event, and so in the chain; the salt lies beside the body. With both erased
 * the chain is whole, and the seal tells nothing of whose it was. Pure. */
#pragma once

#include "store/backend.h"

#define SEAL_SIZE 65 /* hexadecimal digits of a SHA-256 */

void seal_salt(unsigned char salt_r[SALT_SIZE]);
/* Of the row all but where it is: its number is the event's, and its incident moves. */
void seal_report(const struct report_row *row, const struct reporter_row *reporter,
		 char seal_r[SEAL_SIZE]);
/* Of the row the names; its steps are told by the events themselves. */
void seal_call(const struct call_row *row, const struct reporter_row *reporter,
	       char seal_r[SEAL_SIZE]);
