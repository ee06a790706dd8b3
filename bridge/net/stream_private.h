/* What the files of the stream share: stream.c (life and words of a console), fanout.c (who
 * gets which bytes when), snapshot.c (the state for those who start anew). */
#pragma once

#include "core/page.h"
#include "net/stream.h"

#define TICK_SLOTS    10 /* ticks are spread, so that no moment writes to all consoles */
#define REPLIES_MAX   64 /* answers that wait for a console's socket */
#define IN_FLIGHT_MAX 32 /* its actions that are not answered yet */
#define CHANNEL_PAGES 16 /* pages a channel keeps for those who are a little behind */

/* Consoles that see the same things; their pages are made once. */
struct channel {
	struct list node; /* of stream.channels */
	struct viewer viewer;
	struct list live; /* consoles at the newest event */
	unsigned users;
	uint64_t next; /* what the live ones have not seen yet */
	struct page pages[CHANNEL_PAGES];
	unsigned next_page; /* the slot that is overwritten next */
};

enum console_state {
	CONSOLE_IDLE,     /* has not subscribed */
	CONSOLE_SNAPSHOT, /* gets the state, in parts */
	CONSOLE_BEHIND,   /* gets events from its position when its socket has room */
	CONSOLE_LIVE,     /* on its channel's live list: gets pages as they are made */
	CONSOLE_GONE,     /* its socket is closed; stays until its requests are answered */
};

struct console {
	struct list node; /* of channel.live while live, else alone */
	struct list tick; /* of stream.slots */
	struct stream *stream;
	struct ws_conn *conn;
	struct principal principal;
	enum console_state state;
	struct channel *channel; /* NULL while idle */
	uint64_t next;           /* the seq it wants; a live one's is its channel's */
	int64_t progress_us;     /* when its socket last took something */

	struct list replies; /* struct reply, oldest first */
	unsigned reply_count, in_flight;

	struct store_read read; /* one at a time */
	bool is_reading;
	bool wants_snapshot; /* asked again while a read was under way */
	bool is_in_message;  /* a snapshot's first part is out, its last is not */
	bool had_calls;      /* the calls of this snapshot have been read */
	struct buf *calls;   /* their JSON list, until it is sent */
};

struct stream {
	struct stream_settings settings;
	struct stream_parts parts;
	struct feed_reader reader;
	struct list channels;
	struct list slots[TICK_SLOTS];
	unsigned slot, next_slot;
	struct loop_timer timer;
	struct buf *units;
	unsigned consoles; /* not yet freed */
	bool is_stopped;
};

/* fanout.c */
struct channel *channel_join(struct stream *stream, const struct viewer *viewer);
void channel_leave(struct console *console);
void fanout_ready(struct feed_reader *reader);               /* after a commit */
void console_follow(struct console *console, uint64_t next); /* behind, or live at once */
void console_catch_up(struct console *console);              /* its socket has room */

/* snapshot.c */
void snapshot_begin(struct console *console);
void snapshot_continue(struct console *console); /* its socket has room */

/* stream.c */
void console_broken(struct console *console);
void console_wrote(struct console *console);     /* its socket took something */
void console_read_done(struct console *console); /* after every read: frees one that is gone */
void console_send_tick(struct console *console, uint64_t seq);
