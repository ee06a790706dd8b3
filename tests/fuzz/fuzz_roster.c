/* Any bytes as the export of a personnel system: what is taken is a shift of a unit of the
 * city, within its bounds and in order, and nothing of a person stands in what is said. */
#include "fuzz_city.h"

#include "core/roster_csv.h"

static void keep(void *ctx, const struct err *mistake)
{
	unsigned *told = ctx;

	++*told;
	FUZZ_CHECK(mistake->kind == ERR_INVALID);
	FUZZ_CHECK(strncmp(mistake->text, "roster.csv:", 11) == 0);
}

static void check(const struct rules *rules, const struct roster *roster)
{
	for (unsigned i = 0; i < roster->count; i++) {
		const struct shift *shift = &roster->shift[i];

		FUZZ_CHECK(rules_find_unit(rules, shift->unit) != NULL);
		FUZZ_CHECK(shift->from_ms < shift->to_ms);
		FUZZ_CHECK(shift->crew >= 1);
		FUZZ_CHECK(memchr(shift->lead, '\0', sizeof(shift->lead)) != NULL);
		FUZZ_CHECK(roster_ask(roster, shift->unit, shift->from_ms).duty == ROSTER_ON);
		FUZZ_CHECK(i == 0 || strcmp(shift[-1].unit, shift->unit) <= 0);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules *rules = fuzz_city();
	struct roster_import import;
	unsigned told = 0;
	char *piece = fuzz_piece(data, size), *text = strndup(piece, size);

	roster_import_csv(rules_fleet(rules), "roster.csv", text, 420, &import, keep, &told);
	FUZZ_CHECK((told == 0) == (import.mistakes == 0));
	check(rules, &import.roster);
	roster_fini(&import.roster);
	free(text);
	free(piece);
	return 0;
}
