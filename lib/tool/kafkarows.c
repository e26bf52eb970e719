/*
 * kafkarows: see kafkarows.h.
 */
#include "tool/kafkarows.h"

#include <string.h>

#include "tool/tool.h"

static enum ev_source_format
format_of(const struct ev_kafkarows *rows)
{
	return (enum ev_source_format)rows->settings->format;
}

static enum ev_status
rows_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_kafkarows *rows = (struct ev_kafkarows *)in;
	size_t left = (size_t)(rows->end - rows->at);

	(void)err;
	if (left) {
		*got = left < cap ? left : cap;
		memcpy(buf, rows->at, *got);
		rows->at += *got;
	} else if (rows->owed) {
		*got = 1;
		*buf = '\n';
		rows->owed = false;
	} else {
		return rows->ending ? EV_END : EV_AGAIN;
	}
	in->bytes += *got;
	return EV_OK;
}

static enum ev_status
rows_wait(struct ev_input *in, struct ev_err *err)
{
	(void)in;
	(void)err;
	return EV_OK;
}

static enum ev_status
open_decoder(struct ev_kafkarows *rows, struct ev_err *err)
{
	rows->in.bytes = 0;
	rows->ending = rows->each;
	if (ev_decode_begin(&rows->decode, format_of(rows), &rows->in,
		&rows->decoding, err) != EV_OK)
		return EV_FATAL;
	rows->open = true;
	return EV_OK;
}

static void
close_decoder(struct ev_kafkarows *rows)
{
	if (rows->open)
		ev_decode_end(&rows->decoding);
	rows->open = false;
}

enum ev_status
ev_kafkarows_open(struct ev_kafkarows *rows,
    const struct ev_source_settings *settings, const char *place,
    struct ev_err *err)
{
	enum ev_source_format format = (enum ev_source_format)settings->format;

	*rows = (struct ev_kafkarows){.in = {place, 0, rows_read, rows_wait},
	    .settings = settings,
	    .each = format == EV_SOURCE_JSON ||
		(format != EV_SOURCE_REGEX &&
		    (!settings->csv.header || settings->csv.skip)),
	    .err = err};
	if (ev_decode_init(&rows->decode, settings, err) != EV_OK)
		return EV_FATAL;
	return open_decoder(rows, err);
}

void
ev_kafkarows_close(struct ev_kafkarows *rows)
{
	close_decoder(rows);
	ev_decode_release(&rows->decode);
}

void
ev_kafkarows_begin(struct ev_kafkarows *rows, const rd_kafka_message_t *message)
{
	rows->at = message->payload;
	rows->end = rows->at + message->len;
	rows->owed = message->len && rows->end[-1] != '\n';
	if (rows->each)
		close_decoder(rows);
	if (!rows->open && open_decoder(rows, rows->err) != EV_OK)
		ev_tool_fail(rows->err);
}

enum ev_status
ev_kafkarows_next(struct ev_kafkarows *rows, struct ev_buf *out)
{
	struct ev_decoder *decoder = rows->decoding.decoder;
	enum ev_status status;

	for (;;) {
		status = decoder->next(decoder, out, &rows->record, rows->err);
		if (status == EV_OK || status == EV_BAD)
			return status;
		if (status == EV_END) {
			close_decoder(rows);
			return EV_END;
		}
		if (status != EV_AGAIN)
			ev_tool_fail(rows->err);
		if (decoder->behind(decoder).offset == rows->in.bytes)
			return EV_END;
		/* Of a record that is not whole nothing more will come. */
		rows->ending = true;
	}
}
