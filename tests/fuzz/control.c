/*
 * control: any bytes as a control line, with a checksum put behind them so
 * that it is the form that is tried. What is taken must be JSON to jansson
 * (but for a side line, whose event may be anything, and for members not
 * known, of which jansson takes fewer), give back the same bytes
 * when it is written again, or, where a mark's optional members came in
 * another order, the same bytes in that of ev_control_build; and its positions
 * must merge.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "base/crc32c.h"
#include "event/control.h"
#include "event/vector.h"

#define TAIL 18

static void
check_json(struct ev_slice line)
{
	json_t *json = json_loadb(line.ptr, line.len, JSON_ALLOW_NUL, NULL);

	if (!json || !json_is_object(json))
		abort();
	json_decref(json);
}

/* The members may change places, so each byte is there as often. */
static void
check_bytes(struct ev_slice a, struct ev_slice b)
{
	size_t count[256] = {0};

	if (a.len != b.len)
		abort();
	for (size_t i = 0; i + TAIL < a.len; i++) {
		count[(unsigned char)a.ptr[i]]++;
		count[(unsigned char)b.ptr[i]]--;
	}
	for (size_t i = 0; i < 256; i++)
		if (count[i])
			abort();
}

static void
check_again(struct ev_slice line, const struct ev_control *control)
{
	struct ev_buf built = {0}, again = {0};
	struct ev_control second;
	struct ev_slice text;

	ev_control_build(&built, control);
	text = (struct ev_slice){built.ptr, built.len - 1};
	if (control->kind != EV_CONTROL_MARK && !ev_slice_equal(line, text))
		abort();
	check_bytes(line, text);
	if (ev_control_parse(text, &second, NULL) != EV_OK)
		abort();
	ev_control_build(&again, &second);
	if (!ev_slice_equal(ev_buf_as_slice(&built), ev_buf_as_slice(&again)))
		abort();
	ev_control_release(&second);
	ev_buf_release(&built);
	ev_buf_release(&again);
}

static void
check(struct ev_slice line)
{
	struct ev_control control;
	struct ev_vector *vector;

	if (ev_control_parse(line, &control, NULL) == EV_OK) {
		if (control.kind != EV_CONTROL_SIDE && !control.more.len)
			check_json(line);
		check_again(line, &control);
		if (control.pos.ptr) {
			vector = ev_vector_new();
			if (ev_vector_merge(vector, control.pos, NULL) != EV_OK)
				abort();
			ev_vector_free(vector);
		}
	}
	ev_control_release(&control);
	ev_control_resembles(line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ev_buf line = {0};

	ev_buf_append(&line, data, size);
	check((struct ev_slice){line.ptr ? line.ptr : "", line.len});
	if (!size || memchr(data, 0x0A, size))
		goto out;
	ev_buf_printf(&line, ",\"crc\":\"%08" PRIx32 "\"}",
	    ev_crc32c(line.ptr, size));
	check(ev_buf_as_slice(&line));
out:
	ev_buf_release(&line);
	return 0;
}
