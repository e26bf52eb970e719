/*
 * sqlite_table: see sqlite_table.h. Making a table is in sqlite_make.c.
 */
#include "client/sqlite_table.h"

#include <stdlib.h>

#include "base/mem.h"

static const char what[] = "look into";

void
ev_sqlite_table_release(struct ev_sqlite_table *table)
{
	for (size_t i = 0; i < table->count; i++) {
		free(table->column[i].name);
		free(table->column[i].declared);
	}
	free(table->column);
	free(table->name);
	ev_map_free(table->by_name);
	ev_buf_release(&table->folded);
	*table = (struct ev_sqlite_table){0};
}

/* --- loading ------------------------------------------------------------- */

static const char *
text_of(sqlite3_stmt *stmt, int at)
{
	const char *text = ev_sqlite_text(stmt, at).ptr;

	return text ? text : "";
}

/* The rows of a query with one text for its parameter: EV_OK with a row,
 * EV_END behind the last. */
static enum ev_status
row(struct ev_sqlite *lite, sqlite3_stmt *stmt, struct ev_err *err)
{
	int code = sqlite3_step(stmt);

	if (code == SQLITE_ROW)
		return EV_OK;
	return code == SQLITE_DONE ? EV_END
				   : ev_sqlite_error(lite, code, what, err);
}

static enum ev_status
query(struct ev_sqlite *lite, const char *sql, const char *text,
    sqlite3_stmt **stmt, struct ev_err *err)
{
	struct ev_slice parameter = ev_slice_of(text);

	return ev_sqlite_ask(lite, what, sql, &parameter, 1, stmt, err);
}

static enum ev_status
load_name(struct ev_sqlite_table *table, struct ev_sqlite *lite,
    const char *name, struct ev_err *err)
{
	sqlite3_stmt *stmt;
	enum ev_status status;

	if (query(lite,
		"SELECT name, type FROM main.sqlite_master WHERE type IN "
		"('table', 'view') AND name = ?1 COLLATE NOCASE",
		name, &stmt, err) != EV_OK)
		return EV_FATAL;
	status = row(lite, stmt, err);
	table->exists = status == EV_OK;
	table->name = ev_mem_strdup(table->exists ? text_of(stmt, 0) : name);
	table->view = table->exists && !strcmp(text_of(stmt, 1), "view");
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

/* STRICT came with 3.37, and so did the list that tells. */
static enum ev_status
load_strict(struct ev_sqlite_table *table, struct ev_sqlite *lite,
    struct ev_err *err)
{
	sqlite3_stmt *stmt;
	enum ev_status status;

	if (sqlite3_libversion_number() < 3037000)
		return EV_OK;
	if (query(lite,
		"SELECT strict FROM pragma_table_list(?1) WHERE schema = "
		"'main'",
		table->name, &stmt, err) != EV_OK)
		return EV_FATAL;
	status = row(lite, stmt, err);
	table->strict = status == EV_OK && sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

static void
add_column(struct ev_sqlite_table *table, sqlite3_stmt *stmt)
{
	struct ev_sqlite_column *column;

	table->column = ev_mem_realloc(table->column,
	    (table->count + 1) * sizeof(*table->column));
	column = &table->column[table->count++];
	*column = (struct ev_sqlite_column){
	    .name = ev_mem_strdup(text_of(stmt, 0)),
	    .declared = ev_mem_strdup(text_of(stmt, 1)),
	    .primary = sqlite3_column_int(stmt, 2) > 0,
	    .generated = sqlite3_column_int(stmt, 3) > 1,
	};
	column->type = ev_sqlite_type(column->declared, table->strict);
	*ev_map_put(table->by_name,
	    ev_sqlite_fold(&table->folded, ev_slice_of(column->name)),
	    NULL) = table->count;
}

/* Without the hidden columns of virtual tables, which SELECT * does not show
 * either. */
static enum ev_status
load_columns(struct ev_sqlite_table *table, struct ev_sqlite *lite,
    struct ev_err *err)
{
	sqlite3_stmt *stmt;
	enum ev_status status;

	if (query(lite,
		"SELECT name, type, pk, hidden FROM "
		"pragma_table_xinfo(?1, 'main') WHERE hidden <> 1",
		table->name, &stmt, err) != EV_OK)
		return EV_FATAL;
	while ((status = row(lite, stmt, err)) == EV_OK)
		add_column(table, stmt);
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_sqlite_table_load(struct ev_sqlite_table *table, struct ev_sqlite *lite,
    const char *name, struct ev_err *err)
{
	char *wanted = ev_mem_strdup(name); /* may be table->name */
	enum ev_status status;

	ev_sqlite_table_release(table);
	table->by_name = ev_map_new();
	status = load_name(table, lite, wanted, err);
	free(wanted);
	if (status == EV_OK && table->exists)
		status = load_strict(table, lite, err);
	if (status == EV_OK && table->exists)
		status = load_columns(table, lite, err);
	return status;
}

/* --- asking -------------------------------------------------------------- */

size_t
ev_sqlite_table_find(struct ev_sqlite_table *table, struct ev_slice name)
{
	uintptr_t *slot = ev_map_get(table->by_name,
	    ev_sqlite_fold(&table->folded, name));

	return slot ? *slot - 1 : EV_SQLITE_NO_COLUMN;
}

static bool
is_primary(const struct ev_sqlite_table *table, const bool *in)
{
	bool any = false;

	for (size_t i = 0; i < table->count; i++) {
		if (table->column[i].primary != in[i])
			return false;
		any = any || in[i];
	}
	return any;
}

/* Whole unique indexes (not partial ones), in which nothing is an expression,
 * column after column. */
static const char indexes[] =
    "SELECT i.seq, c.name FROM pragma_index_list(?1, 'main') i, "
    "pragma_index_info(i.name, 'main') c WHERE i.\"unique\" AND NOT "
    "i.partial AND NOT EXISTS (SELECT 1 FROM pragma_index_info(i.name, "
    "'main') e WHERE e.name IS NULL) ORDER BY 1";

enum ev_status
ev_sqlite_table_unique(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, const bool *in, bool *unique,
    struct ev_err *err)
{
	size_t wanted = 0, had = 0;
	int index = -1;
	bool other = false;
	sqlite3_stmt *stmt;
	enum ev_status status;

	for (size_t i = 0; i < table->count; i++)
		wanted += in[i];
	*unique = is_primary(table, in);
	if (*unique)
		return EV_OK;
	if (query(lite, indexes, table->name, &stmt, err) != EV_OK)
		return EV_FATAL;
	while ((status = row(lite, stmt, err)) == EV_OK) {
		size_t at = 0;

		if (sqlite3_column_int(stmt, 0) != index) {
			*unique = *unique || (had == wanted && had && !other);
			index = sqlite3_column_int(stmt, 0);
			had = 0;
			other = false;
		}
		while (at < table->count &&
		    strcmp(table->column[at].name, text_of(stmt, 1)))
			at++;
		other = other || at == table->count || !in[at];
		had++;
	}
	*unique = *unique || (had == wanted && had && !other);
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_sqlite_table_cascades(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, char **other, struct ev_err *err)
{
	sqlite3_stmt *stmt;
	enum ev_status status;

	*other = NULL;
	if (query(lite,
		"SELECT m.name FROM main.sqlite_master m, "
		"pragma_foreign_key_list(m.name, 'main') f WHERE m.type = "
		"'table' AND f.\"table\" = ?1 COLLATE NOCASE AND f.on_delete "
		"IN ('CASCADE', 'SET NULL', 'SET DEFAULT')",
		table->name, &stmt, err) != EV_OK)
		return EV_FATAL;
	status = row(lite, stmt, err);
	if (status == EV_OK)
		*other = ev_mem_strdup(text_of(stmt, 0));
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_sqlite_table_empty(struct ev_sqlite *lite,
    const struct ev_sqlite_table *table, bool *empty, struct ev_err *err)
{
	struct ev_buf sql = {0};
	sqlite3_stmt *stmt;
	enum ev_status status;

	ev_buf_str(&sql, "SELECT 1 FROM main.");
	ev_sqlite_quote(&sql, table->name);
	ev_buf_str(&sql, " LIMIT 1");
	status = ev_sqlite_prepare(lite, what, ev_buf_cstr(&sql), &stmt, err);
	ev_buf_release(&sql);
	if (status != EV_OK)
		return status;
	status = row(lite, stmt, err);
	*empty = status == EV_END;
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_sqlite_tables(struct ev_sqlite *lite, size_t max, struct ev_buf *out,
    struct ev_err *err)
{
	size_t start = out->len, count = 0;
	sqlite3_stmt *stmt;
	enum ev_status status;

	if (ev_sqlite_prepare(lite, what,
		"SELECT name FROM main.sqlite_master WHERE type IN ('table', "
		"'view') AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY 1",
		&stmt, err) != EV_OK)
		return EV_FATAL;
	while ((status = row(lite, stmt, err)) == EV_OK && count++ < max) {
		if (out->len > start)
			ev_buf_str(out, ", ");
		ev_buf_str(out, text_of(stmt, 0));
	}
	if (status == EV_OK)
		ev_buf_str(out, " …");
	sqlite3_finalize(stmt);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}
