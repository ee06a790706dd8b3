#include "things.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

const struct agencies three = {
	.count = 3,
	.agency = {{.id = "fire"}, {.id = "police"}, {.id = "health"}},
};

struct report *report_of(const char *json)
{
	struct report *report;
	struct err err;

	if (report_parse(json, strlen(json), NULL, &report, &err) < 0)
		fail_msg("%s: %s", err.field, err.text);
	snprintf(report->id, ID_SIZE, "%s", SOME_REPORT);
	return report;
}

struct command *command_of(const char *json)
{
	struct command *command;
	struct err err;

	if (command_parse(json, strlen(json), SOME_INCIDENT, &three, &command, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
	return command;
}

void incident_of(struct incident *incident, const char *text, agency_set agencies)
{
	json_t *doc = json_pack("{s: s, s: s}", "source", "lapor-web", "text", text);
	char *json = json_dumps(doc, 0);
	struct report *report = report_of(json);
	struct verdict verdict = {.disposition = DISPOSITION_REVIEW,
				  .priority = 3,
				  .category = "unknown",
				  .agencies = agencies,
				  .confidence_pct = 50,
				  .rules = "r1"};
	struct location nowhere = {.from = LOCATION_NONE, .accuracy_m = -1};

	incident_open(incident, report, &verdict, &nowhere, SOME_INCIDENT, 7, "7000001",
		      1764000000000);
	report_free(&report);
	free(json);
	json_decref(doc);
}

json_t *parsed_slice(const char *text, size_t len)
{
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);

	if (doc == NULL)
		fail_msg("no JSON: %.*s", (int)len, text);
	return doc;
}

json_t *parsed(const struct buf *buf)
{
	return parsed_slice((const char *)buf->data, buf->len);
}
