#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "served.h"

static int start(void **state)
{
	*state = xcalloc(1, sizeof(struct served));
	served_start(*state, NULL, 700);
	return 0;
}

static int stop(void **state)
{
	struct served *served = *state;

	served_stop(served);
	assert_int_equal(served->ws_closed, served->ws_opened);
	xfree(served);
	return 0;
}

/* The close code that comes, 0: cut without one. */
static unsigned close_code(int fd)
{
	int is_open;
	char *got = client_read(fd, NULL, &is_open), *at = strchr(got, '\x88');
	unsigned code = at != NULL ? (unsigned char)at[2] * 256u + (unsigned char)at[3] : 0;

	assert_false(is_open);
	close(fd);
	xfree(got);
	return code;
}

static void a_message_comes_back_whole_from_any_fragments(void **state)
{
	int fd = client_open_ws(((struct served *)*state)->public_port,
				"Sec-WebSocket-Protocol: tangi.v1\r\n");
	char large[30000], *got;

	memset(large, 'z', sizeof(large));
	client_send_frame(fd, 0x01, "hel", 3);
	client_send_frame(fd, 0x89, "are you there", 13); /* a ping in between */
	client_send_frame(fd, 0x00, "", 0);
	client_send_frame(fd, 0x80, "lo", 2);
	got = client_read(fd, "\x81\x05hello", NULL);
	assert_non_null(strstr(got, "\x81\x05hello"));
	xfree(got);
	client_send_frame(fd, 0x81, large, sizeof(large));
	client_send_frame(fd, 0x81, "end", 3);
	got = client_read(fd,
			  "\x81\x03"
			  "end",
			  NULL);
	xfree(got);
	client_send_frame(fd, 0x88, "\x03\xe8", 2);
	assert_int_equal(close_code(fd), 1000);
}

static void what_breaks_the_protocol_is_closed_with_its_code(void **state)
{
	static char large[40000];
	static const struct {
		unsigned first;
		size_t len;
		unsigned code;
		const char *payload;
	} cases[] = {
		{0x81, 40000, 1009, large},  {0x82, 3, 1003, "abc"},
		{0x81, 2, 1007, "\xff\xfe"}, {0xc1, 2, 1002, "{}"},
		{0x83, 1, 1002, "x"},        {0x80, 1, 1002, "x"},
		{0x88, 1, 1002, "\x03"},     {0x81, 4, 1013, "quit"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int fd = client_open_ws(((struct served *)*state)->public_port, "");

		client_send_frame(fd, cases[i].first, cases[i].payload, cases[i].len);
		if (cases[i].code != 1013) /* else ours might be answered first */
			client_send_frame(fd, 0x88, "\x03\xe8", 2);
		assert_int_equal(close_code(fd), cases[i].code);
	}
}

static void frames_without_a_mask_are_cut_off(void **state)
{
	int fd = client_open_ws(((struct served *)*state)->public_port, "");

	client_send(fd, "\x81\x02{}", 4);
	assert_int_equal(close_code(fd), 0);
}

/* The loop has been round: what was sent before has been looked at. */
static void go_round(unsigned port)
{
	xfree(client_ask(port, "GET /v1/words/a HTTP/1.1\r\nHost: a\r\n\r\n"));
}

static void a_first_frame_in_pieces_needs_its_mask_too(void **state)
{
	unsigned port = ((struct served *)*state)->public_port;
	int fd = client_open_ws(port, "");

	client_send(fd, "\x81", 1);
	go_round(port);
	client_send(fd, "\x05hello", 6);
	assert_int_equal(close_code(fd), 0);
}

static void a_masked_frame_comes_whole_in_any_pieces(void **state)
{
	static const char frame[] = "\x81\x85\x00\x00\x00\x00hello";
	unsigned port = ((struct served *)*state)->public_port;
	int fd = client_open_ws(port, "");
	char *got;

	for (size_t i = 0; i < sizeof(frame) - 1; i++) {
		client_send(fd, frame + i, 1);
		go_round(port);
	}
	got = client_read(fd, "\x81\x05hello", NULL);
	assert_non_null(strstr(got, "\x81\x05hello"));
	xfree(got);
	client_send(fd, "\x88\x80\x00\x00\x00\x00", 6);
	close_code(fd);
}

static void a_message_without_end_is_cut_off(void **state)
{
	int fd = client_open_ws(((struct served *)*state)->public_port, "");

	client_send_frame(fd, 0x01, "begun", 5);
	for (unsigned i = 0; i < 300; i++)
		client_send_frame(fd, 0x00, "", 0);
	close_code(fd);
	fd = client_open_ws(((struct served *)*state)->public_port, "");
	client_send_frame(fd, 0x01, "begun", 5);
	close_code(fd); /* within the limit for a request */
}

static void a_bad_upgrade_is_refused_before_anybody_is_asked(void **state)
{
	static const struct {
		const char *status, *head;
	} cases[] = {
		{" 403 ",
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		 "Origin: http://evil.example\r\n"},
		{" 403 ",
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		 "Origin: null\r\n"},
		{" 426 ",
		 "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"},
		{" 426 ", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"},
		{" 400 ", "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x\r\n"},
		{" 400 ", "Sec-WebSocket-Version: 13\r\n"},
		{" 400 ",
		 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
		 "Sec-WebSocket-Protocol: chat\r\n"},
	};
	struct served *served = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[512], *got;

		snprintf(text, sizeof(text),
			 "GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
			 "Upgrade: websocket\r\n%s\r\n",
			 cases[i].head);
		got = client_ask(served->public_port, text);
		if (strstr(got, cases[i].status) == NULL)
			fail_msg("%s: %s", cases[i].head, got);
		xfree(got);
	}
	assert_int_equal(served->ws_opened, 0);
}

static void a_stranger_is_refused_with_a_status(void **state)
{
	struct served *served = *state;
	char *got;

	served->refuse_ws = 401;
	got = client_ask(
		served->public_port,
		"GET /v1/stream HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\n"
		"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nOrigin: http://a\r\n"
		"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
	assert_non_null(strstr(got, " 401 "));
	xfree(got);
}

static void who_does_not_read_hinders_nobody_and_loses_nothing(void **state)
{
	struct served *served = *state;
	int slow = client_open_ws(served->public_port, ""), quick;
	size_t total = 0;
	char *got, part[65536];
	ssize_t n;

	client_send_frame(slow, 0x81, "flood", 5);
	quick = client_open_ws(served->public_port, "");
	client_send_frame(quick, 0x81, "hello", 5);
	got = client_read(quick, "\x81\x05hello", NULL);
	xfree(got);
	while (total < 200 * 50004 && (n = recv(slow, part, sizeof(part), 0)) > 0)
		total += (size_t)n;
	assert_int_equal(total, 200 * 50004);
	close(slow);
	close(quick);
}

static void consoles_stay_when_the_silent_are_thrown_out(void **state)
{
	struct served *served = *state;
	int console = client_open_ws(served->public_port, ""), crowd[300];
	char *got;

	for (size_t i = 0; i < 300; i++)
		crowd[i] = client_connect(served->trusted_port);
	client_send_frame(console, 0x81, "still here", 10);
	got = client_read(console, "still here", NULL);
	assert_non_null(strstr(got, "still here"));
	xfree(got);
	for (size_t i = 0; i < 300; i++)
		close(crowd[i]);
	close(console);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_message_comes_back_whole_from_any_fragments),
		TEST(what_breaks_the_protocol_is_closed_with_its_code),
		TEST(frames_without_a_mask_are_cut_off),
		TEST(a_first_frame_in_pieces_needs_its_mask_too),
		TEST(a_masked_frame_comes_whole_in_any_pieces),
		TEST(a_message_without_end_is_cut_off),
		TEST(a_bad_upgrade_is_refused_before_anybody_is_asked),
		TEST(a_stranger_is_refused_with_a_status),
		TEST(who_does_not_read_hinders_nobody_and_loses_nothing),
		TEST(consoles_stay_when_the_silent_are_thrown_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
