/*
 * canon: one text for all JSON texts that mean the same, so that events can be
 * compared, hashed and sorted as bytes.
 *
 * Objects have their keys in the order of their bytes, each once (of one that
 * stands twice the last counts); numbers are exact decimals written one way
 * (1.0, 1e0 and 10e-1 are 1; -0 is 0); strings have only the escapes that JSON
 * needs (\u0000 and lone surrogates stay \u escapes); there is no white space.
 * So no control character is in it, and text in canonical form stays as it is.
 */
#ifndef EV_EVENT_CANON_H
#define EV_EVENT_CANON_H

#include "base/buf.h"
#include "event/value.h"

struct ev_canon;

struct ev_canon *ev_canon_new(void);
void ev_canon_free(struct ev_canon *canon);

/* The top-level member `key` (plain text) is to be left out of events. */
void ev_canon_ignore(struct ev_canon *canon, struct ev_slice key);

/* Appends an event's canonical form. The event is one that the scanner took:
 * validated, and with EV_SCAN_PADDING readable bytes behind it. */
void ev_canon_event(struct ev_canon *canon, struct ev_slice event,
    struct ev_buf *out);

/* The same for a value of such an event; EV_MISSING is null. */
void ev_canon_value(struct ev_canon *canon, struct ev_value value,
    struct ev_buf *out);

/* The order in which canonical form has the keys of an object: negative, 0,
 * positive. With their quotes. */
int ev_canon_compare_keys(struct ev_slice a, struct ev_slice b);

#endif
