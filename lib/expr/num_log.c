/*
 * num_log: square roots, exponentials, logarithms and powers of numeric. The
 * result is rounded to a scale that depends on the operands' size, and the
 * steps on the way to their own ones: both as PostgreSQL 15 chooses them
 * (numeric.c), so that the last digit is the same. What lies between is GMP's.
 *
 * PostgreSQL counts a number's size in digits to the base 10000 ("weight"), so
 * these functions do too.
 */
#include "expr/num_log.h"

#include <math.h>

#include "expr/num_var.h"

#define SIGNIFICANT 16 /* digits that a result has at least */
#define SHOWN_MAX 1000 /* digits after the point that one has at most */
#define EXP_MAX 6000   /* the largest exponent of e that is tried */
#define WEIGHT_MAX 32767
#define LOG10_E 0.434294481903252
#define LOG10_2 0.301029995663981
#define LN_10 2.302585092994046

/* ---- scales ---- */

/* The decimal weight of the logarithm: about log10(abs(ln(var))). */
static int
ln_weight(const struct ev_var *var)
{
	int power;
	double first;

	if (mpz_sgn(var->coef) <= 0)
		return 0;
	if (ev_var_cmp_tenths(var, 9) >= 0 && ev_var_cmp_tenths(var, 11) <= 0) {
		struct ev_var x;

		ev_var_init(&x, 0);
		ev_var_set(&x, var);
		ev_var_add_int(&x, -1);
		power = 0;
		if (mpz_sgn(x.coef)) {
			first = ev_var_first(&x, 1, &power);
			power += (int)log10(first);
		}
		ev_var_clear(&x);
		return power;
	}
	first = ev_var_first(var, 2, &power);
	return (int)log10(fabs(log(first) + power * LN_10));
}

static int
at_least(int a, int b)
{
	return a > b ? a : b;
}

/* A scale that gives 16 significant digits to a result of this decimal
 * weight, and no fewer digits after the point than the operands have. */
static int
result_scale(int weight, int scale_a, int scale_b)
{
	int scale = at_least(SIGNIFICANT - weight, at_least(scale_a, scale_b));

	scale = at_least(scale, 0);
	return scale < SHOWN_MAX ? scale : SHOWN_MAX;
}

/* ---- the functions themselves ---- */

/* out = sqrt(a): the digits are computed one further and rounded. */
static void
var_sqrt(struct ev_var *out, const struct ev_var *a, int scale)
{
	int shift = 2 * (scale + 1) - a->scale;
	mpz_t radicand;

	mpz_init(radicand);
	if (shift >= 0) {
		ev_num_scale_up(radicand, a->coef, (unsigned long)shift);
	} else {
		mpz_ui_pow_ui(radicand, 10, (unsigned long)-shift);
		mpz_tdiv_q(radicand, a->coef, radicand);
	}
	mpz_sqrt(out->coef, radicand);
	mpz_clear(radicand);
	if (scale >= 0) {
		out->scale = scale + 1;
		ev_var_round(out, scale);
	} else {
		mpz_add_ui(out->coef, out->coef, 5);
		mpz_tdiv_q_ui(out->coef, out->coef, 10);
		ev_num_scale_up(out->coef, out->coef, (unsigned long)-scale);
		out->scale = 0;
	}
}

/* x is brought to 0.9 … 1.1 by square roots; returns how many. */
static int
reduce(struct ev_var *x, int scale)
{
	int roots = 0;

	while (ev_var_cmp_tenths(x, 9) <= 0 || ev_var_cmp_tenths(x, 11) >= 0) {
		var_sqrt(x, x, scale - ev_var_weight(x) * 4 / 2 + 8);
		roots++;
	}
	return roots;
}

/* out = ln(a), a above 0: 2 z + 2 z^3 / 3 + 2 z^5 / 5 + …, where z is
 * (x - 1) / (x + 1). */
static void
var_ln(struct ev_var *out, const struct ev_var *a, int scale)
{
	struct ev_var x, power, term;
	int roots, local;

	ev_var_init(&x, 0);
	ev_var_init(&power, 0);
	ev_var_init(&term, 0);
	ev_var_set(&x, a);
	roots = reduce(&x, scale);
	local = scale + (int)((roots + 1) * LOG10_2) + 8;
	ev_var_set(&term, &x);
	ev_var_add_int(&term, 1);
	ev_var_add_int(&x, -1);
	ev_var_div(out, &x, &term, local);
	ev_var_set(&power, out);
	ev_var_mul(&x, out, out, local);
	for (unsigned long n = 3;; n += 2) {
		ev_var_mul(&power, &power, &x, local);
		ev_var_div_int(&term, &power, n, local);
		if (mpz_sgn(term.coef) == 0)
			break;
		ev_var_add(out, &term);
		if (ev_var_weight(&term) < ev_var_weight(out) - local * 2 / 4)
			break;
	}
	mpz_mul_2exp(out->coef, out->coef, (mp_bitcnt_t)roots + 1);
	ev_var_round(out, scale);
	ev_var_clear(&x);
	ev_var_clear(&power);
	ev_var_clear(&term);
}

/* out = 1 + x + x^2 / 2! + x^3 / 3! + … */
static void
taylor(struct ev_var *out, const struct ev_var *x, int scale)
{
	struct ev_var term;

	ev_var_init(&term, 0);
	ev_var_set(out, x);
	ev_var_add_int(out, 1);
	ev_var_mul(&term, x, x, scale);
	for (unsigned long n = 2;; n++) {
		ev_var_div_int(&term, &term, n, scale);
		if (mpz_sgn(term.coef) == 0)
			break;
		ev_var_add(out, &term);
		ev_var_mul(&term, &term, x, scale);
	}
	ev_var_clear(&term);
}

/* out = e^a: of a / 2^n, then squared n times. */
static enum ev_status
var_exp(struct ev_var *out, const struct ev_var *a, int scale,
    struct ev_err *err)
{
	double value = ev_var_double(a);
	int weight, halves = 0, digits;
	struct ev_var x;

	if (fabs(value) >= EXP_MAX) {
		if (value > 0)
			return ev_num_overflow(err);
		mpz_set_ui(out->coef, 0);
		out->scale = scale;
		return EV_OK;
	}
	weight = (int)(value * LOG10_E);
	for (; fabs(value) > 0.01; value /= 2)
		halves++;
	ev_var_init(&x, 0);
	if (halves)
		ev_var_div_int(&x, a, 1ul << halves, a->scale + halves);
	else
		ev_var_set(&x, a);
	digits = 1 + weight + scale + (int)(halves * LOG10_2);
	digits = at_least(digits, 0) + 8;
	taylor(out, &x, digits - 1);
	ev_var_clear(&x);
	while (halves-- > 0)
		ev_var_mul(out, out, out,
		    at_least(digits - ev_var_weight(out) * 2 * 4, 0));
	ev_var_round(out, scale);
	return EV_OK;
}

/* Hands var over as a number of the pool. */
static enum ev_status
give(struct ev_var *var, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_num_big *big = ev_num_pool_take(pool);

	mpz_swap(big->coef, var->coef);
	return ev_num_settle(big, (size_t)var->scale, pool, out, err);
}

enum ev_status
ev_num_log_sqrt(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_var x;
	enum ev_status status;
	int weight;

	ev_var_from(&x, num);
	weight = ev_var_weight(&x);
	weight = weight >= 0 ? weight * 4 / 2 + 1 : 1 - (1 - weight * 4) / 2;
	var_sqrt(&x, &x, result_scale(weight, num.scale, 0));
	status = give(&x, pool, out, err);
	ev_var_clear(&x);
	return status;
}

enum ev_status
ev_num_log_exp(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_var x, result;
	enum ev_status status;
	double weight;

	ev_var_from(&x, num);
	ev_var_init(&result, 0);
	weight = ev_var_double(&x) * LOG10_E;
	weight = weight < -2000 ? -2000 : weight > 2000 ? 2000 : weight;
	status = var_exp(&result, &x, result_scale((int)weight, num.scale, 0),
	    err);
	if (status == EV_OK)
		status = give(&result, pool, out, err);
	ev_var_clear(&x);
	ev_var_clear(&result);
	return status;
}

enum ev_status
ev_num_log_ln(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	struct ev_var x, result;
	enum ev_status status;

	ev_var_from(&x, num);
	ev_var_init(&result, 0);
	var_ln(&result, &x, result_scale(ln_weight(&x), num.scale, 0));
	status = give(&result, pool, out, err);
	ev_var_clear(&x);
	ev_var_clear(&result);
	return status;
}

enum ev_status
ev_num_log_log(struct ev_num base, struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	struct ev_var a, b, result;
	int weight_a, weight_b, weight, scale;
	enum ev_status status;

	ev_var_from(&a, base);
	ev_var_from(&b, num);
	ev_var_init(&result, 0);
	weight_a = ln_weight(&a);
	weight_b = ln_weight(&b);
	weight = weight_b - weight_a;
	scale = result_scale(weight, a.scale, b.scale);
	var_ln(&result, &a, at_least(scale + weight - weight_a + 8, 0));
	ev_var_set(&a, &result);
	var_ln(&result, &b, at_least(scale + weight - weight_b + 8, 0));
	if (mpz_sgn(a.coef) == 0) {
		status = ev_num_zero_division(err);
	} else {
		ev_var_div(&result, &result, &a, scale);
		status = give(&result, pool, out, err);
	}
	ev_var_clear(&a);
	ev_var_clear(&b);
	ev_var_clear(&result);
	return status;
}

/* ---- powers ---- */

/* out = base^n by squaring, each product with the digits that are needed.
 * False: it is beyond what numeric holds. */
static bool
multiply(struct ev_var *out, const struct ev_var *base, unsigned n, int digits)
{
	struct ev_var square;
	bool fits = true;
	int scale;

	ev_var_init(&square, 0);
	ev_var_set(&square, base);
	mpz_set_ui(out->coef, 1);
	out->scale = 0;
	if (n & 1)
		ev_var_set(out, base);
	while (fits && (n >>= 1)) {
		scale = digits - 2 * ev_var_weight(&square) * 4;
		if (scale > 2 * square.scale)
			scale = 2 * square.scale;
		ev_var_mul(&square, &square, &square, at_least(scale, 0));
		if (n & 1) {
			scale = digits -
			    (ev_var_weight(&square) + ev_var_weight(out)) * 4;
			if (scale > square.scale + out->scale)
				scale = square.scale + out->scale;
			ev_var_mul(out, &square, out, at_least(scale, 0));
		}
		fits = ev_var_weight(&square) <= WEIGHT_MAX &&
		    ev_var_weight(out) <= WEIGHT_MAX;
	}
	ev_var_clear(&square);
	return fits;
}

/* base^n where n is neither 0, 1 nor 2 and base not 0. */
static enum ev_status
power_general(struct ev_var *out, const struct ev_var *base, int n, int scale,
    struct ev_err *err)
{
	int power, digits;
	double weight = log10(ev_var_first(base, 4, &power));
	unsigned size = n < 0 ? -(unsigned)n : (unsigned)n;
	struct ev_var one;

	weight = n * (weight + power); /* about log10 of the result */
	if (weight > WEIGHT_MAX * 4)
		return ev_num_overflow(err);
	digits = 1 + scale + (int)weight;
	digits += (int)log(fabs((double)n)) + 8;
	if (weight + 1 < -scale || !multiply(out, base, size, digits)) {
		if (weight > 0)
			return ev_num_overflow(err);
		mpz_set_ui(out->coef, 0);
		out->scale = scale;
		return EV_OK;
	}
	if (n > 0) {
		ev_var_round(out, scale);
		return EV_OK;
	}
	ev_var_init(&one, 1);
	ev_var_div(out, &one, out, scale);
	ev_var_clear(&one);
	return EV_OK;
}

/* out = base^n: to 16 digits behind the point, whatever its size. */
static enum ev_status
power_int(struct ev_var *out, const struct ev_var *base, int n,
    struct ev_err *err)
{
	int scale = result_scale(0, base->scale, 0);

	if (n == 1) {
		ev_var_set(out, base);
	} else if (n == 2) {
		ev_var_mul(out, base, base, scale);
	} else if (n == 0 || mpz_sgn(base->coef) == 0) {
		if (n < 0)
			return ev_num_zero_division(err);
		mpz_set_ui(out->coef, n == 0);
		out->scale = 0;
	} else if (n == -1) {
		mpz_set_ui(out->coef, 1);
		out->scale = 0;
		ev_var_div(out, out, base, scale);
	} else {
		return power_general(out, base, n, scale, err);
	}
	ev_var_round(out, scale);
	return EV_OK;
}

/* out = e^(exponent * ln(base)), base above 0. */
static enum ev_status
power_ln(struct ev_var *out, const struct ev_var *base,
    const struct ev_var *exponent, struct ev_err *err)
{
	int base_weight = ln_weight(base), scale, digits;
	int local = at_least(8 - base_weight, 0);
	enum ev_status status;
	struct ev_var product;
	double value;

	ev_var_init(&product, 0);
	var_ln(&product, base, local);
	ev_var_mul(&product, &product, exponent, local);
	value = ev_var_double(&product);
	if (fabs(value) > 2000 * 3.01) {
		ev_var_clear(&product);
		if (value > 0)
			return ev_num_overflow(err);
		mpz_set_ui(out->coef, 0);
		out->scale = SHOWN_MAX;
		return EV_OK;
	}
	value *= LOG10_E;
	scale = result_scale((int)value, base->scale, exponent->scale);
	digits = at_least(scale + (int)value, 0);
	local = at_least(digits - base_weight + 8, 0);
	var_ln(&product, base, local);
	ev_var_mul(&product, &product, exponent, local);
	status = var_exp(out, &product, scale, err);
	ev_var_clear(&product);
	return status;
}

/* Is a finite number whole, and odd? */
bool
ev_num_log_whole(struct ev_num num, bool *odd)
{
	struct ev_var x;
	bool whole;
	mpz_t rest, unit;

	ev_var_from(&x, num);
	mpz_inits(rest, unit, NULL);
	mpz_ui_pow_ui(unit, 10, (unsigned long)x.scale);
	mpz_tdiv_qr(x.coef, rest, x.coef, unit);
	whole = mpz_sgn(rest) == 0;
	*odd = whole && mpz_odd_p(x.coef);
	mpz_clears(rest, unit, NULL);
	ev_var_clear(&x);
	return whole;
}

static enum ev_status
power_any(struct ev_var *out, struct ev_var *base, struct ev_var *exponent,
    struct ev_num number, struct ev_err *err)
{
	bool odd, whole = ev_num_log_whole(number, &odd);
	enum ev_status status;
	int64_t n;

	if (whole && ev_num_to_int(number, &n, NULL) == EV_OK &&
	    n == (int32_t)n)
		return power_int(out, base, (int)n, err);
	if (mpz_sgn(base->coef) == 0) {
		out->scale = SIGNIFICANT;
		return EV_OK;
	}
	odd = odd && mpz_sgn(base->coef) < 0;
	mpz_abs(base->coef, base->coef);
	status = power_ln(out, base, exponent, err);
	if (odd)
		mpz_neg(out->coef, out->coef);
	return status;
}

enum ev_status
ev_num_log_power(struct ev_num base, struct ev_num exponent,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	struct ev_var a, b, result;
	enum ev_status status;

	ev_var_from(&a, base);
	ev_var_from(&b, exponent);
	ev_var_init(&result, 0);
	status = power_any(&result, &a, &b, exponent, err);
	if (status == EV_OK)
		status = give(&result, pool, out, err);
	ev_var_clear(&a);
	ev_var_clear(&b);
	ev_var_clear(&result);
	return status;
}
