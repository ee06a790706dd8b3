/* One read, from a backend's rows to a page: what a viewer may see, how much fits, where the
 * next page begins. A page is one moment of the store. Read lane only. */
#pragma once

#include "store/backend.h"
#include "store/store.h"

int read_perform(const struct store_backend *ops, struct backend *conn,
		 const struct agencies *agencies, struct store_read *read,
		 struct err *err) MUST_CHECK;
/* Two requests that want the same rows, whoever asks. */
bool read_is_same(const struct store_read *a, const struct store_read *b);
/* Gives the rows of a finished read to one that is the same. */
void read_share(const struct store_read *from, struct store_read *to);
