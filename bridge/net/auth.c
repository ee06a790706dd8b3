#include "net/auth.h"

#include <string.h>
#include <strings.h>

#include "base/jsonw.h"

#define CHALLENGE "WWW-Authenticate: Bearer realm=\"tangi\"\r\n"

static bool copy(const char *text, size_t len, char value_r[SECRET_SIZE])
{
	if (len == 0 || len >= SECRET_SIZE)
		return false;
	memcpy(value_r, text, len);
	value_r[len] = '\0';
	return true;
}

/* RFC 6750 section 2.1. */
bool auth_bearer(const char *authorization, char token_r[SECRET_SIZE])
{
	static const char scheme[] = "bearer ";
	size_t len = sizeof(scheme) - 1;

	if (strncasecmp(authorization, scheme, len) != 0)
		return false;
	authorization += len + strspn(authorization + len, " ");
	return copy(authorization, strlen(authorization), token_r);
}

/* RFC 6265 section 4.2.1: the first of that name. */
bool auth_cookie(const char *cookies, const char *name, char value_r[SECRET_SIZE])
{
	size_t name_len = strlen(name);

	for (;;) {
		size_t len;

		cookies += strspn(cookies, "; \t");
		len = strcspn(cookies, ";");
		if (len == 0)
			return false;
		if (len > name_len && cookies[name_len] == '=' &&
		    strncmp(cookies, name, name_len) == 0)
			return copy(cookies + name_len + 1, len - name_len - 1, value_r);
		cookies += len;
	}
}

const char *auth_session_cookie(const struct http_request *request)
{
	return http_request_is_behind_tls(request) ? "__Host-tangi_session" : "tangi_session";
}

enum credential { CREDENTIAL_NONE, CREDENTIAL_TOKEN, CREDENTIAL_SESSION };

/* A token that is sent is what counts, right or wrong: a cookie may come with it by itself. */
static enum credential find(struct accounts *accounts, const struct http_request *request,
			    struct principal *principal_r, const char **csrf_r)
{
	const char *authorization = http_request_header(request, HTTP_HEADER_AUTHORIZATION);
	const char *cookies = http_request_header(request, HTTP_HEADER_COOKIE);
	char secret[SECRET_SIZE];
	bool is_known;

	if (authorization != NULL) {
		is_known = auth_bearer(authorization, secret) &&
			   accounts_by_token(accounts, secret, principal_r);
		return is_known ? CREDENTIAL_TOKEN : CREDENTIAL_NONE;
	}
	is_known = cookies != NULL &&
		   auth_cookie(cookies, auth_session_cookie(request), secret) &&
		   accounts_by_session(accounts, secret, principal_r, csrf_r);
	return is_known ? CREDENTIAL_SESSION : CREDENTIAL_NONE;
}

static bool is_from_our_page(const struct http_request *request, const char *csrf)
{
	const char *given = http_request_header(request, HTTP_HEADER_CSRF);

	return given != NULL && http_request_origin_is_ours(request) &&
	       secret_equals(given, csrf);
}

unsigned auth_request(struct accounts *accounts, const struct http_request *request,
		      bool is_change, struct principal *principal_r)
{
	struct principal principal;
	const char *csrf = "";
	enum credential credential = find(accounts, request, &principal, &csrf);

	if (credential == CREDENTIAL_NONE)
		return 401;
	if (credential == CREDENTIAL_SESSION && is_change && !is_from_our_page(request, csrf))
		return 403;
	*principal_r = principal;
	return 0;
}

unsigned auth_upgrade(struct accounts *accounts, const struct http_request *head,
		      struct principal *principal_r)
{
	struct principal principal;
	const char *csrf;
	enum credential credential = find(accounts, head, &principal, &csrf);

	if (credential == CREDENTIAL_NONE)
		return 401;
	/* Every browser sends an Origin here: without one, it is none, and should use a token.
	 */
	if (credential == CREDENTIAL_SESSION &&
	    (http_request_header(head, HTTP_HEADER_ORIGIN) == NULL ||
	     !http_request_origin_is_ours(head)))
		return 403;
	*principal_r = principal;
	return 0;
}

const char *auth_csrf(struct accounts *accounts, const struct http_request *request)
{
	struct principal principal;
	const char *csrf = NULL;

	return find(accounts, request, &principal, &csrf) == CREDENTIAL_SESSION ? csrf : NULL;
}

static void refuse_stranger(struct http_request **request)
{
	struct jsonw w;

	jsonw_init(&w, 256);
	http_write_problem(&w, NULL, 401, "",
			   "Sign in, or send a token that is known: Authorization: Bearer.",
			   NULL, 0);
	http_answer(request, 401, "application/problem+json", CHALLENGE, w.text, w.len);
	jsonw_fini(&w);
}

void auth_refuse(struct http_request **request, unsigned status)
{
	if (status == 401)
		refuse_stranger(request);
	else
		http_problem(request, status, "",
			     "A session changes things only from its own page, with the "
			     "X-Tangi-Csrf value that signing in gave.",
			     NULL, 0);
}

bool auth_allows(struct accounts *accounts, struct http_request **request, bool is_change,
		 enum right right, struct principal *principal_r)
{
	struct principal principal;
	unsigned status = auth_request(accounts, *request, is_change, &principal);

	if (status != 0) {
		auth_refuse(request, status);
		return false;
	}
	if (!principal_may(&principal, right)) {
		http_problem(request, 403, "", "This account does not have the right.", NULL,
			     0);
		return false;
	}
	*principal_r = principal;
	return true;
}
