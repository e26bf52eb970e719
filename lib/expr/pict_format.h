/*
 * pict_format: a format picture cut into nodes: patterns (YYYY, 9), the
 * characters between them, and quoted text. Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_FORMAT_H
#define EV_EXPR_PICT_FORMAT_H

#include <stdbool.h>
#include <stddef.h>

#include "expr/pict.h"

enum ev_pict_id {
	/* dates and times */
	EV_PICT_ERA,      /* AD BC */
	EV_PICT_ERA_DOTS, /* A.D. B.C. */
	EV_PICT_AM,
	EV_PICT_AM_DOTS,
	EV_PICT_CC,
	EV_PICT_DAY,
	EV_PICT_DDD,
	EV_PICT_DD,
	EV_PICT_DY,
	EV_PICT_D,
	EV_PICT_FF, /* FF1 … FF6: the name has the digit */
	EV_PICT_FX,
	EV_PICT_HH24,
	EV_PICT_HH12,
	EV_PICT_IDDD,
	EV_PICT_ID,
	EV_PICT_IW,
	EV_PICT_IYYY,
	EV_PICT_IYY,
	EV_PICT_IY,
	EV_PICT_I,
	EV_PICT_J,
	EV_PICT_MI,
	EV_PICT_MM,
	EV_PICT_MONTH,
	EV_PICT_MON,
	EV_PICT_MS,
	EV_PICT_OF,
	EV_PICT_Q,
	EV_PICT_RM,
	EV_PICT_SSSS,
	EV_PICT_SS,
	EV_PICT_TZH,
	EV_PICT_TZM,
	EV_PICT_TZ,
	EV_PICT_US,
	EV_PICT_WW,
	EV_PICT_W,
	EV_PICT_Y_YYY,
	EV_PICT_YYYY,
	EV_PICT_YYY,
	EV_PICT_YY,
	EV_PICT_Y,
	/* numbers */
	EV_PICT_COMMA,
	EV_PICT_POINT,
	EV_PICT_0,
	EV_PICT_9,
	EV_PICT_BLANK,     /* B */
	EV_PICT_POINT_LOC, /* D */
	EV_PICT_EEEE,
	EV_PICT_FILL,       /* FM */
	EV_PICT_GROUP,      /* G */
	EV_PICT_CURRENCY,   /* L */
	EV_PICT_MINUS,      /* MI */
	EV_PICT_PLUS,       /* PL */
	EV_PICT_BRACKETS,   /* PR */
	EV_PICT_ROMAN,      /* RN */
	EV_PICT_SIGN,       /* S */
	EV_PICT_PLUS_MINUS, /* SG */
	EV_PICT_TH,
	EV_PICT_SHIFT,   /* V */
	EV_PICT_NOTHING, /* C, SP: known and without effect */
};

/* How the words of a pattern are written. */
enum ev_pict_style {
	EV_PICT_UPPER,
	EV_PICT_TITLE,
	EV_PICT_LOWER,
};

/* Which calendar a pattern of to_date belongs to; they do not mix. */
enum ev_pict_calendar {
	EV_PICT_ANY,
	EV_PICT_GREGORIAN,
	EV_PICT_ISO_WEEK,
};

struct ev_pict_key {
	const char *name;
	enum ev_pict_id id;
	enum ev_pict_style style;
	bool digits; /* its text is a number */
	enum ev_pict_calendar calendar;
};

enum ev_pict_node_kind {
	EV_PICT_KEY,
	EV_PICT_CHAR,
	EV_PICT_SPACE,
	EV_PICT_SEPARATOR, /* ASCII, neither letter nor digit */
};

struct ev_pict_node {
	enum ev_pict_node_kind kind;
	const struct ev_pict_key *key;
	struct ev_slice text; /* the character, unless it is a key */
	bool quoted;          /* it stands in double quotes */
	bool fill;            /* FM before it */
	bool translated;      /* TM before it */
	enum {
		EV_PICT_NO_TH,
		EV_PICT_UPPER_TH,
		EV_PICT_LOWER_TH,
	} th;
};

struct ev_pict_cursor {
	const struct ev_pict_node *node; /* of one that is cut: the next … */
	const struct ev_pict_node *last; /* … and the one behind the last */
	const char *at;
	const char *end;
	bool numbers; /* a picture of numbers, not of times */
	bool quoted;
};

struct ev_pict_cursor ev_pict_begin(struct ev_pict format, bool numbers);
/* The next node; false at the end. */
bool ev_pict_next(struct ev_pict_cursor *cursor, struct ev_pict_node *node);

/* True for what a time of day has, offsets apart. */
bool ev_pict_is_clock(enum ev_pict_id id);

/* True for an ASCII character that is visible, but neither letter nor digit.
 */
bool ev_pict_is_separator(char c);

/* "st", "ND" … for the number at the end of text. */
const char *ev_pict_ordinal(const char *digits, size_t len, bool upper);

#endif
