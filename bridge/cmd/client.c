#include "cmd/client.h"

#include <curl/curl.h>
#include <errno.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

#define SECRET_MAX  512
#define ANSWER_MAX  (1 << 20) /* bytes of an answer or of one line */
#define CONNECT_S   10L
#define ANSWER_S    30L
#define URL_MAX     2048
#define KEEPALIVE_S 15L

struct client {
	CURL *curl;
	char *url; /* without a slash at the end */
	const char *user;
	char secret[SECRET_MAX];
	bool is_person;
	char proof[SECRET_MAX]; /* of a session: what changes something has to bring it */
	char why[CURL_ERROR_SIZE];
};

/* What has come of an answer. */
struct incoming {
	struct client *client;
	const char *method; /* NULL: GET, or POST with a body */
	char *text;
	size_t len, room;
	client_line_fn *line; /* NULL: the whole body is kept */
	void *ctx;
	bool is_ended; /* by line() */
	bool is_too_long;
};

/* Said, not refused: the folder may be closed to others. */
static void warn_of_readers(FILE *file, const char *path)
{
	struct stat st;

	if (fstat(fileno(file), &st) == 0 && S_ISREG(st.st_mode) &&
	    (st.st_mode & (S_IROTH | S_IWOTH)) != 0)
		fprintf(stderr, "tangi: %s: its mode lets everybody read it; chmod 600\n",
			path);
}

static int read_secret(const char *path, char secret_r[SECRET_MAX], struct err *err)
{
	FILE *file = fopen(path, "re");
	int rc = 0;

	if (file == NULL)
		return err_set(err, ERR_INVALID, "%s: %s", path, strerror(errno));
	warn_of_readers(file, path);
	if (fgets(secret_r, SECRET_MAX, file) == NULL)
		rc = err_set(err, ERR_INVALID, "%s: is empty", path);
	(void)fclose(file); /* only read */
	if (rc < 0)
		return -1;
	secret_r[strcspn(secret_r, "\r\n")] = '\0';
	return 0;
}

int client_check(const struct client_settings *s, struct err *err)
{
	bool is_person = s->user != NULL && s->password_file != NULL;

	if (is_person == (s->token_file != NULL) ||
	    (s->user != NULL) != (s->password_file != NULL))
		return err_set(err, ERR_INVALID,
			       "--token-file, or --user with --password-file, is needed");
	if (strncmp(s->url, "http://", 7) != 0 && strncmp(s->url, "https://", 8) != 0)
		return err_set(err, ERR_INVALID, "%s: is not an http:// or https:// address",
			       s->url);
	return 0;
}

int client_open(struct client **client_r, const struct client_settings *settings,
		struct err *err)
{
	const char *file =
		settings->token_file != NULL ? settings->token_file : settings->password_file;
	struct client *client;

	client = xcalloc(1, sizeof(*client));
	client->url = xstrdup(settings->url);
	for (size_t n = strlen(client->url); n > 0 && client->url[n - 1] == '/'; n--)
		client->url[n - 1] = '\0';
	if (settings->secret != NULL)
		snprintf(client->secret, sizeof(client->secret), "%s", settings->secret);
	client->user = settings->user;
	client->is_person = settings->user != NULL;
	client->curl = curl_easy_init();
	if (client->curl == NULL)
		fatal("no HTTP client to be had");
	curl_easy_setopt(client->curl, CURLOPT_COOKIEFILE, ""); /* in memory */
	if (settings->secret == NULL && read_secret(file, client->secret, err) < 0) {
		client_close(&client);
		return -1;
	}
	*client_r = client;
	return 0;
}

void client_close(struct client **client)
{
	struct client *mine = *client;

	*client = NULL;
	if (mine == NULL)
		return;
	curl_easy_cleanup(mine->curl);
	explicit_bzero(mine->secret, sizeof(mine->secret));
	explicit_bzero(mine->proof, sizeof(mine->proof));
	xfree(mine->url);
	xfree(mine);
}

/* Each whole line; what is behind the last end stays for the next time. */
static void give_lines(struct incoming *in)
{
	char *at = in->text, *end;

	while (!in->is_ended &&
	       (end = memchr(at, '\n', in->len - (size_t)(at - in->text))) != NULL) {
		*end = '\0';
		if (end > at)
			in->is_ended = in->line(in->ctx, at, (size_t)(end - at)) < 0;
		at = end + 1;
	}
	in->len -= (size_t)(at - in->text);
	memmove(in->text, at, in->len);
}

/* Less than size ends the transfer. */
static size_t take(char *data, size_t one, size_t size, void *ctx)
{
	struct incoming *in = ctx;
	long status = 0;

	(void)one; /* is 1 */
	if (in->len + size > ANSWER_MAX) {
		in->is_too_long = true;
		return 0;
	}
	if (in->len + size + 1 > in->room)
		in->text = xrealloc(in->text, in->room = 2 * (in->len + size + 1));
	memcpy(in->text + in->len, data, size);
	in->len += size;
	in->text[in->len] = '\0';
	curl_easy_getinfo(in->client->curl, CURLINFO_RESPONSE_CODE, &status);
	if (in->line != NULL && status == 200)
		give_lines(in);
	return in->is_ended ? 0 : size;
}

static struct curl_slist *make_headers(const struct client *client, const char *accept,
				       bool has_body)
{
	struct curl_slist *headers = NULL;
	char text[SECRET_MAX + URL_MAX];

	snprintf(text, sizeof(text), "Accept: %s", accept);
	headers = curl_slist_append(headers, text);
	if (!client->is_person) {
		snprintf(text, sizeof(text), "Authorization: Bearer %s", client->secret);
		headers = curl_slist_append(headers, text);
		explicit_bzero(text, sizeof(text));
	} else {
		/* As a page of the bridge itself would: a cookie from elsewhere is refused. */
		snprintf(text, sizeof(text), "Origin: %s", client->url);
		headers = curl_slist_append(headers, text);
		snprintf(text, sizeof(text), "X-Tangi-CSRF: %s", client->proof);
		if (client->proof[0] != '\0')
			headers = curl_slist_append(headers, text);
		explicit_bzero(text, sizeof(text));
	}
	if (has_body)
		headers = curl_slist_append(headers, "Content-Type: application/json");
	return headers;
}

/* Every option that differs from one request to the next is set for each: a reset would lose,
 * and leak, that cookies are kept. */
static void prepare(struct client *client, const char *path, const char *body, long limit_s,
		    struct incoming *in)
{
	CURL *curl = client->curl;
	char url[URL_MAX];

	snprintf(url, sizeof(url), "%s%s", client->url, path);
	curl_easy_setopt(curl, CURLOPT_URL, url);
	curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, client->why);
	curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, CONNECT_S);
	curl_easy_setopt(curl, CURLOPT_TIMEOUT, limit_s);
	/* A bridge that hangs keeps its connections: only its silence tells. */
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, in->line != NULL ? 1L : 0L);
	curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
			 in->line != NULL ? CLIENT_SILENCE_S : 0L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPALIVE, 1L);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPIDLE, KEEPALIVE_S);
	curl_easy_setopt(curl, CURLOPT_TCP_KEEPINTVL, KEEPALIVE_S);
	curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(curl, CURLOPT_WRITEDATA, in);
	if (body != NULL)
		curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
	else
		curl_easy_setopt(curl, CURLOPT_HTTPGET, 1L);
	curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, in->method);
	client->why[0] = '\0';
}

static const char *reason(const struct incoming *in, CURLcode code)
{
	if (in->is_too_long)
		return "the answer is too long";
	if (in->line != NULL && code == CURLE_OPERATION_TIMEDOUT)
		return "no sign of life";
	return in->client->why[0] != '\0' ? in->client->why : curl_easy_strerror(code);
}

static int perform(struct client *client, const char *path, const char *body,
		   const char *accept, long limit_s, struct incoming *in, struct err *err)
{
	struct curl_slist *headers = make_headers(client, accept, body != NULL);
	CURLcode code;

	in->client = client;
	in->text = xcalloc(1, in->room = 4096);
	prepare(client, path, body, limit_s, in);
	curl_easy_setopt(client->curl, CURLOPT_HTTPHEADER, headers);
	code = curl_easy_perform(client->curl);
	curl_slist_free_all(headers);
	if (code == CURLE_OK || in->is_ended)
		return 0;
	return err_set(err, ERR_IO, "%s: %s", client->url, reason(in, code));
}

static int ask(struct client *client, const char *method, const char *path, const char *body,
	       struct client_answer *answer_r, struct err *err)
{
	struct incoming in = {.method = method};

	if (perform(client, path, body, "application/json", ANSWER_S, &in, err) < 0) {
		xfree(in.text);
		return -1;
	}
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, &answer_r->status);
	answer_r->body = in.text;
	return 0;
}

int client_ask(struct client *client, const char *path, const char *body,
	       struct client_answer *answer_r, struct err *err)
{
	return ask(client, NULL, path, body, answer_r, err);
}

int client_put(struct client *client, const char *path, const char *body,
	       struct client_answer *answer_r, struct err *err)
{
	return ask(client, "PUT", path, body, answer_r, err);
}

int client_follow(struct client *client, const char *path, client_line_fn *line, void *ctx,
		  long *status_r, struct err *err)
{
	struct incoming in = {.line = line, .ctx = ctx};
	int rc = perform(client, path, NULL, "application/x-ndjson", 0, &in, err);

	xfree(in.text);
	*status_r = 0;
	curl_easy_getinfo(client->curl, CURLINFO_RESPONSE_CODE, status_r);
	return rc;
}

static void take_proof(struct client *client, const char *body)
{
	json_t *doc = json_loads(body, 0, NULL);
	const char *proof = json_string_value(json_object_get(doc, "csrf"));

	snprintf(client->proof, sizeof(client->proof), "%s", proof != NULL ? proof : "");
	json_decref(doc);
}

int client_sign_in(struct client *client, struct err *err)
{
	struct client_answer answer;
	struct jsonw w;
	int rc;

	if (!client->is_person)
		return 0;
	jsonw_init(&w, 4 * SECRET_MAX); /* does not grow: no copy is left */
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "user", client->user);
	jsonw_string(&w, "password", client->secret);
	jsonw_close(&w, '}');
	rc = client_ask(client, "/v1/session", jsonw_text(&w), &answer, err);
	explicit_bzero(w.text, w.len);
	jsonw_fini(&w);
	if (rc < 0)
		return -1;
	take_proof(client, answer.body);
	xfree(answer.body);
	if (answer.status == 200 || answer.status == 201)
		return 0;
	if (answer.status == 401 || answer.status == 403)
		return err_set(err, ERR_INVALID, "%s: the name or the password is wrong",
			       client->user);
	return err_set(err, ERR_IO, "signing in: the bridge says %ld", answer.status);
}
