/*
 * control_build: writes control lines; see control.h.
 */
#include <inttypes.h>

#include "base/crc32c.h"
#include "base/utf8.h"
#include "event/build.h"
#include "event/control.h"

const char *
ev_control_kind_name(enum ev_control_kind kind)
{
	static const char *const name[] = {"begin", "mark", "side", "fail"};

	return name[kind];
}

const char *
ev_control_seal_name(enum ev_control_seal seal)
{
	static const char *const name[] = {"", "run", "stop", "final"};

	return name[seal];
}

static void
put(struct ev_buf *out, const char *key, struct ev_slice text)
{
	ev_build_key(out, ev_slice_of(key));
	ev_build_text(out, text);
}

static void
put_number(struct ev_buf *out, const char *key, uint64_t value)
{
	ev_build_key(out, ev_slice_of(key));
	ev_buf_printf(out, "\"%" PRIu64 "\"", value);
}

static void
put_value(struct ev_buf *out, const char *key, struct ev_value value,
    const char *empty)
{
	ev_build_key(out, ev_slice_of(key));
	ev_buf_slice(out, value.ptr ? ev_value_raw(value) : ev_slice_of(empty));
}

static void
put_more(struct ev_buf *out, struct ev_slice more)
{
	if (!more.len)
		return;
	ev_buf_char(out, ',');
	ev_buf_slice(out, more);
}

static void
put_begin(struct ev_buf *out, const struct ev_control *control)
{
	put(out, "v", ev_slice_of(EV_CONTROL_VERSION));
	put(out, "name", control->name);
	put(out, "run", control->run);
	put(out, "base", control->base);
	put_value(out, "pos", control->pos, "{}");
	put(out, "state", control->state);
	put(out, "sid", control->sid);
	put_value(out, "via", control->via, "[]");
	put_value(out, "side", control->side, "[]");
	if (control->shard.ptr)
		put(out, "shard", control->shard);
	put_more(out, control->more);
}

static void
put_mark(struct ev_buf *out, const struct ev_control *control)
{
	put(out, "run", control->run);
	put_number(out, "seq", control->seq);
	put_number(out, "n", control->n);
	put_value(out, "pos", control->pos, "{}");
	if (control->wm.ptr)
		put(out, "wm", control->wm);
	if (control->time.ptr)
		put(out, "t", control->time);
	if (control->committed.ptr)
		put(out, "c", control->committed);
	if (control->sides)
		put_number(out, "sides", control->sides);
	if (control->seal != EV_SEAL_NONE)
		put(out, "end",
		    ev_slice_of(ev_control_seal_name(control->seal)));
	if (control->heartbeat)
		put(out, "hb", EV_SLICE("1"));
	put_more(out, control->more);
}

static void
put_side(struct ev_buf *out, const struct ev_control *control)
{
	put(out, "run", control->run);
	put(out, "to", control->to);
	ev_build_key(out, EV_SLICE("event"));
	ev_buf_slice(out, control->event);
}

static void
put_fail(struct ev_buf *out, const struct ev_control *control)
{
	put(out, "by", control->by);
	put_number(out, "status", (uint64_t)control->status);
	put(out, "why", control->why);
}

void
ev_control_build(struct ev_buf *out, const struct ev_control *control)
{
	static void (*const members[])(struct ev_buf *,
	    const struct ev_control *) = {put_begin, put_mark, put_side,
	    put_fail};
	size_t from = out->len;

	ev_build_open(out);
	put(out, "~ev", ev_slice_of(ev_control_kind_name(control->kind)));
	members[control->kind](out, control);
	ev_buf_printf(out, ",\"crc\":\"%08" PRIx32 "\"}\n",
	    ev_crc32c(out->ptr + from, out->len - from));
}

/* File names may be anything; what is not UTF-8 becomes '?'. */
static struct ev_slice
clean(struct ev_buf *copy, const char *text)
{
	size_t len = strlen(text);

	ev_buf_append(copy, text, len);
	for (size_t at; (at = ev_utf8_check(copy->ptr, len)) < len;)
		copy->ptr[at] = '?';
	return ev_buf_as_slice(copy);
}

void
ev_control_fail(struct ev_buf *out, const char *by, int status, const char *why)
{
	struct ev_buf by_text = {0}, why_text = {0};

	ev_control_build(out,
	    &(struct ev_control){.kind = EV_CONTROL_FAIL,
		.by = clean(&by_text, by),
		.status = status,
		.why = clean(&why_text, why)});
	ev_buf_release(&by_text);
	ev_buf_release(&why_text);
}
