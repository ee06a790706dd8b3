#include "base/xalloc.h"

#include <stdlib.h>
#include <string.h>

#include "base/err.h"

static void *checked(void *memory, size_t size)
{
	if (memory == NULL && size > 0)
		panic("no memory for %zu bytes", size);
	return memory;
}

void *xmalloc(size_t size)
{
	return checked(malloc(size), size);
}

void *xcalloc(size_t count, size_t size)
{
	return checked(calloc(count, size), count * size);
}

void *xrealloc(void *old, size_t size)
{
	return checked(realloc(old, size), size);
}

char *xstrdup(const char *text)
{
	return xstrndup(text, strlen(text));
}

char *xstrndup(const char *text, size_t len)
{
	char *copy = xmalloc(len + 1);

	memcpy(copy, text, len);
	copy[len] = '\0';
	return copy;
}

void xfree(void *memory)
{
	free(memory);
}
