#include "model/shift.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"

const char *desk_name(int desk, const struct agencies *agencies)
{
	return desk == DESK_OF_ALL ? "all" : agencies->agency[desk].id;
}

static int read_desk(struct hand_over *hand_over, const struct agencies *agencies,
		     struct err *err)
{
	const char *id = NULL;

	if (jsonin_string(hand_over->doc, "agency", JSONIN_OPTIONAL, 64, &id, err) < 0)
		return -1;
	if (id == NULL)
		return 0;
	hand_over->desk = agency_find(agencies, id, strlen(id));
	return hand_over->desk < 0 ? err_field(err, "agency", "is not an agency of this city")
				   : 0;
}

static int read_hand_over(struct hand_over *hand_over, const struct agencies *agencies,
			  struct err *err)
{
	const char *id = "", *from;
	int64_t seq;

	if (jsonin_string(hand_over->doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1,
			  &id, err) < 0 ||
	    jsonin_string(hand_over->doc, "from", JSONIN_REQUIRED, USER_SIZE - 1, &from, err) <
		    0 ||
	    jsonin_int(hand_over->doc, "seq", JSONIN_REQUIRED, 0, INT64_MAX, &seq, err) < 0 ||
	    jsonin_string(hand_over->doc, "remark", JSONIN_OPTIONAL, HAND_OVER_REMARK_MAX,
			  &hand_over->remark, err) < 0)
		return -1;
	if (from[strspn(from, " \t\r\n")] == '\0')
		return err_field(err, "from", "is required: who hands over?");
	snprintf(hand_over->command_id, COMMAND_ID_SIZE, "%s", id);
	snprintf(hand_over->from, USER_SIZE, "%s", from);
	hand_over->read_seq = (uint64_t)seq;
	return read_desk(hand_over, agencies, err);
}

int hand_over_parse(const void *body, size_t len, int desk, const struct agencies *agencies,
		    struct hand_over **hand_over_r, struct err *err)
{
	struct hand_over *hand_over;
	json_t *doc;

	if (jsonin_object(body, len, HAND_OVER_MAX_BYTES, &doc, err) < 0)
		return -1;
	hand_over = xcalloc(1, sizeof(*hand_over));
	hand_over->doc = doc;
	hand_over->desk = desk;
	if (read_hand_over(hand_over, agencies, err) < 0) {
		hand_over_free(&hand_over);
		return -1;
	}
	*hand_over_r = hand_over;
	return 0;
}

void hand_over_free(struct hand_over **hand_over)
{
	struct hand_over *mine = *hand_over;

	*hand_over = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	xfree(mine);
}

void hand_over_digest(const struct hand_over *hand_over, unsigned char digest_r[32])
{
	struct jsonw w;

	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	jsonw_int(&w, "desk", hand_over->desk);
	jsonw_string(&w, "by", hand_over->by);
	jsonw_string(&w, "from", hand_over->from);
	jsonw_string(&w, "remark", hand_over->remark);
	jsonw_close(&w, '}');
	SHA256((const unsigned char *)w.text, w.len, digest_r);
	jsonw_fini(&w);
}
