/*
 * logsource: a log folder as the one input of a source (state/logread.h). It
 * ends the process on failure, as the stage does.
 *
 *	ev_emit_open(&emit, &settings);
 *	ev_logsource_read(&source, &emit, folder);
 *	ev_emit_seal(&emit);
 *	ev_logsource_close(&source);
 */
#ifndef EV_TOOL_LOGSOURCE_H
#define EV_TOOL_LOGSOURCE_H

#include "event/input.h"
#include "state/logread.h"
#include "tool/emit.h"

struct ev_logsource {
	struct ev_input in; /* the log's, with marks while it waits */
	struct ev_logread *log;
	struct ev_emit *emit;
	char *key; /* of its position: --input, or the absolute folder */
};

/* Whether a place is a log, or will be: a follower may be there before the
 * writer, so where nothing is at a place that ends in '/' it waits until
 * something is, unless --from asks for less than all of it. EV_OK: a log;
 * EV_AGAIN: something else; EV_END: a signal came first, and the seal is due.
 * Other signals end the process. */
enum ev_status ev_logsource_await(struct ev_emit *emit, const char *place);

/* Sends what is to be read of the log; with --follow, as it grows. --from
 * counts for a new pipeline, and for none. Tells positions at marks, so the
 * struct stays as it is until close. Returns true where nothing will come to
 * the log any more, and all of it was read. */
bool ev_logsource_read(struct ev_logsource *source, struct ev_emit *emit,
    const char *folder);
/* The offset that --from means: start, end, an offset, or a time. EV_FATAL:
 * 64, it is none of them; 74. */
enum ev_status ev_logsource_where(const struct ev_logread *log,
    const char *from, uint64_t *offset, struct ev_err *err);
void ev_logsource_close(struct ev_logsource *source);

#endif
