#include "cmd/args.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#define ARGS_MAX  16
#define WRONG_USE 2

static void print_help(const struct args *args)
{
	printf("Usage: %s\n%s\n", args->usage, args->what);
	for (unsigned i = 0; i < args->count; i++) {
		const struct arg *arg = &args->table[i];
		char name[64];

		snprintf(name, sizeof(name), "--%s%s%s", arg->name,
			 arg->value != NULL ? " " : "", arg->value != NULL ? arg->value : "");
		printf("  %-22s %s\n", name, arg->help);
	}
	printf("  %-22s %s\n", "--help", "this");
}

static void fill_options(const struct args *args, struct option *options)
{
	for (unsigned i = 0; i < args->count; i++)
		options[i] = (struct option){
			.name = args->table[i].name,
			.has_arg = args->table[i].kind != ARG_SWITCH ? required_argument
								     : no_argument,
		};
	options[args->count] = (struct option){.name = "help", .has_arg = no_argument};
	options[args->count + 1] = (struct option){0};
}

static int set_value(const char *command, const struct arg *arg, void *into)
{
	void *at = (char *)into + arg->offset;
	struct arg_list *list = at;

	switch (arg->kind) {
	case ARG_SWITCH:
		*(bool *)at = true;
		return 0;
	case ARG_TEXT:
		*(const char **)at = optarg;
		return 0;
	case ARG_MANY:
		if (list->count == ARG_LIST_MAX) {
			fprintf(stderr, "tangi %s: --%s: at most %d of them\n", command,
				arg->name, ARG_LIST_MAX);
			return -1;
		}
		list->item[list->count++] = optarg;
		return 0;
	}
	return 0;
}

static int check_needed(const struct args *args, const char *command, const void *into)
{
	for (unsigned i = 0; i < args->count; i++) {
		const struct arg *arg = &args->table[i];

		if (!arg->is_needed || arg->kind != ARG_TEXT ||
		    *(const char *const *)(const void *)((const char *)into + arg->offset) !=
			    NULL)
			continue;
		fprintf(stderr, "tangi %s: --%s %s is needed; see --help\n", command, arg->name,
			arg->value);
		return -1;
	}
	return 0;
}

static int check_words(const struct args *args, const char *command, char **words)
{
	int count = 0;

	while (words[count] != NULL)
		count++;
	if (args->max_words < 0 || count <= args->max_words)
		return 0;
	fprintf(stderr, "tangi %s: %s: is one word too many; see --help\n", command,
		words[args->max_words]);
	return -1;
}

int args_read(const struct args *args, int argc, char **argv, void *into, char ***words_r)
{
	struct option options[ARGS_MAX + 2];
	int c, index = 0;

	fill_options(args, options);
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, &index)) != -1) {
		if (c != 0)
			return WRONG_USE; /* getopt has said why */
		if ((unsigned)index == args->count) {
			print_help(args);
			return 0;
		}
		if (set_value(argv[0], &args->table[index], into) < 0)
			return WRONG_USE;
	}
	if (check_needed(args, argv[0], into) < 0 ||
	    check_words(args, argv[0], argv + optind) < 0)
		return WRONG_USE;
	*words_r = argv + optind;
	return -1;
}
