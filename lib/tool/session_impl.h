/*
 * session_impl: what the files of session share; nobody else includes it.
 */
#ifndef EV_TOOL_SESSION_IMPL_H
#define EV_TOOL_SESSION_IMPL_H

#include "tool/session.h"

/* A signal wants the seal of a marked stream. */
bool ev_session_is_stopped(const struct ev_session *session);
void ev_session_how(const struct ev_session *session, int fd,
    struct ev_file_settings *how);

/* Reads a part from behind `from` (NULL: from its beginning) on. `fd` is of
 * the file that `in` reads, where it can be sought; -1: it must be read from
 * its beginning. */
void ev_session_part(struct ev_session *session, const struct ev_part *part,
    struct ev_input *in, const struct ev_behind *from, int fd);

#endif
