/*
 * format: how bytes become events. A decoder reads an input (event/input.h)
 * and appends one event after the other to the buffer it is given: the
 * writer's own, so that nothing is copied twice. NDJSON has no decoder: its
 * lines are events already, and pass from the reader to the writer as they
 * are.
 *
 * Each format's own header has the function that opens its decoder.
 */
#ifndef EV_FORMAT_FORMAT_H
#define EV_FORMAT_FORMAT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/slice.h"
#include "event/input.h"

/* Where the record just read stands: for messages, rejects and --meta. */
struct ev_record {
	uint64_t line;         /* on which it begins, from 1 */
	struct ev_slice input; /* its bytes (of one that is too long, the first
	                        * 64 KiB or more), until the next call */
	size_t length;         /* all its bytes */
	bool last; /* set where it is bad and nothing behind it can be read */
};

struct ev_decoder {
	/* Appends the next event to out: one JSON object, no newline.
	 * EV_OK; EV_BAD: the record is no event: out is as it was, err has the
	 * reason, record has the bytes, and the next call goes on behind it;
	 * EV_AGAIN: the input has nothing now: wait on it and call again (a
	 * record is given only when it is whole); EV_END; EV_FATAL. */
	enum ev_status (*next)(struct ev_decoder *decoder, struct ev_buf *out,
	    struct ev_record *record, struct ev_err *err);
	/* Where the last record that next gave (or an event, a bad one) ends;
	 * the input's own beginning and what is no record count to what they
	 * stand before. */
	struct ev_behind (*behind)(const struct ev_decoder *decoder);
	/* Before the first next: prepares for going on behind a record that an
	 * earlier decoder of the same settings gave; reads what it must know
	 * from the input's beginning (a header). *at is the offset at which the
	 * input must stand when next is called; at NULL: it cannot be moved, so
	 * what lies before is read and dropped. EV_OK, EV_AGAIN (wait, call
	 * again), EV_END (the input ends before that), EV_FATAL; of the first
	 * next EV_FATAL with exit 70 where a torn record goes on. NULL: the
	 * input must be read from its beginning. */
	enum ev_status (*go)(struct ev_decoder *decoder,
	    const struct ev_behind *behind, uint64_t *at, struct ev_err *err);
	/* Frees the decoder; the input is the caller's. */
	void (*free)(struct ev_decoder *decoder);
};

#endif
