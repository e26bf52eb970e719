/*
 * consent: who does something that is outside of the stream, as evexec's
 * command may, waits for the sink's consent (R8): that it has compared its
 * record with where the stream began (R1, tool/ledger.h), and takes the run.
 * The copy from which the source begins may be one commit behind. The sink
 * refuses such a run, but what was done elsewhere meanwhile would stand there,
 * made from an older mark than the next run begins from, so that nobody could
 * tell what of it is to be done again.
 *
 * A pipe goes one way: the sink says it in the state folder.
 *
 *	ev_consent_begin(&consent, &control);   before begin is passed on
 *	ev_consent_wait(&consent);              before anything is done
 *
 * None is needed, or to be had: in a stream of no name; where standard output
 * is no pipe, so that no sink is there; where the source's state folder is not
 * to be had, as on another machine.
 */
#ifndef EV_TOOL_CONSENT_H
#define EV_TOOL_CONSENT_H

#include <stdbool.h>

#include "event/control.h"
#include "state/pipeline.h"

struct ev_consent {
	bool wanted; /* and not had yet */
	struct ev_pipeline pipeline;
	char run[EV_RUN_LEN + 1];
	char before[EV_RUN_LEN + 1]; /* the run accepted before ours */
};

/* Ends the process with 74 where it cannot be read which run was accepted
 * last. */
void ev_consent_begin(struct ev_consent *consent,
    const struct ev_control *begin);

/* Returns when the sink has accepted the run; at once from then on. Ends the
 * process where that can no more be: nobody reads the output any more, another
 * run was accepted (75), it cannot be read whether one was (74), a signal. What
 * takes long is said. */
void ev_consent_wait(struct ev_consent *consent);

#endif
