/* What holds for every file of the pages, whoever wrote it. */
import test from "node:test";
import assert from "node:assert/strict";
import {existsSync, readFileSync} from "node:fs";
import {spawnSync} from "node:child_process";
import {gzipSync} from "node:zlib";
import {code, named, read, web} from "./support/files.js";

const pages = named(".html");

test("types_are_right", () => {
	const done = spawnSync(process.execPath, [`${web}node_modules/typescript/bin/tsc`, "-p", web], {encoding: "utf8"});
	assert.equal(done.status, 0, done.stdout + done.stderr);
});

test("a_colour_is_written_in_tokens_css_and_nowhere_else", () => {
	const literal = /#[0-9a-f]{3,8}\b|\b(rgba?|hsla?|oklch|lab|color)\(|:\s*(white|black|red|green|blue|grey|gray|orange|yellow)\b/i;
	for (const name of [...named(".css"), ...named(".js"), ...pages]) {
		if (name === "tokens.css")
			continue;
		for (const line of code(name).split("\n"))
			assert.ok(!literal.test(line), `${name}: ${line.trim()}`);
	}
});

test("every_token_that_is_used_is_there", () => {
	const there = new Set([...read("tokens.css").matchAll(/--(\w+):/g)].map((found) => found[1]));
	for (const name of named(".css"))
		for (const [, token] of read(name).matchAll(/var\(--(\w+)/g))
			assert.ok(there.has(token), `${name}: --${token}`);
});

test("nothing_runs_or_is_styled_from_inside_a_page", () => {
	for (const name of pages) {
		const page = read(name);
		assert.ok(!/\sstyle=|\son\w+=/.test(page), name);
		for (const [, attributes] of page.matchAll(/<script([^>]*)>/g))
			assert.match(attributes, /src=|type="importmap"/, name);
	}
});

test("text_reaches_a_page_as_text_only", () => {
	for (const name of named(".js"))
		assert.ok(!/innerHTML|outerHTML|insertAdjacentHTML|dangerouslySet|document\.write|\beval\b|new Function/.test(code(name)), name);
});

test("the_core_knows_no_page", () => {
	for (const name of named(".js").filter((one) => one.startsWith("core/")))
		assert.ok(!/(?<![.\w])(document|window|location|localStorage|navigator)\./.test(code(name)), name);
});

test("a_file_is_one_idea_with_its_head_comment", () => {
	for (const name of named(".js")) {
		const text = read(name);
		assert.ok(text.startsWith("/* "), `${name} does not say what it is for`);
		assert.ok(text.split("\n").length <= 260, `${name} is too long`);
	}
});

const import_map = (/** @type {string} */ page) =>
	JSON.parse(/<script type="importmap">(.*?)<\/script>/s.exec(read(page))?.[1] ?? '{"imports": {}}').imports;

/** What a module imports, as addresses. @param {string} address @param {Record<string, string>} map */
function imports(address, map) {
	return [...code(address.slice("/web/".length)).matchAll(/(?:from|import) "([^"]+)"/g)].map((found) =>
		found[1].startsWith(".") ? new URL(found[1], `file://${address}`).pathname : map[found[1]] ?? `nowhere: ${found[1]}`);
}

/** Where each library comes from. */
const libraries = new Map([...read("build").matchAll(/^library (\S+) (\S+)$/gm)].map((found) => [`/web/lib/${found[2]}`, `node_modules/${found[1]}`]));

/** All modules of a page, the first first. @param {string} page */
function modules(page) {
	const map = import_map(page), entry = /<script type="module" src="([^"]+)"/.exec(read(page))?.[1];
	assert.ok(entry, page);
	const found = new Set([entry]);
	for (const address of found)
		if (!libraries.has(address))
			imports(address, map).forEach((next) => found.add(next));
	for (const address of Object.values(map))
		found.add(address); /* what libraries import of each other */
	return [...found];
}

test("every_import_of_a_page_leads_to_a_file_that_is_built", () => {
	for (const page of pages)
		for (const address of modules(page))
			assert.ok(libraries.has(address) || existsSync(web + address.slice("/web/".length)), `${page}: ${address}`);
});

test("a_page_asks_for_all_its_modules_at_once", () => {
	for (const page of pages) {
		const asked = [...read(page).matchAll(/<link rel="modulepreload" href="([^"]+)"/g)].map((found) => found[1]);
		assert.deepEqual(asked, modules(page).slice(1).sort(), page);
	}
});

test("the_scripts_of_a_page_stay_within_their_budget", () => {
	const most = {"console.html": 130_000, "login.html": 8_000};
	for (const page of pages) {
		const bytes = modules(page).map((address) => gzipSync(readFileSync(web + (libraries.get(address) ?? address.slice("/web/".length))), {level: 9}).length);
		const sum = bytes.reduce((a, b) => a + b, 0);
		assert.ok(sum <= most[page], `${page}: ${sum} bytes packed`);
	}
});

test("the_lock_names_no_registry", () => {
	assert.ok(!read("package-lock.json").includes('"resolved"'));
});
