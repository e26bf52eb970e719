/*
 * float8: PostgreSQL 15's type double precision: IEEE 754 doubles whose
 * operations fail where they would overflow or underflow, NaN equal to NaN
 * and above all others, and the shortest text that reads back as the same
 * double. (PostgreSQL has no % of doubles.)
 *
 * EV_BAD with PostgreSQL's message: "value out of range: overflow", "value
 * out of range: underflow", "division by zero". Where a function fails *out
 * is untouched. The process must not change LC_NUMERIC from "C".
 */
#ifndef EV_EXPR_FLOAT8_H
#define EV_EXPR_FLOAT8_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Text as a cast reads it: what strtod reads, white space around. EV_BAD:
 * 'invalid input syntax for type double precision: "x"', '"x" is out of range
 * for type double precision'. */
enum ev_status ev_float8_from_text(struct ev_slice text, double *out,
    struct ev_err *err);
/* Appends 0.1, 1e+15, 1.5e-07, NaN, -Infinity. */
void ev_float8_text(double value, struct ev_buf *out);

/* Rounds half to even. EV_BAD: "bigint out of range". */
enum ev_status ev_float8_to_int(double value, int64_t *out, struct ev_err *err);

/* Negative, 0 or positive. */
int ev_float8_cmp(double a, double b);

enum ev_status ev_float8_add(double a, double b, double *out,
    struct ev_err *err);
enum ev_status ev_float8_sub(double a, double b, double *out,
    struct ev_err *err);
enum ev_status ev_float8_mul(double a, double b, double *out,
    struct ev_err *err);
enum ev_status ev_float8_div(double a, double b, double *out,
    struct ev_err *err);

/* round() of a double is half to even. The rest of math.h does the same as
 * PostgreSQL: -x, fabs, ceil, floor, trunc. */
double ev_float8_round(double value);
/* -1, 0 or 1; 0 of NaN. */
double ev_float8_sign(double value);

#endif
