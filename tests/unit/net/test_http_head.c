#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/http_head.h"

/* Scans and parses; the status, 0 for a good head, 1 for one that has not ended. */
static unsigned read_head(const char *text, size_t len, struct http_head *head, char *copy)
{
	struct head_fault fault;
	size_t scanned = 0, end;

	memcpy(copy, text, len);
	copy[len] = '\0';
	end = head_scan(copy, len, &scanned, &fault);
	if (fault.status != 0)
		return fault.status;
	return end == 0 ? 1 : head_parse(head, copy, end, &fault);
}

static unsigned status_of(const char *text)
{
	static char copy[200000];
	struct http_head head;

	return read_head(text, strlen(text), &head, copy);
}

#define GET(rest) "GET /healthz HTTP/1.1\r\nHost: a\r\n" rest "\r\n"

static void what_two_programs_could_read_in_two_ways_is_refused(void **state)
{
	static const struct {
		unsigned status;
		const char *text;
	} cases[] = {
		{0, GET("")},
		{0, "\r\n\r\n" GET("")},
		{0, "GET / HTTP/1.0\r\n\r\n"},
		{0, GET("X-Any: caf\xc3\xa9 \t\r\n")},
		{0, GET("Accept: a\r\nAccept: b\r\n")},
		{1, "GET / HTTP/1.1\r\nHost: a\r\n"},
		{1, "GET / HT"},
		{1, ""},
		{400, "GET / HTTP/1.1\r\n\r\n"},
		{400, GET("Host: a\r\n")},
		{400, GET("Content-Length: 1\r\nContent-Length: 1\r\n")},
		{400, GET("Content-Length: -1\r\n")},
		{400, GET("Content-Length: +1\r\n")},
		{400, GET("Content-Length: 1, 1\r\n")},
		{400, GET("Content-Length: 0x1\r\n")},
		{400, GET("Content-Length:\r\n")},
		{413, GET("Content-Length: 9999999999999\r\n")},
		{411, GET("Transfer-Encoding: chunked\r\n")},
		{411, GET("Transfer-Encoding: identity\r\nContent-Length: 3\r\n")},
		{400, GET("Content-Length : 3\r\n")},
		{400, GET("X-A: 1\r\n folded\r\n")},
		{400, GET("no colon\r\n")},
		{400, GET(": no name\r\n")},
		{400, GET("X-A: a\x01\r\n")},
		{400, GET("X-A: a\x7f\r\n")},
		{400, "GET / HTTP/1.1\nHost: a\n\n"},
		{400, "GET / HTTP/1.1\rHost: a\r\r"},
		{400, "GET /a\tb HTTP/1.1\r\n"},
		{400, "GET /\xff HTTP/1.1\r\n"},
		{400, "GET  / HTTP/1.1\r\n"},
		{400, "GET /\r\n"},
		{400, "GET / HTTP/1.1 \r\n"},
		{400, "GET / HTTP/1.1x\r\n"},
		{400, "GET / http/1.1\r\n"},
		{505, "GET / HTTP/9.9\r\n"},
		{505, "GET / HTTP/2.0\r\n"},
		{505, "GET / HTTP/1.2\r\n"},
		{400, "GET http://a/ HTTP/1.1\r\n"},
		{400, "CONNECT a:22 HTTP/1.1\r\n"},
		{400, "OPTIONS * HTTP/1.1\r\n"},
		{400, GET("Host: a/b@c\r\n")},
		{417, GET("Expect: miracle\r\n")},
		{400, "\x16\x03\x01"},
		{400, "SSH-2.0-OpenSSH_9.2\r\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (status_of(cases[i].text) != cases[i].status)
			fail_msg("%s: %u", cases[i].text, status_of(cases[i].text));
}

static void a_head_has_a_size(void **state)
{
	static char text[20000];
	size_t at;

	(void)state;
	at = (size_t)snprintf(text, sizeof(text), "GET /");
	memset(text + at, 'a', 5000);
	snprintf(text + at + 5000, 100, " HTTP/1.1\r\n");
	assert_int_equal(status_of(text), 414);
	at = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nX: ");
	memset(text + at, 'a', 9000);
	text[at + 9000] = '\0';
	assert_int_equal(status_of(text), 431);
	at = (size_t)snprintf(text, sizeof(text), "GET / HTTP/1.1\r\nHost: a\r\n");
	for (unsigned i = 0; i < 101; i++)
		at += (size_t)snprintf(text + at, 20, "X: y\r\n");
	snprintf(text + at, 20, "\r\n");
	assert_int_equal(status_of(text), 431);
}

static void a_nul_is_no_end(void **state)
{
	static const char text[] = "GET / HTTP/1.1\r\nHost: a\0b\r\n\r\n";
	struct http_head head;
	char copy[100];

	(void)state;
	assert_int_equal(read_head(text, sizeof(text) - 1, &head, copy), 400);
}

static void a_head_is_the_same_in_any_pieces(void **state)
{
	static const char text[] =
		"\r\nPOST /v1/a?b=c&d HTTP/1.1\r\nHost: a:1\r\nContent-Length: 12\r\n"
		"connection:  Upgrade , close\r\nupgrade: WebSocket\r\n\r\nbody";
	size_t end = sizeof(text) - 1 - 4;

	(void)state;
	for (size_t step = 1; step <= end; step++) {
		struct head_fault fault;
		size_t scanned = 0, found = 0, len = 0;

		while (found == 0) {
			assert_in_range(len, 0, end);
			len = len + step < sizeof(text) - 1 ? len + step : sizeof(text) - 1;
			found = head_scan(text, len, &scanned, &fault);
			assert_int_equal(fault.status, 0);
		}
		assert_int_equal(found, end);
	}
}

static void what_it_says_is_taken_apart(void **state)
{
	static const char text[] =
		"POST /v1/a?b=c&d HTTP/1.1\r\nHost: a:1\r\nContent-Length: 12\r\n"
		"connection:  Upgrade , close\r\nupgrade: WebSocket\r\n"
		"AUTHORIZATION: \t Bearer x y \t\r\nExpect: 100-Continue\r\n\r\n";
	struct http_head head;
	char copy[500];

	(void)state;
	assert_int_equal(read_head(text, sizeof(text) - 1, &head, copy), 0);
	assert_int_equal(head.method, HTTP_POST);
	assert_string_equal(head.path, "/v1/a");
	assert_string_equal(head.query, "b=c&d");
	assert_string_equal(head.field[HTTP_HEADER_AUTHORIZATION], "Bearer x y");
	assert_null(head.field[HTTP_HEADER_COOKIE]);
	assert_int_equal(head.content_length, 12);
	assert_true(head.wants_upgrade);
	assert_true(head.expects_continue);
	assert_false(head.may_stay);
}

static void escapes_are_undone_or_refused(void **state)
{
	char good[] = "a%20b+%C3%a9", plus[] = "a+b", bad[] = "a%2", worse[] = "%zz",
	     nul[] = "a%00b";

	(void)state;
	assert_true(head_unescape(good, false));
	assert_string_equal(good, "a b+\xc3\xa9");
	assert_true(head_unescape(plus, true));
	assert_string_equal(plus, "a b");
	assert_false(head_unescape(bad, false));
	assert_false(head_unescape(worse, false));
	assert_false(head_unescape(nul, false));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_two_programs_could_read_in_two_ways_is_refused),
		cmocka_unit_test(a_head_has_a_size),
		cmocka_unit_test(a_nul_is_no_end),
		cmocka_unit_test(a_head_is_the_same_in_any_pieces),
		cmocka_unit_test(what_it_says_is_taken_apart),
		cmocka_unit_test(escapes_are_undone_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
