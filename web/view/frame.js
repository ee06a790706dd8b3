/* When the page is drawn: once per frame of the screen, however much has changed. But a key's
 * effect is drawn before the next key is read: what is typed after `n` belongs into the field that
 * `n` opens, not to the keys. */
import {options} from "preact";

/** @type {(() => void) | null} */
let due = null;

export function draw_by_frame() {
	options.debounceRendering = (run) => {
		due = run;
		requestAnimationFrame(draw_now);
	};
}

/** What is due is drawn at once. */
export function draw_now() {
	const run = due;
	due = null;
	run?.();
}
