/*
 * inlet: see inlet.h.
 */
#include "tool/inlet.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "tool/place.h"

static enum ev_status
start(struct ev_inlet *inlet, const char *name, const char *const *place,
    size_t count, const struct ev_stage_settings *settings, bool follow,
    struct ev_err *err)
{
	const char **argv = ev_mem_zalloc(count + 7, sizeof(*argv));
	char *max = ev_mem_printf("--max-event=%" PRIu64, settings->max_event);
	enum ev_status status;
	int their_stdin = -1;
	size_t n = 0;

	argv[n++] = "evsource";
	argv[n++] = max;
	if (settings->bad.on_error == EV_BAD_SKIP)
		argv[n++] = "--on-error=skip";
	if (follow) {
		argv[n++] = "--follow";
		argv[n++] = "--marks";
	}
	argv[n++] = "--";
	for (size_t i = 0; i < count; i++) {
		argv[n++] = place[i];
		if (ev_place_is_stdin(place[i]))
			their_stdin = STDIN_FILENO;
	}
	inlet->place = place[0];
	status = ev_child_start(&inlet->source, "evsource",
	    (char *const *)(uintptr_t)argv, true, their_stdin, err);
	ev_input_fd_init(&inlet->input, inlet->source.fd, name);
	free(argv);
	free(max);
	return status;
}

enum ev_status
ev_inlet_open(struct ev_inlet *inlet, const char *name,
    const char *const *place, size_t count,
    const struct ev_stage_settings *settings, struct ev_err *err)
{
	return start(inlet, name, place, count, settings, false, err);
}

enum ev_status
ev_inlet_follow(struct ev_inlet *inlet, const char *place,
    const struct ev_stage_settings *settings, struct ev_err *err)
{
	return start(inlet, place, &place, 1, settings, true, err);
}

enum ev_status
ev_inlet_close(struct ev_inlet *inlet, struct ev_err *err)
{
	struct ev_err cause;

	if (ev_child_wait(&inlet->source, &cause) == EV_OK)
		return EV_OK;
	/* A signal was evsource's, not ours: nothing is lost by it, and who
	 * starts pipelines again is to do so. */
	return ev_err_set(err, EV_FATAL,
	    cause.exit > 128 ? EV_EXIT_AGAIN : cause.exit,
	    "cannot read '%s': %s", inlet->place, cause.text);
}

void
ev_inlet_stop(struct ev_inlet *inlet)
{
	ev_child_stop(&inlet->source);
}
