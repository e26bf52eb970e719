/*
 * object: a small file that is one JSON object, read with the scanner that
 * events are read with: records and sidecars.
 */
#ifndef EV_STATE_OBJECT_H
#define EV_STATE_OBJECT_H

#include "base/buf.h"
#include "base/err.h"
#include "event/value.h"

/* Copies json (a final newline is left out) into own, where *object then
 * lives. EV_BAD: it is no JSON object on one line; err says why, and `what`
 * ("the record"). */
enum ev_status ev_object_read(struct ev_slice json, const char *what,
    struct ev_buf *own, struct ev_value *object, struct ev_err *err);

/* The text of a string, allocated. EV_BAD: it is none. */
enum ev_status ev_object_text(const char *what, const struct ev_member *member,
    char **text, struct ev_err *err);
/* The number in a string of decimal digits. */
enum ev_status ev_object_number(const char *what,
    const struct ev_member *member, uint64_t *number, struct ev_err *err);

/* EV_BAD, with the member's name in err: it is not what it should be. */
enum ev_status ev_object_wrong(const char *what, const struct ev_member *member,
    const char *wanted, struct ev_err *err);

#endif
