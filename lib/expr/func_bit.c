/*
 * func_bit: operators of integers' bits, and @. A shift by more than the
 * type's width takes the distance modulo 32, or 64 of a bigint, as PostgreSQL
 * does on x86-64 and ARM.
 */
#include "expr/func.h"

static bool
bits_out(const struct ev_val *arg, uint64_t bits, struct ev_val *out)
{
	out->type = arg[0].type;
	out->integer = arg[0].type == EV_SQL_INT2 ? (int16_t)bits
	    : arg[0].type == EV_SQL_INT4          ? (int32_t)bits
						  : (int64_t)bits;
	return true;
}

static bool
bits_and(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return bits_out(arg,
	    (uint64_t)arg[0].integer & (uint64_t)arg[1].integer, out);
}

static bool
bits_or(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return bits_out(arg,
	    (uint64_t)arg[0].integer | (uint64_t)arg[1].integer, out);
}

static bool
bits_xor(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return bits_out(arg,
	    (uint64_t)arg[0].integer ^ (uint64_t)arg[1].integer, out);
}

static bool
bits_not(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return bits_out(arg, ~(uint64_t)arg[0].integer, out);
}

static unsigned
distance(const struct ev_val *arg)
{
	return (unsigned)arg[1].integer &
	    (arg[0].type == EV_SQL_INT8 ? 63 : 31);
}

static bool
shift_left(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return bits_out(arg, (uint64_t)arg[0].integer << distance(arg), out);
}

static bool
shift_right(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	/* of a negative number ones come in at the left */
	return bits_out(arg, (uint64_t)(arg[0].integer >> distance(arg)), out);
}

#define I2 EV_SQL_INT2
#define I4 EV_SQL_INT4
#define I8 EV_SQL_INT8

const struct ev_func ev_func_bit[] = {
    {"&", I2, {I2, I2}, bits_and, "the bits that both have",
	"91::smallint & 15::smallint", "11", 0},
    {"&", I4, {I4, I4}, bits_and, "the bits that both have", "91 & 15", "11",
	0},
    {"&", I8, {I8, I8}, bits_and, "the bits that both have", "91::bigint & 15",
	"11", 0},
    {"|", I2, {I2, I2}, bits_or, "the bits that one of them has",
	"32::smallint | 3::smallint", "35", 0},
    {"|", I4, {I4, I4}, bits_or, "the bits that one of them has", "32 | 3",
	"35", 0},
    {"|", I8, {I8, I8}, bits_or, "the bits that one of them has",
	"32::bigint | 3", "35", 0},
    {"#", I2, {I2, I2}, bits_xor, "the bits that only one of them has",
	"17::smallint # 5::smallint", "20", 0},
    {"#", I4, {I4, I4}, bits_xor, "the bits that only one of them has",
	"17 # 5", "20", 0},
    {"#", I8, {I8, I8}, bits_xor, "the bits that only one of them has",
	"17::bigint # 5", "20", 0},
    {"~", I2, {I2}, bits_not, "every bit the other way round", "~ 1::smallint",
	"-2", 0},
    {"~", I4, {I4}, bits_not, "every bit the other way round", "~ 1", "-2", 0},
    {"~", I8, {I8}, bits_not, "every bit the other way round", "~ 1::bigint",
	"-2", 0},
    {"<<", I2, {I2, I4}, shift_left, "the bits moved to the left",
	"1::smallint << 4", "16", 0},
    {"<<", I4, {I4, I4}, shift_left, "the bits moved to the left", "1 << 4",
	"16", 0},
    {"<<", I8, {I8, I4}, shift_left, "the bits moved to the left",
	"1::bigint << 40", "1099511627776", 0},
    {">>", I2, {I2, I4}, shift_right, "the bits moved to the right",
	"8::smallint >> 2", "2", 0},
    {">>", I4, {I4, I4}, shift_right, "the bits moved to the right", "8 >> 2",
	"2", 0},
    {">>", I8, {I8, I4}, shift_right, "the bits moved to the right",
	"1099511627776 >> 40", "1", 0},
    {.name = NULL},
};
