/* Secrets: made at random, shown once, kept as hashes.
 *
 * Tokens and sessions are 256 random bits, so a fast hash keeps them; passwords are argon2id
 * with a salt of their own (19 MiB, 2 passes: the second choice of RFC 9106 would take 64 MiB,
 * which two at a time would not leave to the rest). Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SECRET_SIZE      64 /* a token, a session or a csrf value as text, with its end */
#define SECRET_HASH_SIZE 32
#define HASH_SIZE        128 /* crypto_pwhash_STRBYTES */
#define PASSWORD_SIZE    24  /* of those made here */
#define PASSWORD_MAX_LEN 1024

/* Once, before anything else here. */
int secret_begin(struct err *err) MUST_CHECK;

/* prefix tells what it is, to people and to programs that look for leaked ones. */
void secret_new(const char *prefix, char secret_r[SECRET_SIZE]);
void secret_hash(const char *secret, uint8_t hash_r[SECRET_HASH_SIZE]);
/* What a page proves with that it was given the session, and did not just have its cookie sent:
 * made from the session, so that it survives a restart and is kept nowhere. */
void secret_csrf(const char *session, char csrf_r[SECRET_SIZE]);
/* Takes as long whatever the strings are. */
bool secret_equals(const char *given, const char *wanted);

/* A first password: 20 letters and digits that are not mistaken for each other, in fives; 99
 * bits. */
void password_new(char password_r[PASSWORD_SIZE]);
/* Some 60 ms and 19 MiB, both. ERR_BUSY: no memory for it. */
int password_hash(const char *password, char hash_r[HASH_SIZE], struct err *err) MUST_CHECK;
bool password_is(const char *password, const char *hash);
/* Hash of no password, and as long to try as any. */
extern const char password_of_nobody[];
/* Something about a hash that tells two from each other and says nothing of the password. */
uint64_t password_stamp(const char *hash);
void secret_wipe(void *secret, size_t len);
