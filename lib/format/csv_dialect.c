/*
 * csv_dialect: whether what was asked for is a dialect at all, and the bytes
 * that mean something in it.
 */
#include <ctype.h>
#include <string.h>

#include "base/utf8.h"
#include "format/csv_impl.h"

enum ev_status
ev_csv_check(const struct ev_csv_settings *set, struct ev_err *err)
{
	struct ev_slice delimiter = set->delimiter;
	const char *wrong = NULL;

	if (!delimiter.len || delimiter.len > EV_CSV_DELIMITER ||
	    memchr(delimiter.ptr, '\n', delimiter.len) ||
	    memchr(delimiter.ptr, '\r', delimiter.len) ||
	    memchr(delimiter.ptr, '\0', delimiter.len) ||
	    ev_utf8_check(delimiter.ptr, delimiter.len) != delimiter.len)
		wrong = "the delimiter is not UTF-8 of 1 to 16 bytes without "
			"line ends";
	else if ((set->quote & 0x80) || (set->escape & 0x80) ||
	    (set->quote && !isprint((unsigned char)set->quote)) ||
	    (set->escape && !isprint((unsigned char)set->escape)))
		wrong = "quote and escape are one printable ASCII character "
			"each";
	else if ((set->quote &&
		     memchr(delimiter.ptr, set->quote, delimiter.len)) ||
	    (set->escape && memchr(delimiter.ptr, set->escape, delimiter.len)))
		wrong = "quote and escape cannot be part of the delimiter";
	else if (set->comment.ptr &&
	    (!set->comment.len ||
		memchr(set->comment.ptr, '\n', set->comment.len) ||
		memchr(set->comment.ptr, '\r', set->comment.len)))
		wrong = "what begins a comment is empty or has line ends";
	if (!wrong)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE, "%s", wrong);
}

void
ev_csv_mark_special(struct ev_csv *csv)
{
	csv->special[(unsigned char)csv->set.delimiter.ptr[0]] = true;
	csv->special['\n'] = csv->special['\r'] = true;
	if (csv->set.quote)
		csv->special[(unsigned char)csv->set.quote] = true;
	if (csv->set.escape)
		csv->special[(unsigned char)csv->set.escape] = true;
}
