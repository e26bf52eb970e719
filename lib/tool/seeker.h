/*
 * seeker: how evpos learns what the positions of a source mean, which only its
 * connector can read. It starts the connector and asks, with a JSON object of
 * positions on its standard input:
 *
 *	evsource-SCHEME --position=lag          how far behind is each of them
 *	evsource-SCHEME --position=seek --from TO    the position at TO: start,
 *	                                        end, a TIME or an offset
 *
 * The answer is a line for each: {"key":…,"at":"byte 120","offset":"120",
 * "behind":"80","unit":"bytes","position":…}, of which at, offset and behind
 * are left out where they cannot be known, and position unless it was asked
 * for.
 */
#ifndef EV_TOOL_SEEKER_H
#define EV_TOOL_SEEKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "event/vector.h"

#define EV_SEEKER_UNKNOWN UINT64_MAX

/* What is known of one position. Texts are owned, or NULL. */
struct ev_seeker_input {
	char *key;
	char *at;                /* for people */
	char *note;              /* what they should know of it */
	char *unit;              /* of the numbers: "bytes", "events" */
	char *position;          /* where it was sought */
	uint64_t offset, behind; /* or EV_SEEKER_UNKNOWN */
};

/* Fills in what is known of input->key with this position; with `to` what
 * there is there instead: position, or a note why there is none. */
typedef enum ev_status ev_seeker_look(struct ev_slice position, const char *to,
    struct ev_seeker_input *input, struct ev_err *err);

/* The first thing that a source does behind ev_tool_start: where evpos asks,
 * answers for each position and ends the process; else nothing. `look` NULL:
 * nothing is known of any. */
void ev_seeker_answer(int argc, char **argv, ev_seeker_look *look);

/* The same asked by evpos of a connector (the command that stands first in
 * via); `to` NULL: lag. *inputs, an array of as many as pos has entries, in
 * their order, is the caller's to release. EV_FATAL: the connector's status;
 * it has said why, and the text is empty; or there is no connector, 78. */
enum ev_status ev_seeker_ask(const char *connector, const char *to,
    const struct ev_vector *pos, struct ev_seeker_input **inputs,
    struct ev_err *err);
void ev_seeker_release(struct ev_seeker_input *inputs, size_t count);

#endif
