/*
 * cast: from any type to any other, with PostgreSQL's roundings and messages.
 * Whether SQL has such a cast at all is bind.c's question where the type is
 * known; here it is asked again for what a field turned out to hold.
 */
#include <inttypes.h>
#include <strings.h>

#include "base/utf8.h"
#include "expr/array.h"
#include "expr/float8.h"
#include "expr/int8.h"
#include "expr/json.h"
#include "expr/jsonpath.h"
#include "expr/text.h"
#include "expr/value.h"

static bool
no_cast(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, enum ev_sql to)
{
	return ev_run_fail(run, node, "cannot cast %s to %s",
	    ev_sql_val_name(val), ev_sql_name(to));
}

int
ev_val_truth(struct ev_slice text)
{
	static const struct {
		const char *word;
		unsigned least; /* so many letters are enough */
		int truth;
	} words[] = {{"true", 1, 1}, {"false", 1, 0}, {"yes", 1, 1},
	    {"no", 1, 0}, {"on", 2, 1}, {"off", 2, 0}, {"1", 1, 1},
	    {"0", 1, 0}};

	while (text.len && ev_text_is_space(text.ptr[text.len - 1]))
		text.len--;
	while (text.len && ev_text_is_space(*text.ptr)) {
		text.ptr++;
		text.len--;
	}
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (text.len >= words[i].least &&
		    text.len <= strlen(words[i].word) &&
		    !strncasecmp(words[i].word, text.ptr, text.len))
			return words[i].truth;
	return -1;
}

static bool
to_bool(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	int truth;

	if (val->type == EV_SQL_INT4) {
		truth = val->integer != 0;
	} else if (val->type == EV_SQL_TEXT) {
		truth = ev_val_truth(val->text);
		if (truth < 0)
			return ev_run_fail(run, node,
			    "invalid input syntax for "
			    "type boolean: \"%.*s\"",
			    (int)ev_utf8_cut(val->text.ptr, val->text.len, 100),
			    val->text.ptr);
	} else {
		return no_cast(run, node, val, EV_SQL_BOOL);
	}
	val->truth = truth;
	val->type = EV_SQL_BOOL;
	return true;
}

/* Text as an integer: the number's own reader knows only bigint, so its
 * messages are made here. */
static bool
int_from_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to, int64_t *out)
{
	static const int64_t max[] = {[EV_SQL_INT2] = INT16_MAX,
	    [EV_SQL_INT4] = INT32_MAX,
	    [EV_SQL_INT8] = INT64_MAX};
	struct ev_slice text = val->text;
	struct ev_err err;
	bool syntax = false;

	err.text[0] = '\0';
	if (ev_int8_from_text(text, out, &err) != EV_OK)
		syntax = strstr(err.text, "out of range") == NULL;
	else if (*out <= max[to] && *out >= -max[to] - 1)
		return true;
	text.len = ev_utf8_cut(text.ptr, text.len, 100);
	if (syntax)
		return ev_run_fail(run, node,
		    "invalid input syntax for type "
		    "%s: \"%.*s\"",
		    ev_sql_name(to), (int)text.len, text.ptr);
	return ev_run_fail(run, node,
	    "value \"%.*s\" is out of range for type "
	    "%s",
	    (int)text.len, text.ptr, ev_sql_name(to));
}

static bool
to_int(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	struct ev_err *err = run->err;
	enum ev_status status = EV_OK;
	int64_t out = val->integer;

	if (val->type == EV_SQL_NUMERIC)
		status = ev_num_to_int(val->num, &out, err);
	else if (val->type == EV_SQL_FLOAT8)
		status = ev_float8_to_int(val->real, &out, err);
	else if (val->type == EV_SQL_BOOL && to == EV_SQL_INT4)
		out = val->truth;
	else if (val->type == EV_SQL_TEXT) {
		if (!int_from_text(run, node, val, to, &out))
			return false;
	} else if (!ev_sql_is_int(val->type))
		return no_cast(run, node, val, to);
	if (status != EV_OK)
		return ev_run_failed(run, node);
	if ((to == EV_SQL_INT4 && out != (int32_t)out) ||
	    (to == EV_SQL_INT2 && out != (int16_t)out))
		return ev_run_fail(run, node, "%s out of range",
		    ev_sql_name(to));
	val->integer = out;
	val->type = (uint8_t)to;
	return true;
}

static bool
to_numeric(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	if (ev_sql_is_int(val->type))
		val->num = ev_num_from_int(val->integer, run->pool);
	else if (val->type == EV_SQL_FLOAT8)
		val->num = ev_num_from_double(val->real, run->pool);
	else if (val->type != EV_SQL_TEXT)
		return no_cast(run, node, val, EV_SQL_NUMERIC);
	else if (ev_num_from_text(val->text, run->pool, &val->num, run->err) !=
	    EV_OK)
		return ev_run_failed(run, node);
	val->type = EV_SQL_NUMERIC;
	return true;
}

static bool
to_float8(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	enum ev_status status = EV_OK;
	double out = 0;

	if (ev_sql_is_int(val->type))
		out = (double)val->integer;
	else if (val->type == EV_SQL_NUMERIC)
		status = ev_num_to_double(val->num, &out, run->err);
	else if (val->type == EV_SQL_TEXT)
		status = ev_float8_from_text(val->text, &out, run->err);
	else
		return no_cast(run, node, val, EV_SQL_FLOAT8);
	if (status != EV_OK)
		return ev_run_failed(run, node);
	val->real = out;
	val->type = EV_SQL_FLOAT8;
	return true;
}

static bool
to_text(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	ev_val_print(run->time, val, ev_run_begin(run));
	return ev_text_out(run, node, val);
}

static bool
to_time(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	enum ev_time_kind kind = ev_val_time_kind(to);
	enum ev_status status;
	int64_t out;

	if (val->type == EV_SQL_TEXT)
		status = ev_time_in(run->time, kind, val->text, &out, run->err);
	else if (ev_sql_is_time(val->type))
		status = ev_time_cast(run->time, ev_val_time_kind(val->type),
		    val->integer, kind, &out, run->err);
	else
		return no_cast(run, node, val, to);
	if (status != EV_OK)
		return ev_run_failed(run, node);
	val->integer = out;
	val->type = (uint8_t)to;
	return true;
}

static bool
to_interval(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    unsigned fields)
{
	struct ev_interval out;

	if (val->type != EV_SQL_TEXT)
		return no_cast(run, node, val, EV_SQL_INTERVAL);
	if (ev_interval_in(val->text, fields, &out, run->err) != EV_OK)
		return ev_run_failed(run, node);
	val->interval = out;
	val->type = EV_SQL_INTERVAL;
	return true;
}

static bool
to_path(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	const struct ev_jsonpath *path;

	if (val->type != EV_SQL_TEXT)
		return no_cast(run, node, val, EV_SQL_JSONPATH);
	if (!ev_jsonpath_read(run, node, val->text, &path))
		return false;
	val->jsonpath = path;
	val->type = EV_SQL_JSONPATH;
	return true;
}

/* A quoted literal and a field's value as what they are. */
static bool
settle(struct ev_run *run, const struct ev_node *node, struct ev_val *val)
{
	if (!ev_val_settle(run, node, val))
		return false;
	if (val->type == EV_SQL_UNKNOWN) {
		struct ev_slice text = val->quoted->text;

		val->type = EV_SQL_TEXT;
		val->text = text;
	}
	return true;
}

/* A field's number as a double, without its digits, which 1e131071 has many of.
 * False: it is short, none of numeric's, or none of double precision's. */
static bool
long_to_float8(struct ev_val *val)
{
	struct ev_slice own = ev_value_raw(val->json);
	struct ev_num num;
	double out;
	int order;

	if (ev_num_from_short(own, &num) ||
	    !ev_num_cmp_text(own, EV_SLICE("0"), &order) ||
	    ev_float8_from_text(own, &out, NULL) != EV_OK)
		return false;
	val->type = EV_SQL_FLOAT8;
	val->real = out + 0.0; /* numeric has no -0 */
	return true;
}

/* What is neither a field's, nor NULL, nor of the type yet. */
static bool
convert(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	switch (to) {
	case EV_SQL_BOOL:
		return to_bool(run, node, val);
	case EV_SQL_INT2:
	case EV_SQL_INT4:
	case EV_SQL_INT8:
		return to_int(run, node, val, to);
	case EV_SQL_NUMERIC:
		return to_numeric(run, node, val);
	case EV_SQL_FLOAT8:
		return to_float8(run, node, val);
	case EV_SQL_TEXT:
		return to_text(run, node, val);
	case EV_SQL_DATE:
	case EV_SQL_STAMP:
	case EV_SQL_STAMPTZ:
		return to_time(run, node, val, to);
	case EV_SQL_INTERVAL:
		return to_interval(run, node, val, 0);
	case EV_SQL_JSONTEXT:
	case EV_SQL_JSONB:
		return ev_json_cast(run, node, val, to);
	case EV_SQL_BYTEA:
		return ev_text_to_bytea(run, node, val);
	case EV_SQL_JSONPATH:
		return to_path(run, node, val);
	default:
		return !ev_sql_is_array(to) ||
		    ev_array_cast(run, node, val, to);
	}
}

bool
ev_val_to(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	if (val->type == EV_SQL_JSON && val->json.type == EV_NUMBER) {
		struct ev_slice own = ev_value_raw(val->json);

		if (to == EV_SQL_TEXT) {
			val->type = EV_SQL_TEXT;
			val->text = own;
			return true;
		}
		if (to == EV_SQL_FLOAT8 && long_to_float8(val))
			return true;
	}
	if (ev_sql_is_json(to) && val->type == EV_SQL_JSON &&
	    val->json.type != EV_STRING)
		return ev_json_field(run, node, val, to);
	if (!settle(run, node, val))
		return false;
	if (val->type == to || val->type == EV_SQL_NULL)
		return true;
	if (val->type == EV_SQL_JSONB && to < EV_SQL_TEXT &&
	    (!ev_json_scalar(run, node, val, to) || val->type == to))
		return val->type == to;
	return convert(run, node, val, to);
}

/* numeric(precision, scale): rounded to the scale, and refused where more
 * than precision - scale digits stand before the point. */
static bool
limit_numeric(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to)
{
	struct ev_num rounded, limit, size;
	struct ev_buf *buf;
	int whole = to->precision - to->scale;

	if (val->num.kind == EV_NUM_NAN)
		return true;
	if (val->num.kind > EV_NUM_BIG)
		goto overflow;
	if (ev_num_round(val->num, to->scale, run->pool, &rounded, run->err) !=
	    EV_OK)
		return ev_run_failed(run, node);
	/* the limit is 10^whole, also where whole is negative */
	buf = ev_run_begin(run);
	ev_buf_printf(buf, "1e%d", whole);
	if (ev_num_from_text(ev_buf_as_slice(buf), run->pool, &limit,
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	size = ev_num_abs(rounded, run->pool);
	if (ev_num_cmp(size, limit) >= 0)
		goto overflow;
	val->num = rounded;
	return true;
overflow:
	return ev_run_fail(run, node, "numeric field overflow: numeric(%d,%d)",
	    (int)to->precision, (int)to->scale);
}

/* varchar(n) cuts to n characters. */
static void
limit_text(struct ev_val *val, int32_t length)
{
	size_t at = 0;

	for (int32_t n = 0; n < length && at < val->text.len; n++)
		at += ev_utf8_length(val->text.ptr + at, val->text.len - at);
	val->text.len = at;
}

/* A text without units is read as the type's fields want it. */
static bool
limit_interval(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to)
{
	unsigned fields = (unsigned)to->scale;

	if (!settle(run, node, val))
		return false;
	if (val->type == EV_SQL_NULL)
		return true;
	if (val->type != EV_SQL_INTERVAL &&
	    !to_interval(run, node, val, fields))
		return false;
	return ev_interval_limit(fields, to->precision, &val->interval,
		   run->err) == EV_OK ||
	    ev_run_failed(run, node);
}

bool
ev_val_cast(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    const struct ev_sql_type *to)
{
	if (to->limited && to->type == EV_SQL_INTERVAL)
		return limit_interval(run, node, val, to);
	if (!ev_val_to(run, node, val, to->type))
		return false;
	if (!to->limited || val->type == EV_SQL_NULL)
		return true;
	if (ev_sql_is_array(val->type))
		return ev_array_limit(run, node, val, to);
	if (val->type == EV_SQL_NUMERIC)
		return limit_numeric(run, node, val, to);
	limit_text(val, to->precision);
	return true;
}
