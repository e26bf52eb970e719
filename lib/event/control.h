/*
 * control: the lines that are about the stream and not in it: begin, mark,
 * side, fail (evmarks(7)). A line is one if and only if it
 * starts with the seven bytes {"~ev": ; its last 18 bytes are
 * ,"crc":"<8 hex>"} with the CRC-32C of all bytes before them. All values are
 * strings but pos, via, side and event.
 *
 * One struct serves for reading and for writing: what was parsed can be
 * changed and written again, members that this version does not know
 * included.
 */
#ifndef EV_EVENT_CONTROL_H
#define EV_EVENT_CONTROL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/value.h"

#define EV_CONTROL_PREFIX "{\"~ev\":"
#define EV_CONTROL_PREFIX_LEN 7
#define EV_CONTROL_TAIL_LEN 18 /* ,"crc":"01234567"} */
#define EV_CONTROL_VERSION "1"
#define EV_RUN_LEN 32 /* hex digits of a run */

enum ev_control_kind {
	EV_CONTROL_BEGIN,
	EV_CONTROL_MARK,
	EV_CONTROL_SIDE,
	EV_CONTROL_FAIL,
};

/* How a mark ends the stream: not, or as its seal. */
enum ev_control_seal {
	EV_SEAL_NONE,
	EV_SEAL_RUN,   /* the input is exhausted for now */
	EV_SEAL_STOP,  /* asked to stop */
	EV_SEAL_FINAL, /* exhausted for ever */
};

/* As they stand in the lines; of EV_SEAL_NONE "". */
const char *ev_control_kind_name(enum ev_control_kind kind);
const char *ev_control_seal_name(enum ev_control_seal seal);

/* Which members a kind has is said behind them. Slices of what was parsed
 * point into the line or into the control's own memory; ptr is NULL where an
 * optional member is absent. Values (struct ev_value) and `more` are JSON as
 * it lies, all others are plain text. */
struct ev_control {
	enum ev_control_kind kind;
	struct ev_slice text; /* the whole line; parsed only */

	struct ev_slice run; /* begin, mark, side */

	struct ev_slice name;       /* begin; empty: marks without a name */
	struct ev_slice base;       /* begin: "RUN/SEQ", or "0" */
	struct ev_slice state, sid; /* begin: the state folder */
	struct ev_value pos;        /* begin (whole), mark (changed entries) */
	struct ev_value via, side;  /* begin: arrays of strings */
	struct ev_slice shard;      /* begin: "2/4"; optional */

	uint64_t seq, n; /* mark */
	uint64_t sides;  /* mark: how many of n are side lines; optional, 0
	                 * where it is absent */
	enum ev_control_seal seal;           /* mark, `end` */
	bool heartbeat;                      /* mark, `hb` */
	struct ev_slice wm, time, committed; /* mark: wm, t, c; optional */

	struct ev_slice to, event; /* side; event as it lies */

	int status;              /* fail: 1 to 255 */
	struct ev_slice by, why; /* fail */

	/* begin, mark: `"key":value,…` of the members not known here */
	struct ev_slice more;

	struct ev_buf own; /* unescaped texts; see release */
};

/* Reads a control line (without its newline), strictly: exactly the members
 * of its kind, in their order. The control is the caller's to release, also
 * after a failure. EV_BAD where it is none: err has the reason and the exit
 * status that it asks for: 75 for a wrong checksum or form, 78 for an unknown
 * kind or version. */
enum ev_status ev_control_parse(struct ev_slice line,
    struct ev_control *control, struct ev_err *err);
void ev_control_release(struct ev_control *control);

/* Appends the line, newline included. By kind, the members above are wanted. */
void ev_control_build(struct ev_buf *out, const struct ev_control *control);

/* Appends a fail line. by is the command's name, why its message; what in them
 * is not UTF-8 becomes '?'. */
void ev_control_fail(struct ev_buf *out, const char *by, int status,
    const char *why);

/* Whether the line has a checksum for its end, as hardly any event has: a
 * look that costs nothing. */
static inline bool
ev_control_ends(struct ev_slice line)
{
	return line.len >= EV_CONTROL_PREFIX_LEN + EV_CONTROL_TAIL_LEN &&
	    !memcmp(line.ptr + line.len - EV_CONTROL_TAIL_LEN, ",\"crc\":\"",
		8) &&
	    line.ptr[line.len - 2] == '"' && line.ptr[line.len - 1] == '}';
}

/* True of a line that is no control line but looks as if it had been one: it
 * begins almost as they do and ends as they do, or does one of the two and is
 * not JSON. In a marked stream that is damage, whatever else it is. */
bool ev_control_resembles(struct ev_slice line);

#endif
