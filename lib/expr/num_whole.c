/*
 * num_whole: functions of numeric that are about whole numbers and their
 * divisors.
 */
#include "expr/num_impl.h"

static bool
is_special(struct ev_num num)
{
	return num.kind > EV_NUM_BIG;
}

static enum ev_status
give(enum ev_num_kind kind, struct ev_num *out)
{
	*out = (struct ev_num){{0}, 0, (uint8_t)kind};
	return EV_OK;
}

static bool
is_zero(struct ev_num num)
{
	return !is_special(num) && ev_num_cmp_int(num, 0) == 0;
}

/* The coefficients of both at the scale of the finer one, to be cleared. */
static unsigned
align(struct ev_num a, struct ev_num b, mpz_t x, mpz_t y)
{
	unsigned scale = a.scale > b.scale ? a.scale : b.scale;
	struct ev_num_view view;

	mpz_inits(x, y, NULL);
	ev_num_scale_up(x, ev_num_view(a, &view), scale - a.scale);
	ev_num_scale_up(y, ev_num_view(b, &view), scale - b.scale);
	return scale;
}

enum ev_status
ev_num_quotient(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	struct ev_num_big *quotient;
	mpz_t x, y;

	if (is_special(a) || is_special(b)) /* as / does */
		return ev_num_div(a, b, pool, out, err);
	if (is_zero(b))
		return ev_num_zero_division(err);
	quotient = ev_num_pool_take(pool);
	align(a, b, x, y);
	mpz_tdiv_q(quotient->coef, x, y);
	mpz_clears(x, y, NULL);
	return ev_num_settle(quotient, 0, pool, out, err);
}

/* What a function of GMP finds for the coefficients of both. */
static enum ev_status
of_both(void (*call)(mpz_ptr, mpz_srcptr, mpz_srcptr), struct ev_num a,
    struct ev_num b, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_num_big *result;
	unsigned scale;
	mpz_t x, y;

	if (is_special(a) || is_special(b))
		return give(EV_NUM_NAN, out);
	result = ev_num_pool_take(pool);
	scale = align(a, b, x, y);
	call(result->coef, x, y);
	mpz_clears(x, y, NULL);
	return ev_num_settle(result, scale, pool, out, err);
}

enum ev_status
ev_num_gcd(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	return of_both(mpz_gcd, a, b, pool, out, err);
}

enum ev_status
ev_num_lcm(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	return of_both(mpz_lcm, a, b, pool, out, err);
}

/* Has more than 131072 digits. */
#define FACTORIAL_END 32178

enum ev_status
ev_num_factorial(int64_t n, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_num_big *product;

	if (n < 0)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "factorial of a negative number is undefined");
	if (n >= FACTORIAL_END)
		return ev_num_overflow(err);
	product = ev_num_pool_take(pool);
	mpz_fac_ui(product->coef, (unsigned long)n);
	return ev_num_settle(product, 0, pool, out, err);
}

unsigned
ev_num_min_scale(struct ev_num num)
{
	struct ev_num_view view;
	unsigned scale = num.scale;
	mpz_t coef;

	if (is_zero(num))
		return 0;
	mpz_init_set(coef, ev_num_view(num, &view));
	for (; scale && mpz_divisible_ui_p(coef, 10); scale--)
		mpz_tdiv_q_ui(coef, coef, 10);
	mpz_clear(coef);
	return scale;
}
