/*
 * csv_write and columns: cells by table, and random events that are written
 * as CSV and read again by the CSV reader.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/mem.h"
#include "event/build.h"
#include "event/canon.h"
#include "event/input.h"
#include "event/scan.h"
#include "format/columns.h"
#include "format/csv.h"
#include "format/csv_write.h"

#define ROUNDS 20000
#define COLUMNS 6

static const struct ev_csv_style plain = {',', '"', {"", 0}, false,
    EV_CSV_NEWLINES_KEEP};

/* A line with the room behind it that a scan needs. */
static const char *
padded(struct ev_buf *line, const char *text)
{
	line->len = 0;
	ev_buf_str(line, text);
	ev_buf_char(line, '\n');
	ev_buf_reserve(line, EV_SCAN_PADDING);
	memset(line->ptr + line->len, 0, EV_SCAN_PADDING);
	return line->ptr;
}

/* The members of an event; scan and line must outlive them. */
static const struct ev_member *
members_of(struct ev_scan *scan, struct ev_buf *line, const char *text,
    size_t *count)
{
	const char *fault;

	ev_scan_line(scan, padded(line, text), &fault);
	assert_null(fault);
	return ev_scan_members(scan, count);
}

static struct ev_scan *
new_scan(void)
{
	struct ev_scan *scan = ev_scan_new();

	ev_scan_want_members(scan);
	return scan;
}

/* The cell that a value (JSON) becomes; "!why" where it cannot be one. */
static void
one_cell(const struct ev_csv_style *style, const char *json, struct ev_buf *out)
{
	struct ev_scan *scan = new_scan();
	struct ev_buf line = {0}, scratch = {0};
	char *event = ev_mem_printf("{\"v\":%s}", json);
	size_t count, bad = 9;
	const struct ev_member *member = members_of(scan, &line, event, &count);
	struct ev_err err;

	out->len = 0;
	if (ev_csv_write_values(style, &member->value, 1, &scratch, out, &bad,
		&err) != EV_OK) {
		assert_int_equal(bad, 0);
		assert_int_equal(out->len, 0);
		ev_buf_printf(out, "!%s", err.text);
	}
	ev_buf_cstr(out);
	free(event);
	ev_buf_release(&line);
	ev_buf_release(&scratch);
	ev_scan_free(scan);
}

struct cell_case {
	const char *json, *cell;
};

static void
check_cells(const struct ev_csv_style *style, const struct cell_case *cases,
    size_t count)
{
	struct ev_buf out = {0};

	for (size_t i = 0; i < count; i++) {
		one_cell(style, cases[i].json, &out);
		assert_string_equal(out.ptr, cases[i].cell);
	}
	ev_buf_release(&out);
}

#define CHECK(style, cases) \
	check_cells(style, cases, sizeof(cases) / sizeof(cases[0]))

static void
cells(void **state)
{
	static const struct cell_case cases[] = {
	    {"null", ""},
	    {"true", "true"},
	    {"-1.50e+7", "-1.50e+7"},
	    {"\"\"", "\"\""},
	    {"\"x\"", "x"},
	    {"\" x \"", " x "},
	    {"\"a,b\"", "\"a,b\""},
	    {"\"0123456789abcde,\"", "\"0123456789abcde,\""},
	    {"\"0123456789abcdef,\"", "\"0123456789abcdef,\""},
	    {"\"0123456789abcdef\"", "0123456789abcdef"},
	    {"\"\\\"\"", "\"\"\"\""},
	    {"\"a\\\"\\\"b\"", "\"a\"\"\"\"b\""},
	    {"\"a\\nb\"", "\"a\nb\""},
	    {"\"\\r\"", "\"\r\""},
	    {"\"\\t\"", "\t"},
	    {"\"\\u00e9\\/\\\\\"", "é/\\"},
	    {"\"\\ud83d\\ude00\"", "\xF0\x9F\x98\x80"},
	    {"\"42\"", "\"42\""},
	    {"\"-0.50\"", "\"-0.50\""},
	    {"\"007\"", "007"},
	    {"\"1e5\"", "1e5"},
	    {"\"1.\"", "1."},
	    {"\"-\"", "-"},
	    {"\"123456789012345678\"", "\"123456789012345678\""},
	    {"\"1234567890123456789\"", "1234567890123456789"},
	    {"\"\\\\.\"", "\"\\.\""},
	    {"\"\xEF\xBB\xBFx\"", "\"\xEF\xBB\xBFx\""},
	    {"[1]", "[1]"},
	    {"[1, \"a\"]", "\"[1, \"\"a\"\"]\""},
	    {"{}", "{}"},
	};

	(void)state;
	CHECK(&plain, cases);
}

static void
styles(void **state)
{
	static const struct ev_csv_style odd = {';', '\'', {"NULL", 4}, true,
	    EV_CSV_NEWLINES_SPACE};
	static const struct cell_case odd_cases[] = {
	    {"null", "NULL"},
	    {"\"NULL\"", "'NULL'"},
	    {"\"\"", ""},
	    {"\"a,b\"", "a,b"},
	    {"\"a;b\"", "'a;b'"},
	    {"\"it's\"", "'it''s'"},
	    {"\"\\\"\"", "\""},
	    {"\"a\\r\\nb\\nc\\rd\"", "a b c d"},
	    {"\"=1\"", "'''=1'"},
	    {"-1", "-1"},
	    {"\"a=\"", "a="},
	};
	static const struct ev_csv_style strict = {'\t', 0, {"", 0}, false,
	    EV_CSV_NEWLINES_BAD};
	static const struct cell_case strict_cases[] = {
	    {"\"a,\\\"b\"", "a,\"b"},
	    {"\"a\\tb\"", "!would need quotes, and there are none (--quote)"},
	    {"\"\"", "!would need quotes, and there are none (--quote)"},
	    {"\"a\\nb\"", "!has a line end in it"},
	};

	(void)state;
	CHECK(&odd, odd_cases);
	CHECK(&strict, strict_cases);
}

/* --- round trips ------------------------------------------------------- */

static uint64_t seed;

static unsigned
any(unsigned below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (unsigned)(seed >> 33) % below;
}

/* A value that CSV can hold: null, a plain number, text. */
static void
random_value(struct ev_buf *out)
{
	static const char *const pieces[] = {"a", ",", "\\\"", "\\n", "\\r",
	    " ", "1", "0", "-", ".", "é", "\\t", "\\\\", "'", "e", "#",
	    "0123456789abcdef", "\\u00df", "=", "\xEF\xBB\xBF"};

	switch (any(4)) {
	case 0:
		ev_build_null(out);
		return;
	case 1:
		ev_buf_printf(out, "%d", (int)any(2000000) - 1000000);
		return;
	default:
		break;
	}
	ev_buf_char(out, '"');
	for (unsigned n = any(9); n; n--)
		ev_buf_str(out, pieces[any(sizeof(pieces) / sizeof(*pieces))]);
	ev_buf_char(out, '"');
}

static void
random_event(struct ev_buf *out, unsigned columns)
{
	out->len = 0;
	ev_buf_char(out, '{');
	for (unsigned i = 0; i < columns; i++) {
		ev_buf_printf(out, "%s\"k%u\":", i ? "," : "", i);
		random_value(out);
	}
	ev_buf_char(out, '}');
	ev_buf_cstr(out);
}

struct text_input {
	struct ev_input in;
	struct ev_slice left;
};

static enum ev_status
read_text(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct text_input *text = (struct text_input *)in;

	(void)err;
	if (!text->left.len)
		return EV_END;
	*got = text->left.len < cap ? text->left.len : cap;
	memcpy(buf, text->left.ptr, *got);
	text->left.ptr += *got;
	text->left.len -= *got;
	return EV_OK;
}

/* Writes an event as CSV with a header. */
static void
write_csv(struct ev_scan *scan, const char *event, struct ev_buf *csv)
{
	struct ev_columns *columns = ev_columns_new();
	struct ev_buf line = {0}, scratch = {0};
	const struct ev_value *values;
	struct ev_err err;
	size_t count, bad;
	const struct ev_member *member = members_of(scan, &line, event, &count);

	assert_int_equal(ev_columns_learn(columns, member, count, &err), EV_OK);
	csv->len = 0;
	for (size_t i = 0; i < ev_columns_count(columns); i++) {
		if (i)
			ev_buf_char(csv, ',');
		ev_csv_write_name(&plain, ev_columns_name(columns, i), csv,
		    &err);
	}
	ev_buf_char(csv, '\n');
	assert_int_equal(ev_columns_match(columns, scan, &values), EV_OK);
	assert_int_equal(ev_csv_write_values(&plain, values, count, &scratch,
			     csv, &bad, &err),
	    EV_OK);
	ev_buf_char(csv, '\n');
	ev_columns_free(columns);
	ev_buf_release(&line);
	ev_buf_release(&scratch);
}

static void
read_csv(const struct ev_buf *csv, struct ev_buf *event)
{
	struct text_input in = {{.name = "csv", .read = read_text},
	    ev_buf_as_slice(csv)};
	struct ev_csv_settings settings = EV_CSV_DEFAULTS;
	struct ev_decoder *decoder;
	struct ev_record record;
	struct ev_err err;

	event->len = 0;
	assert_int_equal(ev_csv_open(&decoder, &in.in, &settings, &err), EV_OK);
	assert_int_equal(decoder->next(decoder, event, &record, &err), EV_OK);
	ev_buf_cstr(event);
	assert_int_equal(decoder->next(decoder, event, &record, &err), EV_END);
	decoder->free(decoder);
}

static void
canonical(struct ev_canon *canon, struct ev_buf *event, struct ev_buf *out)
{
	ev_buf_reserve(event, EV_SCAN_PADDING);
	out->len = 0;
	ev_canon_event(canon, ev_buf_as_slice(event), out);
}

/* What is written as CSV is read as the same event, and that gives the same
 * CSV again. */
static void
round_trip(void **state)
{
	const char *given = getenv("EV_SEED");
	struct ev_buf event = {0}, csv = {0}, again = {0}, csv_again = {0};
	struct ev_buf want = {0}, got = {0};
	struct ev_canon *canon = ev_canon_new();
	struct ev_scan *scan = new_scan();

	(void)state;
	seed = (given ? strtoull(given, NULL, 10) : 1) * 2654435761u + 1;
	for (unsigned round = 0; round < ROUNDS; round++) {
		random_event(&event, 1 + any(COLUMNS));
		write_csv(scan, event.ptr, &csv);
		read_csv(&csv, &again);
		write_csv(scan, again.ptr, &csv_again);
		canonical(canon, &event, &want);
		canonical(canon, &again, &got);
		if (!ev_slice_equal(ev_buf_as_slice(&want),
			ev_buf_as_slice(&got)))
			fail_msg("%s\nbecame\n%s", event.ptr, again.ptr);
		if (!ev_slice_equal(ev_buf_as_slice(&csv),
			ev_buf_as_slice(&csv_again)))
			fail_msg("%s\nbecame\n%s", ev_buf_cstr(&csv),
			    ev_buf_cstr(&csv_again));
	}
	ev_canon_free(canon);
	ev_scan_free(scan);
	ev_buf_release(&event);
	ev_buf_release(&csv);
	ev_buf_release(&again);
	ev_buf_release(&csv_again);
	ev_buf_release(&want);
	ev_buf_release(&got);
}

/* --- columns ----------------------------------------------------------- */

static void
lists(void **state)
{
	static const struct {
		const char *list, *same; /* NULL: no list */
	} cases[] = {
	    {"a", "a"},
	    {"a,b , c", "a,b,c"},
	    {"a.b.c,a", "a.b.c,a"},
	    {"\"a.b\",\"c,d\",\"e\"\"f\"", "\"a.b\",\"c,d\",\"e\"\"f\""},
	    {"\"a\"", "a"},
	    {"\"\"", "\"\""},
	    {"a b,\" x\"", "a b,\" x\""},
	    {"a . \"b\"", "a.b"},
	    {"é", "é"},
	    {"", NULL},
	    {",", NULL},
	    {"a,", NULL},
	    {"a..b", NULL},
	    {".a", NULL},
	    {"a.", NULL},
	    {"\"a", NULL},
	    {"\"a\"b", NULL},
	    {"a\"b\"", NULL},
	    {"a,a", NULL},
	    {"a,\"a\"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ev_columns *columns = ev_columns_new();
		struct ev_buf list = {0};
		struct ev_err err = {0};
		enum ev_status status = ev_columns_parse(columns, cases[i].list,
		    &err);

		assert_int_equal(status, cases[i].same ? EV_OK : EV_FATAL);
		if (cases[i].same) {
			ev_columns_list(columns, &list);
			assert_string_equal(ev_buf_cstr(&list), cases[i].same);
		} else {
			assert_int_equal(err.exit, EV_EXIT_USAGE);
		}
		ev_buf_release(&list);
		ev_columns_free(columns);
	}
}

/* The values of an event under columns, with bars between them; the reason
 * where it does not fit. */
static void
lay(struct ev_columns *columns, struct ev_scan *scan, const char *event,
    const char *want)
{
	struct ev_buf line = {0}, out = {0};
	const struct ev_value *values;
	size_t count;

	members_of(scan, &line, event, &count);
	if (ev_columns_match(columns, scan, &values) != EV_OK)
		ev_buf_str(&out, ev_columns_reason(columns));
	else
		for (size_t i = 0; i < ev_columns_count(columns); i++) {
			ev_buf_char(&out, '|');
			ev_buf_slice(&out, ev_value_raw(values[i]));
		}
	assert_string_equal(ev_buf_cstr(&out), want);
	ev_buf_release(&line);
	ev_buf_release(&out);
}

static void
matching(void **state)
{
	struct ev_columns *columns = ev_columns_new();
	struct ev_scan *scan = new_scan();
	struct ev_err err;

	(void)state;
	assert_int_equal(ev_columns_parse(columns,
			     "id,u.name,u.tel.home,\"x y\"", &err),
	    EV_OK);
	ev_columns_ignore(columns, EV_SLICE("meta"));
	lay(columns, scan,
	    "{\"id\":1,\"u\":{\"name\":\"A\",\"tel\":{\"home\":5}}}",
	    "|1|\"A\"|5|");
	lay(columns, scan, "{\"x y\":2,\"meta\":0,\"id\":null}", "|null|||2");
	lay(columns, scan, "{\"u\":{\"name\":1},\"u\":{\"tel\":2}}", "||||");
	lay(columns, scan, "{\"u\":[1],\"id\":1,\"id\":2}", "|2|||");
	lay(columns, scan, "{\"i\\u0064\":3}", "|3|||");
	lay(columns, scan, "{}", "||||");
	lay(columns, scan, "{\"id\":1,\"new\":2}",
	    "'new' is no column: --columns "
	    "'id,u.name,u.tel.home,x y,new'");
	lay(columns, scan, "{\"a.b\":1,\"it's\":2}",
	    "'a.b', 'it's' are no columns: "
	    "--columns 'id,u.name,u.tel.home,x y,\"a.b\",it'\\''s'");
	/* What the last events had does not shine through. */
	lay(columns, scan, "{\"x y\":1,\"id\":2}", "|2|||1");
	lay(columns, scan, "{\"x y\":3,\"id\":4}", "|4|||3");
	lay(columns, scan, "{\"x y\":5}", "||||5");
	lay(columns, scan, "{}", "||||");
	lay(columns, scan, "{\"x y\":6,\"id\":7}", "|7|||6");
	lay(columns, scan, "{\"id\":8,\"x y\":9}", "|8|||9");
	ev_columns_free(columns);
	ev_scan_free(scan);
}

static void
learning(void **state)
{
	struct ev_columns *columns = ev_columns_new();
	struct ev_scan *scan = new_scan();
	struct ev_buf line = {0};
	const struct ev_member *member;
	struct ev_err err;
	size_t count;

	(void)state;
	ev_columns_ignore(columns, EV_SLICE("meta"));
	member = members_of(scan, &line, "{\"meta\":1}", &count);
	assert_int_equal(ev_columns_learn(columns, member, count, &err),
	    EV_BAD);
	member = members_of(scan, &line, "{\"a\":1,\"\\u0000\":1}", &count);
	assert_int_equal(ev_columns_learn(columns, member, count, &err),
	    EV_BAD);
	assert_int_equal(ev_columns_count(columns), 0);
	member = members_of(scan, &line,
	    "{\"b\":1,\"meta\":2,\"a\\n\":1,\"b\":1}", &count);
	assert_int_equal(ev_columns_learn(columns, member, count, &err), EV_OK);
	assert_int_equal(ev_columns_count(columns), 2);
	assert_true(ev_slice_is(ev_columns_name(columns, 1), "a\n"));
	lay(columns, scan, "{\"a\\n\":7,\"meta\":[],\"b\":8}", "|8|7");
	ev_columns_free(columns);
	ev_buf_release(&line);
	ev_scan_free(scan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(cells),
	    cmocka_unit_test(styles),
	    cmocka_unit_test(round_trip),
	    cmocka_unit_test(lists),
	    cmocka_unit_test(matching),
	    cmocka_unit_test(learning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
