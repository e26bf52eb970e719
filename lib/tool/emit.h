/*
 * emit: what every source does with an event before it goes out: adds where it
 * stood (--meta), counts up to --limit, shows how far it is (--progress). It
 * ends the process on failure, as the stage under it does.
 */
#ifndef EV_TOOL_EMIT_H
#define EV_TOOL_EMIT_H

#include "format/format.h"
#include "tool/marker.h"
#include "tool/progress.h"
#include "tool/source.h"

struct ev_emit {
	struct ev_stage stage;
	const struct ev_source_settings *settings;
	struct ev_slice meta; /* the field's name; ptr NULL: none */
	unsigned meta_slot;   /* of the field, which must not be there */
	struct ev_progress progress;
	uint64_t bytes; /* of the inputs that are done */

	struct ev_marker marker;
	void (*tell)(void *arg); /* calls ev_marker_set, before each mark; set
	                          * by a source that has positions, or NULL */
	void *arg;               /* of tell */
	struct ev_decoder *decoder; /* that is being read, or NULL */
	struct ev_behind behind; /* the last event that went out, while nothing
	                          * reads, or `before` is set */
	bool before;
	struct ev_record record; /* the last one */
	uint64_t drop; /* records that end here or before do not count: they
	                * were emitted by an earlier run */
	struct ev_slice when; /* --mark-when; ptr NULL: none */
	unsigned when_slot;
	struct ev_buf when_is; /* its value in the last event */
	bool when_known;
};

/* Settings are lent. Under a name this takes the lock and sends begin, so it
 * comes before the first look at the world. */
void ev_emit_open(struct ev_emit *emit,
    const struct ev_source_settings *settings);

/* All lines of an input that is NDJSON already, from behind what `from` says
 * on, if it is not NULL; the input stands there, or at its beginning. `hint`
 * is for the stage. The input's wait may say EV_END, which ends this without
 * a line that is torn. */
void ev_emit_lines(struct ev_emit *emit, struct ev_input *in,
    const struct ev_behind *from, bool stands_there, const char *hint);
/* All records of a decoder that reads the input; of wait the same. */
void ev_emit_records(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in);

/* A record that is no event, of the input that is being read. */
void ev_emit_bad(struct ev_emit *emit, const struct ev_record *record,
    const char *why);

/* Where the last event that went out (or was bad) ends in the input that is
 * being read, or was read last. */
struct ev_behind ev_emit_behind(const struct ev_emit *emit);
/* Sends a mark, with the positions as they are now. To be called by a source
 * where it waits and ev_marker_due_now says so. */
void ev_emit_mark(struct ev_emit *emit);
/* The seal, with the positions as they are now: `run`, or `stop` where a
 * signal asked for it. */
void ev_emit_seal(struct ev_emit *emit);

/* --limit is reached. */
bool ev_emit_full(const struct ev_emit *emit);

void ev_emit_done(struct ev_emit *emit);

#endif
