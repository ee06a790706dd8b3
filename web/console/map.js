/* Where it is: incidents and units of the queue and the list beside it. Every mark is also a row;
 * the map follows the selection only when it is told to. */
import "leaflet";
import {useEffect, useRef} from "preact/hooks";
import {effect, signal, untracked} from "@preact/signals";
import {div, section, span, button, kbd, h2} from "../view/el.js";
import {CityMap, outlined} from "../view/map.js";
import {colours, mark} from "../view/marks.js";
import {get} from "../core/session.js";
import {t} from "../core/text.js";
import {candidates_of} from "./place.js";
import {our_units} from "./units.js";

/** @typedef {import("./app.js").App} App */

const draw_every_ms = 400;
const marks_most = 500;
const names_at_once = 6;

/** @type {import("@preact/signals").Signal<import("../view/map.js").Areas | null>} */
const areas = signal(null);
/** @type {CityMap | null} */
let map = null;

/** @typedef {[string, () => any]} Wanted a mark under all that it shows, and how it is made */

/** @param {App} app @param {L.Canvas} canvas @returns {Wanted[]} */
function unit_marks(app, canvas) {
	/** @type {Map<string, import("../core/types.js").Unit[]>} */
	const at = new Map();
	for (const unit of our_units(app))
		if (unit.location) {
			const key = `${unit.location.lat} ${unit.location.lon}`;
			at.set(key, [...at.get(key) ?? [], unit]);
		}
	const is_named = at.size <= names_at_once;
	return [...at].map(([key, [first, ...others]]) => {
		const label = first.id + (others.length > 0 ? ` +${others.length}` : "");
		return [`${label} ${key} ${is_named}`, () => mark(canvas, [first.location?.lat ?? 0, first.location?.lon ?? 0],
			{kind: "unit", agency: first.agency, label, is_named})];
	});
}

/** @param {import("../core/types.js").Incident} incident @returns {[number, number] | null} */
function point_of({location: {lat, lon}}) {
	return lat === null || lon === null ? null : [lat, lon];
}

/** The most urgent lie on top, the selected above all. @param {App} app @param {L.Canvas} canvas @returns {Wanted[]} */
function incident_marks(app, canvas) {
	const chosen = app.current.value;
	const others = app.ordered.value.slice(0, marks_most).filter((incident) => incident.id !== chosen?.id).reverse();
	return [...others, ...(chosen ? [chosen] : [])].flatMap((incident) => {
		const point = point_of(incident), is_selected = incident === chosen;
		if (!point)
			return [];
		return [/** @type {Wanted} */ ([`${incident.id} ${incident.priority} ${point} ${is_selected}`,
			() => mark(canvas, point, {kind: "incident", priority: incident.priority, is_selected}, () => app.select(incident.id))])];
	});
}

/** How far off the selected may be. @param {App} app @param {L.Canvas} renderer @returns {Wanted[]} */
function doubt(app, renderer) {
	const chosen = app.current.value, point = chosen ? point_of(chosen) : null;
	const metres = chosen?.location.accuracy_m ?? 0;
	if (!point || metres < 30)
		return [];
	return [[`${point} ${metres}`, () => L.circle(point, {renderer, pane: "marks", radius: metres, color: colours()("tx"),
		weight: 1, dashArray: "4 4", fill: false, interactive: false})]];
}

/** Where only an area is known: its border, and no point. @param {App} app */
function area_of(app) {
	const location = app.current.value?.location;
	if (!location || location.lat !== null || !location.area)
		return undefined;
	return areas.value?.features.find(({id}) => id === location.area);
}

/** @param {App} app @param {L.Canvas} renderer @returns {Wanted[]} */
function area_mark(app, renderer) {
	const area = area_of(app);
	return area ? [[`area ${area.id}`, () => outlined(area, {renderer, pane: "marks", color: colours()("tx"), weight: 2, dashArray: "6 4", fill: false, interactive: false})]] : [];
}

/** Which places the words may mean, under the numbers of the detail. @param {App} app @param {L.Canvas} canvas @returns {Wanted[]} */
function candidate_marks(app, canvas) {
	const chosen = app.current.value;
	return (chosen ? candidates_of(chosen) : []).flatMap(({lat, lon, place}, i) => lat === chosen?.location.lat && lon === chosen.location.lon ? []
		: [/** @type {Wanted} */ ([`candidate ${i} ${lat} ${lon} ${place}`, () => mark(canvas, [lat, lon], {kind: "candidate", no: i + 1})])]);
}

/** `m`: to what is selected. @param {App} app */
export function map_to_selected(app) {
	const chosen = app.current.peek(), point = chosen ? point_of(chosen) : null, area = untracked(() => area_of(app));
	if (point)
		map?.go(point);
	else if (area)
		map?.go_area(area);
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
		/* What is selected shows at once; the rest a few times a second. */
		const slow = signal(0);
		let timer = 0;
		const stop_slow = effect(() => {
			void app.revision.value;
			timer ||= setTimeout(() => {
				timer = 0;
				slow.value++;
			}, draw_every_ms);
		});
		const stop_marks = effect(() => {
			void app.selected.value, slow.value;
			if (areas.value)
				made.show(new Map([area_mark, unit_marks, doubt, incident_marks, candidate_marks].flatMap((draw) => untracked(() => draw(app, made.marks_canvas)))));
		});
		void document.fonts?.ready.then(() => made.map.invalidateSize());
		return () => {
			clearTimeout(timer);
			stop_ground();
			stop_slow();
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
