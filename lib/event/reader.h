/*
 * reader: lines from an input, in large blocks, scanned as they are found.
 *
 * The line handed out is a slice of the read buffer, and so are the values of
 * the scan; both live until the next ev_reader_next. Before the buffer's bytes
 * move, the reader calls the hook, so that a writer that still refers to them
 * can put them in safety; before it has to wait, it calls it too.
 */
#ifndef EV_EVENT_READER_H
#define EV_EVENT_READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/slice.h"
#include "event/input.h"
#include "event/scan.h"

#define EV_MAX_EVENT (16u << 20) /* bytes, the default of --max-event */

struct ev_reader;

struct ev_line {
	struct ev_slice text; /* without its line end; of a line that is too
	                       * long only the beginning */
	size_t length;        /* bytes of the line, also where text is cut */
	uint64_t number;      /* of the line, from 1 */
	bool control;         /* begins with {"~ev": (evmarks(7)) */
	bool whole;           /* text is followed by the one byte '\n', so that
	                       * text.len + 1 bytes may be passed on */
	bool torn;            /* the input ended without a newline */
	bool overlong;        /* more than max_event, whatever it is */
};

enum ev_reader_event {
	EV_READER_REFILL, /* the buffer's bytes are about to move */
	EV_READER_WAIT,   /* the input has nothing now */
};

typedef enum ev_status (
    *ev_reader_hook)(void *arg, enum ev_reader_event what, struct ev_err *err);

/* Lines of at most max_event bytes; control lines may be 1 MiB longer. The
 * input is lent. */
struct ev_reader *ev_reader_new(struct ev_input *in, size_t max_event);
void ev_reader_free(struct ev_reader *reader);

/* hook may be NULL. What it returns but EV_OK, ev_reader_next returns. */
void ev_reader_on(struct ev_reader *reader, ev_reader_hook hook, void *arg);

/* The next line that is not blank. EV_OK: an event, scanned by scan (NULL:
 * not scanned, any text), or a control line (not scanned). EV_BAD: the line is
 * no event, err says why (without the line's number), and the next call goes
 * on behind it. EV_END; EV_FATAL. A CR before the newline belongs to the line
 * end, but for a control line, to which no byte may have been added. */
enum ev_status ev_reader_next(struct ev_reader *reader, struct ev_scan *scan,
    struct ev_line *line, struct ev_err *err);

/* Where the last line handed out (with blank lines behind it) ends. */
struct ev_behind ev_reader_behind(const struct ev_reader *reader);
/* Where the line begins that was handed out last and is an event. */
struct ev_behind ev_reader_before(const struct ev_reader *reader,
    const struct ev_line *line);
/* Before the first line: goes on there, where the input stands already, or is
 * brought to by reading it from its beginning. The end of a line that was torn
 * must come first now; where the line goes on instead, ev_reader_next is
 * EV_FATAL with exit 70. */
void ev_reader_go(struct ev_reader *reader, const struct ev_behind *behind,
    bool stands_there);

#endif
