/* The way to an orderly end.
 *
 *   answers  nobody is let in, nothing new is taken; what was taken is answered
 *   sinks    consoles are told to come back, the broker gets its rest and is told, and the
 *            position is saved
 *   over     the loop ends; the store tidies up when it is closed
 *
 * Each has a deadline: what is not done by then is done by the next start, which is recovery.
 */
#include "base/log.h"
#include "cmd/bridge.h"

#define LOOK_MS    20
#define ANSWERS_MS 10000
#define SINKS_MS   5000

static int64_t now_ms(void)
{
	return clock_system.mono_us(&clock_system) / 1000;
}

static bool is_answered(const struct bridge *bridge)
{
	return intake_open_count(bridge->intake) == 0 &&
	       actions_open_count(bridge->actions) == 0 &&
	       http_open_requests(bridge->http) == 0;
}

static bool are_sinks_done(const struct bridge *bridge)
{
	return bridge->drain.is_mqtt_stopped &&
	       metrics_get(&bridge->metrics, METRIC_CONNECTIONS) == 0;
}

static void mqtt_stopped(void *ctx)
{
	struct bridge *bridge = ctx;

	bridge->drain.is_mqtt_stopped = true;
}

static void begin_sinks(struct bridge *bridge)
{
	bridge->drain.phase = DRAIN_SINKS;
	bridge->drain.until_ms = now_ms() + SINKS_MS;
	stream_stop(bridge->stream);
	bridge->drain.is_mqtt_stopped = bridge->mqtt == NULL;
	if (bridge->mqtt != NULL)
		mqtt_stop(bridge->mqtt, mqtt_stopped, bridge);
}

static void end(struct bridge *bridge)
{
	bridge->drain.phase = DRAIN_OVER;
	loop_timer_stop(&bridge->drain.timer);
	loop_stop(bridge->loop);
}

static void look(void *ctx)
{
	struct bridge *bridge = ctx;
	bool is_late = now_ms() >= bridge->drain.until_ms;

	if (bridge->drain.phase == DRAIN_ANSWERS && (is_answered(bridge) || is_late)) {
		if (is_late)
			log_warn("serve.drain", "reports=%u actions=%u requests=%u unanswered",
				 intake_open_count(bridge->intake),
				 actions_open_count(bridge->actions),
				 http_open_requests(bridge->http));
		begin_sinks(bridge);
	} else if (bridge->drain.phase == DRAIN_SINKS && (are_sinks_done(bridge) || is_late)) {
		end(bridge);
	}
}

static void begin_answers(struct bridge *bridge)
{
	bridge->drain.phase = DRAIN_ANSWERS;
	bridge->drain.until_ms = now_ms() + ANSWERS_MS;
	notify_stopping();
	log_info("serve.stopping", "reports=%u requests=%u", intake_open_count(bridge->intake),
		 http_open_requests(bridge->http));
	for (unsigned i = 0; i < bridge->adapter_count; i++)
		bridge->adapter[i].ops->stop(bridge->adapter[i].self);
	if (bridge->mqtt != NULL)
		mqtt_hush(bridge->mqtt);
	http_stop(bridge->http);
	api_stop(bridge->api);
	intake_stop(bridge->intake);
	actions_stop(bridge->actions);
	loop_timer_start(bridge->loop, &bridge->drain.timer, 0, LOOK_MS, look, bridge);
}

void bridge_drain(struct bridge *bridge)
{
	if (bridge->drain.phase == DRAIN_NOT) {
		begin_answers(bridge);
	} else {
		log_warn("serve.hurry", "phase=%d", (int)bridge->drain.phase);
		end(bridge);
	}
}
