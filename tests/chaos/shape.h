/*
 * shape: the pipelines that are killed: what they read, their commands, and
 * how their result is looked at.
 */
#ifndef CHAOS_SHAPE_H
#define CHAOS_SHAPE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define SHAPE_JOBS 2

struct shape {
	const char *name;
	/* What it reads: the file that grows, relative to its folder, and
	 * what is written there: CSV or ndjson, by its name. */
	const char *input;
	unsigned events;
	/* One pipeline, or two of which the second reads what the first one
	 * writes, once `made` is there. */
	const char *job[SHAPE_JOBS];
	const char *made;
	/* A shell command in the folder, which prints the result. */
	const char *show;
	unsigned lines; /* that it must have, when nothing fails */
	bool follows;   /* ends when it is asked to */
	bool at_least;  /* class D: compared as a set of lines */
	bool power;     /* a power cut must not hurt it */
	bool spared;    /* left out where shapes are not named: of mutants */
};

extern const struct shape shapes[];
extern const size_t shape_count;

/* NULL: there is none of that name. */
const struct shape *shape_find(const char *name);

/* What stands in every folder at first: the tables and texts that the
 * commands need, beside the input. */
void shape_furnish(const struct shape *shape, const char *folder);
/* Events `from` to `to` (from 0) of its input; a CSV's header before the
 * first. */
void shape_input(const struct shape *shape, unsigned from, unsigned to,
    struct ev_buf *out);

#endif
