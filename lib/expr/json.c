/*
 * json: see json.h.
 */
#include "expr/json.h"

#include "event/build.h"
#include "event/scan.h"
#include "expr/array.h"
#include "expr/text.h"

/* ---- text to JSON ---- */

/* A copy of a text with a newline behind it, as the scanner wants it. */
static struct ev_slice
copy_line(struct ev_run *run, struct ev_slice text)
{
	char *line = ev_arena_alloc(run->arena, text.len + 1 + EV_SCAN_PADDING);

	if (text.len)
		memcpy(line, text.ptr, text.len);
	memset(line + text.len, '\n', 1 + EV_SCAN_PADDING);
	ev_value_join_lines(line, text.len);
	return (struct ev_slice){line, text.len};
}

const char *
ev_json_check(struct ev_run *run, struct ev_slice text, struct ev_slice *json)
{
	*json = copy_line(run, text);
	return ev_scan_text(json->ptr);
}

static bool
read_text(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	struct ev_jsonb json;
	struct ev_slice line;
	const char *why = ev_json_check(run, val->text, &line);

	if (why)
		return ev_run_fail(run, node,
		    "invalid input syntax for type json: %s", why);
	if (to == EV_SQL_JSONTEXT) {
		val->type = EV_SQL_JSONTEXT;
		return true;
	}
	if (!ev_jsonb_read(run, node, line, &json))
		return false;
	ev_json_tree_out(run, &json, val);
	return true;
}

bool
ev_json_cast(struct ev_run *run, const struct ev_node *node, struct ev_val *val,
    enum ev_sql to)
{
	return val->type == EV_SQL_TEXT ? read_text(run, node, val, to)
					: ev_json_field(run, node, val, to);
}

bool
ev_json_field(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to)
{
	struct ev_val from = *val;
	struct ev_jsonb json;

	if (val->type == to || ev_val_is_null(val)) {
		val->type = val->type == to ? val->type : EV_SQL_NULL;
		return true;
	}
	if (to == EV_SQL_JSONB) {
		if (!ev_json_tree(run, node, &from, &json))
			return false;
		ev_json_tree_out(run, &json, val);
		return true;
	}
	if (val->type == EV_SQL_JSON) {
		ev_json_part_out(from.json, val);
		return true;
	}
	return ev_json_put(run, node, &from, ev_run_begin(run)) &&
	    ev_json_text_out(run, node, val);
}

/* ---- JSON to other types ---- */

bool
ev_json_scalar(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to)
{
	const struct ev_jsonb *json = val->jsonb;
	bool number = ev_sql_is_number(to);

	if (number && json->type == EV_NUMBER) {
		val->type = EV_SQL_NUMERIC;
		return ev_num_from_text(json->text, run->pool, &val->num,
			   run->err) == EV_OK ||
		    ev_run_failed(run, node);
	}
	if (to == EV_SQL_BOOL &&
	    (json->type == EV_TRUE || json->type == EV_FALSE)) {
		val->type = EV_SQL_BOOL;
		val->truth = json->type == EV_TRUE;
		return true;
	}
	return ev_run_fail(run, node, "cannot cast jsonb %s to type %s",
	    json->type == EV_NUMBER ? "numeric" : ev_json_type_name(json->type),
	    ev_sql_name(to));
}

bool
ev_json_unquote(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val)
{
	if (val->type == EV_SQL_JSONTEXT) {
		val->json = ev_json_value(val);
		val->type = EV_SQL_JSON;
	} else if (val->type == EV_SQL_JSONB && val->jsonb->type == EV_STRING) {
		val->text = val->jsonb->text;
		val->type = EV_SQL_TEXT;
	} else if (val->type == EV_SQL_JSONB && val->jsonb->type == EV_NULL) {
		val->type = EV_SQL_NULL;
	}
	return ev_val_to(run, node, val, EV_SQL_TEXT);
}

/* ---- any type to JSON ---- */

static void
put_time(struct ev_run *run, const struct ev_val *val, struct ev_buf *out)
{
	ev_buf_char(out, '"');
	ev_buf_reserve(out, EV_TIME_TEXT_MAX);
	out->len += ev_time_json(run->time, ev_val_time_kind(val->type),
	    val->integer, out->ptr + out->len);
	ev_buf_char(out, '"');
}

/* A field's string as its text is written, so that it does not matter how the
 * event escapes it; what no text can be stays as it is. */
static void
put_string(struct ev_run *run, struct ev_value string, struct ev_buf *out)
{
	size_t len = out->len;
	struct ev_slice text;

	if (ev_value_text(string, out, &text, NULL) != EV_OK) {
		ev_buf_slice(out, ev_value_raw(string));
		return;
	}
	text = ev_arena_slice(run->arena, text);
	out->len = len;
	ev_build_text(out, text);
}

/* One dimension of an array, and those in it, with a comma between the parts of
 * this one; returns the item behind, NULL where one fails. */
static const struct ev_val *
put_items(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, unsigned dim, const struct ev_val *item,
    const char *comma, struct ev_buf *out)
{
	ev_buf_char(out, '[');
	for (int32_t i = 0; i < array->length[dim] && item; i++) {
		if (i)
			ev_buf_str(out, comma);
		if (dim + 1 < array->dims)
			item = put_items(run, node, array, dim + 1, item, ",",
			    out);
		else
			item = ev_json_put(run, node, item, out) ? item + 1
								 : NULL;
	}
	ev_buf_char(out, ']');
	return item;
}

bool
ev_json_put_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, bool lines, struct ev_buf *out)
{
	if (array->dims)
		return put_items(run, node, array, 0, array->item,
			   lines ? ",\n " : ",", out) != NULL;
	ev_buf_str(out, "[]");
	return true;
}

bool
ev_json_put(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_buf *out)
{
	if (ev_sql_is_time(val->type))
		put_time(run, val, out);
	else if (val->type == EV_SQL_JSONTEXT)
		ev_buf_slice(out, val->text);
	else if (val->type == EV_SQL_JSON && val->json.escaped)
		put_string(run, val->json, out);
	else if (ev_sql_is_array(val->type))
		return ev_json_put_array(run, node, val->array, false, out);
	else
		ev_val_json(run->time, val, out);
	return out->len <= EV_EXPR_TEXT_MAX || ev_text_too_long(run, node);
}

bool
ev_json_tree(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *val, struct ev_jsonb *out)
{
	struct ev_buf *buf;

	if (ev_val_is_null(val)) {
		*out = (struct ev_jsonb){.type = EV_NULL, .size = 4};
		return true;
	}
	switch (val->type) {
	case EV_SQL_JSONB:
		*out = *val->jsonb;
		return true;
	case EV_SQL_JSONTEXT:
		return ev_jsonb_read(run, node, val->text, out);
	case EV_SQL_JSON:
		return ev_jsonb_read(run, node, ev_value_raw(val->json), out);
	case EV_SQL_TEXT:
		return ev_jsonb_string(run, node, val->text, out);
	case EV_SQL_UNKNOWN:
		return ev_jsonb_string(run, node, val->quoted->text, out);
	default:
		break;
	}
	buf = ev_run_begin(run);
	return ev_json_put(run, node, val, buf) &&
	    ev_jsonb_read(run, node,
		ev_arena_slice(run->arena, ev_buf_as_slice(buf)), out);
}

/* ---- results ---- */

bool
ev_json_check_depth(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json)
{
	/* a shorter text cannot be nested so deep */
	return json.len < EV_SCAN_DEPTH ||
	    ev_value_depth(json) < EV_SCAN_DEPTH ||
	    ev_run_fail(run, node, "is nested more than %d deep",
		EV_SCAN_DEPTH - 1);
}

bool
ev_json_text_out(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_slice json = ev_buf_as_slice(run->buf);

	if (json.len > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(run, node);
	if (!ev_json_check_depth(run, node, json))
		return false;
	ev_run_text(run, out);
	out->type = EV_SQL_JSONTEXT;
	return true;
}

void
ev_json_tree_out(struct ev_run *run, const struct ev_jsonb *json,
    struct ev_val *out)
{
	struct ev_jsonb *own = ev_arena_alloc(run->arena, sizeof(*own));

	*own = *json;
	out->type = EV_SQL_JSONB;
	out->jsonb = own;
}

void
ev_json_part_out(struct ev_value part, struct ev_val *out)
{
	out->type = part.type == EV_MISSING ? EV_SQL_NULL : EV_SQL_JSONTEXT;
	out->text = ev_value_raw(part);
}

/* ---- steps into JSON ---- */

static void
jsonb_part_out(const struct ev_jsonb *part, struct ev_val *out)
{
	out->type = part ? EV_SQL_JSONB : EV_SQL_NULL;
	out->jsonb = part;
}

static struct ev_value
json_step(struct ev_value of, struct ev_slice step)
{
	static const struct ev_value none;
	int64_t index;

	if (of.type == EV_OBJECT)
		return ev_value_member(of, step);
	if (!ev_jsonb_index(step, &index))
		return none;
	return ev_value_item(of, index);
}

void
ev_json_follow(struct ev_val *val, const struct ev_val *step, size_t steps)
{
	for (size_t i = 0; i < steps; i++) {
		if (val->type == EV_SQL_NULL || step[i].type == EV_SQL_NULL)
			val->type = EV_SQL_NULL;
		else if (val->type == EV_SQL_JSONB)
			jsonb_part_out(ev_jsonb_step(val->jsonb, step[i].text),
			    val);
		else
			ev_json_part_out(json_step(ev_json_value(val),
					     step[i].text),
			    val);
	}
}

/* A scalar on its own is an array of one to -> of jsonb. */
static const struct ev_jsonb *
jsonb_item(const struct ev_jsonb *of, int64_t index)
{
	if (of->type < EV_ARRAY)
		return index == 0 || index == -1 ? of : NULL;
	return ev_jsonb_item(of, index);
}

bool
ev_eval_json_member(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val key;
	int64_t index;

	if (!ev_node_eval(run, node->arg[0], out) ||
	    !ev_node_eval(run, node->arg[1], &key))
		return false;
	if (out->type == EV_SQL_NULL || key.type == EV_SQL_NULL) {
		out->type = EV_SQL_NULL;
		return true;
	}
	index = key.integer;
	if (out->type == EV_SQL_JSONB)
		jsonb_part_out(key.type == EV_SQL_TEXT
			? ev_jsonb_member(out->jsonb, key.text)
			: jsonb_item(out->jsonb, index),
		    out);
	else
		ev_json_part_out(key.type == EV_SQL_TEXT
			? ev_value_member(ev_json_value(out), key.text)
			: ev_value_item(ev_json_value(out), index),
		    out);
	return true;
}

bool
ev_eval_json_member_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	return ev_eval_json_member(run, node, out) &&
	    (out->type == EV_SQL_NULL || ev_json_unquote(run, node, out));
}

bool
ev_eval_json_subscript(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val key;

	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	if (out->type == EV_SQL_NULL)
		return true; /* the subscript is not looked at */
	if (!ev_node_eval(run, node->arg[1], &key))
		return false;
	if (key.type == EV_SQL_NULL) {
		out->type = EV_SQL_NULL;
		return true;
	}
	/* an object may have a key of digits */
	if (!ev_val_to(run, node, &key, EV_SQL_TEXT))
		return false;
	ev_json_follow(out, &key, 1);
	return true;
}
