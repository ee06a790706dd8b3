/* The table of adapters, from the list in CMakeLists.txt. */
#include "adapters/adapter.h"

#include <string.h>

#define ADAPTER(name) extern const struct adapter_ops adapter_##name;
#include "adapters.def"
#undef ADAPTER

static const struct adapter_ops *const table[] = {
#define ADAPTER(name) &adapter_##name,
#include "adapters.def"
#undef ADAPTER
	NULL,
};

const struct adapter_ops *adapter_at(unsigned n)
{
	return n < sizeof(table) / sizeof(table[0]) ? table[n] : NULL;
}

const struct adapter_ops *adapter_find(const char *kind)
{
	for (unsigned n = 0; table[n] != NULL; n++)
		if (strcmp(table[n]->kind, kind) == 0)
			return table[n];
	return NULL;
}
