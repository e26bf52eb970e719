/*
 * csv_header: columns from a row of names. An empty name becomes c1, c2 … by
 * its position, as all do where there is no header. Two equal names are an
 * error, with the options to paste: an event would have one key twice.
 */
#include "base/map.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "event/build.h"
#include "format/csv_impl.h"

/* What is wrong, in front of every message about a header. */
static enum ev_status
refuse(const struct ev_csv *csv, bool option, struct ev_err *err,
    const char *why)
{
	if (option)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE, "--header: %s",
		    why);
	return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
	    "cannot read the header of '%s': %s", csv->in->name, why);
}

static void
add_name(struct ev_csv *csv, struct ev_slice name)
{
	struct ev_csv_column *column;

	if (csv->columns == csv->column_cap) {
		csv->column_cap = csv->column_cap ? csv->column_cap * 2 : 16;
		csv->column = ev_mem_realloc(csv->column,
		    csv->column_cap * sizeof(*csv->column));
	}
	column = &csv->column[csv->columns++];
	*column = (struct ev_csv_column){0};
	column->name.len = csv->names.len;
	if (name.len)
		ev_buf_slice(&csv->names, name);
	else
		ev_buf_printf(&csv->names, "c%zu", csv->columns);
	column->name.len = csv->names.len - column->name.len;
}

/* Points the columns at their names and keys, now that both lie still, and
 * gives them their types. */
static void
finish(struct ev_csv *csv)
{
	const char *name = csv->names.ptr;
	size_t at = 0;

	for (size_t i = 0; i < csv->columns; i++) {
		struct ev_csv_column *column = &csv->column[i];

		column->name.ptr = name;
		name += column->name.len;
		if (csv->set.types)
			ev_csv_types_apply(csv->set.types, column);
		column->start = column->type == EV_CSV_TEXT ? csv->start_plain
							    : csv->start_auto;
		if (column->type > EV_CSV_NUMBER)
			csv->fast = NULL;
		at = csv->keys.len;
		ev_buf_char(&csv->keys, i ? ',' : '{');
		ev_build_text(&csv->keys, column->name);
		ev_buf_char(&csv->keys, ':');
		column->key.len = csv->keys.len - at;
	}
	/* The fast pass copies keys by 16 bytes. */
	ev_buf_reserve(&csv->keys, 16);
	memset(csv->keys.ptr + csv->keys.len, 0, 16);
	for (size_t i = at = 0; i < csv->columns; i++) {
		csv->column[i].key.ptr = csv->keys.ptr + at;
		at += csv->column[i].key.len;
	}
}

/* A list of names in which the second of two equal ones has _2 and so on. */
static void
renamed(const struct ev_csv *csv, struct ev_buf *out)
{
	struct ev_map *seen = ev_map_new();
	struct ev_buf name = {0};

	for (size_t i = 0; i < csv->columns; i++)
		ev_map_put(seen, csv->column[i].name, NULL);
	for (size_t i = 0; i < csv->columns; i++) {
		struct ev_slice was = csv->column[i].name;
		uintptr_t *times = ev_map_put(seen, was, NULL);
		uintptr_t n = ++*times;
		bool added = n == 1;

		name.len = 0;
		ev_buf_slice(&name, was);
		while (!added) {
			name.len = was.len;
			ev_buf_printf(&name, "_%zu", (size_t)n++);
			ev_map_put(seen, ev_buf_as_slice(&name), &added);
		}
		ev_csv_list_item(out, ev_buf_as_slice(&name));
	}
	ev_buf_release(&name);
	ev_map_free(seen);
}

static enum ev_status
refuse_twin(const struct ev_csv *csv, size_t first, size_t second,
    uint64_t next_line, struct ev_err *err)
{
	struct ev_slice name = csv->column[first].name;
	int shown = (int)ev_utf8_cut(name.ptr, name.len, 200);
	struct ev_buf list = {0};

	if (!next_line)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--header names '%.*s' twice", shown, name.ptr);
	renamed(csv, &list);
	if (list.len > 600) {
		list.len = 0;
		ev_buf_str(&list, "NAME,NAME,…");
	}
	ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
	    "columns %zu and %zu of '%s' are both named '%.*s': "
	    "name them with --skip %zu --header '%s'",
	    first + 1, second + 1, csv->in->name, shown, name.ptr,
	    (size_t)next_line - 1, ev_buf_cstr(&list));
	ev_buf_release(&list);
	return EV_FATAL;
}

static enum ev_status
check_names(const struct ev_csv *csv, uint64_t next_line, struct ev_err *err)
{
	struct ev_map *seen = ev_map_new();
	enum ev_status status = EV_OK;

	if (ev_slice_is(csv->column[0].name, "~ev"))
		status = refuse(csv, !next_line, err,
		    "the first column cannot be named '~ev'");
	for (size_t i = 0; status == EV_OK && i < csv->columns; i++) {
		bool added;
		uintptr_t *first = ev_map_put(seen, csv->column[i].name,
		    &added);

		if (!added)
			status = refuse_twin(csv, *first, i, next_line, err);
		else
			*first = i;
	}
	ev_map_free(seen);
	return status;
}

enum ev_status
ev_csv_header_set(struct ev_csv *csv, struct ev_slice row, uint64_t next_line,
    struct ev_err *err)
{
	const struct ev_csv *dialect = next_line ? csv : &ev_csv_list;
	struct ev_csv_walk walk;
	struct ev_csv_cell cell;

	if (row.len && memchr(row.ptr, '\0', row.len))
		return refuse(csv, !next_line, err,
		    "it has NUL bytes "
		    "(--encoding utf-16 if the file is UTF-16)");
	if (ev_utf8_check(row.ptr, row.len) != row.len)
		return refuse(csv, !next_line, err,
		    "it is not UTF-8 "
		    "(--encoding latin1, windows-1252 … converts)");
	ev_csv_walk_init(&walk, row, &csv->cell);
	while (ev_csv_walk_next(dialect, &walk, &cell))
		add_name(csv, cell.text);
	if (walk.fault)
		return refuse(csv, !next_line, err, walk.fault);
	finish(csv);
	return check_names(csv, next_line, err);
}

enum ev_status
ev_csv_header_count(struct ev_csv *csv, struct ev_slice row, struct ev_err *err)
{
	struct ev_csv_walk walk;
	struct ev_csv_cell cell;
	size_t count = 0;

	ev_csv_walk_init(&walk, row, &csv->cell);
	while (ev_csv_walk_next(csv, &walk, &cell))
		count++;
	if (walk.fault)
		return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "cell %zu: %s",
		    count, walk.fault);
	while (count--)
		add_name(csv, (struct ev_slice){NULL, 0});
	finish(csv);
	return EV_OK;
}

const char *
ev_csv_other_delimiter(const struct ev_decoder *decoder)
{
	static const char *const common[] = {";", "\\t", "|", ","};
	static const char bytes[] = ";\t|,";
	const struct ev_csv *csv = (const struct ev_csv *)decoder;
	struct ev_slice name;

	if (csv->columns != 1)
		return NULL;
	name = csv->column[0].name;
	for (size_t i = 0; bytes[i]; i++)
		if (memchr(name.ptr, bytes[i], name.len))
			return common[i];
	return NULL;
}
