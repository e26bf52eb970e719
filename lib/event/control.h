/*
 * control: the lines that are about the stream and not in it: begin, mark,
 * side, fail (DESIGN section 10). A line is one if and only if it starts with
 * the seven bytes {"~ev": ; its last 18 bytes are ,"crc":"<8 hex>"} with the
 * CRC-32C of all bytes before them. All values are strings but pos, via, side
 * and event.
 *
 * So far one kind is written and understood, the failure line of section 8:
 * a command that fails says so to whoever reads it, and a failure never looks
 * like the end of the data.
 */
#ifndef EV_EVENT_CONTROL_H
#define EV_EVENT_CONTROL_H

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"

#define EV_CONTROL_PREFIX "{\"~ev\":"
#define EV_CONTROL_PREFIX_LEN 7

enum ev_control_kind {
	EV_CONTROL_BEGIN,
	EV_CONTROL_MARK,
	EV_CONTROL_SIDE,
	EV_CONTROL_FAIL,
};

struct ev_control {
	enum ev_control_kind kind;
	struct ev_slice text; /* the whole line, to be passed on unchanged */
	/* of a fail line; text allocated by parse, see release */
	int status; /* 1 to 255 */
	char *by, *why;
};

/* Reads a control line (without its newline). EV_BAD where it is none: err
 * has the reason and the exit status that it asks for: 75 for a wrong
 * checksum or form, 78 for an unknown kind. */
enum ev_status ev_control_parse(struct ev_slice line,
    struct ev_control *control, struct ev_err *err);
void ev_control_release(struct ev_control *control);

/* Appends a fail line, newline included. by is the command's name, why its
 * message. */
void ev_control_fail(struct ev_buf *out, const char *by, int status,
    const char *why);

#endif
