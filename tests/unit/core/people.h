/* A data folder with accounts in it, a city of three agencies and a clock of the test's own. */
#pragma once

#include "core/accounts.h"
#include "core/accounts_file.h"

struct people {
	struct clock clock; /* first: the tests' clock functions find the rest from it */
	int64_t wall_ms, mono_us;
	char dir[32];
	struct agencies agencies;
	struct accounts *accounts; /* NULL between people_close and people_open */
	struct accounts_watcher watcher;
	unsigned told;
};

/* Empty; opened. */
struct people *people_new(void);
void people_free(struct people **people);
void people_open(struct people *people);
void people_close(struct people *people);

/* Both clocks go on. */
void people_wait(struct people *people, int64_t ms);

/* To the file only: what `tangi user add` and `tangi token add` do. The hash of a user is any
 * text, for a password that nobody tries. */
void people_add_user(struct people *people, const char *name, enum role role,
		     const char *agency, const char *hash);
void people_add_token(struct people *people, const char *name, enum role role,
		      const char *agency, char token_r[SECRET_SIZE]);
void people_write(struct people *people, const char *name, const char *text);
/* The caller frees it; NULL: there is no such file. */
char *people_read(const struct people *people, const char *name);
/* The value of a new session's cookie. */
struct principal people_sign_in(struct people *people, const char *user,
				char session_r[SECRET_SIZE]);
