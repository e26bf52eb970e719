/*
 * sqlite_row: an event as a row: the statements, prepared once for each set of
 * columns, and what the database says to them.
 *
 * An upsert is an UPDATE and, where that met no row, an INSERT; in one
 * transaction with the lock taken nobody can come between. SQLite's own ON
 * CONFLICT DO UPDATE would refuse an event that lacks a NOT NULL column even
 * where its row is there.
 */
#include <math.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "client/sqlite_impl.h"

#define PLANS_MAX 256 /* sets of columns whose statements are kept */

/* --- statements ---------------------------------------------------------- */

void
ev_sqlite_writer_abandon(struct ev_sqlite_writer *writer)
{
	struct ev_sqlite_plan *plan;

	for (plan = writer->all; plan; plan = plan->next) {
		sqlite3_finalize(plan->insert);
		sqlite3_finalize(plan->update);
		plan->insert = plan->update = NULL;
	}
	sqlite3_finalize(writer->forget);
	sqlite3_finalize(writer->remove);
	writer->forget = writer->remove = NULL;
}

void
ev_sqlite_drop_statements(struct ev_sqlite_writer *writer)
{
	struct ev_sqlite_plan *plan;

	ev_sqlite_writer_abandon(writer);
	while ((plan = writer->all)) {
		writer->all = plan->next;
		free(plan);
	}
	ev_map_free(writer->plans);
	writer->plans = ev_map_new();
	writer->last = NULL;
}

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

/* "INSERT INTO t (a, b)"; the number of columns. */
static size_t
put_into(const struct ev_sqlite_writer *writer, struct ev_buf *sql)
{
	const struct ev_sqlite_table *table = &writer->table;
	size_t count = 0;

	put_name(sql, "INSERT INTO main.", table->name, "");
	for (size_t i = 0; i < table->count; i++)
		if (ev_sqlite_is_set(writer, i))
			put_name(sql, count++ ? ", " : " (",
			    table->column[i].name, "");
	ev_buf_str(sql, count ? ")" : "");
	return count;
}

/* INSERT INTO t (a, b) VALUES (?, ?), or, with `absent`, SELECT ?, ? WHERE NOT
 * EXISTS (SELECT 1 FROM t WHERE a = ?): ON CONFLICT DO NOTHING would refuse an
 * event that lacks a NOT NULL column even where its row is there. */
static void
put_insert(const struct ev_sqlite_writer *writer, bool absent,
    struct ev_buf *sql)
{
	size_t count = put_into(writer, sql);

	if (!count) {
		ev_buf_str(sql, " DEFAULT VALUES");
		return;
	}
	ev_buf_str(sql, absent ? " SELECT ?" : " VALUES (?");
	for (size_t i = 1; i < count; i++)
		ev_buf_str(sql, ", ?");
	if (!absent) {
		ev_buf_char(sql, ')');
		return;
	}
	put_name(sql, " WHERE NOT EXISTS (SELECT 1 FROM main.",
	    writer->table.name, "");
	put_where(writer, sql);
	ev_buf_char(sql, ')');
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
		if (ev_sqlite_is_set(writer, i) && !writer->in_key[i]) {
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
make_plan(struct ev_sqlite_writer *writer, struct ev_sqlite_plan *plan,
    struct ev_err *err)
{
	struct ev_buf sql = {0};
	enum ev_status status = EV_OK;

	if (writer->settings->mode == EV_SQLITE_UPSERT &&
	    put_update(writer, &sql))
		status = prepare(writer, &sql, &plan->update, err);
	sql.len = 0;
	plan->absent = writer->settings->mode != EV_SQLITE_APPEND &&
	    !plan->update;
	put_insert(writer, plan->absent, &sql);
	if (status == EV_OK)
		status = prepare(writer, &sql, &plan->insert, err);
	ev_buf_release(&sql);
	return status;
}

/* The statements for the columns that are set. */
static enum ev_status
plan_for(struct ev_sqlite_writer *writer, struct ev_sqlite_plan **result,
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
		struct ev_sqlite_plan *plan;

		if (ev_map_count(writer->plans) >= PLANS_MAX)
			ev_sqlite_drop_statements(writer);
		plan = ev_mem_zalloc(1, sizeof(*plan));
		plan->next = writer->all;
		writer->all = plan;
		slot = ev_map_put(writer->plans, set, NULL);
		*slot = (uintptr_t)plan;
		if (make_plan(writer, plan, err) != EV_OK)
			return EV_FATAL;
	}
	writer->last = *result = (struct ev_sqlite_plan *)*slot;
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

		if (!ev_sqlite_is_set(writer, i) ||
		    (writer->in_key[i] ? !keys : !others))
			continue;
		code = ev_sqlite_bind(stmt, ++*at, &writer->cell[i]);
		if (code != SQLITE_OK)
			return refused(writer, code, err);
	}
	return EV_OK;
}

static enum ev_status
insert(const struct ev_sqlite_writer *writer, const struct ev_sqlite_plan *plan,
    struct ev_err *err)
{
	enum ev_status status;
	int at = 0;

	status = bind(writer, plan->insert, &at, true, true, err);
	if (status == EV_OK && plan->absent)
		status = bind(writer, plan->insert, &at, true, false, err);
	return status == EV_OK ? step(writer, plan->insert, err) : status;
}

/* *met: there was such a row. */
static enum ev_status
update(const struct ev_sqlite_writer *writer, const struct ev_sqlite_plan *plan,
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

/* A mark between two events of one value: what has been committed of it would
 * go with the old rows. */
static enum ev_status
check_cut(struct ev_sqlite_writer *writer, struct ev_slice value,
    struct ev_err *err)
{
	struct ev_slice where = writer->settings->where;
	bool cut = writer->where_cut &&
	    ev_slice_equal(value, ev_buf_as_slice(&writer->where_last));

	writer->where_cut = false;
	if (cut)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--replace-where %.*s: a mark stands between two events "
		    "of one value, of which the first is committed and would "
		    "go: evsource --mark-when %.*s marks where the value "
		    "changes",
		    (int)where.len, where.ptr, (int)where.len, where.ptr);
	writer->where_last.len = 0;
	ev_buf_slice(&writer->where_last, value);
	return EV_OK;
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

	if (!ev_sqlite_is_set(writer, writer->where))
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "'%s', the field of --replace-where, is missing", name);
	if (check_cut(writer, value_text(&writer->name, cell), err) != EV_OK)
		return EV_FATAL;
	ev_map_put(writer->forgotten, ev_buf_as_slice(&writer->name), &added);
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
	struct ev_sqlite_plan *plan;

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
	enum ev_status status = ev_sqlite_lay_out(writer, member, count, err);

	if (status != EV_OK)
		return status;
	if (!ev_value_deletes(&writer->deleted))
		return write_row(writer, err);
	if (writer->settings->mode != EV_SQLITE_UPSERT)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
		    "it deletes a row, which only --write upsert does");
	return remove_row(writer, err);
}
