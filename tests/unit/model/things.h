/* A city of three agencies and things to play with, for tests of values. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/jsonw.h"
#include "model/incident.h"

extern const struct agencies three; /* fire, police, health */

/* Parsed by the real parser; fails the test when that refuses. */
struct report *report_of(const char *json);
struct command *command_of(const char *json); /* of an incident of some id, by nobody */

#define SOME_INCIDENT "I-01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define SOME_REPORT   "R-01ARZ3NDEKTSV4RRFFQ69G5FAV"

/* An incident of one report with these words; agencies as bits of three. */
void incident_of(struct incident *incident_r, const char *text, agency_set agencies);

/* What is written, parsed; the test owns it. */
json_t *parsed(const struct buf *buf);
json_t *parsed_slice(const char *text, size_t len);
