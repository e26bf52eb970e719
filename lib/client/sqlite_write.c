/*
 * sqlite_write: see sqlite_write.h.
 */
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/point.h"
#include "client/sqlite_impl.h"

struct ev_sqlite_writer *
ev_sqlite_writer_new(struct ev_sqlite *lite, const char *table,
    const struct ev_sqlite_write_settings *settings)
{
	struct ev_sqlite_writer *writer = ev_mem_zalloc(1, sizeof(*writer));

	writer->lite = lite;
	writer->settings = settings;
	writer->table.name = ev_mem_strdup(table);
	writer->plans = ev_map_new();
	writer->forgotten = ev_map_new();
	return writer;
}

void
ev_sqlite_writer_free(struct ev_sqlite_writer *writer)
{
	if (!writer)
		return;
	ev_sqlite_drop_statements(writer);
	ev_sqlite_drop_layout(writer);
	ev_map_free(writer->plans);
	ev_map_free(writer->forgotten);
	ev_sqlite_table_release(&writer->table);
	free(writer->in_key);
	free(writer->value);
	free(writer->key);
	free(writer->cell);
	ev_buf_release(&writer->last_set);
	ev_buf_release(&writer->where_last);
	ev_buf_release(&writer->set);
	ev_buf_release(&writer->name);
	ev_buf_release(&writer->text);
	free(writer);
}

const struct ev_sqlite_table *
ev_sqlite_writer_table(const struct ev_sqlite_writer *writer)
{
	return &writer->table;
}

/* --- the table ----------------------------------------------------------- */

static enum ev_status
unfit(const struct ev_sqlite_writer *writer, struct ev_err *err,
    const char *why)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE, "'%s' %s",
	    writer->table.name, why);
}

/* The columns that are the key: those of --key, else the primary key. */
static enum ev_status
find_key(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	const struct ev_sqlite_write_settings *settings = writer->settings;
	struct ev_sqlite_table *table = &writer->table;

	writer->keys = 0;
	for (size_t i = 0; i < settings->keys; i++) {
		size_t at = ev_sqlite_table_find(table, settings->key[i]);

		if (at == EV_SQLITE_NO_COLUMN)
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--key: '%.*s' is no column of '%s'",
			    (int)settings->key[i].len, settings->key[i].ptr,
			    table->name);
		writer->keys += !writer->in_key[at];
		writer->in_key[at] = true;
	}
	for (size_t i = 0; !settings->keys && i < table->count; i++) {
		writer->in_key[i] = table->column[i].primary;
		writer->keys += table->column[i].primary;
	}
	return EV_OK;
}

/* With the statement to paste. */
static enum ev_status
no_index(const struct ev_sqlite_writer *writer, struct ev_err *err)
{
	const struct ev_sqlite_table *table = &writer->table;
	struct ev_buf list = {0}, sql = {0};
	const char *word = " (";

	ev_sqlite_writer_key(writer, &list);
	ev_buf_printf(&sql, "CREATE UNIQUE INDEX some_name ON ");
	ev_sqlite_quote(&sql, table->name);
	for (size_t i = 0; i < table->count; i++)
		if (writer->in_key[i]) {
			ev_buf_str(&sql, word);
			ev_sqlite_quote(&sql, table->column[i].name);
			word = ", ";
		}
	ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "'%s' has no unique index on exactly (%s), the key: %s)",
	    table->name, ev_buf_cstr(&list), ev_buf_cstr(&sql));
	ev_buf_release(&list);
	ev_buf_release(&sql);
	return EV_FATAL;
}

/* Without a unique index an upsert would look at all rows for every event, and
 * change several. */
static enum ev_status
check_key(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	enum ev_status status;
	bool unique;

	if (!writer->keys)
		return unfit(writer, err,
		    "has no primary key: --key says by which fields a row is "
		    "found");
	status = ev_sqlite_table_unique(writer->lite, &writer->table,
	    writer->in_key, &unique, err);
	if (status != EV_OK || unique)
		return status;
	return no_index(writer, err);
}

static enum ev_status
check_cascades(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	char *other;

	if (!writer->settings->replace && !writer->settings->where.ptr)
		return EV_OK;
	if (ev_sqlite_table_cascades(writer->lite, &writer->table, &other,
		err) != EV_OK)
		return EV_FATAL;
	if (!other)
		return EV_OK;
	ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "to replace rows of '%s' would delete or change rows of '%s' (its "
	    "foreign key says so); -X foreign-keys=off leaves them alone",
	    writer->table.name, other);
	free(other);
	return EV_FATAL;
}

static enum ev_status
check(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	const struct ev_sqlite_write_settings *settings = writer->settings;

	if (find_key(writer, err) != EV_OK)
		return EV_FATAL;
	if (settings->mode != EV_SQLITE_APPEND && check_key(writer, err))
		return EV_FATAL;
	if (settings->where.ptr) {
		writer->where = ev_sqlite_table_find(&writer->table,
		    settings->where);
		if (writer->where == EV_SQLITE_NO_COLUMN)
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--replace-where: '%.*s' is no column of '%s'",
			    (int)settings->where.len, settings->where.ptr,
			    writer->table.name);
	}
	return settings->foreign_keys ? check_cascades(writer, err) : EV_OK;
}

static enum ev_status
schema_version(struct ev_sqlite_writer *writer, int *version,
    struct ev_err *err)
{
	sqlite3_stmt *stmt;
	int code;

	if (ev_sqlite_prepare(writer->lite, "open",
		"PRAGMA main.schema_version", &stmt, err) != EV_OK)
		return EV_FATAL;
	code = sqlite3_step(stmt);
	*version = sqlite3_column_int(stmt, 0);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW
	    ? EV_OK
	    : ev_sqlite_error(writer->lite, code, "open", err);
}

static void
make_room(struct ev_sqlite_writer *writer)
{
	size_t count = writer->table.count;

	free(writer->in_key);
	free(writer->value);
	free(writer->key);
	free(writer->cell);
	writer->in_key = ev_mem_zalloc(count, sizeof(*writer->in_key));
	writer->value = ev_mem_zalloc(count, sizeof(*writer->value));
	writer->key = ev_mem_zalloc(count, sizeof(*writer->key));
	writer->cell = ev_mem_zalloc(count, sizeof(*writer->cell));
	writer->set.len = 0;
	ev_buf_reserve(&writer->set, count / 8 + 1);
	writer->set.len = count / 8 + 1;
}

enum ev_status
ev_sqlite_writer_look(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	ev_sqlite_drop_statements(writer);
	ev_sqlite_drop_layout(writer);
	if (schema_version(writer, &writer->version, err) != EV_OK ||
	    ev_sqlite_table_load(&writer->table, writer->lite,
		writer->table.name, err) != EV_OK)
		return EV_FATAL;
	make_room(writer);
	return writer->table.exists ? check(writer, err) : EV_OK;
}

void
ev_sqlite_writer_key(const struct ev_sqlite_writer *writer, struct ev_buf *out)
{
	size_t start = out->len;

	for (size_t i = 0; i < writer->table.count; i++) {
		if (!writer->in_key[i])
			continue;
		if (out->len > start)
			ev_buf_str(out, ", ");
		ev_buf_str(out, writer->table.column[i].name);
	}
}

/* --- transactions -------------------------------------------------------- */

bool
ev_sqlite_writer_open(const struct ev_sqlite_writer *writer)
{
	return writer->begun;
}

/* --write replace. What refers to these rows is looked at when the new ones
 * are there. */
static enum ev_status
empty(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status;

	writer->emptied = true;
	if (!writer->table.exists)
		return EV_OK;
	ev_buf_str(&sql, "PRAGMA defer_foreign_keys=ON; DELETE FROM main.");
	ev_sqlite_quote(&sql, writer->table.name);
	status = ev_sqlite_run(writer->lite, "write to", ev_buf_cstr(&sql),
	    err);
	ev_buf_release(&sql);
	return status;
}

enum ev_status
ev_sqlite_writer_begin(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	int version;

	if (writer->begun)
		return EV_OK;
	if (ev_sqlite_run(writer->lite, "write to", "BEGIN IMMEDIATE", err) !=
		EV_OK ||
	    schema_version(writer, &version, err) != EV_OK)
		return EV_FATAL;
	writer->begun = true;
	ev_map_free(writer->forgotten);
	writer->forgotten = ev_map_new();
	if (version != writer->version &&
	    ev_sqlite_writer_look(writer, err) != EV_OK)
		return EV_FATAL;
	if (writer->settings->replace && !writer->emptied)
		return empty(writer, err);
	return EV_OK;
}

enum ev_status
ev_sqlite_writer_create(struct ev_sqlite_writer *writer,
    const struct ev_sqlite_sample *sample, struct ev_err *err)
{
	const struct ev_sqlite_write_settings *settings = writer->settings;
	struct ev_buf sql = {0};
	enum ev_status status;

	if (settings->mode != EV_SQLITE_APPEND && !settings->keys)
		return unfit(writer, err,
		    "is not there, so it has no primary key: --key says by "
		    "which fields a row is found");
	status = ev_sqlite_sample_create(sample, writer->table.name,
	    settings->key, settings->keys, &sql, err);
	if (status == EV_OK)
		status = ev_sqlite_run(writer->lite, "make a table in",
		    ev_buf_cstr(&sql), err);
	ev_buf_release(&sql);
	return status == EV_OK ? ev_sqlite_writer_look(writer, err) : status;
}

enum ev_status
ev_sqlite_writer_commit(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	int code;

	ev_point("sqlite.commit");
	code = sqlite3_exec(writer->lite->db, "COMMIT", NULL, NULL, NULL);
	if (code == SQLITE_OK) {
		writer->begun = false;
		writer->where_cut = writer->where_last.len > 0;
		return EV_OK;
	}
	ev_sqlite_error(writer->lite, code, "commit to", err);
	if ((code & 0xff) == SQLITE_CONSTRAINT)
		err->exit = EV_EXIT_DATA;
	/* Whether it is committed nobody knows; the next start finds out. */
	if ((code & 0xff) == SQLITE_IOERR &&
	    writer->lite->busy_exit == EV_EXIT_AGAIN)
		err->exit = EV_EXIT_AGAIN;
	return EV_FATAL;
}
