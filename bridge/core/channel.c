#include "core/channel.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"

#define PRIORITIES_ALL 0x1eu

static int read_name(const json_t *entry, struct channel *channel, struct err *err)
{
	static const char allowed[] = "abcdefghijklmnopqrstuvwxyz0123456789_-";
	const char *name = "";

	if (jsonin_string(entry, "name", JSONIN_REQUIRED, CHANNEL_NAME_SIZE - 1, &name, err) <
	    0)
		return -1;
	if (name[0] == '\0' || name[strspn(name, allowed)] != '\0')
		return err_field(err, "name", "must be small letters, digits, - and _");
	snprintf(channel->name, sizeof(channel->name), "%s", name);
	return 0;
}

/* "http://localhost:8080/…" and the like: nobody else hears it. */
static bool is_here(const char *url)
{
	static const char *const here[] = {"http://127.0.0.1", "http://localhost",
					   "http://[::1]"};

	for (size_t i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
		size_t len = strlen(here[i]);

		if (strncmp(url, here[i], len) == 0 && strchr(":/", url[len]) != NULL)
			return true;
	}
	return false;
}

static int read_url(const json_t *entry, struct channel *channel, struct err *err)
{
	const char *kind = "webhook", *url = "";

	if (jsonin_string(entry, "kind", JSONIN_REQUIRED, 16, &kind, err) < 0 ||
	    jsonin_string(entry, "url", JSONIN_REQUIRED, CHANNEL_URL_SIZE - 1, &url, err) < 0)
		return -1;
	if (strcmp(kind, "webhook") != 0)
		return err_field(err, "kind", "must be webhook");
	if (strncmp(url, "https://", 8) != 0 && !is_here(url))
		return err_field(err, "url",
				 "must be https://…; http:// goes to this machine alone");
	if (strpbrk(url, " \t\r\n@") != NULL)
		return err_field(err, "url", "must hold no blank and no user");
	snprintf(channel->url, sizeof(channel->url), "%s", url);
	return 0;
}

static int read_agencies(const json_t *entry, const struct agencies *agencies,
			 struct channel *channel, struct err *err)
{
	const json_t *list = NULL, *one;
	size_t i;

	if (jsonin_child(entry, "agencies", JSON_ARRAY, &list, err) < 0)
		return -1;
	channel->agencies = list == NULL ? ~(agency_set)0 : 0;
	json_array_foreach(list, i, one)
	{
		const char *id = json_is_string(one) ? json_string_value(one) : "";
		int agency = agency_find(agencies, id, strlen(id));

		if (agency < 0)
			return err_field(err, "agencies", "\"%.20s\" is not an agency", id);
		channel->agencies |= (agency_set)1 << agency;
	}
	return 0;
}

static int read_priorities(const json_t *entry, struct channel *channel, struct err *err)
{
	const json_t *list = NULL, *one;
	size_t i;

	if (jsonin_child(entry, "priorities", JSON_ARRAY, &list, err) < 0)
		return -1;
	channel->priorities = list == NULL ? PRIORITIES_ALL : 0;
	json_array_foreach(list, i, one)
	{
		json_int_t priority = json_integer_value(one);

		if (priority < 1 || priority > 4)
			return err_field(err, "priorities", "must be of 1, 2, 3, 4");
		channel->priorities |= 1u << priority;
	}
	return 0;
}

static int check_known(const json_t *entry, struct err *err)
{
	static const char *const known[] = {"name", "kind", "url", "agencies", "priorities"};
	const char *key;
	json_t *value;

	if (!json_is_object(entry))
		return err_set(err, ERR_INVALID, "must be an object");
	json_object_foreach((json_t *)(uintptr_t)entry, key, value)
	{
		bool is_known = false;

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known |= strcmp(key, known[i]) == 0;
		if (!is_known)
			return err_field(err, key, "is no option of a channel");
	}
	return 0;
}

static int read_one(const json_t *entry, const struct agencies *agencies,
		    struct channel *channel, struct err *err)
{
	*channel = (struct channel){.name = ""};
	if (check_known(entry, err) < 0 || read_name(entry, channel, err) < 0 ||
	    read_url(entry, channel, err) < 0 ||
	    read_agencies(entry, agencies, channel, err) < 0)
		return -1;
	return read_priorities(entry, channel, err);
}

/* "channels[1].url" */
static int blame(size_t i, struct err *err)
{
	struct err mine = *err;

	snprintf(err->field, sizeof(err->field), "channels[%zu]%s%.40s", i,
		 mine.field[0] != '\0' ? "." : "", mine.field);
	return err_wrap(err, "%s", err->field);
}

int channels_read(const json_t *list, const struct agencies *agencies,
		  struct channel channels[CHANNELS_MAX], unsigned *count, struct err *err)
{
	const json_t *entry;
	size_t i;

	*count = 0;
	if (json_array_size(list) > CHANNELS_MAX)
		return err_field(err, "channels", "are more than %d", CHANNELS_MAX);
	json_array_foreach(list, i, entry)
	{
		if (read_one(entry, agencies, &channels[i], err) < 0)
			return blame(i, err);
		for (size_t before = 0; before < i; before++)
			if (strcmp(channels[before].name, channels[i].name) == 0) {
				(void)err_field(err, "name", "is there twice");
				return blame(i, err);
			}
		*count = (unsigned)i + 1;
	}
	return 0;
}
