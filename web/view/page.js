/* The page itself: its language and its theme, as the person has chosen. */
import {use_words} from "../core/text.js";

/** @typedef {import("../core/settings.js").Settings} Settings */

const again_ms = 1000;

/** @param {string} language */
async function fetch_words(language) {
	const response = await fetch(`/web/text/${language}.json`);
	return response.ok ? response.json() : null;
}

/** Fetches the words of a language, until they are there, and speaks it from here on.
 * @param {string} language */
export async function learn(language) {
	let words = null;
	while (!words) {
		words = await fetch_words(language).catch(() => null);
		if (!words)
			await new Promise((done) => setTimeout(done, again_ms));
	}
	use_words(language, words);
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
