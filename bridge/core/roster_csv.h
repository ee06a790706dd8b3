/* A duty roster as a personnel system exports it: CSV with a header, ; or , or tabs between,
 * quotes or none, a byte order mark or none, one row for each person or one for each shift.
 *
 *   unit           kode_unit, unit              which
 *   date           tanggal, date                of the beginning; dd/mm/yyyy or yyyy-mm-dd
 *   from, to       mulai, selesai, from, to     07:00 or 07.00, with a date before it or not
 *   crew           jumlah, crew                 how many people; without it each row is one
 *   role           peran, jabatan, role         danru, komandan, ketua, kepala, lead: leads
 *   id             kode_petugas, id             the lead's internal id
 *
 * All other columns are passed over unread: names and NIP are nobody's business here, and no
 * message holds any of it. A number as long as a NIP or a NIK is refused as an id. Pure. */
#pragma once

#include "core/roster.h"

struct fleet;

struct roster_import {
	struct roster roster;
	unsigned rows, mistakes;
};

/* Told once for each row that is wrong: "FILE:LINE: COLUMN: …". */
typedef void roster_mistake_fn(void *ctx, const struct err *mistake);

/* text is to be cut, NUL-terminated. The roster holds the rows that are right. */
void roster_import_csv(const struct fleet *fleet, const char *name, char *text,
		       int utc_offset_min, struct roster_import *import_r,
		       roster_mistake_fn *tell, void *ctx);
