#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/list.h"

struct letter {
	char name;
	struct list node;
};

/* The names in order, walked forwards; the walk backwards must meet the same. */
static const char *names(struct list *list, char text[16])
{
	size_t n = 0;

	for (struct list *at = list->next; at != list; at = at->next)
		text[n++] = LIST_ITEM(at, struct letter, node)->name;
	text[n] = '\0';
	for (struct list *at = list->prev; at != list; at = at->prev)
		assert_int_equal(text[--n], LIST_ITEM(at, struct letter, node)->name);
	assert_int_equal(n, 0);
	return text;
}

static void a_list_gives_back_what_was_put_in_in_order(void **state)
{
	struct letter a = {.name = 'a'}, b = {.name = 'b'}, c = {.name = 'c'};
	struct list list;
	char text[16];

	(void)state;
	list_init(&list);
	assert_true(list_is_empty(&list));
	assert_null(list_take(&list));
	list_append(&list, &a.node);
	list_append(&list, &b.node);
	list_append(&list, &c.node);
	assert_string_equal(names(&list, text), "abc");
	list_remove(&b.node);
	assert_string_equal(names(&list, text), "ac");
	list_remove(&b.node); /* twice does no harm */
	list_append(&list, &b.node);
	assert_string_equal(names(&list, text), "acb");
	assert_ptr_equal(list_take(&list), &a.node);
	assert_ptr_equal(list_take(&list), &c.node);
	assert_ptr_equal(list_take(&list), &b.node);
	assert_true(list_is_empty(&list));
}

static void a_list_moves_whole_to_the_end_of_another(void **state)
{
	struct letter letters[] = {{.name = 'a'}, {.name = 'b'}, {.name = 'c'}, {.name = 'd'}};
	struct list one, other;
	char text[16];

	(void)state;
	list_init(&one);
	list_init(&other);
	list_move(&one, &other); /* nothing to nothing */
	assert_true(list_is_empty(&one));
	list_append(&other, &letters[2].node);
	list_append(&other, &letters[3].node);
	list_append(&one, &letters[0].node);
	list_append(&one, &letters[1].node);
	list_move(&one, &other);
	assert_string_equal(names(&one, text), "abcd");
	assert_true(list_is_empty(&other));
	list_move(&other, &one);
	assert_string_equal(names(&other, text), "abcd");
	assert_true(list_is_empty(&one));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_gives_back_what_was_put_in_in_order),
		cmocka_unit_test(a_list_moves_whole_to_the_end_of_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
