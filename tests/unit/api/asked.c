#include "asked.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "../../support/ports.h"
#include "../core/city.h"
#include "base/xalloc.h"

static void wake(void *ctx)
{
	struct asked *asked = ctx;

	loop_wake(asked->loop);
}

static void committed(void *ctx, const struct event *events, unsigned count)
{
	struct asked *asked = ctx;

	feed_append(asked->feed, events, count);
	feed_wake(asked->feed);
}

static void poll_store(void *ctx)
{
	struct asked *asked = ctx;

	if (!asked->is_held)
		store_poll(asked->store);
}

static void run_errand(void *ctx)
{
	struct asked *asked = ctx;

	pthread_mutex_lock(&asked->lock);
	if (asked->errand != NULL) {
		asked->errand(asked, asked->arg);
		asked->errand = NULL;
		pthread_cond_signal(&asked->done);
	}
	pthread_mutex_unlock(&asked->lock);
}

void asked_do(struct asked *asked, void (*errand)(struct asked *asked, void *arg), void *arg)
{
	pthread_mutex_lock(&asked->lock);
	asked->errand = errand;
	asked->arg = arg;
	loop_wake(asked->loop);
	while (asked->errand != NULL)
		pthread_cond_wait(&asked->done, &asked->lock);
	pthread_mutex_unlock(&asked->lock);
}

static void open_store(struct asked *asked, unsigned feed_events)
{
	struct store_settings settings = {
		.dir = "", .batch_max = 256, .queue_max = 4096, .has_threads = true};
	struct store_hooks hooks = {.wake = wake, .events = committed, .ctx = asked};
	struct err err;

	assert_int_equal(store_open(&asked->store, &store_memory, &settings,
				    rules_agencies(asked->rules), &clock_system,
				    &asked->metrics, &hooks, &err),
			 0);
	asked->feed = feed_new(feed_events, 0);
	loop_add_poller(asked->loop, poll_store, asked);
	loop_add_poller(asked->loop, run_errand, asked);
}

static void open_http(struct asked *asked)
{
	struct err err;

	asked->port = free_port();
	snprintf(asked->listen, sizeof(asked->listen), "127.0.0.1:%u", asked->port);
	asked->settings = (struct http_settings){.listen = asked->listen,
						 .trusted = "",
						 .web_dir = "",
						 .max_connections = 100,
						 .max_waiting_per_address = 100,
						 .request_timeout_ms = 10000};
	assert_int_equal(http_open(&asked->http, asked->loop, &asked->settings, &clock_system,
				   &asked->metrics, &err),
			 0);
}

static void open_api(struct asked *asked)
{
	struct api_parts parts = {.loop = asked->loop,
				  .http = asked->http,
				  .store = asked->store,
				  .feed = asked->feed,
				  .accounts = asked->people->accounts,
				  .sign_in = asked->sign_in,
				  .actions = asked->actions,
				  .rules = asked->rules,
				  .clock = &clock_system,
				  .metrics = &asked->metrics,
				  .city = "cirebon"};

	asked->api = api_new(&parts);
}

static void *run(void *arg)
{
	struct asked *asked = arg;

	loop_run(asked->loop);
	return NULL;
}

static void add_people(struct asked *asked)
{
	struct people *people = people_new();

	asked->people = people;
	people_add_token(people, "admin", ROLE_ADMIN, NULL, asked->admin);
	people_add_token(people, "pos-fire", ROLE_DISPATCHER, "fire", asked->fire);
	people_add_token(people, "pos-police", ROLE_DISPATCHER, "police", asked->police);
	people_add_token(people, "rest", ROLE_ADAPTER, NULL, asked->adapter);
	people_close(people);
	people_open(people);
}

struct asked *asked_start(unsigned feed_events)
{
	struct asked *asked = xcalloc(1, sizeof(*asked));
	struct err err;

	pthread_mutex_init(&asked->lock, NULL);
	pthread_cond_init(&asked->done, NULL);
	add_people(asked);
	asked->rules = city_load();
	assert_int_equal(loop_new(&asked->loop, &clock_system, &asked->metrics, &err), 0);
	open_store(asked, feed_events);
	open_http(asked);
	assert_int_equal(sign_in_open(&asked->sign_in, asked->loop, asked->people->accounts,
				      &asked->metrics, &err),
			 0);
	asked->actions =
		actions_new(asked->store, asked->rules, &clock_system, &asked->metrics);
	open_api(asked);
	assert_int_equal(http_start(asked->http, &err), 0);
	pthread_create(&asked->thread, NULL, run, asked);
	return asked;
}

/* In the order of the program's own end: the store answers what is open after the API is gone.
 */
void asked_stop(struct asked **asked)
{
	struct asked *mine = *asked;

	*asked = NULL;
	loop_stop(mine->loop);
	pthread_join(mine->thread, NULL);
	sign_in_close(&mine->sign_in);
	http_close(&mine->http);
	api_free(&mine->api);
	store_close(&mine->store);
	actions_free(&mine->actions);
	people_free(&mine->people);
	feed_free(&mine->feed);
	loop_free(&mine->loop);
	rules_free(&mine->rules);
	pthread_mutex_destroy(&mine->lock);
	pthread_cond_destroy(&mine->done);
	xfree(mine);
}

static void answered(struct store_request *request)
{
	*(bool *)request->ctx = true;
}

/* On the loop's thread: stored when it returns. */
static void store_now(struct asked *asked, void *arg)
{
	struct store_request *request = arg;
	bool is_answered = false;

	request->at_ms = clock_system.wall_ms(&clock_system);
	request->done = answered;
	request->ctx = &is_answered;
	store_submit(asked->store, request);
	while (!is_answered)
		store_poll(asked->store);
	assert_int_equal(request->answer, STORE_STORED);
	buf_unref(&request->body);
}

void asked_report(struct asked *asked, agency_set agencies, char incident_r[ID_SIZE])
{
	static const char body[] = "{\"source\":\"lapor-web\",\"text\":\"Kebakaran rumah\"}";
	struct store_request request = {.op = STORE_REPORT,
					.verdict = {.disposition = DISPOSITION_EMERGENCY,
						    .priority = 1,
						    .category = "fire_building",
						    .agencies = agencies},
					.location = {.from = LOCATION_NONE, .accuracy_m = -1}};
	struct report *report;
	struct err err;

	assert_int_equal(report_parse(body, sizeof(body) - 1, NULL, &report, &err), 0);
	id_next(&asked->ids, 'R', clock_system.wall_ms(&clock_system), report->id);
	request.in.report = report;
	asked_do(asked, store_now, &request);
	memcpy(incident_r, request.incident_id, ID_SIZE);
	report_free(&report);
}

void asked_note(struct asked *asked, const char *incident, const char *note)
{
	json_t *doc = json_pack("{s:s,s:s}", "action", "note", "note", note);
	struct store_request request = {.op = STORE_COMMAND};
	struct command *command;
	struct err err;

	assert_int_equal(
		command_read(doc, incident, rules_agencies(asked->rules), &command, &err), 0);
	json_decref(doc);
	command->viewer =
		(struct viewer){.may_watch = true, .sees_all = true, .sees_secret = true};
	command->acts_for = ~(agency_set)0;
	snprintf(command->by, sizeof(command->by), "siti");
	request.in.command = command;
	asked_do(asked, store_now, &request);
	command_free(&command);
}

int asked_open(struct asked *asked, const char *target, const char *token, const char *headers)
{
	int fd = client_connect(asked->port);
	char text[1024];

	snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s%s%s\r\n",
		 target, asked->port, token != NULL ? "Authorization: Bearer " : "",
		 token != NULL ? token : "", token != NULL ? "\r\n" : "",
		 headers != NULL ? headers : "");
	client_say(fd, text);
	return fd;
}

char *asked_get(struct asked *asked, const char *target, const char *token, const char *headers)
{
	int fd = asked_open(asked, target, token, headers);
	char *got = client_read(fd, NULL, NULL);

	close(fd);
	return got;
}

json_t *asked_json(struct asked *asked, unsigned status, const char *target, const char *token)
{
	char *got = asked_get(asked, target, token, NULL), wanted[32];
	json_t *doc;

	snprintf(wanted, sizeof(wanted), "HTTP/1.1 %u ", status);
	if (strncmp(got, wanted, strlen(wanted)) != 0)
		fail_msg("%s: wanted %u: %.400s", target, status, got);
	doc = json_loads(strstr(got, "\r\n\r\n") + 4, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(doc);
	xfree(got);
	return doc;
}
