/*
 * text: each line as an event {"message":"…"}.
 *
 * A line ends with LF or CR LF; an empty one is an event too (lines of a log
 * matter), the nothing behind the last newline is not. A line that is not
 * UTF-8 is bad. Control characters are escaped, NUL as \u0000.
 */
#ifndef EV_FORMAT_TEXT_H
#define EV_FORMAT_TEXT_H

#include "format/format.h"

struct ev_text_settings {
	const char *field; /* NULL: "message" */
	size_t max_event;  /* bytes of one event; a longer one is bad */
};

/* The input is lent until the decoder is freed, the settings for the call.
 * EV_FATAL: exit 64, a field name that is not UTF-8 or is "~ev". */
enum ev_status ev_text_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_text_settings *settings, struct ev_err *err);

#endif
