/*
 * sqlite: places, times, types, and which values which columns are given.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "client/sqlite.h"
#include "client/sqlite_value.h"
#include "event/scan.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- values -------------------------------------------------------------- */

/* What a column of the type is given for a JSON value: "int 5", "real 1.5",
 * "text x", "null"; NULL: it is refused. */
static const struct {
	const char *type, *json, *cell;
} cells[] = {
    {"INTEGER", "5", "int 5"},
    {"INTEGER", "-0", "int 0"},
    {"INTEGER", "9223372036854775807", "int 9223372036854775807"},
    {"INTEGER", "-9223372036854775808", "int -9223372036854775808"},
    {"INTEGER", "9223372036854775808", NULL},
    {"INTEGER", "1e3", "real 1000.0"},
    {"INTEGER", "1.5", "real 1.5"},
    {"INTEGER", "1.0299624034279555e17", "int 102996240342795550"},
    {"INTEGER", "102996240342795550.0", "int 102996240342795550"},
    {"INTEGER", "9223372036854775807e0", "int 9223372036854775807"},
    {"INTEGER", "922337203685477580.75e1", NULL},
    {"INTEGER", "1e19", "real 1e+19"},
    {"INTEGER", "0.1234567890123456789", NULL},
    {"INTEGER", "1e400", NULL},
    {"INTEGER", "1e-400", NULL},
    {"INTEGER", "0e-400", "real 0.0"},
    {"INTEGER", "5e-324", "real 5e-324"},
    {"INTEGER", "0.30000000000000004", "real 0.30000000000000004"},
    {"INTEGER", "true", "int 1"},
    {"INTEGER", "null", "null"},
    {"INTEGER", "\"12\"", "int 12"},
    {"INTEGER", "\"-1.50\"", "real -1.5"},
    {"INTEGER", "\"012\"", NULL},
    {"INTEGER", "\"-012\"", NULL},
    {"INTEGER", "\"1e5\"", NULL},
    {"INTEGER", "\" 5\"", NULL},
    {"INTEGER", "\"5\\n\"", NULL},
    {"INTEGER", "\"+5\"", NULL},
    {"INTEGER", "\".5\"", NULL},
    {"INTEGER", "\"5.\"", NULL},
    {"INTEGER", "\"5e\"", "text 5e"},
    {"INTEGER", "\"-\"", "text -"},
    {"INTEGER", "\".\"", "text ."},
    {"INTEGER", "\"5 5\"", "text 5 5"},
    {"INTEGER", "\"\"", "text "},
    {"INTEGER", "\"0\"", "int 0"},
    {"INTEGER", "\"-0\"", "int 0"},
    {"INTEGER", "[1, 2]", "text [1, 2]"},
    {"REAL", "9007199254740993", NULL},
    {"REAL", "9007199254740992", "int 9007199254740992"},
    {"REAL", "\"9007199254740993\"", NULL},
    {"DOUBLE", "0.1", "real 0.1"},
    {"TEXT", "1.10", "text 1.10"},
    {"TEXT", "12345678901234567890123", "text 12345678901234567890123"},
    {"TEXT", "false", "text false"},
    {"TEXT", "\"012\"", "text 012"},
    {"TEXT", "\"\\u00e9\\\"\"", "text \xc3\xa9\""},
    {"TEXT", "\"\\u0000\"", NULL},
    {"TEXT", "\"\\ud800\"", NULL},
    {"TEXT", "{\"a\":\"\\u0000\"}", "text {\"a\":\"\\u0000\"}"},
    {"", "12345678901234567890123", "text 12345678901234567890123"},
    {"", "\"012\"", "text 012"},
    {"BLOB", "1e3", "real 1000.0"},
    {"BOOLEAN", "true", "int 1"},
    {"DECIMAL(10,2)", "19.99", "real 19.99"},
    {"JSON", "\"a\"", "text \"a\""},
    {"JSON", "\"\\u0000\"", "text \"\\u0000\""},
    {"JSON", "true", "text true"},
    {"JSON", "1.10", "real 1.1"},
    {"JSON TEXT", "1.10", "text 1.10"},
};

static const char *
show(const struct ev_sqlite_cell *cell, struct ev_buf *out)
{
	out->len = 0;
	switch (cell->type) {
	case SQLITE_INTEGER:
		ev_buf_printf(out, "int %lld", (long long)cell->integer);
		break;
	case SQLITE_FLOAT:
		ev_buf_str(out, "real ");
		ev_sqlite_double(cell->real, out);
		break;
	case SQLITE_TEXT:
		ev_buf_str(out, "text ");
		ev_buf_slice(out, cell->text);
		break;
	default:
		ev_buf_str(out, "null");
	}
	return ev_buf_cstr(out);
}

static void
columns_get_values_as_they_are_or_not_at_all(void **state)
{
	struct ev_scan *scan = ev_scan_new();
	unsigned slot = ev_scan_want_key(scan, EV_SLICE("x"));

	(void)state;
	for (size_t i = 0; i < COUNT(cells); i++) {
		struct ev_buf line = {0}, scratch = {0}, out = {0};
		struct ev_sqlite_cell cell;
		struct ev_value value;
		const char *fault;
		struct ev_err err;

		ev_buf_printf(&line, "{\"x\":%s}\n", cells[i].json);
		ev_buf_reserve(&line, EV_SCAN_PADDING);
		ev_scan_line(scan, line.ptr, &fault);
		assert_null(fault);
		value = ev_scan_fields(scan)[slot];
		ev_buf_reserve(&scratch, value.len);
		if (ev_sqlite_cell(value, ev_sqlite_type(cells[i].type, false),
			&scratch, &cell, &err) != EV_OK) {
			if (cells[i].cell)
				fail_msg("%s in %s: %s", cells[i].json,
				    cells[i].type, err.text);
		} else if (!cells[i].cell) {
			fail_msg("%s in %s is %s", cells[i].json, cells[i].type,
			    show(&cell, &out));
		} else {
			assert_string_equal(show(&cell, &out), cells[i].cell);
		}
		ev_buf_release(&line);
		ev_buf_release(&scratch);
		ev_buf_release(&out);
	}
	ev_scan_free(scan);
}

/* SQLite itself says what a declared type does: the class in which a column of
 * it keeps the text 5 and the number 5. */
static void
types_have_the_affinity_that_sqlite_gives_them(void **state)
{
	static const char *const types[] = {"", "INT", "INTEGER", "TINYINT",
	    "POINT", "CHARINT", "VARCHAR(5)", "text", "CLOB", "BLOB", "REAL",
	    "float", "DOUBLE PRECISION", "NUMERIC", "DECIMAL(1,2)", "BOOLEAN",
	    "DATE", "STRING", "ANY", "JSON", "JSON TEXT", "BLOBTEXT",
	    "REALBLOB"};
	sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	for (size_t i = 0; i < COUNT(types); i++) {
		struct ev_sqlite_type type = ev_sqlite_type(types[i], false);
		static const char *const want[] = {[EV_SQLITE_ANY] =
						       "textinteger",
		    [EV_SQLITE_TEXT] = "texttext",
		    [EV_SQLITE_NUMERIC] = "integerinteger",
		    [EV_SQLITE_REAL] = "realreal"};
		struct ev_buf sql = {0};
		sqlite3_stmt *stmt;

		ev_buf_printf(&sql,
		    "DROP TABLE IF EXISTS t; CREATE TABLE t (a %s, b %s); "
		    "INSERT INTO t VALUES ('5', 5)",
		    types[i], types[i]);
		assert_int_equal(sqlite3_exec(db, ev_buf_cstr(&sql), NULL, NULL,
				     NULL),
		    SQLITE_OK);
		assert_int_equal(sqlite3_prepare_v2(db,
				     "SELECT typeof(a) || typeof(b) "
				     "FROM t",
				     -1, &stmt, NULL),
		    SQLITE_OK);
		assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
		assert_string_equal((const char *)sqlite3_column_text(stmt, 0),
		    want[type.affinity]);
		sqlite3_finalize(stmt);
		ev_buf_release(&sql);
	}
	assert_int_equal(ev_sqlite_type("ANY", true).affinity, EV_SQLITE_ANY);
	assert_true(ev_sqlite_type("boolean", false).boolean);
	assert_true(ev_sqlite_type("jsonb", false).json);
	sqlite3_close(db);
}

/* --- places -------------------------------------------------------------- */

static void
places_name_a_file_and_a_table(void **state)
{
	static const struct {
		const char *place, *file, *table; /* file NULL: refused */
	} cases[] = {
	    {"sqlite:/tmp/s.db/t", "/tmp/s.db", "t"},
	    {"sqlite:///tmp/s.db/t", "/tmp/s.db", "t"},
	    {"sqlite:/tmp/../tmp/s.db/a b", "/tmp/s.db", "a b"},
	    {"sqlite:/tmp/s.db/a%2Fb%25%", "/tmp/s.db", "a/b%%"},
	    {"sqlite:/tmp/s.db/50%zz%0", "/tmp/s.db", "50%zz%0"},
	    {"sqlite:/tmp/s.db/a%00b", "/tmp/s.db", "a%00b"},
	    {"sqlite:/s.db/t", "/s.db", "t"},
	    {"sqlite:s.db", NULL, NULL},
	    {"sqlite:s.db/", NULL, NULL},
	    {"sqlite:/t", NULL, NULL},
	    {"sqlite:", NULL, NULL},
	    {"sqlite:/no/such/folder/s.db/t", NULL, NULL},
	};
	struct ev_sqlite_place place;
	struct ev_err err;

	(void)state;
	for (size_t i = 0; i < COUNT(cases); i++) {
		enum ev_status status = ev_sqlite_place(cases[i].place, true,
		    &place, &err);

		assert_int_equal(status, cases[i].file ? EV_OK : EV_FATAL);
		if (cases[i].file) {
			assert_string_equal(place.file, cases[i].file);
			assert_string_equal(place.table, cases[i].table);
		}
		ev_sqlite_place_release(&place);
	}
	assert_int_equal(ev_sqlite_place("sqlite:/tmp/x.db", false, &place,
			     &err),
	    EV_OK);
	assert_null(place.table);
	assert_string_equal(place.absolute, "sqlite:/tmp/x.db");
	ev_sqlite_place_release(&place);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(columns_get_values_as_they_are_or_not_at_all),
	    cmocka_unit_test(types_have_the_affinity_that_sqlite_gives_them),
	    cmocka_unit_test(places_name_a_file_and_a_table),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
