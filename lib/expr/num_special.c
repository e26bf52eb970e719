/*
 * num_special: roots, logarithms and powers of numeric: NaN, the infinities
 * and the operands that they have no result for. The rest is in num_log.c.
 * Powers follow POSIX's pow(3), as PostgreSQL's do.
 */
#include "expr/num_log.h"

static bool
is_special(struct ev_num num)
{
	return num.kind > EV_NUM_BIG;
}

static enum ev_status
give(enum ev_num_kind kind, int64_t value, struct ev_num *out)
{
	*out = (struct ev_num){{value}, 0, (uint8_t)kind};
	return EV_OK;
}

static enum ev_status
bad(struct ev_err *err, const char *message)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s", message);
}

/* -1, 0 or 1; not of NaN. */
static int
sign_of(struct ev_num num)
{
	return num.kind == EV_NUM_MINUS_INF ? -1
	    : num.kind == EV_NUM_PLUS_INF   ? 1
					    : ev_num_cmp_int(num, 0);
}

enum ev_status
ev_num_sqrt(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	if (num.kind != EV_NUM_NAN && sign_of(num) < 0)
		return bad(err, "cannot take square root of a negative number");
	if (is_special(num))
		return give(num.kind, 0, out);
	return ev_num_log_sqrt(num, pool, out, err);
}

enum ev_status
ev_num_exp(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	if (num.kind == EV_NUM_MINUS_INF)
		return give(EV_NUM_SMALL, 0, out);
	if (is_special(num))
		return give(num.kind, 0, out);
	return ev_num_log_exp(num, pool, out, err);
}

/* EV_BAD for what has no logarithm. */
static enum ev_status
check_log(struct ev_num num, struct ev_err *err)
{
	int sign = sign_of(num);

	if (sign < 0)
		return bad(err, "cannot take logarithm of a negative number");
	return sign ? EV_OK : bad(err, "cannot take logarithm of zero");
}

enum ev_status
ev_num_ln(struct ev_num num, struct ev_num_pool *pool, struct ev_num *out,
    struct ev_err *err)
{
	if (num.kind == EV_NUM_NAN)
		return give(EV_NUM_NAN, 0, out);
	if (check_log(num, err) != EV_OK)
		return EV_BAD;
	if (is_special(num))
		return give(num.kind, 0, out);
	return ev_num_log_ln(num, pool, out, err);
}

enum ev_status
ev_num_log(struct ev_num base, struct ev_num num, struct ev_num_pool *pool,
    struct ev_num *out, struct ev_err *err)
{
	if (base.kind == EV_NUM_NAN || num.kind == EV_NUM_NAN)
		return give(EV_NUM_NAN, 0, out);
	if (check_log(base, err) != EV_OK || check_log(num, err) != EV_OK)
		return EV_BAD;
	if (is_special(base))
		return give(is_special(num) ? EV_NUM_NAN : EV_NUM_SMALL, 0,
		    out);
	if (is_special(num))
		return give(EV_NUM_PLUS_INF, 0, out);
	return ev_num_log_log(base, num, pool, out, err);
}

/* base^±infinity */
static enum ev_status
power_infinite(struct ev_num base, bool plus, struct ev_num_pool *pool,
    struct ev_num *out)
{
	int order = 1; /* of abs(base) and 1 */

	if (!is_special(base))
		order = ev_num_cmp_int(ev_num_abs(base, pool), 1);
	if (order == 0)
		return give(EV_NUM_SMALL, 1, out);
	return (order > 0) == plus ? give(EV_NUM_PLUS_INF, 0, out)
				   : give(EV_NUM_SMALL, 0, out);
}

/* One of them is infinite, neither NaN. */
static enum ev_status
power_special(struct ev_num base, struct ev_num exponent, bool odd,
    struct ev_num_pool *pool, struct ev_num *out)
{
	if (!is_special(base) && ev_num_cmp_int(base, 1) == 0)
		return give(EV_NUM_SMALL, 1, out);
	if (sign_of(exponent) == 0)
		return give(EV_NUM_SMALL, 1, out);
	if (sign_of(base) == 0)
		return give(EV_NUM_SMALL, 0, out);
	if (is_special(exponent))
		return power_infinite(base, sign_of(exponent) > 0, pool, out);
	if (sign_of(exponent) < 0)
		return give(EV_NUM_SMALL, 0, out);
	return give(base.kind == EV_NUM_MINUS_INF && !odd ? EV_NUM_PLUS_INF
							  : base.kind,
	    0, out);
}

enum ev_status
ev_num_power(struct ev_num base, struct ev_num exponent,
    struct ev_num_pool *pool, struct ev_num *out, struct ev_err *err)
{
	bool odd = false, whole;

	if (base.kind == EV_NUM_NAN || exponent.kind == EV_NUM_NAN) {
		bool one = exponent.kind == EV_NUM_NAN
		    ? !is_special(base) && ev_num_cmp_int(base, 1) == 0
		    : !is_special(exponent) && sign_of(exponent) == 0;

		return one ? give(EV_NUM_SMALL, 1, out)
			   : give(EV_NUM_NAN, 0, out);
	}
	if (sign_of(base) == 0 && sign_of(exponent) < 0)
		return bad(err, "zero raised to a negative power is undefined");
	whole = is_special(exponent) || ev_num_log_whole(exponent, &odd);
	if (sign_of(base) < 0 && !whole)
		return bad(err,
		    "a negative number raised to a non-integer power yields "
		    "a complex result");
	if (is_special(base) || is_special(exponent))
		return power_special(base, exponent, odd, pool, out);
	return ev_num_log_power(base, exponent, pool, out, err);
}
