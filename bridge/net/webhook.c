#include "net/webhook.h"

#include <curl/curl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/private_file.h"

#define PREFIX  "whsec_"
#define BASE64  sodium_base64_VARIANT_ORIGINAL
#define SHA_LEN 32

/* ---- The secret. ---- */

static int make_secret(const char *dir, const char *file, unsigned char key_r[WEBHOOK_KEY_SIZE],
		       struct err *err)
{
	char text[WEBHOOK_SECRET_SIZE] = PREFIX;
	size_t len = strlen(PREFIX);

	randombytes_buf(key_r, WEBHOOK_KEY_SIZE);
	sodium_bin2base64(text + len, sizeof(text) - len, key_r, WEBHOOK_KEY_SIZE, BASE64);
	return private_file_replace(dir, file, text, strlen(text), err);
}

static int read_secret(const char *file, const char *text, size_t len,
		       unsigned char key_r[WEBHOOK_KEY_SIZE], struct err *err)
{
	size_t size = 0, from = strlen(PREFIX);

	if (len <= from || memcmp(text, PREFIX, from) != 0 ||
	    sodium_base642bin(key_r, WEBHOOK_KEY_SIZE, text + from, len - from, "\r\n ", &size,
			      NULL, BASE64) != 0 ||
	    size != WEBHOOK_KEY_SIZE)
		return err_set(err, ERR_INVALID,
			       "%s: is not " PREFIX
			       " and %d bytes in base64; without the file a "
			       "new one is made",
			       file, WEBHOOK_KEY_SIZE);
	return 0;
}

int webhook_secret(const char *dir, const char *file, unsigned char key_r[WEBHOOK_KEY_SIZE],
		   bool *is_new_r, struct err *err)
{
	struct file_stamp stamp;
	char *text;
	size_t len;
	int status;

	if (private_file_read(dir, file, &text, &len, &stamp, err) < 0)
		return -1;
	*is_new_r = text == NULL;
	if (text == NULL)
		return make_secret(dir, file, key_r, err);
	status = read_secret(file, text, len, key_r, err);
	sodium_memzero(text, len);
	xfree(text);
	return status;
}

/* ---- The letter. ---- */

static void sign(const struct webhook_letter *letter, const char *at,
		 char signature_r[sodium_base64_ENCODED_LEN(SHA_LEN, BASE64)])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	unsigned len = 0;
	size_t head = strlen(letter->id) + strlen(at) + 2;
	unsigned char *text = xcalloc(1, head + letter->body->len + 1);

	snprintf((char *)text, head + 1, "%s.%s.", letter->id, at);
	memcpy(text + head, letter->body->data, letter->body->len);
	if (HMAC(EVP_sha256(), letter->key, WEBHOOK_KEY_SIZE, text, head + letter->body->len,
		 digest, &len) == NULL)
		panic("webhook: SHA-256 is not to be had");
	xfree(text);
	sodium_bin2base64(signature_r, sodium_base64_ENCODED_LEN(SHA_LEN, BASE64), digest,
			  SHA_LEN, BASE64);
}

static struct curl_slist *add(struct curl_slist *headers, const char *name, const char *value)
{
	char line[256];

	snprintf(line, sizeof(line), "%s: %s", name, value);
	return curl_slist_append(headers, line);
}

static struct curl_slist *make_headers(const struct webhook_letter *letter)
{
	char at[24], signature[3 + sodium_base64_ENCODED_LEN(SHA_LEN, BASE64)] = "v1,";
	struct curl_slist *headers = NULL;

	snprintf(at, sizeof(at), "%lld", (long long)(letter->at_ms / 1000));
	sign(letter, at, signature + strlen("v1,"));
	headers = add(headers, "webhook-id", letter->id);
	headers = add(headers, "webhook-timestamp", at);
	headers = add(headers, "webhook-signature", signature);
	headers = add(headers, "content-type", "application/json");
	return add(headers, "expect", "");
}

static size_t ignore(char *data, size_t size, size_t count, void *ctx)
{
	(void)data;
	(void)ctx;
	return size * count;
}

static int look_up(void *ctx, curl_off_t all, curl_off_t now, curl_off_t all_up,
		   curl_off_t now_up)
{
	const atomic_bool *is_over = ctx;

	(void)all, (void)now, (void)all_up, (void)now_up;
	return atomic_load_explicit(is_over, memory_order_relaxed);
}

static void prepare(CURL *curl, const struct webhook_letter *letter, struct curl_slist *headers)
{
	curl_easy_setopt(curl, CURLOPT_URL, letter->url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* whatever the environment says */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)WEBHOOK_LIMIT_S);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDS, (const char *)letter->body->data);
	curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)letter->body->len);
	curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, ignore);
	curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, look_up);
	curl_easy_setopt(curl, CURLOPT_XFERINFODATA, (void *)(uintptr_t)letter->is_over);
	curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
}

/* 408, 425 and 429 ask to come again. */
static bool is_refused(long status)
{
	return status >= 400 && status <= 499 && status != 408 && status != 425 &&
	       status != 429;
}

int webhook_post(const struct webhook_letter *letter, struct err *err)
{
	CURL *curl = curl_easy_init();
	struct curl_slist *headers;
	CURLcode code;
	long status = 0;

	if (curl == NULL)
		return err_set(err, ERR_IO, "libcurl has no room");
	headers = make_headers(letter);
	prepare(curl, letter, headers);
	code = curl_easy_perform(curl);
	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(curl);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return err_set(err, ERR_IO, "%s", curl_easy_strerror(code));
	if (status < 200 || status > 299)
		return err_set(err, is_refused(status) ? ERR_INVALID : ERR_IO, "answered %ld",
			       status);
	return 0;
}
