/*
 * emit: see emit.h.
 */
#include "tool/emit.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/io.h"
#include "event/build.h"
#include "event/scan.h"
#include "tool/tool.h"

#define DRAW_EVERY 256 /* events between two looks at the clock */

void
ev_emit_open(struct ev_emit *emit, const struct ev_source_settings *settings)
{
	const char *when = settings->marker.mark_when;
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
	if (when) {
		emit->when = ev_slice_of(when);
		emit->when_slot = ev_scan_want_key(scan, emit->when);
	}
	ev_stage_open(&emit->stage, &settings->stage, NULL, scan,
	    ev_tool_stdout());
	emit->stage.role = EV_STAGE_SOURCE;
	ev_progress_open(&emit->progress, settings->progress);
	ev_marker_open(&emit->marker, &settings->marker, &emit->stage,
	    settings->follow);
	if (!emit->marker.on)
		emit->when.ptr = NULL;
}

/* --- marks --------------------------------------------------------------- */

struct ev_behind
ev_emit_behind(const struct ev_emit *emit)
{
	if (emit->before)
		return emit->behind;
	if (emit->decoder)
		return emit->decoder->behind(emit->decoder);
	if (emit->stage.reader)
		return ev_reader_behind(emit->stage.reader);
	return emit->behind;
}

void
ev_emit_mark(struct ev_emit *emit)
{
	if (emit->tell)
		emit->tell(emit->arg);
	ev_marker_mark(&emit->marker);
}

void
ev_emit_seal(struct ev_emit *emit)
{
	if (emit->tell)
		emit->tell(emit->arg);
	ev_marker_seal(&emit->marker,
	    ev_io_signal() ? EV_SEAL_STOP : EV_SEAL_RUN);
}

/* After each event. */
static inline void
mark_if_due(struct ev_emit *emit)
{
	if (ev_marker_due(&emit->marker))
		ev_emit_mark(emit);
}

/* True where the value of --mark-when is another than in the event before:
 * that one was the last before a mark. */
static bool
turns(struct ev_emit *emit)
{
	struct ev_value value = ev_scan_fields(
	    emit->stage.scan)[emit->when_slot];
	struct ev_slice is = {value.ptr, value.len};
	bool same;

	if (value.type == EV_MISSING || value.type == EV_NULL)
		is = EV_SLICE("null");
	same = ev_slice_equal(is, ev_buf_as_slice(&emit->when_is));
	if (!same) {
		emit->when_is.len = 0;
		ev_buf_slice(&emit->when_is, is);
	}
	same = same || !emit->when_known;
	emit->when_known = true;
	return !same;
}

/* A mark in front of the event that was read, which ends behind `before`. */
static void
mark_before(struct ev_emit *emit, const struct ev_behind *before)
{
	emit->behind = *before;
	emit->before = true;
	ev_emit_mark(emit);
	emit->before = false;
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

/* Appends the --meta object to the event at the buffer's end: where it stands
 * is told by its line, or by the offset of that. */
static void
add_meta(const struct ev_emit *emit, struct ev_buf *out, uint64_t number)
{
	ev_build_reopen(out);
	ev_build_key(out, emit->meta);
	ev_build_open(out);
	ev_build_key(out, EV_SLICE("file"));
	ev_build_bytes(out, ev_slice_of(emit->stage.place));
	ev_build_key(out,
	    emit->stage.of_offsets ? EV_SLICE("offset") : EV_SLICE("line"));
	ev_build_int(out, (int64_t)number);
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

/* The line as an event of ours. */
static void
pass_line(struct ev_emit *emit, const struct ev_line *line)
{
	struct ev_stage *stage = &emit->stage;
	const char *why = objection(emit);
	struct ev_buf *out;

	if (why) {
		ev_stage_bad(stage, line, why);
	} else if (emit->meta.ptr) {
		out = ev_stage_begin(stage);
		ev_buf_slice(out, line->text);
		add_meta(emit, out,
		    stage->of_offsets
			? ev_reader_before(stage->reader, line).offset
			: line->number);
		ev_stage_end(stage);
	} else {
		ev_stage_pass(stage, line);
	}
}

void
ev_emit_lines(struct ev_emit *emit, struct ev_input *in,
    const struct ev_behind *from, bool stands_there, const char *hint)
{
	struct ev_stage *stage = &emit->stage;
	struct ev_behind before;
	struct ev_line line;

	ev_stage_input(stage, in, emit->settings->stage.max_event);
	if (from)
		ev_reader_go(stage->reader, from, stands_there);
	stage->hint = from ? NULL : hint;
	while (!ev_emit_full(emit) && ev_stage_next(stage, &line)) {
		if (emit->when.ptr && turns(emit)) {
			before = ev_reader_before(stage->reader, &line);
			mark_before(emit, &before);
		}
		pass_line(emit, &line);
		mark_if_due(emit);
		draw(emit, in);
	}
	emit->behind = ev_reader_behind(stage->reader);
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

/* Scans the event that a decoder appended to out behind `start`. */
static void
scan_event(struct ev_emit *emit, struct ev_buf *out, size_t start)
{
	const char *fault;

	/* The scanner wants a newline and readable bytes behind it. */
	ev_buf_reserve(out, EV_SCAN_PADDING + 1);
	out->ptr[out->len] = '\n';
	ev_scan_line(emit->stage.scan, out->ptr + start, &fault);
}

/* A mark goes out in front of the event, which lies where it is built. */
static struct ev_buf *
mark_around(struct ev_emit *emit, struct ev_buf *out, size_t *start,
    const struct ev_behind *before)
{
	struct ev_buf event = {0};

	ev_buf_append(&event, out->ptr + *start, out->len - *start);
	out->len = *start;
	mark_before(emit, before);
	out = ev_stage_begin(&emit->stage);
	*start = out->len;
	ev_buf_slice(out, ev_buf_as_slice(&event));
	ev_buf_release(&event);
	scan_event(emit, out, *start);
	return out;
}

/* The event that a decoder appended to out behind `start`. */
static void
end_record(struct ev_emit *emit, struct ev_buf *out, size_t start,
    const struct ev_record *record, const struct ev_behind *before)
{
	const char *why = NULL;

	if (emit->meta.ptr || emit->when.ptr)
		scan_event(emit, out, start);
	if (emit->when.ptr && turns(emit))
		out = mark_around(emit, out, &start, before);
	if (emit->meta.ptr) {
		why = objection(emit);
		if (!why)
			add_meta(emit, out, record->line);
	}
	if (why) {
		out->len = start;
		ev_emit_bad(emit, record, why);
	} else {
		ev_stage_end(&emit->stage);
	}
}

/* What the decoder gave was emitted by an earlier run. */
static bool
is_dropped(const struct ev_emit *emit, enum ev_status status)
{
	return emit->drop && (status == EV_OK || status == EV_BAD) &&
	    emit->decoder->behind(emit->decoder).offset <= emit->drop;
}

/* What next said of a record, where it is not one that just goes out. */
static enum ev_status
take_record(struct ev_emit *emit, struct ev_input *in, struct ev_buf *out,
    size_t start, enum ev_status status, const struct ev_behind *before)
{
	struct ev_stage *stage = &emit->stage;

	if (is_dropped(emit, status)) {
		out->len = start;
		return EV_OK;
	}
	if (status == EV_AGAIN) {
		ev_stage_flush(stage);
		return in->wait(in, &stage->err);
	}
	stage->in += status == EV_OK || status == EV_BAD;
	if (status == EV_OK)
		end_record(emit, out, start, &emit->record, before);
	else if (status == EV_BAD)
		ev_emit_bad(emit, &emit->record, stage->err.text);
	if (status == EV_OK || status == EV_BAD)
		mark_if_due(emit);
	return status;
}

/* One record, or what comes in its place. */
static enum ev_status
next_record(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in)
{
	struct ev_stage *stage = &emit->stage;
	struct ev_buf *out = ev_stage_begin(stage);
	struct ev_behind before;
	size_t start = out->len;
	enum ev_status status;

	if (emit->when.ptr)
		before = decoder->behind(decoder);
	status = decoder->next(decoder, out, &emit->record, &stage->err);
	return take_record(emit, in, out, start, status, &before);
}

/* The same where nothing but an event is to be expected. */
static inline enum ev_status
next_plain(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in)
{
	struct ev_stage *stage = &emit->stage;
	struct ev_buf *out = ev_stage_begin(stage);
	size_t start = out->len;
	enum ev_status status = decoder->next(decoder, out, &emit->record,
	    &stage->err);

	if (status != EV_OK)
		return take_record(emit, in, out, start, status, NULL);
	stage->in++;
	ev_stage_end(stage);
	mark_if_due(emit);
	return EV_OK;
}

void
ev_emit_records(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in)
{
	bool plain = !emit->drop && !emit->when.ptr && !emit->meta.ptr;
	enum ev_status status = EV_OK;

	emit->stage.place = in->name;
	emit->decoder = decoder;
	while (status != EV_END && !ev_emit_full(emit)) {
		status = plain ? next_plain(emit, decoder, in)
			       : next_record(emit, decoder, in);
		if (status == EV_FATAL || status == EV_RETRY)
			ev_tool_fail(&emit->stage.err);
		draw(emit, in);
	}
	emit->behind = decoder->behind(decoder);
	emit->decoder = NULL;
	emit->drop = 0;
	emit->bytes += in->bytes;
}

void
ev_emit_done(struct ev_emit *emit)
{
	ev_progress_close(&emit->progress, emit->bytes, emit->stage.out);
	ev_stage_done(&emit->stage);
}
