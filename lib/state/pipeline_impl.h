/*
 * pipeline_impl: what the files of pipeline share; nobody else includes it.
 */
#ifndef EV_STATE_PIPELINE_IMPL_H
#define EV_STATE_PIPELINE_IMPL_H

#include "state/pipeline.h"

#define EV_PIPELINE_ACCEPTED "accepted"

/* The path of a file in its folder; the caller's to free. */
char *ev_pipeline_file(const struct ev_pipeline *pipeline, const char *name);

/* True where a write has failed since the pipeline's other end, which failed
 * too, took the empty folder away: it is there again. */
bool ev_pipeline_is_back(const struct ev_pipeline *pipeline);

#endif
