/*
 * logsink: the sink of a named pipeline whose place is a file, a log folder or
 * standard output: what is committed when, and where the record of it is. It
 * ends the process on failure, as the stage does.
 *
 *	ev_logsink_look(&sink, path, &settings, &ledger);  changes nothing
 *	ev_logsink_open(&sink, &stage, encode);            waits for begin
 *	ev_logsink_run(&sink, input, progress);            to the seal
 *
 * Files and log folders are state/log.h's (class B). Standard output is a
 * terminal or a file opened with >> (class D: what a killed run wrote after
 * its last commit is written again, and the record is in the state folder).
 */
#ifndef EV_TOOL_LOGSINK_H
#define EV_TOOL_LOGSINK_H

#include "state/log.h"
#include "tool/encode.h"
#include "tool/pack.h"
#include "tool/sinkrun.h"

struct ev_logsink_settings {
	const char *roll, *keep; /* NULL: not given */
	const char *key;         /* what a topic wants, and a log does not: */
	bool create;             /* it has one order, and is made anyway */
};

/* --roll, --keep; --key, --create. */
extern const struct ev_opt ev_logsink_options[4];

/* The name of one that is given; NULL: none is. */
const char *ev_logsink_given(const struct ev_logsink_settings *settings);

enum ev_logsink_kind {
	EV_LOGSINK_FILE,
	EV_LOGSINK_FOLDER,
	EV_LOGSINK_STDOUT,
};

struct ev_logsink {
	enum ev_logsink_kind kind;
	char *place;        /* absolute, or "-"; owned */
	const char *pack;   /* the compression; NULL: none, or set by the
	                   * caller after look */
	bool found;         /* there is a sidecar */
	bool begun;         /* what stands before the events is written */
	bool writing;       /* something has come since the last commit */
	uint64_t committed; /* bytes of the writer */
	struct ev_log log;  /* not of standard output */
	struct ev_sinkrun run;
	const struct ev_ledger_settings *settings;
	struct ev_stage *stage;
	struct ev_encode *encode;
	struct ev_child packer;
	struct ev_err err; /* of the call that runs */
};

/* Finds out what the path is. Ends with 64 where it can be no place of a
 * named pipeline. Settings are lent. */
void ev_logsink_look(struct ev_logsink *sink, const char *path,
    const struct ev_logsink_settings *settings,
    const struct ev_ledger_settings *ledger);

/* Takes the stream, locks the place, compares the records and cuts what was
 * not committed. The stage's writer has no descriptor before. */
void ev_logsink_open(struct ev_logsink *sink, struct ev_stage *stage,
    struct ev_encode *encode);

/* To the end of the stream; how far it has come is shown where progress says
 * so. */
void ev_logsink_run(struct ev_logsink *sink, const struct ev_input *in,
    bool progress);

/* CSV and TSV take their columns from the header of what is there; done by
 * ev_logsink_open, too. */
void ev_logsink_columns(struct ev_logsink *sink, struct ev_encode *encode);

/* Prints the class, the guarantee, where the record is and what it says. */
void ev_logsink_explain(const struct ev_logsink *sink);

#endif
