#include "core/accounts_file.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsonin.h"
#include "base/xalloc.h"

#define VERSION 1

static const char *const lists[ACCOUNT_KINDS] = {"users", "tokens"};
static const char *const words[ACCOUNT_KINDS] = {"user", "token"};

bool account_name_is_good(const char *name)
{
	static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789._-@";
	size_t len = strlen(name);

	return len > 0 && len < USER_SIZE && strchr(first, name[0]) != NULL &&
	       strspn(name, rest) == len;
}

bool account_name_read(const char *typed, char name_r[USER_SIZE])
{
	size_t len = strlen(typed);

	name_r[0] = '\0';
	if (len >= USER_SIZE)
		return false;
	for (size_t i = 0; i <= len; i++)
		name_r[i] = (char)(typed[i] >= 'A' && typed[i] <= 'Z' ? typed[i] - 'A' + 'a'
								      : typed[i]);
	return true;
}

/* What it may send as. */

bool account_sources_are_good(const char *sources)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._:-,";
	size_t len = strlen(sources);

	return len < SOURCES_SIZE && strspn(sources, letters) == len &&
	       strstr(sources, ",,") == NULL && sources[0] != ',' &&
	       (len == 0 || sources[len - 1] != ',');
}

static bool is_of(const char *channel, size_t len, const char *source)
{
	size_t n = strlen(source);

	return strncmp(source, channel, len) == 0 &&
	       (channel[len - 1] == ':' ? n > len : n == len);
}

static bool names(const char *sources, const char *source)
{
	while (*sources != '\0') {
		size_t len = strcspn(sources, ",");

		if (len > 0 && strlen(source) >= len && is_of(sources, len, source))
			return true;
		sources += len + (sources[len] == ',');
	}
	return false;
}

bool account_sends_as(const struct account *account, const char *source)
{
	static const char prefix[] = "app:";
	size_t len = sizeof(prefix) - 1;

	if (account->sources[0] != '\0')
		return names(account->sources, source);
	if (account->role != ROLE_APP)
		return true;
	return strncmp(source, prefix, len) == 0 && strcmp(source + len, account->name) == 0;
}

/* Reading. */

static int read_name(const json_t *object, struct account *account, struct err *err)
{
	const char *name = NULL;

	if (jsonin_string(object, "name", JSONIN_REQUIRED, USER_SIZE - 1, &name, err) < 0)
		return -1;
	if (!account_name_is_good(name))
		return err_field(err, "name", "must be of a-z 0-9 . _ - @");
	snprintf(account->name, sizeof(account->name), "%s", name);
	return 0;
}

static int read_place(const json_t *object, struct account *account, struct err *err)
{
	const char *role = NULL, *agency = "";

	if (jsonin_string(object, "role", JSONIN_REQUIRED, 64, &role, err) < 0 ||
	    jsonin_string(object, "agency", JSONIN_OPTIONAL, AGENCY_ID_SIZE - 1, &agency, err) <
		    0 ||
	    jsonin_time(object, "since", JSONIN_OPTIONAL, &account->since_ms, err) < 0)
		return -1;
	account->role = role_find(role);
	snprintf(account->agency, sizeof(account->agency), "%s", agency);
	return 0;
}

static int read_secret(const json_t *object, struct account *account, struct err *err)
{
	const char *text = NULL;
	size_t len;

	if (account->kind == ACCOUNT_USER) {
		if (jsonin_string(object, "password", JSONIN_REQUIRED, HASH_SIZE - 1, &text,
				  err) < 0)
			return -1;
		snprintf(account->password, sizeof(account->password), "%s", text);
		return 0;
	}
	if (jsonin_string(object, "hash", JSONIN_REQUIRED, 2 * SECRET_HASH_SIZE, &text, err) <
	    0)
		return -1;
	if (sodium_hex2bin(account->token, SECRET_HASH_SIZE, text, strlen(text), NULL, &len,
			   NULL) != 0 ||
	    len != SECRET_HASH_SIZE)
		return err_field(err, "hash", "must be %d hex digits", 2 * SECRET_HASH_SIZE);
	return 0;
}

static int read_sources(const json_t *object, struct account *account, struct err *err)
{
	const char *sources = "";

	if (jsonin_string(object, "sources", JSONIN_OPTIONAL, SOURCES_SIZE - 1, &sources, err) <
	    0)
		return -1;
	if (!account_sources_are_good(sources))
		return err_field(err, "sources", "must be channels with commas between");
	snprintf(account->sources, sizeof(account->sources), "%s", sources);
	return 0;
}

static int read_account(struct account_list *list, enum account_kind kind, const json_t *object,
			struct err *err)
{
	struct account account = {.kind = kind};

	if (!json_is_object(object))
		return err_set(err, ERR_INVALID, "must be an object");
	if (read_name(object, &account, err) < 0 || read_place(object, &account, err) < 0 ||
	    read_secret(object, &account, err) < 0 || read_sources(object, &account, err) < 0)
		return -1;
	list->accounts[list->count++] = account;
	return 0;
}

static int read_list(struct account_list *list, enum account_kind kind, const json_t *doc,
		     struct err *err)
{
	const json_t *array;

	if (jsonin_child(doc, lists[kind], JSON_ARRAY, &array, err) < 0)
		return err_wrap(err, "%s", lists[kind]);
	list->accounts = xrealloc(list->accounts, (list->count + json_array_size(array) + 1) *
							  sizeof(*list->accounts));
	for (size_t i = 0; i < json_array_size(array); i++)
		if (read_account(list, kind, json_array_get(array, i), err) < 0)
			return err_wrap(err, "%s %zu%s%s", lists[kind], i + 1,
					err->field[0] != '\0' ? ": " : "", err->field);
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct account *)a)->name, ((const struct account *)b)->name);
}

static int sort(struct account_list *list, struct err *err)
{
	qsort(list->accounts, list->count, sizeof(*list->accounts), by_name);
	for (unsigned i = 1; i < list->count; i++)
		if (by_name(&list->accounts[i - 1], &list->accounts[i]) == 0)
			return err_field(err, "name", "%s is there twice; a name is one's",
					 list->accounts[i].name);
	return 0;
}

static int read_lists(const json_t *doc, struct account_list *list, struct err *err)
{
	for (enum account_kind kind = 0; kind < ACCOUNT_KINDS; kind++)
		if (read_list(list, kind, doc, err) < 0)
			return -1;
	return sort(list, err);
}

static int read_doc(const json_t *doc, struct account_list *list_r, struct err *err)
{
	struct account_list list = {0};
	int64_t version = 0;

	if (jsonin_int(doc, "version", JSONIN_REQUIRED, VERSION, INT64_MAX, &version, err) < 0)
		return err_wrap(err, "version");
	if (version != VERSION)
		return err_field(err, "version", "is of a later tangi; use that one");
	if (read_lists(doc, &list, err) < 0) {
		account_list_free(&list);
		return -1;
	}
	*list_r = list;
	return 0;
}

static int parse(const char *text, size_t len, json_t **doc_r, struct account_list *list_r,
		 struct err *err)
{
	json_t *doc;

	if (jsonin_object(text, len, PRIVATE_FILE_MAX, &doc, err) < 0)
		return -1;
	if (read_doc(doc, list_r, err) < 0) {
		json_decref(doc);
		return -1;
	}
	*doc_r = doc;
	return 0;
}

int account_list_parse(const char *text, size_t len, struct account_list *list_r,
		       struct err *err)
{
	json_t *doc = NULL;

	if (parse(text, len, &doc, list_r, err) < 0)
		return -1;
	json_decref(doc);
	return 0;
}

const struct account *account_find(const struct account_list *list, const char *name)
{
	struct account wanted;

	if (list->count == 0 || strlen(name) >= sizeof(wanted.name))
		return NULL;
	snprintf(wanted.name, sizeof(wanted.name), "%s", name);
	return bsearch(&wanted, list->accounts, list->count, sizeof(*list->accounts), by_name);
}

void account_list_free(struct account_list *list)
{
	if (list->accounts != NULL)
		secret_wipe(list->accounts, list->count * sizeof(*list->accounts));
	xfree(list->accounts);
	*list = (struct account_list){0};
}

/* The document as it stands, or an empty one. */
static int load(const char *dir, json_t **doc_r, struct account_list *list_r,
		struct file_stamp *stamp_r, struct err *err)
{
	char *text;
	size_t len;
	int rc;

	if (private_file_read(dir, ACCOUNTS_FILE, &text, &len, stamp_r, err) < 0)
		return -1;
	if (text == NULL) {
		*list_r = (struct account_list){0};
		*doc_r = json_pack("{s:i, s:[], s:[]}", "version", VERSION, "users", "tokens");
		return 0;
	}
	rc = parse(text, len, doc_r, list_r, err);
	secret_wipe(text, len);
	xfree(text);
	return rc < 0 ? err_wrap(err, "%s/%s", dir, ACCOUNTS_FILE) : 0;
}

int account_list_read(const char *dir, struct account_list *list_r, struct file_stamp *stamp_r,
		      struct err *err)
{
	json_t *doc = NULL;

	if (load(dir, &doc, list_r, stamp_r, err) < 0)
		return -1;
	json_decref(doc);
	return 0;
}

/* Changing. */

/* Nothing takes the file's name that a daemon would not read. */
static int save(const char *dir, const json_t *doc, struct err *err)
{
	struct account_list proof = {0};
	char *text;
	int rc;

	if (read_doc(doc, &proof, err) < 0)
		return err_wrap(err, "the changed %s", ACCOUNTS_FILE);
	account_list_free(&proof);
	text = json_dumps(doc, JSON_INDENT(1) | JSON_ENSURE_ASCII);
	if (text == NULL)
		panic("accounts: a document that was read cannot be written");
	rc = private_file_replace(dir, ACCOUNTS_FILE, text, strlen(text), err);
	secret_wipe(text, strlen(text));
	free(text);
	return rc;
}

struct change {
	enum account_kind kind;
	const char *name;
	const struct account *added;
	const char *password; /* new hash */
};

static json_t *to_json(const struct account *account)
{
	json_t *object = json_pack("{s:s, s:s}", "name", account->name, "role",
				   role_names[account->role]);
	char since[CLOCK_TEXT], hash[2 * SECRET_HASH_SIZE + 1];

	clock_format(account->since_ms, since);
	/* What became of these is proved by save. */
	(void)json_object_set_new(object, "since", json_string(since));
	if (account->agency[0] != '\0')
		(void)json_object_set_new(object, "agency", json_string(account->agency));
	if (account->sources[0] != '\0')
		(void)json_object_set_new(object, "sources", json_string(account->sources));
	if (account->kind == ACCOUNT_USER) {
		(void)json_object_set_new(object, "password", json_string(account->password));
		return object;
	}
	sodium_bin2hex(hash, sizeof(hash), account->token, SECRET_HASH_SIZE);
	(void)json_object_set_new(object, "hash", json_string(hash));
	return object;
}

/* The list of that kind, made where there is none. */
static json_t *list_of(json_t *doc, enum account_kind kind)
{
	json_t *array = json_object_get(doc, lists[kind]);

	if (!json_is_array(array)) {
		array = json_array();
		(void)json_object_set_new(doc, lists[kind], array); /* proved by save */
	}
	return array;
}

static int add(json_t *doc, const struct account_list *list, const struct change *change,
	       struct err *err)
{
	if (account_find(list, change->name) != NULL)
		return err_set(err, ERR_CONFLICT,
			       "the name %s is taken, by a person or a token; remove that one "
			       "first or choose another",
			       change->name);
	(void)json_array_append_new(list_of(doc, change->kind), to_json(change->added));
	return 0;
}

static int find(json_t *array, const struct change *change, size_t *at_r, struct err *err)
{
	for (size_t i = 0; i < json_array_size(array); i++) {
		const json_t *name = json_object_get(json_array_get(array, i), "name");

		if (strcmp(json_string_value(name), change->name) != 0)
			continue;
		*at_r = i;
		return 0;
	}
	return err_set(err, ERR_INVALID, "there is no %s named %s; tangi %s list names them",
		       words[change->kind], change->name, words[change->kind]);
}

static int apply(json_t *doc, const struct account_list *list, const struct change *change,
		 struct err *err)
{
	json_t *array = list_of(doc, change->kind);
	size_t at = 0;

	if (change->added != NULL)
		return add(doc, list, change, err);
	if (find(array, change, &at, err) < 0)
		return -1;
	if (change->password != NULL)
		(void)json_object_set_new(json_array_get(array, at), "password",
					  json_string(change->password));
	else
		(void)json_array_remove(array, at); /* it is there */
	return 0;
}

static int change_locked(const char *dir, const struct change *change, struct err *err)
{
	struct account_list list = {0};
	struct file_stamp stamp;
	json_t *doc = NULL;
	int rc;

	if (load(dir, &doc, &list, &stamp, err) < 0)
		return -1;
	rc = apply(doc, &list, change, err);
	if (rc == 0)
		rc = save(dir, doc, err);
	account_list_free(&list);
	json_decref(doc);
	return rc;
}

static int change_file(const char *dir, const struct change *change, struct err *err)
{
	int lock, rc;

	if (private_file_lock(dir, ACCOUNTS_FILE, &lock, err) < 0)
		return -1;
	rc = change_locked(dir, change, err);
	(void)close(lock); /* lets go of it */
	return rc;
}

int accounts_file_add(const char *dir, const struct account *account, struct err *err)
{
	struct change change = {.kind = account->kind, .name = account->name, .added = account};

	return change_file(dir, &change, err);
}

int accounts_file_remove(const char *dir, enum account_kind kind, const char *name,
			 struct err *err)
{
	struct change change = {.kind = kind, .name = name};

	return change_file(dir, &change, err);
}

int accounts_file_set_password(const char *dir, const char *name, const char *hash,
			       struct err *err)
{
	struct change change = {.kind = ACCOUNT_USER, .name = name, .password = hash};

	return change_file(dir, &change, err);
}
