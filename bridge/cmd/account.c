#include "cmd/account.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "cmd/args.h"
#include "core/rules.h"

static const char *const words[ACCOUNT_KINDS] = {"user", "token"};

enum { GO_ON = -1, DONE = 0, FAILED = 1, WRONG_USE = 2 };

int account_failed(const struct account_options *options, enum account_kind kind,
		   const struct err *err)
{
	fprintf(stderr, "tangi %s %s: %s\n", words[kind], options->verb, err->text);
	return FAILED;
}

static int wrong_use(const char *command, const char *why)
{
	fprintf(stderr, "tangi %s: %s; see tangi %s --help\n", command, why, command);
	return WRONG_USE;
}

/* Options. */

static int read_options(int argc, char **argv, const char *usage, const char *what,
			struct account_options *options)
{
	static const struct arg table[] = {
		{"role", ARG_TEXT, offsetof(struct account_options, role), false, "ROLE",
		 "adapter, app, calltaker, dispatcher, supervisor, admin, unit, viewer"},
		{"agency", ARG_TEXT, offsetof(struct account_options, agency), false, "AGENCY",
		 "of a dispatcher or unit, such as fire"},
		{"source", ARG_TEXT, offsetof(struct account_options, source), false, "SOURCES",
		 "of a token: the channels it sends reports of, with commas between"},
		{"data", ARG_TEXT, offsetof(struct account_options, data), true, "DIR",
		 "the bridge's data folder"},
		{"config", ARG_TEXT, offsetof(struct account_options, config), false, "DIR",
		 "the city's configuration: the agency has to be one of its own"},
	};
	const struct args args = {usage, what, table, sizeof(table) / sizeof(table[0]), 2};
	char **rest;
	int status = args_read(&args, argc, argv, options, &rest);

	if (status >= 0)
		return status;
	if (rest[0] == NULL)
		return wrong_use(argv[0], "say what to do: add, list, remove");
	options->verb = rest[0];
	options->name = rest[1];
	return GO_ON;
}

static int check(const struct account_options *options, const struct account_verb *verb,
		 const char *command)
{
	struct stat st;

	if (verb->needs_name != (options->name != NULL))
		return wrong_use(command, verb->needs_name ? "a NAME is needed"
							   : "no NAME is taken here");
	if (!verb->takes_role && (options->role != NULL || options->agency != NULL ||
				  options->config != NULL || options->source != NULL))
		return wrong_use(command, "--role, --agency, --source and --config belong to "
					  "add");
	if (stat(options->data, &st) == 0 && S_ISDIR(st.st_mode))
		return GO_ON;
	fprintf(stderr, "tangi %s: %s: no such folder; make it first: mkdir -m 700\n", command,
		options->data);
	return FAILED;
}

int account_command(int argc, char **argv, const struct account_verb *verbs, const char *usage,
		    const char *what)
{
	struct account_options options = {.verb = NULL};
	const char *command = argv[0];
	int status = read_options(argc, argv, usage, what, &options);

	if (status != GO_ON)
		return status;
	for (; verbs->name != NULL; verbs++) {
		if (strcmp(verbs->name, options.verb) != 0)
			continue;
		status = check(&options, verbs, command);
		return status != GO_ON ? status : verbs->run(&options);
	}
	return wrong_use(command, "there is no such verb");
}

/* Who is meant. */

static int find_role(const struct account_options *options, enum account_kind kind,
		     struct account *account)
{
	account->role = options->role != NULL ? role_find(options->role) : ROLE_NONE;
	if (account->role != ROLE_NONE)
		return DONE;
	fprintf(stderr, "tangi %s %s: --role is one of:", words[kind], options->verb);
	for (enum role role = ROLE_NONE + 1; role < ROLES; role++)
		fprintf(stderr, " %s", role_names[role]);
	fputc('\n', stderr);
	return WRONG_USE;
}

static bool is_agency_id(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < AGENCY_ID_SIZE &&
	       strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-") == len;
}

static int check_configured(const struct account_options *options, enum account_kind kind)
{
	struct rules *rules;
	struct err err;
	int found;

	if (options->config == NULL)
		return DONE;
	if (rules_load(&rules, options->config, &err) < 0)
		return account_failed(options, kind, &err);
	found = agency_find(rules_agencies(rules), options->agency, strlen(options->agency));
	rules_free(&rules);
	if (found >= 0)
		return DONE;
	fprintf(stderr, "tangi %s %s: %s is no agency of %s/agencies.tsv\n", words[kind],
		options->verb, options->agency, options->config);
	return FAILED;
}

static int find_agency(const struct account_options *options, enum account_kind kind,
		       struct account *account)
{
	if (role_needs_agency(account->role) != (options->agency != NULL))
		return wrong_use(words[kind],
				 options->agency != NULL
					 ? "this role is of no agency"
					 : "this role needs --agency, such as fire");
	if (options->agency == NULL)
		return DONE;
	if (!is_agency_id(options->agency))
		return wrong_use(words[kind], "an agency is 1 to 16 of a-z 0-9 _ -");
	snprintf(account->agency, sizeof(account->agency), "%s", options->agency);
	return check_configured(options, kind);
}

static int find_sources(const struct account_options *options, enum account_kind kind,
			struct account *account)
{
	if (options->source == NULL)
		return DONE;
	if (kind != ACCOUNT_TOKEN)
		return wrong_use(words[kind], "--source is of a token");
	if (options->source[0] == '\0' || !account_sources_are_good(options->source))
		return wrong_use(words[kind],
				 "--source is lapor-web, or lapor-web,app:siaga, or app: for "
				 "every one of those");
	snprintf(account->sources, sizeof(account->sources), "%s", options->source);
	return DONE;
}

int account_from_options(const struct account_options *options, enum account_kind kind,
			 struct account *account_r)
{
	struct account account = {.kind = kind,
				  .since_ms = clock_system.wall_ms(&clock_system)};
	int status;
	struct err err;

	if (secret_begin(&err) < 0)
		return account_failed(options, kind, &err);
	if (!account_name_is_good(options->name))
		return wrong_use(words[kind], "a name is 1 to 64 of a-z 0-9 . _ - @ and begins "
					      "with a letter or digit");
	snprintf(account.name, sizeof(account.name), "%s", options->name);
	status = find_role(options, kind, &account);
	if (status == DONE)
		status = find_agency(options, kind, &account);
	if (status == DONE)
		status = find_sources(options, kind, &account);
	*account_r = account;
	return status;
}

/* What is done. */

int account_print(const char *word, const struct account *account, const char *secret_word,
		  const char *secret)
{
	const char *agency = account->agency[0] != '\0' ? account->agency : NULL;
	struct jsonw w;
	int rc;

	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, word, account->name);
	jsonw_string(&w, secret_word, secret);
	jsonw_string(&w, "role", role_names[account->role]);
	jsonw_string(&w, "agency", agency);
	jsonw_close(&w, '}');
	rc = puts(jsonw_text(&w)) < 0 || fflush(stdout) != 0 ? FAILED : DONE;
	secret_wipe(w.text, w.len);
	jsonw_fini(&w);
	if (rc != DONE)
		fprintf(stderr,
			"tangi: standard output: %s; the secret is lost: make a new one\n",
			strerror(errno));
	return rc;
}

int account_add(const struct account_options *options, const struct account *account,
		const char *word, const char *secret_word, const char *secret)
{
	struct err err;

	if (accounts_file_add(options->data, account, &err) < 0)
		return account_failed(options, account->kind, &err);
	return account_print(word, account, secret_word, secret);
}

int account_list(const struct account_options *options, enum account_kind kind)
{
	struct account_list list;
	struct file_stamp stamp;
	struct err err;

	if (account_list_read(options->data, &list, &stamp, &err) < 0)
		return account_failed(options, kind, &err);
	for (unsigned i = 0; i < list.count; i++) {
		const struct account *account = &list.accounts[i];
		char since[CLOCK_TEXT];

		if (account->kind != kind)
			continue;
		clock_format(account->since_ms, since);
		printf("%s\t%s\t%s\t%s\n", account->name, role_names[account->role],
		       account->agency[0] != '\0' ? account->agency : "-", since);
	}
	account_list_free(&list);
	return fflush(stdout) != 0 ? FAILED : DONE;
}

int account_remove(const struct account_options *options, enum account_kind kind)
{
	struct err err;

	if (accounts_file_remove(options->data, kind, options->name, &err) < 0)
		return account_failed(options, kind, &err);
	return DONE;
}
