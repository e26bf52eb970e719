/*
 * shapes: makes data that is unlike the benchmark's reviews, to show where the
 * speed falls: about BYTES bytes of rows of one shape, as NDJSON or CSV, the
 * same every time. Rows have `id` and `rating`, and most a `message`.
 *
 *	shapes ndjson|csv SHAPE BYTES
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "event/build.h"
#include "random.h"

#define FIELDS_MAX 200

/* One row: the members in their order. */
struct row {
	unsigned count;
	struct field {
		char key[12];
		enum { NUMBER, TEXT, NESTED } kind;
		struct ev_buf value; /* text unescaped, else as it stands */
	} field[FIELDS_MAX];
};

struct shape {
	const char *name;
	void (*make)(struct row *row, uint64_t number);
	bool quote_all; /* of CSV's cells */
};

static bool csv;

static struct ev_buf *
add(struct row *row, const char *key, int kind)
{
	struct field *field = &row->field[row->count++];

	snprintf(field->key, sizeof(field->key), "%s", key);
	field->kind = kind;
	field->value.len = 0;
	return &field->value;
}

/* Pieces, drawn from `count`, until there are `len` bytes. */
static void
add_text(struct row *row, const char *key, const char *const *pieces,
    unsigned count, size_t len)
{
	struct ev_buf *value = add(row, key, TEXT);

	while (value->len < len)
		ev_buf_str(value, pieces[random_below(count)]);
}

static const char *const words[] = {"the ", "service ", "was ", "great ",
    "cold ", "staff ", "friendly ", "late ", "would ", "recommend ",
    "everyone ", "luggage ", "broken ", "price "};
static const char *const wide[] = {"東京", "こんにちは", "世界", "料理",
    "とても", "美味しい", "서울", "안녕", "北京", "、", "a"};
static const char *const escaped[] = {"\"", "\\", "\n", "\t", "\x01", "ab",
    "c d", "\"\""};
static const char *const broken[] = {"two words\n", "a line\n", "\n",
    "and more, of it\n"};

#define PIECES(list) list, sizeof(list) / sizeof((list)[0])

static void
add_rest(struct row *row)
{
	static const char *const channels[] = {"web", "ios", "android", "phone",
	    "walk-in"};

	ev_buf_str(add(row, "channel", TEXT), channels[random_below(5)]);
	ev_buf_printf(add(row, "ts", TEXT), "2019-%02u-%02uT%02u:00:00Z",
	    1 + random_below(12), 1 + random_below(28), random_below(24));
}

/* A review, its message of pieces. */
static void
make_review(struct row *row, uint64_t number, const char *const *pieces,
    unsigned count, size_t len)
{
	ev_buf_printf(add(row, "id", NUMBER), "%" PRIu64, number);
	ev_buf_printf(add(row, "userid", NUMBER), "%u", random_below(1000));
	ev_buf_printf(add(row, "rating", NUMBER), "%u", 1 + random_below(5));
	add_text(row, "message", pieces, count, len);
	add_rest(row);
}

static void
make_plain(struct row *row, uint64_t number)
{
	make_review(row, number, PIECES(words), 35 + random_below(50));
}

static void
make_shuffled(struct row *row, uint64_t number)
{
	make_plain(row, number);
	for (unsigned i = row->count; i > 1; i--) {
		unsigned j = random_below(i);
		struct field field = row->field[j];

		row->field[j] = row->field[i - 1];
		row->field[i - 1] = field;
	}
}

/* 100 members, or 200 columns. */
static void
make_wide(struct row *row, uint64_t number)
{
	make_plain(row, number);
	while (row->count < (csv ? 200 : 100)) {
		char key[12];

		snprintf(key, sizeof(key), "f%u", row->count);
		if (row->count % 2)
			ev_buf_printf(add(row, key, NUMBER), "%u",
			    random_below(100000));
		else
			add_text(row, key, PIECES(words), 1 + random_below(10));
	}
}

static void
make_long(struct row *row, uint64_t number)
{
	make_review(row, number, PIECES(words), 65400);
}

static void
make_cjk(struct row *row, uint64_t number)
{
	make_review(row, number, PIECES(wide), 300 + random_below(600));
}

static void
make_escapes(struct row *row, uint64_t number)
{
	make_review(row, number, PIECES(escaped), 200 + random_below(400));
}

static void
make_newlines(struct row *row, uint64_t number)
{
	make_review(row, number, PIECES(broken), 35 + random_below(50));
}

/* Objects in arrays in objects, 200 deep. */
static void
make_deep(struct row *row, uint64_t number)
{
	struct ev_buf *value;

	make_plain(row, number);
	value = add(row, "tree", NESTED);
	for (int i = 0; i < 100; i++)
		ev_buf_printf(value, "{\"k%u\":[%u,", random_below(3),
		    random_below(100));
	ev_buf_str(value, "null");
	for (int i = 0; i < 100; i++)
		ev_buf_str(value, "]}");
}

/* 20 bytes with the newline. */
static void
make_short(struct row *row, uint64_t number)
{
	ev_buf_printf(add(row, "id", NUMBER), "%" PRIu64,
	    number % 10 + (csv ? UINT64_C(1000000000000000) : 0));
	ev_buf_printf(add(row, "rating", NUMBER), "%u", 1 + random_below(5));
}

static const struct shape shapes[] = {
    {"plain", make_plain, false},
    {"shuffled", make_shuffled, false},
    {"wide", make_wide, false},
    {"long", make_long, false},
    {"cjk", make_cjk, false},
    {"escapes", make_escapes, false},
    {"deep", make_deep, false},
    {"short", make_short, false},
    {"quoted", make_plain, true},
    {"newlines", make_newlines, false},
};

static void
print_ndjson(struct ev_buf *out, const struct row *row)
{
	ev_build_open(out);
	for (unsigned i = 0; i < row->count; i++) {
		const struct field *field = &row->field[i];

		ev_build_key(out, ev_slice_of(field->key));
		if (field->kind == TEXT)
			ev_build_text(out, ev_buf_as_slice(&field->value));
		else
			ev_build_raw(out, ev_buf_as_slice(&field->value));
	}
	ev_build_close(out);
}

static void
print_cell(struct ev_buf *out, struct ev_slice cell, bool quote)
{
	for (size_t i = 0; i < cell.len && !quote; i++)
		quote = strchr("\",\n", cell.ptr[i]) != NULL;
	if (!quote) {
		ev_buf_slice(out, cell);
		return;
	}
	ev_buf_char(out, '"');
	for (size_t i = 0; i < cell.len; i++) {
		if (cell.ptr[i] == '"')
			ev_buf_char(out, '"');
		ev_buf_char(out, cell.ptr[i]);
	}
	ev_buf_char(out, '"');
}

static void
print_csv(struct ev_buf *out, const struct row *row, bool quote, bool header)
{
	for (unsigned i = 0; i < row->count; i++) {
		const struct field *field = &row->field[i];

		if (i)
			ev_buf_char(out, ',');
		print_cell(out,
		    header ? ev_slice_of(field->key)
			   : ev_buf_as_slice(&field->value),
		    quote);
	}
}

static void
print(const struct shape *shape, uint64_t bytes)
{
	static struct row row;
	struct ev_buf out = {0};
	uint64_t written = 0;

	for (uint64_t number = 0; written < bytes; number++) {
		row.count = 0;
		shape->make(&row, number);
		out.len = 0;
		if (csv && !number) {
			print_csv(&out, &row, shape->quote_all, true);
			ev_buf_char(&out, '\n');
		}
		if (csv)
			print_csv(&out, &row, shape->quote_all, false);
		else
			print_ndjson(&out, &row);
		ev_buf_char(&out, '\n');
		written += fwrite(out.ptr, 1, out.len, stdout);
	}
}

int
main(int argc, char **argv)
{
	uint64_t bytes = argc == 4 ? strtoull(argv[3], NULL, 10) : 0;

	csv = argc > 1 && !strcmp(argv[1], "csv");
	for (size_t i = 0; bytes && i < sizeof(shapes) / sizeof(shapes[0]); i++)
		if (!strcmp(argv[2], shapes[i].name)) {
			print(&shapes[i], bytes);
			return fflush(stdout) ? 74 : 0;
		}
	fprintf(stderr, "usage: shapes ndjson|csv SHAPE BYTES\n");
	return 64;
}
