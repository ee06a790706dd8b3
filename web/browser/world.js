/* The real bridge, a real broker and a real browser, as the tests play them, and a line between
 * that can be cut and stalled. Whatever is started ends with the process that started it. */
import {spawn, spawnSync} from "node:child_process";
import {existsSync, mkdirSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync} from "node:fs";
import net from "node:net";
import {tmpdir} from "node:os";
import {basename} from "node:path";
import {fileURLToPath} from "node:url";
import {chromium} from "playwright-core";

export const tree = fileURLToPath(new URL("../../", import.meta.url));
const program = process.env.TANGI_BIN ?? `${tree}build/dev/tangi`;
const config = `${tree}config/cirebon`;
const [low, high] = own_ports();
const browser_args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--autoplay-policy=no-user-gesture-required"];
const patience_ms = 30000 * (Number(process.env.TANGI_PATIENCE) || 1);

export const pause = (/** @type {number} */ ms) => new Promise((done) => setTimeout(done, ms));

/** Files run beside each other: each has its part of the range. */
function own_ports() {
	const [first, last] = (process.env.TANGI_TEST_PORTS ?? "18600-18699").split("-").map(Number);
	const files = readdirSync(new URL(".", import.meta.url)).filter((file) => file.endsWith(".test.js")).sort();
	const at = files.indexOf(basename(process.argv[1] ?? "")), share = Math.floor((last - first + 1) / files.length);
	return at < 0 ? [first, last] : [first + at * share, first + (at + 1) * share - 1];
}

/** Asks again until it is so; its value. */
export async function until(is_so, what, within_ms = patience_ms) {
	const end = Date.now() + within_ms;
	for (;;) {
		const value = await is_so();
		if (value)
			return value;
		if (Date.now() > end)
			throw new Error(`not within ${within_ms} ms: ${typeof what === "function" ? what() : what}`);
		await pause(25);
	}
}

let next_port = low + Math.floor(Math.random() * (high - low));

async function free_port() {
	for (let tries = 0; tries <= high - low; tries++) {
		const port = next_port = next_port >= high ? low : next_port + 1; /* others ask meanwhile */
		const is_free = await new Promise((done) => {
			const server = net.createServer().on("error", () => done(false)).listen(port, "127.0.0.1", () => server.close(() => done(true)));
		});
		if (is_free)
			return port;
	}
	throw new Error(`no free port in ${low}-${high}`);
}

function listens(port) {
	return new Promise((done) => {
		const socket = net.connect(port, "127.0.0.1", () => done(socket.destroy() && true)).on("error", () => done(false));
	});
}

function run(...argv) {
	const done = spawnSync(argv[0], argv.slice(1), {encoding: "utf8"});
	if (done.status !== 0)
		throw new Error(`${argv.join(" ")} ended with ${done.status}: ${done.stderr}`);
	return done.stdout;
}

/** A child that dies with us, even if we are killed. */
function start(log, ...argv) {
	const out = openSync(log, "a");
	return spawn("setpriv", ["--pdeathsig", "KILL", "--", ...argv], {stdio: ["ignore", out, out]});
}

export async function stopped(child, signal = "SIGTERM") {
	if (child && child.exitCode === null && child.signalCode === null) {
		const gone = new Promise((done) => child.once("exit", done));
		child.kill(signal);
		await gone;
	}
}

const people = [["siti", "dispatcher", "fire"], ["budi", "dispatcher", "fire"], ["dewi", "dispatcher", "police"], ["rina", "dispatcher", "health"],
	["agus", "dispatcher", "disaster"], ["tono", "dispatcher", "city"], ["ani", "dispatcher", "health"], ["wati", "calltaker"], ["pengawas", "supervisor"], ["tamu", "viewer"]];

export class World {
	static async begin(settings = {}) {
		for (const needed of [program, `${tree}build/web/console.html`])
			if (!existsSync(needed))
				throw new Error(`${needed} is not built`);
		const world = new World();
		world.folder = mkdtempSync(`${tmpdir()}/tangi-web-`);
		mkdirSync(`${world.folder}/data`, {mode: 0o700});
		world.settings = settings;
		[world.http, world.trusted, world.mqtt, world.mqtt_ws] = [await free_port(), await free_port(), await free_port(), await free_port()];
		world.passwords = Object.fromEntries(people.map(([user, role, agency]) => [user, world.account("user", user, role, agency).password]));
		world.token = world.account("token", "rest", "adapter").token;
		run("/usr/bin/python3", `${tree}config/mosquitto/provision.py`, "--config", config, "--to", `${world.folder}/broker`,
			"--port", world.mqtt, "--ws-port", world.mqtt_ws);
		world.broker = start(`${world.folder}/mosquitto.log`, existsSync("/usr/sbin/mosquitto") ? "/usr/sbin/mosquitto" : "mosquitto",
			"-c", `${world.folder}/broker/mosquitto.conf`);
		await until(() => listens(world.mqtt), "the broker listens");
		await world.start();
		return world;
	}

	account(kind, name, role, agency) {
		return JSON.parse(run(program, kind, "add", name, "--role", role, ...(agency ? ["--agency", agency] : []), "--data", `${this.folder}/data`));
	}

	/** Somebody who worked here does no longer. */
	remove(user) {
		run(program, "user", "remove", user, "--data", `${this.folder}/data`);
	}

	/** The bridge, until it says it is ready. */
	async start() {
		const options = {
			"http.listen": `127.0.0.1:${this.http}`, "http.trusted": `127.0.0.1:${this.trusted}`, "http.web_dir": `${tree}build/web`,
			"mqtt.host": "127.0.0.1", "mqtt.port": this.mqtt, "mqtt.username": "bridge", "mqtt.password_file": `${this.folder}/broker/bridge-password`,
			"joining.enabled": "false", /* a test says the same words again and means another matter */
			...this.settings,
		};
		this.bridge = start(`${this.folder}/tangi.log`, program, "serve", "--config", config, "--data", `${this.folder}/data`,
			...Object.entries(options).flatMap(([key, value]) => ["--set", `${key}=${value}`]));
		await until(async () => {
			if (this.bridge.exitCode !== null)
				throw new Error(`tangi ended with ${this.bridge.exitCode}:\n${this.log.slice(-2000)}`);
			return (await this.ask("GET", "/readyz").catch(() => null))?.status === 200;
		}, () => `tangi is ready:\n${this.log.slice(-2000)}`, 30000);
	}

	get log() {
		return readFileSync(`${this.folder}/tangi.log`, "utf8");
	}

	kill() {
		return stopped(this.bridge, "SIGKILL");
	}

	async ask(method, path, body, headers = {}) {
		const answer = await fetch(`http://127.0.0.1:${this.http}${path}`, {
			method, headers: {...(body ? {"Content-Type": "application/json"} : {}), ...headers}, body: body && JSON.stringify(body)});
		return {status: answer.status, headers: answer.headers, json: await answer.json().catch(() => null)};
	}

	/** One report that is new; the answer. */
	async report(text, more = {}) {
		const answer = await this.ask("POST", "/v1/reports", {source: "lapor-web", text, ...more}, {Authorization: `Bearer ${this.token}`});
		if (answer.status !== 201)
			throw new Error(`report: ${answer.status} ${JSON.stringify(answer.json)}`);
		return answer.json;
	}

	/** A step of a telephone call. */
	async call(step) {
		const answer = await this.ask("POST", "/v1/calls", step, {Authorization: `Bearer ${this.token}`});
		if (answer.status !== 201)
			throw new Error(`call: ${answer.status} ${JSON.stringify(answer.json)}`);
		return answer.json;
	}

	/** What one who has signed in sends along; signs in the first time. */
	async session(user) {
		const origin = `http://127.0.0.1:${this.http}`;
		this.sessions ??= new Map();
		if (!this.sessions.has(user)) {
			const answer = await this.ask("POST", "/v1/session", {user, password: this.passwords[user]}, {Origin: origin});
			this.sessions.set(user, {Origin: origin, Cookie: answer.headers.get("set-cookie").split(";")[0], "X-Tangi-Csrf": answer.json.csrf});
		}
		return this.sessions.get(user);
	}

	/** Decides as somebody else would. */
	async act(user, incident_id, action, more = {}) {
		const answer = await this.ask("POST", `/v1/incidents/${incident_id}/actions`, {action, command_id: crypto.randomUUID(), ...more}, await this.session(user));
		if (answer.status !== 200)
			throw new Error(`${action}: ${answer.status} ${JSON.stringify(answer.json)}`);
		return answer.json;
	}

	/** Asks as somebody who sees everything. */
	async get(path) {
		const answer = await this.ask("GET", path, undefined, await this.session("pengawas"));
		if (answer.status !== 200)
			throw new Error(`${path}: ${answer.status} ${JSON.stringify(answer.json)}`);
		return answer.json;
	}

	async end() {
		await stopped(this.bridge);
		await stopped(this.broker);
		const log = this.log;
		rmSync(this.folder, {recursive: true});
		for (const sign of ["AddressSanitizer", "runtime error:", "LeakSanitizer"])
			if (log.includes(sign))
				throw new Error(log.slice(Math.max(0, log.indexOf(sign) - 200)).slice(0, 4000));
	}
}

/** A line to the bridge that can be cut, and stalled: open, and silent. */
export class Relay {
	static async begin(to) {
		const relay = new Relay();
		relay.pairs = new Set();
		relay.is_stalled = false;
		relay.server = net.createServer((near) => relay.join(near, to));
		relay.port = await free_port();
		await new Promise((done) => relay.server.listen(relay.port, "127.0.0.1", () => done(undefined)));
		return relay;
	}

	join(near, to) {
		const far = net.connect(to, "127.0.0.1");
		const pair = [near, far];
		this.pairs.add(pair);
		for (const [one, other] of [[near, far], [far, near]]) {
			one.on("data", (data) => this.is_stalled || other.write(data));
			one.on("error", () => {});
			one.on("close", () => {
				other.destroy();
				this.pairs.delete(pair);
			});
		}
	}

	stall() {
		this.is_stalled = true;
	}

	/** What was stalled is lost for good: new connections go through. */
	go() {
		this.is_stalled = false;
	}

	cut() {
		for (const [near] of this.pairs)
			near.resetAndDestroy();
	}

	end() {
		this.cut();
		this.server.close();
	}
}

export const open_browser = () => chromium.launch({executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: browser_args});

/** One desk: a browser's window of its own, and everything wrong that it says. */
export class Desk {
	static async begin(browser, port, {settings = {}, size = {width: 1366, height: 768}} = {}) {
		const desk = new Desk();
		desk.context = await browser.newContext({viewport: size, reducedMotion: "reduce"});
		desk.context.setDefaultTimeout(patience_ms);
		desk.page = await desk.context.newPage();
		desk.origin = `http://127.0.0.1:${port}`;
		desk.wrongs = [];
		desk.is_line_bad = false;
		await desk.page.addInitScript((kept) => {
			localStorage.getItem("tangi.settings") ?? localStorage.setItem("tangi.settings", kept);
			addEventListener("securitypolicyviolation", (event) => console.error(`policy: ${event.violatedDirective} ${event.blockedURI}`));
		}, JSON.stringify(settings));
		desk.page.on("console", (message) => message.type() === "error" && desk.wrong(message.text()));
		desk.page.on("pageerror", (error) => desk.wrong(String(error.stack ?? error)));
		desk.page.on("request", (request) => {
			const {protocol, host} = new URL(request.url());
			if (!["data:", "blob:"].includes(protocol) && host !== new URL(desk.origin).host)
				desk.wrong(`asked for ${request.url()}`);
		});
		return desk;
	}

	/** A refused sign-in, and the line's own trouble while a test makes it, are no faults. */
	wrong(words) {
		const is_expected = /status of 40[139]/.test(words) || (this.is_line_bad && /WebSocket connection|ERR_|Failed to load resource/.test(words));
		if (!is_expected)
			this.wrongs.push(words);
	}

	/** The first time by the form, later as one who comes back: the cookie is still good. */
	async sign_in(world, user) {
		world.cookies ??= new Map();
		const kept = world.cookies.get(user);
		if (!kept) {
			await this.sign_in_by_form(world, user);
			world.cookies.set(user, await this.context.cookies());
			return;
		}
		await this.context.addCookies(kept);
		await this.page.goto(`${this.origin}/konsol`);
		await this.live();
	}

	async sign_in_by_form(world, user) {
		await this.page.goto(`${this.origin}/konsol`);
		await this.page.waitForURL("**/masuk");
		await this.page.locator("#enter:enabled").waitFor();
		await this.page.locator("#user").fill(user);
		await this.page.locator("#password").fill(world.passwords[user]);
		await this.page.keyboard.press("Enter");
		await this.page.waitForURL("**/konsol");
		await this.live();
	}

	live() {
		return this.page.locator(".link.live").waitFor();
	}

	/** The row of an incident by its number. */
	row(no) {
		return this.page.locator(".row", {hasText: String(no).padStart(4, "0")});
	}

	async keys(...keys) {
		for (const key of keys)
			await this.page.keyboard.press(key === "Spasi" ? " " : key);
	}

	/** Finds it by its number, as a dispatcher would: `/`, the number, Enter; once more when it was
	 * not here yet. */
	async choose(no) {
		const chosen = this.page.locator(".detail .title .no", {hasText: String(no).padStart(4, "0")});
		await until(async () => {
			await this.keys("/");
			await this.page.keyboard.type(String(no));
			await this.keys("Enter");
			if (await chosen.count() > 0)
				return true;
			await this.keys("Escape");
			return false;
		}, `${no} is selected`);
	}

	get tone() {
		return this.page.evaluate(() => document.documentElement.dataset.tone);
	}

	async end() {
		await this.context.close();
		if (this.wrongs.length > 0)
			throw new Error(`the page said:\n${this.wrongs.join("\n")}`);
	}
}
