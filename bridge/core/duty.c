#include "core/duty.h"

#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"

struct duty {
	char *dir;
	struct file_stamp stamp; /* of what was read, or could not be */
	struct roster roster;
};

struct duty *duty_open(const char *dir)
{
	struct duty *duty = xcalloc(1, sizeof(*duty));

	duty->dir = xstrdup(dir);
	return duty;
}

void duty_close(struct duty **duty)
{
	struct duty *mine = *duty;

	*duty = NULL;
	if (mine == NULL)
		return;
	roster_fini(&mine->roster);
	xfree(mine->dir);
	xfree(mine);
}

static void read_again(struct duty *duty)
{
	struct roster fresh = {0};
	struct err err;

	if (roster_read(duty->dir, &fresh, &duty->stamp, &err) < 0) {
		log_error("roster.unreadable", "err=%s",
			  log_quote(err.text, strlen(err.text)).text);
		return;
	}
	roster_fini(&duty->roster);
	duty->roster = fresh;
	log_info("roster.read", "shifts=%u", duty->roster.count);
}

const struct roster *duty_roster(struct duty *duty)
{
	struct file_stamp stamp;

	private_file_stamp(duty->dir, ROSTER_FILE, &stamp);
	if (!file_stamp_equals(&stamp, &duty->stamp))
		read_again(duty);
	return &duty->roster;
}
