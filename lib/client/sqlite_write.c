/*
 * sqlite_write: see sqlite_write.h.
 *
 * Events of one stream mostly have the same fields in the same order, so a
 * member is first compared with the one that stood at its place in the event
 * before, bytes against bytes, and only then looked up by name.
 *
 * An upsert is an UPDATE and, where that met no row, an INSERT; in one
 * transaction with the lock taken nobody can come between. SQLite's own ON
 * CONFLICT DO UPDATE would refuse an event that lacks a NOT NULL column even
 * where its row is there.
 */
#include "client/sqlite_write.h"

#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/point.h"

#define PLANS_MAX 256 /* sets of columns whose statements are kept */

/* The statements for one set of columns. */
struct plan {
	sqlite3_stmt *insert, *update; /* update: NULL, there is none */
};

/* What stood at a place in the event before. */
struct place {
	struct ev_buf key; /* as JSON, quotes included */
	size_t column;     /* or one of these: */
#define SKIPPED (SIZE_MAX - 1)
#define MARK (SIZE_MAX - 2)
};

struct ev_sqlite_writer {
	struct ev_sqlite *lite;
	const struct ev_sqlite_write_settings *settings;
	struct ev_sqlite_table table;
	int version; /* of the schema, as it was read */
	bool begun, emptied;
	bool *in_key;             /* by column */
	size_t keys;              /* how many are */
	size_t where;             /* the column of --replace-where */
	struct ev_map *forgotten; /* its values in this transaction */
	sqlite3_stmt *forget, *remove;

	struct ev_map *plans; /* by set of columns: a struct plan */
	struct plan *last;
	struct ev_buf last_set;

	struct place *place;
	size_t places;

	/* the event */
	struct ev_value *value;      /* by column */
	struct ev_slice *key;        /* of the member that gave it */
	struct ev_sqlite_cell *cell; /* by column */
	struct ev_buf set;           /* one bit a column */
	struct ev_value deleted;
	struct ev_buf name, text; /* scratch */
	struct ev_err why;
};

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

static void
drop_plans(struct ev_sqlite_writer *writer)
{
	for (size_t i = 0; i < ev_map_count(writer->plans); i++) {
		struct plan *plan = (struct plan *)*ev_map_get(writer->plans,
		    ev_map_key(writer->plans, i));

		sqlite3_finalize(plan->insert);
		sqlite3_finalize(plan->update);
		free(plan);
	}
	ev_map_free(writer->plans);
	writer->plans = ev_map_new();
	writer->last = NULL;
}

static void
drop_statements(struct ev_sqlite_writer *writer)
{
	drop_plans(writer);
	sqlite3_finalize(writer->forget);
	sqlite3_finalize(writer->remove);
	writer->forget = writer->remove = NULL;
	for (size_t i = 0; i < writer->places; i++)
		ev_buf_release(&writer->place[i].key);
	free(writer->place);
	writer->place = NULL;
	writer->places = 0;
}

void
ev_sqlite_writer_free(struct ev_sqlite_writer *writer)
{
	if (!writer)
		return;
	drop_statements(writer);
	ev_map_free(writer->plans);
	ev_map_free(writer->forgotten);
	ev_sqlite_table_release(&writer->table);
	free(writer->in_key);
	free(writer->value);
	free(writer->key);
	free(writer->cell);
	ev_buf_release(&writer->last_set);
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

/* Without a unique index an upsert would look at all rows for every event, and
 * change several. */
static enum ev_status
check_key(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	struct ev_buf list = {0};
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
	ev_sqlite_writer_key(writer, &list);
	ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "'%s' has no unique index on exactly (%s), the key: CREATE UNIQUE "
	    "INDEX … ON …",
	    writer->table.name, ev_buf_cstr(&list));
	ev_buf_release(&list);
	return EV_FATAL;
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
	drop_statements(writer);
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
		return EV_OK;
	}
	ev_sqlite_error(writer->lite, code, "commit to", err);
	if ((code & 0xff) == SQLITE_CONSTRAINT)
		err->exit = EV_EXIT_DATA;
	if ((code & 0xff) == SQLITE_IOERR)
		err->exit = EV_EXIT_AGAIN;
	return EV_FATAL;
}

/* --- an event's fields under the columns --------------------------------- */

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
	char *text = ev_mem_strndup(name.ptr, name.len);
	enum ev_status status;
	struct ev_buf sql = {0};

	if (writer->settings->add) {
		status = add_column(writer, text, value, err);
		free(text);
		return status == EV_OK ? EV_AGAIN : status;
	}
	ev_sqlite_quote(&sql, text);
	ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "'%s' is no column of '%s': ALTER TABLE … ADD COLUMN %s, or -X "
	    "new-columns=add",
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
	*column = SKIPPED;
	if (writer->settings->meta.ptr &&
	    ev_slice_equal(name, writer->settings->meta))
		return EV_OK;
	if (writer->settings->mode != EV_SQLITE_APPEND &&
	    ev_slice_equal(name, EV_DELETED)) {
		*column = MARK;
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
	struct place *place;

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
			writer->place[writer->places] = (struct place){0};
	}
	place = &writer->place[at];
	place->key.len = 0;
	ev_buf_slice(&place->key, key);
	place->column = *column;
	return EV_OK;
}

static bool
is_set(const struct ev_sqlite_writer *writer, size_t column)
{
	return writer->set.ptr[column / 8] >> column % 8 & 1;
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
		if (column == MARK)
			writer->deleted = member[i].value;
		if (column == MARK || column == SKIPPED)
			continue;
		if (is_set(writer, column) &&
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
		if (is_set(writer, i))
			room += writer->value[i].len;
	writer->text.len = 0;
	ev_buf_reserve(&writer->text, room + 1);
	for (size_t i = 0; i < table->count; i++)
		if (is_set(writer, i) &&
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
		    (!is_set(writer, i) || writer->value[i].type == EV_NULL))
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "'%s', which is in the key, is %s",
			    writer->table.column[i].name,
			    is_set(writer, i) ? "null" : "missing");
	return EV_OK;
}

/* --- statements ---------------------------------------------------------- */

static void
put_name(struct ev_buf *sql, const char *before, const char *name,
    const char *after)
{
	ev_buf_str(sql, before);
	ev_sqlite_quote(sql, name);
	ev_buf_str(sql, after);
}

/* " WHERE key = ? AND …" */
static void
put_where(const struct ev_sqlite_writer *writer, struct ev_buf *sql)
{
	const char *word = " WHERE ";

	for (size_t i = 0; i < writer->table.count; i++)
		if (writer->in_key[i]) {
			put_name(sql, word, writer->table.column[i].name,
			    " = ?");
			word = " AND ";
		}
}

/* INSERT INTO t (a, b) VALUES (?, ?) ON CONFLICT (a) DO NOTHING */
static void
put_insert(const struct ev_sqlite_writer *writer, struct ev_buf *sql)
{
	const struct ev_sqlite_table *table = &writer->table;
	const char *word = " (";
	size_t count = 0;

	put_name(sql, "INSERT INTO main.", table->name, "");
	for (size_t i = 0; i < table->count; i++)
		if (is_set(writer, i)) {
			put_name(sql, word, table->column[i].name, "");
			word = ", ";
			count++;
		}
	ev_buf_str(sql, count ? ") VALUES (?" : " DEFAULT VALUES");
	for (size_t i = 1; i < count; i++)
		ev_buf_str(sql, ", ?");
	if (count)
		ev_buf_char(sql, ')');
	if (writer->settings->mode == EV_SQLITE_APPEND)
		return;
	word = " ON CONFLICT (";
	for (size_t i = 0; i < table->count; i++)
		if (writer->in_key[i]) {
			put_name(sql, word, table->column[i].name, "");
			word = ", ";
		}
	ev_buf_str(sql, ") DO NOTHING");
}

/* UPDATE t SET b = ? WHERE a = ?; false where the event has nothing but its
 * key. */
static bool
put_update(const struct ev_sqlite_writer *writer, struct ev_buf *sql)
{
	const struct ev_sqlite_table *table = &writer->table;
	const char *word = " SET ";

	put_name(sql, "UPDATE main.", table->name, "");
	for (size_t i = 0; i < table->count; i++)
		if (is_set(writer, i) && !writer->in_key[i]) {
			put_name(sql, word, table->column[i].name, " = ?");
			word = ", ";
		}
	put_where(writer, sql);
	return word[0] == ',';
}

static enum ev_status
prepare(struct ev_sqlite_writer *writer, struct ev_buf *sql,
    sqlite3_stmt **stmt, struct ev_err *err)
{
	enum ev_status status = ev_sqlite_prepare(writer->lite, "write to",
	    ev_buf_cstr(sql), stmt, err);

	sql->len = 0;
	return status;
}

static enum ev_status
make_plan(struct ev_sqlite_writer *writer, struct plan *plan,
    struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status;

	put_insert(writer, &sql);
	status = prepare(writer, &sql, &plan->insert, err);
	if (status == EV_OK && writer->settings->mode == EV_SQLITE_UPSERT &&
	    put_update(writer, &sql))
		status = prepare(writer, &sql, &plan->update, err);
	ev_buf_release(&sql);
	return status;
}

/* The statements for the columns that are set. */
static enum ev_status
plan_for(struct ev_sqlite_writer *writer, struct plan **result,
    struct ev_err *err)
{
	struct ev_slice set = ev_buf_as_slice(&writer->set);
	uintptr_t *slot;

	if (writer->last &&
	    ev_slice_equal(set, ev_buf_as_slice(&writer->last_set))) {
		*result = writer->last;
		return EV_OK;
	}
	slot = ev_map_get(writer->plans, set);
	if (!slot) {
		struct plan *plan;

		if (ev_map_count(writer->plans) >= PLANS_MAX)
			drop_plans(writer);
		plan = ev_mem_zalloc(1, sizeof(*plan));
		slot = ev_map_put(writer->plans, set, NULL);
		*slot = (uintptr_t)plan;
		if (make_plan(writer, plan, err) != EV_OK)
			return EV_FATAL;
	}
	writer->last = *result = (struct plan *)*slot;
	writer->last_set.len = 0;
	ev_buf_slice(&writer->last_set, set);
	return EV_OK;
}

/* --- rows ---------------------------------------------------------------- */

/* What the database says to a row: EV_BAD where it is about the row. */
static enum ev_status
refused(const struct ev_sqlite_writer *writer, int code, struct ev_err *err)
{
	sqlite3 *db = writer->lite->db;
	bool gone = sqlite3_get_autocommit(db);

	switch (code & 0xff) {
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_ERROR:
		break;
	default:
		return ev_sqlite_error(writer->lite, code, "write to", err);
	}
	if (gone)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "'%s' rolled the whole transaction back at a row: %s",
		    writer->table.name, sqlite3_errmsg(db));
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%s", sqlite3_errmsg(db));
}

static enum ev_status
step(const struct ev_sqlite_writer *writer, sqlite3_stmt *stmt,
    struct ev_err *err)
{
	int code = sqlite3_step(stmt);
	enum ev_status status = EV_OK;

	if (code != SQLITE_DONE && code != SQLITE_ROW)
		status = refused(writer, code, err);
	sqlite3_reset(stmt);
	return status;
}

/* Binds the set columns that are, or are not, in the key from `at` on. */
static enum ev_status
bind(const struct ev_sqlite_writer *writer, sqlite3_stmt *stmt, int *at,
    bool keys, bool others, struct ev_err *err)
{
	for (size_t i = 0; i < writer->table.count; i++) {
		int code;

		if (!is_set(writer, i) || (writer->in_key[i] ? !keys : !others))
			continue;
		code = ev_sqlite_bind(stmt, ++*at, &writer->cell[i]);
		if (code != SQLITE_OK)
			return refused(writer, code, err);
	}
	return EV_OK;
}

static enum ev_status
insert(const struct ev_sqlite_writer *writer, const struct plan *plan,
    struct ev_err *err)
{
	enum ev_status status;
	int at = 0;

	status = bind(writer, plan->insert, &at, true, true, err);
	return status == EV_OK ? step(writer, plan->insert, err) : status;
}

/* *met: there was such a row. */
static enum ev_status
update(const struct ev_sqlite_writer *writer, const struct plan *plan,
    bool *met, struct ev_err *err)
{
	enum ev_status status;
	int at = 0;

	status = bind(writer, plan->update, &at, false, true, err);
	if (status == EV_OK)
		status = bind(writer, plan->update, &at, true, false, err);
	if (status == EV_OK)
		status = step(writer, plan->update, err);
	*met = status == EV_OK && sqlite3_changes(writer->lite->db) > 0;
	return status;
}

static enum ev_status
remove_row(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status = EV_OK;
	int at = 0;

	if (!writer->remove) {
		put_name(&sql, "DELETE FROM main.", writer->table.name, "");
		put_where(writer, &sql);
		status = prepare(writer, &sql, &writer->remove, err);
		ev_buf_release(&sql);
	}
	if (status == EV_OK)
		status = bind(writer, writer->remove, &at, true, false, err);
	return status == EV_OK ? step(writer, writer->remove, err) : status;
}

/* A value as text that is the same for all that SQLite takes for equal. */
static struct ev_slice
value_text(struct ev_buf *out, const struct ev_sqlite_cell *cell)
{
	out->len = 0;
	ev_buf_char(out, cell->type == SQLITE_TEXT ? 't' : 'n');
	if (cell->type == SQLITE_TEXT)
		ev_buf_slice(out, cell->text);
	else if (cell->type == SQLITE_INTEGER)
		ev_buf_printf(out, "%lld", (long long)cell->integer);
	else if (cell->type == SQLITE_FLOAT && fabs(cell->real) < 0x1p62 &&
	    cell->real == floor(cell->real))
		ev_buf_printf(out, "%lld", (long long)cell->real);
	else if (cell->type == SQLITE_FLOAT)
		ev_sqlite_double(cell->real, out);
	return ev_buf_as_slice(out);
}

/* --replace-where: the rows of this value go, before the first new one of it
 * comes. */
static enum ev_status
forget(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	const char *name = writer->table.column[writer->where].name;
	struct ev_sqlite_cell *cell = &writer->cell[writer->where];
	enum ev_status status = EV_OK;
	struct ev_buf sql = {0};
	bool added;

	if (!is_set(writer, writer->where))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "'%s', the field of --replace-where, is missing", name);
	ev_map_put(writer->forgotten, value_text(&writer->name, cell), &added);
	if (!added)
		return EV_OK;
	if (!writer->forget) {
		put_name(&sql, "DELETE FROM main.", writer->table.name, "");
		put_name(&sql, " WHERE ", name, " IS ? COLLATE BINARY");
		status = prepare(writer, &sql, &writer->forget, err);
		ev_buf_release(&sql);
	}
	if (status == EV_OK &&
	    ev_sqlite_bind(writer->forget, 1, cell) != SQLITE_OK)
		status = EV_FATAL;
	return status == EV_OK ? step(writer, writer->forget, err) : status;
}

static enum ev_status
write_row(struct ev_sqlite_writer *writer, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	bool met = false;
	struct plan *plan;

	if (writer->settings->where.ptr)
		status = forget(writer, err);
	if (status == EV_OK)
		status = plan_for(writer, &plan, err);
	if (status == EV_OK && plan->update)
		status = update(writer, plan, &met, err);
	if (status == EV_OK && !met)
		status = insert(writer, plan, err);
	return status;
}

enum ev_status
ev_sqlite_writer_event(struct ev_sqlite_writer *writer,
    const struct ev_member *member, size_t count, struct ev_err *err)
{
	enum ev_status status;

	do
		status = lay_out(writer, member, count, err);
	while (status == EV_AGAIN);
	if (status == EV_OK)
		status = check_key_values(writer, err);
	if (status == EV_OK)
		status = convert(writer, err);
	if (status != EV_OK)
		return status;
	if (!ev_value_deletes(&writer->deleted))
		return write_row(writer, err);
	if (writer->settings->mode != EV_SQLITE_UPSERT)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "it deletes a row, which only --write upsert does");
	return remove_row(writer, err);
}
