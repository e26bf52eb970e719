/*
 * pict_places: what a picture of numbers holds as a whole: the places before
 * and after the point, where the sign goes. to_char and to_number ask for it
 * before they go through the picture. Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_PLACES_H
#define EV_EXPR_PICT_PLACES_H

#include "base/err.h"
#include "expr/pict.h"

/* What the picture has. */
enum {
	EV_HAS_POINT = 1 << 0,
	EV_HAS_FILL = 1 << 1, /* FM */
	EV_HAS_ZERO = 1 << 2,
	EV_HAS_BLANK = 1 << 3,
	EV_HAS_BRACKETS = 1 << 4,
	EV_HAS_SIGN = 1 << 5, /* S */
	EV_HAS_MINUS = 1 << 6,
	EV_HAS_PLUS = 1 << 7,
	EV_HAS_ROMAN = 1 << 8,
	EV_HAS_SHIFT = 1 << 9,
	EV_HAS_EEEE = 1 << 10,
};

struct ev_pict_places {
	unsigned has;
	int pre;   /* places before the point */
	int post;  /* and after it */
	int shift; /* places after V */
	int zero_start;
	int zero_end;
	int sign_place; /* places before S */
	enum {
		EV_NO_S,
		EV_S_BEFORE,
		EV_S_AFTER,
	} sign;
};

/* EV_BAD: its patterns contradict one another, or stand in a wrong order. */
enum ev_status ev_pict_places(struct ev_pict format,
    struct ev_pict_places *places, struct ev_err *err);

#endif
