/* A fault in these scripts: the console says so, loads itself anew once, and then asks. A screen
 * that is dead must not look like a quiet night. */

/** @typedef {import("./app.js").App} App */

const kept_as = "tangi.fault";
const once_in_ms = 60000;

/** @param {App} app */
export function catch_faults(app) {
	const on_fault = (/** @type {any} */ what) => {
		const last = Number(sessionStorage.getItem(kept_as) ?? 0);
		app.fault.value = String(what?.message ?? what).slice(0, 200);
		if (Date.now() - last < once_in_ms)
			return;
		sessionStorage.setItem(kept_as, String(Date.now()));
		setTimeout(() => location.reload(), 3000);
	};
	addEventListener("error", (event) => on_fault(event.error ?? event.message));
	addEventListener("unhandledrejection", (event) => on_fault(event.reason));
}
