/*
 * names: the fields that an option names: `id,user.name,"odd, name"`. A name
 * may stand in double quotes (a quote in it twice), and must where it is empty
 * or holds a comma, an equals sign, a dot, a quote or blanks at its ends.
 * `a.b` is the member b of the object a. Names are UTF-8.
 */
#ifndef EV_BASE_NAMES_H
#define EV_BASE_NAMES_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define EV_NAMES_DEPTH 16 /* keys of one path at most */

struct ev_names_path {
	struct ev_slice key[EV_NAMES_DEPTH]; /* owned, NUL-terminated */
	unsigned depth;
};

/* Reads one path from *at, and steps behind it and the character that ends
 * it: one of `ends`, put into *end, or the text's end (then *end is 0).
 * `option` is for the message. EV_OK; EV_FATAL (usage): an empty name without
 * quotes, a missing quote, more keys than EV_NAMES_DEPTH, no UTF-8. */
enum ev_status ev_names_next(const char *option, const char **at,
    const char *ends, char *end, struct ev_names_path *path,
    struct ev_err *err);

void ev_names_release(struct ev_names_path *path);

/* The same where only a field of the event's own can be meant: EV_FATAL also
 * for a path of several keys. The name is the caller's to free. */
enum ev_status ev_names_field(const char *option, const char **at,
    const char *ends, char *end, struct ev_slice *name, struct ev_err *err);

/* A whole list of such fields, with commas between them. EV_FATAL (usage) also
 * where they are more than `most`, or one stands there twice. *count begins as
 * 0; so many names are the caller's to free, after a failure too. */
enum ev_status ev_names_fields(const char *option, const char *list,
    size_t most, struct ev_slice *name, size_t *count, struct ev_err *err);

/* The name of the field itself, where the objects it is in do not count. */
static inline struct ev_slice
ev_names_last(const struct ev_names_path *path)
{
	return path->key[path->depth - 1];
}

/* Appends a name as ev_names_next reads it, in quotes where it needs them. */
void ev_names_quote(struct ev_slice name, struct ev_buf *out);

#endif
