/* Signing in. The form is an ordinary one, so that password managers know it; what goes wrong is
 * said in words beside it, and nothing that was typed is lost. */
import {ask, get, Refused, sign_in, Unreachable} from "../core/session.js";
import {keep_settings, read_settings} from "../core/settings.js";
import {t} from "../core/text.js";
import {dress, learn} from "../view/page.js";

const find = (/** @type {string} */ id) => /** @type {any} */ (document.getElementById(id));
let settings = read_settings(globalThis.localStorage);

/** Every text of the page stands in it by its key. */
function write() {
	for (const element of document.querySelectorAll("[data-t]"))
		element.textContent = t(/** @type {HTMLElement} */ (element).dataset.t ?? "");
	document.title = `${t("login.title")} – ${t("app.name")}`;
	for (const element of document.querySelectorAll("[data-language]"))
		element.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (element).dataset.language === settings.language));
}

/** @param {unknown} error */
function why(error) {
	if (error instanceof Unreachable)
		return t("login.unreachable");
	if (!(error instanceof Refused))
		return t("login.failed", {status: 0});
	if (error.status === 401)
		return t("login.wrong");
	if (error.status === 429)
		return t("login.busy", {s: error.retry_after_s || 2});
	return error.status >= 500 ? t("login.unreachable") : t("login.failed", {status: error.status});
}

/** @param {boolean} is_busy */
function set_busy(is_busy) {
	find("enter").disabled = is_busy;
	find("enter").textContent = t(is_busy ? "login.trying" : "login.enter");
}

/** @param {SubmitEvent} event */
async function submit(event) {
	event.preventDefault();
	const user = find("user"), password = find("password"), trouble = find("trouble");
	trouble.hidden = true;
	set_busy(true);
	try {
		await sign_in(user.value.trim(), password.value);
		location.replace("/konsol");
		return;
	} catch (error) {
		trouble.textContent = why(error);
		trouble.hidden = false;
		password.select();
		password.focus();
	}
	set_busy(false);
}

/** @param {"id" | "en"} language */
async function speak(language) {
	await learn(language);
	settings = {...settings, language};
	keep_settings(globalThis.localStorage, settings);
	write();
}

/** Whether the bridge is there at all is worth knowing before one types. */
async function look() {
	try {
		await ask("GET", "/healthz");
	} catch (error) {
		if (error instanceof Unreachable) {
			find("trouble").textContent = t("login.unreachable");
			find("trouble").hidden = false;
		}
	}
}

async function begin() {
	dress(settings);
	await speak(settings.language);
	find("form").addEventListener("submit", submit);
	find("show").addEventListener("change", (/** @type {any} */ event) => (find("password").type = event.target.checked ? "text" : "password"));
	for (const element of document.querySelectorAll("[data-language]"))
		element.addEventListener("click", () => void speak(/** @type {any} */ (element).dataset.language));
	find("enter").disabled = false;
	find(find("user").value ? "password" : "user").focus();
	await get("/v1/me").then(() => location.replace("/konsol"), () => look());
}

void begin();
