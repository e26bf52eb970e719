/*
 * fields: which fields of a table's rows are put into events, and under which
 * names.
 *
 *	fields = ev_fields_new(prefix);
 *	ev_fields_only(fields, name);  or  ev_fields_except(fields, name);
 *	ev_table_add(table, key, ev_fields_of(fields, member, members, &count),
 *	    count);   for each row
 *
 * Rows look alike, so what becomes of a field is looked up by its position,
 * and by its name only where another one stands there than in the row before.
 */
#ifndef EV_STATE_FIELDS_H
#define EV_STATE_FIELDS_H

#include "event/value.h"
#include "state/table.h"

struct ev_fields;

/* All fields, under names with the prefix before them; it is lent. */
struct ev_fields *ev_fields_new(const char *prefix);

/* Only this one and others that are named so. */
void ev_fields_only(struct ev_fields *fields, struct ev_slice name);
/* Not this one, unless ev_fields_only names it. */
void ev_fields_except(struct ev_fields *fields, struct ev_slice name);

/* Those of a row's members that are wanted, as the table keeps them, and their
 * number. Until the next call; the values are the row's. A member whose name
 * is no text (ev_value_text) is not wanted. */
const struct ev_table_field *ev_fields_of(struct ev_fields *fields,
    const struct ev_member *member, size_t members, size_t *count);

/* The names, prefix included, of all that was wanted so far, in the order in
 * which they first came. */
size_t ev_fields_count(const struct ev_fields *fields);
struct ev_slice ev_fields_name(const struct ev_fields *fields, size_t i);

/* A name of ev_fields_only that no row so far had; ptr NULL: there is none. */
struct ev_slice ev_fields_unseen(const struct ev_fields *fields);

#endif
