/*
 * stage: the run loop that commands share: lines in from a reader, events out
 * to a writer, bad lines set aside, control lines obeyed, counts kept. A
 * command's own code sees events only.
 *
 *	ev_stage_open(&stage, &settings, input, scan, writer);
 *	while (ev_stage_next(&stage, &line))
 *		… ev_stage_pass(&stage, &line), or build an event …
 *	ev_stage_done(&stage);
 *
 * Failures do not return: they end the process through ev_tool_fail, with the
 * failure line. Where records are no lines, a source has no reader (emit.h);
 * what reads a table or compares has no writer.
 */
#ifndef EV_TOOL_STAGE_H
#define EV_TOOL_STAGE_H

#include <stdbool.h>
#include <stdint.h>

#include "event/control.h"
#include "event/reader.h"
#include "event/trail.h"
#include "event/writer.h"
#include "tool/bad.h"
#include "tool/opt.h"
#include "tool/outlet.h"

struct ev_stage_settings {
	struct ev_bad_settings bad;
	uint64_t max_event; /* bytes */
	bool stats;
};

/* --max-event and --stats; --on-error and --reject are in bad.h's table, with
 * base &settings.bad. */
extern const struct ev_opt ev_stage_options[2];

/* What a settings struct must hold before the options are parsed. */
/* clang-format off */
#define EV_STAGE_DEFAULTS {.max_event = EV_MAX_EVENT}
/* clang-format on */

/* What a command does with control lines. */
enum ev_stage_role {
	EV_STAGE_MIDDLE, /* passes them on; what has no writer refuses them */
	EV_STAGE_SOURCE, /* reads data from outside, where they are bad; what
	                  * it sends has its own */
	EV_STAGE_SINK,   /* answers them under its name, else refuses them */
};

struct ev_stage {
	enum ev_stage_role role; /* set by the caller after ev_stage_open */
	const char *name;        /* of a named sink, or NULL */
	struct ev_reader *reader;
	struct ev_writer *writer;
	struct ev_scan *scan;
	struct ev_bad *bad;
	struct ev_outlet *other; /* a second output, or NULL: it is settled
	                          * and flushed when the first is; set by the
	                          * caller after ev_stage_open */
	const char *place;       /* where the reader reads, for messages */
	const char *hint; /* added to the reason where already the first line
	                    * is bad, or NULL */
	bool of_events;   /* what an evsource gives us: its lines are not those
	                 * of a file, so their numbers are said to be events';
	                 * set by the caller after ev_stage_open */
	bool of_offsets;  /* places in the input are told by their offsets:
	                   * the reader stands somewhere in it, and nobody
	                   * knows how many lines stand before; as above */
	bool stats;
	bool looks;   /* the reader does not wait */
	bool idle;    /* the step before found nothing: see ev_stage_try */
	bool differs; /* a replay may give other events (a table loaded at
	                   * start, now()): begin's via says so; set by the
	                   * command after ev_stage_open */
	void (*before)(void *arg); /* called before the bytes of events handed
	                            * out move, and before anything but the next
	                            * event happens: who reads ahead brings out
	                            * what waits; NULL, or set by the command
	                            * after ev_stage_open */
	void *before_arg;
	void (*behind)(void *arg); /* called behind a begin and a mark that
	                            * ev_stage_next has passed on; as above */
	void *behind_arg;
	const char *loses; /* an option that does not go with a name, such as
	                    * --limit, which would be refused; or NULL */
	struct ev_trail trail;        /* of the stream that is read */
	struct ev_control control;    /* what ev_stage_step returned last */
	uint64_t in, out, filtered;   /* events */
	uint64_t sides_in, sides_out; /* side lines */
	uint64_t told;                /* lines out up to the last mark sent */
	uint64_t told_sides;          /* side lines among them */
	struct ev_buf side;   /* the announced places that this command adds,
	                     * as a JSON array; empty: none */
	ev_outlet_side aside; /* where a named sink's own rejects go, at whose
	                       * begin their place is in `side`; set by the
	                       * caller after ev_stage_open */
	void *aside_arg;
	char run[EV_RUN_LEN + 1]; /* of the stream that goes out; "": plain */
	struct ev_err err; /* of the call that runs. Not on its stack: the
	                    * hardening flags have that kilobyte zeroed for
	                    * every event, a quarter of the time of a copy */
};

/* Input, scan and writer may each be NULL; they are lent. */
void ev_stage_open(struct ev_stage *stage,
    const struct ev_stage_settings *settings, struct ev_input *input,
    struct ev_scan *scan, struct ev_writer *writer);

/* Goes on with another input, or with none (NULL): its lines count from 1. */
void ev_stage_input(struct ev_stage *stage, struct ev_input *input,
    size_t max_event);

/* The next event, scanned; false at the end. In a marked stream control and
 * side lines are checked and passed on, and what is held goes out at marks: a
 * stateless command in the middle needs nothing else. An end without its seal
 * is a failure (75). */
bool ev_stage_next(struct ev_stage *stage, struct ev_line *line);

enum ev_stage_item {
	EV_STAGE_EVENT, /* line has it, scanned */
	EV_STAGE_BEGIN, /* these three: in stage->control, checked, until the
	                 * next call */
	EV_STAGE_MARK,
	EV_STAGE_SIDE,
	EV_STAGE_END, /* of a whole stream: sealed, or unnamed */
};

/* The same for who answers control lines himself: sinks, and what keeps
 * state. Nothing is passed on. */
enum ev_stage_item ev_stage_step(struct ev_stage *stage, struct ev_line *line);

/* The same of an input whose wait may say EV_AGAIN: false, *item untouched, if
 * nothing is there now. */
bool ev_stage_try(struct ev_stage *stage, struct ev_line *line,
    enum ev_stage_item *item);

/* Pass on the begin, mark or side line just read, with this command's own run
 * of counts: begin with this command in via and its places in side, a mark
 * with its own n, flushed. */
void ev_stage_forward(struct ev_stage *stage);

/* A named source's own begin, mark and side lines. via and side of begin and n
 * of a mark are filled in. A begin and a mark are flushed. */
void ev_stage_send(struct ev_stage *stage, const struct ev_control *control);

/* True where the stream that goes out is a marked one, so that rejects and
 * the like travel in it, as side lines (R7). Known from the first line that
 * was read on; of a source, from its begin on. */
bool ev_stage_marked(const struct ev_stage *stage);
/* The stream that goes out is a plain one, so rejects and the like are written
 * by evsinks of our own, which are started here. Where there is a reader the
 * stage sees that by itself. */
void ev_stage_plain(struct ev_stage *stage);

/* Passes the line on as it is. */
void ev_stage_pass(struct ev_stage *stage, const struct ev_line *line);
/* A new event: append to the buffer, then end it (or undo it, through the
 * writer). */
struct ev_buf *ev_stage_begin(struct ev_stage *stage);
void ev_stage_end(struct ev_stage *stage);

/* Where line `number` stands, for messages: "a.ndjson:17", "event 17 of a.csv".
 * The caller's to free. */
char *ev_stage_where(const struct ev_stage *stage, uint64_t number);

/* The line cannot be judged or written: it goes the way of bad input. */
void ev_stage_bad(struct ev_stage *stage, const struct ev_line *line,
    const char *why);
/* The same for input that is no line of the reader, but begins on line
 * `number` of the place: see ev_bad_event. */
void ev_stage_bad_at(struct ev_stage *stage, uint64_t number, const char *why,
    struct ev_slice input, size_t length);

/* Lets out what is held, where a command waits itself. */
void ev_stage_flush(struct ev_stage *stage);

/* Flushes, ends the reject's evsink, says the counts where --stats asks or
 * something was bad. */
void ev_stage_done(struct ev_stage *stage);
/* Frees what the stage made; for a stage that is not the command's own (a
 * table that is read first), whose counts nobody asks for. */
void ev_stage_release(struct ev_stage *stage);

#endif
