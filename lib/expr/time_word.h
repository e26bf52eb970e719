/*
 * time_word: the words in dates and times: months, days of the week, 'now',
 * 'am', 'bc' …, and abbreviations of zones. Inside lib/expr's time only.
 */
#ifndef EV_EXPR_TIME_WORD_H
#define EV_EXPR_TIME_WORD_H

#include <stdbool.h>
#include <stdint.h>

enum ev_time_word_kind {
	EV_WORD_MONTH,    /* value 1..12 */
	EV_WORD_WEEKDAY,  /* 0: Sunday */
	EV_WORD_MERIDIEM, /* 0: am, 1: pm */
	EV_WORD_ERA,      /* 0: AD, 1: BC */
	EV_WORD_SPECIAL,  /* enum ev_time_special */
	EV_WORD_UNIT,     /* enum ev_time_unit: what the next number is */
	EV_WORD_ISO_TIME, /* the "t" between date and time */
	EV_WORD_DST,      /* summer time: one hour more */
	EV_WORD_IGNORED,
};

enum ev_time_special {
	EV_SPECIAL_NOW,
	EV_SPECIAL_YESTERDAY,
	EV_SPECIAL_TODAY,
	EV_SPECIAL_TOMORROW,
	EV_SPECIAL_ALLBALLS, /* 00:00:00 UTC */
	EV_SPECIAL_EPOCH,
	EV_SPECIAL_INFINITY,
	EV_SPECIAL_NEG_INFINITY,
};

enum ev_time_unit {
	EV_UNIT_NONE,
	EV_UNIT_YEAR,
	EV_UNIT_MONTH,
	EV_UNIT_DAY,
	EV_UNIT_HOUR,
	EV_UNIT_MINUTE,
	EV_UNIT_SECOND,
	EV_UNIT_JULIAN,
	EV_UNIT_TIME,  /* hhmmss, after "t" */
	EV_UNIT_OTHER, /* a unit that no number may follow: dow, isoyear … */
};

struct ev_time_word {
	const char *name;
	enum ev_time_word_kind kind;
	int value;
};

/* The word called name (lower case), or NULL. */
const struct ev_time_word *ev_time_word_find(const char *name);

struct ev_time_abbrev {
	const char *name; /* lower case */
	int32_t east;     /* seconds */
	bool dst;
	const char *zone; /* unless NULL, that zone's history decides */
};

/* The abbreviation called name (lower case), or NULL. */
const struct ev_time_abbrev *ev_time_abbrev_find(const char *name);

#endif
