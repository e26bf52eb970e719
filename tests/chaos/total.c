/*
 * total: a stateful command, for the tests: adds to every event the running
 * total of a field by the value of another.
 *
 *	total KEYFIELD NUMBERFIELD
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/point.h"
#include "event/build.h"
#include "event/scan.h"
#include "state/pipeline.h"
#include "state/versions.h"
#include "tool/stage.h"
#include "tool/tool.h"

static const struct ev_opt_usage usage = {
    .name = "total",
    .args = "KEYFIELD NUMBERFIELD",
    .summary = "adds a running total to every event",
    .example = "total k n",
};

struct total {
	struct ev_stage_settings set;
	struct ev_stage stage;
	struct ev_scan *scan;
	unsigned key, number; /* slots */
	struct ev_map *sums;
	struct ev_pipeline pipeline;
	struct ev_versions versions;
};

static int64_t
number_of(struct ev_value value)
{
	return value.type == EV_NUMBER ? strtoll(value.ptr, NULL, 10) : 0;
}

static void
on_event(struct total *total, const struct ev_line *line)
{
	const struct ev_value *field = ev_scan_fields(total->scan);
	uintptr_t *sum = ev_map_put(total->sums,
	    ev_value_raw(field[total->key]), NULL);
	struct ev_buf *out = ev_stage_begin(&total->stage);

	*sum += (uintptr_t)number_of(field[total->number]);
	ev_buf_slice(out, line->text);
	ev_build_reopen(out);
	ev_build_key(out, EV_SLICE("total"));
	ev_build_int(out, (int64_t)*sum);
	ev_build_close(out);
	ev_stage_end(&total->stage);
}

/* --- its state: a line "SUM KEY" a key ----------------------------------- */

static void
write_state(const struct total *total, struct ev_buf *out)
{
	for (size_t i = 0; i < ev_map_count(total->sums); i++) {
		struct ev_slice key = ev_map_key(total->sums, i);

		ev_buf_printf(out, "%" PRIdPTR " ",
		    (intptr_t)*ev_map_get(total->sums, key));
		ev_buf_slice(out, key);
		ev_buf_char(out, '\n');
	}
}

static void
read_state(struct total *total, struct ev_slice text)
{
	while (text.len) {
		const char *end = memchr(text.ptr, '\n', text.len);
		char *key;
		intptr_t sum = strtoll(text.ptr, &key, 10);

		if (!end)
			ev_tool_die(EV_EXIT_DISAGREE, "the state is cut");
		key++;
		*ev_map_put(total->sums,
		    (struct ev_slice){key, (size_t)(end - key)},
		    NULL) = (uintptr_t)sum;
		text.len -= (size_t)(end + 1 - text.ptr);
		text.ptr = end + 1;
	}
}

/* --- marks --------------------------------------------------------------- */

static void
on_begin(struct total *total)
{
	const struct ev_control *begin = &total->stage.control;
	char *name = ev_mem_strndup(begin->name.ptr, begin->name.len);
	char *state = ev_mem_strndup(begin->state.ptr, begin->state.len);
	char *sid = ev_mem_strndup(begin->sid.ptr, begin->sid.len);
	char *base = ev_mem_strndup(begin->base.ptr, begin->base.len);
	struct ev_buf saved = {0};
	struct ev_err err;
	enum ev_status status;

	if (ev_pipeline_open(&total->pipeline, name, state, sid, &err) !=
		EV_OK ||
	    ev_versions_open(&total->versions, &total->pipeline, "total",
		begin->run, begin->base, &err) != EV_OK)
		ev_tool_fail(&err);
	ev_stage_forward(&total->stage);
	status = ev_versions_restore(&total->versions, &saved, &err);
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	if (status == EV_OK)
		read_state(total, ev_buf_as_slice(&saved));
	ev_versions_drop(&total->versions, ev_slice_of(base));
	ev_buf_release(&saved);
	free(name);
	free(state);
	free(sid);
	free(base);
}

static void
on_mark(struct total *total)
{
	const struct ev_control *mark = &total->stage.control;
	char *committed = ev_mem_strndup(mark->committed.ptr,
	    mark->committed.len);
	uint64_t seq = mark->seq;
	struct ev_buf state = {0};
	struct ev_err err;

	if (ev_mutant("total.forward-first"))
		ev_stage_forward(&total->stage);
	ev_point("total.mark");
	write_state(total, &state);
	if (ev_versions_save(&total->versions, seq, ev_buf_as_slice(&state),
		&err) != EV_OK)
		ev_tool_fail(&err);
	ev_point("total.saved");
	if (!ev_mutant("total.forward-first"))
		ev_stage_forward(&total->stage);
	ev_versions_drop(&total->versions, ev_slice_of(committed));
	ev_buf_release(&state);
	free(committed);
}

static void
run(struct total *total)
{
	struct ev_line line;

	for (;;)
		switch (ev_stage_step(&total->stage, &line)) {
		case EV_STAGE_EVENT:
			on_event(total, &line);
			break;
		case EV_STAGE_BEGIN:
			on_begin(total);
			break;
		case EV_STAGE_MARK:
			on_mark(total);
			break;
		case EV_STAGE_SIDE:
			ev_stage_forward(&total->stage);
			break;
		case EV_STAGE_END:
			return;
		}
}

int
main(int argc, char **argv)
{
	struct total total = {.set = EV_STAGE_DEFAULTS};
	const struct ev_opt_table tables[] = {EV_OPT_TABLE(ev_stage_options,
						  &total.set),
	    {NULL, NULL, 0}};
	struct ev_input_fd input;
	int rest;

	ev_tool_start("total", true);
	rest = ev_tool_options(&usage, tables, argc, argv);
	if (argc - rest != 2)
		ev_tool_die(EV_EXIT_USAGE, "wants a key and a number");
	total.scan = ev_scan_new();
	total.sums = ev_map_new();
	total.key = ev_scan_want_key(total.scan, ev_slice_of(argv[rest]));
	total.number = ev_scan_want_key(total.scan,
	    ev_slice_of(argv[rest + 1]));
	ev_input_fd_init(&input, STDIN_FILENO, "standard input");
	ev_stage_open(&total.stage, &total.set, &input.in, total.scan,
	    ev_tool_stdout());
	run(&total);
	ev_stage_done(&total.stage);
	ev_versions_release(&total.versions);
	ev_pipeline_release(&total.pipeline);
	ev_map_free(total.sums);
	ev_scan_free(total.scan);
	ev_tool_done(EV_EXIT_OK);
}
