/* The steps that bring a log file up to date, made by the build from schema/NNNN_*.sql: step n
 * takes user_version from n to n + 1. */
#pragma once

extern const char *const schema_steps[];
extern const int schema_step_count;
