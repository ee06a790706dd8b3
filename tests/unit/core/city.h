/* The sample city's configuration, whole or with one thing changed, for tests of core. */
#pragma once

#include "base/err.h"
#include "core/rules.h"

#define CITY_DIR TANGI_SOURCE_DIR "/config/cirebon"

/* The whole of it, for all tests of a group: cmocka calls both. */
extern struct rules *cirebon;
int city_open(void **state);
int city_close(void **state);

struct rules *city_load(void);
/* Loads a copy of the city in which, in file, the first from has become to. */
int city_load_changed(struct rules **rules_r, const char *file, const char *from,
		      const char *to, struct err *err) MUST_CHECK;
/* The same with these bytes as the file. */
int city_load_with(struct rules **rules_r, const char *file, const char *bytes, size_t len,
		   struct err *err) MUST_CHECK;
/* The same with two files. */
int city_load_two(struct rules **rules_r, const char *file, const char *text, const char *other,
		  const char *other_text, struct err *err) MUST_CHECK;
/* How many mistakes are told of it, and the last of them. */
unsigned city_judge_changed(const char *file, const char *from, const char *to,
			    struct err *last_r);

/* One change after which nothing can be meant, and the words that have to be said of it. */
struct city_mistake {
	const char *file, *from, *to, *says;
};

/* Fails the test at the first that is taken, or of which something else is said. */
void city_must_refuse(const struct city_mistake *mistakes, size_t count);
