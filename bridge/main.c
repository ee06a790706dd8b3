/* The program: finds the command that is meant. What each does is in cmd/. */
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *summary;
} commands[] = {
	{"serve", cmd_serve, "the bridge"},
	{"check", cmd_check, "read a city's configuration and tell all that is wrong with it"},
	{"classify", cmd_classify, "say of texts what they are about; offline"},
	{"route", cmd_route, "why a text goes to whose desk; offline"},
	{"recommend", cmd_recommend, "whom the plans send, and why not the others; offline"},
	{"train", cmd_train, "learn the classifier's model from judged texts"},
	{"evaluate", cmd_evaluate, "measure the classifier on judged texts"},
	{"places", cmd_places, "measure how typed places are found"},
	{"duplicates", cmd_duplicates, "measure how reports of one matter are found"},
	{"report", cmd_report, "send one report"},
	{"simulate", cmd_simulate, "play a city against a running bridge"},
	{"watch", cmd_watch, "show events as they come"},
	{"user", cmd_user, "the people who may sign in"},
	{"token", cmd_token, "the programs that may ask"},
	{"roster", cmd_roster, "who is on duty when"},
	{"hospital", cmd_hospital, "which hospitals receive"},
	{"verify", cmd_verify, "prove that a log is whole and unchanged"},
	{"backup", cmd_backup, "copy a log, beside a running bridge"},
	{"export", cmd_export, "take out what can be learnt from"},
	{"restore", cmd_restore, "make a data folder from a backup"},
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void print_help(FILE *to)
{
	fprintf(to, "Usage: tangi COMMAND [OPTION...]\n"
		    "The emergency dispatch bridge of a city.\n\n");
	for (size_t i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].summary);
	fprintf(to, "\ntangi COMMAND --help says more; tangi --version names the release.\n"
		    "Exit status: 0 done, 1 failed, 2 wrong use.\n");
}

int main(int argc, char **argv)
{
	if (argc < 2) {
		print_help(stderr);
		return 2;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return 0;
	}
	if (strcmp(argv[1], "--version") == 0) {
		puts("tangi " TANGI_VERSION);
		return 0;
	}
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "tangi: there is no command %s; tangi --help names them\n", argv[1]);
	return 2;
}
