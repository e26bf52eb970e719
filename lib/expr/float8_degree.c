/*
 * float8_degree: sines and the like of degrees. The C library's sine of an
 * angle in radians is divided by its own sine of 30 degrees, its cosine by that
 * of 60, its tangent by that of 45, so that those results are exact, and what
 * lies between stays as PostgreSQL 15 has it (utils/adt/float.c).
 */
#include <math.h>

#include "expr/float8_math.h"

#define RADIANS_PER_DEGREE 0.0174532925199432957692

/* What the C library says, at run time: a compiler that computed it may round
 * otherwise. */
static volatile double thirty = 30, sixty = 60, half = 0.5, one = 1;

static double
sin_to_30(double x)
{
	return sin(x * RADIANS_PER_DEGREE) / sin(thirty * RADIANS_PER_DEGREE) /
	    2.0;
}

static double
cos_to_60(double x)
{
	double all = 1.0 - cos(sixty * RADIANS_PER_DEGREE);

	return 1.0 - (1.0 - cos(x * RADIANS_PER_DEGREE)) / all / 2.0;
}

/* Of 0 to 90 degrees. */
static double
sin_quarter(double x)
{
	return x <= 30 ? sin_to_30(x) : cos_to_60(90 - x);
}

static double
cos_quarter(double x)
{
	return x <= 60 ? cos_to_60(x) : sin_to_30(90 - x);
}

/* Of 0 to 1. */
static double
asin_quarter(double x)
{
	return x <= 0.5 ? asin(x) / asin(half) * 30
			: 90 - acos(x) / acos(half) * 60;
}

static double
acos_quarter(double x)
{
	return x <= 0.5 ? 90 - asin(x) / asin(half) * 30
			: acos(x) / acos(half) * 60;
}

/* An angle's mirror images are of 0 to 90 degrees: each changes the sign of
 * some functions. */
struct angle {
	double quarter;
	double sine, cosine, tangent; /* 1 or -1 */
};

static struct angle
fold(double value)
{
	struct angle angle = {fmod(value, 360), 1, 1, 1};

	if (angle.quarter < 0) {
		angle.quarter = -angle.quarter;
		angle.sine = -angle.sine;
		angle.tangent = -angle.tangent;
	}
	if (angle.quarter > 180) {
		angle.quarter = 360 - angle.quarter;
		angle.sine = -angle.sine;
		angle.tangent = -angle.tangent;
	}
	if (angle.quarter > 90) {
		angle.quarter = 180 - angle.quarter;
		angle.cosine = -angle.cosine;
		angle.tangent = -angle.tangent;
	}
	return angle;
}

enum ev_status
ev_float8_sind(double value, double *out, struct ev_err *err)
{
	struct angle angle = fold(value);

	if (isinf(value))
		return ev_float8_input(err);
	*out = isnan(value) ? value : angle.sine * sin_quarter(angle.quarter);
	return EV_OK;
}

enum ev_status
ev_float8_cosd(double value, double *out, struct ev_err *err)
{
	struct angle angle = fold(value);

	if (isinf(value))
		return ev_float8_input(err);
	*out = isnan(value) ? value : angle.cosine * cos_quarter(angle.quarter);
	return EV_OK;
}

/* The same for both, of the quotients at the angle and at 45 degrees; never
 * -0. */
static void
give_tangent(double value, struct angle angle, double tangent, double of_45,
    double *out)
{
	double result = angle.tangent * (tangent / of_45);

	*out = isnan(value) ? value : result == 0 ? 0 : result;
}

enum ev_status
ev_float8_tand(double value, double *out, struct ev_err *err)
{
	struct angle angle = fold(value);

	if (isinf(value))
		return ev_float8_input(err);
	give_tangent(value, angle,
	    sin_quarter(angle.quarter) / cos_quarter(angle.quarter),
	    sin_quarter(45) / cos_quarter(45), out);
	return EV_OK;
}

enum ev_status
ev_float8_cotd(double value, double *out, struct ev_err *err)
{
	struct angle angle = fold(value);

	if (isinf(value))
		return ev_float8_input(err);
	give_tangent(value, angle,
	    cos_quarter(angle.quarter) / sin_quarter(angle.quarter),
	    cos_quarter(45) / sin_quarter(45), out);
	return EV_OK;
}

enum ev_status
ev_float8_asind(double value, double *out, struct ev_err *err)
{
	if (value < -1 || value > 1)
		return ev_float8_input(err);
	*out = isnan(value) ? value
	    : value >= 0    ? asin_quarter(value)
			    : -asin_quarter(-value);
	return EV_OK;
}

enum ev_status
ev_float8_acosd(double value, double *out, struct ev_err *err)
{
	if (value < -1 || value > 1)
		return ev_float8_input(err);
	*out = isnan(value) ? value
	    : value >= 0    ? acos_quarter(value)
			    : 90 + asin_quarter(-value);
	return EV_OK;
}

enum ev_status
ev_float8_atand(double value, double *out, struct ev_err *err)
{
	(void)err;
	*out = atan(value) / atan(one) * 45;
	return EV_OK;
}

double
ev_float8_atan2d(double y, double x)
{
	return atan2(y, x) / atan(one) * 45;
}
