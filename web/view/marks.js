/* The signs of symbols.js once more, drawn on the map's canvas: a thousand of them cost no
 * element of the page. Leaflet places, clips and picks them as it does its circle markers. */
import "leaflet";

/** @typedef {{kind: "incident", priority: number, is_selected: boolean} | {kind: "candidate", no: number} | {kind: "unit", agency: string, label: string, is_named: boolean}} Sign */

/** The tokens as they are now: a canvas knows no style sheets. */
export function colours() {
	const style = getComputedStyle(document.documentElement);
	return (/** @type {string} */ name) => style.getPropertyValue(`--${name}`).trim();
}

/* Further away, many names lie over each other. */
const names_from_zoom = 13.5;

/** @typedef {ReturnType<typeof colours>} Colours */

/** @param {CanvasRenderingContext2D} ctx @param {number[][]} points around 0, 0 */
function outline(ctx, points) {
	ctx.beginPath();
	points.forEach(([x, y]) => ctx.lineTo(x, y));
	ctx.closePath();
}

const corners = {
	1: [[-4, -10], [4, -10], [10, -4], [10, 4], [4, 10], [-4, 10], [-10, 4], [-10, -4]],
	2: [[0, -11], [11, 9], [-11, 9]],
	3: [[0, -11.5], [11.5, 0], [0, 11.5], [-11.5, 0]],
	fire: [[0, -7], [8, 7], [-8, 7]],
	police: [[-6, -6], [6, -6], [6, 6], [-6, 6]],
	health: [[-2.5, -7], [2.5, -7], [2.5, -2.5], [7, -2.5], [7, 2.5], [2.5, 2.5], [2.5, 7], [-2.5, 7], [-2.5, 2.5], [-7, 2.5], [-7, -2.5], [-2.5, -2.5]],
	disaster: [[0, -8], [7, -4], [7, 4], [0, 8], [-7, 4], [-7, -4]],
	other: [[-8, -4], [8, -4], [8, 4], [-8, 4]],
};

/** @param {CanvasRenderingContext2D} ctx @param {number} priority @param {Colours} colour */
function draw_priority(ctx, priority, colour) {
	const is_filled = priority <= 2;
	if (priority in corners)
		outline(ctx, corners[/** @type {1 | 2 | 3} */ (priority)]);
	else
		ctx.beginPath(), ctx.arc(0, 0, 9.5, 0, 7);
	ctx.fillStyle = is_filled ? colour(`p${priority}f`) : colour("bg");
	ctx.strokeStyle = priority === 1 ? colour("p1ring") : priority === 2 ? colour("bg") : colour(`p${priority}`);
	ctx.lineWidth = 2;
	ctx.fill();
	ctx.stroke();
	ctx.fillStyle = is_filled ? colour(`onp${priority}`) : colour(`p${priority}`);
	ctx.textAlign = "center";
	ctx.font = `700 12px ${colour("font")}`;
	ctx.fillText(String(priority), 0, priority === 2 ? 6.5 : 4.5);
}

/** @param {CanvasRenderingContext2D} ctx @param {{agency: string, label: string}} unit @param {boolean} is_named
 * @param {Colours} colour */
function draw_unit(ctx, {agency, label}, is_named, colour) {
	outline(ctx, corners[/** @type {"fire"} */ (agency in corners ? agency : "other")]);
	ctx.fillStyle = colour("tx");
	ctx.strokeStyle = colour("bg");
	ctx.lineWidth = 3;
	ctx.stroke();
	ctx.fill();
	if (!is_named)
		return;
	ctx.textAlign = "left";
	ctx.font = `700 12px ${colour("font")}`;
	ctx.strokeText(label, 12, 4.5);
	ctx.fillText(label, 12, 4.5);
}

/** Hollow: it may be here. @param {CanvasRenderingContext2D} ctx @param {number} no @param {Colours} colour */
function draw_candidate(ctx, no, colour) {
	ctx.beginPath();
	ctx.arc(0, 0, 9, 0, 7);
	ctx.fillStyle = colour("bg");
	ctx.strokeStyle = colour("tx");
	ctx.lineWidth = 1.5;
	ctx.fill();
	ctx.setLineDash([3, 2]);
	ctx.stroke();
	ctx.fillStyle = colour("tx");
	ctx.textAlign = "center";
	ctx.font = `700 12px ${colour("font")}`;
	ctx.fillText(String(no), 0, 4.5);
}

/** @param {CanvasRenderingContext2D} ctx @param {Colours} colour */
function draw_ring(ctx, colour) {
	ctx.beginPath();
	ctx.arc(0, 0, 18, 0, 7);
	ctx.strokeStyle = colour("tx");
	ctx.lineWidth = 2;
	ctx.stroke();
}

/** @param {CanvasRenderingContext2D} ctx @param {{x: number, y: number}} at @param {Sign} sign @param {number} zoom */
function draw_sign(ctx, at, sign, zoom) {
	const colour = colours();
	ctx.save();
	ctx.translate(at.x, at.y);
	ctx.setLineDash([]);
	ctx.lineJoin = "round";
	if (sign.kind === "unit")
		draw_unit(ctx, sign, sign.is_named || zoom >= names_from_zoom, colour);
	else if (sign.kind === "candidate")
		draw_candidate(ctx, sign.no, colour);
	else
		draw_priority(ctx, sign.priority, colour);
	if (sign.kind === "incident" && sign.is_selected)
		draw_ring(ctx, colour);
	ctx.restore();
}

/* Leaflet's way to a shape of one's own: a circle marker whose path is drawn otherwise. */
const Mark = L.CircleMarker.extend({
	_updatePath(/** @type {any} */ _) {
		const renderer = this._renderer;
		if (renderer._drawing && !this._empty())
			draw_sign(renderer._ctx, this._point, this.options.sign, this._map.getZoom());
	},
});

/** @param {L.Canvas} renderer @param {[number, number]} at lat, lon @param {Sign} sign @param {() => void} [on_click] */
export function mark(renderer, at, sign, on_click) {
	const made = new /** @type {any} */ (Mark)(at, {renderer, pane: "marks", radius: sign.kind === "unit" ? 9 : 12, weight: 8, sign, interactive: Boolean(on_click)});
	if (on_click)
		made.on("click", on_click);
	return made;
}
