#include "core/secret.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define SECRET_BYTES 32
#define SECRET_BASE  sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define PASSES       2
#define MEMORY       (19u << 20)

_Static_assert(HASH_SIZE == crypto_pwhash_STRBYTES, "libsodium's hashes are of another size");

/* Salt and hash are all zero bits. */
const char password_of_nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
				  "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

int secret_begin(struct err *err)
{
	if (sodium_init() < 0)
		return err_set(err, ERR_IO, "libsodium finds no source of randomness");
	return 0;
}

static void write_base64(const uint8_t *bytes, size_t len, char *text_r, size_t size)
{
	if (sodium_bin2base64(text_r, size, bytes, len, SECRET_BASE) == NULL)
		panic("secret: %zu bytes do not hold a secret", size);
}

void secret_new(const char *prefix, char secret_r[SECRET_SIZE])
{
	size_t at = (size_t)snprintf(secret_r, SECRET_SIZE, "%s", prefix);
	uint8_t bytes[SECRET_BYTES];

	randombytes_buf(bytes, sizeof(bytes));
	write_base64(bytes, sizeof(bytes), secret_r + at, SECRET_SIZE - at);
	sodium_memzero(bytes, sizeof(bytes));
}

void secret_hash(const char *secret, uint8_t hash_r[SECRET_HASH_SIZE])
{
	crypto_generichash(hash_r, SECRET_HASH_SIZE, (const unsigned char *)secret,
			   strlen(secret), NULL, 0);
}

void secret_csrf(const char *session, char csrf_r[SECRET_SIZE])
{
	static const unsigned char key[] = "tangi csrf value";
	uint8_t hash[SECRET_HASH_SIZE];

	crypto_generichash(hash, sizeof(hash), (const unsigned char *)session, strlen(session),
			   key, sizeof(key));
	write_base64(hash, sizeof(hash), csrf_r, SECRET_SIZE);
}

bool secret_equals(const char *given, const char *wanted)
{
	uint8_t a[SECRET_HASH_SIZE], b[SECRET_HASH_SIZE];

	secret_hash(given, a);
	secret_hash(wanted, b);
	return sodium_memcmp(a, b, sizeof(a)) == 0;
}

void password_new(char password_r[PASSWORD_SIZE])
{
	static const char letters[] = "abcdefghjkmnpqrstuvwxyz23456789";

	for (unsigned i = 0; i < PASSWORD_SIZE - 1; i++)
		password_r[i] =
			i % 6 == 5 ? '-' : letters[randombytes_uniform(sizeof(letters) - 1)];
	password_r[PASSWORD_SIZE - 1] = '\0';
}

int password_hash(const char *password, char hash_r[HASH_SIZE], struct err *err)
{
	if (crypto_pwhash_str(hash_r, password, strlen(password), PASSES, MEMORY) != 0)
		return err_set(err, ERR_BUSY, "no memory to hash a password: it takes 19 MiB");
	return 0;
}

bool password_is(const char *password, const char *hash)
{
	return crypto_pwhash_str_verify(hash, password, strlen(password)) == 0;
}

uint64_t password_stamp(const char *hash)
{
	uint8_t digest[SECRET_HASH_SIZE];
	uint64_t stamp;

	secret_hash(hash, digest);
	memcpy(&stamp, digest, sizeof(stamp));
	return stamp;
}

void secret_wipe(void *secret, size_t len)
{
	sodium_memzero(secret, len);
}
