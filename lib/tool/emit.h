/*
 * emit: what every source does with an event before it goes out: adds where it
 * stood (--meta), counts up to --limit, shows how far it is (--progress). It
 * ends the process on failure, as the stage under it does.
 */
#ifndef EV_TOOL_EMIT_H
#define EV_TOOL_EMIT_H

#include "format/format.h"
#include "tool/progress.h"
#include "tool/source.h"

struct ev_emit {
	struct ev_stage stage;
	const struct ev_source_settings *settings;
	struct ev_slice meta; /* the field's name; ptr NULL: none */
	unsigned meta_slot;   /* of the field, which must not be there */
	struct ev_progress progress;
	uint64_t bytes; /* of the inputs that are done */
};

/* Settings are lent. */
void ev_emit_open(struct ev_emit *emit,
    const struct ev_source_settings *settings);

/* All lines of an input that is NDJSON already. `hint` is for the stage. */
void ev_emit_lines(struct ev_emit *emit, struct ev_input *in, const char *hint);
/* All records of a decoder that reads the input. */
void ev_emit_records(struct ev_emit *emit, struct ev_decoder *decoder,
    struct ev_input *in);

/* A record that is no event, of the input that is being read. */
void ev_emit_bad(struct ev_emit *emit, const struct ev_record *record,
    const char *why);

/* --limit is reached. */
bool ev_emit_full(const struct ev_emit *emit);

void ev_emit_done(struct ev_emit *emit);

#endif
