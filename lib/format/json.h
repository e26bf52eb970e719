/*
 * json: JSON documents as events: an array of objects, a pretty-printed
 * object, documents one after the other, an array somewhere inside an object.
 *
 * Streamed: the memory is one event and a buffer, whatever the document's
 * size. Each event is one line: the white space between tokens is left out,
 * every token keeps its bytes (numbers, escapes, order of keys).
 *
 * All of a document is validated as strict RFC 8259, also what is skipped. An
 * element that is not an object is bad, and the next one is read. After a
 * syntax error nothing can be trusted: it is EV_BAD once, with the column in
 * its text and its line in the record (whose `last` is set); the rest of the
 * input is passed over, as the text says, and then comes EV_END.
 */
#ifndef EV_FORMAT_JSON_H
#define EV_FORMAT_JSON_H

#include "format/format.h"

struct ev_json_settings {
	/* data.items (base/names.h): the keys that lead to the array (its
	 * elements are the events) or the object (the event) inside each
	 * document; NULL or "": the document itself. A document without it is
	 * bad. Where a key on the way stands twice, both are read. */
	const char *path;
	size_t max_event; /* bytes of one event; a longer one is bad */
};

/* The input is lent until the decoder is freed, the settings for the call.
 * EV_FATAL: exit 64, a path that is none. */
enum ev_status ev_json_open(struct ev_decoder **decoder, struct ev_input *in,
    const struct ev_json_settings *settings, struct ev_err *err);

#endif
