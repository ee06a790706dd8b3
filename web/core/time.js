/* Times as people here read them: HH:MM:SS in the city's zone, ages as mm:ss. And the bridge's
 * clock, which all desks share, instead of the machine's, which may be wrong. */

const zone = {name: "Asia/Jakarta", label: "WIB"};
const clock_format = new Intl.DateTimeFormat("en-GB", {
	timeZone: zone.name, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23"});
const date_format = {
	id: new Intl.DateTimeFormat("id-ID", {timeZone: zone.name, day: "numeric", month: "short"}),
	en: new Intl.DateTimeFormat("en-GB", {timeZone: zone.name, day: "numeric", month: "short"}),
};

export const zone_label = zone.label;

/** 11:08:41 @param {number} ms */
export function clock_text(ms) {
	return clock_format.format(ms);
}

/** 11:08:41, with the day before it when that is another. @param {number} ms @param {number} now
 * @param {string} language */
export function moment_text(ms, now, language) {
	const format = date_format[language === "en" ? "en" : "id"];
	const day = format.format(ms);
	return day === format.format(now) ? clock_text(ms) : `${day} ${clock_text(ms)}`;
}

/** @param {number} n */
const two = (n) => String(n).padStart(2, "0");

/** 04:10; beyond 100 minutes 2j 05m, beyond two days 3h 04j. The letters are hour and day words of
 * the language: {hour, day}. @param {number} ms @param {{hour: string, day: string}} unit */
export function age_text(ms, unit) {
	const s = Math.max(0, Math.floor(ms / 1000)), minutes = Math.floor(s / 60), hours = Math.floor(minutes / 60);
	if (minutes < 100)
		return `${two(minutes)}:${two(s % 60)}`;
	if (hours < 48)
		return `${hours} ${unit.hour} ${two(minutes % 60)}`;
	return `${Math.floor(hours / 24)} ${unit.day} ${two(hours % 24)}`;
}

/* Of the last ticks, the one that came the fastest tells the most: the difference of the two
 * clocks is at least what any tick shows, since it was on its way for a while. */
const kept_ticks = 30;

export class BridgeClock {
	/** @param {() => number} now the machine's */
	constructor(now) {
		this.machine = now;
		/** @type {number[]} */
		this.seen = [];
		this.ahead = 0;
	}

	/** @param {string} time as a tick says it */
	hear(time) {
		const difference = Date.parse(time) - this.machine();
		if (Number.isNaN(difference))
			return;
		this.seen = [...this.seen.slice(1 - kept_ticks), difference];
		this.ahead = Math.max(...this.seen);
	}

	now() {
		return this.machine() + this.ahead;
	}
}
