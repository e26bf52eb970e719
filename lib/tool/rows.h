/*
 * rows: events as a CSV for a command of its own (RFC 4180, a header first):
 * each batch of them is a CSV by itself, with the columns that were named, or
 * with those of its first event. (How a sink writes CSV is tool/encode.h's.)
 */
#ifndef EV_TOOL_ROWS_H
#define EV_TOOL_ROWS_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "event/scan.h"

struct ev_rows;

/* For the life of the process. columns: a list (format/columns.h), or NULL;
 * lent. EV_FATAL: exit 64. */
enum ev_status ev_rows_new(struct ev_rows **rows, const char *columns,
    struct ev_err *err);

/* Appends the row of the last line of a scan, which is always the same one and
 * was asked for members, to out, and before the first one the header. EV_BAD,
 * with out as it was: it cannot be a row; *why, which is lent, says why. */
enum ev_status ev_rows_add(struct ev_rows *rows, const struct ev_scan *scan,
    struct ev_buf *out, const char **why);

/* Ends a batch: appends the header, if it is known and no row came, and begins
 * anew. */
void ev_rows_end(struct ev_rows *rows, struct ev_buf *out);

#endif
