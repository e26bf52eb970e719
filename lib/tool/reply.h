/*
 * reply: what a foreign command wrote (kept in a spill), as events of a stage,
 * by way of a format. What is no event, or a control line, goes the way of bad
 * input, and is said to stand in "the output of NAME".
 *
 * It ends the process on failure, as the stage does.
 */
#ifndef EV_TOOL_REPLY_H
#define EV_TOOL_REPLY_H

#include "tool/decode.h"
#include "tool/spill.h"
#include "tool/stage.h"

struct ev_reply {
	struct ev_source_settings settings;
	struct ev_decode decode;
	struct ev_scan *scan;
	char *name;
	struct ev_stage *stage; /* lent */
	struct ev_err err;      /* of one event: no local, 1 KiB to be zeroed */
};

/* Of a format, and where that is csv or tsv, types of columns (or NULL). The
 * command's name is for messages. EV_FATAL: exit 64. */
enum ev_status ev_reply_open(struct ev_reply *reply, const char *command,
    enum ev_source_format format, const char *types,
    const struct ev_stage_settings *settings, struct ev_err *err);

/* EV_BAD: among the lines is the failure line of a command of ours; err has
 * who it was and why. EV_FATAL: it cannot be read. */
enum ev_status ev_reply_check(struct ev_reply *reply,
    const struct ev_spill *output, struct ev_err *err);

/* All of it through the stage. */
void ev_reply_emit(struct ev_reply *reply, const struct ev_spill *output,
    struct ev_stage *stage);

#endif
