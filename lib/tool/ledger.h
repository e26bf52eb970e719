/*
 * ledger: what every named sink does around its own commit (evmarks(7)):
 * it takes the stream only if it is of its name, compares where the
 * source began with the record that the sink's own store has (R1), keeps the
 * record of the marks that come, and after each commit writes the copy in the
 * state folder from which the next source begins. It ends the process on
 * failure.
 *
 *	ev_ledger_open(&ledger, &settings, place, &stage);  waits for begin
 *	… lock the target, read its record …
 *	ev_ledger_begin(&ledger, found ? text : nothing);   R1
 *	… whatever else may refuse the run …
 *	ev_ledger_accept(&ledger);                          R8
 *	for (;;)
 *		switch (ev_stage_step(&stage, &line)) {
 *		case EV_STAGE_EVENT: …
 *		case EV_STAGE_MARK:
 *			record = ev_ledger_mark(&ledger);
 *			… commit data and record in one step …
 *			ev_ledger_committed(&ledger);
 *			…
 *		}
 */
#ifndef EV_TOOL_LEDGER_H
#define EV_TOOL_LEDGER_H

#include <stdbool.h>

#include "state/pipeline.h"
#include "state/record.h"
#include "state/shard.h"
#include "tool/opt.h"
#include "tool/stage.h"

struct ev_ledger_settings {
	const char *name; /* NULL: unnamed */
	bool adopt;
};

/* --name, --adopt. */
extern const struct ev_opt ev_ledger_options[2];

struct ev_ledger {
	const struct ev_ledger_settings *settings;
	struct ev_stage *stage;
	const char *place;
	struct ev_pipeline pipeline;
	const char *lock; /* of the pipeline's, that the sink holds, or NULL */
	bool accepted;    /* the run, as the state folder says */
	struct ev_record record; /* committed, and after ev_ledger_mark what
	                          * is to be committed */
	struct ev_buf text;      /* the record as it is to be stored */
	char *name;              /* of the pipeline: of a shard, NAME.K */
	char *shard;             /* of begin, as all that follows: "2/4", "" */
	char *via;
	char run[EV_RUN_LEN + 1];
	char *base;              /* after a commit, the id of that */
	struct ev_vector *begun; /* begin's positions */
	/* Whether the place of another record of this pipeline is this one, by
	 * another name; NULL: only where it has the same name. Set by the
	 * caller before ev_ledger_begin. */
	bool (*same)(void *arg, const struct ev_record *record);
	void *same_arg;
	struct ev_err err;
};

/* The first line must be a begin of our name; else the process ends: no line
 * 75, an unnamed source or another name 64, with the command to type. Unnamed,
 * does nothing (ev_stage_step refuses a begin then). place is absolute
 * (ev_place_absolute) and lent. */
void ev_ledger_open(struct ev_ledger *ledger,
    const struct ev_ledger_settings *settings, const char *place,
    struct ev_stage *stage);

/* Keeps other sinks of this pipeline out until the process ends: for those
 * whose store does not, before they read its record. Else one of an older run
 * that has not ended could still commit when R1 was found to hold. Ends the
 * process with 76 where another has it. */
void ev_ledger_lock(struct ev_ledger *ledger);

/* The sink's own record, as ev_ledger_mark gave it; ptr NULL: its store has
 * none (and holds nothing of ours). Ends the process: 75 where begin is of
 * another record, after the true one was written into the copy; 70 where the
 * record is gone or of another place. */
void ev_ledger_begin(struct ev_ledger *ledger, struct ev_slice record);

/* R8: tells those in the pipe who do something elsewhere (tool/consent.h) that
 * the run goes on. Nothing but a commit may refuse it from then on. */
void ev_ledger_accept(struct ev_ledger *ledger);

/* Ends the process with 70 where a record of this name that says it is of
 * shard `text` ("": none) knows of another count than begin does: for sinks
 * whose store has the records of the other shards, too. */
void ev_ledger_check_shard(struct ev_ledger *ledger, const char *text);

/* The mark just read, as the record to store with the data; lent until the
 * next call. The committed lengths of side outputs are put in before it
 * (ledger->record.side). */
struct ev_slice ev_ledger_mark(struct ev_ledger *ledger);
/* Data and record are durable: writes the copy, sets tries to 0. */
void ev_ledger_committed(struct ev_ledger *ledger);

/* Prints what a record says, as people read it; empty: that there is none. */
void ev_ledger_explain(struct ev_slice record);

#endif
