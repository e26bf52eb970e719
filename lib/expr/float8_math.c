/*
 * float8_math: see float8_math.h. After PostgreSQL 15, utils/adt/float.c.
 */
#include "expr/float8_math.h"

#include <math.h>
#include <stdbool.h>

#include "expr/float8.h"

#define RADIANS_PER_DEGREE 0.0174532925199432957692

static enum ev_status
bad(struct ev_err *err, const char *message)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s", message);
}

enum ev_status
ev_float8_input(struct ev_err *err)
{
	return bad(err, "input is out of range");
}

enum ev_status
ev_float8_overflow(struct ev_err *err)
{
	return bad(err, "value out of range: overflow");
}

enum ev_status
ev_float8_underflow(struct ev_err *err)
{
	return bad(err, "value out of range: underflow");
}

static enum ev_status
give(double value, double *out)
{
	*out = value;
	return EV_OK;
}

/* ---- roots, logarithms, powers ---- */

enum ev_status
ev_float8_sqrt(double value, double *out, struct ev_err *err)
{
	if (value < 0)
		return bad(err, "cannot take square root of a negative number");
	return give(sqrt(value), out);
}

enum ev_status
ev_float8_cbrt(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(cbrt(value), out);
}

enum ev_status
ev_float8_exp(double value, double *out, struct ev_err *err)
{
	double result = exp(value);

	if (isfinite(value) && isinf(result))
		return ev_float8_overflow(err);
	if (isfinite(value) && result == 0)
		return ev_float8_underflow(err);
	return give(result, out);
}

static enum ev_status
check_log(double value, struct ev_err *err)
{
	if (value == 0)
		return bad(err, "cannot take logarithm of zero");
	if (value < 0)
		return bad(err, "cannot take logarithm of a negative number");
	return EV_OK;
}

enum ev_status
ev_float8_ln(double value, double *out, struct ev_err *err)
{
	if (check_log(value, err) != EV_OK)
		return EV_BAD;
	return give(log(value), out);
}

enum ev_status
ev_float8_log10(double value, double *out, struct ev_err *err)
{
	if (check_log(value, err) != EV_OK)
		return EV_BAD;
	return give(log10(value), out);
}

enum ev_status
ev_float8_power(double base, double exponent, double *out, struct ev_err *err)
{
	double result;

	if (base == 0 && exponent < 0)
		return bad(err, "zero raised to a negative power is undefined");
	if (base < 0 && !isnan(exponent) && floor(exponent) != exponent)
		return bad(err,
		    "a negative number raised to a non-integer power yields "
		    "a complex result");
	result = pow(base, exponent);
	if (isfinite(base) && isfinite(exponent)) {
		if (isinf(result))
			return ev_float8_overflow(err);
		if (result == 0 && base != 0)
			return ev_float8_underflow(err);
	}
	return give(result, out);
}

/* ---- angles ---- */

enum ev_status
ev_float8_degrees(double value, double *out, struct ev_err *err)
{
	return ev_float8_div(value, RADIANS_PER_DEGREE, out, err);
}

enum ev_status
ev_float8_radians(double value, double *out, struct ev_err *err)
{
	return ev_float8_mul(value, RADIANS_PER_DEGREE, out, err);
}

enum ev_status
ev_float8_sin(double value, double *out, struct ev_err *err)
{
	return isinf(value) ? ev_float8_input(err) : give(sin(value), out);
}

enum ev_status
ev_float8_cos(double value, double *out, struct ev_err *err)
{
	return isinf(value) ? ev_float8_input(err) : give(cos(value), out);
}

enum ev_status
ev_float8_tan(double value, double *out, struct ev_err *err)
{
	return isinf(value) ? ev_float8_input(err) : give(tan(value), out);
}

enum ev_status
ev_float8_cot(double value, double *out, struct ev_err *err)
{
	return isinf(value) ? ev_float8_input(err)
			    : give(1.0 / tan(value), out);
}

/* Not for NaN, which gives itself. */
static bool
beyond_one(double value)
{
	return value < -1 || value > 1;
}

enum ev_status
ev_float8_asin(double value, double *out, struct ev_err *err)
{
	return beyond_one(value) ? ev_float8_input(err)
				 : give(asin(value), out);
}

enum ev_status
ev_float8_acos(double value, double *out, struct ev_err *err)
{
	return beyond_one(value) ? ev_float8_input(err)
				 : give(acos(value), out);
}

enum ev_status
ev_float8_atan(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(atan(value), out);
}

/* sinh and cosh of what is too large are infinite, without an error. */
enum ev_status
ev_float8_sinh(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(sinh(value), out);
}

enum ev_status
ev_float8_cosh(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(cosh(value), out);
}

enum ev_status
ev_float8_tanh(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(tanh(value), out);
}

enum ev_status
ev_float8_asinh(double value, double *out, struct ev_err *err)
{
	(void)err;
	return give(asinh(value), out);
}

enum ev_status
ev_float8_acosh(double value, double *out, struct ev_err *err)
{
	return value < 1 ? ev_float8_input(err) : give(acosh(value), out);
}

enum ev_status
ev_float8_atanh(double value, double *out, struct ev_err *err)
{
	return beyond_one(value) ? ev_float8_input(err)
				 : give(atanh(value), out);
}
