/* A long list of which only what is in sight is in the page: rows of one height, keyed by id.
 *
 * Nothing moves under the hand: when rows come and go above, the list scrolls by as much, so that
 * the selected row, or else the first one in sight, stays where it is. The grid itself has the
 * focus; the selected row is its active descendant. */
import {useLayoutEffect, useRef, useState} from "preact/hooks";
import {div, cls} from "./el.js";

/** @typedef {import("./el.js").Element} Element */
/**
 * @typedef {object} WindowList
 * @property {{id: string}[]} rows @property {number} row_px @property {number} head_px
 * @property {string} label @property {Element} head @property {string | null} selected
 * @property {(row: any, index: number) => {class: string, cells: Element[]}} draw_row
 * @property {(id: string) => void} on_select @property {(id: string) => void} on_open
 * @property {(first: number) => void} [on_scroll] told the first row in sight
 * @property {Element | null} [empty]
 */

const beyond = 6; /* rows drawn above and below what is in sight */

/** @param {WindowList} props */
export function WindowedList(props) {
	const {rows, row_px, head_px, selected} = props;
	const grid = useRef(/** @type {HTMLElement | null} */ (null));
	const [sight, set_sight] = useState({first: 0, count: 40});
	const before = useRef(/** @type {{selected: string | null, anchor: string | null, at: number}} */ ({selected: null, anchor: null, at: -1}));
	const selected_at = selected === null ? -1 : rows.findIndex((row) => row.id === selected);

	/* Called from outside the drawing too, so it reads no value of one. */
	const look = () => {
		const element = /** @type {HTMLElement} */ (grid.current);
		const first = Math.floor(element.scrollTop / row_px);
		const count = Math.ceil((element.clientHeight - head_px) / row_px) + 1;
		set_sight((now) => now.first === first && now.count === count ? now : {first, count});
		props.on_scroll?.(Math.ceil(element.scrollTop / row_px));
	};

	useLayoutEffect(() => {
		const element = /** @type {HTMLElement} */ (grid.current);
		const {anchor, at} = before.current;
		const moved = anchor === null ? -1 : rows.findIndex((row) => row.id === anchor);
		if (selected !== before.current.selected)
			bring_into_sight(element, selected_at, row_px, head_px);
		else if (moved >= 0 && (anchor === selected || element.scrollTop > 0))
			element.scrollTop += (moved - at) * row_px;
		const first = Math.floor(element.scrollTop / row_px);
		const is_seen = selected_at >= first && selected_at < first + sight.count;
		before.current = is_seen ? {selected, anchor: selected, at: selected_at}
			: {selected, anchor: rows[first]?.id ?? null, at: first};
	}, [rows, selected, sight]);

	useLayoutEffect(() => {
		const watcher = new ResizeObserver(look);
		watcher.observe(/** @type {HTMLElement} */ (grid.current));
		return () => watcher.disconnect();
	}, []);

	const from = Math.max(0, Math.min(sight.first, rows.length - sight.count) - beyond);
	const drawn = rows.slice(from, sight.first + sight.count + beyond).map((row, i) => one(props, row, from + i));
	if (selected_at >= 0 && (selected_at < from || selected_at >= from + drawn.length))
		drawn.push(one(props, rows[selected_at], selected_at));
	return div({
		ref: grid, class: "grid", role: "grid", tabIndex: 0, "aria-label": props.label,
		"aria-rowcount": rows.length + 1, "aria-activedescendant": selected_at >= 0 ? row_id(rows[selected_at].id) : undefined,
		onScroll: look,
	}, div({class: "head", role: "row", "aria-rowindex": 1}, props.head),
	rows.length === 0 ? div({role: "rowgroup"}, div({role: "row"}, div({role: "gridcell"}, props.empty)))
		: div({class: "rows", role: "rowgroup", style: {height: `${rows.length * row_px}px`}}, drawn));
}

/** @param {string} id */
const row_id = (id) => `row-${id}`;

/** @param {HTMLElement} element @param {number} at @param {number} row_px @param {number} head_px */
function bring_into_sight(element, at, row_px, head_px) {
	const top = at * row_px, room = element.clientHeight - head_px - row_px;
	if (at < 0)
		return;
	if (top < element.scrollTop)
		element.scrollTop = top;
	else if (top > element.scrollTop + room)
		element.scrollTop = top - room;
}

/** @param {WindowList} props @param {any} row @param {number} at */
function one(props, row, at) {
	const {class: name, cells} = props.draw_row(row, at);
	const is_selected = row.id === props.selected;
	return div({
		key: row.id, id: row_id(row.id), class: cls("row", name), role: "row", "aria-rowindex": at + 2,
		"aria-selected": is_selected ? "true" : "false", style: {transform: `translateY(${at * props.row_px}px)`},
		onClick: () => props.on_select(row.id), onDblClick: () => props.on_open(row.id),
	}, cells);
}
