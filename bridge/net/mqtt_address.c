#include "net/mqtt_address.h"

#include <errno.h>
#include <mosquitto.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "net/mqtt.h"

#define PASSWORD_SIZE 256
#define REFUSED       0x80 /* MQTT 5: reasons from here on are failures */

const char *mqtt_reason(int code)
{
	if (code == MOSQ_ERR_ERRNO)
		return strerror(errno);
	return code >= REFUSED ? mosquitto_reason_string(code) : mosquitto_strerror(code);
}

/* Its first line, wiped by the caller. */
static int read_password(const char *path, char password_r[PASSWORD_SIZE], struct err *err)
{
	FILE *file = fopen(path, "re");
	char *line;

	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	setbuf(file, NULL); /* no copy of it stays in a buffer */
	line = fgets(password_r, PASSWORD_SIZE, file);
	(void)fclose(file); /* it was only read */
	if (line == NULL)
		return err_set(err, ERR_INVALID, "%s: holds no password", path);
	password_r[strcspn(password_r, "\r\n")] = '\0';
	return 0;
}

static int check_password(const char *path, struct err *err)
{
	char password[PASSWORD_SIZE];
	int status = path[0] == '\0' ? 0 : read_password(path, password, err);

	explicit_bzero(password, sizeof(password));
	return status;
}

int mqtt_address_init(struct mqtt_address *address, const struct mqtt_settings *settings,
		      const struct mqtt_topics *topics, const char *epoch, struct err *err)
{
	if (check_password(settings->password_file, err) < 0)
		return -1;
	*address = (struct mqtt_address){
		.host = xstrdup(settings->host),
		.username = xstrdup(settings->username),
		.password_file = xstrdup(settings->password_file),
		.port = (int)settings->port,
		.topics = *topics,
		.speaks_v5 = true,
	};
	snprintf(address->epoch, ID_SIZE, "%s", epoch);
	return 0;
}

void mqtt_address_fini(struct mqtt_address *address)
{
	xfree(address->host);
	xfree(address->username);
	xfree(address->password_file);
}

static int set_account(struct mosquitto *client, const char *username, const char *password,
		       struct err *err)
{
	int code = mosquitto_username_pw_set(client, username, password);

	return code == MOSQ_ERR_SUCCESS ? 0 : err_set(err, ERR_IO, "%s", mqtt_reason(code));
}

int mqtt_address_sign_in(const struct mqtt_address *address, struct mosquitto *client,
			 struct err *err)
{
	char password[PASSWORD_SIZE];
	int status;

	if (address->username[0] == '\0')
		return 0;
	if (address->password_file[0] == '\0')
		return set_account(client, address->username, NULL, err);
	status = read_password(address->password_file, password, err);
	if (status == 0)
		status = set_account(client, address->username, password, err);
	explicit_bzero(password, sizeof(password));
	return status;
}
