#include "people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"

static int64_t wall_ms(const struct clock *clock)
{
	return ((const struct people *)(const void *)clock)->wall_ms;
}

static int64_t mono_us(const struct clock *clock)
{
	return ((const struct people *)(const void *)clock)->mono_us;
}

static void told(struct accounts_watcher *watcher)
{
	LIST_ITEM(watcher, struct people, watcher)->told++;
}

static void add_agency(struct agencies *agencies, const char *id)
{
	snprintf(agencies->agency[agencies->count].id, AGENCY_ID_SIZE, "%s", id);
	agencies->count++;
}

struct people *people_new(void)
{
	struct people *people = xcalloc(1, sizeof(*people));

	people->clock = (struct clock){wall_ms, mono_us};
	people->wall_ms = 1795000000000;
	people->mono_us = 5000000;
	people->watcher.changed = told;
	add_agency(&people->agencies, "fire");
	add_agency(&people->agencies, "police");
	add_agency(&people->agencies, "health");
	snprintf(people->dir, sizeof(people->dir), "/tmp/tangi-people-XXXXXX");
	if (mkdtemp(people->dir) == NULL)
		fatal("mkdtemp");
	people_open(people);
	return people;
}

void people_open(struct people *people)
{
	struct err err;

	if (accounts_open(&people->accounts, people->dir, &people->agencies, &people->clock,
			  &err) < 0)
		fatal("%s", err.text);
	accounts_watch(people->accounts, &people->watcher);
}

void people_close(struct people *people)
{
	accounts_unwatch(&people->watcher);
	accounts_close(&people->accounts);
}

void people_free(struct people **people)
{
	struct people *mine = *people;
	char command[64];

	*people = NULL;
	if (mine->accounts != NULL)
		people_close(mine);
	snprintf(command, sizeof(command), "rm -r %s", mine->dir);
	if (system(command) != 0)
		fatal("%s", command);
	xfree(mine);
}

void people_wait(struct people *people, int64_t ms)
{
	people->wall_ms += ms;
	people->mono_us += ms * 1000;
}

static void add(struct people *people, struct account *account, const char *name,
		enum role role, const char *agency)
{
	struct err err;

	account->role = role;
	account->since_ms = people->wall_ms;
	snprintf(account->name, sizeof(account->name), "%s", name);
	snprintf(account->agency, sizeof(account->agency), "%s", agency);
	if (accounts_file_add(people->dir, account, &err) < 0)
		fatal("%s", err.text);
}

void people_add_user(struct people *people, const char *name, enum role role,
		     const char *agency, const char *hash)
{
	struct account account = {.kind = ACCOUNT_USER};

	snprintf(account.password, sizeof(account.password), "%s", hash);
	add(people, &account, name, role, agency);
}

void people_add_token(struct people *people, const char *name, enum role role,
		      const char *agency, char token_r[SECRET_SIZE])
{
	struct account account = {.kind = ACCOUNT_TOKEN};

	secret_new("tangi_", token_r);
	secret_hash(token_r, account.token);
	add(people, &account, name, role, agency);
}

void people_write(struct people *people, const char *name, const char *text)
{
	struct err err;

	if (private_file_replace(people->dir, name, text, strlen(text), &err) < 0)
		fatal("%s", err.text);
}

char *people_read(const struct people *people, const char *name)
{
	struct file_stamp stamp;
	struct err err;
	char *text;
	size_t len;

	if (private_file_read(people->dir, name, &text, &len, &stamp, &err) < 0)
		fatal("%s", err.text);
	return text;
}

struct principal people_sign_in(struct people *people, const char *user,
				char session_r[SECRET_SIZE])
{
	struct principal principal;
	char csrf[SECRET_SIZE];

	if (!accounts_begin_session(people->accounts, user, session_r, csrf, &principal))
		fatal("%s cannot sign in", user);
	return principal;
}
