/*
 * stage_send: what a stage sends that is no event: begin, marks and side
 * lines, and which way rejects and the like go; see stage.h.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/point.h"
#include "event/build.h"
#include "tool/stage_impl.h"
#include "tool/tool.h"

/* --- arrays of texts ------------------------------------------------------ */

/* An array of texts, with room for more; "[]" where it is absent. */
static void
copy_array(struct ev_buf *out, struct ev_value array)
{
	if (array.type == EV_ARRAY)
		ev_buf_slice(out, ev_value_raw(array));
	else
		ev_buf_str(out, "[]");
}

static struct ev_value
as_array(const struct ev_buf *text)
{
	return (
	    struct ev_value){text->ptr, (uint32_t)text->len, EV_ARRAY, false};
}

static void
append_element(struct ev_buf *array, struct ev_slice element)
{
	array->len--; /* the ] */
	if (array->ptr[array->len - 1] != '[')
		ev_buf_char(array, ',');
	ev_buf_slice(array, element);
	ev_buf_char(array, ']');
}

static bool
has_element(const struct ev_buf *array, struct ev_slice element)
{
	struct ev_member member;
	const char *at = NULL;

	while (ev_value_next(as_array(array), &at, &member))
		if (ev_slice_equal(ev_value_raw(member.value), element))
			return true;
	return false;
}

/* A place that side lines of this command will name. */
static void
announce(struct ev_stage *stage, const char *place)
{
	struct ev_buf text = {0};

	if (!stage->side.len)
		ev_buf_str(&stage->side, "[]");
	ev_build_text(&text, ev_slice_of(place));
	if (!has_element(&stage->side, ev_buf_as_slice(&text)))
		append_element(&stage->side, ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

/* --- the second outputs -------------------------------------------------- */

void
ev_stage_each_outlet(struct ev_stage *stage,
    void (*what)(struct ev_stage *stage, struct ev_outlet *outlet))
{
	struct ev_outlet *rejects = ev_bad_outlet(stage->bad);

	if (rejects)
		what(stage, rejects);
	if (stage->other)
		what(stage, stage->other);
}

static void
start_outlet(struct ev_stage *stage, struct ev_outlet *outlet)
{
	if (ev_outlet_start(outlet, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
}

void
ev_stage_plain(struct ev_stage *stage)
{
	ev_stage_each_outlet(stage, start_outlet);
}

static void
send_aside(void *arg, struct ev_slice to, struct ev_slice event)
{
	struct ev_stage *stage = arg;
	struct ev_control side = {.kind = EV_CONTROL_SIDE,
	    .run = {stage->run, EV_RUN_LEN},
	    .to = to,
	    .event = event};

	if (stage->aside)
		stage->aside(stage->aside_arg, to, event);
	else
		ev_stage_send(stage, &side);
}

void
ev_stage_within(struct ev_stage *stage, struct ev_outlet *outlet)
{
	if (stage->role == EV_STAGE_SINK && !stage->aside)
		ev_tool_die(EV_EXIT_USAGE,
		    "under a name this sink does not %s '%s'", outlet->what,
		    outlet->place);
	if (ev_outlet_within(outlet, send_aside, stage, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
	announce(stage, outlet->to);
}

/* --- sending them -------------------------------------------------------- */

static uint64_t
lines_out(const struct ev_stage *stage)
{
	return stage->out + stage->sides_out;
}

bool
ev_stage_marked(const struct ev_stage *stage)
{
	return stage->run[0];
}

/* Several commands may name one place, which stands in begin once. */
static void
add_places(const struct ev_stage *stage, struct ev_buf *side)
{
	struct ev_member member;
	const char *at = NULL;

	if (!stage->side.len)
		return;
	while (ev_value_next(as_array(&stage->side), &at, &member))
		if (!has_element(side, ev_value_raw(member.value)))
			append_element(side, ev_value_raw(member.value));
}

static void
put_text(struct ev_stage *stage, struct ev_slice text)
{
	ev_buf_slice(ev_writer_begin(stage->writer), text);
	if (ev_writer_end(stage->writer, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
}

static void
put_line(struct ev_stage *stage, const struct ev_control *control)
{
	struct ev_buf *out = ev_writer_begin(stage->writer);

	ev_control_build(out, control);
	out->len--; /* its newline, which the writer puts */
	if (ev_writer_end(stage->writer, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
}

static void
send_begin(struct ev_stage *stage, struct ev_control begin)
{
	struct ev_buf via = {0}, side = {0}, entry = {0};
	char *own = ev_mem_printf("%s%s", ev_tool_via(),
	    stage->differs ? "!" : "");

	ev_stage_each_outlet(stage,
	    ev_mutant("R7") ? start_outlet : ev_stage_within);
	ev_build_text(&entry, ev_slice_of(own));
	copy_array(&via, begin.via);
	append_element(&via, ev_buf_as_slice(&entry));
	copy_array(&side, begin.side);
	add_places(stage, &side);
	begin.via = as_array(&via);
	begin.side = as_array(&side);
	memcpy(stage->run, begin.run.ptr, EV_RUN_LEN);
	put_line(stage, &begin);
	ev_buf_release(&via);
	ev_buf_release(&side);
	ev_buf_release(&entry);
	free(own);
}

void
ev_stage_send(struct ev_stage *stage, const struct ev_control *control)
{
	struct ev_control mark = *control;

	ev_point("stage.send");
	switch (control->kind) {
	case EV_CONTROL_BEGIN:
		send_begin(stage, *control);
		break;
	case EV_CONTROL_MARK:
		mark.n = lines_out(stage) - stage->told;
		mark.sides = stage->sides_out - stage->told_sides;
		stage->told = lines_out(stage);
		stage->told_sides = stage->sides_out;
		put_line(stage, &mark);
		break;
	case EV_CONTROL_SIDE:
	case EV_CONTROL_FAIL:
		put_line(stage, control);
		stage->sides_out += control->kind == EV_CONTROL_SIDE;
		return;
	}
	ev_stage_flush(stage);
	ev_point("stage.sent");
}

void
ev_stage_forward(struct ev_stage *stage)
{
	/* A side line says nothing that a command on its way could change. */
	if (stage->control.kind == EV_CONTROL_SIDE) {
		put_text(stage, stage->control.text);
		stage->sides_out++;
		return;
	}
	ev_stage_send(stage, &stage->control);
}
