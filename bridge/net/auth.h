/* Who sent this request, and may it change anything: the one place where a Bearer token or a
 * session cookie becomes a principal.
 *
 * A cookie alone is not enough to change anything: the request must come from our own origin
 * and carry the session's X-Tangi-Csrf value. Loop thread only. */
#pragma once

#include "core/access.h"
#include "core/accounts.h"
#include "net/http.h"

/* Its name: "tangi_session", or behind TLS "__Host-tangi_session", which a browser takes from
 * this very host only, so that no page of a neighbouring name can plant a session. */
const char *auth_session_cookie(const struct http_request *request);

/* 0 and *principal_r, or the status to refuse with: 401 nobody known, 403 a cookie from
 * elsewhere or without its csrf value. */
unsigned auth_request(struct accounts *accounts, const struct http_request *request,
		      bool is_change, struct principal *principal_r);
/* The same for a WebSocket upgrade: a cookie needs an Origin of ours, and no csrf value. */
unsigned auth_upgrade(struct accounts *accounts, const struct http_request *head,
		      struct principal *principal_r);
/* The csrf value of the session that the request came with; NULL: it has none. Borrowed as from
 * accounts_by_session. */
const char *auth_csrf(struct accounts *accounts, const struct http_request *request);
/* auth_request, then the right; on refusal answers the request with the problem (401 with
 * WWW-Authenticate, or 403), sets it to NULL and returns false. */
bool auth_allows(struct accounts *accounts, struct http_request **request, bool is_change,
		 enum right right, struct principal *principal_r);
/* Answers with the problem of a status that auth_request gave. */
void auth_refuse(struct http_request **request, unsigned status);

/* The token of "Bearer TOKEN", and the value of a cookie of this name; false: there is none, or
 * one that is none of ours by its length alone. */
bool auth_bearer(const char *authorization, char token_r[SECRET_SIZE]);
bool auth_cookie(const char *cookies, const char *name, char value_r[SECRET_SIZE]);
