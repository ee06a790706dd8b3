#include "cmd/account.h"
#include "cmd/cmd.h"

#include <stdio.h>

static const char usage[] =
	"tangi user add NAME --role ROLE [--agency AGENCY] --data DIR [--config DIR]\n"
	"       tangi user password NAME --data DIR\n"
	"       tangi user remove NAME --data DIR\n"
	"       tangi user list --data DIR";
static const char what[] =
	"The people who may sign in. A running bridge sees a change within two seconds, and "
	"what a\n"
	"removed person had open is closed.\n"
	"\n"
	"add and password print {\"user\", \"password\", \"role\", \"agency\"}: the password "
	"is made\n"
	"at random, shown this once and kept as a hash. A new one signs its person out "
	"everywhere.\n"
	"list prints name, role, agency and since when, with tabs between.\n";

static int set_new_password(struct account *account, char password_r[PASSWORD_SIZE],
			    struct err *err)
{
	if (secret_begin(err) < 0)
		return -1;
	password_new(password_r);
	return password_hash(password_r, account->password, err);
}

static int add(const struct account_options *options)
{
	char password[PASSWORD_SIZE];
	struct account account;
	struct err err;
	int status = account_from_options(options, ACCOUNT_USER, &account);

	if (status != 0)
		return status;
	if (set_new_password(&account, password, &err) < 0)
		return account_failed(options, ACCOUNT_USER, &err);
	status = account_add(options, &account, "user", "password", password);
	secret_wipe(password, sizeof(password));
	return status;
}

static int find(const struct account_options *options, struct account *account_r,
		struct err *err)
{
	struct account_list list;
	struct file_stamp stamp;
	const struct account *found;

	if (account_list_read(options->data, &list, &stamp, err) < 0)
		return -1;
	found = account_find(&list, options->name);
	if (found != NULL)
		*account_r = *found;
	account_list_free(&list);
	if (found == NULL || account_r->kind != ACCOUNT_USER)
		return err_set(err, ERR_INVALID,
			       "there is no user of that name; tangi user list names them");
	return 0;
}

static int password(const struct account_options *options)
{
	char fresh[PASSWORD_SIZE];
	struct account account;
	struct err err;
	int status;

	if (find(options, &account, &err) < 0 || set_new_password(&account, fresh, &err) < 0 ||
	    accounts_file_set_password(options->data, options->name, account.password, &err) <
		    0)
		return account_failed(options, ACCOUNT_USER, &err);
	status = account_print("user", &account, "password", fresh);
	secret_wipe(fresh, sizeof(fresh));
	return status;
}

static int list(const struct account_options *options)
{
	return account_list(options, ACCOUNT_USER);
}

static int remove_user(const struct account_options *options)
{
	return account_remove(options, ACCOUNT_USER);
}

int cmd_user(int argc, char **argv)
{
	static const struct account_verb verbs[] = {
		{"add", true, true, add},
		{"password", true, false, password},
		{"remove", true, false, remove_user},
		{"list", false, false, list},
		{NULL, false, false, NULL},
	};

	return account_command(argc, argv, verbs, usage, what);
}
