/*
 * sort: lines in the order of their bytes, however many: GNU sort does it, as
 * a child in the locale C, in a bounded memory and with temporary files.
 *
 *	ev_sort_start
 *	… ev_writer_begin(sort->writer), append, ev_sort_line …
 *	ev_sort_turn
 *	… read sort->child.fd to its end …
 *	ev_sort_wait
 */
#ifndef EV_TOOL_SORT_H
#define EV_TOOL_SORT_H

#include <stdint.h>

#include "base/err.h"
#include "event/writer.h"
#include "tool/child.h"

struct ev_sort {
	struct ev_child child;
	struct ev_writer *writer; /* to it; NULL when all is written */
	int in;                   /* the writer's descriptor */
};

/* What one is that was not started: it can be stopped. */
#define EV_SORT_NONE ((struct ev_sort){.child = {.fd = -1}, .in = -1})

/* Starts it, with about so many bytes of memory; temporary files go into the
 * folder `temp`, or where sort puts them (TMPDIR, /tmp) if that is NULL.
 * EV_FATAL: exit 71, 78. */
enum ev_status ev_sort_start(struct ev_sort *sort, uint64_t memory,
    const char *temp, struct ev_err *err);

/* Ends the line that was begun. EV_FATAL: sort failed, exit 74 (it has said
 * itself on stderr why). */
enum ev_status ev_sort_line(struct ev_sort *sort, struct ev_err *err);

/* No more lines will come. EV_FATAL as above. */
enum ev_status ev_sort_turn(struct ev_sort *sort, struct ev_err *err);

/* After the last line was read: EV_FATAL if sort failed. */
enum ev_status ev_sort_wait(struct ev_sort *sort, struct ev_err *err);

/* Ends it, at any time after the start; it removes its files. */
void ev_sort_stop(struct ev_sort *sort);

#endif
