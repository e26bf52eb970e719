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

/* Takes a member, which lives for the call; all but EV_OK ends the object. */
typedef enum ev_status ev_object_take(void *arg, const struct ev_member *member,
    struct ev_err *err);
/* Hands the members of an object to `take`, one by one. EV_BAD: as
 * ev_object_read; else what `take` said last. */
enum ev_status ev_object_each(struct ev_slice json, const char *what,
    ev_object_take *take, void *arg, struct ev_err *err);

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
