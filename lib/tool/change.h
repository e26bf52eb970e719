/*
 * change: what evpos does to a pipeline that stands still: rewind, move,
 * accept, forget. Each says what would happen, on standard output, and does it
 * only with `yes`, holding the pipeline's locks.
 *
 * The sink's own record is changed before the copy, forgotten before it: a
 * change that is interrupted in between is one that the next start puts right,
 * or that can be made again.
 */
#ifndef EV_TOOL_CHANGE_H
#define EV_TOOL_CHANGE_H

#include <stdbool.h>

#include "tool/known.h"

struct ev_change {
	struct ev_known *known;
	struct ev_buf *out; /* what is said; lent */
	bool yes;
};

/* EV_FATAL: 64, `to` or `input` is not understood; 70, there is nothing to
 * change, or the world is not as the record has it; 73, 74; 76, the pipeline
 * runs. Where a connector failed, its status and no text: it has said why. */
enum ev_status ev_change_rewind(const struct ev_change *change, const char *to,
    const char *input, struct ev_err *err);
/* place is absolute (ev_place_absolute). */
enum ev_status ev_change_move(const struct ev_change *change, const char *place,
    struct ev_err *err);
/* What is at the place now is what was committed. */
enum ev_status ev_change_accept(const struct ev_change *change,
    struct ev_err *err);
enum ev_status ev_change_forget(const struct ev_change *change,
    struct ev_err *err);

#endif
