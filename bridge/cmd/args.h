/* What a command is called with: one table of its options, from which they are read and --help
 * is printed. Secrets come by file, never as an argument, where every user would see them. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum arg_kind {
	ARG_SWITCH, /* bool at offset */
	ARG_TEXT,   /* const char * at offset; "" after = counts as given */
	ARG_MANY,   /* struct arg_list at offset: may be given again and again */
};

#define ARG_LIST_MAX 64

struct arg_list {
	const char *item[ARG_LIST_MAX];
	unsigned count;
};

struct arg {
	const char *name;
	enum arg_kind kind;
	size_t offset;
	bool is_needed;
	const char *value; /* what stands for it in --help: "DIR"; NULL for a switch */
	const char *help;  /* one line */
};

struct args {
	const char *usage; /* "tangi check --config DIR" */
	const char *what;  /* a paragraph, with its line ends */
	const struct arg *table;
	unsigned count;
	int max_words; /* that may follow the options; -1: any number */
};

/* Fills *into, which is zeroed. words_r: what follows the options, with a NULL behind.
 * -1: go on. Else what to exit with: 0 after --help, 2 after wrong use, which it has named. */
int args_read(const struct args *args, int argc, char **argv, void *into, char ***words_r);
