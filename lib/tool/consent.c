/*
 * consent: see consent.h.
 */
#include "tool/consent.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "tool/tool.h"

#define LOOK_FIRST 1 /* ms between the first look and the second */
#define LOOK_LAST 50
#define SAY_AFTER 5000 /* ms */

/* Only behind a pipe there may be a sink that reads what is written now. */
static bool
has_reader(void)
{
	struct stat out;

	return fstat(STDOUT_FILENO, &out) == 0 &&
	    (S_ISFIFO(out.st_mode) || S_ISSOCK(out.st_mode));
}

static void
look(const struct ev_consent *consent, char accepted[EV_RUN_LEN + 1])
{
	struct ev_err err;

	if (ev_pipeline_accepted(&consent->pipeline, accepted, &err) != EV_OK)
		ev_tool_fail(&err);
}

void
ev_consent_begin(struct ev_consent *consent, const struct ev_control *begin)
{
	char *name, *state, *sid;

	*consent = (struct ev_consent){.wanted = false};
	if (!begin->name.len || !has_reader())
		return;
	memcpy(consent->run, begin->run.ptr, EV_RUN_LEN);
	name = ev_mem_text(begin->name);
	state = ev_mem_text(begin->state);
	sid = ev_mem_text(begin->sid);
	consent->wanted = ev_pipeline_open(&consent->pipeline, name, state, sid,
			      NULL) == EV_OK;
	if (consent->wanted) {
		/* A stream that was kept in a file may come again. */
		ev_pipeline_forget_accepted(&consent->pipeline, consent->run);
		look(consent, consent->before);
	}
	free(name);
	free(state);
	free(sid);
}

/* False: not yet. */
static bool
is_given(struct ev_consent *consent)
{
	char run[EV_RUN_LEN + 1];

	look(consent, run);
	if (!strcmp(run, consent->run))
		return true;
	/* "" is a file that is being written just now. */
	if (*run && strcmp(run, consent->before) != 0)
		ev_tool_die(EV_EXIT_AGAIN,
		    "the evsink of pipeline %s has accepted another run "
		    "meanwhile",
		    consent->pipeline.name);
	return false;
}

static void
pause_for(int ms)
{
	struct ev_err err;

	if (ev_io_wait(-1, ms, &err) == EV_FATAL)
		ev_tool_fail(&err);
	/* In the grace of a signal that did not wait. */
	if (ev_io_signal())
		poll(NULL, 0, ms);
}

void
ev_consent_wait(struct ev_consent *consent)
{
	int64_t since = ev_clock_steady();
	bool said = false;

	for (int ms = LOOK_FIRST; consent->wanted && !is_given(consent);
	     ms = ms * 2 < LOOK_LAST ? ms * 2 : LOOK_LAST) {
		if (!said && ev_clock_steady() - since > SAY_AFTER) {
			ev_tool_say("waiting for the evsink of pipeline %s, "
				    "which has not accepted the stream's begin "
				    "yet",
			    consent->pipeline.name);
			said = true;
		}
		pause_for(ms);
	}
	if (consent->wanted)
		ev_pipeline_release(&consent->pipeline);
	consent->wanted = false;
}
