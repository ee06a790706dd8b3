/* The city on a canvas: its areas with their names, and marks that others put on it. Without
 * tiles everything works; the borders come from the bridge. */
import "leaflet";
import {colours} from "./marks.js";

/** @typedef {{id: string, properties: {name: string, level: string}, geometry: {coordinates: [number, number][][]}}} Area */
/** @typedef {{type: string, licence: string, features: Area[]}} Areas */

/** @param {[number, number][][]} rings lon, lat @returns {[number, number][][]} */
const turned = (rings) => rings.map((ring) => ring.map(([lon, lat]) => [lat, lon]));

/** The border of an area. @param {Area} area @param {Record<string, any>} look */
export const outlined = (area, look) => L.polygon(turned(area.geometry.coordinates), look);

/* Neighbours first, so that the city lies over them; its own outline last. */
const looks = [
	{level: "kecamatan_tetangga", fill: "sea", stroke: "line", weight: 1, is_named: false},
	{level: "kelurahan", fill: "land", stroke: "line", weight: 1, is_named: true},
	{level: "kota", fill: "", stroke: "ctl", weight: 2, is_named: false},
];

/* From below: the ground, the names of the areas, the marks. */
const panes = {ground: "200", names: "300", marks: "450"};

/** A name as a node: no text of others becomes markup. @param {string} name */
function written(name) {
	const element = document.createElement("span");
	element.textContent = name;
	return element;
}

/** The shapes that have a name, large ones first. @param {any[]} shapes */
function named_by_size(shapes) {
	const size = (/** @type {any} */ shape) => {
		const box = shape.getBounds();
		return (box.getNorth() - box.getSouth()) * (box.getEast() - box.getWest());
	};
	return shapes.filter((shape) => shape.getTooltip()).sort((one, two) => size(two) - size(one));
}

const lifted = 40; /* so many need to lie right */

export class CityMap {
	/** @param {HTMLElement} element @param {{zoom_in: string, zoom_out: string}} words */
	constructor(element, words) {
		this.map = L.map(element, {
			attributionControl: false, zoomControl: false, zoomSnap: 0.25, zoomDelta: 0.5, minZoom: 10, maxZoom: 18, fadeAnimation: false, zoomAnimation: false, markerZoomAnimation: false, inertia: false,
		});
		L.control.zoom({position: "topright", zoomInTitle: words.zoom_in, zoomOutTitle: words.zoom_out}).addTo(this.map);
		for (const [name, height] of Object.entries(panes))
			this.map.createPane(name).style.zIndex = height;
		/** Of the ground; that of the marks is marks.js's to be given. */
		this.canvas = L.canvas({pane: "ground", padding: 0.3});
		this.marks_canvas = L.canvas({pane: "marks", padding: 0.3, tolerance: 4});
		/** @type {any[]} */
		this.named = [];
		/** @type {Map<string, any>} */
		this.shown = new Map();
		this.ground = L.layerGroup().addTo(this.map);
		this.marks = L.layerGroup().addTo(this.map);
		/** @type {L.LatLngBounds | null} */
		this.city = null;
		this.watcher = new ResizeObserver(() => this.fit());
		this.watcher.observe(element);
		this.map.on("zoomend resize", () => this.spread_names());
		this.map.on("dragstart zoomstart", () => (this.is_placed = this.is_shown));
		/** A person has chosen what to look at: it is left so. */
		this.is_placed = false;
		this.is_shown = false;
	}

	/** @param {Areas} areas */
	draw_ground(areas) {
		const colour = colours();
		this.ground.clearLayers();
		for (const look of looks)
			for (const area of areas.features.filter((one) => one.properties.level === look.level)) {
				const shape = L.polygon(turned(area.geometry.coordinates), {
					renderer: this.canvas, pane: "ground", color: colour(look.stroke), weight: look.weight, fill: look.fill !== "", fillColor: colour(look.fill || "land"), fillOpacity: 1, interactive: false,
				}).addTo(this.ground);
				if (look.is_named)
					shape.bindTooltip(written(area.properties.name), {permanent: true, direction: "center", className: "area-name", pane: "names"});
				if (look.level === "kota")
					this.city = shape.getBounds();
			}
		this.named = named_by_size(this.ground.getLayers());
		this.is_shown = false;
		this.fit();
	}

	/** Names that would lie on others are left out; closer, there is room for them. */
	spread_names() {
		/** @type {DOMRect[]} */
		const taken = [];
		for (const shape of this.named) {
			const name = shape.getTooltip().getElement(); /* there as soon as the map has a view */
			if (!name)
				continue;
			name.hidden = false;
			const box = name.getBoundingClientRect();
			name.hidden = taken.some((other) => box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom);
			if (!name.hidden)
				taken.push(box);
		}
	}

	/** The whole city, until a person looks closer. */
	fit() {
		this.map.invalidateSize({pan: false});
		if (this.city && !this.is_placed)
			this.whole();
	}

	whole() {
		if (!this.city)
			return;
		this.is_shown = false;
		this.map.fitBounds(this.city, {padding: [4, 4], animate: false});
		this.spread_names();
		this.is_placed = false;
		this.is_shown = true;
	}

	/** @param {[number, number]} at */
	go(at) {
		this.is_placed = true;
		this.map.setView(at, Math.max(this.map.getZoom(), 15), {animate: false});
	}

	/** @param {Area} area */
	go_area(area) {
		this.is_placed = true;
		this.map.fitBounds(outlined(area, {}).getBounds(), {padding: [16, 16], animate: false});
	}

	/** What is there already stays as it is: the rest comes and goes.
	 * @param {Map<string, () => any>} wanted how each is made, under all that it shows; the last lies on top */
	show(wanted) {
		for (const [key, mark] of this.shown)
			if (!wanted.has(key)) {
				this.marks.removeLayer(mark);
				this.shown.delete(key);
			}
		for (const [key, make] of wanted) {
			const mark = this.shown.get(key);
			if (mark)
				continue;
			this.shown.set(key, make());
			this.marks.addLayer(this.shown.get(key));
		}
		this.lift(wanted);
	}

	/** The urgent over the others. @param {Map<string, any>} wanted */
	lift(wanted) {
		for (const key of [...wanted.keys()].slice(-lifted))
			this.shown.get(key)?.bringToFront();
	}

	end() {
		this.watcher.disconnect();
		this.map.remove();
	}
}
