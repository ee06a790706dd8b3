/* The files of web/, for the tests that read them. */
import {readdirSync, readFileSync} from "node:fs";
import {fileURLToPath} from "node:url";

export const web = fileURLToPath(new URL("../../", import.meta.url));
export const read = (/** @type {string} */ name) => readFileSync(web + name, "utf8");

/** Names of our files that end so, below the folders of the product. @param {string} ending */
export function named(ending) {
	const folders = ["core", "view", "console", "login"];
	const inside = folders.flatMap((folder) => readdirSync(web + folder).map((name) => `${folder}/${name}`));
	return [...inside, ...readdirSync(web)].filter((name) => name.endsWith(ending)).sort();
}

/** A file without its comments. @param {string} name */
export const code = (name) => read(name).replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
