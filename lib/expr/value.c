/*
 * value: see value.h. Decoding and printing; cast.c and compare.c have the
 * rest.
 */
#include "expr/value.h"

#include <ctype.h>
#include <stdarg.h>

#include "base/utf8.h"
#include "event/build.h"
#include "expr/array.h"
#include "expr/float8.h"
#include "expr/int8.h"
#include "expr/jsonpath.h"

bool
ev_run_failed(struct ev_run *run, const struct ev_node *node)
{
	if (!run->failed)
		run->failed = node;
	return false;
}

bool
ev_run_fail(struct ev_run *run, const struct ev_node *node, const char *format,
    ...)
{
	va_list args;

	va_start(args, format);
	ev_err_vset(run->err, EV_BAD, EV_EXIT_DATA, format, args);
	va_end(args);
	return ev_run_failed(run, node);
}

/* 2019-02-26 … */
static bool
begins_with_date(struct ev_slice text)
{
	static const char form[] = "0000-00-00";

	for (size_t i = 0; i < sizeof(form) - 1; i++)
		if (i >= text.len ||
		    (form[i] == '0' ? !isdigit((unsigned char)text.ptr[i])
				    : text.ptr[i] != form[i]))
			return false;
	return true;
}

bool
ev_val_no_number(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text)
{
	if (!begins_with_date(text))
		return ev_run_failed(run, node);
	return ev_run_fail(run, node,
	    "\"%.*s\" is no number (a time is cast, as in "
	    "field::timestamptz)",
	    (int)ev_utf8_cut(text.ptr, text.len, 60), text.ptr);
}

bool
ev_run_no_room(struct ev_run *run, const struct ev_node *node)
{
	return ev_run_fail(run, node,
	    "needs more than %u MiB of memory for one event",
	    EV_EXPR_MEMORY_MAX >> 20);
}

void *
ev_run_take(struct ev_run *run, const struct ev_node *node, size_t size)
{
	if (run->arena->size + size > EV_EXPR_MEMORY_MAX &&
	    (size_t)(run->arena->end - run->arena->ptr) < size) {
		ev_run_no_room(run, node);
		return NULL;
	}
	return ev_arena_alloc(run->arena, size);
}

void *
ev_run_grow(struct ev_run *run, const struct ev_node *node, void *list,
    size_t count, size_t *cap, size_t size)
{
	size_t more = 2 * count * size;

	if (count == *cap && run->arena->size + more > EV_EXPR_MEMORY_MAX) {
		ev_run_no_room(run, node);
		return NULL;
	}
	return ev_arena_grow(run->arena, list, count, cap, size);
}

struct ev_buf *
ev_run_begin(struct ev_run *run)
{
	run->buf->len = 0;
	return run->buf;
}

void
ev_run_text(struct ev_run *run, struct ev_val *out)
{
	out->type = EV_SQL_TEXT;
	out->text = ev_arena_slice(run->arena, ev_buf_as_slice(run->buf));
}

/* A string's text, which must outlive the scratch buffer. */
static bool
settle_string(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val)
{
	struct ev_slice text;

	if (!val->json.escaped) {
		text = ev_value_inner(val->json);
	} else {
		struct ev_buf *buf = ev_run_begin(run);

		if (!ev_run_has_room(run, node))
			return false;
		if (ev_value_text(val->json, buf, &text, run->err) != EV_OK)
			return ev_run_failed(run, node);
		text = ev_arena_slice(run->arena, text);
	}
	val->type = EV_SQL_TEXT;
	val->text = text;
	return true;
}

void
ev_val_decode(struct ev_run *run, struct ev_val *val)
{
	struct ev_slice text;

	if (val->type != EV_SQL_JSON || !val->json.escaped ||
	    ev_value_text(val->json, ev_run_begin(run), &text, NULL) != EV_OK)
		return;
	val->type = EV_SQL_TEXT;
	val->text = ev_arena_slice(run->arena, text);
}

static bool
settle_number(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val)
{
	struct ev_slice json = ev_value_raw(val->json);
	int64_t small;

	val->type = EV_SQL_NUMERIC;
	if (ev_val_small(json, &small)) {
		val->num = (struct ev_num){.coef = small, .kind = EV_NUM_SMALL};
		return true;
	}
	if (ev_num_from_json(json, run->pool, &val->num, run->err) != EV_OK)
		return ev_run_failed(run, node);
	return true;
}

bool
ev_val_settle(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val)
{
	if (val->type != EV_SQL_JSON)
		return true;
	switch (val->json.type) {
	case EV_MISSING:
	case EV_NULL:
		val->type = EV_SQL_NULL;
		return true;
	case EV_FALSE:
	case EV_TRUE:
		val->truth = val->json.type == EV_TRUE;
		val->type = EV_SQL_BOOL;
		return true;
	case EV_NUMBER:
		return settle_number(run, node, val);
	case EV_STRING:
		return settle_string(run, node, val);
	default:
		return true;
	}
}

enum ev_time_kind
ev_val_time_kind(enum ev_sql type)
{
	return type == EV_SQL_DATE ? EV_TIME_DATE
	    : type == EV_SQL_STAMP ? EV_TIME_STAMP
				   : EV_TIME_TZ;
}

enum ev_sql
ev_val_time_type(enum ev_time_kind kind)
{
	return kind == EV_TIME_DATE ? EV_SQL_DATE
	    : kind == EV_TIME_STAMP ? EV_SQL_STAMP
				    : EV_SQL_STAMPTZ;
}

bool
ev_val_number(struct ev_run *run, const struct ev_node *node,
    const struct ev_time_number *number, struct ev_val *out)
{
	out->type = EV_SQL_NUMERIC;
	if (number->kind == EV_TIME_NUMBER)
		out->num = (struct ev_num){.coef = number->value,
		    .scale = (uint16_t)number->scale,
		    .kind = EV_NUM_SMALL};
	else if (number->kind == EV_TIME_NULL)
		out->type = EV_SQL_NULL;
	else if (ev_num_from_text(ev_slice_of(number->text), run->pool,
		     &out->num, run->err) != EV_OK)
		return ev_run_failed(run, node);
	return true;
}

static void
print_time(const struct ev_time_env *time, const struct ev_val *val,
    struct ev_buf *out)
{
	ev_buf_reserve(out, EV_TIME_TEXT_MAX);
	out->len += ev_time_out(time, ev_val_time_kind(val->type), val->integer,
	    out->ptr + out->len);
}

void
ev_val_print(const struct ev_time_env *time, const struct ev_val *val,
    struct ev_buf *out)
{
	switch (val->type) {
	case EV_SQL_BOOL:
		ev_buf_str(out, val->truth ? "true" : "false");
		break;
	case EV_SQL_INT2:
	case EV_SQL_INT4:
	case EV_SQL_INT8:
		ev_int8_text(val->integer, out);
		break;
	case EV_SQL_NUMERIC:
		ev_num_text(val->num, out);
		break;
	case EV_SQL_FLOAT8:
		ev_float8_text(val->real, out);
		break;
	case EV_SQL_TEXT:
	case EV_SQL_JSONTEXT:
	case EV_SQL_BYTEA:
		ev_buf_slice(out, val->text);
		break;
	case EV_SQL_UNKNOWN:
		ev_buf_slice(out, val->quoted->text);
		break;
	case EV_SQL_JSON:
		ev_buf_slice(out, ev_value_raw(val->json));
		break;
	case EV_SQL_JSONB:
		ev_jsonb_print(val->jsonb, out);
		break;
	case EV_SQL_JSONPATH:
		ev_jsonpath_print(val->jsonpath, out);
		break;
	case EV_SQL_DATE:
	case EV_SQL_STAMP:
	case EV_SQL_STAMPTZ:
		print_time(time, val, out);
		break;
	case EV_SQL_INTERVAL:
		ev_buf_reserve(out, EV_INTERVAL_TEXT_MAX);
		out->len += ev_interval_out(val->interval, out->ptr + out->len);
		break;
	default:
		if (ev_sql_is_array(val->type))
			ev_array_print(time, val->array, out);
		break;
	}
}

/* A number that JSON has no way to write: NaN, Infinity. */
static bool
is_special(const struct ev_val *val)
{
	if (val->type == EV_SQL_NUMERIC)
		return val->num.kind > EV_NUM_BIG;
	return val->type == EV_SQL_FLOAT8 && val->real - val->real != 0;
}

/* A json's text in one line: between its tokens a newline is a blank. */
static void
put_line(struct ev_slice json, struct ev_buf *out)
{
	char *at, *end;

	ev_buf_slice(out, json);
	end = out->ptr + out->len;
	for (at = end - json.len; (at = memchr(at, '\n', (size_t)(end - at)));)
		*at = ' ';
}

/* A path's text as a string. Apart from what is written often, which needs no
 * buffer. */
static __attribute__((noinline)) void
put_path(const struct ev_jsonpath *path, struct ev_buf *out)
{
	struct ev_buf text = {0};

	ev_jsonpath_print(path, &text);
	ev_build_text(out, ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

void
ev_val_json(const struct ev_time_env *time, const struct ev_val *val,
    struct ev_buf *out)
{
	if (ev_val_is_null(val)) {
		ev_build_null(out);
	} else if (val->type == EV_SQL_TEXT || val->type == EV_SQL_BYTEA) {
		ev_build_text(out, val->text);
	} else if (val->type == EV_SQL_UNKNOWN) {
		ev_build_text(out, val->quoted->text);
	} else if (ev_sql_is_array(val->type)) {
		ev_array_json(time, val->array, out);
	} else if (val->type == EV_SQL_JSONTEXT) {
		put_line(val->text, out);
	} else if (ev_sql_is_time(val->type) || val->type == EV_SQL_INTERVAL ||
	    is_special(val)) {
		ev_buf_char(out, '"');
		ev_val_print(time, val, out);
		ev_buf_char(out, '"');
	} else if (val->type == EV_SQL_JSONPATH) {
		put_path(val->jsonpath, out);
	} else {
		ev_val_print(time, val, out);
	}
}
