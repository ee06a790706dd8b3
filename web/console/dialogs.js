/* Over the page: the keys, and what a person chooses for this machine. Nothing else is. */
import {useLayoutEffect, useRef} from "preact/hooks";
import {button, dialog, div, draw, fieldset, h2, input, kbd, label, legend, p, span} from "../view/el.js";
import {t} from "../core/text.js";
import {volume_floor} from "../core/settings.js";
import {Correct} from "./correct.js";
import {Compare} from "./similar.js";

/** @typedef {import("./app.js").App} App */
/** @typedef {import("../core/settings.js").Settings} Settings */

const keys = [
	["key.space", "help.card"], ["F2", "help.card_anywhere"], ["2 … 9", "help.cards"], ["j k ↓ ↑ Home End", "help.move"], ["Enter  Esc", "help.into"],
	["a", "help.take"], ["n", "help.note"], ["p", "help.correct"], ["g", "help.merge"],
	["l", "help.place"], ["e", "help.take_out"], ["→ ←", "help.card_open"], ["u", "help.undo"], ["x", "help.close"], ["o", "help.reopen"], ["r", "help.again"],
	["f   f f", "help.filter"], ["/   Ctrl+K", "help.find"], ["m   z", "help.map"], ["[ ]", "help.panes"], ["F9", "help.sound"], ["?", "help.help"],
];

/** @param {string} name */
const key_words = (name) => name.startsWith("key.") ? t(name) : name;

function help() {
	return [h2(null, t("help.title")),
		div({class: "keys"}, keys.map(([key, what]) => [span({key}, key_words(key).split("  ").map((one) => kbd(null, one.trim()))), span(null, t(what))])),
		p({class: "sub"}, t("help.asks"))];
}

/** @param {{name: string, title: string, options: [string, string][], value: string, choose: (value: string) => void}} props */
function choices({name, title, options, value, choose}) {
	return fieldset(null, legend(null, title), options.map(([key, words]) => label({key},
		input({type: "radio", name, value: key, checked: key === value, onChange: () => choose(key)}), words)));
}

/** @param {App} app @param {Settings} now @param {(change: Partial<Settings>) => void} change */
function settings(app, now, change) {
	return [h2(null, t("settings.title")),
		p({class: "sub"}, t("settings.who", {user: app.desk.me.user, role: t(`role.${app.desk.me.role}`)})),
		choices({name: "language", title: t("settings.language"), value: now.language, options: [["id", "Bahasa Indonesia"], ["en", "English"]],
			choose: (language) => change({language: /** @type {any} */ (language)})}),
		choices({name: "theme", title: t("settings.theme"), value: now.theme, options: [["dark", t("theme.dark")], ["light", t("theme.light")], ["system", t("theme.system")]],
			choose: (theme) => change({theme: /** @type {any} */ (theme)})}),
		fieldset(null, legend(null, t("settings.volume")),
			input({type: "range", min: volume_floor, max: 1, step: 0.1, value: now.volume, "aria-label": t("settings.volume"),
				onInput: (/** @type {any} */ event) => change({volume: Number(event.target.value)})}),
			button({class: "button", onClick: () => app.sound_test()}, t("settings.test"))),
		fieldset(null, legend(null, t("settings.keys")), label(null,
			input({type: "checkbox", checked: now.keys, onChange: (/** @type {any} */ event) => change({keys: event.target.checked})}), t("settings.letters"))),
		div({class: "verbs"}, button({class: "button", onClick: () => app.leave()}, t("settings.leave")))];
}

/** @param {App} app @param {Settings} now @param {(change: Partial<Settings>) => void} change @param {() => void} close */
function inside(app, now, change, close) {
	switch (app.dialog.value) {
	case "help":
		return help();
	case "correct":
		return draw(Correct, {app, close});
	case "merge":
		return draw(Compare, {app, close});
	default:
		return settings(app, now, change);
	}
}

/** @param {{app: App, settings: Settings, change: (change: Partial<Settings>) => void}} props */
export function Dialogs({app, settings: now, change}) {
	const box = useRef(/** @type {HTMLDialogElement | null} */ (null));
	const open = app.dialog.value;
	useLayoutEffect(() => {
		if (open && !box.current?.open)
			box.current?.showModal();
	}, [open]);
	const close = () => box.current?.close();
	return open ? dialog({ref: box, class: open, "aria-label": t(`${open}.title`), onClose: () => (app.dialog.value = null),
		onClick: (/** @type {MouseEvent} */ event) => event.target === box.current && close()},
	div({class: "inside"}, inside(app, now, change, close), button({class: "button", onClick: close}, t("key.shut"), kbd(null, "Esc")))) : null;
}
