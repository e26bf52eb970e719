/*
 * num: exact decimal numbers that behave as PostgreSQL 15's type numeric:
 * the same digits, the same display scale (1.10 + 2.2 is 3.30), the same
 * errors, NaN and the infinities.
 *
 * A number is a small value, copied freely. While its digits fit 63 bits it
 * stands in the struct itself; else its coefficient is a GMP integer that
 * lies in a pool and lives until the pool is reset or released. So: one pool
 * for the numbers of an event, reset before the next one; another, never
 * reset, for the constants of an expression. Nothing is allocated while the
 * numbers are small, nor for big ones once the pool has grown.
 *
 * Functions return EV_OK, or EV_BAD with PostgreSQL's message in err. Where
 * they fail *out is untouched. `out` may be one of the operands.
 *
 * Source: PostgreSQL 15, src/backend/utils/adt/numeric.c.
 */
#ifndef EV_EXPR_NUM_H
#define EV_EXPR_NUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define EV_NUM_SCALE_MAX 16383  /* digits after the point */
#define EV_NUM_WHOLE_MAX 131072 /* digits before the point */
/* Digits of all big numbers that are read into one pool: 1e131071 has 131,072,
 * and an event may hold it by the thousand. */
#define EV_NUM_POOL_MAX (256u << 20)

struct ev_num_big;

enum ev_num_kind {
	EV_NUM_SMALL, /* coef / 10^scale; scale at most 36, coef never -2^63 */
	EV_NUM_BIG,   /* the same, but coef is big's */
	EV_NUM_MINUS_INF,
	EV_NUM_PLUS_INF,
	EV_NUM_NAN,
};

struct ev_num {
	union {
		int64_t coef;
		const struct ev_num_big *big; /* lent by the pool */
	};
	uint16_t scale; /* digits after the point that are shown */
	uint8_t kind;   /* enum ev_num_kind */
};

/* In the caller's storage; {0} is an empty one. */
struct ev_num_pool {
	struct ev_num_big **items; /* owned, as is what they point to */
	size_t used;
	size_t count;
	size_t digits; /* of the texts that big ones were read from */
	bool full;     /* there was no room for a number; see compare.c */
};

/* Ends the life of all big numbers of the pool; keeps memory for the next. */
void ev_num_pool_reset(struct ev_num_pool *pool);
/* The same for those that were made since a mark. */
struct ev_num_pool_mark {
	size_t used, digits;
};
static inline struct ev_num_pool_mark
ev_num_pool_mark(const struct ev_num_pool *pool)
{
	return (struct ev_num_pool_mark){pool->used, pool->digits};
}
void ev_num_pool_rewind(struct ev_num_pool *pool, struct ev_num_pool_mark mark);
void ev_num_pool_release(struct ev_num_pool *pool);

/* ---- from and to text ---- */

/* A JSON number (its grammar already checked), of any length. EV_BAD:
 * "value overflows numeric format", or the pool has no room for more. */
enum ev_status ev_num_from_json(struct ev_slice text, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);

/* The same of one of up to 18 characters without an exponent, which is a small
 * number; false: it is another. */
bool ev_num_from_short(struct ev_slice json, struct ev_num *out);

/* Any text, as a cast does: white space around it, a plus sign, ".5", "5.",
 * NaN, Infinity, inf. EV_BAD: 'invalid input syntax for type numeric: "x"',
 * "value overflows numeric format". */
enum ev_status ev_num_from_text(struct ev_slice text, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);

/* Appends the number as PostgreSQL prints it. */
void ev_num_text(struct ev_num num, struct ev_buf *out);

/* ---- from and to the other types of numbers ---- */

struct ev_num ev_num_from_int(int64_t value, struct ev_num_pool *pool);

/* 15 significant digits, as PostgreSQL casts double precision. */
struct ev_num ev_num_from_double(double value, struct ev_num_pool *pool);

/* Rounds half away from zero. EV_BAD: "bigint out of range", "cannot convert
 * NaN to bigint", "cannot convert infinity to bigint". */
enum ev_status ev_num_to_int(struct ev_num num, int64_t *out,
    struct ev_err *err);

/* The nearest double. EV_BAD where it would be infinite, or 0 though num is
 * not: '"…" is out of range for type double precision'. */
enum ev_status ev_num_to_double(struct ev_num num, double *out,
    struct ev_err *err);

/* ---- arithmetic ---- */

/* Exact: negative, 0 or positive. NaN equals NaN and is above all others.
 * (Against a double PostgreSQL compares as doubles: ev_num_to_double, then
 * ev_float8_cmp.) */
int ev_num_cmp(struct ev_num a, struct ev_num b);
/* The same, for an integer on the right. */
int ev_num_cmp_int(struct ev_num a, int64_t b);
/* The same of texts as ev_num_from_text takes them, without making numbers of
 * them: 1e131071 is eight bytes to read, and 131,072 digits. False where one is
 * not a finite number within numeric's range. */
bool ev_num_cmp_text(struct ev_slice a, struct ev_slice b, int *order);

/* EV_BAD: "value overflows numeric format"; div and mod "division by zero".
 * div gives as many digits as PostgreSQL (at least 16 significant ones, half
 * away from zero); mod has the sign of a. */
enum ev_status ev_num_add(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_sub(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_mul(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_div(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_mod(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

struct ev_num ev_num_neg(struct ev_num num, struct ev_num_pool *pool);
struct ev_num ev_num_abs(struct ev_num num, struct ev_num_pool *pool);
/* -1, 0 or 1; NaN of NaN. */
struct ev_num ev_num_sign(struct ev_num num);

/* round half away from zero and trunc to `scale` digits after the point,
 * negative: before it; the result shows that many (round(1.5, 3) is 1.500).
 * EV_BAD: "value overflows numeric format". */
enum ev_status ev_num_round(struct ev_num num, int32_t scale,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_trunc(struct ev_num num, int32_t scale,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_ceil(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_floor(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);

/* ---- roots, logarithms, powers (num_log.c) ---- */

/* With PostgreSQL's digits: at least 16 significant ones. EV_BAD: "cannot take
 * square root of a negative number", "cannot take logarithm of zero", "value
 * overflows numeric format" and such. */
enum ev_status ev_num_sqrt(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_exp(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_ln(struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_log(struct ev_num base, struct ev_num num,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_power(struct ev_num base, struct ev_num exponent,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

/* ---- whole numbers (num_whole.c) ---- */

/* The quotient cut to a whole number. EV_BAD: "division by zero". */
enum ev_status ev_num_quotient(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
/* The greatest common divisor, the least common multiple. */
enum ev_status ev_num_gcd(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_lcm(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
/* EV_BAD: "factorial of a negative number is undefined", "value overflows
 * numeric format". */
enum ev_status ev_num_factorial(int64_t n, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err);
/* How many digits after the point a finite number needs. */
unsigned ev_num_min_scale(struct ev_num num);

#endif
