/* What `tangi user` and `tangi token` have in common: verbs, options, and who is meant. */
#pragma once

#include "core/accounts_file.h"

struct account_options {
	const char *verb, *name;                            /* name: NULL: none was given */
	const char *role, *agency, *source, *data, *config; /* NULL: not given */
};

struct account_verb {
	const char *name; /* NULL ends the table */
	bool needs_name;
	bool takes_role; /* and --agency and --config */
	int (*run)(const struct account_options *options);
};

/* Finds the verb that is meant and runs it; what the process exits with. usage and what are
 * those of struct args. */
int account_command(int argc, char **argv, const struct account_verb *verbs, const char *usage,
		    const char *what);

/* The account that is to be added, without its secret. 0, or the exit status, and why was said.
 */
int account_from_options(const struct account_options *options, enum account_kind kind,
			 struct account *account_r);
/* Adds it and prints {word: name, secret_word: secret, "role", "agency"} on one line. */
int account_add(const struct account_options *options, const struct account *account,
		const char *word, const char *secret_word, const char *secret);
int account_list(const struct account_options *options, enum account_kind kind);
int account_remove(const struct account_options *options, enum account_kind kind);
/* Says it and returns 1. */
int account_failed(const struct account_options *options, enum account_kind kind,
		   const struct err *err);
/* Prints one JSON line with a secret that is nowhere else. 0 or 1. */
int account_print(const char *word, const struct account *account, const char *secret_word,
		  const char *secret);
