/*
 * kafkarows: values of messages that have records of a format in them: CSV,
 * lines that match a pattern, a JSON document.
 *
 * One decoder reads all messages, as if they were one input, where a format's
 * records do not depend on what stands before them; it is made anew where a
 * message ends within a record, so that a quote that is missing damages no
 * other message. CSV that brings its own header, and documents, have a decoder
 * for each message.
 */
#ifndef EV_TOOL_KAFKAROWS_H
#define EV_TOOL_KAFKAROWS_H

#include <librdkafka/rdkafka.h>

#include "tool/decode.h"

struct ev_kafkarows {
	struct ev_input in; /* first: it is the decoder's input */
	const struct ev_source_settings *settings;
	struct ev_decode decode;
	struct ev_decoding decoding;
	bool open, each; /* a decoder; one for each message */
	const char *at, *end;
	bool owed;   /* the newline behind the value */
	bool ending; /* nothing will come behind it */
	struct ev_record record;
	struct ev_err *err; /* lent: of what is bad, and of failures */
};

/* Settings, place and err are lent. EV_FATAL: exit 64, options that contradict
 * each other or the format. */
enum ev_status ev_kafkarows_open(struct ev_kafkarows *rows,
    const struct ev_source_settings *settings, const char *place,
    struct ev_err *err);
void ev_kafkarows_close(struct ev_kafkarows *rows);

/* Begins with a message's value, which is lent until the last record. */
void ev_kafkarows_begin(struct ev_kafkarows *rows,
    const rd_kafka_message_t *message);
/* Appends the next event to out. EV_OK; EV_BAD: a record is no event,
 * rows->record has it and err says why; EV_END: that was the message. */
enum ev_status ev_kafkarows_next(struct ev_kafkarows *rows, struct ev_buf *out);

#endif
