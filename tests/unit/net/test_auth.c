/* Heads as they come from the wire, read by the server's own reader; no sockets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../core/people.h"
#include "net/auth.h"
#include "net/http_private.h"

struct door {
	struct people *people;
	char token[SECRET_SIZE], session[SECRET_SIZE], csrf[SECRET_SIZE];
	struct http http;
	struct peer peer;
	struct conn conn;
};

static int begin(void **state)
{
	static struct door door;
	struct principal principal;

	door = (struct door){.people = people_new(), .peer = {.address = "192.0.2.1"}};
	door.conn = (struct conn){.http = &door.http, .peer = &door.peer};
	people_add_user(door.people, "siti", ROLE_DISPATCHER, "fire", "x");
	people_add_token(door.people, "lapor", ROLE_ADAPTER, "", door.token);
	accounts_refresh(door.people->accounts);
	if (!accounts_begin_session(door.people->accounts, "siti", door.session, door.csrf,
				    &principal))
		return -1;
	*state = &door;
	return 0;
}

static int end(void **state)
{
	people_free(&((struct door *)*state)->people);
	return 0;
}

/* In lines % is the token, $ the session, # its csrf value and | the end of a line. */
static struct http_request *read_head(struct door *door, const char *lines)
{
	char text[1024] = "POST /v1/x HTTP/1.1\r\nHost: bridge:8112\r\n";
	size_t at = strlen(text);
	struct head_fault fault;
	struct http_request *request;

	for (; *lines != '\0'; lines++) {
		char letter[2] = {*lines, '\0'};
		const char *part = *lines == '%'   ? door->token
				   : *lines == '$' ? door->session
				   : *lines == '#' ? door->csrf
				   : *lines == '|' ? "\r\n"
						   : letter;

		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s", part);
	}
	at += (size_t)snprintf(text + at, sizeof(text) - at, "\r\n\r\n");
	request = request_new(&door->conn, text, at, &fault);
	if (request == NULL)
		fail_msg("not read: %s", text);
	request->conn = NULL; /* gone: nothing is written */
	return request;
}

#define TOKEN  "Authorization: Bearer %"
#define COOKIE "Cookie: a=b; tangi_session=$; c=d"
#define CSRF   "X-Tangi-Csrf: #"
#define OURS   "Origin: http://bridge:8112"
#define THEIRS "Origin: http://evil.example"

static void a_request_is_known_by_its_token_or_its_cookie(void **state)
{
	static const struct {
		const char *lines;
		unsigned reading, changing, upgrading;
	} cases[] = {
		{"X: y", 401, 401, 401},
		{TOKEN, 0, 0, 0},
		{"Authorization: bearer   %", 0, 0, 0},
		{TOKEN "|" THEIRS, 0, 0, 0},
		{"Authorization: Bearer", 401, 401, 401},
		{"Authorization: Bearer wrong", 401, 401, 401},
		{"Authorization: Bearer %x", 401, 401, 401},
		{"Authorization: Basic %", 401, 401, 401},
		{"Authorization: %", 401, 401, 401},
		{"Authorization: Bearer $", 401, 401, 401},
		{COOKIE, 0, 403, 403},
		{COOKIE "|" OURS, 0, 403, 0},
		{COOKIE "|" THEIRS, 0, 403, 403},
		{COOKIE "|Origin: null", 0, 403, 403},
		{COOKIE "|" CSRF, 0, 0, 403},
		{COOKIE "|" OURS "|" CSRF, 0, 0, 0},
		{COOKIE "|" THEIRS "|" CSRF, 0, 403, 403},
		{COOKIE "|" OURS "|X-Tangi-Csrf: wrong", 0, 403, 0},
		{COOKIE "|" OURS "|X-Tangi-Csrf: $", 0, 403, 0},
		{"Cookie: tangi_session=%|" OURS "|" CSRF, 401, 401, 401},
		{"Cookie: tangi_session=00|" OURS, 401, 401, 401},
		{"Cookie: tangi_session=00", 401, 401, 401},
		{"Cookie: tangi_session=", 401, 401, 401},
		{"Cookie: xtangi_session=$", 401, 401, 401},
		{"Authorization: Bearer wrong|" COOKIE "|" OURS "|" CSRF, 401, 401, 401},
		{TOKEN "|Cookie: tangi_session=00", 0, 0, 0},
	};
	struct door *door = *state;
	struct accounts *accounts = door->people->accounts;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request *request = read_head(door, cases[i].lines);
		struct principal who = {.serial = 0};
		unsigned reading = auth_request(accounts, request, false, &who);

		if (reading != cases[i].reading ||
		    auth_request(accounts, request, true, &who) != cases[i].changing ||
		    auth_upgrade(accounts, request, &who) != cases[i].upgrading)
			fail_msg("%s", cases[i].lines);
		if (reading == 0)
			assert_string_equal(who.name, strstr(cases[i].lines, "Auth") != NULL
							      ? "lapor"
							      : "siti");
		request_free(&request);
	}
}

/* A browser takes a cookie of that name from this very host only, over TLS and for all paths: a
 * page of a neighbouring name can plant none. */
static void behind_tls_the_cookie_has_a_name_that_no_other_host_can_give(void **state)
{
	static const struct {
		const char *lines;
		unsigned reading;
	} cases[] = {
		{"Cookie: a=b; __Host-tangi_session=$", 0},
		{"Cookie: tangi_session=00; __Host-tangi_session=$", 0},
		{"Cookie: tangi_session=$", 401},
		{TOKEN, 0},
	};
	struct door *door = *state;

	door->http.settings.is_secure_cookie = true;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request *request = read_head(door, cases[i].lines);
		struct principal who;

		assert_string_equal(auth_session_cookie(request), "__Host-tangi_session");
		if (auth_request(door->people->accounts, request, false, &who) !=
		    cases[i].reading)
			fail_msg("%s", cases[i].lines);
		request_free(&request);
	}
	door->http.settings.is_secure_cookie = false;
}

static void who_has_not_the_right_is_answered_at_once(void **state)
{
	static const struct {
		const char *lines;
		enum right right;
		bool is_change, is_allowed;
	} cases[] = {
		{TOKEN, RIGHT_SEND_REPORT, true, true},
		{TOKEN, RIGHT_WATCH, false, false},
		{COOKIE, RIGHT_WATCH, false, true},
		{COOKIE, RIGHT_ACT, true, false},
		{COOKIE "|" CSRF, RIGHT_ACT, true, true},
		{COOKIE "|" CSRF, RIGHT_SEND_REPORT, true, false},
		{"X: y", RIGHT_WATCH, false, false},
	};
	struct door *door = *state;

	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct http_request *request = read_head(door, cases[i].lines);
		struct principal who;
		bool is_allowed = auth_allows(door->people->accounts, &request,
					      cases[i].is_change, cases[i].right, &who);

		if (is_allowed != cases[i].is_allowed || (request != NULL) != is_allowed)
			fail_msg("case %u: %s", i, cases[i].lines);
		if (request != NULL)
			request_free(&request);
	}
}

static void a_cookie_is_found_among_others(void **state)
{
	static const struct {
		const char *cookies, *value; /* NULL: none */
	} cases[] = {
		{"n=v", "v"},          {"a=b; n=v", "v"},   {"a=b;n=v;c=d", "v"},
		{"  ;; n=v ;x", "v "}, {"nn=w; n=v", "v"},  {"n=v; n=w", "v"},
		{"n=v=w", "v=w"},      {"", NULL},          {";", NULL},
		{"n", NULL},           {"n=", NULL},        {"a=n=v", NULL},
		{"N=v", NULL},         {"a=b; nn=v", NULL}, {" = ", NULL},
	};
	char value[SECRET_SIZE], long_one[100];

	(void)state;
	for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bool is_there = auth_cookie(cases[i].cookies, "n", value);

		if (is_there != (cases[i].value != NULL) ||
		    (is_there && strcmp(value, cases[i].value) != 0))
			fail_msg("\"%s\"", cases[i].cookies);
	}
	snprintf(long_one, sizeof(long_one), "n=%064d", 1);
	assert_false(auth_cookie(long_one, "n", value));
	snprintf(long_one, sizeof(long_one), "n=%063d", 1);
	assert_true(auth_cookie(long_one, "n", value));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_request_is_known_by_its_token_or_its_cookie),
		cmocka_unit_test(behind_tls_the_cookie_has_a_name_that_no_other_host_can_give),
		cmocka_unit_test(who_has_not_the_right_is_answered_at_once),
		cmocka_unit_test(a_cookie_is_found_among_others),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
