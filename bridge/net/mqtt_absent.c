/* Stands in for the broker's sink so that the program links: publishes nothing. The file goes
 * when net/mqtt.c comes. */
#include "base/xalloc.h"
#include "net/mqtt.h"

struct mqtt {
	struct feed *feed;
};

int mqtt_open(struct mqtt **mqtt_r, const struct mqtt_settings *settings,
	      const struct mqtt_parts *parts, struct err *err)
{
	(void)settings, (void)err;
	*mqtt_r = xcalloc(1, sizeof(**mqtt_r));
	(*mqtt_r)->feed = parts->feed;
	return 0;
}

void mqtt_stop(struct mqtt *mqtt, void (*stopped)(void *ctx), void *ctx)
{
	(void)mqtt;
	stopped(ctx);
}

void mqtt_close(struct mqtt **mqtt)
{
	xfree(*mqtt);
	*mqtt = NULL;
}

const char *mqtt_trouble(const struct mqtt *mqtt)
{
	(void)mqtt;
	return "";
}

uint64_t mqtt_lag(const struct mqtt *mqtt)
{
	(void)mqtt;
	return 0;
}
