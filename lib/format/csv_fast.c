/*
 * csv_fast: which dialects are common enough for the one pass of csv_fast.h,
 * and its tables.
 */
#include <ctype.h>

#include "base/cpu.h"
#include "format/csv_impl.h"

static bool
is_common(const struct ev_csv_settings *set)
{
	unsigned char delimiter = (unsigned char)set->delimiter.ptr[0];

	if (set->path == EV_CSV_PLAIN || set->delimiter.len != 1 ||
	    set->escape || (set->quote && set->quote != '"'))
		return false;
	/* A delimiter that could stand inside a number or a character. */
	if (delimiter >= 0x80 || isalnum(delimiter) ||
	    strchr("+-.\"", delimiter))
		return false;
	for (size_t i = 0; i < set->null_count; i++) {
		struct ev_slice null = set->null[i];

		if (!null.len || null.len > EV_CSV_PADDING / 2 ||
		    memchr(null.ptr, delimiter, null.len) ||
		    memchr(null.ptr, '\n', null.len) ||
		    memchr(null.ptr, '\r', null.len))
			return false;
	}
	return true;
}

static ev_csv_fast *
fastest(enum ev_csv_path path)
{
	if (path <= EV_CSV_AVX2 && ev_csv_fast_avx2 && ev_cpu_has_avx2())
		return ev_csv_fast_avx2;
	if (path <= EV_CSV_SSE2 && ev_csv_fast_sse2)
		return ev_csv_fast_sse2;
	return ev_csv_fast_portable;
}

void
ev_csv_fast_choose(struct ev_csv *csv)
{
	const struct ev_csv_settings *set = &csv->set;

	if (!is_common(set))
		return;
	for (size_t i = 0; i < set->null_count; i++)
		csv->start_auto[(unsigned char)set->null[i].ptr[0]] =
		    EV_CSV_START_NULL;
	for (unsigned char c = '0'; c <= '9'; c++)
		if (!csv->start_auto[c])
			csv->start_auto[c] = EV_CSV_START_DIGIT;
	if (!csv->start_auto['-'])
		csv->start_auto['-'] = EV_CSV_START_DIGIT;
	csv->start_auto[(unsigned char)set->delimiter.ptr[0]] =
	    csv->start_auto['\n'] = csv->start_auto['\r'] = EV_CSV_START_EMPTY;
	if (set->quote)
		csv->start_auto['"'] = EV_CSV_START_QUOTE;
	for (size_t c = 0; c < 256; c++)
		if (csv->start_auto[c] != EV_CSV_START_DIGIT)
			csv->start_plain[c] = csv->start_auto[c];
	csv->fast = fastest(set->path);
}
