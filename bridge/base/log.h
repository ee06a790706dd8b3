/* Log lines: an event name, then key=value, on standard error, one write each.
 *
 *   error  an operator must act        warn  we coped
 *   info   life cycle                  debug the rest
 *
 * Never a reporter's words, number or position: log the report's id. Text from outside goes
 * through log_quote(), so that a caller cannot forge a line. Any thread. */
#pragma once

#include <stddef.h>

#include "base/err.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG, LOG_LEVELS };

extern const char *const log_level_names[LOG_LEVELS];

void log_set_level(enum log_level level);
void log_line(enum log_level level, const char *event, const char *fmt, ...) PRINTF_LIKE(3, 4);

#define log_error(...) log_line(LOG_ERROR, __VA_ARGS__)
#define log_warn(...)  log_line(LOG_WARN, __VA_ARGS__)
#define log_info(...)  log_line(LOG_INFO, __VA_ARGS__)
#define log_debug(...) log_line(LOG_DEBUG, __VA_ARGS__)

struct log_quoted {
	char text[256]; /* all of a struct err */
};

/* Printable, in quotes, cut at the size; use as log_quote(s, n).text. A quote inside becomes a
 * single one, whatever else could end the line or control a terminal a question mark. */
struct log_quoted log_quote(const char *text, size_t len);

/* A failure that repeats: logged on entry, every 30 s with a count, and when it ends. */
struct log_repeat {
	unsigned long count; /* since it began */
	long long last_ms;   /* monotonic time of the last line, 0: not failing */
};
/* True when this occurrence should be logged. */
int log_repeat_due(struct log_repeat *repeat, long long now_ms);
/* True when there was a failure, which is now over. */
int log_repeat_over(struct log_repeat *repeat);
