#include "core/duty.h"

#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"

struct duty {
	char *dir;
	struct file_stamp roster_stamp, receiving_stamp; /* of what was read, or could not be */
	struct roster roster;
	struct receiving receiving;
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

static bool is_another(const struct duty *duty, const char *name, const struct file_stamp *read)
{
	struct file_stamp stamp;

	private_file_stamp(duty->dir, name, &stamp);
	return !file_stamp_equals(&stamp, read);
}

static void refuse(const struct err *err)
{
	log_error("duty.unreadable", "err=%s", log_quote(err->text, strlen(err->text)).text);
}

const struct roster *duty_roster(struct duty *duty)
{
	struct roster fresh = {0};
	struct err err;

	if (!is_another(duty, ROSTER_FILE, &duty->roster_stamp))
		return &duty->roster;
	if (roster_read(duty->dir, &fresh, &duty->roster_stamp, &err) < 0) {
		refuse(&err);
		return &duty->roster;
	}
	roster_fini(&duty->roster);
	duty->roster = fresh;
	log_info("duty.roster", "shifts=%u", fresh.count);
	return &duty->roster;
}

const struct receiving *duty_receiving(struct duty *duty)
{
	struct err err;

	if (is_another(duty, RECEIVING_FILE, &duty->receiving_stamp) &&
	    receiving_read(duty->dir, &duty->receiving, &duty->receiving_stamp, &err) < 0)
		refuse(&err);
	return &duty->receiving;
}
