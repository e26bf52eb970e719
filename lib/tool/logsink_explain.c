/*
 * logsink_explain: what --explain says of a named pipeline's file, log folder
 * or standard output: its class (evkit(7)), what that guarantees, and
 * what the record says now. Nothing is locked or changed.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tool/logsink.h"
#include "tool/tool.h"

static void
explain_class(const struct ev_logsink *sink)
{
	if (sink->kind == EV_LOGSINK_STDOUT) {
		printf("would be: appended to\n"
		       "class: D, at least once: what a killed run wrote after "
		       "its last commit is written again\n"
		       "commit: each mark of the source: synced, then the "
		       "record in the state folder\n");
		return;
	}
	printf("would be: locked, appended to%s\n"
	       "class: B, exactly once: after any failure, also a kill -9 or a "
	       "power cut, the next start goes on behind the last commit\n"
	       "commit: each mark of the source: the data is synced, then the "
	       "sidecar replaced\n",
	    sink->pack ? ", a compressed part at each commit" : "");
}

static void
print_time(const char *before, int64_t ms)
{
	static const struct {
		int64_t ms;
		const char *unit;
	} units[] = {{86400000, "d"}, {3600000, "h"}, {60000, "m"},
	    {1000, "s"}};
	unsigned i = 0;

	while (ms % units[i].ms)
		i++;
	printf("%s %" PRId64 "%s", before, ms / units[i].ms, units[i].unit);
}

static void
explain_roll(const struct ev_log *log)
{
	printf("new segment: at a commit");
	if (log->roll_commit)
		printf(", each one");
	if (log->roll_bytes)
		printf(", after %" PRIu64 " bytes", log->roll_bytes);
	if (log->roll_ms)
		print_time(", after", log->roll_ms);
	if (log->keep_ms)
		print_time("; kept for", log->keep_ms);
	printf("\n");
}

/* Bytes behind the committed length of the file or the last segment. */
static uint64_t
uncommitted(const struct ev_logsink *sink)
{
	const struct ev_sidecar *sidecar = &sink->log.sidecar;
	uint64_t length = sidecar->length - sidecar->last;
	struct stat there;
	char *path = sidecar->log
	    ? ev_sidecar_segment(sink->place, sidecar->last)
	    : ev_mem_strdup(sink->place);
	bool longer = stat(path, &there) == 0 &&
	    (uint64_t)there.st_size > length;

	free(path);
	return longer ? (uint64_t)there.st_size - length : 0;
}

static void
explain_sidecar(const struct ev_logsink *sink)
{
	const struct ev_sidecar *sidecar = &sink->log.sidecar;
	uint64_t more = uncommitted(sink);

	printf("record in: %s\n", sink->log.sidecar_path);
	if (!sink->found) {
		printf("record: none yet%s\n",
		    sink->settings->adopt ? ": what is there is adopted" : "");
		return;
	}
	ev_ledger_explain(ev_slice_of(sidecar->record));
	printf("committed: %" PRIu64 " bytes", sidecar->length);
	if (sidecar->log)
		printf(", of which those from %" PRIu64 " on are there",
		    sidecar->first);
	printf("\n");
	if (more)
		printf("not committed: %" PRIu64 " bytes%s\n", more,
		    *sidecar->open ? " of a run that goes on or was killed"
				   : " of a stranger, which the next start "
				     "keeps aside");
}

static void
explain_state(const struct ev_logsink *sink)
{
	struct ev_pipeline pipeline;
	struct ev_buf text = {0};
	struct ev_err err;
	enum ev_status status = ev_pipeline_find(&pipeline,
	    sink->settings->name, &err);

	if (status == EV_OK) {
		printf("record in: %s/record\n", pipeline.folder);
		status = ev_pipeline_read(&pipeline, &text, &err);
	}
	if (status == EV_FATAL)
		ev_tool_fail(&err);
	ev_ledger_explain(ev_buf_as_slice(&text));
	ev_buf_release(&text);
}

void
ev_logsink_explain(const struct ev_logsink *sink)
{
	explain_class(sink);
	printf("write: append\nkey: none\n");
	if (sink->kind == EV_LOGSINK_FOLDER)
		explain_roll(&sink->log);
	if (sink->kind == EV_LOGSINK_STDOUT)
		explain_state(sink);
	else
		explain_sidecar(sink);
}
