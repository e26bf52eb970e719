/*
 * func_num: roots, logarithms and powers, of numeric and of double precision;
 * divisors, multiples and scales; width_bucket.
 */
#include <math.h>

#include "expr/float8_math.h"
#include "expr/func.h"

static bool
num_out(struct ev_run *run, const struct ev_node *node, enum ev_status status,
    struct ev_val *out)
{
	out->type = EV_SQL_NUMERIC;
	return status == EV_OK || ev_run_failed(run, node);
}

static bool
real_out(struct ev_run *run, const struct ev_node *node, enum ev_status status,
    struct ev_val *out)
{
	out->type = EV_SQL_FLOAT8;
	return status == EV_OK || ev_run_failed(run, node);
}

/* A function of one argument, of each type. */
#define BOTH(name) \
	static bool num_##name(struct ev_run *run, const struct ev_node *node, \
	    const struct ev_val *arg, struct ev_val *out) \
	{ \
		return num_out(run, node, \
		    ev_num_##name(arg[0].num, run->pool, &out->num, run->err), \
		    out); \
	} \
	static bool real_##name(struct ev_run *run, \
	    const struct ev_node *node, const struct ev_val *arg, \
	    struct ev_val *out) \
	{ \
		return real_out(run, node, \
		    ev_float8_##name(arg[0].real, &out->real, run->err), out); \
	}

BOTH(sqrt)
BOTH(exp)
BOTH(ln)

static bool
num_log(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_log(arg[0].num, arg[1].num, run->pool, &out->num, run->err),
	    out);
}

static bool
num_log10(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_log(ev_num_from_int(10, run->pool), arg[0].num, run->pool,
		&out->num, run->err),
	    out);
}

static bool
real_log10(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return real_out(run, node,
	    ev_float8_log10(arg[0].real, &out->real, run->err), out);
}

static bool
num_power(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_power(arg[0].num, arg[1].num, run->pool, &out->num,
		run->err),
	    out);
}

static bool
real_power(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return real_out(run, node,
	    ev_float8_power(arg[0].real, arg[1].real, &out->real, run->err),
	    out);
}

/* ---- whole numbers ---- */

static bool
num_div(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_quotient(arg[0].num, arg[1].num, run->pool, &out->num,
		run->err),
	    out);
}

static bool
num_gcd(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_gcd(arg[0].num, arg[1].num, run->pool, &out->num, run->err),
	    out);
}

static bool
num_lcm(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_lcm(arg[0].num, arg[1].num, run->pool, &out->num, run->err),
	    out);
}

static bool
factorial(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return num_out(run, node,
	    ev_num_factorial(arg[0].integer, run->pool, &out->num, run->err),
	    out);
}

static uint64_t
divisor(int64_t a, int64_t b)
{
	uint64_t x = a < 0 ? -(uint64_t)a : (uint64_t)a;
	uint64_t y = b < 0 ? -(uint64_t)b : (uint64_t)b;

	while (y) {
		uint64_t rest = x % y;

		x = y;
		y = rest;
	}
	return x;
}

/* A result that must fit the arguments' type. */
static bool
whole_out(struct ev_run *run, const struct ev_node *node, uint64_t number,
    enum ev_sql type, struct ev_val *out)
{
	if (number > (type == EV_SQL_INT4 ? INT32_MAX : INT64_MAX))
		return ev_run_fail(run, node, "%s out of range",
		    ev_sql_name(type));
	out->type = (uint8_t)type;
	out->integer = (int64_t)number;
	return true;
}

static bool
int_gcd(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return whole_out(run, node, divisor(arg[0].integer, arg[1].integer),
	    arg[0].type, out);
}

static bool
int_lcm(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	uint64_t common = divisor(arg[0].integer, arg[1].integer), size;
	int64_t product = 0;

	if (arg[0].integer && arg[1].integer &&
	    __builtin_mul_overflow(arg[0].integer / (int64_t)common,
		arg[1].integer, &product))
		return ev_run_fail(run, node, "%s out of range",
		    ev_sql_name(arg[0].type));
	size = product < 0 ? -(uint64_t)product : (uint64_t)product;
	return whole_out(run, node, size, arg[0].type, out);
}

/* ---- scales; NULL of what is not finite ---- */

static bool
has_scale(const struct ev_val *arg, struct ev_val *out)
{
	out->type = arg[0].num.kind <= EV_NUM_BIG ? EV_SQL_INT4 : EV_SQL_NULL;
	return out->type == EV_SQL_INT4;
}

static bool
scale(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	if (has_scale(arg, out))
		out->integer = arg[0].num.scale;
	return true;
}

static bool
min_scale(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	if (has_scale(arg, out))
		out->integer = ev_num_min_scale(arg[0].num);
	return true;
}

static bool
trim_scale(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	*out = arg[0];
	if (arg[0].num.kind > EV_NUM_BIG)
		return true;
	return num_out(run, node,
	    ev_num_round(arg[0].num, (int32_t)ev_num_min_scale(arg[0].num),
		run->pool, &out->num, run->err),
	    out);
}

/* ---- width_bucket ---- */

/* Below the first bucket: 0; at or above the last one's end: count + 1. */
static bool
bucket_out(struct ev_run *run, const struct ev_node *node, bool below,
    int64_t count, struct ev_val *out)
{
	out->type = EV_SQL_INT4;
	out->integer = below ? 0 : count + 1;
	if (out->integer > INT32_MAX)
		return ev_run_fail(run, node, "integer out of range");
	return true;
}

static bool
check_count(struct ev_run *run, const struct ev_node *node, int64_t count)
{
	return count > 0 ||
	    ev_run_fail(run, node, "count must be greater than zero");
}

#define NO_NAN "operand, lower bound, and upper bound cannot be NaN"
#define NO_INFINITY "lower and upper bounds must be finite"
#define NOT_EQUAL "lower bound cannot equal upper bound"

static bool
check_nums(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg)
{
	for (int i = 0; i < 3; i++)
		if (arg[i].num.kind == EV_NUM_NAN)
			return ev_run_fail(run, node, NO_NAN);
	for (int i = 1; i < 3; i++)
		if (arg[i].num.kind > EV_NUM_BIG)
			return ev_run_fail(run, node, NO_INFINITY);
	return check_count(run, node, arg[3].integer) &&
	    (ev_num_cmp(arg[1].num, arg[2].num) != 0 ||
		ev_run_fail(run, node, NOT_EQUAL));
}

/* floor(count * (x - low) / (high - low)) + 1, in numeric: just below high the
 * quotient may be rounded up to count, and is then count + 1 in PostgreSQL 15
 * too. */
static bool
num_inside(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t count = arg[3].integer, bucket = 0;
	struct ev_num_pool *pool = run->pool;
	struct ev_err *err = run->err;
	struct ev_num part, whole;

	if (ev_num_sub(arg[0].num, arg[1].num, pool, &part, err) != EV_OK ||
	    ev_num_sub(arg[2].num, arg[1].num, pool, &whole, err) != EV_OK ||
	    ev_num_mul(part, ev_num_from_int(count, pool), pool, &part, err) !=
		EV_OK ||
	    ev_num_div(part, whole, pool, &part, err) != EV_OK ||
	    ev_num_floor(part, pool, &part, err) != EV_OK ||
	    ev_num_to_int(part, &bucket, err) != EV_OK)
		return ev_run_failed(run, node);
	out->type = EV_SQL_INT4;
	out->integer = bucket + 1;
	return true;
}

static bool
num_bucket(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_num x = arg[0].num;
	bool up, below, above;

	if (!check_nums(run, node, arg))
		return false;
	up = ev_num_cmp(arg[1].num, arg[2].num) < 0;
	below = up ? ev_num_cmp(x, arg[1].num) < 0
		   : ev_num_cmp(x, arg[1].num) > 0;
	above = up ? ev_num_cmp(x, arg[2].num) >= 0
		   : ev_num_cmp(x, arg[2].num) <= 0;
	if (below || above)
		return bucket_out(run, node, below, arg[3].integer, out);
	return num_inside(run, node, arg, out);
}

static bool
check_reals(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg)
{
	if (!check_count(run, node, arg[3].integer))
		return false;
	if (isnan(arg[0].real) || isnan(arg[1].real) || isnan(arg[2].real))
		return ev_run_fail(run, node, NO_NAN);
	if (isinf(arg[1].real) || isinf(arg[2].real))
		return ev_run_fail(run, node, NO_INFINITY);
	return arg[1].real != arg[2].real || ev_run_fail(run, node, NOT_EQUAL);
}

static bool
real_bucket(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	double x = arg[0].real, low = arg[1].real, high = arg[2].real, place;
	int64_t count = arg[3].integer;
	bool below, above;

	if (!check_reals(run, node, arg))
		return false;
	below = low < high ? x < low : x > low;
	above = low < high ? x >= high : x <= high;
	if (below || above)
		return bucket_out(run, node, below, count, out);
	place = isinf(high - low) ? (x / 2 - low / 2) / (high / 2 - low / 2)
				  : (x - low) / (high - low);
	out->type = EV_SQL_INT4;
	out->integer = (int64_t)((double)count * place);
	if (out->integer >= count)
		out->integer = count - 1;
	out->integer++;
	return true;
}

#define N EV_SQL_NUMERIC
#define F EV_SQL_FLOAT8
#define I4 EV_SQL_INT4
#define I8 EV_SQL_INT8

const struct ev_func ev_func_num[] = {
    {"sqrt", N, {N}, num_sqrt, "the square root", "sqrt(2.0)",
	"1.414213562373095", 0},
    {"sqrt", F, {F}, real_sqrt, "the square root", "sqrt(2)",
	"1.4142135623730951", 0},
    {"|/", F, {F}, real_sqrt, "the square root", "|/ 25", "5", 0},
    {"exp", N, {N}, num_exp, "e to this power", "exp(1.0)",
	"2.7182818284590452", 0},
    {"exp", F, {F}, real_exp, "e to this power", "exp(1)", "2.718281828459045",
	0},
    {"ln", N, {N}, num_ln, "the natural logarithm", "ln(2.0)",
	"0.6931471805599453", 0},
    {"ln", F, {F}, real_ln, "the natural logarithm", "ln(2)",
	"0.6931471805599453", 0},
    {"log", N, {N}, num_log10, "the logarithm to the base 10", "log(100.0)",
	"2.0000000000000000", 0},
    {"log", F, {F}, real_log10, "the logarithm to the base 10", "log(100)", "2",
	0},
    {"log", N, {N, N}, num_log, "the second's logarithm to the first's base",
	"log(2.0, 64.0)", "6.0000000000000000", 0},
    {"log10", N, {N}, num_log10, "the same as log", "log10(1000.0)",
	"3.0000000000000000", 0},
    {"log10", F, {F}, real_log10, "the same as log", "log10(1000)", "3", 0},
    {"power", N, {N, N}, num_power, "the first to the power of the second",
	"power(9.0, 3)", "729.0000000000000000", 0},
    {"power", F, {F, F}, real_power, "the first to the power of the second",
	"power(9, 3)", "729", 0},
    {"pow", N, {N, N}, num_power, "the same as power", "pow(9.0, 3)",
	"729.0000000000000000", 0},
    {"pow", F, {F, F}, real_power, "the same as power", "pow(9, 3)", "729", 0},
    {"^", N, {N, N}, num_power, "the same as power", "1.5 ^ 2",
	"2.2500000000000000", 0},
    {"^", F, {F, F}, real_power, "the same as power", "2 ^ 10", "1024", 0},
    {"div", N, {N, N}, num_div, "the quotient without its fraction",
	"div(9, 4)", "2", 0},
    {"gcd", I4, {I4, I4}, int_gcd, "the greatest common divisor",
	"gcd(1071, 462)", "21", 0},
    {"gcd", I8, {I8, I8}, int_gcd, "the greatest common divisor",
	"gcd(6000000000, 4)", "4", 0},
    {"gcd", N, {N, N}, num_gcd, "the greatest common divisor", "gcd(7.5, 2.5)",
	"2.5", 0},
    {"lcm", I4, {I4, I4}, int_lcm, "the least common multiple",
	"lcm(1071, 462)", "23562", 0},
    {"lcm", I8, {I8, I8}, int_lcm, "the least common multiple",
	"lcm(6000000000, 4)", "6000000000", 0},
    {"lcm", N, {N, N}, num_lcm, "the least common multiple", "lcm(1.5, 2)",
	"6.0", 0},
    {"factorial", N, {I8}, factorial, "1 * 2 * 3 * …", "factorial(5)", "120",
	0},
    {"scale", I4, {N}, scale, "how many digits stand behind the point",
	"scale(8.4100)", "4", 0},
    {"min_scale", I4, {N}, min_scale, "how many of them it needs",
	"min_scale(8.4100)", "2", 0},
    {"trim_scale", N, {N}, trim_scale, "without zeros at the end",
	"trim_scale(8.4100)", "8.41", 0},
    {"width_bucket", I4, {N, N, N, I4}, num_bucket,
	"which of n equal parts of a range it is in",
	"width_bucket(5.35, 0.024, 10.06, 5)", "3", 0},
    {"width_bucket", I4, {F, F, F, I4}, real_bucket,
	"which of n equal parts of a range it is in",
	"width_bucket(5.35::float8, 0, 10, 5)", "3", 0},
    {.name = NULL},
};
