/*
 * key: see key.h.
 */
#include "state/key.h"

#include <stdlib.h>

void
ev_key_want(struct ev_key *key, struct ev_scan *scan)
{
	for (unsigned i = 0; i < key->count; i++)
		key->slot[i] = ev_scan_want(scan, key->path[i].key,
		    key->path[i].depth);
}

/* Several parts are told apart by their lengths: 1:a2:bc. */
enum ev_status
ev_key_read(struct ev_key *key, const struct ev_value *field,
    struct ev_slice *text, struct ev_err *err)
{
	key->text.len = 0;
	for (unsigned i = 0; i < key->count; i++)
		key->seen[i] |= field[key->slot[i]].type != EV_MISSING;
	for (unsigned i = 0; i < key->count; i++) {
		struct ev_value value = field[key->slot[i]];
		struct ev_slice part = ev_value_raw(value);

		if (value.type == EV_MISSING || value.type == EV_NULL)
			return EV_END;
		if (value.type == EV_ARRAY || value.type == EV_OBJECT)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "the key '%s' is an object or an array",
			    ev_names_last(&key->path[i]).ptr);
		key->scratch.len = 0;
		if (value.type == EV_STRING &&
		    ev_value_text(value, &key->scratch, &part, err) != EV_OK)
			return EV_BAD;
		if (key->count == 1) {
			*text = part;
			return EV_OK;
		}
		ev_buf_printf(&key->text, "%zu:", part.len);
		ev_buf_slice(&key->text, part);
	}
	*text = ev_buf_as_slice(&key->text);
	return EV_OK;
}

void
ev_key_show(const struct ev_key *key, struct ev_slice text, struct ev_buf *out)
{
	const char *at = text.ptr, *end = text.ptr + text.len;

	if (key->count == 1) {
		ev_buf_slice(out, text);
		return;
	}
	while (at < end) {
		char *part;
		size_t len = strtoul(at, &part, 10);

		if (at != text.ptr)
			ev_buf_str(out, ", ");
		ev_buf_append(out, part + 1, len);
		at = part + 1 + len;
	}
}

struct ev_slice
ev_key_unseen(const struct ev_key *key)
{
	for (unsigned i = 0; i < key->count; i++)
		if (!key->seen[i])
			return ev_names_last(&key->path[i]);
	return (struct ev_slice){NULL, 0};
}
