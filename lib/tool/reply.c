/*
 * reply: see reply.h.
 */
#include "tool/reply.h"

#include <stdlib.h>

#include "base/mem.h"
#include "tool/tool.h"

enum ev_status
ev_reply_open(struct ev_reply *reply, const char *command,
    enum ev_source_format format, const char *types,
    const struct ev_stage_settings *settings, struct ev_err *err)
{
	*reply = (struct ev_reply){.settings = EV_SOURCE_DEFAULTS};
	reply->settings.stage = *settings;
	reply->settings.format = (int)format;
	reply->settings.csv.types = types;
	reply->name = ev_mem_printf("the output of %s", command);
	reply->scan = ev_scan_new();
	return ev_decode_init(&reply->decode, &reply->settings, err);
}

enum ev_status
ev_reply_check(struct ev_reply *reply, const struct ev_spill *output,
    struct ev_err *err)
{
	struct ev_control control = {0};
	struct ev_spill_input input;
	struct ev_reader *reader;
	enum ev_status status = EV_OK;
	struct ev_line line;
	bool fails = false;

	ev_spill_read(output, &input, reply->name);
	reader = ev_reader_new(&input.in, reply->settings.stage.max_event);
	while (!fails && status != EV_END && status != EV_FATAL) {
		/* Not scanned: lines of any text. One too long is EV_BAD. */
		status = ev_reader_next(reader, NULL, &line, &reply->err);
		if (status != EV_OK || !line.control)
			continue;
		ev_control_release(&control);
		fails = ev_control_parse(line.text, &control, NULL) == EV_OK &&
		    control.kind == EV_CONTROL_FAIL;
	}
	if (fails)
		status = ev_err_set(err, EV_BAD, EV_EXIT_AGAIN, "%.*s: %.*s",
		    (int)control.by.len, control.by.ptr, (int)control.why.len,
		    control.why.ptr);
	else if (status == EV_FATAL)
		*err = reply->err;
	ev_control_release(&control);
	ev_reader_free(reader);
	return status == EV_END ? EV_OK : status;
}

/* The reader's bytes are about to move. */
static enum ev_status
on_reader(void *arg, enum ev_reader_event what, struct ev_err *err)
{
	struct ev_reply *reply = arg;

	(void)what;
	return ev_writer_settle(reply->stage->writer, err);
}

/* Where already the first line is bad, it is often not meant to be an event. */
static void
bad_line(struct ev_reply *reply, const struct ev_line *line)
{
	char *why = ev_mem_printf("%s%s", reply->err.text,
	    line->number == 1 && !line->control
		? " (--format text makes an event of each line)"
		: "");

	ev_stage_bad(reply->stage, line, why);
	free(why);
}

static void
emit_lines(struct ev_reply *reply, struct ev_input *in)
{
	struct ev_reader *reader = ev_reader_new(in,
	    reply->settings.stage.max_event);
	enum ev_status status = EV_OK;
	struct ev_line line;

	ev_reader_on(reader, on_reader, reply);
	while (status != EV_END) {
		status = ev_reader_next(reader, reply->scan, &line,
		    &reply->err);
		if (status == EV_OK && line.control)
			status = ev_err_set(&reply->err, EV_BAD, EV_EXIT_DATA,
			    "a control line, which no command may write");
		if (status == EV_OK)
			ev_stage_pass(reply->stage, &line);
		else if (status == EV_BAD)
			bad_line(reply, &line);
		else if (status != EV_END)
			ev_tool_fail(&reply->err);
	}
	if (ev_writer_settle(reply->stage->writer, &reply->err) != EV_OK)
		ev_tool_fail(&reply->err);
	ev_reader_free(reader);
}

static void
emit_records(struct ev_reply *reply, struct ev_decoder *decoder)
{
	struct ev_stage *stage = reply->stage;
	enum ev_status status = EV_OK;
	struct ev_record record = {0};

	while (status != EV_END) {
		status = decoder->next(decoder, ev_stage_begin(stage), &record,
		    &reply->err);
		if (status == EV_OK)
			ev_stage_end(stage);
		else if (status == EV_BAD)
			ev_stage_bad_at(stage, record.line, reply->err.text,
			    record.input, record.length);
		else if (status != EV_END)
			ev_tool_fail(&reply->err);
	}
}

void
ev_reply_emit(struct ev_reply *reply, const struct ev_spill *output,
    struct ev_stage *stage)
{
	enum ev_source_format format =
	    (enum ev_source_format)reply->settings.format;
	const char *place = stage->place;
	struct ev_decoding decoding;
	struct ev_spill_input input;

	ev_spill_read(output, &input, reply->name);
	if (ev_decode_begin(&reply->decode, format, &input.in, &decoding,
		&reply->err) != EV_OK)
		ev_tool_fail(&reply->err);
	reply->stage = stage;
	stage->place = reply->name;
	if (decoding.decoder)
		emit_records(reply, decoding.decoder);
	else
		emit_lines(reply, decoding.in);
	stage->place = place;
	ev_decode_end(&decoding);
}
