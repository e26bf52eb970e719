/*
 * trail: see trail.h.
 */
#include "event/trail.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/point.h"

static enum ev_status broken(struct ev_err *err, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static enum ev_status
broken(struct ev_err *err, const char *format, ...)
{
	char why[256];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
	    "the stream is broken: %s", why);
}

/* Of a stream whose begin is not where it belongs. */
static enum ev_status
headless(struct ev_err *err, const char *what)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "the stream is of a named pipeline, but its first line is no "
	    "begin: %s",
	    what);
}

static enum ev_status
begin(struct ev_trail *trail, const struct ev_control *control, uint64_t lines,
    struct ev_err *err)
{
	if (ev_trail_marked(trail))
		return broken(err, "it begins a second time");
	if (trail->state == EV_TRAIL_PLAIN || lines)
		return headless(err, "that comes later");
	trail->state = EV_TRAIL_BEGUN;
	memcpy(trail->run, control->run.ptr, EV_RUN_LEN);
	trail->run[EV_RUN_LEN] = '\0';
	trail->seq = trail->lines = 0;
	return EV_OK;
}

/* What marks and side lines have in common: their place and their run. */
static enum ev_status
inside(const struct ev_trail *trail, const struct ev_control *control,
    struct ev_err *err)
{
	bool is_mark = control->kind == EV_CONTROL_MARK;
	const char *what = is_mark ? "a mark" : "a side line";

	if (trail->state == EV_TRAIL_ENDED)
		return broken(err, "%s stands behind its end", what);
	if (trail->state != EV_TRAIL_BEGUN)
		return headless(err,
		    is_mark ? "a mark comes before it"
			    : "a side line comes before it");
	if (!ev_slice_is(control->run, trail->run) && !ev_mutant("R6.run"))
		return broken(err, "%s of another run stands in it", what);
	return EV_OK;
}

static enum ev_status
mark(struct ev_trail *trail, const struct ev_control *control, uint64_t lines,
    struct ev_err *err)
{
	uint64_t n = lines - trail->lines;

	if (control->seq != trail->seq + 1 && !ev_mutant("R6.seq"))
		return broken(err,
		    "behind mark %" PRIu64 " comes mark %" PRIu64, trail->seq,
		    control->seq);
	if (control->n != n && !ev_mutant("R5"))
		return broken(err,
		    "of %" PRIu64 " lines before mark %" PRIu64 " %" PRIu64
		    " arrived",
		    control->n, control->seq, n);
	/* A side line must not have become an event. */
	if (control->sides != trail->sides && !ev_mutant("R5"))
		return broken(err,
		    "of %" PRIu64 " side lines before mark %" PRIu64 " %" PRIu64
		    " arrived",
		    control->sides, control->seq, trail->sides);
	trail->seq = control->seq;
	trail->lines = lines;
	trail->sides = 0;
	if (control->seal != EV_SEAL_NONE)
		trail->state = EV_TRAIL_ENDED;
	return EV_OK;
}

enum ev_status
ev_trail_control(struct ev_trail *trail, const struct ev_control *control,
    uint64_t lines, struct ev_err *err)
{
	enum ev_status status;

	if (control->kind == EV_CONTROL_FAIL)
		return EV_OK;
	if (control->kind == EV_CONTROL_BEGIN)
		return begin(trail, control, lines, err);
	status = inside(trail, control, err);
	if (status == EV_OK && control->kind == EV_CONTROL_MARK)
		return mark(trail, control, lines, err);
	trail->sides += status == EV_OK;
	return status;
}

enum ev_status
ev_trail_end(const struct ev_trail *trail, uint64_t lines, struct ev_err *err)
{
	if (trail->state == EV_TRAIL_BEGUN && !ev_mutant("R2"))
		return broken(err, "it ends without its seal");
	if (trail->state == EV_TRAIL_ENDED && lines != trail->lines)
		return broken(err, "lines stand behind its end");
	return EV_OK;
}
