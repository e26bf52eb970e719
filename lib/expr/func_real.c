/*
 * func_real: functions of double precision: roots, powers, angles. What numeric
 * has too is in func_num.c.
 */
#include <math.h>

#include "expr/float8_math.h"
#include "expr/func.h"

static bool
call(struct ev_run *run, const struct ev_node *node, ev_float8_one one,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = EV_SQL_FLOAT8;
	return one(arg[0].real, &out->real, run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

/* A function of one argument, of the same name as float8_math's. */
#define ONE(name) \
	static bool name##_of(struct ev_run *run, const struct ev_node *node, \
	    const struct ev_val *arg, struct ev_val *out) \
	{ \
		return call(run, node, ev_float8_##name, arg, out); \
	}

ONE(cbrt)
ONE(degrees)
ONE(radians)
ONE(sin)
ONE(cos)
ONE(tan)
ONE(cot)
ONE(asin)
ONE(acos)
ONE(atan)
ONE(sinh)
ONE(cosh)
ONE(tanh)
ONE(asinh)
ONE(acosh)
ONE(atanh)
ONE(sind)
ONE(cosd)
ONE(tand)
ONE(cotd)
ONE(asind)
ONE(acosd)
ONE(atand)

static bool
atan2_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	out->type = EV_SQL_FLOAT8;
	out->real = atan2(arg[0].real, arg[1].real);
	return true;
}

static bool
atan2d_of(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	out->type = EV_SQL_FLOAT8;
	out->real = ev_float8_atan2d(arg[0].real, arg[1].real);
	return true;
}

static bool
pi(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	(void)arg;
	out->type = EV_SQL_FLOAT8;
	out->real = M_PI;
	return true;
}

#define F EV_SQL_FLOAT8

const struct ev_func ev_func_real[] = {
    {"pi", F, {0}, pi, "the circle's", "pi()", "3.141592653589793", 0},
    {"cbrt", F, {F}, cbrt_of, "the cube root", "round(cbrt(27))", "3", 0},
    {"||/", F, {F}, cbrt_of, "the cube root", "round(||/ 27)", "3", 0},
    {"degrees", F, {F}, degrees_of, "radians as degrees", "degrees(pi())",
	"180", 0},
    {"radians", F, {F}, radians_of, "degrees as radians", "radians(180)",
	"3.141592653589793", 0},
    {"sin", F, {F}, sin_of, "the sine", "sin(1)", "0.8414709848078965", 0},
    {"cos", F, {F}, cos_of, "the cosine", "cos(0)", "1", 0},
    {"tan", F, {F}, tan_of, "the tangent", "tan(0)", "0", 0},
    {"cot", F, {F}, cot_of, "the cotangent", "cot(0.5)", "1.830487721712452",
	0},
    {"asin", F, {F}, asin_of, "the angle with this sine", "asin(1)",
	"1.5707963267948966", 0},
    {"acos", F, {F}, acos_of, "the angle with this cosine", "acos(1)", "0", 0},
    {"atan", F, {F}, atan_of, "the angle with this tangent", "atan(1)",
	"0.7853981633974483", 0},
    {"atan2", F, {F, F}, atan2_of, "the angle with the tangent y / x",
	"atan2(1, 0)", "1.5707963267948966", 0},
    {"sind", F, {F}, sind_of, "the sine of degrees", "sind(30)", "0.5", 0},
    {"cosd", F, {F}, cosd_of, "the cosine of degrees", "cosd(60)", "0.5", 0},
    {"tand", F, {F}, tand_of, "the tangent of degrees", "tand(45)", "1", 0},
    {"cotd", F, {F}, cotd_of, "the cotangent of degrees", "cotd(45)", "1", 0},
    {"asind", F, {F}, asind_of, "the degrees with this sine", "asind(0.5)",
	"30", 0},
    {"acosd", F, {F}, acosd_of, "the degrees with this cosine", "acosd(0.5)",
	"60", 0},
    {"atand", F, {F}, atand_of, "the degrees with this tangent", "atand(1)",
	"45", 0},
    {"atan2d", F, {F, F}, atan2d_of, "the degrees with the tangent y / x",
	"atan2d(1, 0)", "90", 0},
    {"sinh", F, {F}, sinh_of, "the hyperbolic sine", "sinh(0)", "0", 0},
    {"cosh", F, {F}, cosh_of, "the hyperbolic cosine", "cosh(0)", "1", 0},
    {"tanh", F, {F}, tanh_of, "the hyperbolic tangent", "tanh(0)", "0", 0},
    {"asinh", F, {F}, asinh_of, "the inverse of sinh", "asinh(0)", "0", 0},
    {"acosh", F, {F}, acosh_of, "the inverse of cosh", "acosh(1)", "0", 0},
    {"atanh", F, {F}, atanh_of, "the inverse of tanh", "atanh(0)", "0", 0},
    {.name = NULL},
};
