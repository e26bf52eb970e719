/*
 * spill: bytes that are kept until they are wanted: in memory, and beyond so
 * many of them in a temporary file without a name (in TMPDIR, else /tmp), so
 * that nothing stays behind whatever ends the process.
 *
 *	ev_spill_init(&spill, memory);
 *	ev_spill_append(&spill, bytes, &err); …
 *	ev_spill_read(&spill, &input, name);   as an input, from the beginning
 *	ev_spill_open(&spill, &fd, &err);      or as a descriptor for a command
 *	ev_spill_clear(&spill);                and again
 */
#ifndef EV_TOOL_SPILL_H
#define EV_TOOL_SPILL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/input.h"

struct ev_spill {
	uint64_t memory; /* bytes, above which there is a file */
	int fd;          /* of memory, or of the file; -1: none yet */
	bool file;
	uint64_t stored;    /* bytes in fd */
	struct ev_buf held; /* those behind them */
};

void ev_spill_init(struct ev_spill *spill, uint64_t memory);
void ev_spill_release(struct ev_spill *spill);

/* EV_FATAL: exit 74, the disk is full; 73, there can be no file. */
enum ev_status ev_spill_append(struct ev_spill *spill, struct ev_slice bytes,
    struct ev_err *err);

static inline uint64_t
ev_spill_length(const struct ev_spill *spill)
{
	return spill->stored + spill->held.len;
}

/* Lets go of all bytes. Descriptors that ev_spill_open gave keep theirs. */
void ev_spill_clear(struct ev_spill *spill);

/* A descriptor of its own that reads all bytes from the beginning; the
 * caller's to close. EV_FATAL as above. */
enum ev_status ev_spill_open(struct ev_spill *spill, int *fd,
    struct ev_err *err);

struct ev_spill_input {
	struct ev_input in;
	const struct ev_spill *spill;
};

/* The bytes as an input, in the caller's storage; nothing may be appended
 * while it is read. The name is lent. */
void ev_spill_read(const struct ev_spill *spill, struct ev_spill_input *input,
    const char *name);

#endif
