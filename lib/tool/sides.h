/*
 * sides: the side outputs of a named pipeline, as its sink writes them. Under
 * a name only the sink writes (rule R7): what --reject and --else of the
 * commands before it set aside comes in the stream, in side lines, to places
 * that begin has announced. It ends the process on failure, as ledger does.
 *
 * Every named sink calls these, around what ledger.h has it do:
 *
 *	ev_stage_open(&stage, …);
 *	sides = ev_sides_new(&stage);
 *	ev_ledger_open(&ledger, …);
 *	… lock the target, read its record …
 *	ev_ledger_begin(&ledger, record);
 *	ev_sides_open(sides, &ledger);   before the next ev_stage_step
 *	… cut the target …
 *	for (;;)
 *		switch (ev_stage_step(&stage, &line)) {
 *		case EV_STAGE_EVENT: …
 *		case EV_STAGE_SIDE:
 *			ev_sides_event(sides, &stage.control);
 *			break;
 *		case EV_STAGE_MARK:
 *			ev_sides_sync(sides);              1. they last
 *			record = ev_ledger_mark(&ledger);  2. with their lengths
 *			… commit data and record …         3.
 *			ev_sides_committed(sides);         4. readers are told
 *			ev_ledger_committed(&ledger);      5. and the next source
 *			…
 *		}
 *	ev_sides_free(sides);
 *
 * For a sink without a name all of this does nothing.
 */
#ifndef EV_TOOL_SIDES_H
#define EV_TOOL_SIDES_H

#include "tool/ledger.h"

struct ev_sides;

/* Rejects of the stage itself, too, go to a side output from begin on. The
 * stage is lent. */
struct ev_sides *ev_sides_new(struct ev_stage *stage);
void ev_sides_free(struct ev_sides *sides);

/* Opens, locks, cuts and checks the places that the begin just read announces,
 * and that of the sink's own --reject. The ledger is lent. */
void ev_sides_open(struct ev_sides *sides, struct ev_ledger *ledger);

/* A side line. */
void ev_sides_event(struct ev_sides *sides, const struct ev_control *side);

/* Before ev_ledger_mark: makes last what was appended, and puts the lengths
 * into ledger->record.side. */
void ev_sides_sync(struct ev_sides *sides);
/* After the sink's own commit of the mark that stage->control has. */
void ev_sides_committed(struct ev_sides *sides);

#endif
