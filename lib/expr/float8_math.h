/*
 * float8_math: the functions of double precision: roots, logarithms, powers,
 * angles. They give what the C library gives, with the errors that PostgreSQL
 * 15 makes of its infinities.
 *
 * EV_BAD as in float8.h, and "input is out of range", "cannot take logarithm
 * of zero" and such; *out is then untouched.
 */
#ifndef EV_EXPR_FLOAT8_MATH_H
#define EV_EXPR_FLOAT8_MATH_H

#include "base/err.h"

typedef enum ev_status (
    *ev_float8_one)(double value, double *out, struct ev_err *err);

enum ev_status ev_float8_sqrt(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cbrt(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_exp(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_ln(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_log10(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_power(double base, double exponent, double *out,
    struct ev_err *err);

enum ev_status ev_float8_degrees(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_radians(double value, double *out, struct ev_err *err);

/* Angles in radians. */
enum ev_status ev_float8_sin(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cos(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_tan(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cot(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_asin(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_acos(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_atan(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_sinh(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cosh(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_tanh(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_asinh(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_acosh(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_atanh(double value, double *out, struct ev_err *err);

/* Angles in degrees, exact where the result is: sind(30) is 0.5
 * (float8_degree.c). */
enum ev_status ev_float8_sind(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cosd(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_tand(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_cotd(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_asind(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_acosd(double value, double *out, struct ev_err *err);
enum ev_status ev_float8_atand(double value, double *out, struct ev_err *err);
double ev_float8_atan2d(double y, double x);

/* The failures that both files have. */
enum ev_status ev_float8_input(struct ev_err *err);
enum ev_status ev_float8_overflow(struct ev_err *err);
enum ev_status ev_float8_underflow(struct ev_err *err);

#endif
