/*
 * func_ksql: functions of ksqlDB under their names, for those who come from
 * there. Times of a number are milliseconds since 1970, as in Kafka.
 */
#include <wctype.h>

#include "base/utf8.h"
#include "expr/func.h"
#include "expr/int8.h"
#include "expr/text.h"
#include "expr/time_parts.h"

static bool
case_out(struct ev_run *run, const struct ev_val *arg, bool upper,
    struct ev_val *out)
{
	struct ev_slice text = ev_text_case(run, arg[0].text, upper);

	out->type = EV_SQL_TEXT;
	out->text = text;
	return true;
}

static bool
ucase(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)node;
	return case_out(run, arg, true, out);
}

static bool
lcase(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)node;
	return case_out(run, arg, false, out);
}

static bool
len(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	(void)run;
	(void)node;
	out->type = EV_SQL_INT4;
	out->integer = (int64_t)ev_utf8_count(arg[0].text.ptr, arg[0].text.len);
	return true;
}

/* The n-th occurrence from a character on, counted from 1; a negative one
 * counts from the end, and the search goes backwards. 0: there is none. */
static bool
instr(struct ev_run *run, const struct ev_node *node, const struct ev_val *arg,
    struct ev_val *out)
{
	struct ev_slice text = arg[0].text, part = arg[1].text;
	int64_t from = node->argc > 2 ? arg[2].integer : 1;
	int64_t left = node->argc > 3 ? arg[3].integer : 1, place, step;
	int64_t count = (int64_t)ev_utf8_count(text.ptr, text.len);

	(void)run;
	step = from < 0 ? -1 : 1;
	place = from < 0 ? count + from + 1 : from;
	out->type = EV_SQL_INT4;
	out->integer = 0;
	if (!part.len || left < 1)
		return true;
	for (; place >= 1 && place <= count; place += step) {
		size_t at = ev_text_offset(text, (uint64_t)place - 1);

		if (text.len - at < part.len ||
		    memcmp(text.ptr + at, part.ptr, part.len) != 0 || --left)
			continue;
		out->integer = place;
		break;
	}
	return true;
}

/* ---- masks ---- */

/* What stands for capitals, small letters, digits and the rest; ptr NULL: they
 * stay. */
struct mask {
	struct ev_slice upper, lower, digit, other;
};

static struct ev_slice
replacement(const struct ev_val *arg)
{
	return arg->type == EV_SQL_NULL ? (struct ev_slice){NULL, 0}
					: arg->text;
}

/* The four behind arg[at - 1], or ksqlDB's own. */
static struct mask
read_mask(const struct ev_node *node, const struct ev_val *arg, unsigned at)
{
	if (node->argc <= at)
		return (struct mask){EV_SLICE("X"), EV_SLICE("x"),
		    EV_SLICE("n"), EV_SLICE("-")};
	return (struct mask){replacement(&arg[at]), replacement(&arg[at + 1]),
	    replacement(&arg[at + 2]), replacement(&arg[at + 3])};
}

/* Masks the characters from..end of a text, counted from 0. */
static bool
mask_part(struct ev_run *run, const struct ev_node *node, struct ev_slice text,
    const struct mask *mask, int64_t from, int64_t end, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	locale_t locale = ev_text_locale();
	int64_t place = 0;

	for (size_t at = 0; at < text.len; place++) {
		uint32_t code;
		unsigned n = ev_utf8_decode(text.ptr + at, &code);
		struct ev_slice with = iswupper_l(code, locale) ? mask->upper
		    : iswlower_l(code, locale)                  ? mask->lower
		    : iswdigit_l(code, locale)                  ? mask->digit
								: mask->other;

		if (place < from || place >= end || !with.ptr)
			with = (struct ev_slice){text.ptr + at, n};
		ev_buf_slice(buf, with);
		at += n;
		if (buf->len > EV_EXPR_TEXT_MAX)
			return ev_text_too_long(run, node);
	}
	ev_run_text(run, out);
	return true;
}

static bool
mask_all(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct mask mask = read_mask(node, arg, 1);

	out->type = EV_SQL_NULL;
	return arg[0].type == EV_SQL_NULL ||
	    mask_part(run, node, arg[0].text, &mask, 0, INT64_MAX, out);
}

/* The n characters at one end, or, if they are kept, the others. */
static bool
mask_end(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, bool left, bool keep, struct ev_val *out)
{
	struct mask mask = read_mask(node, arg, 2);
	struct ev_slice text = arg[0].text;
	int64_t count, n = arg[1].integer;

	out->type = EV_SQL_NULL;
	if (arg[0].type == EV_SQL_NULL || arg[1].type == EV_SQL_NULL)
		return true;
	if (n < 0)
		return ev_run_fail(run, node,
		    "the number of characters must not be negative");
	count = (int64_t)ev_utf8_count(text.ptr, text.len);
	if (left)
		return mask_part(run, node, text, &mask, keep ? n : 0,
		    keep ? INT64_MAX : n, out);
	return mask_part(run, node, text, &mask, keep ? 0 : count - n,
	    keep ? count - n : INT64_MAX, out);
}

static bool
mask_left(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return mask_end(run, node, arg, true, false, out);
}

static bool
mask_right(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return mask_end(run, node, arg, false, false, out);
}

static bool
mask_keep_left(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return mask_end(run, node, arg, true, true, out);
}

static bool
mask_keep_right(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return mask_end(run, node, arg, false, true, out);
}

/* ---- times ---- */

#define MILLISECOND 1000
#define EPOCH_MS (EV_TIME_EPOCH * 1000)

static bool
unix_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t stamp = arg[0].integer;

	if (ev_time_infinite(stamp))
		return ev_run_fail(run, node, "infinity is no number");
	out->type = EV_SQL_INT8;
	out->integer = stamp / MILLISECOND - (stamp % MILLISECOND < 0) +
	    EPOCH_MS;
	return true;
}

static bool
from_unixtime(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t stamp;

	if (!ev_time_from_milliseconds(arg[0].integer, &stamp))
		return ev_run_fail(run, node, "timestamp out of range");
	out->type = EV_SQL_STAMPTZ;
	out->integer = stamp;
	return true;
}

static bool
unix_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t date = arg[0].integer;

	if (ev_time_infinite(date))
		return ev_run_fail(run, node, "infinity is no number");
	out->type = EV_SQL_INT4;
	out->integer = date + EV_TIME_EPOCH_DAYS;
	return true;
}

static bool
from_days(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t date = arg[0].integer - EV_TIME_EPOCH_DAYS;

	if (!ev_time_date_valid(date))
		return ev_run_fail(run, node, "date out of range");
	out->type = EV_SQL_DATE;
	out->integer = date;
	return true;
}

#define T EV_SQL_TEXT
#define I EV_SQL_INT4
#define I8 EV_SQL_INT8
#define D EV_SQL_DATE
#define Z EV_SQL_STAMPTZ
#define NULLS EV_FUNC_NULLS

const struct ev_func ev_func_ksql[] = {
    {"ucase", T, {T}, ucase, "the same as upper", "ucase('abc')", "\"ABC\"", 0},
    {"lcase", T, {T}, lcase, "the same as lower", "lcase('ABC')", "\"abc\"", 0},
    {"len", I, {T}, len, "the same as length", "len('naïve')", "5", 0},
    {"instr", I, {T, T}, instr, "the same as strpos, but 0 for an empty text",
	"instr('CORPORATE FLOOR', 'OR')", "2", 0},
    {"instr", I, {T, T, I}, instr,
	"the same from a position on; negative: from the end backwards",
	"instr('CORPORATE FLOOR', 'OR', -3)", "5", 0},
    {"instr", I, {T, T, I, I}, instr, "the n-th occurrence",
	"instr('CORPORATE FLOOR', 'OR', 3, 2)", "14", 0},
    {"mask", T, {T}, mask_all, "letters as X and x, digits as n, all else as -",
	"mask('My Test $123')", "\"Xx-Xxxx--nnn\"", 0},
    {"mask", T, {T, T, T, T, T}, mask_all,
	"the same with other characters; NULL: these stay",
	"mask('My Test $123', '*', NULL, '1', NULL)", "\"*y *est $111\"",
	NULLS},
    {"mask_left", T, {T, I}, mask_left, "the first n characters masked",
	"mask_left('My Test $123', 4)", "\"Xx-Xest $123\"", 0},
    {"mask_left", T, {T, I, T, T, T, T}, mask_left,
	"the same with other characters",
	"mask_left('My Test $123', 4, '*', NULL, '1', NULL)",
	"\"*y *est $123\"", NULLS},
    {"mask_right", T, {T, I}, mask_right, "the last n characters masked",
	"mask_right('My Test $123', 4)", "\"My Test -nnn\"", 0},
    {"mask_right", T, {T, I, T, T, T, T}, mask_right,
	"the same with other characters",
	"mask_right('My Test $123', 4, '*', NULL, '1', NULL)",
	"\"My Test $111\"", NULLS},
    {"mask_keep_left", T, {T, I}, mask_keep_left,
	"all but the first n characters masked",
	"mask_keep_left('My Test $123', 4)", "\"My Txxx--nnn\"", 0},
    {"mask_keep_left", T, {T, I, T, T, T, T}, mask_keep_left,
	"the same with other characters",
	"mask_keep_left('My Test $123', 4, '*', NULL, '1', NULL)",
	"\"My Test $111\"", NULLS},
    {"mask_keep_right", T, {T, I}, mask_keep_right,
	"all but the last n characters masked",
	"mask_keep_right('My Test $123', 4)", "\"Xx-Xxxx-$123\"", 0},
    {"mask_keep_right", T, {T, I, T, T, T, T}, mask_keep_right,
	"the same with other characters",
	"mask_keep_right('My Test $123', 4, '*', NULL, '1', NULL)",
	"\"*y *est $123\"", NULLS},
    {"unix_timestamp", I8, {Z}, unix_timestamp,
	"milliseconds since 1970 (PostgreSQL's epoch has seconds)",
	"unix_timestamp(timestamptz '2019-02-26 00:00:00.5+00')",
	"1551139200500", EV_FUNC_STABLE},
    {"from_unixtime", Z, {I8}, from_unixtime,
	"the moment of milliseconds since 1970", "from_unixtime(1551139200500)",
	"\"2019-02-26 00:00:00.5+00\"", 0},
    {"unix_date", I, {D}, unix_date, "days since 1970",
	"unix_date(date '2019-02-26')", "17953", 0},
    {"from_days", D, {I}, from_days, "the date of days since 1970",
	"from_days(17953)", "\"2019-02-26\"", 0},
    {.name = NULL},
};
