/* Tones without files. A pattern is data; one buffer holds its tones and the pause after them,
 * and the audio clock loops it, so that the throttled timers of a hidden tab cannot stop it. */

/** @typedef {{at: number, length: number, hz: number}} Note */
/** @typedef {{notes: Note[], every: number, loops: boolean, harmonics: number, level: number}} Pattern seconds */

/** @param {number[]} pitches @param {number} start @param {number} step @param {number} length @returns {Note[]} */
const run = (pitches, start, step, length) => pitches.map((hz, i) => ({at: start + i * step, length, hz}));

/** @type {Record<string, Pattern>} */
export const patterns = {
	"1": {notes: [...run([784, 988, 1175], 0, 0.17, 0.14), ...run([784, 988, 1175], 0.68, 0.17, 0.14)],
		every: 5, loops: true, harmonics: 4, level: 0.5},
	"2": {notes: [...run([659, 659], 0, 0.22, 0.16), ...run([784], 0.44, 0.22, 0.24)],
		every: 15, loops: true, harmonics: 2, level: 0.4},
	"3": {notes: run([523], 0, 0, 0.35), every: 1, loops: false, harmonics: 1, level: 0.25},
	link: {notes: run([440, 330], 0, 0.3, 0.26), every: 30, loops: true, harmonics: 1, level: 0.3},
};

const ramp = 0.012; /* against clicks */

/** One round of a pattern. @param {Pattern} pattern @param {number} rate samples a second */
export function rendered(pattern, rate) {
	const samples = new Float32Array(Math.round(pattern.every * rate));
	for (const note of pattern.notes) {
		const from = Math.round(note.at * rate), n = Math.round(note.length * rate);
		for (let i = 0; i < n; i++)
			samples[from + i] += pattern.level * edge(i / rate, note.length) * wave(note.hz * i / rate, pattern.harmonics);
	}
	return samples;
}

/** @param {number} at @param {number} length */
function edge(at, length) {
	return Math.min(1, at / ramp, (length - at) / ramp);
}

/** @param {number} turns @param {number} harmonics */
function wave(turns, harmonics) {
	let sum = 0, weight = 0;
	for (let n = 1; n <= harmonics; n++) {
		sum += Math.sin(2 * Math.PI * turns * n) / n;
		weight += 1 / n;
	}
	return sum / weight;
}

/** What speaks at one desk: one tone at a time. */
export class Speaker {
	/** @param {AudioContext} context @param {() => void} changed */
	constructor(context, changed) {
		this.context = context;
		this.tone = "";
		this.cause = "";
		/** @type {AudioBufferSourceNode | null} */
		this.source = null;
		this.gain = context.createGain();
		this.gain.connect(context.destination);
		context.onstatechange = changed;
	}

	/** Browsers let a page sound only after a key or a click. */
	get is_ready() {
		return this.context.state === "running";
	}

	unblock() {
		return this.context.resume();
	}

	/** @param {number} volume 0 … 1 */
	set_volume(volume) {
		this.gain.gain.value = volume;
	}

	/** From here on this tone, "" for silence. A tone that repeats goes on as it is; one that does not
	 * sounds once more for another cause. @param {string} tone @param {string} [cause] */
	play(tone, cause = "") {
		if (tone === this.tone && (cause === this.cause || patterns[tone]?.loops !== false))
			return;
		this.tone = tone;
		this.cause = cause;
		this.source?.stop();
		this.source = tone ? this.begin(patterns[tone]) : null;
	}

	/** One round, whatever else there is. @param {string} tone */
	test(tone) {
		this.begin({...patterns[tone], loops: false});
	}

	/** @param {Pattern} pattern */
	begin(pattern) {
		const samples = rendered(pattern, this.context.sampleRate);
		const buffer = this.context.createBuffer(1, samples.length, this.context.sampleRate);
		const source = this.context.createBufferSource();
		buffer.copyToChannel(samples, 0);
		source.buffer = buffer;
		source.loop = pattern.loops;
		source.connect(this.gain);
		source.start();
		return source;
	}
}
