/* The broker as our lines find it: where, as whom, and what its codes mean. Each thread that
 * holds a line has a copy of its own. */
#pragma once

#include "base/id.h"
#include "net/mqtt_topics.h"

struct mosquitto;
struct mqtt_settings; /* net/mqtt.h */

struct mqtt_address {
	char *host, *username, *password_file;
	int port;
	struct mqtt_topics topics;
	char epoch[ID_SIZE];
	bool speaks_v5; /* until a broker says that it does not */
};

/* Copies all of it. ERR_INVALID, ERR_IO: there is no password where one should be. */
int mqtt_address_init(struct mqtt_address *address, const struct mqtt_settings *settings,
		      const struct mqtt_topics *topics, const char *epoch,
		      struct err *err) MUST_CHECK;
void mqtt_address_fini(struct mqtt_address *address);

/* The password's file is read for each connection: a new one needs no restart. */
int mqtt_address_sign_in(const struct mqtt_address *address, struct mosquitto *client,
			 struct err *err) MUST_CHECK;
/* Of a code of the library or of MQTT 5; right after the call that gave it. */
const char *mqtt_reason(int code);
