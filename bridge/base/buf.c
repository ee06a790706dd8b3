#include "base/buf.h"

#include <string.h>

#include "base/xalloc.h"

struct buf *buf_new(size_t len)
{
	struct buf *buf = xmalloc(sizeof(*buf) + len + 1);

	atomic_init(&buf->refs, 1);
	buf->len = len;
	buf->data[len] = '\0';
	return buf;
}

struct buf *buf_copy(const void *data, size_t len)
{
	struct buf *buf = buf_new(len);

	if (len > 0)
		memcpy(buf->data, data, len);
	return buf;
}

struct buf *buf_ref(struct buf *buf)
{
	atomic_fetch_add_explicit(&buf->refs, 1, memory_order_relaxed);
	return buf;
}

void buf_unref(struct buf **buf)
{
	struct buf *mine = *buf;

	*buf = NULL;
	if (mine != NULL &&
	    atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) == 1)
		xfree(mine);
}
