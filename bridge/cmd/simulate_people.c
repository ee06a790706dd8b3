#include "cmd/simulate_people.h"

#include <errno.h>
#include <string.h>

#include "base/xalloc.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* A token says nothing of whether it is a person's; a person signs in. */
static int open_as(const struct people *people, const json_t *account, struct client **client_r,
		   struct err *err)
{
	const char *token = text_of(account, "token");
	struct client_settings settings = {
		.url = people->url,
		.user = token == NULL ? text_of(account, "user") : NULL,
		.secret = token != NULL ? token : text_of(account, "password"),
	};
	struct client *client;

	if (settings.secret == NULL || (token == NULL && settings.user == NULL))
		return err_set(err, ERR_INVALID,
			       "an account has neither a token nor a user with a password");
	if (client_open(&client, &settings, err) < 0)
		return -1;
	if (client_sign_in(client, err) < 0) {
		client_close(&client);
		return -1;
	}
	*client_r = client;
	return 0;
}

/* Tokens first: they need no session. agency NULL: whichever. */
static const json_t *find(const json_t *doc, const char *role, const char *agency)
{
	static const char *const lists[] = {"tokens", "accounts"};

	for (size_t l = 0; l < 2; l++) {
		const json_t *list = json_object_get(doc, lists[l]), *one;
		size_t i;

		json_array_foreach(list, i, one)
		{
			const char *is = text_of(one, "role"), *of = text_of(one, "agency");

			if (is != NULL && strcmp(is, role) == 0 &&
			    (agency == NULL || (of != NULL && strcmp(of, agency) == 0)))
				return one;
		}
	}
	return NULL;
}

static int open_role(const struct people *people, const char *role, struct client **client_r,
		     struct err *err)
{
	const json_t *account = find(people->doc, role, NULL);

	if (account == NULL)
		return err_set(err, ERR_INVALID, "there is no account of the role %s", role);
	if (open_as(people, account, client_r, err) < 0)
		return err_wrap(err, "%s", role);
	return 0;
}

static int open_desk(struct people *people, const char *agency, struct err *err)
{
	struct desk_account *desk = &people->desk[people->desk_count];

	if (agency == NULL || people->desk_count == DESKS_MAX ||
	    people_desk(people, agency) != NULL)
		return 0;
	desk->agency = agency;
	if (open_as(people, find(people->doc, "dispatcher", agency), &desk->client, err) < 0)
		return err_wrap(err, "dispatcher of %s", agency);
	people->desk_count++;
	return 0;
}

static int open_desks(struct people *people, struct err *err)
{
	static const char *const lists[] = {"tokens", "accounts"};

	for (size_t l = 0; l < 2; l++) {
		const json_t *list = json_object_get(people->doc, lists[l]), *one;
		size_t i;

		json_array_foreach(list, i, one)
		{
			const char *role = text_of(one, "role");

			if (role != NULL && strcmp(role, "dispatcher") == 0 &&
			    open_desk(people, text_of(one, "agency"), err) < 0)
				return -1;
		}
	}
	return 0;
}

static void take_radios(struct people *people)
{
	const json_t *list = json_object_get(people->doc, "mqtt_accounts"), *one;
	size_t i;

	json_array_foreach(list, i, one)
	{
		struct radio_account radio = {text_of(one, "unit"), text_of(one, "user"),
					      text_of(one, "password")};

		if (radio.unit != NULL && radio.user != NULL && radio.password != NULL &&
		    people->radio_count < RADIOS_MAX)
			people->radio[people->radio_count++] = radio;
	}
}

static int read_places(struct people *people, const char *url, struct err *err)
{
	const json_t *mqtt = json_object_get(people->doc, "mqtt");
	const char *trusted = text_of(people->doc, "http_trusted");

	people->url = url != NULL       ? url
		      : trusted != NULL ? trusted
					: text_of(people->doc, "http");
	people->city = text_of(people->doc, "city");
	people->mqtt_host = text_of(mqtt, "host");
	people->mqtt_port = (int)json_integer_value(json_object_get(mqtt, "port"));
	if (people->url == NULL || strncmp(people->url, "http", 4) != 0)
		return err_set(err, ERR_INVALID, "http: is needed, or --url");
	if (people->city == NULL)
		return err_set(err, ERR_INVALID, "city: is needed");
	if (people->mqtt_host == NULL)
		people->mqtt_port = 0;
	return 0;
}

static int open_all(struct people *people, const char *url, struct err *err)
{
	if (read_places(people, url, err) < 0 ||
	    open_role(people, "adapter", &people->intake, err) < 0 ||
	    open_role(people, "supervisor", &people->overseer, err) < 0 ||
	    open_desks(people, err) < 0)
		return -1;
	take_radios(people);
	return 0;
}

int people_open(struct people *people_r, const char *path, const char *url, struct err *err)
{
	struct people people = {.doc = NULL};
	json_error_t je;

	errno = 0;
	people.doc = json_load_file(path, JSON_REJECT_DUPLICATES, &je);
	if (people.doc == NULL && errno == ENOENT)
		return err_set(err, ERR_INVALID,
			       "%s: is not there; ./dev run writes one, run.json", path);
	if (people.doc == NULL) /* what is in it stays out of the message: it holds secrets */
		return err_set(err, ERR_INVALID, "%s:%d: is no JSON", path, je.line);
	if (open_all(&people, url, err) < 0) {
		people_close(&people);
		return err_wrap(err, "%s", path);
	}
	*people_r = people;
	return 0;
}

void people_close(struct people *people)
{
	client_close(&people->intake);
	client_close(&people->overseer);
	for (unsigned i = 0; i < people->desk_count; i++)
		client_close(&people->desk[i].client);
	json_decref(people->doc);
	*people = (struct people){.doc = NULL};
}

struct client *people_desk(const struct people *people, const char *agency)
{
	for (unsigned i = 0; i < people->desk_count; i++)
		if (strcmp(people->desk[i].agency, agency) == 0)
			return people->desk[i].client;
	return NULL;
}

const struct radio_account *people_radio(const struct people *people, const char *unit)
{
	for (unsigned i = 0; i < people->radio_count; i++)
		if (strcmp(people->radio[i].unit, unit) == 0)
			return &people->radio[i];
	return NULL;
}
