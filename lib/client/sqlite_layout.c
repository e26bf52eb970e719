/*
 * sqlite_layout: the fields of an event under the columns of a table.
 *
 * Events of one stream mostly have the same fields in the same order, so a
 * member is first compared with the one that stood at its place in the event
 * before, bytes against bytes, and only then looked up by name.
 */
#include <stdlib.h>

#include "base/mem.h"
#include "client/sqlite_impl.h"

/* A field without a column, with -X new-columns=add. */
static enum ev_status
add_column(struct ev_sqlite_writer *writer, const char *name,
    struct ev_value value, struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status;

	ev_buf_str(&sql, "ALTER TABLE main.");
	ev_sqlite_quote(&sql, writer->table.name);
	ev_buf_str(&sql, " ADD COLUMN ");
	ev_sqlite_quote(&sql, name);
	ev_buf_printf(&sql, " %s",
	    ev_sqlite_declare(value, writer->table.strict));
	status = ev_sqlite_run(writer->lite, "add a column in",
	    ev_buf_cstr(&sql), err);
	ev_buf_release(&sql);
	return status == EV_OK ? ev_sqlite_writer_look(writer, err) : status;
}

static enum ev_status
no_column(struct ev_sqlite_writer *writer, struct ev_slice name,
    struct ev_value value, struct ev_err *err)
{
	char *text = ev_mem_text(name);
	enum ev_status status;
	struct ev_buf sql = {0};

	if (writer->settings->add) {
		status = add_column(writer, text, value, err);
		free(text);
		return status == EV_OK ? EV_AGAIN : status;
	}
	ev_buf_str(&sql, "ALTER TABLE ");
	ev_sqlite_quote(&sql, writer->table.name);
	ev_buf_str(&sql, " ADD COLUMN ");
	ev_sqlite_quote(&sql, text);
	ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "'%s' is no column of '%s': -X new-columns=add adds it, or %s",
	    text, writer->table.name, ev_buf_cstr(&sql));
	ev_buf_release(&sql);
	free(text);
	return EV_BAD;
}

/* Where a member goes. EV_AGAIN: there is a new column, begin the event
 * anew. */
static enum ev_status
find_column(struct ev_sqlite_writer *writer, const struct ev_member *member,
    size_t *column, struct ev_err *err)
{
	struct ev_slice name;

	writer->name.len = 0;
	if (ev_value_text(member->key, &writer->name, &name, err) != EV_OK)
		return EV_BAD;
	*column = EV_SQLITE_SKIPPED;
	if (writer->settings->meta.ptr &&
	    ev_slice_equal(name, writer->settings->meta))
		return EV_OK;
	if (writer->settings->mode != EV_SQLITE_APPEND &&
	    ev_slice_equal(name, EV_DELETED)) {
		*column = EV_SQLITE_MARK;
		return EV_OK;
	}
	*column = ev_sqlite_table_find(&writer->table, name);
	if (*column == EV_SQLITE_NO_COLUMN)
		return no_column(writer, name, member->value, err);
	if (writer->table.column[*column].generated)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "'%.*s' is a generated column: its value follows from "
		    "others",
		    (int)name.len, name.ptr);
	return EV_OK;
}

/* The same by the place in the event, as a rule. */
static enum ev_status
column_at(struct ev_sqlite_writer *writer, size_t at,
    const struct ev_member *member, size_t *column, struct ev_err *err)
{
	struct ev_slice key = ev_value_raw(member->key);
	enum ev_status status;
	struct ev_sqlite_spot *place;

	if (at < writer->places &&
	    ev_slice_equal(key, ev_buf_as_slice(&writer->place[at].key))) {
		*column = writer->place[at].column;
		return EV_OK;
	}
	status = find_column(writer, member, column, err);
	if (status != EV_OK)
		return status;
	if (at >= writer->places) {
		writer->place = ev_mem_realloc(writer->place,
		    (at + 1) * sizeof(*writer->place));
		for (; writer->places <= at; writer->places++)
			writer->place[writer->places] = (struct ev_sqlite_spot){
			    0};
	}
	place = &writer->place[at];
	place->key.len = 0;
	ev_buf_slice(&place->key, key);
	place->column = *column;
	return EV_OK;
}

/* Lays the members under the columns. Of a name that stands twice the last one
 * counts; two names that differ only in case are a doubt. */
static enum ev_status
lay_out(struct ev_sqlite_writer *writer, const struct ev_member *member,
    size_t count, struct ev_err *err)
{
	memset(writer->set.ptr, 0, writer->set.len);
	writer->deleted = (struct ev_value){0};
	for (size_t i = 0; i < count; i++) {
		struct ev_slice key = ev_value_raw(member[i].key);
		size_t column;
		enum ev_status status = column_at(writer, i, &member[i],
		    &column, err);

		if (status != EV_OK)
			return status;
		if (column == EV_SQLITE_MARK)
			writer->deleted = member[i].value;
		if (column == EV_SQLITE_MARK || column == EV_SQLITE_SKIPPED)
			continue;
		if (ev_sqlite_is_set(writer, column) &&
		    !ev_slice_equal(key, writer->key[column]))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "%.*s and %.*s are both the column '%s'",
			    (int)writer->key[column].len,
			    writer->key[column].ptr, (int)key.len, key.ptr,
			    writer->table.column[column].name);
		writer->set.ptr[column / 8] |= (char)(1 << column % 8);
		writer->value[column] = member[i].value;
		writer->key[column] = key;
	}
	return EV_OK;
}

/* Every value as its column wants it. */
static enum ev_status
convert(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	const struct ev_sqlite_table *table = &writer->table;
	size_t room = 0;

	for (size_t i = 0; i < table->count; i++)
		if (ev_sqlite_is_set(writer, i))
			room += writer->value[i].len;
	writer->text.len = 0;
	ev_buf_reserve(&writer->text, room + 1);
	for (size_t i = 0; i < table->count; i++)
		if (ev_sqlite_is_set(writer, i) &&
		    ev_sqlite_cell(writer->value[i], table->column[i].type,
			&writer->text, &writer->cell[i], &writer->why) != EV_OK)
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "'%s': %s",
			    table->column[i].name, writer->why.text);
	return EV_OK;
}

/* A row is found by its key, which must be there. */
static enum ev_status
check_key_values(const struct ev_sqlite_writer *writer, struct ev_err *err)
{
	if (writer->settings->mode == EV_SQLITE_APPEND)
		return EV_OK;
	for (size_t i = 0; i < writer->table.count; i++)
		if (writer->in_key[i] &&
		    (!ev_sqlite_is_set(writer, i) ||
			writer->value[i].type == EV_NULL))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "'%s', which is in the key, is %s",
			    writer->table.column[i].name,
			    ev_sqlite_is_set(writer, i) ? "null" : "missing");
	return EV_OK;
}

enum ev_status
ev_sqlite_lay_out(struct ev_sqlite_writer *writer,
    const struct ev_member *member, size_t count, struct ev_err *err)
{
	enum ev_status status;

	do
		status = lay_out(writer, member, count, err);
	while (status == EV_AGAIN);
	if (status == EV_OK)
		status = check_key_values(writer, err);
	return status == EV_OK ? convert(writer, err) : status;
}

void
ev_sqlite_drop_layout(struct ev_sqlite_writer *writer)
{
	for (size_t i = 0; i < writer->places; i++)
		ev_buf_release(&writer->place[i].key);
	free(writer->place);
	writer->place = NULL;
	writer->places = 0;
}
