/*
 * csv: the decoder of CSV and TSV by tables. Every case goes through the
 * option table's way, by each of the three paths, in pieces of several sizes;
 * the answer must be one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "base/mem.h"
#include "event/reader.h"
#include "tool/csv_opt.h"

#include "decode.h"

struct test_case {
	const char *name;
	struct ev_csv_opts opts;
	struct ev_slice input;
	const char *expect;
	bool tsv;
	size_t max_event; /* 0: the default */
};

#define TEXT(literal) EV_SLICE(literal)
/* clang-format off */
#define NULLS(...) \
	{ \
		(const char *[]){__VA_ARGS__}, \
		    sizeof((const char *[]){__VA_ARGS__}) / sizeof(char *) \
	}
/* clang-format on */

static void
decode(const struct test_case *test, enum ev_csv_path path, size_t step,
    struct ev_buf *out)
{
	struct decode_input in = decode_input(test->input, step);
	struct ev_csv_settings settings;
	struct ev_decoder *decoder;
	struct ev_err err;

	out->len = 0;
	if (ev_csv_opts_settings(&test->opts, test->tsv,
		test->max_event ? test->max_event : EV_MAX_EVENT, &settings,
		&err) != EV_OK) {
		ev_buf_printf(out, "#%d: %s\n", err.exit, err.text);
		return;
	}
	settings.path = path;
	if (ev_csv_open(&decoder, &in.in, &settings, &err) == EV_OK) {
		decode_all(decoder, &in, out);
		decoder->free(decoder);
	} else {
		ev_buf_printf(out, "#%d: %s\n", err.exit, err.text);
	}
	ev_csv_opts_release(&settings);
}

static void
run_case(const struct test_case *test)
{
	static const size_t steps[] = {1, 2, 3, 7, 64, 100000};
	struct ev_buf out = {0};

	for (int path = EV_CSV_AVX2; path <= EV_CSV_PLAIN; path++)
		for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++) {
			decode(test, (enum ev_csv_path)path, steps[i], &out);
			if (strcmp(ev_buf_cstr(&out), test->expect))
				fail_msg("%s (path %d, step %zu):\n%s"
					 "expected:\n%s",
				    test->name, path, steps[i], out.ptr,
				    test->expect);
		}
	ev_buf_release(&out);
}

#define RUN(cases) \
	for (size_t i = 0; i < sizeof(cases) / sizeof(*(cases)); i++) \
	run_case(&(cases)[i])

static void
test_records(void **state)
{
	const struct test_case cases[] = {
	    {"nothing", {0}, TEXT(""), "", 0, 0},
	    {"only a header", {0}, TEXT("a,b\n"), "", 0, 0},
	    {"rows", {0}, TEXT("a,b\n1,x\n2,y\n"),
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", 0, 0},
	    {"no newline at the end", {0}, TEXT("a,b\n1,x"),
		"{\"a\":1,\"b\":\"x\"}\n", 0, 0},
	    {"the last cell is empty and not ended", {0}, TEXT("a,b\n1,"),
		"{\"a\":1,\"b\":null}\n", 0, 0},
	    {"CR LF", {0}, TEXT("a,b\r\n1,x\r\n2,y\r\n"),
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", 0, 0},
	    {"lone CR", {0}, TEXT("a,b\r1,x\r2,y"),
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", 0, 0},
	    {"blank lines", {0}, TEXT("\n\r\na,b\n\n1,x\r\n\r\n\r2,y\n\n"),
		"{\"a\":1,\"b\":\"x\"}\n{\"a\":2,\"b\":\"y\"}\n", 0, 0},
	    {"blank lines in one column are null", {0},
		TEXT("\na\n1\n\r\n2\r\n\n"),
		"{\"a\":1}\n{\"a\":null}\n{\"a\":2}\n{\"a\":null}\n", 0, 0},
	    {"a blank is a cell", {0}, TEXT("a\n \n"), "{\"a\":\" \"}\n", 0, 0},
	    {"byte order mark", {0}, TEXT("\xEF\xBB\xBF\"a\",b\n1,2\n"),
		"{\"a\":1,\"b\":2}\n", 0, 0},
	    {"a byte order mark and nothing else", {0}, TEXT("\xEF\xBB\xBF"),
		"", 0, 0},
	    {"a byte order mark inside is text", {0}, TEXT("a\n\xEF\xBB\xBF\n"),
		"{\"a\":\"\xEF\xBB\xBF\"}\n", 0, 0},
	    {"UTF-16 without being told", {0},
		TEXT("\xFF\xFE"
		     "a\0"),
		"#65: cannot read 'x.csv': it is UTF-16 "
		"(--encoding utf-16)\n",
		0, 0},
	    {"too few and too many", {0}, TEXT("a,b\n1\n1,2,3\n4,5\n,,,\n"),
		"!2+1: the row has 1 cell, the header 2 "
		"(--ragged pad fills the row)\n"
		"!3+5: the row has 3 cells, the header 2\n"
		"{\"a\":4,\"b\":5}\n"
		"!5+3: the row has 4 cells, the header 2\n",
		0, 0},
	    {"another delimiter", {0}, TEXT("a;b\n1;2\n1,5;2\n"),
		"{\"a;b\":\"1;2\"}\n!3+5: the row has 2 cells, the header 1, "
		"with a ';' in its name: --delimiter ';'?\n",
		0, 0},
	    {"a tab instead", {0}, TEXT("a\tb\n1,5\t2\n"),
		"!2+5: the row has 2 cells, the header 1, "
		"with a '\\t' in its name: --delimiter '\\t'?\n",
		0, 0},
	    {"ragged pad", {.ragged = 1},
		TEXT("a,b\n1\n1,2,\n1,2,3\n1,2,,\"\"\n"),
		"{\"a\":1,\"b\":null}\n{\"a\":1,\"b\":2}\n"
		"!4+5: the row has 3 cells, the header 2\n"
		"!5+7: the row has 4 cells, the header 2\n",
		0, 0},
	    {"skip", {.skip = 2}, TEXT("Report \"of\r\n\na,b\n1,2,3\n"),
		"!4+5: the row has 3 cells, the header 2\n", 0, 0},
	    {"skip beyond the end", {.skip = 9}, TEXT("a\n1"), "", 0, 0},
	    {"comment", {.comment = "//"},
		TEXT("// \"x\r\na,b\n//,\n1,/\n/,//\n///\r1,\n//"),
		"{\"a\":1,\"b\":\"/\"}\n{\"a\":\"/\",\"b\":\"//\"}\n"
		"{\"a\":1,\"b\":null}\n",
		0, 0},
	    {"too long", {0},
		TEXT("a\n1234567890\n\"12345\n7890\n\",\n"
		     "123456789\n"),
		"!2+10: the record is longer than 9 bytes (--max-event)\n"
		"!3+14: the record is longer than 9 bytes (--max-event) and "
		"has 3 lines: does a quoted cell not end?\n"
		"!6+9: the event would be longer than 9 bytes "
		"(--max-event)\n",
		0, 9},
	    {"too long, though its event is not",
		{.null = NULLS("none that we know of")},
		TEXT("a\nnone that we know of\n"),
		"!2+20: the record is longer than 12 bytes (--max-event)\n", 0,
		12},
	    {"the header is too long", {0}, TEXT("abcdefghij\n1\n"),
		"#65: cannot read the header of 'x.csv': it is longer than 9 "
		"bytes (--max-event)\n",
		0, 9},
	    {"line numbers", {0}, TEXT("a,b\n\"\r\n\r\n\",\"\n\r\r\"\n1\n"),
		"{\"a\":\"\\r\\n\\r\\n\",\"b\":\"\\n\\r\\r\"}\n"
		"!8+1: the row has 1 cell, the header 2 "
		"(--ragged pad fills the row)\n",
		0, 0},
	};

	(void)state;
	RUN(cases);
}

static void
test_cells(void **state)
{
	const struct test_case cases[] = {
	    {"quotes", {0}, TEXT("a,b\n\"x,\"\"y\"\"\",\"\"\n"),
		"{\"a\":\"x,\\\"y\\\"\",\"b\":\"\"}\n", 0, 0},
	    {"times and fractions are text", {.header = "v,w"},
		TEXT("1:2,1/2\n:1,/1\n"),
		"{\"v\":\"1:2\",\"w\":\"1/2\"}\n"
		"{\"v\":\":1\",\"w\":\"/1\"}\n",
		0, 0},
	    {"no quoted cell is null", {.null = NULLS("\"x\"", "x")},
		TEXT("a,b\n\"x\",x\n"), "{\"a\":\"x\",\"b\":null}\n", 0, 0},
	    {"a quote inside an unquoted cell is text", {0},
		TEXT("a,b\n36\"x\"\",5'1\"\n"),
		"{\"a\":\"36\\\"x\\\"\\\"\",\"b\":\"5'1\\\"\"}\n", 0, 0},
	    {"a blank before a quote", {0}, TEXT("a\n \"x\"\n"),
		"{\"a\":\" \\\"x\\\"\"}\n", 0, 0},
	    {"text behind a closing quote", {0},
		TEXT("a,b\n\"x\"y,2\n1,\"2\n3,4\n"),
		"!2+6: cell 1: text follows a closing quote (--lazy-quotes "
		"reads such a quote as text)\n"
		"!3+9: cell 2: a quoted cell does not end\n",
		0, 0},
	    {"lazy quotes", {.lazy_quotes = true},
		TEXT("a,b\n\"x\"y\"\"z\",2\n\"\"\"q\"r,s\n"),
		"{\"a\":\"x\\\"y\\\"z\",\"b\":2}\n"
		"!3+9: cell 1: a quoted cell does not end\n",
		0, 0},
	    {"a quote that does not end", {0},
		TEXT("a,b\n1,2\n3,\"x\n4,5\n6,7"),
		"{\"a\":1,\"b\":2}\n"
		"!3+12: cell 2: a quoted cell does not end\n",
		0, 0},
	    {"control characters and backslashes", {0},
		TEXT("a,b\n\x01\\\b\t\f\0\x7F,\"\x1f\r\n\\\"\n"),
		"{\"a\":\"\\u0001\\\\\\b\\t\\f\\u0000\x7F\","
		"\"b\":\"\\u001f\\r\\n\\\\\"}\n",
		0, 0},
	    {"UTF-8", {0}, TEXT("ä,b\nnaïve 日本 😀,\"ß\"\n"),
		"{\"ä\":\"naïve 日本 😀\",\"b\":\"ß\"}\n", 0, 0},
	    {"not UTF-8", {0}, TEXT("a,b\nx,\xFF\n\xE4\n1,\"\xC3\"\n2,3\n"),
		"!2+3: byte 3 of the row is not UTF-8 (--encoding latin1, "
		"windows-1252 … converts)\n"
		"!3+1: byte 1 of the row is not UTF-8 (--encoding latin1, "
		"windows-1252 … converts)\n"
		"!4+5: byte 4 of the row is not UTF-8 (--encoding latin1, "
		"windows-1252 … converts)\n{\"a\":2,\"b\":3}\n",
		0, 0},
	    {"numbers", {.header = "v"},
		TEXT("0\n-0\n1.50\n-12.5\n123456789012345678\n"
		     "12345678901234567.8\n-999999999999999999\n0.1\n"),
		"{\"v\":0}\n{\"v\":-0}\n{\"v\":1.50}\n{\"v\":-12.5}\n"
		"{\"v\":123456789012345678}\n{\"v\":12345678901234567.8}\n"
		"{\"v\":-999999999999999999}\n{\"v\":0.1}\n",
		0, 0},
	    {"what is no number", {.header = "v"},
		TEXT("007\n+1\n1e5\n1E5\n.5\n5.\n-\n--1\n1-2\n-.5\n1 \n 1\n"
		     "1234567890123456789\n0.1234567890123456789\n1.2.3\n0x1\n"
		     "\"1\"\nNaN\n-01\n1,\n"),
		"{\"v\":\"007\"}\n{\"v\":\"+1\"}\n{\"v\":\"1e5\"}\n"
		"{\"v\":\"1E5\"}\n{\"v\":\".5\"}\n{\"v\":\"5.\"}\n"
		"{\"v\":\"-\"}\n{\"v\":\"--1\"}\n{\"v\":\"1-2\"}\n"
		"{\"v\":\"-.5\"}\n{\"v\":\"1 \"}\n{\"v\":\" 1\"}\n"
		"{\"v\":\"1234567890123456789\"}\n"
		"{\"v\":\"0.1234567890123456789\"}\n{\"v\":\"1.2.3\"}\n"
		"{\"v\":\"0x1\"}\n{\"v\":\"1\"}\n{\"v\":\"NaN\"}\n"
		"{\"v\":\"-01\"}\n"
		"!20+2: the row has 2 cells, the header 1\n",
		0, 0},
	    {"null strings", {.null = NULLS("null", "-", "N/A", "0")},
		TEXT("a,b\nnull,-\n\"null\",-1\nnull ,N/A\nnul,0\n00,0.5\n,\n"),
		"{\"a\":null,\"b\":null}\n{\"a\":\"null\",\"b\":-1}\n"
		"{\"a\":\"null \",\"b\":null}\n{\"a\":\"nul\",\"b\":null}\n"
		"{\"a\":\"00\",\"b\":0.5}\n{\"a\":null,\"b\":null}\n",
		0, 0},
	    {"a cell of 40 digits at the end of the input", {.header = "v"},
		TEXT("1234567890123456789012345678901234567890"),
		"{\"v\":\"1234567890123456789012345678901234567890\"}\n", 0, 0},
	};

	(void)state;
	RUN(cases);
}

static void
test_headers(void **state)
{
	const struct test_case cases[] = {
	    {"none", {.header = "none"}, TEXT("x,y\n1,2\n3\n"),
		"{\"c1\":\"x\",\"c2\":\"y\"}\n{\"c1\":1,\"c2\":2}\n"
		"!3+1: the row has 1 cell, the header 2 "
		"(--ragged pad fills the row)\n",
		0, 0},
	    {"none, and the first row is bad", {.header = "none"},
		TEXT("\"x\"y,z\n1,2\n"),
		"!1+6: cell 1: text follows a closing quote (--lazy-quotes "
		"reads such a quote as text)\n{\"c1\":1,\"c2\":2}\n",
		0, 0},
	    {"a list", {.header = "id,\"a,b\""}, TEXT("x,y\n1,2\n"),
		"{\"id\":\"x\",\"a,b\":\"y\"}\n{\"id\":1,\"a,b\":2}\n", 0, 0},
	    {"a list is no CSV of the file's dialect",
		{.header = "id,n", .delimiter = ";", .quote = "none"},
		TEXT("1;2\n"), "{\"id\":1,\"n\":2}\n", 0, 0},
	    {"empty names", {0}, TEXT(",b,\"\"\n1,2,3\n"),
		"{\"c1\":1,\"b\":2,\"c3\":3}\n", 0, 0},
	    {"names that JSON escapes", {0}, TEXT("\"a\"\"\n\",\\\n1,2\n"),
		"{\"a\\\"\\n\":1,\"\\\\\":2}\n", 0, 0},
	    {"equal names", {0}, TEXT("# x\n\nid,n,id,id_2,id\n1,2,3,4,5\n"),
		"!1+3: never\n", 0, 0},
	    {"equal names by an empty one", {0}, TEXT("c2,\n1,2\n"),
		"#65: columns 1 and 2 of 'x.csv' are both named 'c2': name "
		"them with --skip 1 --header 'c2,c2_2'\n",
		0, 0},
	    {"equal names in a list", {.header = "a,b,a"}, TEXT("1,2,3\n"),
		"#64: --header names 'a' twice\n", 0, 0},
	    {"~ev first", {0}, TEXT("~ev,b\n1,2\n"),
		"#65: cannot read the header of 'x.csv': the first column "
		"cannot be named '~ev'\n",
		0, 0},
	    {"~ev elsewhere", {0}, TEXT("a,~ev\n1,2\n"),
		"{\"a\":1,\"~ev\":2}\n", 0, 0},
	    {"a header that is not UTF-8", {0}, TEXT("a,\xE4\n1,2\n"),
		"#65: cannot read the header of 'x.csv': it is not UTF-8 "
		"(--encoding latin1, windows-1252 … converts)\n",
		0, 0},
	    {"a header with NUL", {0}, TEXT("a\0,\0b\0\n1,2\n"),
		"#65: cannot read the header of 'x.csv': it has NUL bytes "
		"(--encoding utf-16 if the file is UTF-16)\n",
		0, 0},
	    {"a header that does not end", {0}, TEXT("a,\"b\n1,2\n"),
		"#65: cannot read the header of 'x.csv': a quoted cell does "
		"not end\n",
		0, 0},
	};
	struct test_case twins = cases[6];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++)
		if (i != 6)
			run_case(&cases[i]);
	/* The lines before the header are counted by --skip too. */
	twins.opts.comment = "#";
	twins.expect =
	    "#65: columns 1 and 3 of 'x.csv' are both named 'id': "
	    "name them with --skip 3 --header 'id,n,id_3,id_2,id_4'\n";
	run_case(&twins);
	twins.opts.skip = 3;
	twins.opts.header = "id,n,id_3,id_2,id_4";
	twins.expect = "{\"id\":1,\"n\":2,\"id_3\":3,\"id_2\":4,\"id_4\":5}\n";
	run_case(&twins);
}

static void
test_dialects(void **state)
{
	const struct test_case cases[] = {
	    {"tsv", {0}, TEXT("a\tb\n1,5\t\"x\ty\"\n\t\\N\n"),
		"{\"a\":\"1,5\",\"b\":\"x\\ty\"}\n"
		"{\"a\":null,\"b\":\"\\\\N\"}\n",
		1, 0},
	    {"tsv as PostgreSQL's COPY and MySQL write it",
		{.quote = "none", .escape = "\\\\", .null = NULLS("\\N")},
		TEXT("a\tb\n\\N\tx\\ty\\\\N\\n\"\nl\\\n\\\tm\t\\q\\N\n"),
		"{\"a\":null,\"b\":\"x\\ty\\\\N\\n\\\"\"}\n"
		"{\"a\":\"l\\n\\tm\",\"b\":\"qN\"}\n",
		1, 0},
	    {"semicolons", {.delimiter = ";"}, TEXT("a;b\n1,5;\";\"\n"),
		"{\"a\":\"1,5\",\"b\":\";\"}\n", 0, 0},
	    {"a delimiter by its code", {.delimiter = "\\x1f"},
		TEXT("a\x1f"
		     "b\n1\x1f"
		     "2\n"),
		"{\"a\":1,\"b\":2}\n", 0, 0},
	    {"a delimiter of two bytes", {.delimiter = "||"},
		TEXT("a||b\n1|||2\n|||\n\"||\"||3"),
		"{\"a\":1,\"b\":\"|2\"}\n{\"a\":null,\"b\":\"|\"}\n"
		"{\"a\":\"||\",\"b\":3}\n",
		0, 0},
	    {"a delimiter that is a character", {.delimiter = "¦"},
		TEXT("a¦b\n1¦\"¦\"\n"), "{\"a\":1,\"b\":\"¦\"}\n", 0, 0},
	    {"a digit as delimiter", {.delimiter = "1"}, TEXT("a1b\n213\n"),
		"{\"a\":2,\"b\":3}\n", 0, 0},
	    {"no quotes", {.quote = "none"}, TEXT("a,b\n\"x,y\"\n\",\"\"\n"),
		"{\"a\":\"\\\"x\",\"b\":\"y\\\"\"}\n"
		"{\"a\":\"\\\"\",\"b\":\"\\\"\\\"\"}\n",
		0, 0},
	    {"another quote", {.quote = "'"}, TEXT("a,b\n'it''s, ok',\"x\"\n"),
		"{\"a\":\"it's, ok\",\"b\":\"\\\"x\\\"\"}\n", 0, 0},
	    {"an escape in quotes", {.escape = "\\\\"},
		TEXT("a,b\n\"x\\\"y\\\\\",\"\\n\"\"\\,\"\n\\\"z\\,,\"\"\n"),
		"{\"a\":\"x\\\"y\\\\\",\"b\":\"\\n\\\",\"}\n"
		"{\"a\":\"\\\"z,\",\"b\":\"\"}\n",
		0, 0},
	    {"an escaped line end", {.escape = "^"},
		TEXT("a,b\n1^\n2,^\r\n3^^\n\"^\r\n\",^"),
		"{\"a\":\"1\\n2\",\"b\":\"\\r\\n3^\"}\n"
		"{\"a\":\"\\r\\n\",\"b\":\"^\"}\n",
		0, 0},
	    {"an escape that is the quote", {.escape = "\""},
		TEXT("a\n\"\"\"\"\n"), "{\"a\":\"\\\"\"}\n", 0, 0},
	    {"lazy quotes and an escape",
		{.lazy_quotes = true, .escape = "\\\\"},
		TEXT("a,b\n\"x\"\\\",\",1\n"),
		"{\"a\":\"x\\\"\\\",\",\"b\":1}\n", 0, 0},
	    {"wrong delimiter", {.delimiter = ""}, TEXT(""),
		"#64: the delimiter is not UTF-8 of 1 to 16 bytes without "
		"line ends\n",
		0, 0},
	    {"wrong quote", {.quote = "''"}, TEXT(""),
		"#64: --quote is one character or none, not ''''\n", 0, 0},
	    {"the delimiter is the quote", {.delimiter = "\""}, TEXT(""),
		"#64: quote and escape cannot be part of the delimiter\n", 0,
		0},
	    {"an empty comment", {.comment = ""}, TEXT(""),
		"#64: what begins a comment is empty or has line ends\n", 0, 0},
	};

	(void)state;
	RUN(cases);
}

static void
test_types(void **state)
{
	const struct test_case cases[] = {
	    {"all text", {.types = "text"}, TEXT("a,b\n1,\n\"\",x\n"),
		"{\"a\":\"1\",\"b\":null}\n{\"a\":\"\",\"b\":\"x\"}\n", 0, 0},
	    {"empty is text", {.types = "text!,b:auto!", .null = NULLS("-")},
		TEXT("a,b\n,\n1,1\n-,-\n"),
		"{\"a\":\"\",\"b\":\"\"}\n{\"a\":\"1\",\"b\":1}\n"
		"{\"a\":null,\"b\":null}\n",
		0, 0},
	    {"by name", {.types = "id:text,\"a,b\":text!,x:y:number"},
		TEXT("id,\"a,b\",x:y,n\n1,,\"2\",3\n"),
		"#64: --types: a quote does not end where its item does\n", 0,
		0},
	    {"by name, quoted", {.types = "id:text,\"a,b:text!\",x:y:number"},
		TEXT("id,\"a,b\",x:y,n\n1,,\"2\",3\n"),
		"{\"id\":\"1\",\"a,b\":\"\",\"x:y\":2,\"n\":3}\n", 0, 0},
	    {"number", {.types = "number"},
		TEXT("v,w\n+1,007\n.5,5.\n1e3,-0.10E+05\n\" 2 \",\"\"\n"
		     "12345678901234567890.5,-\n-00.5,1,\n0,-7\n"),
		"{\"v\":1,\"w\":7}\n{\"v\":0.5,\"w\":5}\n"
		"{\"v\":1e3,\"w\":-0.10E+05}\n{\"v\":2,\"w\":null}\n"
		"!6+24: column 'w': '-' is not a number\n"
		"!7+8: the row has 3 cells, the header 2\n"
		"{\"v\":0,\"w\":-7}\n",
		0, 0},
	    {"boolean", {.types = "boolean"},
		TEXT("v,w\ntrue,FALSE\n1,0\ny,No\nOn,off\n,\"t\"\ntr,f\n"),
		"{\"v\":true,\"w\":false}\n{\"v\":true,\"w\":false}\n"
		"{\"v\":true,\"w\":false}\n{\"v\":true,\"w\":false}\n"
		"{\"v\":null,\"w\":true}\n"
		"!7+4: column 'v': 'tr' is not a boolean\n",
		0, 0},
	    {"json", {.types = "v:json"},
		TEXT("v,w\n\"{\"\"a\"\":\n[1, 2]}\",1\n7,2\n{,3\n,4\n"
		     "\"1\n\",5\n1 2,6\n"),
		"{\"v\":{\"a\": [1, 2]},\"w\":1}\n{\"v\":7,\"w\":2}\n"
		"!5+3: column 'v': '{' is not JSON\n{\"v\":null,\"w\":4}\n"
		"{\"v\":1,\"w\":5}\n"
		"!9+5: column 'v': '1 2' is not JSON\n",
		0, 0},
	    {"no such type", {.types = "a:txt"}, TEXT(""),
		"#64: --types: 'a:txt': no type 'txt' (auto, text, number, "
		"boolean, json)\n",
		0, 0},
	    {"! where it means nothing", {.types = "a:number!"}, TEXT(""),
		"#64: --types: 'a:number!': only auto and text take '!' "
		"(an empty cell is \"\")\n",
		0, 0},
	    {"twice", {.types = "a:text,a:auto"}, TEXT(""),
		"#64: --types has 'a' twice\n", 0, 0},
	};

	(void)state;
	RUN(cases);
}

static void
test_unused_types(void **state)
{
	struct ev_csv_types *types;
	struct test_case test = {.input = TEXT("id\n1\n")};
	struct ev_csv_settings settings = EV_CSV_DEFAULTS;
	struct decode_input in = decode_input(test.input, 100);
	struct ev_decoder *decoder;
	struct ev_buf out = {0};

	(void)state;
	assert_int_equal(ev_csv_types_new(&types,
			     EV_SLICE("number,id:text,prize:text"), NULL),
	    EV_OK);
	assert_string_equal(ev_csv_types_unused(types), "id");
	settings.types = types;
	assert_int_equal(ev_csv_open(&decoder, &in.in, &settings, NULL), EV_OK);
	decode_all(decoder, &in, &out);
	assert_string_equal(ev_buf_cstr(&out), "{\"id\":\"1\"}\n");
	assert_string_equal(ev_csv_types_unused(types), "prize");
	decoder->free(decoder);
	ev_csv_types_free(types);
	ev_buf_release(&out);
}

/* 10,000 columns, and a record of many times the block, in all paths. */
static void
test_large(void **state)
{
	struct ev_buf in = {0}, expect = {0};
	struct test_case test = {.name = "large"};

	(void)state;
	for (int i = 0; i < 10000; i++)
		ev_buf_printf(&in, "%sk%d", i ? "," : "", i);
	ev_buf_char(&in, '\n');
	for (int i = 0; i < 10000; i++) {
		ev_buf_printf(&in, "%s%d", i ? "," : "", i);
		ev_buf_printf(&expect, "%s\"k%d\":%d", i ? "," : "{", i, i);
	}
	ev_buf_str(&in, "\n\"");
	ev_buf_str(&expect,
	    "}\n!3+600003: the row has 1 cell, the header "
	    "10000 (--ragged pad fills the row)\n");
	for (int i = 0; i < 100000; i++)
		ev_buf_str(&in, "x,\"\"\ny");
	ev_buf_str(&in, "z\"\n1,2\n");
	ev_buf_str(&expect,
	    "!100004+3: the row has 2 cells, the header 10000 "
	    "(--ragged pad fills the row)\n");
	test.input = ev_buf_as_slice(&in);
	test.expect = ev_buf_cstr(&expect);
	run_case(&test);
	ev_buf_release(&in);
	ev_buf_release(&expect);
}

/* --- suggestions --------------------------------------------------------- */

static void
suggest(struct ev_csv_suggest *self, struct ev_slice text, size_t bad)
{
	struct ev_csv_settings settings = EV_CSV_DEFAULTS;
	struct decode_input in = decode_input(text, 5);
	struct ev_decoder *decoder;
	struct ev_record record;
	struct ev_err err;
	enum ev_status status;

	assert_int_equal(ev_csv_open(&decoder, &in.in, &settings, &err), EV_OK);
	while ((status = ev_csv_suggest_next(self, decoder, &record, &err)) !=
	    EV_END)
		bad -= status == EV_BAD;
	assert_int_equal(bad, 0);
	decoder->free(decoder);
}

static void
test_suggest(void **state)
{
	struct ev_csv_suggest *self = ev_csv_suggest_new();
	struct ev_buf out = {0};

	(void)state;
	assert_false(ev_csv_suggest_list(self, &out));
	suggest(self,
	    EV_SLICE(
		"id,zip,\"a,b\",ok,j,none,q\n"
		"1,02134,1.5,true,{},,\"7\"\n,1,,FALSE,\"[1,2]\",,\"\"\n1,2\n"),
	    1);
	suggest(self, EV_SLICE("late,id\nx,1e5\n"), 0);
	assert_true(ev_csv_suggest_list(self, &out));
	assert_string_equal(ev_buf_cstr(&out),
	    "id:text,zip:text,"
	    "\"a,b:number\",ok:boolean,j:json,none:auto,q:text,late:text");
	ev_csv_suggest_free(self);
	self = ev_csv_suggest_new();
	suggest(self, EV_SLICE("\"a\",\"b\"\n\"1\",\"x\"\n"), 0);
	out.len = 0;
	ev_csv_suggest_list(self, &out);
	assert_string_equal(ev_buf_cstr(&out), "a:number,b:text");
	ev_csv_suggest_free(self);
	ev_buf_release(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_records),
	    cmocka_unit_test(test_cells),
	    cmocka_unit_test(test_headers),
	    cmocka_unit_test(test_dialects),
	    cmocka_unit_test(test_types),
	    cmocka_unit_test(test_unused_types),
	    cmocka_unit_test(test_large),
	    cmocka_unit_test(test_suggest),
	};

	return cmocka_run_group_tests_name("csv", tests, NULL, NULL);
}
