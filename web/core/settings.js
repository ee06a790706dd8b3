/* What a person has chosen for this machine: kept by the browser, never needed. */

/** @typedef {{language: "id" | "en", theme: "dark" | "light" | "system", keys: boolean, volume: number}} Settings */
/** @typedef {{getItem: (key: string) => string | null, setItem: (key: string, value: string) => void}} Storage */

const kept_as = "tangi.settings";

/** @type {Settings} */
export const usual = {language: "id", theme: "dark", keys: true, volume: 0.8};

/** The quietest a desk may be: an alarm is heard. */
export const volume_floor = 0.3;

/** @param {Storage | undefined} storage @returns {Settings} */
export function read_settings(storage) {
	try {
		const kept = JSON.parse(storage?.getItem(kept_as) ?? "{}");
		return {
			language: kept.language === "en" ? "en" : "id",
			theme: ["light", "system"].includes(kept.theme) ? kept.theme : usual.theme,
			keys: kept.keys !== false,
			volume: Math.min(1, Math.max(volume_floor, Number(kept.volume) || usual.volume)),
		};
	} catch {
		return usual;
	}
}

/** @param {Storage | undefined} storage @param {Settings} settings */
export function keep_settings(storage, settings) {
	try {
		storage?.setItem(kept_as, JSON.stringify(settings));
	} catch {
		/* A full or forbidden storage: chosen for this visit, then. */
	}
}
