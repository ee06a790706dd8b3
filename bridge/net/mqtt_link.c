#include "net/mqtt_link.h"

#include <stdatomic.h>
#include <string.h>

#include "base/xalloc.h"
#include "net/mqtt_keeper.h"
#include "net/mqtt_line.h"

#define STEP_MS 1000 /* keepalive and deadlines are looked at so often */

struct mqtt_link {
	struct mqtt_keeper keeper;
	_Atomic uint64_t seq;

	/* The thread's own. */
	struct mqtt_line line;
	unsigned number;  /* of the line */
	bool has_told_up; /* of this line */
	bool is_over;     /* a bye was said or cannot be */
};

struct mqtt_letter *mqtt_letter_new(enum mqtt_letter_kind kind, unsigned line, const char *text)
{
	size_t len = strlen(text);
	struct mqtt_letter *letter = xcalloc(1, sizeof(*letter) + len + 1);

	letter->kind = kind;
	letter->line = line;
	memcpy(letter->text, text, len);
	list_init(&letter->node);
	return letter;
}

void mqtt_letter_free(struct mqtt_letter **letter)
{
	struct mqtt_letter *mine = *letter;

	*letter = NULL;
	if (mine == NULL)
		return;
	buf_unref(&mine->payload);
	xfree(mine);
}

static void tell(struct mqtt_link *link, enum mqtt_letter_kind kind, const char *text)
{
	struct mqtt_letter *letter = mqtt_letter_new(kind, link->number, text);

	list_append(&link->keeper.fresh, &letter->node);
}

static void deal_with(struct mqtt_link *link, struct mqtt_letter *letter)
{
	struct mqtt_line *line = &link->line;
	bool is_current = letter->line == link->number && link->has_told_up &&
			  !line->is_leaving && line->why[0] == '\0';

	if (letter->kind == LINK_BYE && is_current)
		mqtt_line_leave(line, atomic_load(&link->seq));
	else if (letter->kind == LINK_BYE)
		link->is_over = true;
	else if (letter->kind == LINK_MESSAGE && is_current)
		mqtt_line_publish(line, &letter);
	else if (letter->kind == LINK_SWEEP && is_current)
		mqtt_line_sweep(line, letter->seq);
	mqtt_letter_free(&letter);
}

static void take(void *self, struct list *letters)
{
	struct mqtt_link *link = self;
	bool are_many = letters->next != letters->prev && link->has_told_up;
	struct list *node;

	if (are_many)
		mqtt_line_cork(&link->line, true);
	while ((node = list_take(letters)) != NULL)
		deal_with(link, LIST_ITEM(node, struct mqtt_letter, node));
	if (are_many)
		mqtt_line_cork(&link->line, false);
}

static bool is_over(const void *self)
{
	const struct mqtt_link *link = self;

	return link->is_over;
}

static void free_letter(struct list *node)
{
	struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

	mqtt_letter_free(&letter);
}

static void step(struct mqtt_link *link)
{
	struct mqtt_line *line = &link->line;

	mqtt_line_step(line, link->keeper.wake_fd, STEP_MS);
	if (line->is_up && !link->has_told_up) {
		link->has_told_up = true;
		mqtt_keeper_has_line(&link->keeper);
		tell(link, LINK_UP, line->address->speaks_v5 ? "5" : "3.1.1");
	}
	mqtt_keeper_empty_box(&link->keeper);
	mqtt_keeper_send(&link->keeper);
}

static void hold(void *self)
{
	struct mqtt_link *link = self;
	struct mqtt_keeper *keeper = &link->keeper;
	struct mqtt_line *line = &link->line;

	link->number++;
	link->has_told_up = false;
	mqtt_line_open(line, &keeper->address, atomic_load(&link->seq), &keeper->fresh);
	while (line->why[0] == '\0' && !line->has_left && !mqtt_keeper_is_to_end(keeper))
		step(link);
	link->is_over = link->is_over || line->has_left;
	tell(link, LINK_DOWN, line->why);
	mqtt_line_close(line);
}

static const struct mqtt_trade trade = {.name = "mqtt",
					.hold = hold,
					.take = take,
					.is_over = is_over,
					.free_letter = free_letter};

int mqtt_link_open(struct mqtt_link **link_r, const struct mqtt_settings *settings,
		   const struct mqtt_topics *topics, const char *epoch, void (*wake)(void *ctx),
		   void *ctx, struct err *err)
{
	struct mqtt_link *link = xcalloc(1, sizeof(*link));

	if (mqtt_keeper_open(&link->keeper, &trade, link, settings, topics, epoch, wake, ctx,
			     err) < 0) {
		xfree(link);
		return -1;
	}
	*link_r = link;
	return 0;
}

void mqtt_link_close(struct mqtt_link **link)
{
	struct mqtt_link *mine = *link;

	*link = NULL;
	if (mine != NULL && mqtt_keeper_close(&mine->keeper))
		xfree(mine);
}

void mqtt_link_set_seq(struct mqtt_link *link, uint64_t seq)
{
	atomic_store_explicit(&link->seq, seq, memory_order_relaxed);
}

void mqtt_link_give(struct mqtt_link *link, struct list *letters)
{
	mailbox_put_all(&link->keeper.in, letters);
}

void mqtt_link_take(struct mqtt_link *link, struct list *letters_r)
{
	(void)mailbox_take_all(&link->keeper.out, letters_r);
}
