/*
 * known: all that evpos can find out about a pipeline: what the state folder
 * has, what the sink's own store says, and what the source's positions mean.
 */
#ifndef EV_TOOL_KNOWN_H
#define EV_TOOL_KNOWN_H

#include <stdbool.h>

#include "state/pipeline.h"
#include "state/record.h"
#include "tool/keeper.h"
#include "tool/seeker.h"

struct ev_known {
	struct ev_pipeline pipeline;
	struct ev_record copy; /* in the state folder */
	bool has_copy;
	char *copy_why;          /* why it could not be read; or NULL */
	struct ev_record record; /* the sink's own; where that cannot be
	                          * had, the copy */
	bool has_record;
	struct ev_keeper_state store; /* what the sink's store says */
	const char *place; /* whose store was asked; lent; NULL: none */
	bool asked;        /* it could be asked */
	char *holder;      /* who runs it; NULL: nobody that is seen */
	struct ev_seeker_input *inputs; /* one an entry of record.pos that it
	                                 * reads */
	size_t count;
	char *trouble;  /* why the store or the source could not be asked, if
	                 * the connector has not said it; or NULL */
	unsigned tries; /* runs that failed from here, and why the last one */
	char *why;
};

/* `place` is where it writes, absolute, or NULL: where the copy says. Without
 * it a name that there is not is told with the nearest one, exit 64. What cannot
 * be asked of a store or a source is unknown, and they have said why. The
 * struct is the caller's to release, also after a failure. */
enum ev_status ev_known_load(struct ev_known *known, const char *name,
    const char *place, struct ev_err *err);
void ev_known_release(struct ev_known *known);

/* The command of the pipeline's source, as `via` names it ("evsource-file");
 * the caller's to free; NULL: it is not known. */
char *ev_known_source(const struct ev_known *known);

/* Whether an entry of its positions is read by it: a shard's record has those of
 * the other shards, too, as they were when they were dealt. */
bool ev_known_reads(const struct ev_known *known, struct ev_slice key);

/* Whether an entry is one that --input names: the input itself, its parts, or
 * one part, FOLDER#NAME, by its path. */
bool ev_known_input(struct ev_slice key, const char *input);

/* How far behind it is: the sum over its inputs, where they all are known and
 * of one unit, which *unit is then (lent); EV_SEEKER_UNKNOWN. */
uint64_t ev_known_behind(const struct ev_known *known, const char **unit);

#endif
