#include "model/caller.h"

#include <math.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

const char *const caller_sign_names[CALLER_SIGNS] = {
	[CALLER_REAL] = "real",
	[CALLER_PRANK] = "prank",
	[CALLER_NO_EVENT] = "no_event",
	[CALLER_SILENT] = "silent",
	[CALLER_ABANDONED] = "abandoned",
	[CALLER_INFORMATION] = "information",
	[CALLER_WRONG_NUMBER] = "wrong_number",
};

/* ---- Who it is. ---- */

#define DIGITS_MIN 5 /* fewer are an extension or an emergency number */
#define COUNTRY    "62"

static unsigned take_digits(const char *phone, char digits_r[CALLER_NUMBER_SIZE])
{
	unsigned count = 0;

	for (; *phone != '\0' && count < CALLER_NUMBER_SIZE - 1; phone++)
		if (*phone >= '0' && *phone <= '9')
			digits_r[count++] = *phone;
	digits_r[count] = '\0';
	return count;
}

bool caller_number(const char *phone, char number_r[CALLER_NUMBER_SIZE])
{
	char digits[CALLER_NUMBER_SIZE];
	const char *rest = digits;
	bool is_national;

	if (take_digits(phone, digits) < DIGITS_MIN)
		return false;
	is_national = digits[0] == '0' && digits[1] != '0';
	if (digits[0] == '0')
		rest += is_national ? 1 : 2; /* 0812…, 0062812… */
	/* A mobile number as a gateway may give it: without anything in front. */
	else if (digits[0] == '8' && strchr(phone, '+') == NULL)
		is_national = true;
	snprintf(number_r, CALLER_NUMBER_SIZE, "%s%s", is_national ? COUNTRY : "", rest);
	return true;
}

/* kind keeps a device's token from ever meeting a number of the same spelling. */
static void hash(const char *key, char kind, const char *name, char handle_r[ID_SIZE])
{
	unsigned char text[256], digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	int size = snprintf((char *)text, sizeof(text), "%c%s", kind, name);

	if (size >= (int)sizeof(text))
		size = (int)sizeof(text) - 1;
	if (HMAC(EVP_sha256(), key, (int)strlen(key), text, (size_t)size, digest, &len) == NULL)
		panic("caller: SHA-256 is not to be had");
	id_of_bytes('N', digest, handle_r);
}

void caller_name(const char *key, const char *phone, const char *device,
		 struct caller_names *names_r)
{
	char number[CALLER_NUMBER_SIZE];
	bool has_device = device != NULL && device[0] != '\0';

	*names_r = (struct caller_names){0};
	if (phone != NULL && caller_number(phone, number))
		hash(key, 'n', number, has_device ? names_r->number : names_r->own);
	if (has_device)
		hash(key, 'd', device, names_r->own);
}

/* ---- What happens. ---- */

void caller_begin(struct caller *caller, const char *handle)
{
	*caller = (struct caller){0};
	snprintf(caller->handle, ID_SIZE, "%s", handle);
}

static void come(struct caller *caller, int64_t at_ms)
{
	if (caller->first_ms == 0)
		caller->first_ms = at_ms;
	if (at_ms > caller->last_ms)
		caller->last_ms = at_ms;
}

/* At the place of its day, newest first; the oldest falls off. */
static void add_to_day(struct caller_mark *mark, int64_t day)
{
	unsigned at = 0;

	while (at < mark->day_count && mark->day[at].day > day)
		at++;
	if (at == CALLER_DAYS)
		return;
	if (at == mark->day_count || mark->day[at].day != day) {
		mark->day_count += mark->day_count < CALLER_DAYS;
		memmove(&mark->day[at + 1], &mark->day[at],
			(mark->day_count - at - 1) * sizeof(mark->day[0]));
		mark->day[at].day = day;
		mark->day[at].n = 0;
	}
	mark->day[at].n++;
}

void caller_fall_silent(struct caller *caller, int64_t at_ms)
{
	caller->quiet_ms = at_ms;
}

void caller_hear(struct caller *caller)
{
	caller->quiet_ms = 0;
}

void caller_add(struct caller *caller, enum caller_sign sign, int64_t at_ms)
{
	struct caller_mark *mark = &caller->mark[sign];

	come(caller, at_ms);
	mark->n++;
	if (at_ms > mark->last_ms)
		mark->last_ms = at_ms;
	add_to_day(mark, at_ms / CALLER_DAY_MS);
	if (sign == CALLER_SILENT || sign == CALLER_ABANDONED)
		caller_fall_silent(caller, at_ms);
}

static void remove_day(struct caller_mark *mark, unsigned at)
{
	mark->day_count--;
	memmove(&mark->day[at], &mark->day[at + 1],
		(mark->day_count - at) * sizeof(mark->day[0]));
}

/* A day that has fallen off is gone: it had faded by then. */
void caller_take_back(struct caller *caller, enum caller_sign sign, int64_t at_ms)
{
	struct caller_mark *mark = &caller->mark[sign];

	if (mark->n == 0 || at_ms <= caller->cleared_ms)
		return; /* cleared since */
	mark->n--;
	for (unsigned i = 0; i < mark->day_count; i++) {
		if (mark->day[i].day != at_ms / CALLER_DAY_MS)
			continue;
		if (--mark->day[i].n == 0)
			remove_day(mark, i);
		break;
	}
	if (mark->n == 0)
		*mark = (struct caller_mark){0};
}

void caller_add_call(struct caller *caller, int64_t at_ms)
{
	come(caller, at_ms);
	caller->calls++;
	if (caller->repeats.n == 0 || at_ms - caller->repeats.last_ms > CALLER_DAY_MS) {
		caller->repeats.n = 0;
		caller->repeats.first_ms = at_ms;
	}
	caller->repeats.n++;
	caller->repeats.last_ms = at_ms;
}

void caller_add_report(struct caller *caller, int64_t at_ms, bool is_urgent)
{
	come(caller, at_ms);
	caller->reports++;
	if (is_urgent)
		caller->urgent_ms = at_ms;
}

/* How often it called is a count, not a judgement: it stays. */
void caller_clear(struct caller *caller, const char *by, int64_t at_ms)
{
	memset(caller->mark, 0, sizeof(caller->mark));
	caller->quiet_ms = 0;
	caller->cleared_ms = at_ms;
	snprintf(caller->cleared_by, USER_SIZE, "%s", by);
}

enum caller_worth caller_worth(const struct caller *caller)
{
	if (caller->owed.since_ms != 0)
		return CALLER_IS_OWED;
	return caller->mark[CALLER_REAL].n > 0 || caller->mark[CALLER_PRANK].n > 0 ||
			       caller->cleared_ms != 0
		       ? CALLER_HAS_TOLD
		       : CALLER_HAS_RUNG;
}

int caller_sign_of_outcome(const char *outcome)
{
	static const struct {
		const char *outcome;
		enum caller_sign sign;
	} signs[] = {
		{"resolved", CALLER_REAL},
		{"handed_over", CALLER_REAL},
		{"real", CALLER_REAL},
		{"prank", CALLER_PRANK},
		{"no_event", CALLER_NO_EVENT},
		{"silent", CALLER_SILENT},
		{"information", CALLER_INFORMATION},
		{"wrong_number", CALLER_WRONG_NUMBER},
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++)
		if (strcmp(signs[i].outcome, outcome) == 0)
			return (int)signs[i].sign;
	return -1;
}

/* ---- What comes of it. ---- */

/* A clock that was set back makes nothing younger than now. */
static double faded(int64_t day, int half_life_days, int64_t now_ms)
{
	int64_t age = now_ms / CALLER_DAY_MS - day;

	if (age <= 0 || half_life_days <= 0)
		return 1;
	return exp2(-(double)age / half_life_days);
}

static double weight(const struct caller *caller, enum caller_sign sign,
		     const struct caller_policy *policy, int64_t now_ms)
{
	const struct caller_mark *mark = &caller->mark[sign];
	double sum = 0;

	for (unsigned i = 0; i < mark->day_count; i++) {
		int64_t n = mark->day[i].n, most = policy->sign[sign].per_day;

		sum += (double)(n < most ? n : most) *
		       faded(mark->day[i].day, policy->sign[sign].half_life_days, now_ms);
	}
	return sum * policy->sign[sign].points;
}

int caller_points(const struct caller *caller, enum caller_sign sign,
		  const struct caller_policy *policy, int64_t now_ms)
{
	return (int)lround(weight(caller, sign, policy, now_ms));
}

int caller_score(const struct caller *caller, const struct caller_policy *policy,
		 int64_t now_ms)
{
	double sum = 0;

	for (int sign = 0; sign < CALLER_SIGNS; sign++)
		sum += weight(caller, (enum caller_sign)sign, policy, now_ms);
	if (sum <= 0)
		return 0;
	return sum < CALLER_SCORE ? (int)lround(sum) : CALLER_SCORE;
}

/* Nothing that tells of danger waits because of who tells it. */
static bool is_pressing(const struct verdict *verdict)
{
	return verdict->is_grave || verdict->priority <= 2 ||
	       verdict->disposition == DISPOSITION_EMERGENCY;
}

static bool is_within(int64_t at_ms, int64_t now_ms, int minutes)
{
	return at_ms != 0 && now_ms - at_ms <= (int64_t)minutes * 60000;
}

bool caller_is_raised(const struct caller *caller, const struct caller_policy *policy,
		      int64_t now_ms)
{
	return caller->mark[CALLER_REAL].n > 0 &&
	       is_within(caller->quiet_ms, now_ms, policy->raised_minutes);
}

int caller_order(const struct caller *caller, const struct caller_policy *policy,
		 int64_t now_ms)
{
	int score;

	if (caller_is_raised(caller, policy, now_ms))
		return CALLER_RAISED;
	if (is_within(caller->urgent_ms, now_ms, policy->urgent_minutes))
		return 0;
	score = caller_score(caller, policy, now_ms);
	return score < policy->least ? 0 : -score;
}

int caller_order_report(const struct caller *caller, const struct caller_policy *policy,
			const struct verdict *verdict, int64_t now_ms)
{
	int order = caller_order(caller, policy, now_ms);

	return order < 0 && is_pressing(verdict) ? 0 : order;
}
