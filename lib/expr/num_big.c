/*
 * num_big: the operations on numbers of any size, on GMP integers, and the
 * pool these live in. They take small numbers too: what the fast paths of
 * num.c cannot do comes here.
 *
 * GMP's memory comes from base/mem, so that running out of it ends the
 * process as everywhere else and not by GMP's abort.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "expr/num_impl.h"

/* An integer of more 64-bit words than this gives its memory back in the end. */
#define KEEP_LIMBS 64

_Static_assert(GMP_NUMB_BITS == 64, "a coefficient must fit one limb");

enum ev_status
ev_num_overflow(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "value overflows numeric format");
}

enum ev_status
ev_num_zero_division(struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "division by zero");
}

/* ---- memory ---- */

static void *
realloc_sized(void *ptr, size_t old_size, size_t size)
{
	(void)old_size;
	return ev_mem_realloc(ptr, size);
}

static void
free_sized(void *ptr, size_t size)
{
	(void)size;
	free(ptr);
}

__attribute__((constructor)) static void
set_memory_functions(void)
{
	mp_set_memory_functions(ev_mem_alloc, realloc_sized, free_sized);
}

struct ev_num_big *
ev_num_pool_take(struct ev_num_pool *pool)
{
	if (pool->used == pool->count) {
		pool->count = pool->count ? 2 * pool->count : 8;
		pool->items = ev_mem_realloc(pool->items,
		    pool->count * sizeof *pool->items);
		for (size_t i = pool->used; i < pool->count; i++) {
			pool->items[i] = ev_mem_alloc(sizeof *pool->items[i]);
			mpz_init(pool->items[i]->coef);
		}
	}
	return pool->items[pool->used++];
}

void
ev_num_pool_rewind(struct ev_num_pool *pool, struct ev_num_pool_mark mark)
{
	for (size_t i = mark.used; i < pool->used; i++) {
		mpz_ptr coef = pool->items[i]->coef;

		if (coef->_mp_alloc > KEEP_LIMBS)
			mpz_realloc2(coef, 64);
	}
	pool->used = mark.used;
	pool->digits = mark.digits;
}

void
ev_num_pool_reset(struct ev_num_pool *pool)
{
	ev_num_pool_rewind(pool, (struct ev_num_pool_mark){0});
}

void
ev_num_pool_release(struct ev_num_pool *pool)
{
	for (size_t i = 0; i < pool->count; i++) {
		mpz_clear(pool->items[i]->coef);
		free(pool->items[i]);
	}
	free(pool->items);
	*pool = (struct ev_num_pool){0};
}

/* ---- between the two forms ---- */

mpz_srcptr
ev_num_view(struct ev_num num, struct ev_num_view *view)
{
	if (num.kind == EV_NUM_BIG)
		return num.big->coef;
	view->limb = num.coef < 0 ? -(uint64_t)num.coef : (uint64_t)num.coef;
	return mpz_roinit_n(view->own, &view->limb,
	    num.coef < 0 ? -1 : num.coef > 0);
}

size_t
ev_num_digits(mpz_srcptr coef)
{
	size_t digits = mpz_sizeinbase(coef, 10); /* exact, or 1 too many */
	mpz_t limit;
	int order;

	if (mpz_sgn(coef) == 0)
		return 0;
	mpz_init(limit);
	mpz_ui_pow_ui(limit, 10, digits - 1);
	order = mpz_cmpabs(coef, limit);
	mpz_clear(limit);
	return order < 0 ? digits - 1 : digits;
}

void
ev_num_scale_up(mpz_t product, mpz_srcptr factor, unsigned long n)
{
	mpz_t power;

	if (n <= 19) {
		mpz_mul_ui(product, factor, (uint64_t)ev_num_pow10(n));
		return;
	}
	mpz_init(power);
	mpz_ui_pow_ui(power, 10, n);
	mpz_mul(product, factor, power);
	mpz_clear(power);
}

static bool
whole_too_long(mpz_srcptr coef, size_t scale)
{
	size_t max = EV_NUM_WHOLE_MAX + scale;

	return mpz_sizeinbase(coef, 10) > max && ev_num_digits(coef) > max;
}

enum ev_status
ev_num_settle(struct ev_num_big *big, size_t scale, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	mpz_srcptr coef = big->coef;

	if (scale > EV_NUM_SCALE_MAX || whole_too_long(coef, scale))
		return ev_num_overflow(err);
	out->scale = (uint16_t)scale;
	if (scale <= SMALL_SCALE_MAX && mpz_sizeinbase(coef, 2) < 64) {
		out->kind = EV_NUM_SMALL;
		out->coef = mpz_get_si(coef);
		if (pool->used && pool->items[pool->used - 1] == big)
			pool->used--;
	} else {
		out->kind = EV_NUM_BIG;
		out->big = big;
	}
	return EV_OK;
}

void
ev_num_settle_wide(bool negative, uint128 size, size_t scale,
    struct ev_num_pool *pool, struct ev_num *out)
{
	struct ev_num_big *big;
	mp_limb_t *limbs;

	if (size <= INT64_MAX && scale <= SMALL_SCALE_MAX) {
		*out = (struct ev_num){{negative ? -(int64_t)size
						 : (int64_t)size},
		    (uint16_t)scale, EV_NUM_SMALL};
		return;
	}
	big = ev_num_pool_take(pool);
	limbs = mpz_limbs_write(big->coef, 2);
	limbs[0] = (mp_limb_t)size;
	limbs[1] = (mp_limb_t)(size >> 64);
	mpz_limbs_finish(big->coef, negative ? -2 : 2);
	*out = (struct ev_num){{0}, (uint16_t)scale, EV_NUM_BIG};
	out->big = big;
}

/* ---- arithmetic ---- */

/* The coefficient of num with more digits after the point; temp, an empty
 * integer, holds it where it had to be computed. */
static mpz_srcptr
align(struct ev_num num, unsigned scale, struct ev_num_view *view, mpz_t temp)
{
	mpz_srcptr coef = ev_num_view(num, view);

	if (num.scale == scale)
		return coef;
	ev_num_scale_up(temp, coef, scale - num.scale);
	return temp;
}

/* What combines the coefficients of both at the scale of the finer one. */
static enum ev_status
combine(void (*call)(mpz_ptr, mpz_srcptr, mpz_srcptr), struct ev_num a,
    struct ev_num b, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	struct ev_num_big *result = ev_num_pool_take(pool);
	struct ev_num_view view_a, view_b;
	mpz_srcptr left, right;
	mpz_t temp;

	/* At most one of the two is aligned, so one temporary is enough. */
	mpz_init(temp);
	left = align(a, scale, &view_a, temp);
	right = align(b, scale, &view_b, temp);
	call(result->coef, left, right);
	mpz_clear(temp);
	return ev_num_settle(result, scale, pool, out, err);
}

enum ev_status
ev_num_big_add(struct ev_num a, struct ev_num b, bool subtract,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	return combine(subtract ? mpz_sub : mpz_add, a, b, pool, out, err);
}

int
ev_num_big_cmp(struct ev_num a, struct ev_num b)
{
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	struct ev_num_view view_a, view_b;
	mpz_srcptr left, right;
	mpz_t temp;
	int order;

	mpz_init(temp);
	left = align(a, scale, &view_a, temp);
	right = align(b, scale, &view_b, temp);
	order = mpz_cmp(left, right);
	mpz_clear(temp);
	return order;
}

void
ev_num_divide(mpz_t quotient, mpz_t remainder, mpz_srcptr a, mpz_srcptr b)
{
	int sign = mpz_sgn(a) * mpz_sgn(b);

	mpz_tdiv_qr(quotient, remainder, a, b);
	mpz_mul_2exp(remainder, remainder, 1);
	if (mpz_cmpabs(remainder, b) < 0)
		return;
	if (sign < 0)
		mpz_sub_ui(quotient, quotient, 1);
	else
		mpz_add_ui(quotient, quotient, 1);
}

enum ev_status
ev_num_big_mul(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	size_t scale = (size_t)a.scale + b.scale;
	struct ev_num_big *product = ev_num_pool_take(pool);
	struct ev_num_view view_a, view_b;

	mpz_mul(product->coef, ev_num_view(a, &view_a),
	    ev_num_view(b, &view_b));
	if (scale > EV_NUM_SCALE_MAX) {
		mpz_t unit, rest;

		mpz_inits(unit, rest, NULL);
		mpz_ui_pow_ui(unit, 10, scale - EV_NUM_SCALE_MAX);
		ev_num_divide(product->coef, rest, product->coef, unit);
		mpz_clears(unit, rest, NULL);
		scale = EV_NUM_SCALE_MAX;
	}
	return ev_num_settle(product, scale, pool, out, err);
}

enum ev_status
ev_num_big_div(struct ev_num a, struct ev_num b, int scale,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	int shift = scale - a.scale + b.scale;
	struct ev_num_big *quotient = ev_num_pool_take(pool);
	struct ev_num_view view_a, view_b;
	mpz_srcptr dividend = ev_num_view(a, &view_a);
	mpz_srcptr divisor = ev_num_view(b, &view_b);
	mpz_t temp, rest;

	mpz_inits(temp, rest, NULL);
	if (shift > 0) {
		ev_num_scale_up(temp, dividend, (unsigned long)shift);
		dividend = temp;
	} else if (shift < 0) {
		ev_num_scale_up(temp, divisor, (unsigned long)-shift);
		divisor = temp;
	}
	ev_num_divide(quotient->coef, rest, dividend, divisor);
	mpz_clears(temp, rest, NULL);
	return ev_num_settle(quotient, (size_t)scale, pool, out, err);
}

enum ev_status
ev_num_big_mod(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	return combine(mpz_tdiv_r, a, b, pool, out, err);
}

unsigned
ev_num_big_first(struct ev_num num, int *weight)
{
	struct ev_num_view view;
	mpz_srcptr coef = ev_num_view(num, &view);
	int digits = (int)ev_num_digits(coef);
	int lead = digits - 1 - num.scale; /* the first digit's power of ten */
	int top;
	mpz_t temp;
	unsigned first;

	*weight = lead >= 0 ? lead / 4 : -((3 - lead) / 4);
	top = lead - 4 * *weight + 1; /* how many digits it has, 1 to 4 */
	mpz_init(temp);
	if (top >= digits) {
		ev_num_scale_up(temp, coef, (unsigned long)(top - digits));
	} else {
		mpz_ui_pow_ui(temp, 10, (unsigned long)(digits - top));
		mpz_tdiv_q(temp, coef, temp);
	}
	first = (unsigned)mpz_get_ui(temp);
	mpz_clear(temp);
	return first;
}

/* coef = coef / unit, rounded. */
static void
divide_rounded(mpz_t coef, mpz_srcptr unit, enum ev_num_rounding how)
{
	mpz_t rest;

	switch (how) {
	case EV_NUM_HALF_UP:
		mpz_init(rest);
		ev_num_divide(coef, rest, coef, unit);
		mpz_clear(rest);
		break;
	case EV_NUM_TRUNC:
		mpz_tdiv_q(coef, coef, unit);
		break;
	case EV_NUM_CEIL:
		mpz_cdiv_q(coef, coef, unit);
		break;
	case EV_NUM_FLOOR:
		mpz_fdiv_q(coef, coef, unit);
		break;
	}
}

enum ev_status
ev_num_big_round(struct ev_num num, int32_t scale, enum ev_num_rounding how,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	struct ev_num_big *result = ev_num_pool_take(pool);
	struct ev_num_view view;
	mpz_srcptr coef = ev_num_view(num, &view);
	mpz_t unit;

	if (scale >= num.scale) {
		ev_num_scale_up(result->coef, coef,
		    (unsigned long)(scale - num.scale));
		return ev_num_settle(result, (size_t)scale, pool, out, err);
	}
	mpz_init(unit);
	mpz_ui_pow_ui(unit, 10, (unsigned long)(num.scale - scale));
	mpz_set(result->coef, coef);
	divide_rounded(result->coef, unit, how);
	mpz_clear(unit);
	if (scale < 0) {
		ev_num_scale_up(result->coef, result->coef,
		    (unsigned long)-scale);
		scale = 0;
	}
	return ev_num_settle(result, (size_t)scale, pool, out, err);
}
