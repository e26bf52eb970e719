/*
 * time_lex: the text of a date or time cut into fields, by what they look
 * like: PostgreSQL's first step ("Date/Time Input Interpretation", appendix
 * B.1 of its manual). Inside lib/expr's time only.
 */
#ifndef EV_EXPR_TIME_LEX_H
#define EV_EXPR_TIME_LEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/slice.h"

enum ev_time_lex_kind {
	EV_LEX_NUMBER,
	EV_LEX_WORD,
	EV_LEX_DATE, /* digits or a word, with - / . inside; zone names too */
	EV_LEX_TIME, /* digits with : inside */
	EV_LEX_ZONE, /* a sign and digits */
};

#define EV_TIME_LEX_FIELDS 25
/* How much room PostgreSQL gives the fields: a timestamp's, an interval's. */
#define EV_TIME_LEX_STAMP (128 + EV_TIME_LEX_FIELDS)
#define EV_TIME_LEX_INTERVAL 256

struct ev_time_lex {
	size_t count;
	struct {
		enum ev_time_lex_kind kind;
		char *text; /* lower case, NUL-terminated, in bytes */
	} field[EV_TIME_LEX_FIELDS];
	char bytes[EV_TIME_LEX_INTERVAL];
};

/* False if text has a character that no date has, or is too long: `limit` is
 * the room, NULs between fields included, of at most sizeof(bytes). */
bool ev_time_lex(struct ev_slice text, size_t limit, struct ev_time_lex *lex);

/* The sign and digits at *at as an int, like strtol with base 10: *at moves
 * behind them (not at all, and 0, where there are none). False if it does not
 * fit. */
bool ev_time_lex_int(char **at, int *number);

/* ".123" as microseconds, rounded; *at is behind the digits after it. More
 * than 6 digits are rounded as double precision rounds them. */
int ev_time_lex_fraction(char **at);

#endif
