/*
 * sinkrun: the run of a sink whose store commits, whatever the store is: it
 * takes the stream's events, settles and commits them at each mark in the
 * order that sides.h asks for, and ends as a stream does. It ends the process
 * on failure, as the stage does.
 *
 *	ev_sinkrun_open(&run, &calls, sink, &stage, &ledger, place);
 *	… lock the target, read its record …     run.ledger and run.sides are
 *	ev_ledger_begin(&run.ledger, record);    as ledger.h and sides.h say
 *	ev_sides_open(run.sides, &run.ledger);
 *	ev_sinkrun_loop(&run, input, progress);
 *
 * Without a name there are no marks, and only the end commits.
 */
#ifndef EV_TOOL_SINKRUN_H
#define EV_TOOL_SINKRUN_H

#include "event/input.h"
#include "tool/ledger.h"
#include "tool/sides.h"
#include "tool/stage.h"

/* The sink's own part; each gets the sink. */
struct ev_sinkrun_calls {
	/* An event, scanned. */
	void (*take)(void *sink, const struct ev_line *line);
	/* At a mark, before the side outputs: all that was taken is where
	 * commit makes it last. */
	void (*settle)(void *sink);
	/* Makes that and the record last, in one step. */
	void (*commit)(void *sink, struct ev_buf *record);
	/* At the end of the events of no name, in place of the two before. It
	 * calls ev_stage_done, which can fail, before it does what cannot be
	 * undone. NULL: the sink always has a name. */
	void (*finish)(void *sink);
};

struct ev_sinkrun {
	const struct ev_sinkrun_calls *calls;
	void *sink;
	struct ev_stage *stage;
	struct ev_ledger ledger;
	struct ev_sides *sides; /* NULL: unnamed */
	uint64_t limit; /* events, without a name; set by the caller after
	                 * ev_sinkrun_open */
	uint64_t held;  /* events taken that stage->out does not count yet;
	                 * kept by the sink */
};

/* Takes the stream, as ev_ledger_open. All are lent. */
void ev_sinkrun_open(struct ev_sinkrun *run,
    const struct ev_sinkrun_calls *calls, void *sink, struct ev_stage *stage,
    const struct ev_ledger_settings *ledger, const char *place);

/* To the end of the stream, and all that it brought is committed. How far it
 * has come is shown where progress says so. */
void ev_sinkrun_loop(struct ev_sinkrun *run, const struct ev_input *in,
    bool progress);

#endif
