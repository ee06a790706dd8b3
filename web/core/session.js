/* The HTTP side of a session: who am I, what is the city called, one incident in full. A session
 * that has ended is told by its own kind of error; no answer at all by another. No DOM. */

export class SignedOut extends Error {}
export class Unreachable extends Error {}

/** An answer that is an error: its problem document says what. */
export class Refused extends Error {
	/** @param {number} status @param {any} problem @param {number} retry_after_s */
	constructor(status, problem, retry_after_s) {
		super(problem?.detail ?? `HTTP ${status}`);
		this.status = status;
		this.problem = problem;
		this.retry_after_s = retry_after_s;
	}
}

/** @param {string} method @param {string} path @param {object} [body] @param {Record<string, string>} [headers] */
export async function ask(method, path, body, headers = {}) {
	/** @type {Response} */
	let response;
	try {
		response = await fetch(path, {
			method, headers: {Accept: "application/json", ...(body ? {"Content-Type": "application/json"} : {}), ...headers},
			body: body ? JSON.stringify(body) : undefined, credentials: "same-origin", cache: "no-store",
		});
	} catch {
		throw new Unreachable();
	}
	const text = await response.text().catch(() => "");
	const said = read(text);
	if (response.ok)
		return said;
	if (response.status === 401 && method === "GET")
		throw new SignedOut();
	throw new Refused(response.status, said, Number(response.headers.get("Retry-After")) || 0);
}

/** @param {string} text */
function read(text) {
	try {
		return text ? JSON.parse(text) : null;
	} catch {
		return null;
	}
}

export const get = (/** @type {string} */ path) => ask("GET", path);

/** Ends the session. @param {string} csrf */
export const sign_out = (csrf) => ask("DELETE", "/v1/session", undefined, {"X-Tangi-Csrf": csrf});

/** @param {string} user @param {string} password */
export const sign_in = (user, password) => ask("POST", "/v1/session", {user, password});
