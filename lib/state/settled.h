/*
 * settled: how far a file may be read. What a named pipeline appends to has a
 * sidecar (state/sidecar.h), and what stands behind the length in it may be
 * taken back; so may what stands in the last segment of a log behind the log's
 * length. Any other file may be read to its end.
 *
 *	ev_settled_init(&settled, path);
 *	ev_settled_look(&settled, fd, &err);   when all of settled.length is read
 *	ev_settled_sync(&settled, offset, &err);   before a mark
 *	ev_settled_release(&settled);
 */
#ifndef EV_STATE_SETTLED_H
#define EV_STATE_SETTLED_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

struct ev_settled {
	char *path;       /* links followed; owned */
	uint64_t length;  /* may be read; 0 before the first look */
	bool kept;        /* a named pipeline writes the file */
	bool open, final; /* it runs now, or was killed; nothing will come any
	                   * more */
	uint64_t synced;  /* of the length, what lasts */
};

/* Changes nothing. The path need not exist. */
void ev_settled_init(struct ev_settled *settled, const char *path);
void ev_settled_release(struct ev_settled *settled);

/* Finds out how far the open file may be read now. EV_FATAL: 70, the sidecar
 * is damaged, or tells less than it did; 74, 78. */
enum ev_status ev_settled_look(struct ev_settled *settled, int fd,
    struct ev_err *err);

/* For who will not read on: EV_FATAL, exit 70, where bytes stand behind the
 * length that its writer has not written. */
enum ev_status ev_settled_check(struct ev_settled *settled, int fd,
    struct ev_err *err);

/* Makes the length last, if the file was read up to offset on the strength of
 * one that may not last yet: without this a power cut could take back what a
 * mark of the reader has passed. EV_FATAL: 74. */
enum ev_status ev_settled_sync(struct ev_settled *settled, uint64_t offset,
    struct ev_err *err);

#endif
