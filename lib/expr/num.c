/*
 * num: the arithmetic of SQL's numeric: the numbers that fit 63 bits, NaN and
 * the infinities. What overflows goes to num_big.c.
 *
 * Two coefficients are brought to one scale in 128 bits, which is exact up to
 * a difference of 19 digits (2^63 * 10^19 < 2^127).
 */
#include <limits.h>

#include "expr/num_impl.h"

#define ALIGN_MAX 19

/* 10^0 to 10^19; the larger ones are products of two of these. */
static const uint64_t powers[20] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
    10000000000000000000u,
};

uint128
ev_num_pow10(unsigned n)
{
	return n <= 19 ? powers[n] : (uint128)powers[19] * powers[n - 19];
}

static bool
both_small(struct ev_num a, struct ev_num b)
{
	return (a.kind | b.kind) == EV_NUM_SMALL;
}

static bool
is_special(struct ev_num num)
{
	return num.kind > EV_NUM_BIG;
}

static struct ev_num
small(int64_t coef, unsigned scale)
{
	return (struct ev_num){{coef}, (uint16_t)scale, EV_NUM_SMALL};
}

static struct ev_num
special(enum ev_num_kind kind)
{
	return (struct ev_num){{0}, 0, (uint8_t)kind};
}

static bool
fits_small(int128 coef)
{
	return coef >= -INT64_MAX && coef <= INT64_MAX;
}

/* -1, 0 or 1; not of NaN. */
static int
sign_of(struct ev_num num)
{
	switch (num.kind) {
	case EV_NUM_SMALL:
		return (num.coef > 0) - (num.coef < 0);
	case EV_NUM_BIG:
		return mpz_sgn(num.big->coef);
	default:
		return num.kind == EV_NUM_PLUS_INF ? 1 : -1;
	}
}

static struct ev_num
infinity(int sign)
{
	return special(sign < 0 ? EV_NUM_MINUS_INF : EV_NUM_PLUS_INF);
}

/* ---- comparison ---- */

/* The order of numbers that are not all finite: -inf, finite, inf, NaN. */
static int
rank(struct ev_num num)
{
	switch (num.kind) {
	case EV_NUM_MINUS_INF:
		return -1;
	case EV_NUM_PLUS_INF:
		return 1;
	case EV_NUM_NAN:
		return 2;
	default:
		return 0;
	}
}

static int
cmp_wide(int128 a, int128 b)
{
	return (a > b) - (a < b);
}

int
ev_num_cmp(struct ev_num a, struct ev_num b)
{
	int distance = a.scale - b.scale;

	if (!both_small(a, b)) {
		if (is_special(a) || is_special(b))
			return rank(a) - rank(b);
		return ev_num_big_cmp(a, b);
	}
	if (distance == 0)
		return (a.coef > b.coef) - (a.coef < b.coef);
	if (distance > ALIGN_MAX || distance < -ALIGN_MAX)
		return ev_num_big_cmp(a, b);
	if (distance > 0)
		return cmp_wide(a.coef, (int128)b.coef * powers[distance]);
	return cmp_wide((int128)a.coef * powers[-distance], b.coef);
}

int
ev_num_cmp_int(struct ev_num a, int64_t b)
{
	struct ev_num_view view;
	struct ev_num_big big;
	struct ev_num num;

	if (b != INT64_MIN)
		return ev_num_cmp(a, small(b, 0));
	view.limb = (mp_limb_t)1 << 63;
	mpz_roinit_n(big.coef, &view.limb, -1);
	num = (struct ev_num){{0}, 0, EV_NUM_BIG};
	num.big = &big;
	return ev_num_cmp(a, num);
}

/* ---- addition ---- */

static enum ev_status
add_special(struct ev_num a, struct ev_num b, struct ev_num *out)
{
	if (a.kind == EV_NUM_NAN || b.kind == EV_NUM_NAN)
		*out = special(EV_NUM_NAN);
	else if (is_special(a) && is_special(b) && a.kind != b.kind)
		*out = special(EV_NUM_NAN);
	else
		*out = is_special(a) ? a : b;
	return EV_OK;
}

static enum ev_status
add_unequal(struct ev_num a, struct ev_num b, bool subtract,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	int distance = a.scale - b.scale;
	int128 left = a.coef, right = b.coef;

	if (is_special(a) || is_special(b)) {
		if (subtract && b.kind != EV_NUM_NAN && is_special(b))
			b = infinity(-sign_of(b));
		return add_special(a, b, out);
	}
	if (!both_small(a, b) || distance > ALIGN_MAX || distance < -ALIGN_MAX)
		return ev_num_big_add(a, b, subtract, pool, out, err);
	if (distance > 0)
		right *= powers[distance];
	else
		left *= powers[-distance];
	left = subtract ? left - right : left + right;
	if (!fits_small(left))
		return ev_num_big_add(a, b, subtract, pool, out, err);
	*out = small((int64_t)left, distance > 0 ? a.scale : b.scale);
	return EV_OK;
}

enum ev_status
ev_num_add(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	int64_t sum;

	if (!both_small(a, b) || a.scale != b.scale ||
	    __builtin_add_overflow(a.coef, b.coef, &sum) || sum == INT64_MIN)
		return add_unequal(a, b, false, pool, out, err);
	*out = small(sum, a.scale);
	return EV_OK;
}

enum ev_status
ev_num_sub(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	int64_t difference;

	if (!both_small(a, b) || a.scale != b.scale ||
	    __builtin_sub_overflow(a.coef, b.coef, &difference) ||
	    difference == INT64_MIN)
		return add_unequal(a, b, true, pool, out, err);
	*out = small(difference, a.scale);
	return EV_OK;
}

/* ---- multiplication and division ---- */

static enum ev_status
mul_special(struct ev_num a, struct ev_num b, struct ev_num *out)
{
	if (a.kind == EV_NUM_NAN || b.kind == EV_NUM_NAN ||
	    sign_of(a) * sign_of(b) == 0)
		*out = special(EV_NUM_NAN);
	else
		*out = infinity(sign_of(a) * sign_of(b));
	return EV_OK;
}

enum ev_status
ev_num_mul(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	unsigned scale = (unsigned)a.scale + b.scale;
	int64_t product;

	if (is_special(a) || is_special(b))
		return mul_special(a, b, out);
	if (!both_small(a, b) || scale > SMALL_SCALE_MAX ||
	    __builtin_mul_overflow(a.coef, b.coef, &product) ||
	    product == INT64_MIN)
		return ev_num_big_mul(a, b, pool, out, err);
	*out = small(product, scale);
	return EV_OK;
}

static enum ev_status
div_special(struct ev_num a, struct ev_num b, struct ev_num *out,
    struct ev_err *err)
{
	if (a.kind == EV_NUM_NAN || b.kind == EV_NUM_NAN)
		*out = special(EV_NUM_NAN);
	else if (!is_special(a))
		*out = small(0, 0);
	else if (is_special(b))
		*out = special(EV_NUM_NAN);
	else if (sign_of(b) == 0)
		return ev_num_zero_division(err);
	else
		*out = infinity(sign_of(a) * sign_of(b));
	return EV_OK;
}

static int
digits_of(uint64_t coef)
{
	int digits;

	if (coef == 0)
		return 0;
	/* 1233 / 4096 is just under log10(2): at most one too few. */
	digits = (64 - __builtin_clzll(coef)) * 1233 >> 12;
	return digits + (coef >= powers[digits]);
}

/* As ev_num_big_first, and for 0: (0, 0). */
static unsigned
first_digit(struct ev_num num, int *weight)
{
	uint64_t coef;
	int digits, lead, top;

	*weight = 0;
	if (sign_of(num) == 0)
		return 0;
	if (num.kind == EV_NUM_BIG)
		return ev_num_big_first(num, weight);
	coef = num.coef < 0 ? -(uint64_t)num.coef : (uint64_t)num.coef;
	digits = digits_of(coef);
	lead = digits - 1 - num.scale;
	*weight = lead >= 0 ? lead / 4 : -((3 - lead) / 4);
	top = lead - 4 * *weight + 1;
	return (unsigned)(top >= digits ? coef * powers[top - digits]
					: coef / powers[digits - top]);
}

/* PostgreSQL's select_div_scale: at least 16 significant digits, and no fewer
 * after the point than either operand has. */
static int
quotient_scale(struct ev_num a, struct ev_num b)
{
	int weight_a, weight_b, scale;
	unsigned first_a = first_digit(a, &weight_a);
	unsigned first_b = first_digit(b, &weight_b);
	int weight = weight_a - weight_b - (first_a <= first_b);

	scale = 16 - 4 * weight;
	if (scale < a.scale)
		scale = a.scale;
	if (scale < b.scale)
		scale = b.scale;
	return scale < 0 ? 0 : scale > 1000 ? 1000 : scale;
}

static uint128
magnitude(int64_t coef)
{
	return coef < 0 ? -(uint64_t)coef : (uint64_t)coef;
}

/* The quotient's size where 128 bits are enough; false where not. */
static bool
divide_wide(struct ev_num a, struct ev_num b, int scale, uint128 *quotient)
{
	int shift = scale - a.scale + b.scale;
	uint64_t divisor = (uint64_t)magnitude(b.coef);
	uint128 dividend;

	if (!both_small(a, b) || shift < 0 || shift > POW10_MAX ||
	    __builtin_mul_overflow(magnitude(a.coef),
		ev_num_pow10((unsigned)shift), &dividend))
		return false;
	*quotient = dividend / divisor;
	*quotient += dividend % divisor >= divisor - divisor / 2;
	return true;
}

enum ev_status
ev_num_div(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	uint128 quotient;
	int scale;

	if (is_special(a) || is_special(b))
		return div_special(a, b, out, err);
	if (sign_of(b) == 0)
		return ev_num_zero_division(err);
	scale = quotient_scale(a, b);
	if (!divide_wide(a, b, scale, &quotient))
		return ev_num_big_div(a, b, scale, pool, out, err);
	ev_num_settle_wide((a.coef < 0) != (b.coef < 0), quotient,
	    (size_t)scale, pool, out);
	return EV_OK;
}

static enum ev_status
mod_special(struct ev_num a, struct ev_num b, struct ev_num *out,
    struct ev_err *err)
{
	if (a.kind == EV_NUM_NAN || b.kind == EV_NUM_NAN)
		*out = special(EV_NUM_NAN);
	else if (!is_special(a))
		*out = a;
	else if (sign_of(b) == 0)
		return ev_num_zero_division(err);
	else
		*out = special(EV_NUM_NAN);
	return EV_OK;
}

enum ev_status
ev_num_mod(struct ev_num a, struct ev_num b, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	int distance = a.scale - b.scale;
	int128 left = a.coef, right = b.coef;

	if (is_special(a) || is_special(b))
		return mod_special(a, b, out, err);
	if (sign_of(b) == 0)
		return ev_num_zero_division(err);
	if (!both_small(a, b) || distance > ALIGN_MAX || distance < -ALIGN_MAX)
		return ev_num_big_mod(a, b, pool, out, err);
	if (distance > 0)
		right *= powers[distance];
	else
		left *= powers[-distance];
	left %= right;
	if (!fits_small(left))
		return ev_num_big_mod(a, b, pool, out, err);
	*out = small((int64_t)left, distance > 0 ? a.scale : b.scale);
	return EV_OK;
}

/* ---- sign ---- */

struct ev_num
ev_num_neg(struct ev_num num, struct ev_num_pool *pool)
{
	struct ev_num_big *big;

	switch (num.kind) {
	case EV_NUM_SMALL:
		num.coef = -num.coef;
		break;
	case EV_NUM_BIG:
		big = ev_num_pool_take(pool);
		mpz_neg(big->coef, num.big->coef);
		num.big = big;
		break;
	case EV_NUM_NAN:
		break;
	default:
		num = infinity(-sign_of(num));
	}
	return num;
}

struct ev_num
ev_num_abs(struct ev_num num, struct ev_num_pool *pool)
{
	if (num.kind == EV_NUM_NAN || sign_of(num) >= 0)
		return num;
	return ev_num_neg(num, pool);
}

struct ev_num
ev_num_sign(struct ev_num num)
{
	return num.kind == EV_NUM_NAN ? num : small(sign_of(num), 0);
}

/* ---- rounding ---- */

/* coef / unit, rounded. */
static int64_t
divide_rounded(int64_t coef, uint64_t unit, enum ev_num_rounding how)
{
	uint64_t size = (uint64_t)magnitude(coef);
	uint64_t quotient = size / unit, rest = size % unit;

	switch (how) {
	case EV_NUM_HALF_UP:
		quotient += rest >= unit - unit / 2;
		break;
	case EV_NUM_TRUNC:
		break;
	case EV_NUM_CEIL:
		quotient += rest && coef > 0;
		break;
	case EV_NUM_FLOOR:
		quotient += rest && coef < 0;
		break;
	}
	return coef < 0 ? -(int64_t)quotient : (int64_t)quotient;
}

static enum ev_status
round_how(struct ev_num num, int32_t scale, enum ev_num_rounding how,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	int32_t drop = num.scale - scale;

	if (is_special(num)) {
		*out = num;
	} else if (num.kind == EV_NUM_BIG || drop < 0 || drop > 18 ||
	    scale < 0) {
		return ev_num_big_round(num, scale, how, pool, out, err);
	} else {
		*out = small(divide_rounded(num.coef, powers[drop], how),
		    (unsigned)scale);
	}
	return EV_OK;
}

static int32_t
clamp_scale(int32_t scale)
{
	if (scale < -EV_NUM_WHOLE_MAX - 1)
		return -EV_NUM_WHOLE_MAX - 1;
	return scale > EV_NUM_SCALE_MAX ? EV_NUM_SCALE_MAX : scale;
}

enum ev_status
ev_num_round(struct ev_num num, int32_t scale, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	return round_how(num, clamp_scale(scale), EV_NUM_HALF_UP, pool, out,
	    err);
}

enum ev_status
ev_num_trunc(struct ev_num num, int32_t scale, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	return round_how(num, clamp_scale(scale), EV_NUM_TRUNC, pool, out, err);
}

enum ev_status
ev_num_ceil(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	return round_how(num, 0, EV_NUM_CEIL, pool, out, err);
}

enum ev_status
ev_num_floor(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	return round_how(num, 0, EV_NUM_FLOOR, pool, out, err);
}

/* ---- integers ---- */

struct ev_num
ev_num_from_int(int64_t value, struct ev_num_pool *pool)
{
	struct ev_num_big *big;
	struct ev_num num = {{0}, 0, EV_NUM_BIG};

	if (value != INT64_MIN)
		return small(value, 0);
	big = ev_num_pool_take(pool);
	mpz_set_si(big->coef, value);
	num.big = big;
	return num;
}

static enum ev_status
big_to_int(struct ev_num num, int64_t *out, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	struct ev_num_pool pool = {0};
	struct ev_num whole;

	if (num.kind == EV_NUM_NAN || is_special(num))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "cannot convert %s to bigint",
		    num.kind == EV_NUM_NAN ? "NaN" : "infinity");
	status = ev_num_big_round(num, 0, EV_NUM_HALF_UP, &pool, &whole, err);
	if (status == EV_OK && whole.kind == EV_NUM_BIG &&
	    !mpz_fits_slong_p(whole.big->coef))
		status = ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "bigint out of range");
	else if (status == EV_OK)
		*out = whole.kind == EV_NUM_BIG ? mpz_get_si(whole.big->coef)
						: whole.coef;
	ev_num_pool_release(&pool);
	return status;
}

enum ev_status
ev_num_to_int(struct ev_num num, int64_t *out, struct ev_err *err)
{
	if (num.kind != EV_NUM_SMALL)
		return big_to_int(num, out, err);
	*out = num.scale == 0 ? num.coef
	    : num.scale > 19
	    ? 0
	    : divide_rounded(num.coef, powers[num.scale], EV_NUM_HALF_UP);
	return EV_OK;
}
