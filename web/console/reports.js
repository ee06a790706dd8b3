/* The reports behind the selected incident: who called, for those who may know, and what the
 * further ones say. Asked for when they are looked at; a telephone number is shown when it is
 * asked for once more. */
import {signal} from "@preact/signals";
import {a, button, dd, div, dt, h3, kbd, p, span} from "../view/el.js";
import {current_language, t} from "../core/text.js";
import {moment_text} from "../core/time.js";
import {get} from "../core/session.js";
import {word} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/**
 * @typedef {object} Report
 * @property {string} id @property {string} source @property {string} text @property {string} stored_at
 * @property {boolean} reporter_is_hidden @property {{name: string | null, phone: string | null} | null} reporter
 * @property {{url: string | null, type: string | null}[]} attachments
 */

const asked_most = 12;

const reports = signal(/** @type {Map<string, Report | null>} */ (new Map()));
const shown_phone = signal("");

/** @param {Incident | null} incident */
export function ask_reports(incident) {
	const known = reports.peek();
	const wanted = (incident?.reports ?? []).slice(0, asked_most);
	const missing = wanted.filter((id) => !known.has(id));
	if (missing.length === 0)
		return;
	/* Only those of one incident are kept. */
	reports.value = new Map(wanted.map((id) => [id, known.get(id) ?? null]));
	for (const id of missing)
		void get(`/v1/reports/${encodeURIComponent(id)}`).then((report) => {
			if (reports.peek().has(id))
				reports.value = new Map(reports.peek()).set(id, report);
		}, () => {});
}

/** +62812••••8818 @param {string} phone */
export const masked = (phone) => phone.length < 8 ? "••••" : `${phone.slice(0, -8)}••••${phone.slice(-4)}`;

/** @param {Report} report */
function phone_of({id, reporter}) {
	const phone = reporter?.phone;
	if (!phone)
		return null;
	return shown_phone.value === id ? [" · ", phone]
		: [" · ", masked(phone), " ", button({class: "plain small", onClick: () => (shown_phone.value = id)}, t("reporter.show"))];
}

const words_most = 24;
const choices_most = 5;

/** Those that came later, as far as they can be named by a digit. @param {Incident} incident */
export const further_reports = (incident) => incident.reports.slice(1, 1 + choices_most);

/** Its words, short. @param {string} id */
export function words_of(id) {
	const text = reports.value.get(id)?.text ?? "…";
	return `“${text.length > words_most ? `${text.slice(0, words_most).trimEnd()}…` : text}”`;
}

/** The reporter of the first report, where this desk may know. @param {Incident} incident */
export function reporter_of(incident) {
	const first = reports.value.get(incident.reports[0]);
	if (incident.anonymity !== "public" && !first?.reporter)
		return [dt(null, t("detail.reporter")), dd(null, word("anonymity", incident.anonymity))];
	if (!first?.reporter)
		return null;
	return [dt(null, t("detail.reporter")), dd(null, first.reporter.name || t("reporter.no_name"), phone_of(first))];
}

/** @param {Report} report */
function attachments_of(report) {
	return report.attachments.map(({url, type}) => url && /^https?:/.test(url)
		? a({href: url, target: "_blank", rel: "noreferrer noopener", key: url}, word("attachment", type)) : null);
}

/** @param {App} app @param {Report} report @param {number} at among the further ones; 0: the first of all */
function entry(app, report, at) {
	const is_first = at === 0;
	return div({class: "entry", key: report.id},
		span({class: "when"}, moment_text(Date.parse(report.stored_at), app.now.value, current_language())),
		div(null, is_first ? null : p(null, at <= choices_most ? span({class: "sub"}, `${at} `) : null, report.text),
			span({class: "sub"}, word("source", report.source), !is_first && report.reporter ? [" · ", report.reporter.name, phone_of(report)] : null),
			report.attachments.length > 0 ? div({class: "attached"}, attachments_of(report)) : null));
}

/** All but what is said above already. @param {App} app @param {Incident} incident */
export function reports_of(app, incident) {
	const here = incident.reports.map((id) => reports.value.get(id)).filter((one) => one !== null && one !== undefined);
	const worth = here.filter((report) => report.id !== incident.reports[0] || report.attachments.length > 0);
	if (worth.length === 0)
		return null;
	const may_split = incident.reports.length > 1 && app.desk.allows(incident, "split");
	return [h3({id: "reports"}, t("detail.reports_title", {n: incident.report_count}), may_split ? [" ", kbd({class: "head-key"}, "e")] : null),
		div({class: "history"}, worth.map((report) => entry(app, report, incident.reports.indexOf(report.id))))];
}
