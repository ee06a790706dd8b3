#include "base/log.h"

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define REPEAT_MS 30000

const char *const log_level_names[LOG_LEVELS] = {
	[LOG_ERROR] = "error", [LOG_WARN] = "warn", [LOG_INFO] = "info", [LOG_DEBUG] = "debug"};

static _Atomic int log_level = LOG_INFO;

void log_set_level(enum log_level level)
{
	atomic_store_explicit(&log_level, (int)level, memory_order_relaxed);
}

static int log_head(char *line, size_t size, enum log_level level, const char *event)
{
	struct timespec now;
	struct tm tm;
	char stamp[32];

	clock_gettime(CLOCK_REALTIME, &now);
	gmtime_r(&now.tv_sec, &tm);
	strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S", &tm);
	return snprintf(line, size, "%s.%03ldZ %s %s ", stamp, now.tv_nsec / 1000000,
			log_level_names[level], event);
}

void log_line(enum log_level level, const char *event, const char *fmt, ...)
{
	char line[512];
	va_list args;
	int n, m;

	if ((int)level > atomic_load_explicit(&log_level, memory_order_relaxed))
		return;
	n = log_head(line, sizeof(line) - 1, level, event);
	if (n < 0 || (size_t)n >= sizeof(line) - 1)
		return;
	va_start(args, fmt);
	m = vsnprintf(line + n, sizeof(line) - 1 - (size_t)n, fmt, args);
	va_end(args);
	if (m < 0)
		return;
	n = n + m > (int)sizeof(line) - 2 ? (int)sizeof(line) - 2 : n + m;
	line[n] = '\n';
	/* One write, so that lines of two threads do not mix. A full or closed standard error
	 * must not stop the bridge: the result is of no use here. */
	if (write(STDERR_FILENO, line, (size_t)n + 1) < 0)
		return;
}

struct log_quoted log_quote(const char *text, size_t len)
{
	struct log_quoted q;
	size_t at = 0;

	q.text[at++] = '"';
	for (size_t i = 0; i < len && at < sizeof(q.text) - 2; i++) {
		unsigned char c = (unsigned char)text[i];
		bool is_plain = c >= 0x20 && c < 0x7f && c != '\\';

		q.text[at++] = !is_plain ? '?' : c == '"' ? '\'' : (char)c;
	}
	q.text[at++] = '"';
	q.text[at] = '\0';
	return q;
}

int log_repeat_due(struct log_repeat *repeat, long long now_ms)
{
	repeat->count++;
	if (repeat->last_ms != 0 && now_ms - repeat->last_ms < REPEAT_MS)
		return 0;
	repeat->last_ms = now_ms;
	return 1;
}

int log_repeat_over(struct log_repeat *repeat)
{
	int was = repeat->last_ms != 0;

	repeat->last_ms = 0;
	repeat->count = 0;
	return was;
}
