/*
 * sqlite_read: see sqlite_read.h.
 */
#include "client/sqlite_read.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utf8.h"
#include "client/sqlite_table.h"
#include "client/sqlite_value.h"
#include "event/build.h"
#include "event/scan.h"

struct column {
	struct ev_buf key; /* as JSON */
	struct ev_sqlite_type type;
	bool noted;
};

struct ev_sqlite_reader {
	struct ev_sqlite *lite;
	const struct ev_sqlite_read_settings *settings;
	struct ev_buf sql; /* what is read from: table, or (query) */
	sqlite3_stmt *stmt;
	struct column *column;
	size_t count; /* without those of the cursor, which stand
	                      * behind them */
	struct ev_scan *scan;
	struct ev_buf scratch, note;
	struct ev_buf from, bound; /* where it began; what is bound points into
	                            * them */
	/* position[row & 1] is the row just read, the other the one before */
	struct ev_buf position[2];
	bool descending;
	uint64_t rows;
	int version; /* of the data */
};

/* --- the statement ------------------------------------------------------- */

static enum ev_status
no_table(struct ev_sqlite_reader *reader, struct ev_err *err)
{
	struct ev_buf tables = {0};

	if (ev_sqlite_tables(reader->lite, 20, &tables, err) == EV_OK)
		ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "there is no table '%s' in '%s', which has %s",
		    reader->settings->table, reader->lite->file,
		    tables.len ? ev_buf_cstr(&tables) : "none");
	ev_buf_release(&tables);
	return EV_FATAL;
}

static enum ev_status
from_table(struct ev_sqlite_reader *reader, struct ev_err *err)
{
	struct ev_sqlite_table table = {0};
	enum ev_status status = ev_sqlite_table_load(&table, reader->lite,
	    reader->settings->table, err);

	if (status == EV_OK && !table.exists)
		status = no_table(reader, err);
	ev_buf_str(&reader->sql, "main.");
	if (status == EV_OK)
		ev_sqlite_quote(&reader->sql, table.name);
	ev_sqlite_table_release(&table);
	return status;
}

/* One statement that reads and gives columns: its length in *len. */
static enum ev_status
check_query(struct ev_sqlite_reader *reader, size_t *len, struct ev_err *err)
{
	const char *query = reader->settings->query, *tail;
	sqlite3_stmt *stmt;
	bool rows;

	if (sqlite3_prepare_v3(reader->lite->db, query, -1, 0, &stmt, &tail))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE, "-X query: %s",
		    sqlite3_errmsg(reader->lite->db));
	rows = stmt && sqlite3_stmt_readonly(stmt) &&
	    sqlite3_column_count(stmt) > 0;
	sqlite3_finalize(stmt);
	if (!rows)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "-X query: it is no query, which reads rows and changes "
		    "nothing");
	*len = (size_t)(tail - query);
	while (*len &&
	    (isspace((unsigned char)query[*len - 1]) || query[*len - 1] == ';'))
		(*len)--;
	/* White space and comments are no statement. */
	while (*tail) {
		const char *rest = tail;

		if (sqlite3_prepare_v3(reader->lite->db, rest, -1, 0, &stmt,
			&tail) ||
		    stmt) {
			sqlite3_finalize(stmt);
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "-X query: one query only: '%s' is too much", rest);
		}
	}
	return EV_OK;
}

/* The line end is for a comment that the query may end with. */
static enum ev_status
from_query(struct ev_sqlite_reader *reader, struct ev_err *err)
{
	size_t len = 0;

	if (check_query(reader, &len, err) != EV_OK)
		return EV_FATAL;
	if (reader->settings->cursors)
		ev_buf_char(&reader->sql, '(');
	ev_buf_append(&reader->sql, reader->settings->query, len);
	if (reader->settings->cursors)
		ev_buf_str(&reader->sql, "\n)");
	return EV_OK;
}

/* A column of the cursor, in an order that is that of its bytes. */
static void
put_cursor(const struct ev_sqlite_reader *reader, size_t i, bool ordered,
    struct ev_buf *sql)
{
	struct ev_slice name = reader->settings->cursor[i];

	/* Not in double quotes: of a name that is no column's SQLite would
	 * make a text. */
	ev_buf_char(sql, '`');
	for (size_t k = 0; k < name.len; k++) {
		if (name.ptr[k] == '`')
			ev_buf_char(sql, '`');
		ev_buf_char(sql, name.ptr[k]);
	}
	ev_buf_char(sql, '`');
	if (ordered)
		ev_buf_str(sql, " COLLATE BINARY");
}

static void
put_cursors(const struct ev_sqlite_reader *reader, bool ordered,
    const char *order, struct ev_buf *sql)
{
	for (size_t i = 0; i < reader->settings->cursors; i++) {
		if (i)
			ev_buf_str(sql, ", ");
		put_cursor(reader, i, ordered, sql);
		ev_buf_str(sql, order);
	}
}

/* SELECT *, c, k FROM t WHERE (c, k) > (?, ?) ORDER BY c, k; at the beginning
 * all rows whose c is not NULL. */
static void
build(struct ev_sqlite_reader *reader, bool behind, struct ev_buf *sql)
{
	size_t cursors = reader->settings->cursors;

	if (!cursors && !reader->settings->table) {
		ev_buf_slice(sql, ev_buf_as_slice(&reader->sql));
		return;
	}
	ev_buf_str(sql, "SELECT *");
	if (cursors)
		ev_buf_str(sql, ", ");
	put_cursors(reader, false, "", sql);
	ev_buf_str(sql, " FROM ");
	ev_buf_slice(sql, ev_buf_as_slice(&reader->sql));
	if (!cursors)
		return;
	ev_buf_str(sql, behind ? " WHERE (" : " WHERE ");
	if (behind) {
		put_cursors(reader, true, "", sql);
		ev_buf_str(sql, cursors > 1 ? ") > (?, ?)" : ") > (?)");
	} else {
		put_cursor(reader, 0, false, sql);
		ev_buf_str(sql, " IS NOT NULL");
	}
	ev_buf_str(sql, " ORDER BY ");
	put_cursors(reader, true, reader->descending ? " DESC" : "", sql);
}

static enum ev_status
prepare(struct ev_sqlite_reader *reader, bool behind, struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status;

	sqlite3_finalize(reader->stmt);
	reader->stmt = NULL;
	build(reader, behind, &sql);
	status = ev_sqlite_prepare(reader->lite, "read", ev_buf_cstr(&sql),
	    &reader->stmt, err);
	ev_buf_release(&sql);
	if (status != EV_OK && reader->settings->cursors)
		err->exit = EV_EXIT_USAGE;
	return status;
}

/* --- columns ------------------------------------------------------------- */

static enum ev_status
add_column(struct ev_sqlite_reader *reader, size_t i, struct ev_map *names,
    struct ev_err *err)
{
	struct column *column = &reader->column[i];
	struct ev_slice name = ev_slice_of(
	    sqlite3_column_name(reader->stmt, (int)i));
	const char *declared = sqlite3_column_decltype(reader->stmt, (int)i);
	bool added;

	ev_map_put(names, name, &added);
	if (!added)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "two columns are named '%s': name one otherwise (AS)",
		    name.ptr);
	if (!i && ev_slice_is(name, "~ev"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "the first column is named '~ev', which marks a control "
		    "line: name it otherwise (-X query, AS)");
	if (reader->settings->meta.ptr &&
	    ev_slice_equal(name, reader->settings->meta))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--meta %s: a column is named so (choose another name)",
		    name.ptr);
	if (ev_build_bytes(&column->key, name))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "the name of column %zu is not UTF-8", i + 1);
	column->type = ev_sqlite_type(declared ? declared : "", false);
	return EV_OK;
}

static enum ev_status
add_columns(struct ev_sqlite_reader *reader, struct ev_err *err)
{
	size_t count = (size_t)sqlite3_column_count(reader->stmt);
	struct ev_map *names = ev_map_new();
	enum ev_status status = EV_OK;

	reader->count = count - reader->settings->cursors;
	reader->column = ev_mem_zalloc(reader->count, sizeof(*reader->column));
	for (size_t i = 0; i < reader->count && status == EV_OK; i++)
		status = add_column(reader, i, names, err);
	ev_map_free(names);
	return status;
}

enum ev_status
ev_sqlite_reader_new(struct ev_sqlite_reader **result, struct ev_sqlite *lite,
    const struct ev_sqlite_read_settings *settings, struct ev_err *err)
{
	struct ev_sqlite_reader *reader = ev_mem_zalloc(1, sizeof(*reader));

	*result = reader;
	reader->lite = lite;
	reader->settings = settings;
	reader->scan = ev_scan_new();
	if ((settings->table ? from_table(reader, err)
			     : from_query(reader, err)) != EV_OK ||
	    prepare(reader, false, err) != EV_OK)
		return EV_FATAL;
	return add_columns(reader, err);
}

void
ev_sqlite_reader_free(struct ev_sqlite_reader *reader)
{
	if (!reader)
		return;
	sqlite3_finalize(reader->stmt);
	for (size_t i = 0; reader->column && i < reader->count; i++)
		ev_buf_release(&reader->column[i].key);
	free(reader->column);
	ev_scan_free(reader->scan);
	ev_buf_release(&reader->sql);
	ev_buf_release(&reader->scratch);
	ev_buf_release(&reader->note);
	ev_buf_release(&reader->from);
	ev_buf_release(&reader->bound);
	ev_buf_release(&reader->position[0]);
	ev_buf_release(&reader->position[1]);
	free(reader);
}

bool
ev_sqlite_reader_has(const struct ev_sqlite_reader *reader,
    struct ev_slice name)
{
	struct ev_buf key = {0};
	bool found = false;

	ev_build_text(&key, name);
	for (size_t i = 0; i < reader->count; i++)
		found = found ||
		    ev_slice_equal(ev_buf_as_slice(&key),
			ev_buf_as_slice(&reader->column[i].key));
	ev_buf_release(&key);
	return found;
}

/* --- positions ----------------------------------------------------------- */

/* A value of the cursor as JSON: of numbers only doubles have a point or an
 * exponent. EV_BAD where it has no place in an order that JSON can tell. */
static enum ev_status
put_value(sqlite3_stmt *stmt, int at, struct ev_buf *out)
{
	struct ev_slice text;

	switch (sqlite3_column_type(stmt, at)) {
	case SQLITE_INTEGER:
		ev_build_int(out, sqlite3_column_int64(stmt, at));
		return EV_OK;
	case SQLITE_FLOAT:
		if (isinf(sqlite3_column_double(stmt, at)))
			return EV_BAD;
		ev_sqlite_double(sqlite3_column_double(stmt, at), out);
		return EV_OK;
	case SQLITE_TEXT:
		text = ev_sqlite_text(stmt, at);
		if (ev_utf8_check(text.ptr, text.len) != text.len ||
		    memchr(text.ptr, '\0', text.len))
			return EV_BAD;
		ev_build_text(out, text);
		return EV_OK;
	default:
		return EV_BAD;
	}
}

static enum ev_status
keep_position(struct ev_sqlite_reader *reader, struct ev_err *err)
{
	struct ev_buf *position = &reader->position[++reader->rows & 1];

	position->len = 0;
	ev_buf_char(position, '[');
	for (size_t i = 0; i < reader->settings->cursors; i++) {
		if (i)
			ev_buf_char(position, ',');
		if (put_value(reader->stmt, (int)(reader->count + i),
			position) != EV_OK)
			return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
			    "'%.*s' of a row is NULL, bytes or infinite: it "
			    "cannot be a cursor",
			    (int)reader->settings->cursor[i].len,
			    reader->settings->cursor[i].ptr);
	}
	ev_buf_char(position, ']');
	return EV_OK;
}

/* Of two columns only rows that are equal in both are tied. */
bool
ev_sqlite_reader_tied(struct ev_sqlite_reader *reader)
{
	const char *a, *b;

	if (reader->rows < 2 || !reader->settings->cursors)
		return false;
	a = ev_buf_cstr(&reader->position[0]);
	b = ev_buf_cstr(&reader->position[1]);
	if (!strcmp(a, b))
		return true;
	/* 5 and 5.0 are one place in the order. */
	return reader->settings->cursors == 1 && a[1] != '"' && b[1] != '"' &&
	    strtod(a + 1, NULL) == strtod(b + 1, NULL);
}

const char *
ev_sqlite_reader_position(struct ev_sqlite_reader *reader, bool before)
{
	if (reader->rows < 1u + before || !reader->settings->cursors)
		return NULL;
	return ev_buf_cstr(&reader->position[(reader->rows - before) & 1]);
}

/* The last row's. */
static enum ev_status
last_position(struct ev_sqlite_reader *reader, char **position,
    struct ev_err *err)
{
	struct ev_buf row = {0};
	enum ev_status status;

	reader->descending = true;
	status = ev_sqlite_reader_start(reader, (struct ev_slice){NULL, 0},
	    err);
	reader->descending = false;
	if (status == EV_OK)
		status = ev_sqlite_reader_next(reader, &row, err);
	ev_buf_release(&row);
	*position = status == EV_OK
	    ? ev_mem_strdup(ev_sqlite_reader_position(reader, false))
	    : NULL;
	return status == EV_END ? EV_OK : status;
}

enum ev_status
ev_sqlite_reader_from(struct ev_sqlite_reader *reader, const char *from,
    char **position, struct ev_err *err)
{
	struct ev_sqlite_cell cell;
	struct ev_buf out = {0};

	*position = NULL;
	if (!strcmp(from, "start") || !strcmp(from, "beginning") ||
	    !strcmp(from, "earliest"))
		return EV_OK;
	if (!strcmp(from, "end") || !strcmp(from, "latest"))
		return last_position(reader, position, err);
	if (*from == '[') {
		*position = ev_mem_strdup(from);
		return EV_OK;
	}
	ev_buf_char(&out, '[');
	if (ev_sqlite_number(ev_slice_of(from), &cell))
		ev_buf_str(&out, from);
	else
		ev_build_text(&out, ev_slice_of(from));
	/* What stands before all keys. */
	if (reader->settings->cursors > 1)
		ev_buf_printf(&out, ",%" PRId64, INT64_MIN);
	ev_buf_char(&out, ']');
	ev_buf_char(&out, '\0');
	*position = out.ptr;
	return EV_OK;
}

/* Binds one element of a position. */
static bool
bind_element(struct ev_sqlite_reader *reader, int at, struct ev_value value)
{
	struct ev_sqlite_type any = {.affinity = EV_SQLITE_ANY};
	struct ev_sqlite_cell cell;

	if (value.type != EV_NUMBER && value.type != EV_STRING)
		return false;
	if (ev_sqlite_cell(value, any, &reader->bound, &cell, NULL) != EV_OK)
		return false;
	return sqlite3_bind_parameter_count(reader->stmt) >= at &&
	    ev_sqlite_bind(reader->stmt, at, &cell) == SQLITE_OK;
}

static bool
bind_position(struct ev_sqlite_reader *reader, struct ev_slice position)
{
	struct ev_buf *text = &reader->from;
	struct ev_member element;
	const char *fault, *end, *at = NULL;
	struct ev_value array;
	int count = 0;

	text->len = 0;
	ev_buf_slice(text, position);
	ev_buf_reserve(text, EV_SCAN_PADDING + 1);
	memset(text->ptr + text->len, '\n', EV_SCAN_PADDING + 1);
	end = ev_scan_any(reader->scan, text->ptr, &fault);
	if (fault || *text->ptr != '[' || end != text->ptr + text->len)
		return false;
	array = (struct ev_value){text->ptr, (uint32_t)text->len, EV_ARRAY,
	    false};
	reader->bound.len = 0;
	ev_buf_reserve(&reader->bound, text->len);
	while (ev_value_next(array, &at, &element))
		if (!bind_element(reader, ++count, element.value))
			return false;
	return (size_t)count == reader->settings->cursors;
}

enum ev_status
ev_sqlite_reader_start(struct ev_sqlite_reader *reader,
    struct ev_slice position, struct ev_err *err)
{
	reader->rows = 0;
	if (prepare(reader, position.ptr != NULL, err) != EV_OK)
		return EV_FATAL;
	if (position.ptr && !bind_position(reader, position))
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%.*s' is no position of this cursor", (int)position.len,
		    position.ptr);
	return EV_OK;
}

/* --- rows ---------------------------------------------------------------- */

static void
note(struct ev_sqlite_reader *reader, size_t i, enum ev_sqlite_change change)
{
	struct column *column = &reader->column[i];

	if (change == EV_SQLITE_SAME || column->noted)
		return;
	column->noted = true;
	if (reader->note.len)
		ev_buf_str(&reader->note, "; ");
	ev_buf_slice(&reader->note, ev_buf_as_slice(&column->key));
	ev_buf_str(&reader->note,
	    change == EV_SQLITE_BASE64
		? " holds bytes: they are given as base64"
		: " holds an infinite number: it is "
		  "given as the text Infinity");
}

const char *
ev_sqlite_reader_note(struct ev_sqlite_reader *reader)
{
	return reader->note.len ? ev_buf_cstr(&reader->note) : NULL;
}

enum ev_status
ev_sqlite_reader_next(struct ev_sqlite_reader *reader, struct ev_buf *out,
    struct ev_err *err)
{
	int code = sqlite3_step(reader->stmt);

	reader->note.len = 0;
	if (code == SQLITE_DONE) {
		sqlite3_reset(reader->stmt);
		return EV_END;
	}
	if (code != SQLITE_ROW)
		return ev_sqlite_error(reader->lite, code, "read", err);
	if (reader->settings->cursors && keep_position(reader, err) != EV_OK)
		return EV_FATAL;
	ev_build_open(out);
	for (size_t i = 0; i < reader->count; i++) {
		const struct column *column = &reader->column[i];

		ev_build_key_raw(out, ev_buf_as_slice(&column->key));
		note(reader, i,
		    ev_sqlite_json(reader->stmt, (int)i, column->type,
			reader->scan, &reader->scratch, out));
	}
	ev_build_close(out);
	return EV_OK;
}

enum ev_status
ev_sqlite_reader_changed(struct ev_sqlite_reader *reader, bool *changed,
    struct ev_err *err)
{
	sqlite3_stmt *stmt;
	int code, version;

	if (ev_sqlite_prepare(reader->lite, "read", "PRAGMA data_version",
		&stmt, err) != EV_OK)
		return EV_FATAL;
	code = sqlite3_step(stmt);
	version = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	if (code != SQLITE_ROW)
		return ev_sqlite_error(reader->lite, code, "read", err);
	*changed = version != reader->version;
	reader->version = version;
	return EV_OK;
}
