/*
 * sqlite_positions: see sqlite_positions.h.
 */
#include "client/sqlite_positions.h"

#include "base/point.h"
#include "client/sqlite_table.h"

static enum ev_status
has_table(struct ev_sqlite *lite, bool *there, struct ev_err *err)
{
	struct ev_sqlite_table table = {0};
	enum ev_status status = ev_sqlite_table_load(&table, lite,
	    EV_SQLITE_POSITIONS, err);

	*there = status == EV_OK && table.exists;
	ev_sqlite_table_release(&table);
	return status;
}

enum ev_status
ev_sqlite_positions_read(struct ev_sqlite *lite, const char *name,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_slice parameter = ev_slice_of(name);
	sqlite3_stmt *stmt;
	bool there;
	int code;

	if (has_table(lite, &there, err) != EV_OK)
		return EV_FATAL;
	if (!there)
		return EV_END;
	if (ev_sqlite_ask(lite, "read",
		"SELECT record FROM main." EV_SQLITE_POSITIONS
		" WHERE name = ?1",
		&parameter, 1, &stmt, err) != EV_OK)
		return EV_FATAL;
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		ev_buf_slice(out, ev_sqlite_text(stmt, 0));
	sqlite3_finalize(stmt);
	if (code == SQLITE_ROW)
		return EV_OK;
	return code == SQLITE_DONE ? EV_END
				   : ev_sqlite_error(lite, code, "read", err);
}

/* Runs a statement on some texts; *changed is how many rows it changed. */
static enum ev_status
change(struct ev_sqlite *lite, const char *sql, const struct ev_slice *text,
    size_t count, int *changed, struct ev_err *err)
{
	sqlite3_stmt *stmt;
	int code;

	if (ev_sqlite_ask(lite, "write to", sql, text, count, &stmt, err) !=
	    EV_OK)
		return EV_FATAL;
	code = sqlite3_step(stmt);
	*changed = code == SQLITE_DONE ? sqlite3_changes(lite->db) : 0;
	sqlite3_finalize(stmt);
	return code == SQLITE_DONE
	    ? EV_OK
	    : ev_sqlite_error(lite, code, "write to", err);
}

enum ev_status
ev_sqlite_positions_swap(struct ev_sqlite *lite, const char *name,
    struct ev_slice was, struct ev_slice record, struct ev_err *err)
{
	const struct ev_slice text[] = {ev_slice_of(name), record, was};
	bool again = was.ptr && !ev_mutant("sqlite.swap");
	int changed;

	if (ev_sqlite_run(lite, "write to",
		"CREATE TABLE IF NOT EXISTS main." EV_SQLITE_POSITIONS
		" (name TEXT NOT NULL PRIMARY KEY, record TEXT NOT NULL)",
		err) != EV_OK)
		return EV_FATAL;
	/* Compare and swap (rule R1). */
	if (change(lite,
		ev_mutant("sqlite.swap")
		    ? "INSERT OR REPLACE INTO main." EV_SQLITE_POSITIONS
		      " (name, record) VALUES (?1, ?2)"
		    : again
		    ? "UPDATE main." EV_SQLITE_POSITIONS
		      " SET record = ?2 WHERE name = ?1 AND record = ?3"
		    : "INSERT INTO main." EV_SQLITE_POSITIONS
		      " (name, record) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
		text, again ? 3 : 2, &changed, err) != EV_OK)
		return EV_FATAL;
	if (changed == 1)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
	    "another run of the pipeline '%s' has committed to '%s' meanwhile",
	    name, lite->file);
}

enum ev_status
ev_sqlite_positions_drop(struct ev_sqlite *lite, const char *name,
    struct ev_err *err)
{
	struct ev_slice text = ev_slice_of(name);
	int changed;

	return change(lite,
	    "DELETE FROM main." EV_SQLITE_POSITIONS " WHERE name = ?1", &text,
	    1, &changed, err);
}
