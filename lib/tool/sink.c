/*
 * sink: see sink.h.
 */
#include "tool/sink.h"

const struct ev_opt ev_sink_options[7] = {
    {"format", 0, EV_OPT_TEXT, offsetof(struct ev_sink_settings, format),
	"NAME", "how events become bytes"},
    {"write", 0, EV_OPT_CHOICE, offsetof(struct ev_sink_settings, write),
	"append|replace|insert|upsert", "what becomes of what is there"},
    {"explain", 0, EV_OPT_FLAG, offsetof(struct ev_sink_settings, explain),
	NULL, "say what would be done, and with which guarantee"},
    {"limit", 'n', EV_OPT_COUNT, offsetof(struct ev_sink_settings, limit), "N",
	"stop after N events"},
    {"meta", 0, EV_OPT_TEXT, offsetof(struct ev_sink_settings, meta), "FIELD",
	"metadata of the place, taken out of the event"},
    {"progress", 0, EV_OPT_FLAG, offsetof(struct ev_sink_settings, progress),
	NULL, NULL},
    {"set", 'X', EV_OPT_LIST, offsetof(struct ev_sink_settings, set),
	"KEY=VALUE", NULL},
};
