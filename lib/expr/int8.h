/*
 * int8: PostgreSQL 15's type bigint: 64-bit integers whose operations fail
 * where they would overflow. `/` truncates, `%` has the sign of the dividend.
 *
 * EV_BAD with PostgreSQL's message: "bigint out of range", "division by
 * zero". Where a function fails *out is untouched.
 */
#ifndef EV_EXPR_INT8_H
#define EV_EXPR_INT8_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

/* Text as a cast reads it: digits, a sign, white space around. EV_BAD:
 * 'invalid input syntax for type bigint: "x"', 'value "x" is out of range for
 * type bigint'. */
enum ev_status ev_int8_from_text(struct ev_slice text, int64_t *out,
    struct ev_err *err);
void ev_int8_text(int64_t value, struct ev_buf *out);

/* The failure of every operation below: sets err, returns EV_BAD. */
enum ev_status ev_int8_range(struct ev_err *err);

static inline enum ev_status
ev_int8_add(int64_t a, int64_t b, int64_t *out, struct ev_err *err)
{
	int64_t sum;

	if (__builtin_add_overflow(a, b, &sum))
		return ev_int8_range(err);
	*out = sum;
	return EV_OK;
}

static inline enum ev_status
ev_int8_sub(int64_t a, int64_t b, int64_t *out, struct ev_err *err)
{
	int64_t difference;

	if (__builtin_sub_overflow(a, b, &difference))
		return ev_int8_range(err);
	*out = difference;
	return EV_OK;
}

static inline enum ev_status
ev_int8_mul(int64_t a, int64_t b, int64_t *out, struct ev_err *err)
{
	int64_t product;

	if (__builtin_mul_overflow(a, b, &product))
		return ev_int8_range(err);
	*out = product;
	return EV_OK;
}

enum ev_status ev_int8_div(int64_t a, int64_t b, int64_t *out,
    struct ev_err *err);
enum ev_status ev_int8_mod(int64_t a, int64_t b, int64_t *out,
    struct ev_err *err);
enum ev_status ev_int8_neg(int64_t value, int64_t *out, struct ev_err *err);
enum ev_status ev_int8_abs(int64_t value, int64_t *out, struct ev_err *err);

#endif
