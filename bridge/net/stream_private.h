/* What the files of the stream share:
 *
 *   stream.c         life of a console: opens, ticks, stalls, ends
 *   stream_ask.c     what a console may say, read and checked
 *   stream_words.c   what it is answered
 *   fanout.c         who gets which events when
 *   snapshot.c       the state, for those who start anew
 *
 * A console writes in one place at a time. A read from the store begins only when its socket
 * has room, and until the read is back nothing else is written; a snapshot is one message in
 * parts, and until the last is out nothing else is. Answers come before events. */
#pragma once

#include "core/accounts.h"
#include "core/actions.h"
#include "core/command_desk.h"
#include "core/page.h"
#include "net/stream.h"
#include "net/stream_ask.h"

#define TICK_SLOTS      10 /* ticks are spread, so that no moment writes to all consoles */
#define IN_FLIGHT_MAX   32 /* a console's actions and lines that are not answered yet */
#define REPLY_BYTES_MAX (256 * 1024) /* answers that wait for its socket */
#define READ_BYTES      (128 * 1024) /* one read for it, and so what a slow socket buffers */
#define CHANNEL_PAGES   16           /* kept for those who are a little behind */

/* Consoles that see the same things; their pages are made once. */
struct channel {
	struct list node; /* of stream.channels */
	struct viewer viewer;
	struct list live; /* consoles at the newest event */
	unsigned users;
	uint64_t next; /* what the live ones have not been given; at most head + 1 */
	struct page pages[CHANNEL_PAGES];
	unsigned next_page; /* the slot that is overwritten next */
};

enum console_state {
	CONSOLE_IDLE,     /* has not subscribed */
	CONSOLE_SNAPSHOT, /* gets the state, in parts */
	CONSOLE_BEHIND,   /* gets events from its position when its socket has room */
	CONSOLE_LIVE,     /* on its channel's live list: gets pages as they are made */
	CONSOLE_GONE,     /* nothing is written any more; stays until its requests are back */
};

enum snapshot_step {
	SNAPSHOT_CALLS, /* to be read */
	SNAPSHOT_FIRST, /* of the incidents: the message begins with it */
	SNAPSHOT_MORE,  /* the message is begun */
};

struct console {
	struct list node; /* of channel.live while live, else alone */
	struct list tick; /* of stream.slots, until it is closed */
	struct stream *stream;
	struct ws_conn *conn;
	struct principal principal;
	enum console_state state;
	bool is_closed;
	struct channel *channel; /* NULL while idle */
	/* The seq it wants. A live one's is its channel's, unless a read saw more than the feed
	 * has been given yet: then this is ahead. */
	uint64_t next;
	int64_t moved_us;    /* when its socket was last seen to take something */
	uint64_t taken;      /* by it, then */
	uint64_t units_told; /* the revision of the whereabouts that it has been told */

	struct list replies; /* struct reply, oldest first */
	size_t reply_bytes;
	unsigned in_flight;

	bool has_asked; /* a subscription waits for a read or a message to end */
	struct subscription asked;

	struct store_read read; /* one at a time */
	bool is_reading;
	struct {
		enum snapshot_step step;
		uint64_t seq;       /* events after it follow */
		uint64_t from;      /* where the page to be read begins */
		bool has_incidents; /* one is out: a comma comes before the next */
		struct buf *calls;  /* their JSON list, until it is sent */
	} snapshot;
};

struct stream {
	struct stream_settings settings;
	struct stream_parts parts;
	struct feed_reader reader;
	struct accounts_watcher watcher;
	struct list channels;
	struct list slots[TICK_SLOTS];
	unsigned slot, next_slot;
	struct loop_timer timer, pause; /* pause: after a long delivery */
	uint64_t delivered;             /* the feed's head at the last delivery */
	struct buf *units;
	unsigned consoles; /* not yet freed */
	bool is_stopped, is_freed;
};

/* fanout.c */
void channel_join(struct console *console, const struct viewer *viewer); /* leaves the old */
void channel_leave(struct console *console);
void channels_forget_pages(struct stream *stream);
void fanout_ready(struct feed_reader *reader); /* after a commit */
void fanout_stop(struct stream *stream);       /* gives out what a pause still holds */
void console_follow(struct console *console, uint64_t next);
void console_catch_up(struct console *console);
/* So many events would follow that the state says it sooner. */
bool stream_is_far(const struct stream *stream, uint64_t next);
/* What it has been given: all it may see up to and with this seq. */
uint64_t console_position(const struct console *console);

/* snapshot.c */
void snapshot_begin(struct console *console);
void snapshot_continue(struct console *console);
bool snapshot_is_in_message(const struct console *console);

/* stream_words.c */
void console_hear(struct console *console, const char *text, size_t len);
void console_subscribe(struct console *console); /* what it asked for */
/* Where it begins: before the events that follow its number, or behind the snapshot, which
 * comes first of all. */
void console_say_subscribed(struct console *console, bool is_recovered);
/* True: none is left, and the socket has room. */
bool console_send_replies(struct console *console);
void console_drop_replies(struct console *console);

/* stream.c */
void console_enter(struct console *console, enum console_state state);
/* Does what is due and the socket has room for. */
void console_go_on(struct console *console);
/* One shared message; false when the connection broke. Only when it is ready. */
bool console_write(struct console *console, struct buf *buf);
void console_broken(struct console *console);
void console_end(struct console *console, unsigned code, const char *reason);
/* Its done must clear is_reading first and call console_back last. */
void console_read(struct console *console, const struct store_read *read);
/* After every read and every action: goes on, or frees one that is closed. */
void console_back(struct console *console);
