/*
 * key: the values of some fields of an event as one text, by which a table
 * finds its rows. A value counts as its text, so 42 and "42" are one key.
 *
 *	… fill in key.path and key.count, of {0} …
 *	ev_key_want(&key, scan);
 *	ev_key_read(&key, ev_scan_fields(scan), &text, &err);   for each event
 */
#ifndef EV_STATE_KEY_H
#define EV_STATE_KEY_H

#include "base/names.h"
#include "event/scan.h"

#define EV_KEY_FIELDS 8 /* at most */

struct ev_key {
	struct ev_names_path path[EV_KEY_FIELDS]; /* owned */
	unsigned count;
	unsigned slot[EV_KEY_FIELDS];
	bool seen[EV_KEY_FIELDS]; /* an event has it, if only as null */
	struct ev_buf text, scratch;
};

/* Asks the scan for the fields. */
void ev_key_want(struct ev_key *key, struct ev_scan *scan);

/* The key of an event; the text lives as long as the event, and no longer than
 * until the next call. EV_END: a field is null or missing, so the event has no
 * key; EV_BAD: a field is an object, an array, or text that cannot be computed
 * with. */
enum ev_status ev_key_read(struct ev_key *key, const struct ev_value *field,
    struct ev_slice *text, struct ev_err *err);

/* Appends a key's text as a person reads it: its parts with commas between
 * them. */
void ev_key_show(const struct ev_key *key, struct ev_slice text,
    struct ev_buf *out);

/* The name of a field that no event so far had, which is likely a mistake;
 * ptr NULL if there is none. */
struct ev_slice ev_key_unseen(const struct ev_key *key);

#endif
