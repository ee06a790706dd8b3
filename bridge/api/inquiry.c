/* A request that waits for the store. */
#include <string.h>

#include "api/api_private.h"
#include "base/log.h"
#include "base/xalloc.h"

struct inquiry *inquiry_new(struct api *api, struct http_request **request,
			    const struct principal *who)
{
	struct inquiry *inquiry = xcalloc(1, sizeof(*inquiry));

	inquiry->api = api;
	inquiry->request = *request;
	*request = NULL;
	if (who != NULL) {
		inquiry->who = *who;
		inquiry->viewer = principal_viewer(who);
	}
	inquiry->read.max_rows = READ_MAX_ROWS;
	inquiry->read.max_bytes = PAGE_ROW_BYTES;
	api_opened(api);
	return inquiry;
}

struct inquiry *inquiry_about(struct api *api, struct http_request **request,
			      const struct principal *who)
{
	struct inquiry *inquiry = inquiry_new(api, request, who);
	const char *id = http_request_segment(inquiry->request, 0);

	if (strlen(id) < sizeof(inquiry->read.id)) /* else it is nobody's */
		snprintf(inquiry->read.id, sizeof(inquiry->read.id), "%s", id);
	return inquiry;
}

static void inquiry_free(struct inquiry **inquiry)
{
	struct inquiry *mine = *inquiry;

	*inquiry = NULL;
	jsonw_fini(&mine->text);
	jsonw_fini(&mine->older);
	buf_unref(&mine->card);
	buf_unref(&mine->last);
	api_closed(mine->api);
	xfree(mine);
}

void inquiry_unreadable(struct inquiry *inquiry, const struct err *err)
{
	log_error("api.read", "err=%s", log_quote(err->text, strlen(err->text)).text);
	http_problem(&inquiry->request, 503, "", "The store cannot be read at the moment.",
		     NULL, 0);
}

static void read_done(struct store_read *read)
{
	struct inquiry *inquiry = read->ctx;

	inquiry->rounds++;
	if (inquiry->api->is_freed)
		http_problem(&inquiry->request, 503, "", "The bridge is stopping.", NULL, 0);
	else if (read->failed != 0)
		inquiry_unreadable(inquiry, &read->err);
	else
		inquiry->answer(inquiry);
	store_read_fini(read);
	if (inquiry->request != NULL)
		store_read_submit(inquiry->api->parts.store, read);
	else
		inquiry_free(&inquiry);
}

void inquiry_send(struct inquiry *inquiry, enum read_op op,
		  void (*answer)(struct inquiry *inquiry))
{
	inquiry->answer = answer;
	inquiry->read.op = op;
	inquiry->read.filter.viewer = inquiry->viewer;
	inquiry->read.done = read_done;
	inquiry->read.ctx = inquiry;
	store_read_submit(inquiry->api->parts.store, &inquiry->read);
}

void inquiry_refuse(struct inquiry **inquiry, const struct err *err)
{
	answer_invalid(&(*inquiry)->request, err);
	inquiry_free(inquiry);
}

int64_t inquiry_now_ms(const struct inquiry *inquiry)
{
	const struct clock *clock = inquiry->api->parts.clock;

	return clock->wall_ms(clock);
}

void inquiry_not_found(struct inquiry *inquiry, const char *what)
{
	http_problem(&inquiry->request, 404, "", what, NULL, 0);
}
