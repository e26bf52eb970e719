/*
 * time_decoder: what the two halves of time_decode share: the state of reading
 * one text, and the readers of fields that hold numbers. Inside lib/expr's
 * time only.
 */
#ifndef EV_EXPR_TIME_DECODER_H
#define EV_EXPR_TIME_DECODER_H

#include "expr/time_decode.h"

/* What is known. */
enum {
	YEAR = 1 << 0,
	MONTH = 1 << 1,
	DAY = 1 << 2,
	HOUR = 1 << 3,
	MINUTE = 1 << 4,
	SECOND = 1 << 5,
	FRACTION = 1 << 6,
	ZONE = 1 << 7,
	SUMMER = 1 << 8, /* "DST" or an abbreviation of summer time */
	DAY_OF_YEAR = 1 << 9,
	WEEKDAY = 1 << 10,
	MERIDIEM = 1 << 11,
	ERA = 1 << 12,
	SPECIAL =
	    1 << 13, /* epoch, infinity: the date and time then do not count */
	DATE = YEAR | MONTH | DAY,
	TIME = HOUR | MINUTE | SECOND | FRACTION,
};

struct ev_time_decoder {
	const struct ev_time_env *env;
	struct ev_time_parts parts;
	unsigned known;
	unsigned found;         /* by the field at hand */
	enum ev_time_unit unit; /* the last field named the next one's unit */
	enum ev_time_special special;
	bool has_special;
	bool word_month; /* the month came as a word */
	bool short_year; /* of one or two digits */
	bool julian;
	bool bc;
	bool bare_dst;
	int meridiem; /* -1: none */
	int day_of_year;
	const struct ev_zone *zone;
	const struct ev_time_abbrev *abbrev;
	struct ev_err *err;
};

/* Each reads one field, which it may change, and sets d->found. */
enum ev_time_fault ev_time_number_field(struct ev_time_decoder *d, char *text);
enum ev_time_fault ev_time_date_field(struct ev_time_decoder *d, char *text);
enum ev_time_fault ev_time_clock_field(struct ev_time_decoder *d, char *text);

/* The day is n. */
void ev_time_found_day(struct ev_time_decoder *d, int n);

#endif
