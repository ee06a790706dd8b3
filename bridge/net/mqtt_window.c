#include "net/mqtt_window.h"

#include "base/err.h"
#include "base/xalloc.h"

#define STRIKES 5 /* connections that one message may break while it is alone on its way */

struct place {
	struct mqtt_key key;
	bool is_confirmed;
};

struct suspect {
	struct mqtt_key key;
	unsigned strikes;
	bool is_used;
};

struct mqtt_window {
	unsigned size;
	bool is_kept_free; /* a suspect waits to go alone */
	bool has_suspect;  /* one is on its way */
	unsigned count[MQTT_LANES];
	uint64_t first, next;     /* tickets: the oldest place taken, the next to be given */
	struct place *places;     /* size */
	struct suspect *suspects; /* size; the newest push out the oldest */
	unsigned next_suspect;
};

struct mqtt_window *mqtt_window_new(unsigned size)
{
	struct mqtt_window *window = xcalloc(1, sizeof(*window));

	window->size = size;
	window->first = window->next = 1;
	window->places = xcalloc(size, sizeof(*window->places));
	window->suspects = xcalloc(size, sizeof(*window->suspects));
	return window;
}

void mqtt_window_free(struct mqtt_window **window)
{
	struct mqtt_window *mine = *window;

	*window = NULL;
	if (mine == NULL)
		return;
	xfree(mine->places);
	xfree(mine->suspects);
	xfree(mine);
}

static struct place *place_of(const struct mqtt_window *window, uint64_t ticket)
{
	return &window->places[ticket % window->size];
}

static struct suspect *suspect_of(const struct mqtt_window *window, const struct mqtt_key *key)
{
	for (unsigned i = 0; i < window->size; i++) {
		struct suspect *suspect = &window->suspects[i];

		if (suspect->is_used && suspect->key.lane == key->lane &&
		    suspect->key.seq == key->seq && suspect->key.agency == key->agency)
			return suspect;
	}
	return NULL;
}

/* A quarter stays free for the other reader of the log; what is live has time. */
static unsigned share(const struct mqtt_window *window, enum mqtt_lane_id lane)
{
	unsigned quarter = window->size / 4 > 0 ? window->size / 4 : 1;

	if (lane == MQTT_LIVE)
		return quarter;
	return window->size > quarter ? window->size - quarter : 1;
}

bool mqtt_window_admits(struct mqtt_window *window, const struct mqtt_key *key)
{
	unsigned taken = mqtt_window_count(window, MQTT_LANES);

	if (suspect_of(window, key) != NULL) {
		window->is_kept_free = taken > 0;
		return taken == 0;
	}
	return !window->is_kept_free && !window->has_suspect && taken < window->size &&
	       window->count[key->lane] < share(window, key->lane);
}

uint64_t mqtt_window_push(struct mqtt_window *window, const struct mqtt_key *key)
{
	if (!mqtt_window_admits(window, key))
		panic("mqtt: pushed into a full window");
	window->has_suspect = suspect_of(window, key) != NULL;
	*place_of(window, window->next) = (struct place){.key = *key};
	window->count[key->lane]++;
	return window->next++;
}

static void free_confirmed(struct mqtt_window *window)
{
	while (window->first < window->next && place_of(window, window->first)->is_confirmed) {
		window->count[place_of(window, window->first)->key.lane]--;
		window->first++;
	}
}

static void acquit(struct mqtt_window *window, const struct mqtt_key *key)
{
	struct suspect *suspect = suspect_of(window, key);

	window->has_suspect = false;
	if (suspect != NULL)
		suspect->is_used = false;
}

void mqtt_window_confirm(struct mqtt_window *window, uint64_t ticket)
{
	if (ticket < window->first || ticket >= window->next)
		return; /* of a window that was lost */
	place_of(window, ticket)->is_confirmed = true;
	if (window->has_suspect)
		acquit(window, &place_of(window, ticket)->key);
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
		const struct place *place = place_of(window, ticket);

		if (place->key.lane == lane && !place->is_confirmed)
			return place->key.seq < next ? place->key.seq : next;
	}
	return next;
}

static void suspect_all(struct mqtt_window *window)
{
	for (uint64_t ticket = window->first; ticket < window->next; ticket++) {
		const struct mqtt_key *key = &place_of(window, ticket)->key;

		if (key->seq == 0 || place_of(window, ticket)->is_confirmed ||
		    suspect_of(window, key) != NULL)
			continue;
		window->suspects[window->next_suspect] =
			(struct suspect){.key = *key, .is_used = true};
		window->next_suspect = (window->next_suspect + 1) % window->size;
	}
}

/* The one that was alone on its way: did that happen too often? */
static bool strike(struct mqtt_window *window, struct mqtt_key *blamed_r)
{
	struct suspect *suspect = suspect_of(window, &place_of(window, window->first)->key);

	if (suspect == NULL || ++suspect->strikes < STRIKES)
		return false;
	suspect->is_used = false;
	*blamed_r = suspect->key;
	return true;
}

bool mqtt_window_lose(struct mqtt_window *window, struct mqtt_key *blamed_r)
{
	bool is_to_blame = window->has_suspect && strike(window, blamed_r);

	if (!window->has_suspect)
		suspect_all(window);
	window->has_suspect = window->is_kept_free = false;
	window->first = window->next;
	for (unsigned lane = 0; lane < MQTT_LANES; lane++)
		window->count[lane] = 0;
	return is_to_blame;
}
