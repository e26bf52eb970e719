/*
 * tap: between a file and what reads it. It knows how far the file may be read
 * now and how long to wait for more, and keeps what tells the bytes that were
 * read from others (state/filepos.h). Its input can end in two ways: EV_END is
 * the end of the bytes; where wait says EV_END, what reads leaves, and comes
 * back another time for what is not yet whole.
 */
#ifndef EV_TOOL_TAP_H
#define EV_TOOL_TAP_H

#include <stdbool.h>

#include "event/input.h"
#include "state/filepos.h"

struct ev_tap {
	struct ev_input in; /* what reads gets this one */
	struct ev_input *from;
	uint64_t at;    /* the offset of the next byte */
	uint64_t limit; /* not to be read beyond; UINT64_MAX: its end */
	bool ended;     /* the end was reached, and told */
	struct ev_filepos_sum *sum; /* of the bytes that were read; or NULL */
	/* Before each read. EV_OK; EV_AGAIN: wait (a signal wants the seal, or
	 * the limit is reached and it stays); EV_END: the limit is the end;
	 * EV_FATAL. It may raise the limit. */
	enum ev_status (*ask)(void *arg, struct ev_err *err);
	/* In the place of from's wait. EV_OK: read again; EV_END: leave;
	 * EV_FATAL. */
	enum ev_status (*wait)(void *arg, struct ev_err *err);
	void *arg;
};

/* In the caller's storage; all is lent. The functions and arg are the
 * caller's to set. `at` is the offset that `from` stands at. */
void ev_tap_init(struct ev_tap *tap, struct ev_input *from, uint64_t at);

#endif
