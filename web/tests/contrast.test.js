/* The contrast of every pair of tokens that meets on the screen (WCAG 2.2: 4.5 for text, 3 for
 * signs and the edges of controls), computed from tokens.css; and the design's table beside it. */
import test from "node:test";
import assert from "node:assert/strict";
import {read} from "./support/files.js";

function tokens(theme) {
	const css = read("tokens.css"), found = {};
	for (const [, selector, body] of css.matchAll(/(:root[^{]*)\{([^}]*)\}/g))
		if (!selector.includes("[") || selector.includes(theme))
			for (const [, name, value] of body.matchAll(/--(\w+): (#[0-9a-f]{6});/g))
				found[name] = value;
	return found;
}

function luminance(hex) {
	const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
		.map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
	return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function ratio(one, other) {
	const [a, b] = [luminance(one), luminance(other)].sort((x, y) => y - x);
	return (a + 0.05) / (b + 0.05);
}

/* [front, backs, at least] */
const pairs = [
	["tx", ["bg", "s1", "s2", "sel"], 4.5], ["tx2", ["bg", "s1", "s2", "sel"], 4.5], ["ctl", ["bg", "s1", "s2", "sel"], 3],
	["p1", ["bg", "s1", "s2", "sel"], 4.5], ["p2", ["bg", "s1", "s2", "sel"], 4.5],
	["p3", ["bg", "s1", "s2", "sel"], 4.5], ["p4", ["bg", "s1", "s2", "sel"], 4.5],
	["onp1", ["p1row", "p1alt", "p1f"], 4.5], ["onp2", ["p2f"], 4.5], ["onstale", ["stale", "stale2"], 4.5],
	["onact", ["act"], 4.5], ["onexercise", ["exercise"], 4.5], ["focus", ["bg", "s1", "s2", "sel"], 3], ["bg", ["tx", "tx2"], 4.5],
	["p1ring", ["p1f"], 3],
];

for (const theme of ["dark", "light"])
	test(`every_pair_of_the_${theme}_theme_can_be_read`, () => {
		const has = tokens(theme);
		for (const [front, backs, least] of pairs)
			for (const back of backs) {
				const is = ratio(has[front], has[back]);
				assert.ok(is >= least, `${front} on ${back}: ${is.toFixed(2)}, not ${least}`);
			}
	});

/* The design's figures, against bg / s2 / sel. */
const table = {
	dark: {tx: [14.9, 11.7, 9.5], tx2: [8.6, 6.8, 5.5], ctl: [5.4, 4.3, 3.5], p1: [7.2, 5.6, 4.6], p2: [10.1, 7.9, 6.4],
		p3: [9.6, 7.6, 6.2], p4: [7.8, 6.1, 5.0], focus: [18.2]},
	light: {tx: [14.9, 17.7, 13.5], tx2: [6.8, 8.1, 6.2], ctl: [4.2, 5.0, 3.8], p1: [5.9, 7.0, 5.4], p2: [5.5, 6.5, 5.0],
		p3: [5.6, 6.6, 5.1], p4: [5.4, 6.4, 4.9], focus: [8.5]},
};

for (const theme of ["dark", "light"])
	test(`the_${theme}_theme_is_that_of_the_design`, () => {
		const has = tokens(theme);
		for (const [name, figures] of Object.entries(table[theme]))
			figures.forEach((figure, i) =>
				assert.ok(Math.abs(ratio(has[name], has[["bg", "s2", "sel"][i]]) - figure) <= 0.11, `${name} ${i}: ${ratio(has[name], has[["bg", "s2", "sel"][i]])}`));
	});
