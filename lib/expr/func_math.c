/*
 * func_math: functions of numbers. A field's number is numeric, so its round
 * is exact; round of a double precision is half to even.
 */
#include <math.h>

#include "expr/float8.h"
#include "expr/func.h"
#include "expr/int8.h"

static bool
num_out(struct ev_run *run, const struct ev_node *node, enum ev_status status,
    struct ev_val *out)
{
	out->type = EV_SQL_NUMERIC;
	return status == EV_OK || ev_run_failed(run, node);
}

static bool
real_out(struct ev_val *out, double real)
{
	out->type = EV_SQL_FLOAT8;
	out->real = real;
	return true;
}

static bool
num_round(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int32_t scale = node->argc > 1 ? (int32_t)arg[1].integer : 0;

	return num_out(run, node,
	    ev_num_round(arg[0].num, scale, run->pool, &out->num, run->err),
	    out);
}

static bool
num_trunc(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int32_t scale = node->argc > 1 ? (int32_t)arg[1].integer : 0;

	return num_out(run, node,
	    ev_num_trunc(arg[0].num, scale, run->pool, &out->num, run->err),
	    out);
}

static bool
num_floor(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_floor(arg[0].num, run->pool, &out->num, run->err), out);
}

static bool
num_ceil(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_ceil(arg[0].num, run->pool, &out->num, run->err), out);
}

static bool
num_abs(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->num = ev_num_abs(arg[0].num, run->pool);
	return num_out(run, node, EV_OK, out);
}

static bool
num_sign(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->num = ev_num_sign(arg[0].num);
	return num_out(run, node, EV_OK, out);
}

static bool
int_abs(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	enum ev_sql type = arg[0].type;
	int64_t number = arg[0].integer;

	if (number < 0 &&
	    (number == INT64_MIN ||
		(type == EV_SQL_INT4 && number == INT32_MIN) ||
		(type == EV_SQL_INT2 && number == INT16_MIN)))
		return ev_run_fail(run, node, "%s out of range",
		    ev_sql_name(type));
	out->integer = number < 0 ? -number : number;
	out->type = (uint8_t)type;
	return true;
}

static bool
int_mod(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	out->type = arg[0].type;
	return ev_int8_mod(arg[0].integer, arg[1].integer, &out->integer,
		   run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

static bool
num_mod(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_mod(arg[0].num, arg[1].num, run->pool, &out->num, run->err),
	    out);
}

static bool
real_round(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, ev_float8_round(arg[0].real));
}

static bool
real_trunc(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, trunc(arg[0].real));
}

static bool
real_floor(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, floor(arg[0].real));
}

static bool
real_ceil(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, ceil(arg[0].real));
}

static bool
real_abs(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, fabs(arg[0].real));
}

static bool
real_sign(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return real_out(out, ev_float8_sign(arg[0].real));
}

#define N EV_SQL_NUMERIC
#define F EV_SQL_FLOAT8
#define I2 EV_SQL_INT2
#define I4 EV_SQL_INT4
#define I8 EV_SQL_INT8

const struct ev_func ev_func_math[] = {
    {"round", N, {N}, num_round, "the nearest whole number, half away from 0",
	"round(2.5)", "3", 0},
    {"round", N, {N, I4}, num_round, "rounded to so many digits",
	"round(2.345, 2)", "2.35", 0},
    {"round", F, {F}, real_round, "the nearest whole number, half to even",
	"round(2.5::float8)", "2", 0},
    {"trunc", N, {N}, num_trunc, "the whole part", "trunc(-2.7)", "-2", 0},
    {"trunc", N, {N, I4}, num_trunc, "cut to so many digits", "trunc(2.349, 2)",
	"2.34", 0},
    {"trunc", F, {F}, real_trunc, "the whole part", "trunc(2.7::float8)", "2",
	0},
    {"floor", N, {N}, num_floor, "the next whole number downwards",
	"floor(-2.5)", "-3", 0},
    {"floor", F, {F}, real_floor, "the next whole number downwards",
	"floor(2.5::float8)", "2", 0},
    {"ceil", N, {N}, num_ceil, "the next whole number upwards", "ceil(2.1)",
	"3", 0},
    {"ceil", F, {F}, real_ceil, "the next whole number upwards",
	"ceil(2.1::float8)", "3", 0},
    {"ceiling", N, {N}, num_ceil, "the same as ceil", "ceiling(2.1)", "3", 0},
    {"ceiling", F, {F}, real_ceil, "the same as ceil", "ceiling(2.1::float8)",
	"3", 0},
    {"abs", N, {N}, num_abs, "without the sign", "abs(-1.50)", "1.50", 0},
    {"abs", F, {F}, real_abs, "without the sign", "abs(-1.5::float8)", "1.5",
	0},
    {"abs", I2, {I2}, int_abs, "without the sign", "abs((-7)::smallint)", "7",
	0},
    {"abs", I4, {I4}, int_abs, "without the sign", "abs(-7)", "7", 0},
    {"abs", I8, {I8}, int_abs, "without the sign", "abs(-7::bigint)", "7", 0},
    {"@", N, {N}, num_abs, "the same as abs", "@ -1.50", "1.50", 0},
    {"@", F, {F}, real_abs, "the same as abs", "@ -1.5::float8", "1.5", 0},
    {"@", I2, {I2}, int_abs, "the same as abs", "@ (-7)::smallint", "7", 0},
    {"@", I4, {I4}, int_abs, "the same as abs", "@ -7", "7", 0},
    {"@", I8, {I8}, int_abs, "the same as abs", "@ -7::bigint", "7", 0},
    {"sign", N, {N}, num_sign, "-1, 0 or 1", "sign(-2.5)", "-1", 0},
    {"sign", F, {F}, real_sign, "-1, 0 or 1", "sign(3::float8)", "1", 0},
    {"mod", N, {N, N}, num_mod, "the remainder, as %", "mod(7.5, 2)", "1.5", 0},
    {"mod", I2, {I2, I2}, int_mod, "the remainder, as %",
	"mod(7::smallint, 4::smallint)", "3", 0},
    {"mod", I4, {I4, I4}, int_mod, "the remainder, as %", "mod(-7, 4)", "-3",
	0},
    {"mod", I8, {I8, I8}, int_mod, "the remainder, as %", "mod(7::bigint, 4)",
	"3", 0},
    {.name = NULL},
};
