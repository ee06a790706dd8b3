/* The shapes that come from the bridge (contract, section 4), for the type checker only. */

/**
 * @typedef {object} Receipt how far an order has come: the time of each step that was reached
 * @property {string} [queued] @property {string} [broker] @property {string} [device]
 * @property {string} [confirmed] @property {string} [accepted] @property {string} [declined]
 */
/** @typedef {{unit: string, receipt?: Receipt}} Order */
/**
 * @typedef {object} Assignment one agency's part in an incident
 * @property {string} agency @property {string} state @property {string} since
 * @property {string | null} by @property {(Order | string)[]} [units]
 * @property {string} [outcome] how it closed its part @property {string} [closed_at]
 * @property {string} [handed_to] an agency or a neighbour: taken there once it is closed
 */
/**
 * @typedef {object} Place
 * @property {number | null} lat @property {number | null} lon @property {number | null} accuracy_m
 * @property {string | null} area @property {string | null} area_name @property {string | null} place
 * @property {string} from @property {"none" | "exact" | "approximate" | "area"} [state]
 * @property {boolean} [neighbour] @property {boolean} [near_border] @property {Candidate[]} [candidates]
 */
/**
 * @typedef {object} Candidate what the words may mean
 * @property {string} place @property {string} kind @property {string} state @property {number | null} lat
 * @property {number | null} lon @property {number} radius_m @property {string | null} area
 * @property {string | null} area_name @property {boolean} neighbour @property {number} score
 * @property {string} reason @property {string} why in Indonesian
 */
/** @typedef {{term: string, weight: number, is?: string, at?: number, len?: number}} Reason at, len: its letters in the text */
/** @typedef {{is: string, value: string | null, weight: number}} LikeReason */
/** @typedef {{incident_id: string, no: number}} IncidentRef */
/** @typedef {IncidentRef & {score: number, reasons: LikeReason[]}} Similar */
/**
 * @typedef {object} Card what is known of a number
 * @property {string} handle @property {number} score @property {boolean} raised
 * @property {{is: string, n: number, last_at: string, points: number}[]} reasons
 * @property {{n: number, first_at: string | null, last_at: string | null}} repeats
 * @property {number} calls @property {number} reports @property {string | null} [cleared_at]
 * @property {string | null} [cleared_by]
 */
/**
 * @typedef {object} Incident
 * @property {string} id @property {number} no @property {number} version @property {string} status
 * @property {string} disposition @property {number} priority @property {string} category
 * @property {string[]} agencies @property {number} confidence @property {Reason[]} because
 * @property {Place} location @property {string} source @property {string | null} kind
 * @property {string} anonymity @property {string | null} tracking_id
 * @property {number} report_count @property {string[]} reports
 * @property {string} opened_at @property {string} updated_at @property {string | null} closed_at
 * @property {string | null} outcome @property {boolean} exercise @property {boolean} [from_paper] @property {string} [happened_at]
 * @property {Assignment[]} assignments @property {string} text
 * @property {string} [rules] @property {string} [model] @property {string} [office] @property {string} [office_name]
 * @property {{by: string, rule?: string, learnt?: {office: string, share: number}[]}} [route] whose desk it is, and why
 * @property {string} [rule] @property {number} [emergency] the model's own share
 * @property {{category: string, confidence: number}[]} [alternatives] @property {string[]} [hazards]
 * @property {string | null} [place_said] @property {string | null} [judged_by]
 * @property {IncidentRef | null} [merged_into] @property {IncidentRef | null} [folded_into]
 * @property {boolean} [stands_alone] @property {Similar[]} [similar]
 * @property {number} [order] among its like in review and noise
 */
/**
 * @typedef {object} Unit
 * @property {string} id @property {string} agency @property {string} kind @property {string} name
 * @property {{lat: number, lon: number} | null} location @property {string} [status]
 */
/** @typedef {{call_id?: string, id?: string, state?: string}} Call */
/**
 * @typedef {object} EventFrame one fact of the log
 * @property {"event"} type @property {number} seq @property {string} time @property {string} event
 * @property {string} [by] @property {string} [action] @property {string} [note]
 * @property {string} [report_id] @property {Incident} [incident] @property {Unit} [unit]
 * @property {Call} [call] @property {string} [outcome] @property {string} [agency] @property {string} [handed_to]
 * @property {{reasons: LikeReason[], score: number}} [likeness] @property {Incident} [merged]
 * @property {{report_id: string, incident_id: string, no: number, given_back: boolean}[]} [split]
 * @property {IncidentRef} [from] @property {string} [incident_id] @property {Card} [card]
 * @property {string} [command_id]
 */
/** @typedef {{type: "snapshot", seq: number, epoch: string, incidents: Incident[], units: Unit[], calls?: Call[]}} SnapshotFrame */
/** @typedef {{type: "subscribed", epoch: string, recovered: boolean, seq?: number}} SubscribedFrame */
/** @typedef {{type: "tick", seq: number, time: string}} TickFrame */
/** @typedef {{title?: string, detail?: string, status: number, errors?: {field: string, detail: string}[], incident?: Incident}} Problem */
/**
 * @typedef {object} ResultFrame
 * @property {"result"} type @property {string} command_id @property {boolean} ok @property {number} [seq]
 * @property {number} [version] @property {Problem} [problem] @property {Incident} [incident]
 */
/** @typedef {{type: "events", events: EventFrame[]}} EventsFrame */
/** @typedef {{type: "error", problem?: Problem}} ErrorFrame */
/** @typedef {EventFrame | EventsFrame | SnapshotFrame | SubscribedFrame | TickFrame | ResultFrame | ErrorFrame} Frame */

/**
 * @typedef {object} Clock the time, and a way to be called later; tests have one of their own
 * @property {() => number} now milliseconds
 * @property {(ms: number, run: () => void) => any} later
 * @property {(timer: any) => void} cancel
 */

export {};
