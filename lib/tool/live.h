/*
 * live: a table that goes on while a stream is read. An evsource of our own
 * follows its place; what it sends is a marked stream without a name, whose
 * first mark says that all is read which was there. From then on its rows are
 * taken wherever the stream's events are waited for, and between two blocks of
 * them.
 *
 *	ev_live_open(&live, place, &settings, scan, take, arg);
 *	… a stage on ev_live_stream(&live) …
 *	ev_live_close(&live);
 *
 * Failures do not return, as those of a stage do not: a table whose evsource
 * dies is one (75), since its end is its seal.
 */
#ifndef EV_TOOL_LIVE_H
#define EV_TOOL_LIVE_H

#include <stdbool.h>

#include "tool/inlet.h"
#include "tool/stage.h"

/* A row, scanned; the line is of the table's stage. */
typedef void (*ev_live_take)(void *arg, const struct ev_line *line);

struct ev_live {
	struct ev_input_fd stream; /* standard input */
	struct ev_input_fd table;
	bool waits; /* for the table, which has not caught up yet */
	bool open;  /* there may come more of it */
	struct ev_inlet inlet;
	struct ev_stage *rows; /* lent */
	ev_live_take take;
	void *arg;
};

/* Starts the evsource, opens `rows`, a stage of its events, and takes all that
 * was there. Place, settings, scan and rows are lent. */
void ev_live_open(struct ev_live *live, const char *place,
    const struct ev_stage_settings *settings, struct ev_scan *scan,
    struct ev_stage *rows, ev_live_take take, void *arg);

/* Standard input, as the stream beside which the table goes on. */
struct ev_input *ev_live_stream(struct ev_live *live);

/* Ends the evsource. */
void ev_live_close(struct ev_live *live);

#endif
