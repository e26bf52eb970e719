/*
 * build: writes JSON text at the end of a buffer: objects made of slices that
 * are valid JSON already and of new values. Commas are put by looking at the
 * byte before, so there is no state to carry.
 *
 *	ev_build_open(out);
 *	ev_build_key(out, EV_SLICE("id"));
 *	ev_build_raw(out, value);
 *	ev_build_close(out);
 */
#ifndef EV_EVENT_BUILD_H
#define EV_EVENT_BUILD_H

#include <stdint.h>

#include "base/buf.h"

/* "{" and "}". */
void ev_build_open(struct ev_buf *out);
void ev_build_close(struct ev_buf *out);

/* Takes the "}" off the object that ends the buffer, and the blanks around it,
 * so that more members can be put behind those it has. */
void ev_build_reopen(struct ev_buf *out);

/* `"key":`, with a comma before it unless it is the object's first. The key
 * is plain UTF-8 text, escaped here. */
void ev_build_key(struct ev_buf *out, struct ev_slice key);
/* The same for a key that is JSON already, quotes included. */
void ev_build_key_raw(struct ev_buf *out, struct ev_slice key);

/* A member whose key and value are JSON, behind each of which EV_BUF_SHORT bytes
 * can be read, as behind what a scan found. */
static inline void
ev_build_member(struct ev_buf *out, struct ev_slice key, struct ev_slice value)
{
	char *at;

	ev_buf_reserve(out, key.len + value.len + 2 + EV_BUF_SHORT);
	at = out->ptr + out->len;
	if (at[-1] != '{')
		*at++ = ',';
	at = ev_buf_put(at, key);
	*at++ = ':';
	out->len = (size_t)(ev_buf_put(at, value) - out->ptr);
}

/* Values. Text must be valid UTF-8; it is escaped as RFC 8259 needs it and no
 * more: quote, backslash, control characters (\n and the like by their short
 * forms). */
void ev_build_raw(struct ev_buf *out, struct ev_slice json);
void ev_build_text(struct ev_buf *out, struct ev_slice text);
/* A key and its text. */
void ev_build_key_text(struct ev_buf *out, const char *key, const char *text);
/* How a byte of a text is written that is escaped; len is 0 for the others.
 * Eight bytes, to be copied at once: a branch that asks for the kind of escape
 * is not predicted where there are many. */
struct ev_build_escape {
	char text[7];
	uint8_t len;
};
extern const struct ev_build_escape ev_build_escape[256];
void ev_build_int(struct ev_buf *out, int64_t number);
void ev_build_bool(struct ev_buf *out, bool truth);
void ev_build_null(struct ev_buf *out);

/* Text that may be anything: valid UTF-8 as a string; other bytes as base64,
 * and then returns true, so that the caller can say so. */
bool ev_build_bytes(struct ev_buf *out, struct ev_slice bytes);
/* The same for what is never text. */
void ev_build_base64(struct ev_buf *out, struct ev_slice bytes);

#endif
