/*
 * jsonpath_time: what .datetime() makes of a text: a date, a time of day, or a
 * timestamp, the last two with or without an offset. They are of the path
 * only: found, they are strings again.
 */
#include "base/utf8.h"
#include "expr/jsonpath_eval.h"
#include "expr/pict.h"
#include "expr/time_parts.h"

struct ev_path_time {
	struct ev_pict_moment moment;
};

/* ---- reading ---- */

/* By a template; silent: whatever is wrong is EV_PATH_ERROR. A template that
 * is none fails the event in any case. */
static enum ev_path_result
read_as(struct ev_path_eval *eval, struct ev_slice text, struct ev_slice format,
    bool silent, struct ev_path_time *time)
{
	struct ev_run *run = eval->run;
	struct ev_err *err = silent ? NULL : run->err;
	bool no_format = false;

	if (ev_pict_moment(text, ev_pict_of(format), &time->moment, &no_format,
		err) == EV_OK)
		return EV_PATH_FOUND;
	if (no_format && silent)
		ev_pict_moment(text, ev_pict_of(format), &time->moment,
		    &no_format, run->err);
	if (silent && !no_format)
		return EV_PATH_ERROR;
	ev_run_failed(run, eval->node);
	return EV_PATH_FAILED;
}

/* The place behind a number. */
static size_t
skip_number(struct ev_slice text, size_t i)
{
	while (i < text.len && strchr(" \t\n\v\f\r+-", text.ptr[i]))
		i++;
	while (i < text.len && text.ptr[i] >= '0' && text.ptr[i] <= '9')
		i++;
	return i;
}

/* What the text can be: ':' a time of day, 'T' a date and what stands behind a
 * T, ' ' another date, 0 none of them. */
static char
shape_of(struct ev_slice text)
{
	size_t i = skip_number(text, 0);

	if (i < text.len && text.ptr[i] == ':')
		return ':';
	for (int part = 0; part < 2; part++) {
		if (i >= text.len || text.ptr[i] != '-')
			return '\0';
		i = skip_number(text, i + 1);
	}
	return i < text.len && text.ptr[i] == 'T' ? 'T' : ' ';
}

/* By the first of ISO's formats that fits. */
static enum ev_path_result
read_iso(struct ev_path_eval *eval, struct ev_slice text,
    struct ev_path_time *time)
{
	static const struct {
		char shape;
		const char *format;
	} formats[] = {{' ', "yyyy-mm-dd"}, {':', "HH24:MI:SS.USTZH:TZM"},
	    {':', "HH24:MI:SS.USTZH"}, {':', "HH24:MI:SSTZH:TZM"},
	    {':', "HH24:MI:SSTZH"}, {':', "HH24:MI:SS.US"}, {':', "HH24:MI:SS"},
	    {' ', "yyyy-mm-dd HH24:MI:SS.USTZH:TZM"},
	    {' ', "yyyy-mm-dd HH24:MI:SS.USTZH"},
	    {' ', "yyyy-mm-dd HH24:MI:SSTZH:TZM"},
	    {' ', "yyyy-mm-dd HH24:MI:SSTZH"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH:TZM"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SS.USTZH"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SSTZH:TZM"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SSTZH"},
	    {' ', "yyyy-mm-dd HH24:MI:SS.US"}, {' ', "yyyy-mm-dd HH24:MI:SS"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SS.US"},
	    {'T', "yyyy-mm-dd\"T\"HH24:MI:SS"}};
	char shape = shape_of(text);

	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (formats[i].shape == shape &&
		    read_as(eval, text, ev_slice_of(formats[i].format), true,
			time) == EV_PATH_FOUND)
			return EV_PATH_FOUND;
	return ev_path_raise(eval,
	    "datetime format is not recognized: \"%.*s\"",
	    (int)ev_utf8_cut(text.ptr, text.len, 100), text.ptr);
}

enum ev_path_result
ev_path_datetime(struct ev_path_eval *eval, const struct ev_path_node *node,
    struct ev_path_item item, struct ev_path_list *found)
{
	struct ev_path_time *time;
	enum ev_path_result result;

	if (!ev_path_is(item, EV_STRING))
		return ev_path_raise(eval,
		    "jsonpath item method .datetime() can only be applied to a "
		    "string");
	if (!ev_path_work(eval, 10 + item.json->size / 8))
		return EV_PATH_FAILED;
	time = ev_run_take(eval->run, eval->node, sizeof(*time));
	if (!time)
		return EV_PATH_FAILED;
	result = node->left ? read_as(eval, item.json->text,
				  node->left->value.text, !eval->raises, time)
			    : read_iso(eval, item.json->text, time);
	if (ev_path_is_error(result))
		return result;
	return ev_path_next(eval, node, (struct ev_path_item){.time = time},
	    found);
}

/* ---- writing ---- */

static enum ev_time_kind
kind_of(const struct ev_pict_moment *moment)
{
	return !moment->timed ? EV_TIME_DATE
	    : moment->zoned   ? EV_TIME_TZ
			      : EV_TIME_STAMP;
}

const char *
ev_path_time_name(const struct ev_path_time *time)
{
	const struct ev_pict_moment *moment = &time->moment;

	if (moment->dated)
		return ev_time_kind_name(kind_of(moment));
	return moment->zoned ? "time with time zone" : "time without time zone";
}

/* 12:30:00.25; 24:00:00 is a day's end. */
static void
put_clock(int64_t usec, struct ev_buf *out)
{
	int64_t second = usec / EV_TIME_SECOND_USEC;
	int fraction = (int)(usec % EV_TIME_SECOND_USEC), digits = 6;

	ev_buf_printf(out, "%02d:%02d:%02d", (int)(second / 3600),
	    (int)(second / 60 % 60), (int)(second % 60));
	if (!fraction)
		return;
	for (; fraction % 10 == 0; fraction /= 10)
		digits--;
	ev_buf_printf(out, ".%0*d", digits, fraction);
}

static void
put_offset(int32_t east, struct ev_buf *out)
{
	int minutes = (east < 0 ? -east : east) / 60;

	ev_buf_printf(out, "%c%02d:%02d", east < 0 ? '-' : '+', minutes / 60,
	    minutes % 60);
}

/* Years before Christ end with their era, behind the offset. */
static void
put_dated(const struct ev_time_env *env, const struct ev_pict_moment *moment,
    struct ev_buf *out)
{
	static const struct ev_slice bc = EV_SLICE(" BC");
	enum ev_time_kind kind = kind_of(moment);
	bool zoned = kind == EV_TIME_TZ, era;

	ev_buf_reserve(out, EV_TIME_TEXT_MAX);
	out->len = ev_time_json(env, zoned ? EV_TIME_STAMP : kind,
	    moment->value + moment->east * EV_TIME_SECOND_USEC, out->ptr);
	if (!zoned)
		return;
	era = out->len > bc.len &&
	    !memcmp(out->ptr + out->len - bc.len, bc.ptr, bc.len);
	if (era)
		out->len -= bc.len;
	put_offset(moment->east, out);
	if (era)
		ev_buf_slice(out, bc);
}

bool
ev_path_time_json(struct ev_path_eval *eval, const struct ev_path_time *time,
    struct ev_jsonb *out)
{
	const struct ev_pict_moment *moment = &time->moment;
	struct ev_buf *buf = ev_run_begin(eval->run);

	if (moment->dated) {
		put_dated(eval->run->time, moment, buf);
	} else {
		put_clock(moment->value, buf);
		if (moment->zoned)
			put_offset(moment->east, buf);
	}
	return ev_jsonb_string(eval->run, eval->node,
	    ev_arena_slice(eval->run->arena, ev_buf_as_slice(buf)), out);
}

/* ---- comparing ---- */

static enum ev_path_truth
no_zones(struct ev_path_eval *eval, const char *from, const char *to)
{
	ev_run_fail(eval->run, eval->node,
	    "cannot convert value from %s to %s without time zone usage (the "
	    "functions that end with _tz have it)",
	    from, to);
	return EV_PATH_BROKEN;
}

/* The offset of a time of day: today's, in the session's zone. */
static int32_t
east_of(const struct ev_time_env *env, const struct ev_pict_moment *moment)
{
	int64_t second = moment->value / EV_TIME_SECOND_USEC;
	struct ev_time_parts parts;

	if (moment->zoned)
		return moment->east;
	ev_time_split_kind(EV_TIME_TZ, ev_time_now(env), env->zone, &parts);
	parts.hour = (int)(second / 3600);
	parts.minute = (int)(second / 60 % 60);
	parts.second = (int)(second % 60);
	return ev_time_east_at(&parts, env->zone);
}

/* With offsets: by what they are in UTC, then the more western is greater. */
static enum ev_path_truth
compare_clocks(struct ev_path_eval *eval, const struct ev_pict_moment *a,
    const struct ev_pict_moment *b, int *order)
{
	const struct ev_time_env *env = eval->run->time;
	int64_t x = a->value, y = b->value;
	int32_t east = 0, other = 0;

	if (a->zoned != b->zoned && !eval->call->zones)
		return no_zones(eval, "time", "timetz");
	if (a->zoned || b->zoned) {
		east = east_of(env, a);
		other = east_of(env, b);
		x -= east * EV_TIME_SECOND_USEC;
		y -= other * EV_TIME_SECOND_USEC;
	}
	*order = (x > y) - (x < y);
	if (!*order)
		*order = (east < other) - (east > other);
	return EV_PATH_TRUE;
}

enum ev_path_truth
ev_path_time_compare(struct ev_path_eval *eval, const struct ev_path_time *x,
    const struct ev_path_time *y, int *order)
{
	const struct ev_pict_moment *a = &x->moment, *b = &y->moment;

	if (a->dated != b->dated)
		return EV_PATH_UNKNOWN;
	if (!a->dated)
		return compare_clocks(eval, a, b, order);
	if (a->zoned != b->zoned && !eval->call->zones)
		return no_zones(eval,
		    (a->zoned ? b : a)->timed ? "timestamp" : "date",
		    "timestamptz");
	*order = ev_time_compare(eval->run->time, kind_of(a), a->value,
	    kind_of(b), b->value);
	return EV_PATH_TRUE;
}
