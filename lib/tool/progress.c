/*
 * progress: see progress.h.
 */
#include "tool/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"

#include "tool/tool.h"

#define EVERY 200 /* milliseconds */

void
ev_progress_open(struct ev_progress *progress, bool wanted)
{
	*progress = (struct ev_progress){
	    .shown = wanted && isatty(STDERR_FILENO)};
	if (progress->shown)
		progress->started = ev_clock_steady();
}

/* "3.2 MiB" */
static void
size_text(char *text, size_t cap, double bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB",
	    "TiB"};
	unsigned i = 0;

	for (; bytes >= 1024 && i < 4; i++)
		bytes /= 1024;
	snprintf(text, cap, i ? "%.1f %s" : "%.0f %s", bytes, units[i]);
}

static void
draw(const struct ev_progress *progress, uint64_t bytes, uint64_t events,
    const char *end)
{
	uint64_t taken = ev_clock_steady() - progress->started + 1;
	char read[32], speed[32];

	size_text(read, sizeof(read), (double)bytes);
	size_text(speed, sizeof(speed), (double)bytes * 1000 / (double)taken);
	fprintf(stderr,
	    "\r%s: %s, %" PRIu64 " events, %s/s, %" PRIu64 " events/s\033[K%s",
	    ev_tool_name(), read, events, speed, events * 1000 / taken, end);
	fflush(stderr);
}

void
ev_progress_draw(struct ev_progress *progress, uint64_t bytes, uint64_t events)
{
	if (!progress->shown || ev_clock_steady() - progress->last < EVERY)
		return;
	progress->last = ev_clock_steady();
	draw(progress, bytes, events, "");
}

void
ev_progress_close(struct ev_progress *progress, uint64_t bytes, uint64_t events)
{
	if (progress->shown)
		draw(progress, bytes, events, "\n");
}
