/*
 * sqlite_make: a table's columns and their types from the first events. A type
 * is chosen so that what was seen is held as it is: see the table of types in
 * evsink-sqlite(1).
 */
#include <stdlib.h>

#include "base/mem.h"
#include "client/sqlite_table.h"

enum kind {
	INTEGER = 1,
	DECIMAL = 2,
	LONG = 4, /* a number that SQLite's cannot hold */
	TRUTH = 8,
	STRING = 16,
	DOCUMENT = 32,
};

static unsigned
kind_of(struct ev_value value)
{
	struct ev_sqlite_cell cell;

	switch ((enum ev_type)value.type) {
	case EV_NUMBER:
		if (!ev_sqlite_exact(ev_value_raw(value), &cell))
			return LONG;
		return cell.type == SQLITE_INTEGER ? INTEGER : DECIMAL;
	case EV_FALSE:
	case EV_TRUE:
		return TRUTH;
	case EV_STRING:
		return STRING;
	case EV_ARRAY:
	case EV_OBJECT:
		return DOCUMENT;
	default:
		return 0;
	}
}

/* Numbers and text together go into a column without a type, which keeps both
 * as they are; what even that would change is kept as JSON. */
static const char *
declared(unsigned kinds)
{
	switch (kinds) {
	case 0:
	case STRING | INTEGER:
	case STRING | DECIMAL:
	case STRING | INTEGER | DECIMAL:
		return "";
	case INTEGER:
		return "INTEGER";
	case DECIMAL:
		return "REAL";
	case INTEGER | DECIMAL:
		return "NUMERIC";
	case TRUTH:
		return "BOOLEAN";
	case STRING:
		return "TEXT";
	default:
		return "JSON TEXT";
	}
}

const char *
ev_sqlite_declare(struct ev_value value, bool strict)
{
	unsigned kinds = kind_of(value);

	if (strict)
		return "ANY";
	return declared(
	    kinds & (INTEGER | DECIMAL) ? INTEGER | DECIMAL : kinds);
}

/* The field of this name, made if it is new; NULL where another one differs
 * from it only in case. */
static struct ev_sqlite_seen *
field_of(struct ev_sqlite_sample *sample, struct ev_slice name)
{
	struct ev_sqlite_seen *field;
	uintptr_t *slot;
	bool added;

	if (!sample->by_name)
		sample->by_name = ev_map_new();
	slot = ev_map_put(sample->by_name,
	    ev_sqlite_fold(&sample->folded, name), &added);
	if (added) {
		sample->field = ev_mem_realloc(sample->field,
		    (sample->count + 1) * sizeof(*sample->field));
		sample->field[sample->count++] = (struct ev_sqlite_seen){
		    .name = ev_mem_text(name)};
		*slot = sample->count;
	}
	field = &sample->field[*slot - 1];
	return ev_slice_is(name, field->name) ? field : NULL;
}

enum ev_status
ev_sqlite_sample_add(struct ev_sqlite_sample *sample,
    const struct ev_member *member, size_t count, struct ev_slice except,
    bool deletes, struct ev_err *err)
{
	for (size_t i = 0; i < count; i++) {
		struct ev_sqlite_seen *field;
		struct ev_slice name;

		sample->scratch.len = 0;
		if (ev_value_text(member[i].key, &sample->scratch, &name,
			err) != EV_OK)
			return EV_BAD;
		if ((except.ptr && ev_slice_equal(name, except)) ||
		    (deletes && ev_slice_equal(name, EV_DELETED)))
			continue;
		field = field_of(sample, name);
		if (!field)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "the field '%.*s' differs only in case from "
			    "another one, and SQLite's columns do not",
			    (int)name.len, name.ptr);
		field->kinds |= kind_of(member[i].value);
	}
	return EV_OK;
}

/* ", PRIMARY KEY (…)" */
static enum ev_status
create_key(const struct ev_sqlite_sample *sample, const struct ev_slice *key,
    size_t keys, struct ev_buf *sql, struct ev_err *err)
{
	for (size_t i = 0; i < keys; i++) {
		size_t at = 0;

		while (at < sample->count &&
		    !ev_slice_is(key[i], sample->field[at].name))
			at++;
		if (at == sample->count)
			return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
			    "no event so far has the field '%.*s' of --key",
			    (int)key[i].len, key[i].ptr);
		ev_buf_str(sql, i ? ", " : ", PRIMARY KEY (");
		ev_sqlite_quote(sql, sample->field[at].name);
	}
	if (keys)
		ev_buf_char(sql, ')');
	return EV_OK;
}

static bool
in_key(const char *name, const struct ev_slice *key, size_t keys)
{
	for (size_t i = 0; i < keys; i++)
		if (ev_slice_is(key[i], name))
			return true;
	return false;
}

enum ev_status
ev_sqlite_sample_create(const struct ev_sqlite_sample *sample,
    const char *table, const struct ev_slice *key, size_t keys,
    struct ev_buf *sql, struct ev_err *err)
{
	if (!sample->count)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot make the table '%s': its columns are those of the "
		    "first events, and they have no fields",
		    table);
	ev_buf_str(sql, "CREATE TABLE main.");
	ev_sqlite_quote(sql, table);
	for (size_t i = 0; i < sample->count; i++) {
		const struct ev_sqlite_seen *field = &sample->field[i];

		ev_buf_str(sql, i ? ", " : " (");
		ev_sqlite_quote(sql, field->name);
		if (*declared(field->kinds))
			ev_buf_printf(sql, " %s", declared(field->kinds));
		if (in_key(field->name, key, keys))
			ev_buf_str(sql, " NOT NULL");
	}
	if (create_key(sample, key, keys, sql, err) != EV_OK)
		return EV_FATAL;
	ev_buf_char(sql, ')');
	return EV_OK;
}
