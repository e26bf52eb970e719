/*
 * kafkaemit: see kafkaemit.h.
 */
#include "tool/kafkaemit.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/io.h"
#include "base/mem.h"
#include "base/names.h"
#include "tool/tool.h"

/* --- what to do ---------------------------------------------------------- */

static void
parse_key(struct ev_kafkaemit *emit, const char *list)
{
	struct ev_kafka_value *value = &emit->value;
	struct ev_err err;

	if (ev_names_fields("key", list, EV_KAFKA_KEYS, value->key,
		&value->keys, &err) != EV_OK)
		ev_tool_fail(&err);
}

/* Values are JSON, text, or have records in them, which kafkarows reads. */
static void
parse_format(struct ev_kafkaemit *emit)
{
	const struct ev_source_settings *settings = emit->settings;
	const char *field = ev_source_extra(settings, "field");
	const char *csv = ev_csv_opts_given(&settings->csv);

	if (settings->csv.suggest)
		ev_tool_die(EV_EXIT_USAGE, "--suggest-types is for files");
	switch ((enum ev_source_format)settings->format) {
	case EV_SOURCE_TEXT:
		emit->text_field = ev_slice_of(field ? field : "message");
		break;
	case EV_SOURCE_CSV:
	case EV_SOURCE_TSV:
	case EV_SOURCE_REGEX:
		csv = NULL;
		emit->has_rows = true;
		break;
	case EV_SOURCE_JSON:
		emit->has_rows = settings->path != NULL;
		break;
	case EV_SOURCE_NDJSON:
	case EV_SOURCE_UNKNOWN:
		break;
	}
	if (csv || (settings->path && !emit->has_rows))
		ev_tool_die(EV_EXIT_USAGE,
		    "--%s is for --format %s, and values are read as %s",
		    csv ? csv : "path", csv ? "csv and tsv" : "json",
		    ev_source_format_name(
			(enum ev_source_format)settings->format));
	if (settings->csv.encoding && !emit->has_rows)
		ev_tool_die(EV_EXIT_USAGE,
		    "--encoding is for --format csv, tsv, regex, and json with "
		    "--path: other values are UTF-8");
	if (field && !emit->text_field.ptr)
		ev_tool_die(EV_EXIT_USAGE, "-X field is for --format text");
}

void
ev_kafkaemit_init(struct ev_kafkaemit *emit,
    const struct ev_source_settings *settings, const char *key)
{
	emit->settings = settings;
	parse_key(emit, key ? key : "key");
	parse_format(emit);
	if (settings->meta && !strcmp(settings->meta, "~ev"))
		ev_tool_die(EV_EXIT_USAGE,
		    "--meta cannot be '~ev', which marks a control line");
}

void
ev_kafkaemit_open(struct ev_kafkaemit *emit, const char *place)
{
	const struct ev_source_settings *settings = emit->settings;
	const char *when = settings->marker.mark_when;

	emit->scan = ev_scan_new();
	emit->value.scan = emit->scan;
	emit->value.max_event = settings->stage.max_event;
	if (settings->meta)
		emit->value.meta = ev_slice_of(settings->meta);
	ev_kafka_value_init(&emit->value);
	ev_stage_open(&emit->stage, &settings->stage, NULL, NULL,
	    ev_tool_stdout());
	emit->stage.role = EV_STAGE_SOURCE;
	emit->stage.place = place;
	if (emit->has_rows &&
	    ev_kafkarows_open(&emit->rows, settings, place, &emit->err) !=
		EV_OK)
		ev_tool_fail(&emit->err);
	ev_marker_open(&emit->marker, &settings->marker, &emit->stage,
	    settings->follow);
	if (when && emit->marker.on) {
		emit->when = ev_slice_of(when);
		emit->when_slot = ev_scan_want_key(emit->scan, emit->when);
	}
	ev_progress_open(&emit->progress, settings->progress);
}

/* --- events -------------------------------------------------------------- */

/* A mark behind what went out so far. */
void
ev_kafkaemit_mark(struct ev_kafkaemit *emit)
{
	ev_kafkapos_tell(&emit->pos);
	ev_marker_mark(&emit->marker);
}

void
ev_kafkaemit_seal(struct ev_kafkaemit *emit)
{
	ev_kafkapos_tell(&emit->pos);
	ev_marker_seal(&emit->marker,
	    ev_io_signal() ? EV_SEAL_STOP : EV_SEAL_RUN);
}

/* True where the value of --mark-when is another than in the event before. */
static bool
turns(struct ev_kafkaemit *emit)
{
	struct ev_value value = ev_scan_fields(emit->scan)[emit->when_slot];
	struct ev_slice is = ev_value_raw(value);
	struct ev_buf *was = &emit->when_is;
	bool first = !emit->when_known;

	if (value.type == EV_MISSING || value.type == EV_NULL)
		is = EV_SLICE("null");
	emit->when_known = true;
	if (ev_slice_equal(is, ev_buf_as_slice(was)))
		return false;
	was->len = 0;
	ev_buf_slice(was, is);
	return !first;
}

/* A mark goes out in front of the event that stands in out behind start. */
static void
mark_around(struct ev_kafkaemit *emit, struct ev_buf *out, size_t start)
{
	struct ev_buf event = {0};

	ev_buf_append(&event, out->ptr + start, out->len - start);
	out->len = start;
	ev_kafkaemit_mark(emit);
	ev_buf_slice(ev_stage_begin(&emit->stage), ev_buf_as_slice(&event));
	ev_buf_release(&event);
}

/* What the message has is no event. The reason may stand in emit->err. */
static __attribute__((noinline)) void
reject(struct ev_kafkaemit *emit, const rd_kafka_message_t *message,
    struct ev_slice input, size_t length, const char *why)
{
	char *where = ev_mem_printf("%s [%" PRId32 "] at offset %" PRId64,
	    rd_kafka_topic_name(message->rkt), message->partition,
	    message->offset);
	struct ev_err err;

	if (ev_bad_event(emit->stage.bad, where, why, input, length, &err) !=
	    EV_OK)
		ev_tool_fail(&err);
	free(where);
}

static void
reject_value(struct ev_kafkaemit *emit, const rd_kafka_message_t *message,
    const char *why)
{
	struct ev_slice value = {message->payload ? message->payload : "",
	    message->len};

	reject(emit, message, value, value.len, why);
}

/* The event that stands in out behind start, the message's first or not: what
 * is replayed begins with whole messages. */
static inline void
put(struct ev_kafkaemit *emit, struct ev_buf *out, size_t start, bool first)
{
	if (emit->when.ptr && turns(emit) && first)
		mark_around(emit, out, start);
	ev_stage_end(&emit->stage);
}

bool
ev_kafkaemit_full(const struct ev_kafkaemit *emit)
{
	return emit->stage.out >= emit->settings->limit;
}

/* The records of a value. */
static __attribute__((noinline)) void
take_rows(struct ev_kafkaemit *emit, const rd_kafka_message_t *message)
{
	struct ev_stage *stage = &emit->stage;
	bool first = true;
	bool plain = !emit->when.ptr && !emit->value.meta.ptr;

	ev_kafkarows_begin(&emit->rows, message);
	while (emit->marker.on || !ev_kafkaemit_full(emit)) {
		struct ev_buf *out = ev_stage_begin(stage);
		size_t start = out->len;
		enum ev_status status = ev_kafkarows_next(&emit->rows, out);
		const char *why = emit->err.text;

		if (status == EV_END)
			break;
		stage->in += !first;
		if (status == EV_OK && !plain)
			status = ev_kafka_value_finish(&emit->value, message,
			    out, start, &why);
		if (status == EV_OK)
			put(emit, out, start, first);
		else
			reject(emit, message, emit->rows.record.input,
			    emit->rows.record.length, why);
		first = false;
	}
}

/* The event that a value is. */
static inline void
take_value(struct ev_kafkaemit *emit, const rd_kafka_message_t *message)
{
	struct ev_buf *out = ev_stage_begin(&emit->stage);
	size_t start = out->len;
	const char *why;
	enum ev_status status = emit->text_field.ptr
	    ? ev_kafka_value_text(&emit->value, emit->text_field, message, out,
		  &why)
	    : ev_kafka_value_event(&emit->value, message, out, &why);

	if (status == EV_OK)
		put(emit, out, start, true);
	else
		reject_value(emit, message, why);
}

static void
look_around(struct ev_kafkaemit *emit)
{
	ev_marker_due_now(&emit->marker);
	ev_progress_draw(&emit->progress, emit->bytes, emit->stage.out);
	if (ev_io_signal())
		ev_kafka_reader_stop(emit->pos.reader);
}

/* A message of a partition, in its turn. */
void
ev_kafkaemit_take(void *arg, struct ev_kafka_part *part,
    const rd_kafka_message_t *message)
{
	struct ev_kafkaemit *emit = arg;
	struct ev_stage *stage = &emit->stage;

	(void)part;
	if (ev_marker_due(&emit->marker))
		ev_kafkaemit_mark(emit);
	stage->in++;
	emit->bytes += message->len;
	if (emit->has_rows && message->payload)
		take_rows(emit, message);
	else
		take_value(emit, message);
	if (ev_pace_due(&emit->pace, message->len))
		look_around(emit);
	if (ev_kafkaemit_full(emit))
		ev_kafka_reader_stop(emit->pos.reader);
}

void
ev_kafkaemit_done(struct ev_kafkaemit *emit)
{
	ev_progress_close(&emit->progress, emit->bytes, emit->stage.out);
	ev_stage_done(&emit->stage);
	if (emit->has_rows)
		ev_kafkarows_close(&emit->rows);
	ev_kafka_value_release(&emit->value);
	ev_scan_free(emit->scan);
	ev_buf_release(&emit->when_is);
}
