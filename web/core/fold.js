/* Reports of one matter that came in a surge: under one card with a counter, while that card is
 * here and has not been folded itself. The rest stays a row of its own, so the odd one out is
 * never inside. Pure. */

/** @typedef {import("./types.js").Incident} Incident */
/** @typedef {Map<string, Incident[]>} Inside by the card's id: what is folded into it, in order */

/** The one under which it is shown: itself, where its card is not here.
 * @param {Incident} incident @param {Map<string, Incident>} here */
export function card_of(incident, here) {
	let card = incident;
	for (let steps = 0; card.folded_into && steps < 8; steps++) {
		const next = here.get(card.folded_into.incident_id);
		if (!next || next === incident)
			break;
		card = next;
	}
	return card;
}

/** Each card stands where the most urgent of what is in it would. @param {Incident[]} ordered
 * @returns {{cards: Incident[], inside: Inside}} */
export function fold(ordered) {
	if (!ordered.some((incident) => incident.folded_into))
		return {cards: ordered, inside: new Map()};
	const here = new Map(ordered.map((incident) => [incident.id, incident]));
	/** @type {Set<Incident>} */
	const cards = new Set();
	/** @type {Inside} */
	const inside = new Map();
	for (const incident of ordered) {
		const card = card_of(incident, here);
		cards.add(card);
		if (card !== incident)
			inside.set(card.id, [...inside.get(card.id) ?? [], incident]);
	}
	return {cards: [...cards], inside};
}

/** The rows: each card, behind an open one what is in it, and always the one that is selected.
 * @param {{cards: Incident[], inside: Inside}} folded @param {Set<string>} open @param {string | null} selected */
export function unfolded({cards, inside}, open, selected) {
	return inside.size === 0 ? cards
		: cards.flatMap((card) => [card, ...(inside.get(card.id) ?? []).filter(({id}) => open.has(card.id) || id === selected)]);
}

/** Reports in it, those of what is folded counted. @param {Incident} card @param {Inside} inside */
export function reports_in(card, inside) {
	return (inside.get(card.id) ?? []).reduce((sum, one) => sum + one.report_count, card.report_count);
}
