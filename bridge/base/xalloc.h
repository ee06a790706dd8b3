/* Small bookkeeping allocations: they abort when there is no memory, because memory is bounded
 * by design and nothing acknowledged lives only there. A size an outsider chooses is not for
 * here. Any thread. */
#pragma once

#include <stddef.h>

void *xmalloc(size_t size);
void *xcalloc(size_t count, size_t size);
void *xrealloc(void *old, size_t size);
char *xstrdup(const char *text);
char *xstrndup(const char *text, size_t len);
void xfree(void *memory);
