/*
 * csv_random: the paths of the CSV decoder agree with each other, with libcsv
 * and with jansson, on random text in random pieces. EV_SEED chooses the text.
 */
#include <csv.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <cmocka.h>

#include "event/build.h"
#include "format/csv.h"

#include "decode.h"

static unsigned seed;

static unsigned
below(unsigned limit)
{
	return (unsigned)rand_r(&seed) % limit;
}

static int
setup(void **state)
{
	const char *text = getenv("EV_SEED");

	(void)state;
	seed = text ? (unsigned)strtoul(text, NULL, 10) : 1;
	print_message("# EV_SEED=%u\n", seed);
	return 0;
}

/* Appends pieces that matter to a CSV reader, so that a few dozen of them
 * reach every state; `pieces` ends with NULL. */
static void
random_text(struct ev_buf *out, const char *const *pieces)
{
	unsigned count = 0, n = below(80);

	while (pieces[count])
		count++;
	out->len = 0;
	while (n--)
		ev_buf_str(out, pieces[below(count)]);
}

static void
decode(const struct ev_csv_settings *settings, struct ev_slice text,
    enum ev_csv_path path, size_t step, struct ev_buf *out)
{
	struct ev_csv_settings set = *settings;
	struct decode_input in = decode_input(text, step);
	struct ev_decoder *decoder;
	struct ev_err err;

	set.path = path;
	out->len = 0;
	if (ev_csv_open(&decoder, &in.in, &set, &err) != EV_OK)
		fail_msg("%s", err.text);
	decode_all(decoder, &in, out);
	decoder->free(decoder);
}

static void
check_json(const struct ev_buf *out)
{
	const char *line = out->ptr, *end = line + out->len, *stop;

	for (; line < end; line = stop + 1) {
		json_t *event;
		json_error_t error;

		stop = memchr(line, '\n', (size_t)(end - line));
		if (*line != '{')
			continue;
		event = json_loadb(line, (size_t)(stop - line),
		    JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);
		/* A number may be larger than a double. */
		if (!event &&
		    json_error_code(&error) != json_error_numeric_overflow)
			fail_msg("%s: %.*s", error.text, (int)(stop - line),
			    line);
		json_decref(event);
	}
}

/* All paths and random pieces give what the plain one gives at once. */
static void
check_paths(const struct ev_csv_settings *settings, struct ev_slice text)
{
	struct ev_buf expect = {0}, out = {0};

	decode(settings, text, EV_CSV_PLAIN, 1000000, &expect);
	for (int path = EV_CSV_AVX2; path <= EV_CSV_PLAIN; path++)
		for (size_t step = 0; step < 1000; step += 999) {
			decode(settings, text, (enum ev_csv_path)path, step,
			    &out);
			if (!ev_slice_equal(ev_buf_as_slice(&expect),
				ev_buf_as_slice(&out)))
				fail_msg("path %d of\n%.*s\ngives\n%s"
					 "expected:\n%s",
				    path, (int)text.len, text.ptr,
				    ev_buf_cstr(&out), ev_buf_cstr(&expect));
		}
	check_json(&expect);
	ev_buf_release(&expect);
	ev_buf_release(&out);
}

static const struct ev_slice nulls[] = {{"null", 4}, {"-", 1}, {"1", 1},
    {"\xC3\xA9", 2}};

static void
test_common(void **state)
{
	static const char *const pieces[] = {",", ",", ",", "\"", "\"", "\"\"",
	    "\n", "\n", "\r\n", "\r", "1", "0", "23.5", "-", "null", "\t", ";",
	    "é", "日本", "\\", "\x01", "\xFF", "\xC3", "a long text of words",
	    "123456789012345678", ":", "/", "e5", "#", " ", NULL};
	static const char *const delimiters[] = {",", ";", "\t", " ", "#"};
	struct ev_buf text = {0};
	struct ev_csv_types *types;

	(void)state;
	ev_csv_types_new(&types, EV_SLICE("c2:text!,c3:number"), NULL);
	for (int i = 0; i < 20000; i++) {
		struct ev_csv_settings set = EV_CSV_DEFAULTS;

		random_text(&text, pieces);
		set.delimiter = ev_slice_of(
		    delimiters[below(3) ? 0 : below(5)]);
		set.quote = below(5) ? '"' : 0;
		set.lazy_quotes = !below(3);
		set.pad = !below(3);
		set.headerless = !below(3);
		if (!set.headerless && below(2))
			set.header = EV_SLICE("c1,c2,c3");
		if (!below(3))
			set.comment = EV_SLICE("#");
		set.null = nulls;
		set.null_count = below(5);
		set.types = below(2) ? types : NULL;
		set.max_event = below(3) ? 1000000 : below(60);
		set.skip = below(8) ? 0 : below(4);
		check_paths(&set, ev_buf_as_slice(&text));
	}
	ev_csv_types_free(types);
	ev_buf_release(&text);
}

static void
test_uncommon(void **state)
{
	static const char *const pieces[] = {",", "||", "|", "'", "'", "''",
	    "\n", "\n", "\r\n", "\r", "1", "\\", "\\", "\\\r", "n", "é", "¦",
	    "\xC2", "some text", "\t", NULL};
	static const char *const delimiters[] = {",", "||", "|", "¦", "|'1"};
	struct ev_buf text = {0};

	(void)state;
	for (int i = 0; i < 20000; i++) {
		struct ev_csv_settings set = EV_CSV_DEFAULTS;

		random_text(&text, pieces);
		set.quote = below(5) ? '\'' : 0;
		set.delimiter = ev_slice_of(
		    delimiters[below(set.quote ? 4 : 5)]);
		set.escape = below(3) ? '\\' : 0;
		set.lazy_quotes = !below(3);
		set.pad = below(2);
		set.header = below(2) ? EV_SLICE("a,b") : EV_SLICE("a");
		set.max_event = below(3) ? 1000000 : below(60);
		check_paths(&set, ev_buf_as_slice(&text));
	}
	ev_buf_release(&text);
}

/* --- libcsv -------------------------------------------------------------- */

struct oracle {
	struct ev_buf row, out;
	size_t cells;
};

static void
oracle_cell(void *text, size_t len, void *arg)
{
	struct oracle *self = arg;
	const char name[2] = {(char)('a' + self->cells++ % 3), 0};

	ev_build_key(&self->row, ev_slice_of(name));
	if (text)
		ev_build_text(&self->row, (struct ev_slice){text, len});
	else
		ev_build_null(&self->row);
}

static void
oracle_row(int end, void *arg)
{
	struct oracle *self = arg;

	(void)end;
	ev_build_close(&self->row);
	if (self->cells == 3)
		ev_buf_slice(&self->out, ev_buf_as_slice(&self->row));
	else
		ev_buf_str(&self->out, "!");
	ev_buf_char(&self->out, '\n');
	self->row.len = 0;
	self->cells = 0;
	ev_build_open(&self->row);
}

static int
no_space(unsigned char c)
{
	(void)c;
	return 0;
}

static void
ask_oracle(struct oracle *self, struct ev_slice text)
{
	struct csv_parser parser;

	csv_init(&parser, CSV_EMPTY_IS_NULL);
	csv_set_space_func(&parser, no_space);
	self->row.len = self->out.len = self->cells = 0;
	ev_build_open(&self->row);
	csv_parse(&parser, text.ptr, text.len, oracle_cell, oracle_row, self);
	/* State 2 is inside a cell. It takes a quoted one that does not end as
	 * it is, unless it is strict, and then it refuses other things too. */
	if (parser.pstate == 2 && parser.quoted)
		ev_buf_str(&self->out, "!\n");
	else
		csv_fini(&parser, oracle_cell, oracle_row, self);
	csv_free(&parser);
}

/* Leaves only "!" of the lines about bad rows. */
static void
cut_reasons(struct ev_buf *out)
{
	size_t to = 0;

	for (size_t i = 0; i < out->len; i++) {
		out->ptr[to++] = out->ptr[i];
		if (out->ptr[i] == '!' && (!i || out->ptr[i - 1] == '\n'))
			while (out->ptr[i + 1] != '\n')
				i++;
	}
	out->len = to;
}

static void
test_libcsv(void **state)
{
	static const char *const pieces[] = {",", ",", ",", ",", "\"", "\"",
	    "\"\"", "\n", "\n", "\r\n", "\r", "1", "text", "é", "\\", "\t", " ",
	    NULL};
	struct ev_csv_settings set = EV_CSV_DEFAULTS;
	struct ev_buf text = {0}, out = {0};
	struct oracle oracle = {0};

	(void)state;
	set.header = EV_SLICE("a,b,c");
	set.lazy_quotes = true; /* as libcsv reads them */
	ev_csv_types_new(&set.types, EV_SLICE("text"), NULL);
	for (int i = 0; i < 50000; i++) {
		random_text(&text, pieces);
		decode(&set, ev_buf_as_slice(&text), EV_CSV_BEST, 0, &out);
		cut_reasons(&out);
		ask_oracle(&oracle, ev_buf_as_slice(&text));
		if (!ev_slice_equal(ev_buf_as_slice(&out),
			ev_buf_as_slice(&oracle.out)))
			fail_msg("of\n%s\nwe give\n%slibcsv gives\n%s",
			    ev_buf_cstr(&text), ev_buf_cstr(&out),
			    ev_buf_cstr(&oracle.out));
	}
	ev_csv_types_free(set.types);
	ev_buf_release(&text);
	ev_buf_release(&out);
	ev_buf_release(&oracle.row);
	ev_buf_release(&oracle.out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup(test_common, setup),
	    cmocka_unit_test_setup(test_uncommon, setup),
	    cmocka_unit_test_setup(test_libcsv, setup),
	};

	return cmocka_run_group_tests_name("csv_random", tests, NULL, NULL);
}
