/*
 * num_impl: what the files of num share. Not for others.
 *
 * A big number is a GMP integer beside the scale in struct ev_num. Every
 * result goes through ev_num_settle, so a number is EV_NUM_BIG if and only if
 * its coefficient or its scale does not fit the small form.
 */
#ifndef EV_EXPR_NUM_IMPL_H
#define EV_EXPR_NUM_IMPL_H

#include <gmp.h>

#include "expr/num.h"

#define SMALL_SCALE_MAX 36 /* two factors of 18 digits each stay small */
#define POW10_MAX 38       /* the largest power of ten in 128 bits */

__extension__ typedef __int128 int128;
__extension__ typedef unsigned __int128 uint128;

struct ev_num_big {
	mpz_t coef;
};

/* Reads any finite number as a GMP integer, without allocating. */
struct ev_num_view {
	mpz_t own;
	mp_limb_t limb;
};
mpz_srcptr ev_num_view(struct ev_num num, struct ev_num_view *view);

/* 10 to the power of n, n at most POW10_MAX. */
uint128 ev_num_pow10(unsigned n);
/* product = factor * 10^n */
void ev_num_scale_up(mpz_t product, mpz_srcptr factor, unsigned long n);

/* Decimal digits, 0 of 0. */
size_t ev_num_digits(mpz_srcptr coef);
/* quotient = a / b, half away from zero; remainder is scratch. */
void ev_num_divide(mpz_t quotient, mpz_t remainder, mpz_srcptr a, mpz_srcptr b);

/* An integer of the pool to compute a result in; its value is arbitrary. */
struct ev_num_big *ev_num_pool_take(struct ev_num_pool *pool);

/* Makes *out of coef (of the pool) and scale: in the small form if it fits.
 * EV_BAD: "value overflows numeric format". */
enum ev_status ev_num_settle(struct ev_num_big *coef, size_t scale,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);

/* The same of a size in 128 bits; scale at most EV_NUM_SCALE_MAX. */
void ev_num_settle_wide(bool negative, uint128 size, size_t scale,
    struct ev_num_pool *pool, struct ev_num *out);

enum ev_status ev_num_overflow(struct ev_err *err);
enum ev_status ev_num_zero_division(struct ev_err *err);

/* The operations for any finite operands, in num_big.c. */
enum ev_status ev_num_big_add(struct ev_num a, struct ev_num b, bool subtract,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_big_mul(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
/* With `scale` digits after the point. b is not 0. */
enum ev_status ev_num_big_div(struct ev_num a, struct ev_num b, int scale,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
enum ev_status ev_num_big_mod(struct ev_num a, struct ev_num b,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err);
int ev_num_big_cmp(struct ev_num a, struct ev_num b);
/* The first digits of a number that is not 0, as select_div_scale wants
 * them: the first of its digits to the base 10000, and that one's weight. */
unsigned ev_num_big_first(struct ev_num num, int *weight);

enum ev_num_rounding {
	EV_NUM_HALF_UP, /* away from zero */
	EV_NUM_TRUNC,
	EV_NUM_CEIL,
	EV_NUM_FLOOR,
};

/* To scale digits after the point (negative: before it), scale being within
 * [-EV_NUM_WHOLE_MAX - 1, EV_NUM_SCALE_MAX]. */
enum ev_status ev_num_big_round(struct ev_num num, int32_t scale,
    enum ev_num_rounding how, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err);

#endif
