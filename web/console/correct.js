/* `p`: what a person says instead of the verdict. Words find the kind, 1 to 4 give the priority,
 * Enter sends all of it as one decision; what will change stands there before. */
import {useLayoutEffect, useRef, useState} from "preact/hooks";
import {button, div, fieldset, form, h2, input, kbd, label, legend, li, p, span, ul} from "../view/el.js";
import {draw_now} from "../view/frame.js";
import {priority_sign} from "../view/symbols.js";
import {back_to, draft_of, fields_of, matching, with_agency, with_category, with_priority} from "../core/correction.js";
import {current_language, name_of, t} from "../core/text.js";
import {priorities} from "./bar.js";
import {agency_short, kind_of, number_of, place_of} from "./words.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/types.js").Incident} Incident */
/** @typedef {import("../core/correction.js").Draft} Draft */
/** @typedef {import("../core/desk.js").Category} Category */

/** @param {App} app */
export function open_correction(app) {
	const incident = app.current.peek();
	if (!incident || !app.desk.allows(incident, "reclassify"))
		return;
	app.corrected.value = incident;
	app.dialog.value = "correct";
}

/** @param {App} app @param {Incident} incident @param {Draft} draft */
function correct(app, incident, draft) {
	const fields = fields_of(incident, draft);
	const command = fields ? app.act(incident, "reclassify", fields) : null;
	if (command && fields)
		app.offer_undo(command, "reclassify", back_to(incident, fields));
	return fields !== null;
}

/** @param {App} app @param {Incident} incident @param {Draft} draft */
function changes(app, incident, draft) {
	const fields = fields_of(incident, draft);
	if (!fields)
		return t("correct.nothing");
	const name = (/** @type {string} */ agency) => agency_short(agency, app.desk);
	const more = draft.agencies.filter((one) => !incident.agencies.includes(one)).map((one) => `+\u00a0${name(one)}`);
	const less = incident.agencies.filter((one) => !draft.agencies.includes(one)).map((one) => `−\u00a0${name(one)}`);
	return [fields.category ? `${kind_of(incident, app.desk)} → ${name_of(app.desk.categories.get(draft.category), draft.category)}` : "",
		fields.priority === undefined ? "" : fields.priority === incident.priority ? t("correct.same_priority", {n: draft.priority})
			: t("correct.priority", {from: incident.priority, to: draft.priority}),
		...more, ...less].filter(Boolean).join(" · ");
}

/** In the language of the desk, the other one beside it. @param {Category} category @param {boolean} is_chosen @param {() => void} choose */
function kind(category, is_chosen, choose) {
	const is_english = current_language() === "en";
	const [first, second] = is_english ? [category.name_en ?? category.name_id, category.name_id] : [category.name_id, category.name_en ?? ""];
	return li({id: `kind-${category.id}`, key: category.id, role: "option", class: "option", "aria-selected": is_chosen ? "true" : "false", onClick: choose},
		priority_sign(category.priority ?? 4, 18), span(null, first), span({class: "sub", lang: is_english ? "id" : "en"}, second));
}

/** @param {{app: App, close: () => void}} props */
export function Correct({app, close}) {
	const incident = /** @type {Incident} */ (app.corrected.value), is_live = app.is_live.value;
	const [draft, set_draft] = useState(() => draft_of(incident));
	const [words, set_words] = useState("");
	const list = useRef(/** @type {HTMLElement | null} */ (null));
	const found = words ? matching(app.desk.categories.values(), words) : [...app.desk.categories.values()];
	const choose = (/** @type {Category | undefined} */ category) => category && set_draft((now) => with_category(now, category, incident));
	useLayoutEffect(() => document.getElementById(`kind-${draft.category}`)?.scrollIntoView({block: "nearest"}), [draft.category]);

	const type = (/** @type {any} */ event) => {
		const typed = event.target.value;
		set_words(typed);
		/* What is not in the list is never sent: nothing found, and it is the kind that stands. */
		choose((typed && matching(app.desk.categories.values(), typed)[0]) || app.desk.categories.get(incident.category));
		draw_now();
	};
	const keys = (/** @type {any} */ event) => {
		const step = {ArrowDown: 1, ArrowUp: -1}[/** @type {string} */ (event.key)], n = Number(event.key);
		const at = found.findIndex(({id}) => id === draft.category);
		if (step && event.target.id === "kind")
			choose(found[Math.min(found.length - 1, Math.max(0, at + step))]);
		else if (priorities.includes(n) && words === "")
			set_draft((now) => with_priority(now, n));
		else
			return;
		event.preventDefault();
		draw_now(); /* before Enter is read: it sends what is drawn */
	};
	const send = (/** @type {Event} */ event) => {
		event.preventDefault();
		if (app.is_live.peek() && correct(app, incident, draft))
			close();
	};
	return form({class: "correct", onSubmit: send, onKeyDown: keys},
		h2(null, t("correct.title"), span({class: "sub"}, ` ${number_of(incident)} ${kind_of(incident, app.desk)}, ${place_of(incident)}`)),
		fieldset({class: "kinds"}, legend(null, t("correct.kind")),
			input({id: "kind", class: "field", type: "text", autofocus: true, autocomplete: "off", spellcheck: false, value: words, onInput: type, placeholder: t("correct.search"),
				role: "combobox", "aria-label": t("correct.kind"), "aria-expanded": "true", "aria-autocomplete": "list", "aria-controls": "kinds",
				"aria-activedescendant": found.length > 0 ? `kind-${draft.category}` : undefined}),
			found.length > 0 ? ul({id: "kinds", ref: list, role: "listbox", "aria-label": t("correct.kind"), tabIndex: -1}, found.map((one) => kind(one, one.id === draft.category, () => choose(one))))
				: p({id: "kinds", class: "sub"}, t("correct.no_kind"))),
		fieldset(null, legend(null, t("correct.priority_title")), priorities.map((n) => label({key: n},
			input({type: "radio", name: "priority", value: n, checked: draft.priority === n, onChange: () => set_draft(with_priority(draft, n))}),
			kbd(null, n), priority_sign(n, 18), t(`priority.${n}`)))),
		fieldset(null, legend(null, t("detail.agencies")), [...app.desk.agencies.keys()].map((agency) => label({key: agency},
			input({type: "checkbox", checked: draft.agencies.includes(agency), onChange: () => set_draft(with_agency(draft, agency))}), agency_short(agency, app.desk)))),
		is_live ? p({class: "outcome", role: "status"}, changes(app, incident, draft)) : p({class: "outcome", role: "alert"}, t("act.no_link_yet")),
		div({class: "verbs"}, button({class: "button main", type: "submit", "aria-disabled": is_live && fields_of(incident, draft) ? "false" : "true"}, t("correct.send"), kbd(null, "Enter"))));
}
