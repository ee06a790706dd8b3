#include "core/accounts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/accounts_file.h"
#include "core/sessions.h"

struct token {
	const struct account *account;
};

struct accounts {
	char *dir;
	struct agencies agencies;
	struct account_list list;
	struct token *tokens; /* of the list, by hash */
	unsigned token_count;
	struct file_stamp seen; /* what the list, or the refusal to read it, came from */
	struct sessions *sessions;
	struct list watchers;
	char csrf[SECRET_SIZE]; /* of the session asked for last */
};

static uint64_t serial_of(const struct account *token)
{
	uint64_t serial;

	memcpy(&serial, token->token, sizeof(serial));
	return serial;
}

/* The list of the file. */

static bool has_no_place(const struct accounts *accounts, const struct account *account)
{
	return account->role == ROLE_NONE ||
	       (role_needs_agency(account->role) &&
		agency_find(&accounts->agencies, account->agency, strlen(account->agency)) < 0);
}

static void log_placeless(const struct accounts *accounts, const struct account_list *known)
{
	for (unsigned i = 0; i < accounts->list.count; i++) {
		const struct account *account = &accounts->list.accounts[i];
		const struct account *before = account_find(known, account->name);

		if (!has_no_place(accounts, account) ||
		    (before != NULL && has_no_place(accounts, before)))
			continue;
		log_warn("accounts.placeless", "name=%s role=%s agency=%s may=nothing",
			 account->name, role_names[account->role],
			 log_quote(account->agency, strlen(account->agency)).text);
	}
}

static int by_hash(const void *a, const void *b)
{
	return memcmp(((const struct token *)a)->account->token,
		      ((const struct token *)b)->account->token, SECRET_HASH_SIZE);
}

static void index_tokens(struct accounts *accounts)
{
	accounts->tokens =
		xrealloc(accounts->tokens, (accounts->list.count + 1) * sizeof(struct token));
	accounts->token_count = 0;
	for (unsigned i = 0; i < accounts->list.count; i++)
		if (accounts->list.accounts[i].kind == ACCOUNT_TOKEN)
			accounts->tokens[accounts->token_count++].account =
				&accounts->list.accounts[i];
	qsort(accounts->tokens, accounts->token_count, sizeof(struct token), by_hash);
}

static void take_list(struct accounts *accounts, struct account_list *list)
{
	struct account_list old = accounts->list;

	accounts->list = *list;
	*list = (struct account_list){0};
	index_tokens(accounts);
	log_placeless(accounts, &old);
	account_list_free(&old);
}

static void log_mode(const struct accounts *accounts)
{
	if ((accounts->seen.mode & (S_IRWXG | S_IRWXO)) != 0)
		log_warn("accounts.readable", "file=%s mode=%03o remedy=\"chmod 600\"",
			 ACCOUNTS_FILE, accounts->seen.mode & 0777u);
}

/* Sessions of people who are gone, or whose password is another. */
static bool is_kept(const void *ctx, const struct session *session)
{
	const struct accounts *accounts = ctx;
	const struct account *person = account_find(&accounts->list, session->user);

	return person != NULL && person->kind == ACCOUNT_USER &&
	       password_stamp(person->password) == session->stamp;
}

static int read_file(struct accounts *accounts, struct err *err)
{
	struct account_list list;

	if (account_list_read(accounts->dir, &list, &accounts->seen, err) < 0)
		return -1;
	log_mode(accounts);
	take_list(accounts, &list);
	return 0;
}

int accounts_open(struct accounts **accounts_r, const char *dir,
		  const struct agencies *agencies, const struct clock *clock, struct err *err)
{
	struct accounts *accounts;

	if (secret_begin(err) < 0)
		return -1;
	accounts = xcalloc(1, sizeof(*accounts));
	accounts->dir = xstrdup(dir);
	accounts->agencies = *agencies;
	list_init(&accounts->watchers);
	if (read_file(accounts, err) < 0)
		goto fail;
	if (accounts->list.count == 0)
		log_warn("accounts.none", "remedy=\"tangi user add\"");
	accounts->sessions = sessions_open(dir, clock);
	(void)sessions_prune(accounts->sessions, is_kept, accounts); /* nobody watches yet */
	*accounts_r = accounts;
	return 0;
fail:
	accounts_close(&accounts);
	return -1;
}

static void save_sessions(struct accounts *accounts)
{
	struct buf *text = accounts_take_unsaved(accounts);
	struct err err;

	if (text == NULL)
		return;
	if (sessions_write(accounts->dir, text, &err) < 0)
		log_error("sessions.save", "why=%s",
			  log_quote(err.text, strlen(err.text)).text);
	buf_unref(&text);
}

void accounts_close(struct accounts **accounts)
{
	struct accounts *mine = *accounts;

	*accounts = NULL;
	if (mine == NULL)
		return;
	if (mine->sessions != NULL)
		save_sessions(mine);
	sessions_close(&mine->sessions);
	account_list_free(&mine->list);
	xfree(mine->tokens);
	xfree(mine->dir);
	xfree(mine);
}

/* Whoever is told may take off anybody, itself included. */
static void tell(struct accounts *accounts)
{
	struct list due, *node;

	list_init(&due);
	list_move(&due, &accounts->watchers);
	while ((node = list_take(&due)) != NULL) {
		struct accounts_watcher *watcher =
			LIST_ITEM(node, struct accounts_watcher, node);

		list_append(&accounts->watchers, node);
		watcher->changed(watcher);
	}
}

void accounts_watch(struct accounts *accounts, struct accounts_watcher *watcher)
{
	list_append(&accounts->watchers, &watcher->node);
}

void accounts_unwatch(struct accounts_watcher *watcher)
{
	list_remove(&watcher->node);
}

/* A file that is gone is half of a change by hand, or the disk's doing: everybody stays. */
static bool reread(struct accounts *accounts, const struct file_stamp *stamp)
{
	struct err err;

	accounts->seen = *stamp;
	if (stamp->ino == 0) {
		log_error("accounts.gone", "file=%s kept=%u", ACCOUNTS_FILE,
			  accounts->list.count);
		return false;
	}
	if (read_file(accounts, &err) < 0) {
		log_error("accounts.broken", "kept=%u why=%s", accounts->list.count,
			  log_quote(err.text, strlen(err.text)).text);
		return false;
	}
	log_info("accounts.read", "n=%u", accounts->list.count);
	return true;
}

void accounts_refresh(struct accounts *accounts)
{
	struct file_stamp stamp;
	bool is_changed = false;

	private_file_stamp(accounts->dir, ACCOUNTS_FILE, &stamp);
	if (!file_stamp_equals(&stamp, &accounts->seen))
		is_changed = reread(accounts, &stamp);
	is_changed |= sessions_prune(accounts->sessions, is_kept, accounts);
	if (is_changed)
		tell(accounts);
}

/* Who is it. */

static void fill(const struct accounts *accounts, const struct account *account,
		 uint64_t serial, struct principal *principal_r)
{
	*principal_r = (struct principal){
		.role = account->role,
		.agency = agency_find(&accounts->agencies, account->agency,
				      strlen(account->agency)),
		.is_token = account->kind == ACCOUNT_TOKEN,
		.serial = serial,
	};
	snprintf(principal_r->name, sizeof(principal_r->name), "%s", account->name);
}

bool accounts_by_token(const struct accounts *accounts, const char *token,
		       struct principal *principal_r)
{
	struct account wanted;
	const struct token key = {&wanted}, *found;

	secret_hash(token, wanted.token);
	if (accounts->token_count == 0)
		return false;
	/* How far two hashes agree tells nobody anything of the token. */
	found = bsearch(&key, accounts->tokens, accounts->token_count, sizeof(struct token),
			by_hash);
	if (found == NULL)
		return false;
	fill(accounts, found->account, serial_of(found->account), principal_r);
	return true;
}

static const struct account *person_of(const struct accounts *accounts,
				       const struct session *session)
{
	return is_kept(accounts, session) ? account_find(&accounts->list, session->user) : NULL;
}

bool accounts_by_session(struct accounts *accounts, const char *session,
			 struct principal *principal_r, const char **csrf_r)
{
	struct session *found = sessions_find(accounts->sessions, session);
	const struct account *person = found != NULL ? person_of(accounts, found) : NULL;

	if (person == NULL)
		return false;
	sessions_use(accounts->sessions, found);
	secret_csrf(session, accounts->csrf);
	*csrf_r = accounts->csrf;
	fill(accounts, person, found->serial, principal_r);
	return true;
}

/* The account it was made from, as long as that holds. */
static const struct account *source_of(const struct accounts *accounts,
				       const struct principal *principal)
{
	const struct account *account = account_find(&accounts->list, principal->name);
	const struct session *session;

	if (principal->is_token)
		return account != NULL && account->kind == ACCOUNT_TOKEN &&
				       serial_of(account) == principal->serial
			       ? account
			       : NULL;
	session = sessions_find_serial(accounts->sessions, principal->serial);
	return session != NULL ? person_of(accounts, session) : NULL;
}

bool accounts_holds(const struct accounts *accounts, const struct principal *principal)
{
	const struct account *account = source_of(accounts, principal);
	struct principal now;

	if (account == NULL)
		return false;
	fill(accounts, account, principal->serial, &now);
	return now.role == principal->role && now.agency == principal->agency;
}

bool accounts_may_send_as(const struct accounts *accounts, const struct principal *principal,
			  const char *source)
{
	const struct account *account = source_of(accounts, principal);

	return account != NULL && account_sends_as(account, source);
}

void accounts_touch(struct accounts *accounts, const struct principal *principal)
{
	struct session *session;

	if (principal->is_token)
		return;
	session = sessions_find_serial(accounts->sessions, principal->serial);
	if (session != NULL)
		sessions_use(accounts->sessions, session);
}

/* Signing in and out. */

static const struct account *find_person(const struct accounts *accounts, const char *user)
{
	const struct account *person;
	char name[USER_SIZE];

	if (!account_name_read(user, name))
		return NULL;
	person = account_find(&accounts->list, name);
	return person != NULL && person->kind == ACCOUNT_USER ? person : NULL;
}

void accounts_hash_of(const struct accounts *accounts, const char *user, char hash_r[HASH_SIZE])
{
	const struct account *person = find_person(accounts, user);

	snprintf(hash_r, HASH_SIZE, "%s",
		 person != NULL ? person->password : password_of_nobody);
}

bool accounts_begin_session(struct accounts *accounts, const char *user,
			    char session_r[SECRET_SIZE], char csrf_r[SECRET_SIZE],
			    struct principal *principal_r)
{
	const struct account *person = find_person(accounts, user);
	const struct session *session;

	if (person == NULL)
		return false;
	session = sessions_begin(accounts->sessions, person->name,
				 password_stamp(person->password), session_r);
	secret_csrf(session_r, csrf_r);
	fill(accounts, person, session->serial, principal_r);
	return true;
}

void accounts_end_session(struct accounts *accounts, const struct principal *principal)
{
	struct session *session = principal->is_token ? NULL
						      : sessions_find_serial(accounts->sessions,
									     principal->serial);

	if (session == NULL)
		return;
	sessions_end(accounts->sessions, &session);
	tell(accounts);
}

struct buf *accounts_take_unsaved(struct accounts *accounts)
{
	return sessions_take_unsaved(accounts->sessions);
}

void accounts_not_saved(struct accounts *accounts)
{
	sessions_not_saved(accounts->sessions);
}

const char *accounts_dir(const struct accounts *accounts)
{
	return accounts->dir;
}
