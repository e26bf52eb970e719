/*
 * sqlite: see sqlite.h.
 */
#include "client/sqlite.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/point.h"

#define CHECK_EVERY 10000 /* steps of SQLite's machine between two looks */
#define NAP_MAX 100       /* ms between two tries for a lock */

/* --- places -------------------------------------------------------------- */

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 32;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Undoes %XX where it stands; a % before anything else is one. */
static char *
unescape(const char *text)
{
	struct ev_buf out = {0};

	for (; *text; text++) {
		int high = *text == '%' ? hex(text[1]) : -1;
		int low = high >= 0 ? hex(text[2]) : -1;

		if (low >= 0 && (high || low)) {
			ev_buf_char(&out, (char)(high << 4 | low));
			text += 2;
		} else {
			ev_buf_char(&out, *text);
		}
	}
	ev_buf_char(&out, '\0');
	return out.ptr;
}

/* The path without links; of one that does not exist that of its folder. */
static enum ev_status
resolve(const char *path, char **file, struct ev_err *err)
{
	const char *name = strrchr(path, '/');
	char *folder, *real = realpath(path, NULL);

	if (!real && errno == ENOENT) {
		folder = name ? ev_mem_strndup(path, (size_t)(name - path) + 1)
			      : ev_mem_strdup(".");
		real = realpath(folder, NULL);
		free(folder);
		name = name ? name + 1 : path;
		if (real) {
			*file = ev_mem_printf("%s/%s",
			    strcmp(real, "/") ? real : "", name);
			free(real);
			return EV_OK;
		}
	}
	if (!real)
		return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
		    "cannot open '%s': %s", path, ev_err_errno(errno));
	*file = real;
	return EV_OK;
}

enum ev_status
ev_sqlite_place(const char *place, bool table, struct ev_sqlite_place *out,
    struct ev_err *err)
{
	const char *path = strchr(place, ':') + 1, *cut;
	enum ev_status status;
	char *file;

	*out = (struct ev_sqlite_place){0};
	if (!strncmp(path, "//", 2))
		path += 2;
	cut = table ? strrchr(path, '/') : path + strlen(path);
	if (!cut || cut == path || (table && !cut[1]))
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    table ? "'%s' names no table: write sqlite:FILE/TABLE"
			  : "'%s' names no file: write sqlite:FILE",
		    place);
	file = ev_mem_strndup(path, (size_t)(cut - path));
	status = resolve(file, &out->file, err);
	free(file);
	if (status != EV_OK)
		return status;
	out->table = table ? unescape(cut + 1) : NULL;
	out->absolute = ev_mem_printf("sqlite:%s%s", out->file, cut);
	return EV_OK;
}

void
ev_sqlite_place_release(struct ev_sqlite_place *place)
{
	free(place->file);
	free(place->table);
	free(place->absolute);
}

/* --- waiting ------------------------------------------------------------- */

/* Another process holds the lock: true to try again. The waits get longer, up
 * to a tenth of a second, since nobody tells when it is free. */
static int
on_busy(void *arg, int count)
{
	struct ev_sqlite *lite = arg;
	int nap = count < 7 ? 1 << count : NAP_MAX;

	if (!count)
		lite->deadline = lite->wait < 0
		    ? INT64_MAX
		    : ev_clock_steady() + lite->wait;
	if (ev_clock_steady() >= lite->deadline)
		return 0;
	return ev_io_wait(-1, nap, NULL) == EV_AGAIN;
}

/* A query that takes long is left where a signal asks us to stop. */
static int
on_progress(void *arg)
{
	(void)arg;
	return ev_io_signal() != 0;
}

/* --- opening ------------------------------------------------------------- */

/* What `PRAGMA name` answers; the text lives in the caller's buffer. */
static enum ev_status
pragma(struct ev_sqlite *lite, const char *name, char text[32],
    struct ev_err *err)
{
	sqlite3_stmt *stmt;
	char sql[64];
	int code;

	snprintf(sql, sizeof(sql), "PRAGMA %s", name);
	if (ev_sqlite_prepare(lite, "open", sql, &stmt, err) != EV_OK)
		return EV_FATAL;
	code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		snprintf(text, 32, "%s", ev_sqlite_text(stmt, 0).ptr);
	sqlite3_finalize(stmt);
	return code == SQLITE_ROW ? EV_OK
				  : ev_sqlite_error(lite, code, "open", err);
}

/* A commit must be on the disk when it returns: with a rollback journal
 * "extra" syncs the folder too, after the journal is gone; with a write-ahead
 * log it is "full". Looked at afterwards: a library built without it would not
 * say so. */
static enum ev_status
make_durable(struct ev_sqlite *lite, struct ev_err *err)
{
	char text[32];

	if (ev_mutant("sqlite.sync"))
		return ev_sqlite_run(lite, "open", "PRAGMA synchronous=OFF",
		    err);
	if (ev_sqlite_run(lite, "open",
		"PRAGMA synchronous=EXTRA; PRAGMA cache_size=-32768",
		err) != EV_OK ||
	    pragma(lite, "synchronous", text, err) != EV_OK)
		return EV_FATAL;
	if (strcmp(text, "3"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "cannot write '%s' durably: this SQLite has no "
		    "synchronous=EXTRA",
		    lite->file);
	if (pragma(lite, "journal_mode", text, err) != EV_OK)
		return EV_FATAL;
	if (!strcmp(text, "off") || !strcmp(text, "memory"))
		return ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "cannot write '%s' durably: its journal_mode is %s",
		    lite->file, text);
	return EV_OK;
}

static enum ev_status
set_up(struct ev_sqlite *lite, struct ev_err *err)
{
	char text[32];

	sqlite3_extended_result_codes(lite->db, 1);
	sqlite3_busy_handler(lite->db, on_busy, lite);
	if (!lite->writing)
		sqlite3_progress_handler(lite->db, CHECK_EVERY, on_progress,
		    NULL);
	sqlite3_db_config(lite->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	/* The schema of a file that came from somewhere calls no function that
	 * could do harm. */
	sqlite3_db_config(lite->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	/* The first look at the file: is it a database? */
	if (pragma(lite, "schema_version", text, err) != EV_OK)
		return EV_FATAL;
	if (lite->writing)
		return make_durable(lite, err);
	return ev_sqlite_run(lite, "open", "PRAGMA query_only=ON", err);
}

enum ev_status
ev_sqlite_open(struct ev_sqlite *lite, const char *file, bool writing,
    int64_t wait, struct ev_err *err)
{
	/* Not read-only: what a killed writer left is rolled back first. Where
	 * the file cannot be written SQLite opens it for reading by itself. */
	int flags = SQLITE_OPEN_READWRITE | (writing ? SQLITE_OPEN_CREATE : 0) |
	    SQLITE_OPEN_NOMUTEX;
	int code;

	*lite = (struct ev_sqlite){.file = file,
	    .writing = writing,
	    .wait = wait,
	    .busy_exit = EV_EXIT_UNAVAILABLE};
	if (!writing && access(file, R_OK))
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot open '%s': %s", file, ev_err_errno(errno));
	code = sqlite3_open_v2(file, &lite->db, flags, NULL);
	if (code != SQLITE_OK)
		ev_sqlite_error(lite, code, "open", err);
	else if (set_up(lite, err) == EV_OK)
		return EV_OK;
	ev_sqlite_close(lite);
	return EV_FATAL;
}

void
ev_sqlite_close(struct ev_sqlite *lite)
{
	sqlite3_close_v2(lite->db);
	lite->db = NULL;
}

/* --- errors -------------------------------------------------------------- */

static int
exit_of(const struct ev_sqlite *lite, int code)
{
	switch (code & 0xff) {
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return lite->busy_exit;
	case SQLITE_CANTOPEN:
	case SQLITE_READONLY:
	case SQLITE_PERM:
	case SQLITE_AUTH:
	case SQLITE_ERROR:
		return lite->writing ? EV_EXIT_CREATE : EV_EXIT_IO;
	case SQLITE_NOMEM:
		return EV_EXIT_OS;
	default:
		return EV_EXIT_IO;
	}
}

/* What SQLite says, lower case at its beginning where it is a sentence, and
 * the system's reason where there is one. */
static void
reason(const struct ev_sqlite *lite, int code, char *text, size_t size)
{
	const char *why = sqlite3_errmsg(lite->db);
	int number = 0;

	if (sqlite3_errcode(lite->db) == SQLITE_OK)
		why = sqlite3_errstr(code);
	if ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN)
		number = sqlite3_system_errno(lite->db);
	snprintf(text, size, "%s%s%s", why, number ? ": " : "",
	    number ? ev_err_errno(number) : "");
}

enum ev_status
ev_sqlite_error(const struct ev_sqlite *lite, int code, const char *what,
    struct ev_err *err)
{
	char why[768];

	bool busy = (code & 0xff) == SQLITE_BUSY;

	if (ev_io_signal() && (busy || code == SQLITE_INTERRUPT))
		return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(), "%s",
		    "");
	if (busy)
		return ev_err_set(err, EV_FATAL, lite->busy_exit,
		    "cannot %s '%s': another process holds its lock (--wait "
		    "is how long to wait for it)",
		    what, lite->file);
	reason(lite, code, why, sizeof(why));
	return ev_err_set(err, EV_FATAL, exit_of(lite, code),
	    "cannot %s '%s': %s", what, lite->file, why);
}

/* --- statements ---------------------------------------------------------- */

enum ev_status
ev_sqlite_run(struct ev_sqlite *lite, const char *what, const char *sql,
    struct ev_err *err)
{
	int code = sqlite3_exec(lite->db, sql, NULL, NULL, NULL);

	return code == SQLITE_OK ? EV_OK
				 : ev_sqlite_error(lite, code, what, err);
}

enum ev_status
ev_sqlite_prepare(struct ev_sqlite *lite, const char *what, const char *sql,
    sqlite3_stmt **stmt, struct ev_err *err)
{
	int code = sqlite3_prepare_v3(lite->db, sql, -1, 0, stmt, NULL);

	return code == SQLITE_OK ? EV_OK
				 : ev_sqlite_error(lite, code, what, err);
}

enum ev_status
ev_sqlite_ask(struct ev_sqlite *lite, const char *what, const char *sql,
    const struct ev_slice *text, size_t count, sqlite3_stmt **stmt,
    struct ev_err *err)
{
	int code = SQLITE_OK;

	if (ev_sqlite_prepare(lite, what, sql, stmt, err) != EV_OK)
		return EV_FATAL;
	for (size_t i = 0; i < count && code == SQLITE_OK; i++)
		code = sqlite3_bind_text64(*stmt, (int)i + 1, text[i].ptr,
		    text[i].len, SQLITE_STATIC, SQLITE_UTF8);
	if (code == SQLITE_OK)
		return EV_OK;
	sqlite3_finalize(*stmt);
	return ev_sqlite_error(lite, code, what, err);
}

static struct ev_slice
column(sqlite3_stmt *stmt, int at, const void *ptr)
{
	struct ev_slice value = {ptr, (size_t)sqlite3_column_bytes(stmt, at)};

	if (!ptr && sqlite3_errcode(sqlite3_db_handle(stmt)) == SQLITE_NOMEM)
		ev_mem_fail(value.len);
	return value;
}

struct ev_slice
ev_sqlite_text(sqlite3_stmt *stmt, int at)
{
	return column(stmt, at, sqlite3_column_text(stmt, at));
}

struct ev_slice
ev_sqlite_blob(sqlite3_stmt *stmt, int at)
{
	return column(stmt, at, sqlite3_column_blob(stmt, at));
}

void
ev_sqlite_quote(struct ev_buf *out, const char *name)
{
	ev_buf_char(out, '"');
	for (; *name; name++) {
		if (*name == '"')
			ev_buf_char(out, '"');
		ev_buf_char(out, *name);
	}
	ev_buf_char(out, '"');
}

struct ev_slice
ev_sqlite_fold(struct ev_buf *out, struct ev_slice name)
{
	out->len = 0;
	ev_buf_slice(out, name);
	for (size_t i = 0; i < out->len; i++)
		if (out->ptr[i] >= 'A' && out->ptr[i] <= 'Z')
			out->ptr[i] |= 32;
	return ev_buf_as_slice(out);
}
