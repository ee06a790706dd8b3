#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "net/http_private.h"
#include "served.h"

#define HEALTH     "GET /v1/words/a HTTP/1.1\r\nHost: a\r\n\r\n"
#define POST(p, n) "POST " p " HTTP/1.1\r\nHost: a\r\nContent-Length: " n "\r\n\r\n"

#define IMPORT_MAP "<script type=\"importmap\">{\"imports\":{}}</script>"

static const char *const web[] = {"console.html", "<p>console", "login.html", "<p>login",
				  "app.js",       "let a = 1;", "app.js.gz",  "PACKED",
				  "map.html",     IMPORT_MAP,   NULL};

static int start_with(void **state, int64_t request_timeout_ms)
{
	*state = xcalloc(1, sizeof(struct served));
	served_start(*state, web, request_timeout_ms);
	return 0;
}

static int start(void **state)
{
	return start_with(state, 10000);
}

static int start_hasty(void **state)
{
	return start_with(state, 700);
}

static int stop(void **state)
{
	served_stop(*state);
	xfree(*state);
	return 0;
}

static unsigned count(const char *text, const char *part)
{
	unsigned n = 0;

	while ((text = strstr(text, part)) != NULL) {
		text += strlen(part);
		n++;
	}
	return n;
}

static void assert_has(const char *got, const char *part)
{
	if (strstr(got, part) == NULL)
		fail_msg("no \"%s\" in: %s", part, got);
}

/* Asks, checks that the answer begins so and that the connection was closed after it. */
static void assert_answers(unsigned port, const char *request, const char *part)
{
	int fd = client_connect(port), is_open;
	char *got;

	client_say(fd, request);
	got = client_read(fd, NULL, &is_open);
	assert_has(got, part);
	assert_int_equal(count(got, "\r\nDate: "), 1);
	assert_false(is_open);
	close(fd);
	xfree(got);
}

static void a_stranger_gets_one_answer_and_is_closed(void **state)
{
	unsigned port = ((struct served *)*state)->public_port;

	assert_answers(port, HEALTH, "HTTP/1.1 200 OK\r\n");
	assert_answers(port, HEALTH, "Connection: close\r\n");
	assert_answers(port, HEALTH HEALTH HEALTH, "[a][none][127.0.0.1]");
	assert_answers(port, POST("/v1/echo", "5") "hello" POST("/v1/echo", "5") "hello",
		       "hello");
	assert_answers(port, POST("/v1/later", "5") "hello" HEALTH, "hello");
	assert_answers(port, POST("/v1/echo", "5") "hello and more", "hello");
}

static void the_trusted_is_kept_and_answered_in_order(void **state)
{
	struct served *served = *state;
	int fd = client_connect(served->trusted_port), is_open;
	char *got;

	client_say(fd, POST("/v1/later", "3") "one" POST(
			       "/v1/echo",
			       "3") "two" HEALTH
				    "GET /nothing HTTP/1.1\r\nHost: a\r\n\r\n" POST(
					    "/v1/later",
					    "4") "four"
						 "GET /v1/words/end HTTP/1.1\r\nHost: "
						 "a\r\nConnection: close\r\n\r\n" HEALTH);
	got = client_read(fd, NULL, &is_open);
	assert_int_equal(count(got, "\r\nDate: "), 6);
	assert_true(strstr(got, "one") < strstr(got, "two"));
	assert_true(strstr(got, "two") < strstr(got, "[a]"));
	assert_true(strstr(got, " 404 ") < strstr(got, "four"));
	assert_true(strstr(got, "four") < strstr(got, "[end]"));
	assert_false(is_open);
	close(fd);
	xfree(got);
}

static void a_request_may_come_in_any_pieces(void **state)
{
	static const char text[] = POST("/v1/echo", "5") "hello" POST("/v1/echo", "3") "bye";
	struct served *served = *state;

	for (size_t cut = 1; cut < sizeof(text) - 1; cut += 3) {
		int fd = client_connect(served->trusted_port);
		char *got;

		client_send(fd, text, cut);
		usleep(500); /* so that the pieces arrive as pieces */
		client_say(fd, text + cut);
		got = client_read(fd, "bye", NULL);
		assert_has(got, "hello");
		assert_has(got, "bye");
		close(fd);
		xfree(got);
	}
}

static void a_bad_request_is_told_so_and_closed(void **state)
{
	static const struct {
		const char *request, *answer;
	} cases[] = {
		{"GET / HTTP/1.1\r\n\r\n", " 400 Bad Request"},
		{"GET / HTTP/9.9\r\nHost: a\r\n\r\n", " 505 "},
		{"\x16\x03\x01", " 400 "},
		{POST("/v1/echo", "x") "hello", " 400 "},
		{POST("/v1/echo", "65537"), " 413 "},
		{POST("/v1/echo", "1073741824") "abc", " 413 "},
		{"POST /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n", " 411 "},
		{"POST /v1/echo HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: "
		 "chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
		 " 411 "},
		{"GET /v1/words/a HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		 " 413 "},
		{"DELETE /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n", "Allow: POST\r\n"},
		{"PUT /v1/words/a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		 "Allow: GET, HEAD\r\n"},
		{"POST /konsol HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n",
		 "Allow: GET, HEAD\r\n"},
		{"GET /v1/words HTTP/1.1\r\nHost: a\r\n\r\n", " 404 "},
		{"GET /v1/words/ HTTP/1.1\r\nHost: a\r\n\r\n", " 404 "},
		{"GET /v1/words/a/b HTTP/1.1\r\nHost: a\r\n\r\n", " 404 "},
		{"POST /v1/nothing HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\r\nabc",
		 " 404 "},
		{"GET /v1/stream HTTP/1.1\r\nHost: a\r\n\r\n", " 404 "},
	};
	struct served *served = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *got = client_ask(served->public_port, cases[i].request);

		assert_has(got, cases[i].answer);
		assert_has(got, "Content-Type: application/problem+json\r\n");
		assert_int_equal(count(got, "\r\nDate: "), 1);
		xfree(got);
	}
}

/* What comes after the Date is the same, up to the end of the head. */
static void head_is_answered_as_get_is_without_the_body(void **state)
{
	static const char *const paths[] = {"/v1/words/a?q=b", "/v1/broken", "/v1/lines",
					    "/web/app.js", "/konsol"};
	struct served *served = *state;

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		char request[128], *get, *head, *at;

		snprintf(request, sizeof(request), "GET %s HTTP/1.1\r\nHost: a\r\n\r\n",
			 paths[i]);
		get = client_ask(served->public_port, request);
		snprintf(request, sizeof(request), "HEAD %s HTTP/1.1\r\nHost: a\r\n\r\n",
			 paths[i]);
		head = client_ask(served->public_port, request);
		at = strstr(get, "\r\n\r\n");
		assert_non_null(at);
		at[4] = '\0';
		assert_string_equal(strstr(head, "\r\nContent-Type: "),
				    strstr(get, "\r\nContent-Type: "));
		assert_memory_equal(head, get, strcspn(get, "\r"));
		xfree(get);
		xfree(head);
	}
	for (unsigned i = 0; i < 200 && served->streams_gone < 2; i++)
		usleep(10000);
	assert_int_equal(served->streams_gone, 2);
	assert_answers(served->public_port, "HEAD /v1/echo HTTP/1.1\r\nHost: a\r\n\r\n",
		       "Allow: POST\r\n");
}

static void a_body_is_wiped_where_it_was_received(void **state)
{
	static const char secret[] = "kata-sandi-rahasia";
	struct served *served = *state;

	assert_answers(served->public_port, POST("/v1/echo", "18") "kata-sandi-rahasia",
		       secret);
	assert_null(memmem(served->http->scratch, HTTP_SCRATCH, secret, strlen(secret)));
}

static void a_problem_names_its_field_and_when_to_come_back(void **state)
{
	char *got = client_ask(((struct served *)*state)->public_port,
			       "GET /v1/broken HTTP/1.1\r\nHost: a\r\n\r\n");

	assert_has(got, "Retry-After: ");
	assert_has(got,
		   "{\"type\":\"about:blank\",\"title\":\"Service Unavailable\",\"status\":503,"
		   "\"detail\":\"The store is away.\",\"errors\":[{\"field\":\"store\","
		   "\"detail\":\"The store is away.\"}],\"more\":1}");
	xfree(got);
}

static void segments_and_queries_are_unescaped(void **state)
{
	struct served *served = *state;
	char *got = client_ask(
		served->public_port,
		"GET /v1/words/a%2fb%20c?x=1&q=d+e%26f&q=no HTTP/1.1\r\nHost: a\r\n\r\n");

	assert_has(got, "[a/b c][d e&f][127.0.0.1]");
	assert_has(got, "X-Extra: yes\r\n");
	xfree(got);
	got = client_ask(served->public_port, "GET /v1/words/a%00 HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(got, " 404 ");
	xfree(got);
}

static void only_the_proxy_may_say_who_somebody_is(void **state)
{
	static const char request[] =
		"GET /v1/words/a HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
		"X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n\r\n";
	struct served *served = *state;
	char *got = client_ask(served->public_port, request);

	assert_has(got, "[127.0.0.1]");
	xfree(got);
	got = client_ask(served->trusted_port, request);
	assert_has(got, "[192.0.2.7]");
	xfree(got);
}

static void who_expects_100_gets_it_before_the_body(void **state)
{
	int fd = client_connect(((struct served *)*state)->public_port);
	char *got;

	client_say(fd, "POST /v1/echo HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nExpect: "
		       "100-continue\r\n\r\n");
	got = client_read(fd, "\r\n\r\n", NULL);
	assert_string_equal(got, "HTTP/1.1 100 Continue\r\n\r\n");
	xfree(got);
	client_say(fd, "hello");
	got = client_read(fd, NULL, NULL);
	assert_has(got, " 201 ");
	xfree(got);
	close(fd);
}

static int64_t now_ms(void)
{
	return clock_system.mono_us(&clock_system) / 1000;
}

static void a_dribbled_request_ends_at_its_absolute_limit(void **state)
{
	static const char *const begun[] = {"GET / HT", POST("/v1/echo", "9999")};

	for (size_t i = 0; i < 2; i++) {
		int fd = client_connect(((struct served *)*state)->trusted_port);
		int64_t begin_ms = now_ms();
		char *got;

		client_say(fd, begun[i]);
		while (now_ms() - begin_ms < 600) {
			client_say(fd, "x");
			usleep(20000);
		}
		got = client_read(fd, NULL, NULL);
		assert_has(got, " 408 ");
		assert_in_range(now_ms() - begin_ms, 600, 2500);
		xfree(got);
		close(fd);
	}
}

/* The kernel lets clients in before the server has seen them. */
static void wait_for(struct served *served, enum metric metric, int64_t least)
{
	for (unsigned i = 0; i < 500 && metrics_get(&served->metrics, metric) < least; i++)
		usleep(10000);
	assert_in_range(metrics_get(&served->metrics, metric), least, 1000000);
}

static void a_crowd_of_silent_ones_keeps_nobody_out(void **state)
{
	struct served *served = *state;
	int crowd[200];

	for (size_t i = 0; i < 200; i++)
		crowd[i] = client_connect(served->public_port);
	assert_answers(served->public_port, HEALTH, " 200 OK");
	wait_for(served, METRIC_CONNECTIONS_EVICTED, 180);
	assert_in_range(metrics_get(&served->metrics, METRIC_CONNECTIONS), 0, 22);
	for (size_t i = 0; i < 200; i++)
		close(crowd[i]);
}

static void a_full_house_still_lets_the_newest_in(void **state)
{
	struct served *served = *state;
	int crowd[320];

	for (size_t i = 0; i < 320; i++)
		crowd[i] = client_connect(served->trusted_port);
	assert_answers(served->public_port, HEALTH, " 200 OK");
	wait_for(served, METRIC_CONNECTIONS_EVICTED, 20);
	assert_in_range(metrics_get(&served->metrics, METRIC_CONNECTIONS), 0, 300);
	for (size_t i = 0; i < 320; i++)
		close(crowd[i]);
}

static void bodies_on_their_way_have_one_limit_together(void **state)
{
	struct served *served = *state;
	int crowd[290];

	for (size_t i = 0; i < 290; i++) {
		crowd[i] = client_connect(served->trusted_port);
		client_say(crowd[i], POST("/v1/echo", "65536") "a");
	}
	assert_answers(served->public_port, POST("/v1/echo", "5") "hello", "hello");
	wait_for(served, METRIC_CONNECTIONS_EVICTED, 290 - 256);
	assert_in_range(metrics_get(&served->metrics, METRIC_CONNECTIONS), 0, 257);
	for (size_t i = 0; i < 290; i++)
		close(crowd[i]);
}

static void a_request_outlives_its_connection(void **state)
{
	struct served *served = *state;
	struct linger at_once = {.l_onoff = 1};
	int fd = client_connect(served->public_port);
	char *got;

	client_say(fd, "GET /v1/hold HTTP/1.1\r\nHost: a\r\n\r\n");
	usleep(50000);
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
	close(fd);
	assert_answers(served->public_port, "GET /v1/release HTTP/1.1\r\nHost: a\r\n\r\n",
		       "released, 1 open");
	fd = client_connect(served->trusted_port);
	client_say(fd, "GET /v1/hold HTTP/1.1\r\nHost: a\r\n\r\n");
	shutdown(fd, SHUT_WR); /* he has said all, and still listens */
	usleep(50000);
	assert_answers(served->public_port, "GET /v1/release HTTP/1.1\r\nHost: a\r\n\r\n",
		       "released, 1 open");
	got = client_read(fd, NULL, NULL);
	assert_has(got, "held");
	xfree(got);
	close(fd);
}

static void a_stream_goes_as_fast_as_it_is_read(void **state)
{
	struct served *served = *state;
	int fd = client_connect(served->public_port), is_open;
	char *got;

	client_say(fd, "GET /v1/lines HTTP/1.1\r\nHost: a\r\n\r\n");
	usleep(300000); /* it stalls: two megabytes are more than the sockets hold */
	assert_answers(served->public_port, HEALTH, " 200 OK");
	got = client_read(fd, NULL, &is_open);
	assert_has(got, "Transfer-Encoding: chunked\r\n");
	assert_int_equal(count(got, "3e8\r\nx"), 2000);
	assert_has(got, "\r\n0\r\n\r\n");
	assert_false(is_open);
	assert_int_equal(served->streams_gone, 1);
	xfree(got);
	close(fd);
	fd = client_connect(served->public_port);
	client_say(fd, "GET /v1/lines HTTP/1.1\r\nHost: a\r\n\r\n");
	xfree(client_read(fd, "xxx", NULL));
	close(fd);
	for (unsigned i = 0; i < 200 && served->streams_gone < 2; i++)
		usleep(10000);
	assert_int_equal(served->streams_gone, 2);
}

static void pages_come_with_their_headers_and_are_sent_once(void **state)
{
	unsigned port = ((struct served *)*state)->public_port;
	char *got = client_ask(port, "GET /konsol HTTP/1.1\r\nHost: a\r\n\r\n"), *etag,
	     request[256];

	assert_has(got, "Content-Type: text/html; charset=utf-8\r\n");
	assert_has(got, "Content-Security-Policy: default-src 'none'; script-src 'self'");
	assert_has(got, "X-Content-Type-Options: nosniff\r\nReferrer-Policy: no-referrer\r\n");
	assert_has(got, "Cache-Control: no-cache\r\n");
	assert_has(got, "\r\n\r\n<p>console");
	etag = strstr(got, "ETag: ") + 6;
	snprintf(request, sizeof(request),
		 "GET /konsol HTTP/1.1\r\nHost: a\r\nIf-None-Match: %.18s\r\n\r\n", etag);
	assert_answers(port, request, " 304 Not Modified");
	xfree(got);
	got = client_ask(port, "HEAD /web/console.html HTTP/1.1\r\nHost: a\r\n\r\n");
	assert_has(got, "Content-Length: 10\r\n");
	assert_null(strstr(got, "<p>"));
	xfree(got);
	assert_answers(port, "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "Location: /konsol\r\n");
	assert_answers(port, "GET /masuk HTTP/1.1\r\nHost: a\r\n\r\n", "<p>login");
	assert_answers(port, "GET /web/app.js HTTP/1.1\r\nHost: a\r\n\r\n", "let a = 1;");
	assert_answers(
		port,
		"GET /web/app.js HTTP/1.1\r\nHost: a\r\nAccept-Encoding: br, gzip\r\n\r\n",
		"\r\n\r\nPACKED");
	assert_answers(port, "GET /web/../../etc/passwd HTTP/1.1\r\nHost: a\r\n\r\n", " 404 ");
}

/* RFC 9110 section 8.8.3: a strong tag names bytes. */
static void the_packed_and_the_plain_form_have_a_tag_each(void **state)
{
	unsigned port = ((struct served *)*state)->public_port;
	static const char plain[] = "GET /web/app.js HTTP/1.1\r\nHost: a\r\n";
	char request[256], tags[2][32];

	for (unsigned packed = 0; packed < 2; packed++) {
		char *got;

		snprintf(request, sizeof(request), "%s%s\r\n", plain,
			 packed ? "Accept-Encoding: gzip\r\n" : "");
		got = client_ask(port, request);
		assert_has(got, "Vary: Accept-Encoding\r\n");
		assert_int_equal(sscanf(strstr(got, "ETag: "), "ETag: %31s", tags[packed]), 1);
		xfree(got);
	}
	assert_string_not_equal(tags[0], tags[1]);
	for (unsigned n = 0; n < 4; n++) {
		snprintf(request, sizeof(request), "%s%sIf-None-Match: %s\r\n\r\n", plain,
			 n < 2 ? "" : "Accept-Encoding: gzip\r\n", tags[n % 2]);
		assert_answers(port, request, n % 2 == n / 2 ? " 304 " : " 200 ");
	}
	snprintf(request, sizeof(request), "%sIf-None-Match: \"x\", W/%s\r\n\r\n", plain,
		 tags[0]);
	assert_answers(port, request, " 304 ");
}

/* The digest is that of {"imports":{}}, as openssl and base64 make it. */
static void a_page_may_run_its_own_import_map_and_nothing_else_inside_it(void **state)
{
	unsigned port = ((struct served *)*state)->public_port;

	assert_answers(
		port, "GET /web/map.html HTTP/1.1\r\nHost: a\r\n\r\n",
		"script-src 'self' 'sha256-URrTy+Il/Nz0lHojVUx275hWqAWhkSF0VsHbUM4/6Hw=';");
	assert_answers(port, "GET /konsol HTTP/1.1\r\nHost: a\r\n\r\n", "script-src 'self';");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_stranger_gets_one_answer_and_is_closed),
		TEST(the_trusted_is_kept_and_answered_in_order),
		TEST(a_request_may_come_in_any_pieces),
		TEST(a_bad_request_is_told_so_and_closed),
		TEST(head_is_answered_as_get_is_without_the_body),
		TEST(a_body_is_wiped_where_it_was_received),
		TEST(a_problem_names_its_field_and_when_to_come_back),
		TEST(segments_and_queries_are_unescaped),
		TEST(only_the_proxy_may_say_who_somebody_is),
		TEST(who_expects_100_gets_it_before_the_body),
		cmocka_unit_test_setup_teardown(a_dribbled_request_ends_at_its_absolute_limit,
						start_hasty, stop),
		TEST(a_crowd_of_silent_ones_keeps_nobody_out),
		TEST(a_full_house_still_lets_the_newest_in),
		TEST(bodies_on_their_way_have_one_limit_together),
		TEST(a_request_outlives_its_connection),
		TEST(a_stream_goes_as_fast_as_it_is_read),
		TEST(pages_come_with_their_headers_and_are_sent_once),
		TEST(the_packed_and_the_plain_form_have_a_tag_each),
		TEST(a_page_may_run_its_own_import_map_and_nothing_else_inside_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
