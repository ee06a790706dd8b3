#include "net/mqtt_link.h"

#include <errno.h>
#include <mosquitto.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/mailbox.h"
#include "base/xalloc.h"
#include "net/mqtt.h"
#include "net/mqtt_line.h"

#define STEP_MS       1000 /* keepalive and deadlines are looked at so often */
#define REST_FIRST_MS 200
#define REST_LAST_MS  5000
#define JOIN_WITHIN_S 2 /* a name that does not resolve holds the thread for longer */

struct mqtt_link {
	struct mqtt_address address; /* the thread's once it runs */
	pthread_t thread;
	sem_t has_ended;
	int wake_fd;            /* an eventfd: there is something in the box */
	struct mailbox in, out; /* struct mqtt_letter */
	atomic_bool is_closing; /* the thread ends at its next step */
	_Atomic uint64_t seq;

	/* The thread's own. */
	struct mqtt_line line;
	unsigned number;  /* of the line */
	bool has_told_up; /* of this line */
	bool is_over;     /* a bye was said or cannot be */
	int rest_ms;
	struct list answers; /* go to the box together */
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

static void wake_thread(void *ctx)
{
	const struct mqtt_link *link = ctx;
	uint64_t one = 1;

	(void)!write(link->wake_fd, &one, sizeof(one)); /* full: it is awake anyway */
}

static void tell(struct mqtt_link *link, enum mqtt_letter_kind kind, const char *text)
{
	struct mqtt_letter *letter = mqtt_letter_new(kind, link->number, text);

	list_append(&link->answers, &letter->node);
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

static void empty_box(struct mqtt_link *link)
{
	struct list letters, *node;
	uint64_t count;
	bool are_many;

	(void)!read(link->wake_fd, &count, sizeof(count)); /* nothing there: nothing to do */
	list_init(&letters);
	if (!mailbox_take_all(&link->in, &letters))
		return;
	are_many = letters.next != letters.prev && link->has_told_up;
	if (are_many)
		mqtt_line_cork(&link->line, true);
	while ((node = list_take(&letters)) != NULL)
		deal_with(link, LIST_ITEM(node, struct mqtt_letter, node));
	if (are_many)
		mqtt_line_cork(&link->line, false);
}

static bool is_to_end(const struct mqtt_link *link)
{
	return link->is_over || atomic_load(&link->is_closing);
}

static void free_letters(struct list *letters)
{
	struct list *node;

	while ((node = list_take(letters)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
}

/* Whoever closes the link no longer wants to be woken, and may be gone. */
static void send_answers(struct mqtt_link *link)
{
	if (atomic_load(&link->is_closing))
		free_letters(&link->answers);
	else
		mailbox_put_all(&link->out, &link->answers);
}

static void hold_line(struct mqtt_link *link)
{
	struct mqtt_line *line = &link->line;

	while (line->why[0] == '\0' && !line->has_left && !is_to_end(link)) {
		mqtt_line_step(line, link->wake_fd, STEP_MS);
		if (line->is_up && !link->has_told_up) {
			link->has_told_up = true;
			link->rest_ms = REST_FIRST_MS;
			tell(link, LINK_UP, line->address->speaks_v5 ? "5" : "3.1.1");
		}
		empty_box(link);
		send_answers(link);
	}
}

/* Between two lines; who wants to end need not wait. */
static void rest(struct mqtt_link *link)
{
	struct pollfd fd = {.fd = link->wake_fd, .events = POLLIN};
	int64_t until_us = clock_system.mono_us(&clock_system) + link->rest_ms * 1000LL;
	int64_t left_us;

	while (!is_to_end(link) &&
	       (left_us = until_us - clock_system.mono_us(&clock_system)) > 0) {
		(void)poll(&fd, 1, (int)(left_us / 1000) + 1); /* or a signal: look again */
		empty_box(link);
	}
	link->rest_ms = link->rest_ms * 2 < REST_LAST_MS ? link->rest_ms * 2 : REST_LAST_MS;
}

static void *run(void *ctx)
{
	struct mqtt_link *link = ctx;

	(void)pthread_setname_np(pthread_self(), "mqtt"); /* for top -H */
	while (!is_to_end(link)) {
		link->number++;
		link->has_told_up = false;
		mqtt_line_open(&link->line, &link->address, atomic_load(&link->seq),
			       &link->answers);
		hold_line(link);
		link->is_over = link->is_over || link->line.has_left;
		tell(link, LINK_DOWN, link->line.why);
		mqtt_line_close(&link->line);
		send_answers(link);
		if (!is_to_end(link))
			rest(link);
	}
	sem_post(&link->has_ended);
	return NULL;
}

/* Signals are the loop's. */
static int start_thread(struct mqtt_link *link, struct err *err)
{
	sigset_t all, before;
	int code;

	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	code = pthread_create(&link->thread, NULL, run, link);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return code == 0 ? 0 : err_set(err, ERR_IO, "no thread: %s", strerror(code));
}

static void free_link(struct mqtt_link *link)
{
	struct list letters;

	list_init(&letters);
	(void)mailbox_take_all(&link->in, &letters);
	(void)mailbox_take_all(&link->out, &letters);
	free_letters(&letters);
	mailbox_fini(&link->in);
	mailbox_fini(&link->out);
	sem_destroy(&link->has_ended);
	if (link->wake_fd >= 0)
		close(link->wake_fd);
	mqtt_address_fini(&link->address);
	xfree(link);
	(void)mosquitto_lib_cleanup(); /* always succeeds */
}

int mqtt_link_open(struct mqtt_link **link_r, const struct mqtt_settings *settings,
		   const struct mqtt_topics *topics, const char *epoch, void (*wake)(void *ctx),
		   void *ctx, struct err *err)
{
	struct mqtt_address address;
	struct mqtt_link *link;

	if (mqtt_address_init(&address, settings, topics, epoch, err) < 0)
		return -1;
	if (mosquitto_lib_init() != MOSQ_ERR_SUCCESS) {
		mqtt_address_fini(&address);
		return err_set(err, ERR_IO, "libmosquitto does not start");
	}
	link = xcalloc(1, sizeof(*link));
	link->address = address;
	link->rest_ms = REST_FIRST_MS;
	list_init(&link->answers);
	mailbox_init(&link->in, wake_thread, link);
	mailbox_init(&link->out, wake, ctx);
	sem_init(&link->has_ended, 0, 0);
	link->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (link->wake_fd < 0 || start_thread(link, err) < 0) {
		if (link->wake_fd < 0)
			(void)err_set(err, ERR_IO, "eventfd: %s", strerror(errno));
		free_link(link);
		return -1;
	}
	*link_r = link;
	return 0;
}

void mqtt_link_close(struct mqtt_link **link)
{
	struct mqtt_link *mine = *link;
	struct timespec until;

	*link = NULL;
	if (mine == NULL)
		return;
	atomic_store(&mine->is_closing, true);
	wake_thread(mine);
	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_sec += JOIN_WITHIN_S;
	if (sem_clockwait(&mine->has_ended, CLOCK_MONOTONIC, &until) != 0) {
		/* It asks for a name that nobody answers; it has copies of all it needs, and
		 * ends with the process. */
		log_warn("mqtt.close", "error=\"still looking for the broker\"");
		pthread_detach(mine->thread);
		return;
	}
	pthread_join(mine->thread, NULL);
	free_link(mine);
}

void mqtt_link_set_seq(struct mqtt_link *link, uint64_t seq)
{
	atomic_store_explicit(&link->seq, seq, memory_order_relaxed);
}

void mqtt_link_give(struct mqtt_link *link, struct list *letters)
{
	mailbox_put_all(&link->in, letters);
}

void mqtt_link_take(struct mqtt_link *link, struct list *letters_r)
{
	(void)mailbox_take_all(&link->out, letters_r);
}
