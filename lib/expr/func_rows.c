/*
 * func_rows: functions that give rows of numbers: series, and the subscripts of
 * an array. (What JSON holds is in func_json_rows.c, unnest in func_array.c, the
 * parts of texts in func_split.c.)
 */
#include "expr/array.h"
#include "expr/func.h"

/* ---- series ---- */

/* How many there are from start to stop. */
static bool
series_count(struct ev_run *run, const struct ev_node *node, int64_t start,
    int64_t stop, int64_t step, uint64_t *count)
{
	uint64_t apart = step > 0 ? (uint64_t)stop - (uint64_t)start
				  : (uint64_t)start - (uint64_t)stop;
	uint64_t by = step > 0 ? (uint64_t)step : -(uint64_t)step;

	*count = 0;
	if (!step)
		return ev_run_fail(run, node, "step size cannot equal zero");
	if (step > 0 ? start > stop : start < stop)
		return true;
	/* of more than 2^63 the count does not overflow here */
	*count = apart / by;
	*count += *count < UINT64_MAX;
	return ev_array_room(run, node, *count);
}

static bool
generate_series(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	int64_t step = node->argc > 2 ? arg[2].integer : 1;
	struct ev_array *array;
	uint64_t count;

	if (!series_count(run, node, arg[0].integer, arg[1].integer, step,
		&count))
		return false;
	array = ev_array_new(run, count);
	for (uint64_t i = 0; i < count; i++) {
		array->item[i].type = node->type;
		array->item[i].integer = (int64_t)((uint64_t)arg[0].integer +
		    i * (uint64_t)step);
	}
	ev_array_out(out, array, node->type);
	return true;
}

static bool
generate_subscripts(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	bool back = node->argc > 2 && arg[2].truth;
	int64_t dim = arg[1].integer;
	struct ev_array *made;

	if (dim < 1 || dim > array->dims)
		return true;
	made = ev_array_new(run, (size_t)array->length[dim - 1]);
	for (uint32_t i = 0; i < made->count; i++) {
		uint32_t at = back ? made->count - 1 - i : i;

		made->item[i].type = EV_SQL_INT4;
		made->item[i].integer = (int64_t)array->lower[dim - 1] + at;
	}
	ev_array_out(out, made, EV_SQL_INT4);
	return true;
}

#define A (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define L EV_SQL_INT8
#define ROWS EV_FUNC_ROWS
#define SAME (EV_FUNC_ROWS | EV_FUNC_SAME)

const struct ev_func ev_func_rows[] = {
    {"generate_series", I, {I, I}, generate_series,
	"a row for each number from the first to the last",
	"generate_series(1, 3)", "1 2 3", ROWS},
    {"generate_series", I, {I, I, I}, generate_series, "the same with a step",
	"generate_series(5, 1, -2)", "5 3 1", ROWS},
    {"generate_series", L, {L, L}, generate_series, "the same of bigints",
	"generate_series(3000000000, 3000000001)", "3000000000 3000000001",
	ROWS},
    {"generate_series", L, {L, L, L}, generate_series, "the same with a step",
	"generate_series(0, 3000000000, 2000000000)", "0 2000000000", ROWS},
    {"generate_subscripts", I, {A, I}, generate_subscripts,
	"a row for each subscript of a dimension",
	"generate_subscripts(ARRAY['a', 'b'], 1)", "1 2", SAME},
    {"generate_subscripts", I, {A, I, B}, generate_subscripts,
	"the same, with true from the last on",
	"generate_subscripts(ARRAY['a', 'b'], 1, true)", "2 1", SAME},
    {.name = NULL},
};
