/*
 * func_pict: functions with format pictures, over expr/pict.h.
 */
#include "expr/func.h"
#include "expr/pict.h"

static struct ev_pict
pict_of(const struct ev_node *node, const struct ev_val *arg)
{
	return node->pict ? *node->pict : ev_pict_of(arg[1].text);
}

static bool
to_timestamp(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_pict_parse(run->time, arg[0].text, pict_of(node, arg),
		EV_TIME_TZ, &out->integer, run->err),
	    EV_SQL_STAMPTZ, out);
}

static bool
to_date(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_val_time_out(run, node,
	    ev_pict_parse(run->time, arg[0].text, pict_of(node, arg),
		EV_TIME_DATE, &out->integer, run->err),
	    EV_SQL_DATE, out);
}

static bool
time_to_char(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	bool null = false;

	if (ev_pict_time(run->time, ev_val_time_kind(arg[0].type),
		arg[0].integer, pict_of(node, arg), buf, &null,
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	ev_run_text(run, out);
	if (null)
		out->type = EV_SQL_NULL;
	return true;
}

static bool
interval_to_char(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_buf *buf = ev_run_begin(run);
	bool null = false;

	if (ev_pict_interval(arg[0].interval, pict_of(node, arg), buf, &null,
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	ev_run_text(run, out);
	if (null)
		out->type = EV_SQL_NULL;
	return true;
}

static bool
number_to_char(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	enum ev_pict_number_kind kind = arg[0].type == EV_SQL_INT4
	    ? EV_PICT_INT4
	    : arg[0].type == EV_SQL_INT8    ? EV_PICT_INT8
	    : arg[0].type == EV_SQL_NUMERIC ? EV_PICT_NUMERIC
					    : EV_PICT_DOUBLE;
	struct ev_buf *buf = ev_run_begin(run);
	struct ev_slice number;

	if (kind == EV_PICT_DOUBLE)
		ev_buf_printf(buf, "%.17g", arg[0].real);
	else
		ev_val_print(run->time, &arg[0], buf);
	number = ev_arena_slice(run->arena, ev_buf_as_slice(buf));
	if (kind == EV_PICT_DOUBLE && arg[0].real - arg[0].real != 0)
		number = arg[0].real != arg[0].real ? EV_SLICE("NaN")
		    : arg[0].real > 0               ? EV_SLICE("Infinity")
						    : EV_SLICE("-Infinity");
	if (ev_pict_number(kind, number, pict_of(node, arg), ev_run_begin(run),
		run->err) != EV_OK)
		return ev_run_failed(run, node);
	ev_run_text(run, out);
	return true;
}

static bool
to_number(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	bool null;

	if (ev_pict_to_number(arg[0].text, pict_of(node, arg), run->pool,
		&out->num, &null, run->err) != EV_OK)
		return ev_run_failed(run, node);
	out->type = null ? EV_SQL_NULL : EV_SQL_NUMERIC;
	return true;
}

#define T EV_SQL_TEXT
#define N EV_SQL_NUMERIC
#define F EV_SQL_FLOAT8
#define I4 EV_SQL_INT4
#define I8 EV_SQL_INT8
#define D EV_SQL_DATE
#define S EV_SQL_STAMP
#define Z EV_SQL_STAMPTZ
#define V EV_SQL_INTERVAL
#define P EV_FUNC_PICT

const struct ev_func ev_func_pict[] = {
    {"to_timestamp", Z, {T, T}, to_timestamp,
	"a text read after a picture as a time",
	"to_timestamp('26.02.2019 14:30', 'DD.MM.YYYY HH24:MI')",
	"\"2019-02-26 14:30:00+00\"", EV_FUNC_STABLE | P},
    {"to_date", D, {T, T}, to_date, "a text read after a picture as a date",
	"to_date('26 Feb 2019', 'DD Mon YYYY')", "\"2019-02-26\"",
	EV_FUNC_STABLE | P},
    {"to_char", T, {Z, T}, time_to_char, "a time written after a picture",
	"to_char(timestamptz '2019-02-26 14:30+00', 'Dy, DD Mon YYYY')",
	"\"Tue, 26 Feb 2019\"", EV_FUNC_STABLE | P},
    {"to_char", T, {S, T}, time_to_char, "a time written after a picture",
	"to_char(timestamp '2019-02-26 14:30', 'HH24:MI')", "\"14:30\"",
	EV_FUNC_STABLE | P},
    {"to_char", T, {V, T}, interval_to_char,
	"an interval written after a picture",
	"to_char(INTERVAL '3 days 15:02:12', 'DD HH24:MI:SS')",
	"\"03 15:02:12\"", EV_FUNC_STABLE | P},
    {"to_char", T, {I4, T}, number_to_char, "a number written after a picture",
	"to_char(42, '0000')", "\" 0042\"", EV_FUNC_STABLE | P},
    {"to_char", T, {I8, T}, number_to_char, "a number written after a picture",
	"to_char(42::bigint, 'FM0000')", "\"0042\"", EV_FUNC_STABLE | P},
    {"to_char", T, {N, T}, number_to_char, "a number written after a picture",
	"to_char(1234.5, 'FM9,999.00')", "\"1,234.50\"", EV_FUNC_STABLE | P},
    {"to_char", T, {F, T}, number_to_char, "a number written after a picture",
	"to_char(0.5::float8, 'FM0.00')", "\"0.50\"", EV_FUNC_STABLE | P},
    {"to_number", N, {T, T}, to_number,
	"a text read after a picture as a number",
	"to_number('1,234.50-', '9G999D99S')", "-1234.50", EV_FUNC_STABLE | P},
    {.name = NULL},
};
