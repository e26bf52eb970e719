/*
 * stage: see stage.h.
 */
#include "tool/stage.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "event/control.h"
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

static enum ev_status
on_reader(void *arg, enum ev_reader_event what, struct ev_err *err)
{
	return what == EV_READER_WAIT ? flush(arg, err) : settle(arg, err);
}

void
ev_stage_open(struct ev_stage *stage, const struct ev_stage_settings *settings,
    struct ev_input *input, struct ev_scan *scan, struct ev_writer *writer)
{
	struct ev_err err;

	*stage = (struct ev_stage){.scan = scan,
	    .writer = writer,
	    .stats = settings->stats};
	if (ev_bad_open(&stage->bad, &settings->bad, settings->max_event,
		&err) != EV_OK)
		ev_tool_fail(&err);
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
	return ev_mem_printf("%s:%" PRIu64, stage->place, number);
}

/* A control line: of a failure we learn here, and end with it. Marks come
 * with named pipelines, which this version does not have. */
static _Noreturn void
obey(const struct ev_stage *stage, const struct ev_line *line)
{
	char *where = ev_stage_where(stage, line->number);
	struct ev_control control;
	struct ev_err err;

	if (ev_control_parse(line->text, &control, &err) != EV_OK)
		ev_tool_die(err.exit, "%s: %s", where, err.text);
	if (control.kind == EV_CONTROL_FAIL)
		ev_tool_pass_fail(control.text, control.status);
	ev_tool_die(EV_EXIT_CONFIG,
	    "%s: the stream is of a named pipeline (it "
	    "has marks), which this version cannot read",
	    where);
}

void
ev_stage_bad(struct ev_stage *stage, const struct ev_line *line,
    const char *why)
{
	ev_stage_bad_at(stage, line->number, why, line->text, line->length);
}

void
ev_stage_bad_at(struct ev_stage *stage, uint64_t number, const char *why,
    struct ev_slice input, size_t length)
{
	char *where = ev_stage_where(stage, number);
	struct ev_err err;

	if (ev_bad_event(stage->bad, where, why, input, length, &err) != EV_OK)
		ev_tool_fail(&err);
	free(where);
}

/* What the reader finds bad. A first line that is bad already is often of
 * another format than was thought. */
static void
bad_line(struct ev_stage *stage, const struct ev_line *line,
    const struct ev_err *err)
{
	char why[1024];

	snprintf(why, sizeof(why), "%s%s", err->text,
	    stage->hint && line->length == line->text.len ? stage->hint : "");
	stage->hint = NULL;
	ev_stage_bad(stage, line, why);
}

bool
ev_stage_next(struct ev_stage *stage, struct ev_line *line)
{
	for (;;) {
		enum ev_status status = ev_reader_next(stage->reader,
		    stage->scan, line, &stage->err);

		if (status == EV_OK && !line->control) {
			stage->in++;
			stage->hint = NULL;
			return true;
		}
		if (status == EV_END)
			return false;
		if (status == EV_OK) {
			obey(stage, line);
		} else if (status == EV_BAD) {
			stage->in++;
			bad_line(stage, line, &stage->err);
		} else {
			ev_tool_fail(&stage->err);
		}
	}
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
