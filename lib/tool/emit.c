/*
 * emit: see emit.h.
 */
#include "tool/emit.h"

#include <inttypes.h>
#include <stdio.h>

#include "event/build.h"
#include "event/scan.h"
#include "tool/tool.h"

#define DRAW_EVERY 256 /* events between two looks at the clock */

void
ev_emit_open(struct ev_emit *emit, const struct ev_source_settings *settings)
{
	struct ev_scan *scan = ev_scan_new();

	*emit = (struct ev_emit){.settings = settings};
	if (settings->meta) {
		emit->meta = ev_slice_of(settings->meta);
		if (ev_slice_is(emit->meta, "~ev"))
			ev_tool_die(EV_EXIT_USAGE,
			    "--meta cannot be '~ev', "
			    "which marks a control line");
		emit->meta_slot = ev_scan_want_key(scan, emit->meta);
	}
	ev_stage_open(&emit->stage, &settings->stage, NULL, scan,
	    ev_tool_stdout());
	emit->stage.role = EV_STAGE_SOURCE;
	ev_progress_open(&emit->progress, settings->progress);
}

bool
ev_emit_full(const struct ev_emit *emit)
{
	return emit->stage.out >= emit->settings->limit;
}

/* Why the event that was scanned cannot go out; NULL if it can. */
static const char *
objection(const struct ev_emit *emit)
{
	if (emit->meta.ptr &&
	    ev_scan_fields(emit->stage.scan)[emit->meta_slot].type !=
		EV_MISSING)
		return "it has the field that --meta would add (choose "
		       "another name)";
	return NULL;
}

/* Appends the --meta object to the event at the buffer's end. */
static void
add_meta(const struct ev_emit *emit, struct ev_buf *out, uint64_t line)
{
	ev_build_reopen(out);
	ev_build_key(out, emit->meta);
	ev_build_open(out);
	ev_build_key(out, EV_SLICE("file"));
	ev_build_bytes(out, ev_slice_of(emit->stage.place));
	ev_build_key(out, EV_SLICE("line"));
	ev_build_int(out, (int64_t)line);
	ev_build_close(out);
	ev_build_close(out);
}

static void
draw(struct ev_emit *emit, const struct ev_input *in)
{
	if (emit->progress.shown && emit->stage.in % DRAW_EVERY == 0)
		ev_progress_draw(&emit->progress, emit->bytes + in->bytes,
		    emit->stage.out);
}

void
ev_emit_lines(struct ev_emit *emit, struct ev_input *in, const char *hint)
{
	struct ev_stage *stage = &emit->stage;
	struct ev_line line;

	ev_stage_input(stage, in, emit->settings->stage.max_event);
	stage->hint = hint;
	while (!ev_emit_full(emit) && ev_stage_next(stage, &line)) {
		const char *why = objection(emit);

		if (why) {
			ev_stage_bad(stage, &line, why);
		} else if (emit->meta.ptr) {
			struct ev_buf *out = ev_stage_begin(stage);

			ev_buf_slice(out, line.text);
			add_meta(emit, out, line.number);
			ev_stage_end(stage);
		} else {
			ev_stage_pass(stage, &line);
		}
		draw(emit, in);
	}
	ev_stage_input(stage, NULL, 0);
	emit->bytes += in->bytes;
}

void
ev_emit_bad(struct ev_emit *emit, const struct ev_record *record,
    const char *why)
{
	ev_stage_bad_at(&emit->stage, record->line, why, record->input,
	    record->length);
	/* --on-error skip goes on, but not in this input: that is more than
	 * one event, so it is said. */
	if (record->last)
		ev_tool_say("%s:%" PRIu64 ": %s", emit->stage.place,
		    record->line, why);
}

/* The event that a decoder appended to out behind `start`. */
static void
end_record(struct ev_emit *emit, struct ev_buf *out, size_t start,
    const struct ev_record *record)
{
	const char *why, *fault;

	if (!emit->meta.ptr) {
		ev_stage_end(&emit->stage);
		return;
	}
	/* The scanner wants a newline and readable bytes behind it. */
	ev_buf_reserve(out, EV_SCAN_PADDING + 1);
	out->ptr[out->len] = '\n';
	ev_scan_line(emit->stage.scan, out->ptr + start, &fault);
	why = objection(emit);
	if (why) {
		out->len = start;
		ev_emit_bad(emit, record, why);
		return;
	}
	add_meta(emit, out, record->line);
	ev_stage_end(&emit->stage);
}

void
ev_emit_records(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in)
{
	enum ev_status status = EV_OK;
	struct ev_record record = {0};
	struct ev_err err;

	emit->stage.place = in->name;
	while (status != EV_END && !ev_emit_full(emit)) {
		struct ev_buf *out = ev_stage_begin(&emit->stage);
		size_t start = out->len;

		status = decoder->next(decoder, out, &record, &err);
		if (status == EV_AGAIN) {
			ev_stage_flush(&emit->stage);
			status = in->wait(in, &err);
			if (status == EV_OK)
				continue;
		}
		emit->stage.in += status == EV_OK || status == EV_BAD;
		if (status == EV_OK)
			end_record(emit, out, start, &record);
		else if (status == EV_BAD)
			ev_emit_bad(emit, &record, err.text);
		else if (status != EV_END)
			ev_tool_fail(&err);
		draw(emit, in);
	}
	emit->bytes += in->bytes;
}

void
ev_emit_done(struct ev_emit *emit)
{
	ev_progress_close(&emit->progress, emit->bytes, emit->stage.out);
	ev_stage_done(&emit->stage);
}
