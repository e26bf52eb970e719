/*
 * columns_header: the columns that the header of a CSV names, for a sink that
 * appends to it. The CSV reader takes the record apart, as a row of text.
 */
#include <stdio.h>

#include "event/scan.h"
#include "format/columns.h"
#include "format/csv.h"

/* The first record of a file as an event {"c1":"…","c2":"…"}, in out with a
 * newline and room behind it for a scan. */
static enum ev_status
read_record(int fd, const char *name, char delimiter, char quote,
    struct ev_buf *out, struct ev_err *err)
{
	struct ev_csv_settings settings = EV_CSV_DEFAULTS;
	struct ev_decoder *decoder;
	struct ev_record record;
	struct ev_input_fd in;
	enum ev_status status;

	settings.delimiter = (struct ev_slice){&delimiter, 1};
	settings.quote = quote;
	settings.headerless = true;
	ev_input_fd_init(&in, fd, name);
	status = ev_csv_types_new(&settings.types, EV_SLICE("text!"), err);
	if (status == EV_OK)
		status = ev_csv_open(&decoder, &in.in, &settings, err);
	if (status == EV_OK) {
		status = decoder->next(decoder, out, &record, err);
		decoder->free(decoder);
	}
	ev_csv_types_free(settings.types);
	ev_buf_char(out, '\n');
	ev_buf_reserve(out, EV_SCAN_PADDING);
	return status;
}

/* The columns that a header names, empty names by their position, as the
 * reader has it. */
static enum ev_status
learn_header(struct ev_columns *columns, const char *event, struct ev_err *err)
{
	struct ev_scan *scan = ev_scan_new();
	struct ev_buf scratch = {0};
	const struct ev_member *member;
	enum ev_status status = EV_OK;
	const char *fault;
	size_t count;

	ev_scan_want_members(scan);
	ev_scan_line(scan, event, &fault);
	member = ev_scan_members(scan, &count);
	for (size_t i = 0; i < count && status == EV_OK; i++) {
		struct ev_slice name = EV_SLICE("");

		scratch.len = 0;
		status = ev_value_text(member[i].value, &scratch, &name, err);
		if (!name.len)
			status = ev_value_text(member[i].key, &scratch, &name,
			    err);
		if (status == EV_OK)
			status = ev_columns_add(columns, name, err);
	}
	ev_buf_release(&scratch);
	ev_scan_free(scan);
	return status;
}

enum ev_status
ev_columns_of_header(struct ev_columns *columns, int fd, const char *name,
    char delimiter, char quote, struct ev_err *err)
{
	struct ev_buf event = {0};
	struct ev_err cause = {0, "no line in it"};
	enum ev_status status;

	status = read_record(fd, name, delimiter, quote, &event, &cause);
	if (status == EV_OK)
		status = learn_header(columns, event.ptr, &cause);
	ev_buf_release(&event);
	if (status == EV_OK)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
	    "cannot read the header of '%s': %s", name, cause.text);
}
