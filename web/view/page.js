/* The page itself: its language and its theme, as the person has chosen. */
import {use_words} from "../core/text.js";

/** @typedef {import("../core/settings.js").Settings} Settings */

/** Fetches the words of a language and speaks it from here on. @param {string} language */
export async function learn(language) {
	const response = await fetch(`/web/text/${language}.json`);
	use_words(language, await response.json());
	document.documentElement.lang = language;
}

const system = matchMedia("(prefers-color-scheme: light)");

/** @param {Settings} settings */
export function dress(settings) {
	const paint = () => {
		const is_light = settings.theme === "light" || (settings.theme === "system" && system.matches);
		document.documentElement.dataset.theme = is_light ? "light" : "dark";
	};
	system.onchange = paint;
	paint();
}
