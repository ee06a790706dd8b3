#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "core/page.h"

static const struct viewer sees_all = {
	.may_watch = true, .sees_all = true, .sees_secret = true};
static const struct viewer is_fire = {.may_watch = true, .agencies = 1};

/* Events 1 to count; the n-th concerns agency n % 3 and is about size bytes long. */
static struct event *make_events(unsigned count, size_t size)
{
	struct event *events = calloc(count, sizeof(*events));

	for (unsigned i = 0; i < count; i++) {
		char *text = malloc(size + 64);
		int len = snprintf(text, size + 64,
				   "{\"type\":\"event\",\"seq\":%u,\"text\":\"%*s\"}", i + 1,
				   (int)size, "x");

		events[i] = (struct event){.seq = i + 1,
					   .audience = {SCOPE_INCIDENT, 1u << i % 3},
					   .body = buf_copy(text, (size_t)len)};
		free(text);
	}
	return events;
}

static void free_events(struct event **events, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		buf_unref(&(*events)[i].body);
	free(*events);
}

static struct feed *feed_of(const struct event *events, unsigned count)
{
	struct feed *feed = feed_new(count, 0);

	feed_append(feed, events, count);
	return feed;
}

/* A page of several events: they are these, in order. */
static void assert_holds(const struct page *page, uint64_t first, uint64_t step)
{
	json_error_t why;
	json_t *doc = json_loadb((const char *)page->buf->data, page->buf->len, 0, &why), *list;

	if (doc == NULL)
		fail_msg("%s", why.text);
	assert_string_equal(json_string_value(json_object_get(doc, "type")), "events");
	list = json_object_get(doc, "events");
	assert_int_equal(json_array_size(list), page->count);
	for (unsigned i = 0; i < page->count; i++)
		assert_int_equal(
			json_integer_value(json_object_get(json_array_get(list, i), "seq")),
			first + i * step);
	assert_int_equal(page->buf->data[page->buf->len], 0);
	json_decref(doc);
}

static void one_event_is_the_logs_own_bytes(void **state)
{
	struct event *events = make_events(1, 10);
	struct feed *feed = feed_of(events, 1);
	struct page page;

	(void)state;
	page_from_feed(feed, &sees_all, 1, &page);
	assert_int_equal(page.count, 1);
	assert_ptr_equal(page.buf, events[0].body);
	assert_int_equal(page.next, 2);
	page_fini(&page);
	page_from_rows(events, 1, &sees_all, &page);
	assert_ptr_equal(page.buf, events[0].body);
	page_fini(&page);
	assert_null(page.buf);
	feed_free(&feed);
	free_events(&events, 1);
}

static void several_are_one_message(void **state)
{
	struct event *events = make_events(7, 10);
	struct feed *feed = feed_of(events, 7);
	struct page page;

	(void)state;
	page_from_feed(feed, &sees_all, 3, &page);
	assert_int_equal(page.from, 3);
	assert_int_equal(page.next, 8);
	assert_int_equal(page.count, 5);
	assert_holds(&page, 3, 1);
	page_fini(&page);
	page_from_feed(feed, &is_fire, 1, &page);
	assert_int_equal(page.count, 3);
	assert_int_equal(page.next, 8);
	assert_holds(&page, 1, 3);
	page_fini(&page);
	feed_free(&feed);
	free_events(&events, 7);
}

static void what_nobody_there_may_see_is_passed_over(void **state)
{
	static const struct viewer nobody = {.may_watch = true, .agencies = 1u << 5};
	struct event *events = make_events(5, 10);
	struct feed *feed = feed_of(events, 5);
	struct page page;

	(void)state;
	page_from_feed(feed, &nobody, 2, &page);
	assert_int_equal(page.count, 0);
	assert_null(page.buf);
	assert_int_equal(page.next, 6); /* it has been dealt with all the same */
	page_from_rows(events, 5, &nobody, &page);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.next, 6);
	page_fini(&page);
	feed_free(&feed);
	free_events(&events, 5);
}

static void at_the_head_a_page_covers_nothing(void **state)
{
	struct event *events = make_events(2, 10);
	struct feed *feed = feed_of(events, 2);
	struct page page;

	(void)state;
	page_from_feed(feed, &sees_all, 3, &page);
	assert_int_equal(page.count, 0);
	assert_int_equal(page.next, 3);
	page_from_rows(events, 0, &sees_all, &page);
	assert_int_equal(page.count, 0);
	feed_free(&feed);
	free_events(&events, 2);
}

static void a_page_is_bounded_and_the_next_goes_on_behind_it(void **state)
{
	static const struct {
		size_t size;
		unsigned count;
	} cases[] = {{1000, 500}, {16384, 40}, {1, 2000}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct event *events = make_events(cases[i].count, cases[i].size);
		struct feed *feed = feed_of(events, cases[i].count);
		uint64_t from = 1;
		unsigned pages = 0;

		while (from <= cases[i].count) {
			struct page page;

			page_from_feed(feed, &sees_all, from, &page);
			assert_true(page.count > 0 && page.count <= PAGE_MAX_EVENTS);
			assert_int_equal(page.next, from + page.count);
			assert_true(page.buf->len <= PAGE_MAX_BYTES + cases[i].size + 2048);
			if (page.count > 1)
				assert_holds(&page, from, 1);
			from = page.next;
			pages++;
			page_fini(&page);
		}
		assert_true(pages > 1);
		feed_free(&feed);
		free_events(&events, cases[i].count);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_event_is_the_logs_own_bytes),
		cmocka_unit_test(several_are_one_message),
		cmocka_unit_test(what_nobody_there_may_see_is_passed_over),
		cmocka_unit_test(at_the_head_a_page_covers_nothing),
		cmocka_unit_test(a_page_is_bounded_and_the_next_goes_on_behind_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
