/* The first byte says which: the two files of accounts, or a header with a token or a cookie.
 * What is taken is what its reader promises. */
#include <stdlib.h>
#include <string.h>

#include "core/accounts_file.h"
#include "core/sessions.h"
#include "net/auth.h"

#define FUZZ_CHECK(condition)                                                                  \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

static void check_account(const struct account *account)
{
	FUZZ_CHECK(account_name_is_good(account->name));
	FUZZ_CHECK(account->role < ROLES);
	FUZZ_CHECK(strlen(account->agency) < AGENCY_ID_SIZE);
	FUZZ_CHECK(strlen(account->password) < HASH_SIZE);
}

static void read_accounts(const char *text, size_t len)
{
	struct account_list list;
	struct err err = {0};

	if (account_list_parse(text, len, &list, &err) < 0) {
		FUZZ_CHECK(err.kind == ERR_INVALID && err.text[0] != '\0');
		return;
	}
	for (unsigned i = 0; i < list.count; i++) {
		check_account(&list.accounts[i]);
		FUZZ_CHECK(account_find(&list, list.accounts[i].name) == &list.accounts[i]);
	}
	account_list_free(&list);
	FUZZ_CHECK(list.accounts == NULL);
}

static void read_sessions(const char *text, size_t len)
{
	struct sessions *sessions = sessions_open("/nonexistent", &clock_system);
	struct err err = {0};

	if (sessions_parse(sessions, text, len, &err) < 0)
		FUZZ_CHECK(err.kind == ERR_INVALID && err.text[0] != '\0');
	FUZZ_CHECK(sessions_find(sessions, "") == NULL);
	sessions_close(&sessions);
}

static void read_header(const char *text)
{
	char value[SECRET_SIZE];

	if (auth_bearer(text, value))
		FUZZ_CHECK(value[0] != '\0' && value[0] != ' ' &&
			   strcmp(text + strlen(text) - strlen(value), value) == 0);
	if (auth_cookie(text, "tangi_session", value))
		FUZZ_CHECK(value[0] != '\0' && strchr(value, ';') == NULL &&
			   strstr(text, value) != NULL);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text;

	if (len == 0)
		return 0;
	text = malloc(len);
	memcpy(text, data + 1, len - 1);
	text[len - 1] = '\0';
	if (data[0] % 3 == 0)
		read_accounts(text, len - 1);
	else if (data[0] % 3 == 1)
		read_sessions(text, len - 1);
	else
		read_header(text);
	free(text);
	return 0;
}
