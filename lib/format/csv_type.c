/*
 * csv_type: what a cell is in JSON. Without a type a cell is judged by itself:
 * unquoted and a plain number it is a number, else text, so that writing CSV
 * again gives the same cells. A declared type is a promise: a cell that does
 * not keep it makes the row bad.
 */
#include <stdlib.h>
#include <strings.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "format/csv_impl.h"

#define AUTO_DIGITS 18 /* what 64 bits hold exactly */

static const char *const type_name[] = {"auto", "text", "number", "boolean",
    "json"};

/* --- the list ------------------------------------------------------------ */

/* A map's value: the type, and these flags above it. */
#define FILLED 0x10u
#define USED 0x20u

struct ev_csv_types {
	struct ev_map *by_name;
	uintptr_t others;
};

static enum ev_status
read_type(struct ev_slice item, struct ev_slice word, uintptr_t *type,
    struct ev_err *err)
{
	bool filled = word.len && word.ptr[word.len - 1] == '!';
	size_t i = 0, count = sizeof(type_name) / sizeof(type_name[0]);

	word.len -= filled;
	while (i < count && !ev_slice_is(word, type_name[i]))
		i++;
	if (i == count)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--types: '%.*s': no type '%.*s' "
		    "(auto, text, number, boolean, json)",
		    (int)item.len, item.ptr, (int)word.len, word.ptr);
	if (filled && i > EV_CSV_TEXT)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--types: '%.*s': only auto and text take '!' "
		    "(an empty cell is \"\")",
		    (int)item.len, item.ptr);
	*type = i | (filled ? FILLED : 0);
	return EV_OK;
}

static enum ev_status
read_item(struct ev_csv_types *types, struct ev_slice item, struct ev_err *err)
{
	const char *colon = item.len ? memrchr(item.ptr, ':', item.len) : NULL;
	struct ev_slice name = {item.ptr,
	    colon ? (size_t)(colon - item.ptr) : 0};
	struct ev_slice word = item;
	uintptr_t type;
	bool added;

	if (colon)
		word = (struct ev_slice){colon + 1, item.len - name.len - 1};
	if (read_type(item, word, &type, err) != EV_OK)
		return EV_FATAL;
	if (!colon) {
		types->others = type;
		return EV_OK;
	}
	*ev_map_put(types->by_name, name, &added) = type;
	if (!added)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--types has '%.*s' twice", (int)name.len, name.ptr);
	return EV_OK;
}

enum ev_status
ev_csv_types_new(struct ev_csv_types **types, struct ev_slice list,
    struct ev_err *err)
{
	struct ev_csv_types *self = ev_mem_zalloc(1, sizeof(*self));
	struct ev_buf scratch = {0};
	struct ev_csv_walk walk;
	struct ev_csv_cell cell;
	enum ev_status status = EV_OK;

	self->by_name = ev_map_new();
	ev_csv_walk_init(&walk, list, &scratch);
	while (status == EV_OK && ev_csv_walk_next(&ev_csv_list, &walk, &cell))
		status = read_item(self, cell.text, err);
	if (status == EV_OK && walk.fault)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--types: a quote does not end where its item does");
	ev_buf_release(&scratch);
	if (status == EV_OK)
		*types = self;
	else
		ev_csv_types_free(self);
	return status;
}

void
ev_csv_types_free(struct ev_csv_types *types)
{
	if (!types)
		return;
	ev_map_free(types->by_name);
	free(types);
}

const char *
ev_csv_types_unused(const struct ev_csv_types *types)
{
	for (size_t i = 0; i < ev_map_count(types->by_name); i++) {
		struct ev_slice name = ev_map_key(types->by_name, i);

		if (!(*ev_map_get(types->by_name, name) & USED))
			return name.ptr;
	}
	return NULL;
}

void
ev_csv_types_apply(struct ev_csv_types *types, struct ev_csv_column *column)
{
	uintptr_t *slot = ev_map_get(types->by_name, column->name);
	uintptr_t type = slot ? *slot : types->others;

	if (slot)
		*slot |= USED;
	column->type = (enum ev_csv_type)(type & 0xF);
	column->filled = type & FILLED;
}

/* --- values -------------------------------------------------------------- */

static size_t
digits(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && *p >= '0' && *p <= '9')
		p++;
	return (size_t)(p - s);
}

bool
ev_csv_is_number(struct ev_slice text)
{
	const char *p = text.ptr, *end = p + text.len;
	size_t whole, fraction = 0;

	p += text.len && *p == '-';
	whole = digits(p, end);
	if (!whole || (whole > 1 && *p == '0'))
		return false;
	p += whole;
	if (p < end && *p == '.') {
		fraction = digits(++p, end);
		if (!fraction)
			return false;
		p += fraction;
	}
	return p == end && whole + fraction <= AUTO_DIGITS;
}

bool
ev_csv_is_null(const struct ev_csv *csv, const struct ev_csv_cell *cell)
{
	if (cell->quoted)
		return false;
	for (size_t i = 0; i < csv->set.null_count; i++)
		if (ev_slice_equal(cell->raw, csv->set.null[i]))
			return true;
	return false;
}

static struct ev_slice
trim(struct ev_slice text)
{
	while (text.len && (*text.ptr == ' ' || *text.ptr == '\t')) {
		text.ptr++;
		text.len--;
	}
	while (text.len &&
	    (text.ptr[text.len - 1] == ' ' || text.ptr[text.len - 1] == '\t'))
		text.len--;
	return text;
}

/* A column declared as number takes what people write as one (+1, 007, .5,
 * 5., 1e3) and gives JSON's form; a JSON number keeps its bytes. */
static bool
put_number(struct ev_slice text, struct ev_buf *out)
{
	const char *p, *end, *whole, *fraction, *exponent;
	size_t n, m = 0;
	bool minus;

	text = trim(text);
	p = text.ptr;
	end = p + text.len;
	minus = p < end && *p == '-';
	p += minus || (p < end && *p == '+');
	whole = p;
	n = digits(p, end);
	fraction = p += n;
	if (p < end && *p == '.') {
		fraction = ++p;
		m = digits(p, end);
		p += m;
	}
	exponent = p;
	if (p < end && (*p == 'e' || *p == 'E')) {
		p++;
		p += p < end && (*p == '-' || *p == '+');
		if (!digits(p, end))
			return false;
		p += digits(p, end);
	}
	if (p != end || n + m == 0)
		return false;
	for (; n > 1 && *whole == '0'; n--)
		whole++;
	if (minus)
		ev_buf_char(out, '-');
	ev_buf_append(out, n ? whole : "0", n ? n : 1);
	if (m) {
		ev_buf_char(out, '.');
		ev_buf_append(out, fraction, m);
	}
	ev_buf_append(out, exponent, (size_t)(end - exponent));
	return true;
}

/* PostgreSQL's words for boolean, but for their prefixes. */
static bool
put_boolean(struct ev_slice text, struct ev_buf *out)
{
	static const char *const word[] = {"false", "true", "f", "t", "no",
	    "yes", "n", "y", "off", "on", "0", "1"};

	text = trim(text);
	for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
		if (strlen(word[i]) == text.len &&
		    !strncasecmp(word[i], text.ptr, text.len)) {
			ev_build_bool(out, i % 2);
			return true;
		}
	return false;
}

bool
ev_csv_is_json(struct ev_csv *csv, struct ev_slice text)
{
	static const char padding[EV_SCAN_PADDING];
	const char *fault;

	if (!csv->scan)
		csv->scan = ev_scan_new();
	csv->json.len = 0;
	ev_buf_slice(&csv->json, text);
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\n' || text.ptr[i] == '\r')
			csv->json.ptr[i] = ' ';
	ev_buf_char(&csv->json, '\n');
	ev_buf_append(&csv->json, padding, sizeof(padding));
	ev_scan_any(csv->scan, csv->json.ptr, &fault);
	csv->json.len = text.len;
	return !fault;
}

static bool
put_json(struct ev_csv *csv, struct ev_slice text, struct ev_buf *out)
{
	if (!ev_csv_is_json(csv, text))
		return false;
	ev_build_raw(out, trim(ev_buf_as_slice(&csv->json)));
	return true;
}

/* At most 60 bytes of text, for a message. */
static int
shown(struct ev_slice text)
{
	return (int)ev_utf8_cut(text.ptr, text.len, 60);
}

static void
put_empty(const struct ev_csv_column *column, bool quoted, struct ev_buf *out)
{
	if (column->type <= EV_CSV_TEXT && (quoted || column->filled))
		ev_buf_str(out, "\"\"");
	else
		ev_build_null(out);
}

enum ev_status
ev_csv_put(struct ev_csv *csv, const struct ev_csv_column *column,
    const struct ev_csv_cell *cell, struct ev_buf *out, struct ev_err *err)
{
	static const char *const what[] = {"", "", "a number", "a boolean",
	    "JSON"};
	struct ev_slice text = cell->text;
	bool right = true;

	if (ev_csv_is_null(csv, cell))
		ev_build_null(out);
	else if (!text.len)
		put_empty(column, cell->quoted, out);
	else if (column->type == EV_CSV_NUMBER)
		right = put_number(text, out);
	else if (column->type == EV_CSV_BOOLEAN)
		right = put_boolean(text, out);
	else if (column->type == EV_CSV_JSON)
		right = put_json(csv, text, out);
	else if (column->type == EV_CSV_AUTO && !cell->quoted &&
	    ev_csv_is_number(text))
		ev_build_raw(out, text);
	else
		ev_build_text(out, text);
	if (right)
		return EV_OK;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "column '%.*s': '%.*s' is not %s", shown(column->name),
	    column->name.ptr, shown(text), text.ptr, what[column->type]);
}
