/* Shared bytes: made once, never changed, freed with the last reference.
 *
 * A buffer may keep head room in front of its bytes, for a library that writes its framing
 * there (libwebsockets' LWS_PRE). Any thread; the head room belongs to the loop thread. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#define BUF_HEAD_ROOM 32 /* at least LWS_PRE; net/loop.c checks */

struct buf {
	atomic_uint refs;
	size_t len;
	unsigned char room[BUF_HEAD_ROOM];
	unsigned char data[]; /* len bytes, then a NUL for those who print */
};

/* Contents are the caller's to fill, once, before it shares the buffer. */
struct buf *buf_new(size_t len);
struct buf *buf_copy(const void *data, size_t len);
struct buf *buf_ref(struct buf *buf);
void buf_unref(struct buf **buf);
