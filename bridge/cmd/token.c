#include "cmd/account.h"
#include "cmd/cmd.h"

#include <stdio.h>

static const char usage[] =
	"tangi token add NAME --role ROLE [--agency AGENCY] [--source SOURCES] --data DIR\n"
	"                        [--config DIR]\n"
	"       tangi token remove NAME --data DIR\n"
	"       tangi token list --data DIR";
static const char what[] =
	"The programs that may ask, with \"Authorization: Bearer TOKEN\". A running bridge "
	"sees a\n"
	"change within two seconds, and what a removed token had open is closed.\n"
	"\n"
	"add prints {\"name\", \"token\", \"role\", \"agency\"}: the token is made at random, "
	"shown\n"
	"this once and kept as a hash. list prints name, role, agency and since when, with "
	"tabs\n"
	"between.\n"
	"\n"
	"A token of the role app sends reports as app:NAME, other ones as any source; with "
	"--source\n"
	"it is those that are named: lapor-web,app: is that one and every app:NAME.\n";

static int add(const struct account_options *options)
{
	char token[SECRET_SIZE];
	struct account account;
	int status = account_from_options(options, ACCOUNT_TOKEN, &account);

	if (status != 0)
		return status;
	secret_new("tangi_", token);
	secret_hash(token, account.token);
	status = account_add(options, &account, "name", "token", token);
	secret_wipe(token, sizeof(token));
	return status;
}

static int list(const struct account_options *options)
{
	return account_list(options, ACCOUNT_TOKEN);
}

static int remove_token(const struct account_options *options)
{
	return account_remove(options, ACCOUNT_TOKEN);
}

int cmd_token(int argc, char **argv)
{
	static const struct account_verb verbs[] = {
		{"add", true, true, add},
		{"remove", true, false, remove_token},
		{"list", false, false, list},
		{NULL, false, false, NULL},
	};

	return account_command(argc, argv, verbs, usage, what);
}
