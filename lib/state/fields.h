/*
 * fields: which fields of a table's rows are put into events, and under which
 * names.
 *
 *	fields = ev_fields_new(table, prefix);
 *	ev_fields_only(fields, name);  or  ev_fields_except(fields, name);
 *	ev_table_add(table, key, shape, ev_fields_of(fields, scan, &shape));
 *	    for each row
 *
 * Rows look alike, so what becomes of a field is looked up by its position,
 * and by its name only where the scan says that keys have changed.
 */
#ifndef EV_STATE_FIELDS_H
#define EV_STATE_FIELDS_H

#include "event/scan.h"
#include "state/table.h"

struct ev_fields;

/* All fields, under names with the prefix before them; both are lent. */
struct ev_fields *ev_fields_new(struct ev_table *table, const char *prefix);

/* Only this one and others that are named so. */
void ev_fields_only(struct ev_fields *fields, struct ev_slice name);
/* Not this one, unless ev_fields_only names it. */
void ev_fields_except(struct ev_fields *fields, struct ev_slice name);

/* The values that are wanted of a row, the line that was scanned last, and
 * their shape in the table. Until the next call; the values are the row's. A
 * member whose name is no text (ev_value_text) is not wanted. It is always one
 * scan's rows, which was asked for members. */
const struct ev_slice *ev_fields_of(struct ev_fields *fields,
    const struct ev_scan *scan, uint32_t *shape);

/* The names, prefix included, of all that was wanted so far, in the order in
 * which they first came. */
size_t ev_fields_count(const struct ev_fields *fields);
struct ev_slice ev_fields_name(const struct ev_fields *fields, size_t i);

/* A name of ev_fields_only that no row so far had; ptr NULL: there is none. */
struct ev_slice ev_fields_unseen(const struct ev_fields *fields);

#endif
