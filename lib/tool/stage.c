/*
 * stage: see stage.h.
 */
#include "tool/stage_impl.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "tool/tool.h"

const struct ev_opt ev_stage_options[2] = {
    {"max-event", 0, EV_OPT_LENGTH,
	offsetof(struct ev_stage_settings, max_event), "SIZE", NULL},
    {"stats", 0, EV_OPT_FLAG, offsetof(struct ev_stage_settings, stats), NULL,
	"say at the end what came in and went out"},
};

/* The reader has to wait: what is held goes out. */
static enum ev_status
flush(struct ev_stage *stage, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	if (stage->writer)
		status = ev_writer_flush(stage->writer, err);
	if (status == EV_OK && stage->other)
		status = ev_outlet_flush(stage->other, err);
	return status == EV_OK ? ev_bad_flush(stage->bad, err) : status;
}

/* The reader's bytes are about to move: none of them is held any more. */
static enum ev_status
settle(struct ev_stage *stage, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	if (stage->writer)
		status = ev_writer_settle(stage->writer, err);
	if (status == EV_OK && stage->other)
		status = ev_outlet_settle(stage->other, err);
	return status;
}

static void
call_before(const struct ev_stage *stage)
{
	if (stage->before)
		stage->before(stage->before_arg);
}

static enum ev_status
on_reader(void *arg, enum ev_reader_event what, struct ev_err *err)
{
	const struct ev_stage *stage = arg;

	call_before(stage);
	if (what == EV_READER_WAIT && stage->looks)
		return EV_AGAIN;
	return what == EV_READER_WAIT ? flush(arg, err) : settle(arg, err);
}

void
ev_stage_open(struct ev_stage *stage, const struct ev_stage_settings *settings,
    struct ev_input *input, struct ev_scan *scan, struct ev_writer *writer)
{
	*stage = (struct ev_stage){.scan = scan,
	    .writer = writer,
	    .bad = ev_bad_new(&settings->bad, settings->max_event),
	    .stats = settings->stats};
	ev_stage_input(stage, input, settings->max_event);
}

void
ev_stage_input(struct ev_stage *stage, struct ev_input *input, size_t max_event)
{
	struct ev_err err;

	if (stage->reader && settle(stage, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_reader_free(stage->reader);
	stage->reader = NULL;
	if (!input)
		return;
	stage->place = input->name;
	stage->reader = ev_reader_new(input, max_event);
	ev_reader_on(stage->reader, on_reader, stage);
}

char *
ev_stage_where(const struct ev_stage *stage, uint64_t number)
{
	if (stage->of_events)
		return ev_mem_printf("event %" PRIu64 " of %s", number,
		    stage->place);
	if (stage->of_offsets)
		return ev_mem_printf("%s at byte %" PRIu64, stage->place,
		    number);
	return ev_mem_printf("%s:%" PRIu64, stage->place, number);
}

/* --- control lines ------------------------------------------------------- */

/* Data and side lines that came in. */
static uint64_t
lines_in(const struct ev_stage *stage)
{
	return stage->in + stage->sides_in;
}

/* An unnamed sink, or what only reads, has met a named stream. */
static _Noreturn void
refuse_begin(const struct ev_stage *stage)
{
	struct ev_buf command = {0};
	int name_len = (int)stage->control.name.len;
	const char *name = stage->control.name.ptr;

	if (stage->role == EV_STAGE_SINK) {
		ev_tool_command(stage->control.name, &command);
		ev_tool_die(EV_EXIT_USAGE,
		    "the stream is of the named pipeline '%.*s', and this end "
		    "of it has no name: %s",
		    name_len, name, ev_buf_cstr(&command));
	}
	ev_tool_die(EV_EXIT_USAGE,
	    "%s is the stream of the named pipeline '%.*s', whose end is "
	    "evsink --name %.*s: this command reads only what has no name",
	    stage->place, name_len, name, name_len, name);
}

/* Under a name the seal is worth waiting for after a signal: a command in the
 * middle must not break off a stream that its source is about to end, and a
 * sink that has the seal can commit. */
#define MIDDLE_GRACE 10000 /* ms */
#define SINK_GRACE 2000

static void
begin(struct ev_stage *stage)
{
	if (stage->role == EV_STAGE_SINK ? !stage->name : !stage->writer)
		refuse_begin(stage);
	if (stage->loses)
		ev_tool_die(EV_EXIT_USAGE,
		    "%s is not for a named pipeline ('%.*s'), which passes on "
		    "all it reads: it belongs to its evsource",
		    stage->loses, (int)stage->control.name.len,
		    stage->control.name.ptr);
	ev_io_grace(stage->role == EV_STAGE_SINK ? SINK_GRACE : MIDDLE_GRACE);
	if (stage->role == EV_STAGE_SINK)
		ev_stage_each_outlet(stage, ev_stage_within);
}

/* A line that was a control line, or one that has lost its line end. In a
 * marked stream nothing behind it can be told to be whole, whatever is done
 * with bad input; before its begin there is no such stream. */
static _Noreturn void
damaged(struct ev_stage *stage, const struct ev_line *line)
{
	ev_tool_die(ev_trail_marked(&stage->trail) ? EV_EXIT_AGAIN
						   : EV_EXIT_USAGE,
	    "%s: a line was changed on its way: it is neither an event nor "
	    "a control line",
	    ev_stage_where(stage, line->number));
}

/* Reads a control line into stage->control; of a failure we learn here, and
 * end with it. */
static enum ev_stage_item
obey(struct ev_stage *stage, const struct ev_line *line)
{
	struct ev_control *control = &stage->control;
	struct ev_err err;

	ev_control_release(control);
	if (ev_control_parse(line->text, control, &err) != EV_OK)
		ev_tool_die(err.exit, "%s: %s",
		    ev_stage_where(stage, line->number), err.text);
	if (line->torn && control->kind != EV_CONTROL_FAIL)
		damaged(stage, line);
	if (control->kind == EV_CONTROL_FAIL)
		ev_tool_pass_fail(control->text, control->status);
	if (ev_trail_control(&stage->trail, control, lines_in(stage), &err) !=
	    EV_OK)
		ev_tool_die(err.exit, "%s: %s",
		    ev_stage_where(stage, line->number), err.text);
	switch (control->kind) {
	case EV_CONTROL_BEGIN:
		begin(stage);
		return EV_STAGE_BEGIN;
	case EV_CONTROL_SIDE:
		stage->sides_in++;
		return EV_STAGE_SIDE;
	default:
		return EV_STAGE_MARK;
	}
}

/* What a source reads from outside has no control lines but a failure's, of
 * which it learns as everybody does, also where it was damaged. */
static bool
is_foreign(const struct ev_stage *stage, const struct ev_line *line)
{
	static const struct ev_slice fail = EV_SLICE("{\"~ev\":\"fail\"");

	return stage->role == EV_STAGE_SOURCE &&
	    (line->text.len < fail.len ||
		memcmp(line->text.ptr, fail.ptr, fail.len) != 0);
}

/* --- lines --------------------------------------------------------------- */

void
ev_stage_bad(struct ev_stage *stage, const struct ev_line *line,
    const char *why)
{
	uint64_t number = stage->of_offsets
	    ? ev_reader_behind(stage->reader).offset - line->length - 1
	    : line->number;

	ev_stage_bad_at(stage, number, why, line->text, line->length);
}

/* The next line says that the stream is of a named pipeline. A failure line
 * does not: it has no name. */
static bool
is_of_named(const struct ev_line *line)
{
	struct ev_control control;
	bool named;

	if (!line->control)
		return ev_control_resembles(line->text);
	named = ev_control_parse(line->text, &control, NULL) == EV_OK &&
	    control.kind != EV_CONTROL_FAIL;
	ev_control_release(&control);
	return named;
}

/* How far is looked behind a first line that is bad, for what tells that it
 * had been a begin. */
#define LOOK_BYTES (1u << 20)
#define LOOK_TIME 1000 /* ms */
#define LOOK_STEP 10

/* The first line is about to end the command as bad input. Where it had been a
 * begin, of which not enough is left to be known by itself, what comes behind
 * it tells: then it ends as everything does that lacks its begin. */
static void
look_behind(struct ev_stage *stage)
{
	int64_t until = ev_clock_steady() + LOOK_TIME;
	enum ev_status status;
	struct ev_line line;
	struct ev_err err;
	size_t bytes = 0;

	stage->looks = true;
	do {
		status = ev_reader_next(stage->reader, NULL, &line, &err);
		if (status == EV_AGAIN && ev_clock_steady() < until) {
			if (ev_io_wait(-1, LOOK_STEP, &err) == EV_FATAL)
				ev_tool_fail(&err);
			continue;
		}
		if (status != EV_OK)
			return;
		if (is_of_named(&line))
			ev_tool_die(EV_EXIT_USAGE,
			    "%s: the stream is of a named pipeline, but its "
			    "first line is no begin",
			    stage->place);
		bytes += line.length + 1;
	} while (bytes < LOOK_BYTES);
}

/* A reject of a marked stream must be the same however often the stream was
 * begun again, and where its lines stand on standard input is not. */
static char *
bad_where(const struct ev_stage *stage, uint64_t number)
{
	if (ev_trail_marked(&stage->trail) && ev_bad_rejects(stage->bad))
		return ev_mem_strdup(stage->place);
	return ev_stage_where(stage, number);
}

void
ev_stage_bad_at(struct ev_stage *stage, uint64_t number, const char *why,
    struct ev_slice input, size_t length)
{
	char *where = bad_where(stage, number);
	struct ev_err err;

	if (stage->in == 1 && stage->trail.state == EV_TRAIL_PLAIN &&
	    stage->role != EV_STAGE_SOURCE && ev_bad_stops(stage->bad))
		look_behind(stage);
	if (ev_bad_event(stage->bad, where, why, input, length, &err) != EV_OK)
		ev_tool_fail(&err);
	free(where);
}

/* Whether a bad line is damage. Our commands write events and control lines
 * and nothing else, so in a marked stream it is, unless it is only longer than
 * this command was told that events are. Before begin, where it looks as if it
 * had been that. */
static bool
is_damage(const struct ev_stage *stage, const struct ev_line *line)
{
	if (stage->role == EV_STAGE_SOURCE)
		return false;
	return ev_trail_marked(&stage->trail)
	    ? !line->overlong
	    : ev_control_resembles(line->text);
}

/* What the reader finds bad. A first line that is bad already is often of
 * another format than was thought. */
static void
bad_line(struct ev_stage *stage, const struct ev_line *line,
    const struct ev_err *err)
{
	char why[1024];

	if (is_damage(stage, line))
		damaged(stage, line);
	snprintf(why, sizeof(why), "%s%s", err->text,
	    stage->hint && line->number == 1 && line->length == line->text.len
		? stage->hint
		: "");
	ev_stage_bad(stage, line, why);
}

/* Where a pipeline keeps its own rejects and the like, nothing of a plain
 * stream goes: perhaps it is that pipeline's, and lacks its begin. */
static void
must_be_unowned(struct ev_stage *stage, struct ev_outlet *outlet)
{
	(void)stage;
	if (ev_outlet_is_owned(outlet))
		ev_tool_die(EV_EXIT_USAGE,
		    "'%s' belongs to a named pipeline, and what comes is of "
		    "none: its first line is no begin",
		    outlet->place);
}

/* The first line is none of a marked stream, or there is none. What a source
 * reads says nothing of what it sends. */
static void
plain_line(struct ev_stage *stage)
{
	ev_trail_data(&stage->trail);
	if (stage->role == EV_STAGE_SOURCE || stage->name)
		return;
	ev_stage_each_outlet(stage, must_be_unowned);
	ev_stage_plain(stage);
}

/* A line that is no event and no control line. */
static void
set_aside(struct ev_stage *stage, const struct ev_line *line,
    const struct ev_err *err)
{
	stage->in++;
	if (stage->trail.state == EV_TRAIL_START) {
		if (stage->name)
			ev_tool_die(EV_EXIT_USAGE,
			    "%s: not of a named pipeline: its first line is "
			    "no begin",
			    stage->place);
		plain_line(stage);
	}
	bad_line(stage, line, err);
}

/* Of a stream without a line: where an output beside it belongs to a named
 * pipeline, it is that one's, whose source died before its begin. */
static void
must_be_plain(struct ev_stage *stage, struct ev_outlet *outlet)
{
	if (stage->role != EV_STAGE_SOURCE && ev_outlet_is_owned(outlet))
		ev_tool_die(EV_EXIT_AGAIN,
		    "nothing came, not even a begin, and '%s' belongs to a "
		    "named pipeline: a command before this one has failed",
		    outlet->place);
}

static void
at_end(struct ev_stage *stage)
{
	struct ev_err err;

	if (ev_trail_end(&stage->trail, lines_in(stage), &err) != EV_OK)
		ev_tool_die(err.exit, "%s: %s", stage->place, err.text);
	if (stage->trail.state == EV_TRAIL_START) {
		ev_stage_each_outlet(stage, must_be_plain);
		plain_line(stage);
	}
}

/* What is asked of every event. */
static inline void
check_event(struct ev_stage *stage, const struct ev_line *line)
{
	if (stage->trail.state != EV_TRAIL_PLAIN &&
	    stage->role != EV_STAGE_SOURCE && ev_control_ends(line->text) &&
	    ev_control_resembles(line->text))
		damaged(stage, line);
	if (stage->trail.state == EV_TRAIL_START)
		plain_line(stage);
}

/* An event that needs no more looking at: not the first line, nor one that may
 * have been a control line. */
static inline bool
is_event(const struct ev_stage *stage, const struct ev_line *line)
{
	if (line->control)
		return false;
	return stage->trail.state == EV_TRAIL_PLAIN ||
	    (stage->trail.state == EV_TRAIL_BEGUN &&
		!ev_control_ends(line->text));
}

/* Everything that is_event does not say is an event. Apart
 * from ev_stage_next, whose saved registers would cost each event 0.06
 * instructions a byte. */
static __attribute__((noinline)) enum ev_stage_item
other_line(struct ev_stage *stage, struct ev_line *line, enum ev_status status)
{
	call_before(stage);
	for (;; status = ev_reader_next(stage->reader, stage->scan, line,
		    &stage->err)) {
		if (status == EV_OK && !line->control) {
			stage->in++;
			check_event(stage, line);
			return EV_STAGE_EVENT;
		}
		if (status == EV_END) {
			at_end(stage);
			return EV_STAGE_END;
		}
		if (status == EV_OK && !is_foreign(stage, line))
			return obey(stage, line);
		if (status == EV_OK)
			ev_err_set(&stage->err, EV_BAD, EV_EXIT_DATA,
			    "its first key is ~ev, which only control lines "
			    "of pipelines have");
		else if (status == EV_AGAIN) {
			stage->idle = true;
			return EV_STAGE_END;
		} else if (status != EV_BAD)
			ev_tool_fail(&stage->err);
		set_aside(stage, line, &stage->err);
	}
}

enum ev_stage_item
ev_stage_step(struct ev_stage *stage, struct ev_line *line)
{
	enum ev_status status = ev_reader_next(stage->reader, stage->scan, line,
	    &stage->err);

	if (status == EV_OK && is_event(stage, line)) {
		stage->in++;
		return EV_STAGE_EVENT;
	}
	return other_line(stage, line, status);
}

static __attribute__((noinline)) bool
next_of_others(struct ev_stage *stage, struct ev_line *line,
    enum ev_status status)
{
	enum ev_stage_item item = other_line(stage, line, status);

	for (; item != EV_STAGE_EVENT && item != EV_STAGE_END;
	     item = ev_stage_step(stage, line)) {
		ev_stage_forward(stage);
		if (stage->behind && item != EV_STAGE_SIDE)
			stage->behind(stage->behind_arg);
	}
	return item == EV_STAGE_EVENT;
}

bool
ev_stage_try(struct ev_stage *stage, struct ev_line *line,
    enum ev_stage_item *item)
{
	enum ev_stage_item found;

	stage->idle = false;
	found = ev_stage_step(stage, line);
	if (!stage->idle)
		*item = found;
	return !stage->idle;
}

bool
ev_stage_next(struct ev_stage *stage, struct ev_line *line)
{
	enum ev_status status = ev_reader_next(stage->reader, stage->scan, line,
	    &stage->err);

	if (status == EV_OK && is_event(stage, line)) {
		stage->in++;
		return true;
	}
	return next_of_others(stage, line, status);
}

void
ev_stage_pass(struct ev_stage *stage, const struct ev_line *line)
{
	stage->out++;
	if (ev_writer_pass(stage->writer, line, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
}

struct ev_buf *
ev_stage_begin(struct ev_stage *stage)
{
	return ev_writer_begin(stage->writer);
}

void
ev_stage_end(struct ev_stage *stage)
{
	stage->out++;
	if (ev_writer_end(stage->writer, &stage->err) != EV_OK)
		ev_tool_fail(&stage->err);
}

void
ev_stage_flush(struct ev_stage *stage)
{
	struct ev_err err;

	if (flush(stage, &err) != EV_OK)
		ev_tool_fail(&err);
}

void
ev_stage_done(struct ev_stage *stage)
{
	struct ev_err err;
	uint64_t bad = ev_bad_count(stage->bad);
	bool rejects = ev_bad_rejects(stage->bad);

	if (stage->writer && ev_writer_flush(stage->writer, &err) != EV_OK)
		ev_tool_fail(&err);
	if (ev_bad_close(stage->bad, &err) != EV_OK)
		ev_tool_fail(&err);
	if (stage->stats || bad)
		ev_tool_say("in=%" PRIu64 " out=%" PRIu64 " filtered=%" PRIu64
			    " rejected=%" PRIu64 " skipped=%" PRIu64,
		    stage->in, stage->out, stage->filtered, rejects ? bad : 0,
		    rejects ? 0 : bad);
}

void
ev_stage_release(struct ev_stage *stage)
{
	struct ev_err err;

	if (ev_bad_close(stage->bad, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_reader_free(stage->reader);
}
