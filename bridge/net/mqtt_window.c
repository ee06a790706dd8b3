#include "net/mqtt_window.h"

#include "base/err.h"
#include "base/xalloc.h"

#define STRIKES 3 /* connections that one message may break */

struct place {
	enum mqtt_lane_id lane;
	uint64_t seq;
	bool is_confirmed;
};

struct mqtt_window {
	unsigned size;
	unsigned careful;     /* messages still to go one at a time */
	struct place suspect; /* was alone on its way when the connection broke */
	unsigned strikes;
	unsigned count[MQTT_LANES];
	uint64_t first, next; /* tickets: the oldest place taken, the next to be given */
	struct place places[];
};

struct mqtt_window *mqtt_window_new(unsigned size)
{
	struct mqtt_window *window =
		xcalloc(1, sizeof(*window) + size * sizeof(window->places[0]));

	window->size = size;
	window->first = window->next = 1;
	return window;
}

void mqtt_window_free(struct mqtt_window **window)
{
	xfree(*window);
	*window = NULL;
}

static struct place *place_of(struct mqtt_window *window, uint64_t ticket)
{
	return &window->places[ticket % window->size];
}

static unsigned share(const struct mqtt_window *window, enum mqtt_lane_id lane)
{
	unsigned quarter = window->size / 4 > 0 ? window->size / 4 : 1;

	if (lane != MQTT_STREAM)
		return quarter;
	return window->size > quarter ? window->size - quarter : 1;
}

bool mqtt_window_has_room(const struct mqtt_window *window, enum mqtt_lane_id lane)
{
	uint64_t taken = window->next - window->first;

	if (window->careful > 0)
		return taken == 0;
	return taken < window->size && window->count[lane] < share(window, lane);
}

uint64_t mqtt_window_push(struct mqtt_window *window, enum mqtt_lane_id lane, uint64_t seq)
{
	if (!mqtt_window_has_room(window, lane))
		panic("mqtt: pushed into a full window");
	*place_of(window, window->next) = (struct place){.lane = lane, .seq = seq};
	window->count[lane]++;
	return window->next++;
}

static void free_confirmed(struct mqtt_window *window)
{
	while (window->first < window->next) {
		const struct place *place = place_of(window, window->first);

		if (!place->is_confirmed)
			return;
		window->count[place->lane]--;
		window->first++;
		if (window->careful > 0)
			window->careful--;
	}
}

void mqtt_window_confirm(struct mqtt_window *window, uint64_t ticket)
{
	if (ticket < window->first || ticket >= window->next)
		return; /* of a window that was lost */
	place_of(window, ticket)->is_confirmed = true;
	free_confirmed(window);
}

unsigned mqtt_window_count(const struct mqtt_window *window, enum mqtt_lane_id lane)
{
	return lane == MQTT_LANES ? (unsigned)(window->next - window->first)
				  : window->count[lane];
}

uint64_t mqtt_window_oldest(const struct mqtt_window *window, enum mqtt_lane_id lane,
			    uint64_t next)
{
	for (uint64_t ticket = window->first; ticket < window->next; ticket++) {
		const struct place *place = &window->places[ticket % window->size];

		if (place->lane == lane && !place->is_confirmed)
			return place->seq < next ? place->seq : next;
	}
	return next;
}

/* One more connection that broke over it: is that enough? */
static bool strike(struct mqtt_window *window, const struct place *alone)
{
	if (window->suspect.lane != alone->lane || window->suspect.seq != alone->seq)
		window->strikes = 0;
	window->suspect = *alone;
	return ++window->strikes == STRIKES;
}

bool mqtt_window_lose(struct mqtt_window *window, enum mqtt_lane_id *lane_r, uint64_t *seq_r)
{
	unsigned taken = mqtt_window_count(window, MQTT_LANES);
	const struct place alone = *place_of(window, window->first);
	bool is_to_blame = taken == 1 && window->careful > 0 && strike(window, &alone);

	if (window->careful < taken)
		window->careful = taken;
	window->first = window->next;
	for (unsigned lane = 0; lane < MQTT_LANES; lane++)
		window->count[lane] = 0;
	if (!is_to_blame)
		return false;
	window->strikes = 0;
	*lane_r = alone.lane;
	*seq_r = alone.seq;
	return true;
}
