/* accounts.json: who there is, read by the daemon and changed by `tangi user` and `tangi
 * token`.
 *
 *   {"version": 1,
 *    "users":  [{"name", "role", "agency", "password": argon2id, "since"}],
 *    "tokens": [{"name", "role", "agency", "hash": hex, "since", "sources"}]}
 *
 * A change is made under a lock on the document as it stands, members that this program does
 * not know included, and takes the file's name only when it is on the disk. Blocks; any
 * thread. */
#pragma once

#include "core/access.h"
#include "core/private_file.h"
#include "core/secret.h"

#define ACCOUNTS_FILE "accounts.json"
#define SOURCES_SIZE  256

enum account_kind { ACCOUNT_USER, ACCOUNT_TOKEN, ACCOUNT_KINDS };

struct account {
	enum account_kind kind;
	char name[USER_SIZE];
	enum role role;              /* ROLE_NONE: one this program does not know */
	char agency[AGENCY_ID_SIZE]; /* "" : none */
	int64_t since_ms;
	char password[HASH_SIZE];        /* of a user: its hash */
	uint8_t token[SECRET_HASH_SIZE]; /* of a token: its hash */
	char sources[SOURCES_SIZE];      /* of a token: what it was made for, or "" */
};

struct account_list {
	struct account *accounts; /* count of them, by name, owned */
	unsigned count;
};

/* No file: an empty list. The stamp is set when the file was read, also when it is broken. */
int account_list_read(const char *dir, struct account_list *list_r, struct file_stamp *stamp_r,
		      struct err *err) MUST_CHECK;
/* The same from its text. */
int account_list_parse(const char *text, size_t len, struct account_list *list_r,
		       struct err *err) MUST_CHECK;
void account_list_free(struct account_list *list);
/* Borrowed from the list; NULL: there is none. */
const struct account *account_find(const struct account_list *list, const char *name);

/* 1 … 64 of a-z 0-9 . _ - @, the first a letter or digit: a name stands in the log of events,
 * in files and on screens. */
bool account_name_is_good(const char *name);
/* A name as people type it (telephones begin with a capital) as it would be in the file. False,
 * and "": too long to be one. */
bool account_name_read(const char *typed, char name_r[USER_SIZE]);

/* Channels with commas between; "app:" is every "app:NAME". */
bool account_sources_are_good(const char *sources);
/* Whether it sends reports of this channel: one of its sources. A program of the city that was
 * made for none has the one of its own name, "app:NAME"; anybody else every one. */
bool account_sends_as(const struct account *account, const char *source);

/* ERR_CONFLICT: there is one of that name; a name is one person's or one token's. */
int accounts_file_add(const char *dir, const struct account *account,
		      struct err *err) MUST_CHECK;
/* ERR_INVALID: there is none, for these two. */
int accounts_file_remove(const char *dir, enum account_kind kind, const char *name,
			 struct err *err) MUST_CHECK;
int accounts_file_set_password(const char *dir, const char *name, const char *hash,
			       struct err *err) MUST_CHECK;
