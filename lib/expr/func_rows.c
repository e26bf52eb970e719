/*
 * func_rows: functions that give rows and are not of arrays or texts alone:
 * series of numbers, and what JSON arrays and objects hold.
 */
#include "expr/array.h"
#include "expr/func.h"
#include "expr/json.h"

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
	if (apart / by >= EV_EXPR_TEXT_MAX / sizeof(struct ev_val))
		return ev_run_fail(run, node,
		    "the series would be larger than 256 MiB");
	*count = apart / by + 1;
	return true;
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

/* ---- JSON ---- */

static bool
is_array(struct ev_run *run, const struct ev_node *node, enum ev_type type)
{
	return type == EV_ARRAY ||
	    ev_run_fail(run, node, "cannot extract elements from %s",
		type == EV_OBJECT ? "an object" : "a scalar");
}

/* The elements of a json, as json. */
static bool
json_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_value json = ev_json_value(arg);
	struct ev_member member;
	struct ev_array *array;
	const char *at = NULL;
	size_t count = 0;

	if (!is_array(run, node, json.type))
		return false;
	while (ev_value_next(json, &at, &member))
		count++;
	array = ev_array_new(run, count);
	at = NULL;
	for (size_t i = 0; ev_value_next(json, &at, &member); i++)
		ev_json_part_out(member.value, &array->item[i]);
	ev_array_out(out, array, EV_SQL_JSONTEXT);
	return true;
}

static bool
jsonb_elements(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_jsonb *json = arg[0].jsonb;
	struct ev_array *array;

	if (!is_array(run, node, json->type))
		return false;
	array = ev_array_new(run, json->count);
	for (uint32_t i = 0; i < json->count; i++)
		ev_json_tree_out(run, &json->item[i], &array->item[i]);
	ev_array_out(out, array, EV_SQL_JSONB);
	return true;
}

/* The elements as ->> gives them. */
static bool
unquote(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	const struct ev_array *array = out->array;

	for (uint32_t i = 0; i < array->count; i++)
		if (!ev_json_unquote(run, node, &array->item[i]))
			return false;
	ev_array_out(out, array, EV_SQL_TEXT);
	return true;
}

static bool
json_elements_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return json_elements(run, node, arg, out) && unquote(run, node, out);
}

static bool
jsonb_elements_text(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return jsonb_elements(run, node, arg, out) && unquote(run, node, out);
}

#define A (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define B EV_SQL_BOOL
#define I EV_SQL_INT4
#define L EV_SQL_INT8
#define T EV_SQL_TEXT
#define J EV_SQL_JSONTEXT
#define JB EV_SQL_JSONB
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
    {"json_array_elements", J, {J}, json_elements, "a row for each element",
	"json_array_elements('[1, \"a\"]'::json)", "1 \"a\"", ROWS},
    {"json_array_elements_text", T, {J}, json_elements_text,
	"the same as texts", "json_array_elements_text('[1, \"a\"]'::json)",
	"\"1\" \"a\"", ROWS},
    {"jsonb_array_elements", JB, {JB}, jsonb_elements, "a row for each element",
	"jsonb_array_elements('[1, {\"a\":2}]'::jsonb)", "1 {\"a\": 2}", ROWS},
    {"jsonb_array_elements_text", T, {JB}, jsonb_elements_text,
	"the same as texts", "jsonb_array_elements_text('[1, null]'::jsonb)",
	"\"1\" null", ROWS},
    {.name = NULL},
};
