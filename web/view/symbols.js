/* Signs of our own, drawn inline. Priority is told by digit, outline, fill, colour and place;
 * agencies by silhouette, never by colour; an order's way by how full its circle is. */
import {svg, path, circle, rect, h_text} from "./el.js";

const outlines = {
	1: "M7.5 1.5h9l6 6v9l-6 6h-9l-6-6v-9z",
	2: "M12 1.8 23 21.5H1z",
	3: "M12 1.2 22.8 12 12 22.8 1.2 12z",
};

/** The digit is part of the row's words for those who listen: the sign itself is silent.
 * @param {number} priority @param {number} [size] */
export function priority_sign(priority, size = 22) {
	const shape = priority in outlines
		? path({d: outlines[/** @type {1 | 2 | 3} */ (priority)], "stroke-linejoin": "round"})
		: circle({cx: 12, cy: 12, r: 10});
	return svg({class: `sign p${priority}`, viewBox: "0 0 24 24", width: size, height: size, "aria-hidden": "true"},
		shape, h_text({x: 12, y: priority === 2 ? 18.6 : 16.6, "text-anchor": "middle"}, priority));
}

const silhouettes = {
	fire: () => path({d: "M12 3 22 21H2z"}),
	police: () => rect({x: 3.5, y: 3.5, width: 17, height: 17}),
	health: () => path({d: "M9 2.5h6V9h6.5v6H15v6.5H9V15H2.5V9H9z"}),
	disaster: () => path({d: "M12 1.8 21 7v10l-9 5.2L3 17V7z"}),
	other: () => rect({x: 1.5, y: 6, width: 21, height: 12, rx: 6}),
};

/** @param {string} agency @param {string} [state] ready, busy or off */
export function agency_sign(agency, state = "ready") {
	const draw = silhouettes[/** @type {keyof typeof silhouettes} */ (agency)] ?? silhouettes.other;
	return svg({class: `unit ${state}`, viewBox: "0 0 24 24", width: 18, height: 18, "aria-hidden": "true"}, draw());
}

const fills = {queued: "", broker: "M12 4a8 8 0 0 0 0 16z", device: "M12 4a8 8 0 0 1 0 16z", confirmed: "M12 4a8 8 0 0 1 0 16 8 8 0 0 1 0-16z"};

/** @param {keyof typeof fills} step */
export function receipt_sign(step) {
	return svg({class: "receipt", viewBox: "0 0 24 24", width: 14, height: 14, "aria-hidden": "true"},
		circle({cx: 12, cy: 12, r: 8}), fills[step] ? path({d: fills[step]}) : null);
}
