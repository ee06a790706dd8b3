/* Elements as plain calls: div({class: "row"}, text, span(null, x)). Text reaches the page as
 * text nodes only; there is no way from here to markup. */
import {h} from "preact";

/**
 * @typedef {import("preact").ComponentChildren} Children
 * @typedef {import("preact").VNode<any>} Element
 */

/** @param {string} tag */
function maker(tag) {
	/** @param {Record<string, any> | null} [props] @param {Children[]} children @returns {Element} */
	return (props, ...children) => h(tag, props ?? null, ...children);
}

export const div = maker("div");
export const span = maker("span");
export const p = maker("p");
export const b = maker("b");
export const q = maker("q");
export const kbd = maker("kbd");
export const time = maker("time");
export const header = maker("header");
export const main = maker("main");
export const footer = maker("footer");
export const section = maker("section");
export const article = maker("article");
export const h1 = maker("h1");
export const h2 = maker("h2");
export const h3 = maker("h3");
export const ul = maker("ul");
export const ol = maker("ol");
export const li = maker("li");
export const dl = maker("dl");
export const dt = maker("dt");
export const dd = maker("dd");
export const table = maker("table");
export const tbody = maker("tbody");
export const tr = maker("tr");
export const th = maker("th");
export const td = maker("td");
export const button = maker("button");
export const form = maker("form");
export const label = maker("label");
export const input = maker("input");
export const select = maker("select");
export const option = maker("option");
export const a = maker("a");
export const svg = maker("svg");
export const path = maker("path");
export const circle = maker("circle");
export const rect = maker("rect");
export const g = maker("g");
export const h_text = maker("text");
export const mark = maker("mark");
export const dialog = maker("dialog");
export const fieldset = maker("fieldset");
export const legend = maker("legend");

/** A component as an element. @template P
 * @param {(props: P) => any} component @param {P} [props] @returns {Element} */
export function draw(component, props) {
	return h(/** @type {any} */ (component), /** @type {any} */ (props ?? null));
}

/** One class list out of names that may be absent. @param {(string | false | null | undefined)[]} names */
export function cls(...names) {
	return names.filter(Boolean).join(" ");
}
