/*
 * decode: what the tests of decoders share: text as an input that comes in
 * small pieces, and all that a decoder says about it as one text.
 */
#ifndef EV_TESTS_DECODE_H
#define EV_TESTS_DECODE_H

#include <stdlib.h>

#include "format/format.h"

/* Comes in pieces of at most `step` bytes; 0: of random sizes. Every other
 * read says AGAIN. */
struct decode_input {
	struct ev_input in;
	const char *begin;
	const char *ptr, *end;
	size_t step;
	unsigned seed;
	bool again;
};

static inline enum ev_status
decode_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct decode_input *self = (struct decode_input *)in;
	size_t left = (size_t)(self->end - self->ptr);
	size_t step = self->step;

	(void)err;
	if (!left)
		return EV_END;
	self->again = !self->again;
	if (!self->again)
		return EV_AGAIN;
	if (!step)
		step = (size_t)rand_r(&self->seed) % 40 + 1;
	*got = left < step ? left : step;
	if (*got > cap)
		*got = cap;
	memcpy(buf, self->ptr, *got);
	self->ptr += *got;
	in->bytes += *got;
	return EV_OK;
}

static inline struct decode_input
decode_input(struct ev_slice text, size_t step)
{
	return (
	    struct decode_input){.in = {.name = "x.csv", .read = decode_read},
	    .begin = text.ptr,
	    .ptr = text.ptr,
	    .end = text.ptr + text.len,
	    .step = step,
	    .seed = (unsigned)text.len};
}

/* Says so if the record's bytes do not stand in the input (NULL: it was
 * converted, so they do not) behind `from`; returns what stands behind them. */
static inline const char *
decode_check(const struct decode_input *in, const char *from,
    const struct ev_record *record, struct ev_buf *out)
{
	const char *found = in && record->input.len
	    ? memmem(from, (size_t)(in->end - from), record->input.ptr,
		  record->input.len)
	    : from;

	if (!in)
		return from;
	if (!found || record->input.len > record->length) {
		ev_buf_str(out, "a record with other bytes\n");
		return from;
	}
	return found + record->input.len;
}

/* One line for each thing said: an event as it is; "!LINE+LENGTH: why" of a
 * bad record; "#EXIT: why" of a failure, which is the last. */
static inline void
decode_all(struct ev_decoder *decoder, const struct decode_input *in,
    struct ev_buf *out)
{
	const char *behind = in ? in->begin : NULL;
	struct ev_record record;
	struct ev_err err;

	for (;;) {
		size_t from = out->len;
		enum ev_status status = decoder->next(decoder, out, &record,
		    &err);

		if (status == EV_AGAIN)
			continue;
		if (status == EV_END)
			return;
		if (status == EV_FATAL) {
			ev_buf_printf(out, "#%d: %s\n", err.exit, err.text);
			return;
		}
		if (status == EV_BAD && out->len != from)
			ev_buf_str(out, "a bad record left text behind\n");
		behind = decode_check(in, behind, &record, out);
		if (status == EV_BAD)
			ev_buf_printf(out, "!%llu+%zu: %s",
			    (unsigned long long)record.line, record.length,
			    err.text);
		ev_buf_char(out, '\n');
	}
}

#endif
