/*
 * sink: the options that all sinks have.
 */
#ifndef EV_TOOL_SINK_H
#define EV_TOOL_SINK_H

#include <stdbool.h>
#include <stdint.h>

#include "tool/opt.h"

enum ev_sink_write {
	EV_SINK_APPEND,
	EV_SINK_REPLACE,
	EV_SINK_INSERT,
	EV_SINK_UPSERT,
	EV_SINK_DEFAULT, /* no --write was given: the sink's own */
};

struct ev_sink_settings {
	const char *format; /* NULL: by the place's name */
	int write;          /* enum ev_sink_write */
	const char *meta;   /* the field to take out, or NULL */
	uint64_t limit;     /* events; UINT64_MAX: all */
	bool explain;
	bool progress;
	struct ev_opt_list set; /* -X key=value */
};

/* clang-format off */
#define EV_SINK_DEFAULTS {.write = EV_SINK_DEFAULT, .limit = UINT64_MAX}
/* clang-format on */

/* --format, --write, --meta, --limit, --explain, --progress, -X. */
extern const struct ev_opt ev_sink_options[7];

#endif
