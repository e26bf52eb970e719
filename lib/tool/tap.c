/*
 * tap: see tap.h.
 */
#include "tool/tap.h"

static enum ev_status
tap_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_tap *tap = (struct ev_tap *)in;
	enum ev_status status = tap->ask(tap->arg, err);

	if (status == EV_END)
		tap->ended = true;
	if (status != EV_OK)
		return status;
	if (cap > tap->limit - tap->at)
		cap = (size_t)(tap->limit - tap->at);
	status = tap->from->read(tap->from, buf, cap, got, err);
	in->bytes = tap->from->bytes;
	if (status == EV_END)
		tap->ended = true;
	if (status != EV_OK)
		return status;
	tap->at += *got;
	if (tap->sum)
		ev_filepos_sum_add(tap->sum, buf, *got);
	return EV_OK;
}

static enum ev_status
tap_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_tap *tap = (struct ev_tap *)in;

	return tap->wait(tap->arg, err);
}

void
ev_tap_init(struct ev_tap *tap, struct ev_input *from, uint64_t at)
{
	*tap = (struct ev_tap){.in = {from->name, from->bytes, tap_read,
				   tap_wait},
	    .from = from,
	    .at = at,
	    .limit = UINT64_MAX};
}
