/*
 * sinkrun: see sinkrun.h.
 */
#include "tool/sinkrun.h"

#include "base/io.h"
#include "tool/progress.h"
#include "tool/tool.h"

#define AT_ONCE 256 /* events, between two looks at the clock */

void
ev_sinkrun_open(struct ev_sinkrun *run, const struct ev_sinkrun_calls *calls,
    void *sink, struct ev_stage *stage, const struct ev_ledger_settings *ledger,
    const char *place)
{
	*run = (struct ev_sinkrun){.calls = calls,
	    .sink = sink,
	    .stage = stage,
	    .limit = UINT64_MAX};
	if (ledger->name)
		run->sides = ev_sides_new(stage);
	ev_ledger_open(&run->ledger, ledger, place, stage);
}

static void
take_mark(struct ev_sinkrun *run)
{
	run->calls->settle(run->sink);
	ev_sides_sync(run->sides);
	ev_ledger_mark(&run->ledger);
	run->calls->commit(run->sink, &run->ledger.text);
	ev_sides_committed(run->sides);
	ev_ledger_committed(&run->ledger);
}

static void
take_end(struct ev_sinkrun *run)
{
	if (!run->sides) {
		run->calls->finish(run->sink);
		return;
	}
	/* All is committed; what ended us is still the signal. */
	if (ev_io_signal())
		ev_tool_die(128 + ev_io_signal(), "stopped by signal %d",
		    ev_io_signal());
	ev_sides_free(run->sides);
	ev_stage_done(run->stage);
}

/* Some events, or one other step of the stream; false at its end. */
static bool
step(struct ev_sinkrun *run)
{
	struct ev_stage *stage = run->stage;
	enum ev_stage_item item = EV_STAGE_END;
	struct ev_line line;

	/* Many at a time: a line that the build's hardening clears for each
	 * event costs one of them a twentieth. */
	while (stage->out + run->held < run->limit &&
	    (item = ev_stage_step(stage, &line)) == EV_STAGE_EVENT) {
		run->calls->take(run->sink, &line);
		if (stage->in % AT_ONCE == 0)
			return true;
	}
	switch (item) {
	case EV_STAGE_MARK:
		take_mark(run);
		return true;
	case EV_STAGE_SIDE:
		ev_sides_event(run->sides, &stage->control);
		return true;
	case EV_STAGE_EVENT: /* the limit */
	case EV_STAGE_BEGIN: /* the trail allows one only */
	case EV_STAGE_END:
		break;
	}
	return false;
}

void
ev_sinkrun_loop(struct ev_sinkrun *run, const struct ev_input *in,
    bool progress)
{
	struct ev_progress shown;

	if (run->sides)
		ev_ledger_accept(&run->ledger);
	ev_progress_open(&shown, progress);
	while (step(run))
		ev_progress_draw(&shown, in->bytes, run->stage->out);
	ev_progress_close(&shown, in->bytes, run->stage->out);
	take_end(run);
}
