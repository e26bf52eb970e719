/*
 * side: one side output of a named pipeline: a file or a log folder to which
 * its sink appends what the commands before it have set aside (--reject,
 * --else). NDJSON; CSV or TSV where the place's name says so.
 *
 * How much of it is committed stands in the sink's own record (rule R7), in
 * the same step as the data. Its sidecar, which tells readers, is written
 * after that: it may lag behind the record, and never leads. The sidecar's
 * record has the id of the commit at which its length was right.
 */
#ifndef EV_TOOL_SIDE_H
#define EV_TOOL_SIDE_H

#include "state/log.h"
#include "state/record.h"
#include "tool/encode.h"
#include "tool/stage.h"

struct ev_side {
	char *place; /* absolute, without a last '/'; owned */
	struct ev_log log;
	enum ev_encode_format format;
	struct ev_writer *writer; /* NULL: nothing was ever appended */
	struct ev_encode *encode; /* csv, tsv, from the first event on */
	struct ev_stage stage;    /* what encode works in */
	struct ev_buf event;
	uint64_t events;
	uint64_t committed; /* bytes of writer's */
	bool held;          /* something was appended since the last commit */
	bool synced; /* what was appended lasts, and may be committed by now */
};

/* True of the record in a side output's sidecar: it is no sink's own, valid
 * JSON as ev_sidecar_read gives it. */
bool ev_side_is(const char *record);

/* Opens and locks the place, which is absolute (a last '/' says that it is a
 * folder), and cuts off what is not committed. `record` is the sink's as it is
 * committed, whose `side` gets the length; `adopt`: a place that is not empty
 * and no side output of this pipeline's is appended to. run is lent.
 *
 * *note, the caller's to free, is something to be said, or NULL. EV_FATAL: 64,
 * not a place that can be appended to so; 70, it is something else's, or not
 * what was committed; 76, another process writes it; 73, 74. */
enum ev_status ev_side_open(struct ev_side *side, const char *place,
    struct ev_record *record, const char *run, bool adopt, char **note,
    struct ev_err *err);
void ev_side_release(struct ev_side *side);

/* Appends an event. EV_FATAL: 74; 65, where its format cannot hold it. Ends
 * the process itself where an event does not fit the columns. */
enum ev_status ev_side_event(struct ev_side *side, struct ev_slice event,
    struct ev_err *err);

/* Makes last what was appended, and puts the length into record->side. Comes
 * before the sink's commit. EV_FATAL: 75, the place was removed or emptied; 70,
 * somebody else writes there; 74. */
enum ev_status ev_side_sync(struct ev_side *side, struct ev_record *record,
    struct ev_err *err);
/* The record was committed: tells readers. `last`: nothing more will come in
 * this run. */
enum ev_status ev_side_committed(struct ev_side *side,
    const struct ev_record *record, bool last, struct ev_err *err);

/* After a failure: cuts off what the record does not have, if that can be
 * known. */
void ev_side_undo(struct ev_side *side);

#endif
