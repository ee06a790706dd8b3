/* Errors say what to do next.
 *
 * A fallible function returns 0 or -1 and describes the failure in its last parameter. The kind
 * decides, the text explains: outermost first, "store: commit: disk full".
 * Any thread; a struct err belongs to its caller. */
#pragma once

#define MUST_CHECK        __attribute__((warn_unused_result))
#define PRINTF_LIKE(f, a) __attribute__((format(printf, f, a)))
/* Room for the longest text, of which a report fills a hundredth before it is read: the release
 * build zeroes what is on the stack, and that would cost more than all that is done in it. */
#define NOT_ZEROED __attribute__((uninitialized))

enum err_kind {
	ERR_NONE,
	ERR_INVALID,   /* what was given is wrong: reject it, retrying is useless */
	ERR_CONFLICT,  /* someone was first: read again, then decide */
	ERR_BUSY,      /* full or not ready: nothing happened, try later */
	ERR_IO,        /* the environment failed: an operator has to know */
	ERR_UNCERTAIN, /* it may or may not have happened: retry with the same key */
};

struct err {
	enum err_kind kind;
	char field[48]; /* the member of the input that is wrong, or "" */
	char text[240]; /* UTF-8, whatever was put in */
};

/* All return -1. */
int err_set(struct err *err, enum err_kind kind, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* ERR_INVALID for one member of an input document. */
int err_field(struct err *err, const char *field, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Puts "what: " in front of the text there is. */
int err_wrap(struct err *err, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* fatal: the environment is unusable, at start-up only; exits 1.
 * panic: an invariant of ours is broken; aborts. What an outsider can cause is neither. */
_Noreturn void fatal(const char *fmt, ...) PRINTF_LIKE(1, 2);
_Noreturn void panic(const char *fmt, ...) PRINTF_LIKE(1, 2);
