/*
 * versions: what a stateful command keeps of its state, as it was at marks:
 * one file a version, named by the mark's id, in the pipeline's folder.
 *
 *	begin comes:  ev_versions_open(…, base); pass begin on;
 *	              ev_versions_restore(…)            by base (rule R3)
 *	a mark comes: ev_versions_save(…, id, state);   durable before the
 *	              mark is passed on                 mark is (rule R4)
 *	              ev_versions_drop(…, c)
 *
 * A command of another run writes other names, so that a process that was
 * thought dead harms nobody. Begin is passed on before its version is looked
 * for: where the source began from an old copy of the record, its version may
 * be gone, and it is the sink that mends the copy.
 */
#ifndef EV_STATE_VERSIONS_H
#define EV_STATE_VERSIONS_H

#include "base/buf.h"
#include "base/err.h"
#include "state/pipeline.h"

struct ev_versions {
	char *folder; /* STATE/NAME/state.STAGE */
	char *run;    /* of the stream */
	char *base;   /* the id that it began from */
};

/* `stage` tells one command of the pipeline from another (--state); a name as
 * a pipeline's. EV_FATAL: 64 for the name, 73. */
enum ev_status ev_versions_open(struct ev_versions *versions,
    const struct ev_pipeline *pipeline, const char *stage, struct ev_slice run,
    struct ev_slice base, struct ev_err *err);
void ev_versions_release(struct ev_versions *versions);

/* Appends the state as it was at the mark that the stream began from. EV_END:
 * it began from nothing; EV_FATAL: exit 70, the version is gone; 74. */
enum ev_status ev_versions_restore(const struct ev_versions *versions,
    struct ev_buf *out, struct ev_err *err);

/* Makes the state at mark `seq` of the run durable. EV_FATAL: exit 74. */
enum ev_status ev_versions_save(const struct ev_versions *versions,
    uint64_t seq, struct ev_slice state, struct ev_err *err);

/* Removes what cannot be needed since `committed` ("RUN/SEQ", a mark's `c`;
 * "0" and nothing: keeps all) is: a run may still begin from it, from a later
 * mark of the same run, or from what began there. What cannot be removed
 * stays. */
void ev_versions_drop(const struct ev_versions *versions,
    struct ev_slice committed);

#endif
