/*
 * change_impl: what the files that change pipelines share among themselves.
 */
#ifndef EV_TOOL_CHANGE_IMPL_H
#define EV_TOOL_CHANGE_IMPL_H

#include "tool/change.h"

/* Takes both locks of the state folder, for the process's life, if this is to
 * be done and there is one; the connector takes that of the target. EV_FATAL:
 * 76, it runs, or has run since it was looked at. */
enum ev_status ev_change_hold(const struct ev_change *change,
    struct ev_err *err);

/* Puts the record in the place of that which has the id `was` ("+": there is
 * none), and its copy. */
enum ev_status ev_change_store(const struct ev_change *change,
    const char *place, const char *was, const struct ev_record *record,
    struct ev_err *err);

/* The copy alone. */
enum ev_status ev_change_copy(const struct ev_change *change,
    const struct ev_record *record, struct ev_err *err);

#endif
