/* Where it is: incidents and units of the queue and the list beside it. Every mark is also a row;
 * the map follows the selection only when it is told to. */
import "leaflet";
import {useEffect, useRef} from "preact/hooks";
import {effect, signal} from "@preact/signals";
import {div, section, span, button, kbd, h2} from "../view/el.js";
import {CityMap} from "../view/map.js";
import {mark} from "../view/marks.js";
import {get} from "../core/session.js";
import {t} from "../core/text.js";
import {our_units} from "./units.js";

/** @typedef {import("./app.js").App} App */

const marks_most = 600;

/** @type {import("@preact/signals").Signal<import("../view/map.js").Areas | null>} */
const areas = signal(null);
/** @type {CityMap | null} */
let map = null;

/** @param {App} app @param {L.Canvas} canvas */
function unit_marks(app, canvas) {
	/** @type {Map<string, import("../core/types.js").Unit[]>} */
	const at = new Map();
	for (const unit of our_units(app))
		if (unit.location) {
			const key = `${unit.location.lat} ${unit.location.lon}`;
			at.set(key, [...at.get(key) ?? [], unit]);
		}
	return [...at.values()].map(([first, ...others]) => mark(canvas, [first.location?.lat ?? 0, first.location?.lon ?? 0],
		{kind: "unit", agency: first.agency, label: first.id + (others.length > 0 ? ` +${others.length}` : "")}));
}

/** @param {import("../core/types.js").Incident} incident @returns {[number, number] | null} */
function point_of({location: {lat, lon}}) {
	return lat === null || lon === null ? null : [lat, lon];
}

/** The most urgent lie on top, the selected above all. @param {App} app @param {L.Canvas} canvas */
function incident_marks(app, canvas) {
	const chosen = app.current.value;
	const others = app.ordered.value.slice(0, marks_most).filter((incident) => incident.id !== chosen?.id).reverse();
	return [...others, ...(chosen ? [chosen] : [])].flatMap((incident) => {
		const point = point_of(incident);
		return point ? [mark(canvas, point, {kind: "incident", priority: incident.priority, is_selected: incident === chosen}, () => app.select(incident.id))] : [];
	});
}

/** How far off the selected may be. @param {App} app @param {L.Canvas} renderer */
function doubt(app, renderer) {
	const chosen = app.current.value, point = chosen ? point_of(chosen) : null;
	const metres = chosen?.location.accuracy_m ?? 0;
	if (!point || metres < 30)
		return [];
	const colour = getComputedStyle(document.documentElement).getPropertyValue("--tx");
	return [L.circle(point, {renderer, pane: "marks", radius: metres, color: colour, weight: 1, dashArray: "4 4", fill: false, interactive: false})];
}

/** `m`: to what is selected. @param {App} app */
export function map_to_selected(app) {
	const chosen = app.current.peek(), point = chosen ? point_of(chosen) : null;
	if (point)
		map?.go(point);
}

/** `z`: the whole city. */
export function map_whole() {
	map?.whole();
}

async function fetch_areas() {
	try {
		areas.value = areas.peek() ?? await get("/v1/areas");
	} catch {
		setTimeout(() => void fetch_areas(), 5000);
	}
}

/** @param {{app: App, theme: string}} props */
export function MapPane({app, theme}) {
	const place = useRef(/** @type {HTMLElement | null} */ (null));
	useEffect(() => {
		const made = new CityMap(/** @type {HTMLElement} */ (place.current), {zoom_in: t("map.in"), zoom_out: t("map.out")});
		map = made;
		void fetch_areas();
		const stop_ground = effect(() => areas.value ? made.draw_ground(areas.value) : undefined);
		const stop_marks = effect(() => {
			void app.revision.value;
			if (areas.value)
				made.show([unit_marks, doubt, incident_marks].flatMap((draw) => draw(app, made.marks_canvas)));
		});
		void document.fonts?.ready.then(() => made.map.invalidateSize());
		return () => {
			stop_ground();
			stop_marks();
			made.end();
			map = null;
		};
	}, [theme]);
	return section({class: "pane map", "aria-label": t("map.title")},
		div({class: "title"}, h2(null, t("map.title")), span({class: "grow"}),
			button({class: "plain", onClick: () => map_to_selected(app)}, t("map.selected"), kbd(null, "m")),
			button({class: "plain", onClick: map_whole}, t("map.whole"), kbd(null, "z"))),
		div({class: "ground", key: theme, ref: place, role: "application", "aria-label": t("map.how")}),
		areas.value ? span({class: "credit", lang: "en"}, areas.value.licence) : div({class: "empty wait"}, t("map.waiting")));
}
