#include "cmd/tracks.h"

#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "net/workers.h"
#include "store/sqlite_track.h"

#define LOOK_MS   5000
#define AT_A_TIME 1024 /* units; others come with the next look */

struct tracks {
	struct tracks_settings settings;
	struct track_limits limits;
	struct loop *loop;
	struct whereabouts *whereabouts;
	struct track *track; /* the worker's while is_running */
	struct workers *workers;
	struct work work;
	struct loop_timer timer;
	struct log_repeat trouble;
	bool is_running;
	struct unit_trace traces[AT_A_TIME]; /* this one's work */
	unsigned count;
	int64_t now_ms;
	int rc;
	struct err err;
};

static void keep(struct work *work)
{
	struct tracks *tracks = LIST_ITEM(work, struct tracks, work);

	tracks->rc = track_add(tracks->track, tracks->traces, tracks->count, tracks->now_ms,
			       &tracks->limits, &tracks->err);
}

static void kept(struct work *work)
{
	struct tracks *tracks = LIST_ITEM(work, struct tracks, work);
	const struct clock *clock = loop_clock(tracks->loop);

	tracks->is_running = false;
	if (tracks->rc == 0)
		(void)log_repeat_over(&tracks->trouble);
	else if (log_repeat_due(&tracks->trouble, clock->mono_us(clock) / 1000))
		log_warn("track.kept", "count=%lu error=%s", tracks->trouble.count,
			 log_quote(tracks->err.text, strlen(tracks->err.text)).text);
}

static bool gather(struct tracks *tracks, int64_t every_ms)
{
	const struct clock *clock = loop_clock(tracks->loop);

	tracks->now_ms = clock->wall_ms(clock);
	tracks->count =
		whereabouts_to_keep(tracks->whereabouts, every_ms, AT_A_TIME, tracks->traces);
	return tracks->count > 0;
}

static void look(void *ctx)
{
	struct tracks *tracks = ctx;

	if (tracks->is_running || !gather(tracks, tracks->settings.every_s * 1000))
		return;
	tracks->is_running = true;
	tracks->work.run = keep;
	tracks->work.done = kept;
	workers_give(tracks->workers, &tracks->work);
}

static void recall(struct tracks *tracks)
{
	int count = track_newest(tracks->track, tracks->traces, AT_A_TIME, &tracks->err);

	if (count < 0)
		log_warn("track.recalled", "error=%s",
			 log_quote(tracks->err.text, strlen(tracks->err.text)).text);
	else
		whereabouts_recall(tracks->whereabouts, tracks->traces, (unsigned)count);
}

int tracks_open(struct tracks **tracks_r, const struct tracks_settings *settings,
		struct loop *loop, struct whereabouts *whereabouts, const char *dir,
		struct err *err)
{
	struct tracks *tracks;

	*tracks_r = NULL;
	if (settings->keep_h == 0)
		return 0;
	tracks = xcalloc(1, sizeof(*tracks));
	tracks->settings = *settings;
	tracks->limits = (struct track_limits){.keep_ms = settings->keep_h * 3600000,
					       .max = settings->max};
	tracks->loop = loop;
	tracks->whereabouts = whereabouts;
	if (track_open(&tracks->track, dir, &tracks->err) < 0) {
		log_error("track.open", "positions_are_kept=no error=%s",
			  log_quote(tracks->err.text, strlen(tracks->err.text)).text);
		xfree(tracks);
		return 0;
	}
	*tracks_r = tracks;
	recall(tracks);
	if (workers_open(&tracks->workers, loop, 1, err) < 0)
		return -1;
	loop_timer_start(loop, &tracks->timer, LOOK_MS, LOOK_MS, look, tracks);
	return 0;
}

void tracks_close(struct tracks **tracks)
{
	struct tracks *mine = *tracks;

	*tracks = NULL;
	if (mine == NULL)
		return;
	loop_timer_stop(&mine->timer);
	if (mine->workers != NULL)
		workers_close(&mine->workers);
	while (gather(mine, 0)) {
		keep(&mine->work);
		if (mine->rc < 0)
			break; /* said by whoever starts next and does not know */
	}
	track_close(&mine->track);
	xfree(mine);
}
