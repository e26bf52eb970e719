/*
 * evsink: writes events to a place. It knows no system: it finds the place
 * among its arguments and becomes the connector of its scheme, evsink-file
 * for a path (evkit(7), PLACES).
 */
#include "tool/encode.h"
#include "tool/ledger.h"
#include "tool/logsink.h"
#include "tool/message_opt.h"
#include "tool/place.h"
#include "tool/sink.h"
#include "tool/stage.h"
#include "tool/tool.h"
#include "tool/wait_opt.h"

static const struct ev_opt_usage usage = {
    .name = "evsink",
    .args = "[OPTION…] PLACE",
    .summary = "writes the events of its standard input to a place",
    .example =
	"evsource reviews.csv | evfilter 'rating < 3' | evsink unhappy.csv",
};

int
main(int argc, char **argv)
{
	struct ev_sink_settings sink = EV_SINK_DEFAULTS;
	struct ev_stage_settings stage = EV_STAGE_DEFAULTS;
	struct ev_encode_settings encode = EV_ENCODE_DEFAULTS;
	struct ev_ledger_settings ledger = {0};
	struct ev_logsink_settings log = {0};
	struct ev_message_opts message = {0};
	struct ev_wait_opts wait = {0};
	/* The first two only some connectors have: their words must not be
	 * taken for the place. */
	const struct ev_opt_table tables[] = {
	    EV_OPT_TABLE(ev_message_options, &message),
	    EV_OPT_TABLE(ev_wait_options, &wait),
	    EV_OPT_TABLE(ev_encode_options, &encode),
	    EV_OPT_TABLE(ev_sink_options, &sink),
	    EV_OPT_TABLE(ev_ledger_options, &ledger),
	    EV_OPT_TABLE(ev_logsink_options, &log),
	    EV_OPT_TABLE(ev_bad_options, &stage.bad),
	    EV_OPT_TABLE(ev_stage_options, &stage),
	    {NULL, NULL, 0},
	};
	const char *place = ev_place_find(tables, argc, argv);
	struct ev_err err;

	ev_tool_start("evsink", false);
	if (!place) {
		ev_tool_options(&usage, tables + 2, argc, argv);
		ev_tool_die(EV_EXIT_USAGE,
		    "no place to write to (a path, '-' or a URL)");
	}
	ev_place_become("evsink", place, argv, &err);
	ev_tool_fail(&err);
}
