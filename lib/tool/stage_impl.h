/*
 * stage_impl: what the files of a stage have in common.
 */
#ifndef EV_TOOL_STAGE_IMPL_H
#define EV_TOOL_STAGE_IMPL_H

#include "tool/stage.h"

/* Hands each of the two outlets that there may be to `what`. */
void ev_stage_each_outlet(struct ev_stage *stage,
    void (*what)(struct ev_stage *stage, struct ev_outlet *outlet));

/* One of them: what it gets travels within the stream, to a place that begin
 * is to announce. */
void ev_stage_within(struct ev_stage *stage, struct ev_outlet *outlet);

#endif
