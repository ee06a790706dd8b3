/* The band above the panes: not there while all is well. Violet and hatched, since red means
 * priority 1; in a row of its own, so that it covers nothing. */
import {button, div, span, b, kbd} from "./el.js";

/** @param {{title: string, running: string, children?: any[], action?: {text: string, key?: string, run: () => void}}} props
 * running: what counts on, which nobody wants read out every second */
export function Band({title, running, action}) {
	return div({class: "band"},
		div({role: "status"}, b(null, title)),
		span({class: "running", "aria-hidden": "true"}, running),
		action ? button({class: "plain", onClick: action.run}, action.text, action.key ? kbd(null, action.key) : null) : null);
}
