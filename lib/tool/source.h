/*
 * source: the options that every source has, as one struct and its tables.
 * evsource reads them to find the place among the arguments, the connector to
 * obey them.
 */
#ifndef EV_TOOL_SOURCE_H
#define EV_TOOL_SOURCE_H

#include "tool/csv_opt.h"
#include "tool/marker.h"
#include "tool/opt.h"
#include "tool/stage.h"

enum ev_source_format {
	EV_SOURCE_NDJSON,
	EV_SOURCE_JSON,
	EV_SOURCE_CSV,
	EV_SOURCE_TSV,
	EV_SOURCE_TEXT,
	EV_SOURCE_REGEX,
	EV_SOURCE_UNKNOWN, /* no option says it, nor does the name */
};

struct ev_source_settings {
	struct ev_stage_settings stage;
	struct ev_csv_opts csv;
	struct ev_marker_settings marker;
	int format; /* enum ev_source_format */
	bool follow, progress;
	uint64_t limit;           /* events */
	const char *meta, *path;  /* NULL: none */
	struct ev_opt_list extra; /* -X key=value */
};

/* clang-format off */
#define EV_SOURCE_DEFAULTS \
	{ \
		.stage = EV_STAGE_DEFAULTS, .format = EV_SOURCE_UNKNOWN, \
		.limit = UINT64_MAX \
	}
/* clang-format on */

#define EV_SOURCE_TABLES 6

/* Fills in the tables and the end of them; they refer to settings. */
void ev_source_tables(struct ev_source_settings *settings,
    struct ev_opt_table tables[EV_SOURCE_TABLES]);

/* The value of -X key=value, the last one of that key; NULL where there is
 * none. */
const char *ev_source_extra(const struct ev_source_settings *settings,
    const char *key);
/* EV_FATAL, exit 64, where -X has a key that is not in `known` (NULL at the
 * end) or no value. */
enum ev_status ev_source_check_extra(const struct ev_source_settings *settings,
    const char *const *known, struct ev_err *err);

/* What the name of a file says about its format, behind which endings of
 * compression and archives are overlooked: "log.csv.gz". */
enum ev_source_format ev_source_format_of(const char *name, size_t len);
/* "csv"; of EV_SOURCE_UNKNOWN "ndjson", which is the default. */
const char *ev_source_format_name(enum ev_source_format format);

#endif
