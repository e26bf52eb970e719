/*
 * columns: which fields of an event become which columns of a table, in what
 * order. The columns are named by the user (--columns), by the header of a
 * file that is appended to, or by the first event; after that every event must
 * fit them: a field that is no column is not cut in silence but makes the
 * event bad, and the reason holds the --columns to paste.
 *
 * A list of columns is names as base/names.h has them with commas between:
 * id,user.name,"a.b". Of an object only the members that are named are taken.
 */
#ifndef EV_FORMAT_COLUMNS_H
#define EV_FORMAT_COLUMNS_H

#include "base/err.h"
#include "event/scan.h"

struct ev_columns;

struct ev_columns *ev_columns_new(void);
void ev_columns_free(struct ev_columns *columns);

/* Adds the columns of a list. EV_FATAL (usage): no list, or a name twice. */
enum ev_status ev_columns_parse(struct ev_columns *columns, const char *list,
    struct ev_err *err);
/* Adds one column for a top-level field. EV_FATAL (bad data): it is there. */
enum ev_status ev_columns_add(struct ev_columns *columns, struct ev_slice name,
    struct ev_err *err);
/* Adds the fields of an event, in their order. EV_BAD: it has none, or a name
 * that is no text. */
enum ev_status ev_columns_learn(struct ev_columns *columns,
    const struct ev_member *members, size_t count, struct ev_err *err);

/* Adds the columns that the first record of a CSV names, empty names by their
 * position, as evsource has it. fd is read from where it stands. EV_FATAL
 * (bad data): there is no such record, or a name stands there twice. */
enum ev_status ev_columns_of_header(struct ev_columns *columns, int fd,
    const char *name, char delimiter, char quote, struct ev_err *err);

/* A top-level field that may be there and is no column (--meta). */
void ev_columns_ignore(struct ev_columns *columns, struct ev_slice name);

size_t ev_columns_count(const struct ev_columns *columns);
/* The name of a column as the header has it; lent. */
struct ev_slice ev_columns_name(const struct ev_columns *columns, size_t i);
/* Appends the list of the columns as ev_columns_parse reads it. */
void ev_columns_list(const struct ev_columns *columns, struct ev_buf *out);

/* Lays the members of the last line of a scan, which is always the same one
 * and was asked for members, under the columns: *values has one value for
 * each, EV_MISSING where the event has none, until the next call. EV_BAD: a
 * field is no column; ev_columns_reason tells which. */
enum ev_status ev_columns_match(struct ev_columns *columns,
    const struct ev_scan *scan, const struct ev_value **values);
/* Why the last event did not match, however long; lent. */
const char *ev_columns_reason(const struct ev_columns *columns);

#endif
