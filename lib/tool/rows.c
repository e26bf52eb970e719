/*
 * rows: see rows.h.
 */
#include "tool/rows.h"

#include <stdlib.h>

#include "base/mem.h"
#include "format/columns.h"
#include "format/csv_write.h"

static const struct ev_csv_style style = {.delimiter = ',', .quote = '"'};

struct ev_rows {
	const char *list; /* the columns that were named, or NULL */
	struct ev_columns *columns;
	bool header; /* is out */
	struct ev_buf scratch;
	char *why;
	struct ev_err err;
};

static enum ev_status
renew(struct ev_rows *rows, struct ev_err *err)
{
	ev_columns_free(rows->columns);
	rows->columns = ev_columns_new();
	rows->header = false;
	return rows->list ? ev_columns_parse(rows->columns, rows->list, err)
			  : EV_OK;
}

enum ev_status
ev_rows_new(struct ev_rows **rows, const char *columns, struct ev_err *err)
{
	*rows = ev_mem_zalloc(1, sizeof(**rows));
	(*rows)->list = columns;
	return renew(*rows, err);
}

/* A name can always be written: the style has a quote, and names are text. */
static void
append_header(struct ev_rows *rows, struct ev_buf *out)
{
	size_t count = ev_columns_count(rows->columns);

	if (rows->header || !count)
		return;
	rows->header = true;
	for (size_t i = 0; i < count; i++) {
		if (i)
			ev_buf_char(out, style.delimiter);
		ev_csv_write_name(&style, ev_columns_name(rows->columns, i),
		    out, &rows->err);
	}
	ev_buf_char(out, '\n');
}

static const char *
bad_value(struct ev_rows *rows, size_t at)
{
	struct ev_slice name = ev_columns_name(rows->columns, at);

	free(rows->why);
	rows->why = ev_mem_printf("column '%.*s' %s", (int)name.len, name.ptr,
	    rows->err.text);
	return rows->why;
}

enum ev_status
ev_rows_add(struct ev_rows *rows, const struct ev_scan *scan,
    struct ev_buf *out, const char **why)
{
	size_t count;
	const struct ev_member *member = ev_scan_members(scan, &count);
	const struct ev_value *value;
	size_t start = out->len, at;

	if (!ev_columns_count(rows->columns) &&
	    ev_columns_learn(rows->columns, member, count, &rows->err) !=
		EV_OK) {
		*why = rows->err.text;
		return EV_BAD;
	}
	if (ev_columns_match(rows->columns, scan, &value) != EV_OK) {
		*why = ev_columns_reason(rows->columns);
		return EV_BAD;
	}
	append_header(rows, out);
	if (ev_csv_write_values(&style, value, ev_columns_count(rows->columns),
		&rows->scratch, out, &at, &rows->err) == EV_OK) {
		ev_buf_char(out, '\n');
		return EV_OK;
	}
	rows->header &= out->len == start; /* one of an earlier row */
	out->len = start;
	*why = bad_value(rows, at);
	return EV_BAD;
}

void
ev_rows_end(struct ev_rows *rows, struct ev_buf *out)
{
	append_header(rows, out);
	/* What was parsed once is parsed again. */
	renew(rows, &rows->err);
}
