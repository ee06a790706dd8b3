/* One connection to the broker on which we speak, from the first byte to the last.
 *
 * The library's socket does not block, and with mosquitto_threaded_set() left alone a publish
 * writes to it at once, so a step waits in one place only. What does block is the look-up of
 * the broker's name in mqtt_line_open. A line belongs to one thread. */
#pragma once

#include "net/mqtt_address.h"
#include "net/mqtt_link.h"

struct mqtt5__property;

struct mqtt_line {
	struct mqtt_address *address;
	struct mosquitto *client;
	struct mqtt5__property *properties; /* that all messages have; NULL below MQTT 5 */
	bool has_answer, is_greeted;        /* the broker has said something; has let us in */
	bool is_up;                         /* and has confirmed a message */
	bool is_leaving, has_left;
	bool wants_unsubscribe;
	bool has_said_online;
	int presence; /* the mid of what we say of ourselves; 0: it is answered */
	int64_t opened_us;
	uint64_t seq;          /* for what we say of ourselves */
	uint64_t sweep_before; /* views older than this are stale; 0: not looking */
	struct list sent;      /* messages without an answer, oldest first */
	struct list *answers;  /* the link's: letters on their way back */
	char why[160];         /* not "": it is broken */
};

/* Begins to connect; line->why when that fails at once. */
void mqtt_line_open(struct mqtt_line *line, struct mqtt_address *address, uint64_t seq,
		    struct list *answers);
/* What has no answer yet is freed. */
void mqtt_line_close(struct mqtt_line *line);

/* Waits for the socket, for wake_fd or for wait_ms, and does what is due. */
void mqtt_line_step(struct mqtt_line *line, int wake_fd, int wait_ms);
/* Between the two, messages are put together into few segments. */
void mqtt_line_cork(struct mqtt_line *line, bool is_corked);
/* Takes the letter; it comes back among the answers. */
void mqtt_line_publish(struct mqtt_line *line, struct mqtt_letter **letter);
void mqtt_line_sweep(struct mqtt_line *line, uint64_t before);
/* Says offline, then has_left. */
void mqtt_line_leave(struct mqtt_line *line, uint64_t seq);
