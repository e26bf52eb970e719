/*
 * pack: a sink's bytes compressed on their way to the target, by evpack in a
 * process of its own (which loads libarchive; a plain file does without).
 *
 * The kind is that of the place's suffix: .gz, .xz, .zst, .bz2.
 */
#ifndef EV_TOOL_PACK_H
#define EV_TOOL_PACK_H

#include "tool/child.h"

/* The compression that the name of a place asks for ("gzip"), or NULL, and
 * the length of its suffix. */
const char *ev_pack_kind(const char *place, size_t *suffix);

/* Starts evpack: what is written to child->fd goes to fd, compressed. `name`
 * is the target's, for evpack's messages. EV_FATAL: exit 78 where there is no
 * evpack. */
enum ev_status ev_pack_start(struct ev_child *child, const char *kind, int fd,
    const char *name, struct ev_err *err);

/* Waits for its end, as ev_child_wait. Where evpack has said why it failed,
 * err has no text; where a signal killed it that we have not had, exit 71. */
enum ev_status ev_pack_wait(struct ev_child *child, struct ev_err *err);

/* Ends it, after a failure. False, with the reason, where evpack had failed
 * by itself, which is then the cause. */
bool ev_pack_abandon(struct ev_child *child, struct ev_err *err);

#endif
