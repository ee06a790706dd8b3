/* Counters, gauges and latency histograms, one line each in the table below, from which the
 * Prometheus text is made. Any thread may count; reading is a snapshot without a lock. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

struct jsonw;

/* name, kind, help */
#define METRIC_TABLE(X)                                                                        \
	X(REPORTS_STORED, counter, "reports_stored_total", "Reports committed")                \
	X(REPORTS_REPEATED, counter, "reports_repeated_total",                                 \
	  "Reports that were there already")                                                   \
	X(REPORTS_REFUSED, counter, "reports_refused_total", "Reports refused as malformed")   \
	X(REPORTS_LATER, counter, "reports_try_later_total", "Reports answered 503")           \
	X(ACTIONS_STORED, counter, "actions_stored_total", "Actions committed")                \
	X(ACTIONS_REFUSED, counter, "actions_refused_total", "Actions refused")                \
	X(COMMITS, counter, "store_commits_total", "Transactions committed")                   \
	X(REPORTS_LINKED, counter, "reports_linked_total",                                     \
	  "Reports that became a further one of an incident")                                  \
	X(REPORTS_SUGGESTED, counter, "reports_suggested_total",                               \
	  "Incidents shown with others that may be the same")                                  \
	X(INCIDENTS_FOLDED, counter, "incidents_folded_total",                                 \
	  "Incidents shown under another's card in a surge")                                   \
	X(ESCALATIONS, counter, "escalations_total",                                           \
	  "Times that what waited rose because nobody had come")                               \
	X(OUTBOX_SENT, counter, "outbox_sent_total", "Messages that a channel has taken")      \
	X(OUTBOX_FAILED, counter, "outbox_failed_total", "Tries that a channel did not take")  \
	X(OUTBOX_GIVEN_UP, counter, "outbox_given_up_total",                                   \
	  "Messages given up after all tries")                                                 \
	X(OUTBOX_WAITING, gauge, "outbox_waiting", "Messages that wait for a channel")         \
	X(RECENT_REPORTS, gauge, "recent_reports",                                             \
	  "Reports that a further one is compared with")                                       \
	X(COMMIT_FAILURES, counter, "store_commit_failures_total", "Transactions that failed") \
	X(COMMITTED_REQUESTS, counter, "store_committed_requests_total",                       \
	  "Requests in those transactions; divided by commits: the batch")                     \
	X(STORE_QUEUE, gauge, "store_queue", "Requests waiting for the write lane")            \
	X(STORE_IS_DEGRADED, gauge, "store_degraded", "1 while the store cannot take writes")  \
	X(READ_QUEUE, gauge, "store_read_queue", "Requests waiting for the read lane")         \
	X(HEAD_SEQ, gauge, "head_seq", "Number of the newest event")                           \
	X(CONSOLES, gauge, "stream_consoles", "Consoles subscribed")                           \
	X(CONSOLES_BEHIND, gauge, "stream_consoles_behind",                                    \
	  "Consoles not at the newest event")                                                  \
	X(CONSOLES_CUT, counter, "stream_consoles_cut_total", "Consoles closed as stalled")    \
	X(EVENTS_SENT, counter, "stream_events_sent_total", "Events written to consoles")      \
	X(SNAPSHOTS, counter, "stream_snapshots_total", "Snapshots sent to consoles")          \
	X(CONNECTIONS, gauge, "http_connections", "Open connections")                          \
	X(CONNECTIONS_EVICTED, counter, "http_connections_evicted_total",                      \
	  "Silent connections closed to make room")                                            \
	X(CONNECTIONS_REFUSED, counter, "http_connections_refused_total",                      \
	  "Connections refused at the limit")                                                  \
	X(HTTP_TIMEOUTS, counter, "http_timeouts_total",                                       \
	  "Requests that took too long to arrive")                                             \
	X(HTTP_BAD, counter, "http_bad_requests_total", "Requests refused for their framing")  \
	X(SIGN_IN_FAILURES, counter, "sign_in_failures_total", "Refused sign-ins")             \
	X(MQTT_CONNECTED, gauge, "mqtt_connected", "1 while the broker is connected")          \
	X(MQTT_PUBLISHED, counter, "mqtt_published_total", "Messages given to the broker")     \
	X(MQTT_CONFIRMED, counter, "mqtt_confirmed_total", "Messages confirmed by the broker") \
	X(MQTT_IN_FLIGHT, gauge, "mqtt_in_flight", "Messages not yet confirmed")               \
	X(MQTT_LAG, gauge, "mqtt_lag_events", "Events committed and not yet confirmed")        \
	X(FIELD_HEARD, counter, "field_messages_total", "Messages of units that were heard")   \
	X(FIELD_DROPPED, counter, "field_positions_dropped_total",                             \
	  "Positions dropped because too many came at once")                                   \
	X(FIELD_UNKNOWN, counter, "field_unknown_total", "Messages of units that are none")    \
	X(FIELD_BAD_ACKS, counter, "field_bad_acks_total", "Malformed acknowledgements")       \
	X(FIELD_BAD_STATES, counter, "field_bad_states_total", "Malformed states of units")    \
	X(FIELD_IMPOSSIBLE, counter, "field_impossible_total",                                 \
	  "What units said of orders that are none, or steps that cannot follow")              \
	X(FIELD_BAD_POSITIONS, counter, "field_bad_positions_total", "Malformed positions")    \
	X(FIELD_BAD_PRESENCES, counter, "field_bad_presences_total", "Malformed presences")    \
	X(MQTT_FAILURES, counter, "mqtt_poisoned_total", "Events recorded and passed over")    \
	X(RUN_SHEETS, counter, "run_sheets_total", "Run-sheets written")                       \
	X(RUN_SHEETS_FAILED, counter, "run_sheets_failed_total",                               \
	  "Run-sheets that could not be written")                                              \
	X(LOOP_LAG_US, gauge, "loop_lag_us", "Delay of the last heartbeat of the loop")

#define HISTOGRAM_TABLE(X)                                                                     \
	X(INTAKE_TO_COMMIT, "intake_to_commit_seconds",                                        \
	  "From the last byte of a request to its commit")                                     \
	X(COMMIT_TO_SOCKET, "commit_to_socket_seconds",                                        \
	  "From the commit to the last console written")                                       \
	X(COMMIT_TO_PUBACK, "commit_to_puback_seconds",                                        \
	  "From the commit to the broker's answer")                                            \
	X(COMMIT, "store_commit_seconds", "Length of a transaction with its sync")

enum metric {
#define X(id, kind, name, help) METRIC_##id,
	METRIC_TABLE(X)
#undef X
		METRICS
};

enum histogram {
#define X(id, name, help) HISTOGRAM_##id,
	HISTOGRAM_TABLE(X)
#undef X
		HISTOGRAMS
};

#define HISTOGRAM_BUCKETS 18 /* 50 us doubling to 6.5 s, then infinity */

struct metrics {
	_Atomic int64_t value[METRICS];
	struct {
		_Atomic uint64_t bucket[HISTOGRAM_BUCKETS + 1];
		_Atomic uint64_t sum_us;
	} histogram[HISTOGRAMS];
};

void metrics_add(struct metrics *metrics, enum metric metric, int64_t n);
void metrics_set(struct metrics *metrics, enum metric metric, int64_t value);
int64_t metrics_get(const struct metrics *metrics, enum metric metric);
void metrics_observe(struct metrics *metrics, enum histogram histogram, int64_t us);

/* Prometheus text format 0.0.4, every name with tangi_ in front. */
void metrics_write(const struct metrics *metrics, struct jsonw *text);
