#include "base/clock.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LAST_MS 253402300799999 /* 9999-12-31T23:59:59.999Z */

static int64_t system_wall_ms(const struct clock *clock)
{
	struct timespec now;

	(void)clock;
	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static int64_t system_mono_us(const struct clock *clock)
{
	struct timespec now;

	(void)clock;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

const struct clock clock_system = {.wall_ms = system_wall_ms, .mono_us = system_mono_us};

static void put_digits(char *at, int value, int digits)
{
	while (digits-- > 0) {
		at[digits] = (char)('0' + value % 10);
		value /= 10;
	}
}

/* Every event carries two or three stamps: this is on the hot path, so no strftime. */
void clock_format(int64_t wall_ms, char text_r[CLOCK_TEXT])
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	gmtime_r(&seconds, &tm);
	memcpy(text_r, "0000-00-00T00:00:00.000Z", CLOCK_TEXT);
	put_digits(text_r, tm.tm_year + 1900, 4);
	put_digits(text_r + 5, tm.tm_mon + 1, 2);
	put_digits(text_r + 8, tm.tm_mday, 2);
	put_digits(text_r + 11, tm.tm_hour, 2);
	put_digits(text_r + 14, tm.tm_min, 2);
	put_digits(text_r + 17, tm.tm_sec, 2);
	put_digits(text_r + 20, (int)(wall_ms % 1000), 3);
}

static int take_digits(const char **at, int digits, int *value_r)
{
	int value = 0;

	for (int i = 0; i < digits; i++, (*at)++) {
		if (!isdigit((unsigned char)**at))
			return -1;
		value = value * 10 + (**at - '0');
	}
	*value_r = value;
	return 0;
}

static int take_field(const char **at, char before, int digits, int *value_r)
{
	if (before != '\0' && *(*at)++ != before)
		return -1;
	return take_digits(at, digits, value_r);
}

static int take_fraction(const char **at, int *ms_r)
{
	int scale = 100;

	*ms_r = 0;
	if (**at != '.')
		return 0;
	(*at)++;
	if (!isdigit((unsigned char)**at))
		return -1;
	for (; isdigit((unsigned char)**at); (*at)++, scale /= 10)
		*ms_r += (**at - '0') * scale;
	return 0;
}

static int take_offset(const char **at, int *minutes_r)
{
	int hours, minutes, sign;

	*minutes_r = 0;
	if (**at == 'Z' || **at == 'z') {
		(*at)++;
		return 0;
	}
	if (**at != '+' && **at != '-')
		return -1;
	sign = *(*at)++ == '-' ? -1 : 1;
	if (take_digits(at, 2, &hours) < 0 || take_field(at, ':', 2, &minutes) < 0 ||
	    hours > 23 || minutes > 59)
		return -1;
	*minutes_r = sign * (hours * 60 + minutes);
	return 0;
}

static int days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	int leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap);
}

/* RFC 3339 section 5.6. */
static int parse_parts(const char *text, struct tm *tm, int *ms, int *offset)
{
	int year, month, day;

	if (take_field(&text, '\0', 4, &year) < 0 || take_field(&text, '-', 2, &month) < 0 ||
	    take_field(&text, '-', 2, &day) < 0 ||
	    (*text != 'T' && *text != 't' && *text != ' '))
		return -1;
	text++;
	if (take_field(&text, '\0', 2, &tm->tm_hour) < 0 ||
	    take_field(&text, ':', 2, &tm->tm_min) < 0 ||
	    take_field(&text, ':', 2, &tm->tm_sec) < 0 || take_fraction(&text, ms) < 0 ||
	    take_offset(&text, offset) < 0 || *text != '\0')
		return -1;
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || tm->tm_hour > 23 || tm->tm_min > 59 ||
	    tm->tm_sec > 60)
		return -1;
	tm->tm_year = year - 1900;
	tm->tm_mon = month - 1;
	tm->tm_mday = day;
	return 0;
}

/* The offset can lead out of what clock_format can write: what is read once must be readable
 * again. */
static bool is_writable(int64_t wall_ms)
{
	return wall_ms >= 0 && wall_ms <= LAST_MS;
}

int clock_parse(const char *text, int64_t *wall_ms_r, struct err *err)
{
	struct tm tm = {0};
	int ms, offset;
	int64_t wall_ms = -1;

	if (parse_parts(text, &tm, &ms, &offset) == 0)
		wall_ms = ((int64_t)timegm(&tm) - (int64_t)offset * 60) * 1000 + ms;
	if (!is_writable(wall_ms))
		return err_set(err, ERR_INVALID,
			       "not an RFC 3339 time such as 2026-11-23T14:05:09+07:00");
	*wall_ms_r = wall_ms;
	return 0;
}
