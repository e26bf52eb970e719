/*
 * input: where bytes come from: a file descriptor, a decompressor's frames, a
 * converted encoding, a followed file. What reads lines, CSV or documents
 * reads an input, and needs not know which it is.
 *
 * An input is a struct whose first member is a struct ev_input; whoever made
 * it closes it.
 */
#ifndef EV_EVENT_INPUT_H
#define EV_EVENT_INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct ev_input {
	const char *name; /* the place, for messages; lent */
	uint64_t bytes;   /* read so far, as they lay at the place */
	/* Reads at most cap bytes, without waiting: EV_OK and *got > 0, EV_END,
	 * EV_AGAIN (nothing yet), EV_FATAL. */
	enum ev_status (*read)(struct ev_input *in, char *buf, size_t cap,
	    size_t *got, struct ev_err *err);
	/* Waits until read would not say EV_AGAIN: EV_OK, EV_FATAL. */
	enum ev_status (*wait)(struct ev_input *in, struct ev_err *err);
};

/* How the last record before an offset of an input ended. */
enum ev_record_end {
	EV_RECORD_WHOLE,
	EV_RECORD_TORN, /* without its line end, at the end of the input */
	EV_RECORD_CR,   /* with a CR, to which an LF may belong */
};

/* A place in an input, behind a record. */
struct ev_behind {
	uint64_t offset;
	uint64_t lines; /* so many begin before it */
	enum ev_record_end end;
};

/* A descriptor as an input. */
struct ev_input_fd {
	struct ev_input in;
	int fd;
};

/* Makes an input of fd in the caller's storage; fd stays the caller's. */
void ev_input_fd_init(struct ev_input_fd *in, int fd, const char *name);

#endif
