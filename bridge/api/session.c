/* People sign in and out, and everybody may ask who they are to us. */
#include <string.h>

#include "api/api_private.h"
#include "base/jsonin.h"
#include "base/xalloc.h"

#define COOKIE_FLAGS "; Path=/; HttpOnly; SameSite=Strict"

static const char *const right_names[RIGHTS] = {
	[RIGHT_SEND_REPORT] = "send_report",
	[RIGHT_SEND_CALL] = "send_call",
	[RIGHT_WATCH] = "watch",
	[RIGHT_ACT] = "act",
	[RIGHT_SEE_REPORTER] = "see_reporter",
	[RIGHT_SEE_ANONYMOUS] = "see_anonymous",
	[RIGHT_SEE_ALL] = "see_all",
	[RIGHT_SEE_SECRET] = "see_secret",
	[RIGHT_SEE_CALLS] = "see_calls",
	[RIGHT_SEE_METRICS] = "see_metrics",
	[RIGHT_CLEAR_CALLERS] = "clear_callers",
};

/* A sign-in that is being tried. */
struct arrival {
	struct api *api;
	struct http_request *request;
};

static void write_rights(const struct principal *who, struct jsonw *w)
{
	jsonw_open(w, "rights", '[');
	for (int right = 0; right < RIGHTS; right++)
		if (principal_may(who, (enum right)right))
			jsonw_string(w, NULL, right_names[right]);
	jsonw_close(w, ']');
}

/* Who it is, what that allows, and where and when it is: all a console needs to begin. */
static void write_me(const struct api *api, const struct principal *who, const char *csrf,
		     struct jsonw *w)
{
	const struct agencies *agencies = rules_agencies(api->parts.rules);
	bool has_agency = who->agency >= 0 && (unsigned)who->agency < agencies->count;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "user", who->name);
	jsonw_string(w, "role", role_names[who->role]);
	jsonw_string(w, "agency", has_agency ? agencies->agency[who->agency].id : NULL);
	write_rights(who, w);
	agency_set_write(agencies, principal_acts_for(who, agencies), w, "acts_for");
	jsonw_string(w, "csrf", csrf);
	jsonw_string(w, "city", api->parts.city);
	jsonw_time(w, "time", api->parts.clock->wall_ms(api->parts.clock));
	jsonw_string(w, "version", TANGI_VERSION);
	jsonw_close(w, '}');
}

static void answer_me(const struct api *api, struct http_request **request,
		      const struct principal *who, const char *csrf, const char *headers)
{
	struct jsonw w;

	jsonw_init(&w, 512);
	write_me(api, who, csrf, &w);
	http_answer(request, 200, "application/json", headers, w.text, w.len);
	jsonw_fini(&w);
}

/* value and what goes before the flags, as "; Max-Age=0". */
static void write_cookie(const struct http_request *request, const char *value,
			 const char *more, char line_r[256])
{
	snprintf(line_r, 256, "Set-Cookie: %s=%s%s" COOKIE_FLAGS "%s\r\n",
		 auth_session_cookie(request), value, more,
		 http_request_is_behind_tls(request) ? "; Secure" : "");
}

/* The cookie is about to be replaced: nobody could end its session any more. */
static void end_session_before(const struct api *api, const struct http_request *request)
{
	struct principal before;

	if (auth_request(api->parts.accounts, request, false, &before) == 0 && !before.is_token)
		accounts_end_session(api->parts.accounts, &before);
}

static void welcome(const struct api *api, struct http_request **request,
		    const struct sign_in_result *result)
{
	char headers[256];

	end_session_before(api, *request);
	write_cookie(*request, result->session, "", headers);
	answer_me(api, request, &result->principal, result->csrf, headers);
}

static void answer_problem(struct http_request **request, unsigned status, const char *detail,
			   const char *headers)
{
	struct jsonw w;

	jsonw_init(&w, 256);
	http_write_problem(&w, NULL, status, "", detail, NULL, 0);
	http_answer(request, status, "application/problem+json", headers, w.text, w.len);
	jsonw_fini(&w);
}

static void answer_busy(struct http_request **request, int64_t retry_after_s)
{
	char headers[48];

	snprintf(headers, sizeof(headers), "Retry-After: %lld\r\n", (long long)retry_after_s);
	answer_problem(request, 429, "Too many sign-ins are being tried.", headers);
}

static void tried(void *ctx, const struct sign_in_result *result)
{
	struct arrival *arrival = ctx;

	switch (result->answer) {
	case SIGN_IN_WELCOME:
		welcome(arrival->api, &arrival->request, result);
		break;
	case SIGN_IN_WRONG:
		answer_problem(&arrival->request, 401, "The name or the password is wrong.",
			       "WWW-Authenticate: Bearer realm=\"tangi\"\r\n");
		break;
	case SIGN_IN_BUSY:
		answer_busy(&arrival->request, result->retry_after_s);
		break;
	}
	api_closed(arrival->api);
	xfree(arrival);
}

static void try(struct api *api, struct http_request *request, const char *user,
		const char *password)
{
	struct arrival *arrival = xcalloc(1, sizeof(*arrival));

	*arrival = (struct arrival){.api = api, .request = request};
	api_opened(api);
	sign_in_try(api->parts.sign_in, user, password, http_request_peer(request), tried,
		    arrival);
}

/* The body it came in is wiped with its request. */
static void forget_password(const json_t *doc)
{
	const char *text = json_string_value(json_object_get(doc, "password"));

	if (text != NULL)
		secret_wipe((void *)(uintptr_t)text, strlen(text));
}

void session_begin(void *ctx, struct http_request *request)
{
	const char *body, *user, *password;
	struct err err;
	json_t *doc;
	size_t len;

	/* Else a foreign page could sign its victim in as somebody else. */
	if (!http_request_origin_is_ours(request)) {
		auth_refuse(&request, 403);
		return;
	}
	body = http_request_body(request, &len);
	if (jsonin_object(body, len, SESSION_MAX_BYTES, &doc, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	if (jsonin_string(doc, "user", JSONIN_REQUIRED, USER_SIZE - 1, &user, &err) < 0 ||
	    jsonin_string(doc, "password", JSONIN_REQUIRED, 1024, &password, &err) < 0)
		answer_invalid(&request, &err);
	else
		try(ctx, request, user, password);
	forget_password(doc);
	json_decref(doc);
}

void session_end(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	unsigned status = auth_request(api->parts.accounts, request, true, &who);
	char headers[256];

	if (status != 0) {
		auth_refuse(&request, status);
		return;
	}
	if (who.is_token) {
		http_problem(&request, 403, "", "A token has no session to end.", NULL, 0);
		return;
	}
	accounts_end_session(api->parts.accounts, &who);
	write_cookie(request, "", "; Max-Age=0", headers);
	http_answer(&request, 204, NULL, headers, NULL, 0);
}

void session_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	unsigned status = auth_request(api->parts.accounts, request, false, &who);

	if (status != 0)
		auth_refuse(&request, status);
	else
		answer_me(api, &request, &who, auth_csrf(api->parts.accounts, request), NULL);
}
