/*
 * evsource: reads a place as events. It knows no system itself: it looks at
 * the place's scheme and becomes the connector, evsource-SCHEME, with the same
 * arguments (evkit(7), PLACES).
 */
#include <string.h>

#include "base/mem.h"
#include "tool/place.h"
#include "tool/source.h"
#include "tool/tool.h"
#include "tool/topic_opt.h"
#include "tool/wait_opt.h"

static const struct ev_opt_usage usage = {
    .name = "evsource",
    .args = "[OPTION…] PLACE…",
    .summary = "reads places as events: files, folders, '-', URLs",
    .example = "evsource reviews.csv | evfilter 'id IS NOT NULL'",
};

/* One connector reads all places. */
static void
check_schemes(char *const *places)
{
	struct ev_slice first = ev_place_scheme(places[0]);

	for (size_t i = 1; places[i]; i++) {
		struct ev_slice other = ev_place_scheme(places[i]);

		if (!ev_slice_equal(first, other))
			ev_tool_die(EV_EXIT_USAGE,
			    "'%s' and '%s' are of two "
			    "schemes, %.*s and %.*s: read them one after the "
			    "other (a path with a colon is written ./NAME)",
			    places[0], places[i], (int)first.len, first.ptr,
			    (int)other.len, other.ptr);
	}
}

int
main(int argc, char **argv)
{
	struct ev_source_settings settings = EV_SOURCE_DEFAULTS;
	struct ev_topic_opts topic = {0};
	struct ev_wait_opts wait = {0};
	struct ev_opt_table all[EV_SOURCE_TABLES + 2], *tables = all;
	size_t size = ((size_t)argc + 1) * sizeof(*argv);
	const char *place;
	struct ev_err err;
	char **parsed;
	int rest;

	ev_tool_start("evsource", true);
	parsed = memcpy(ev_mem_alloc(size), argv, size);
	all[0] = (struct ev_opt_table)EV_OPT_TABLE(ev_topic_options, &topic);
	all[1] = (struct ev_opt_table)EV_OPT_TABLE(ev_wait_options, &wait);
	ev_source_tables(&settings, all + 2);
	/* Options that only some systems have are none where a path is read. */
	place = ev_place_find(all, argc, argv);
	if (!place || ev_slice_is(ev_place_scheme(place), "file"))
		tables += 2;
	rest = ev_tool_options(&usage, tables, argc, parsed);
	if (rest == argc)
		ev_tool_die(EV_EXIT_USAGE,
		    "no place to read from ('-' is "
		    "standard input; see --help)");
	check_schemes(parsed + rest);
	ev_place_become("evsource", parsed[rest], argv, &err);
	ev_tool_fail(&err);
}
