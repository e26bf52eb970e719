/*
 * pict_digits: the number that to_char is to write, as text that fits the
 * picture's places. Inside lib/expr's pict only.
 */
#ifndef EV_EXPR_PICT_DIGITS_H
#define EV_EXPR_PICT_DIGITS_H

#include "base/buf.h"
#include "base/slice.h"
#include "expr/pict.h"

struct ev_pict_digits {
	struct ev_buf text; /* without the sign; '#' where it does not fit */
	char sign;          /* '+' or '-' */
	int spaces;         /* places before the first digit */
};

/* number times 10^shift, rounded to *post decimals, for `pre` places before
 * the point (shift is already counted there). *post becomes smaller where
 * double precision has no more digits. text is the caller's to release. */
enum ev_status ev_pict_digits(enum ev_pict_number_kind kind,
    struct ev_slice number, int shift, int pre, int *post,
    struct ev_pict_digits *digits, struct ev_err *err);

/* The same as d.dde+xx, with a sign or a space before it. */
void ev_pict_scientific(enum ev_pict_number_kind kind, struct ev_slice number,
    int pre, int post, struct ev_buf *out);

/* As an upper-case Roman number; '#' if there is none. EV_BAD if it is no
 * integer of 32 bits, unless it is a double. */
enum ev_status ev_pict_roman(enum ev_pict_number_kind kind,
    struct ev_slice number, struct ev_buf *out, struct ev_err *err);

#endif
