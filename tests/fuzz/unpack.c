/*
 * unpack: what evunpack does, over any bytes. The first byte says how the
 * source behaves: in pieces of what size it comes, and whether it can seek.
 * Looked at: it ends, within its limits; what failed has a message and an exit
 * status; what comes does not depend on the size of the pieces.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/crc32c.h"
#include "format/archive.h"

#define TOTAL (1u << 20)

struct bytes {
	const uint8_t *ptr;
	size_t len, at, step;
};

struct tally {
	uint64_t members, bytes, sum;
};

static enum ev_status
read_bytes(void *arg, char *buf, size_t cap, size_t *got, struct ev_err *err)
{
	struct bytes *in = arg;
	size_t left = in->len - in->at;

	(void)err;
	if (!left)
		return EV_END;
	*got = left < in->step ? left : in->step;
	if (*got > cap)
		*got = cap;
	memcpy(buf, in->ptr + in->at, *got);
	in->at += *got;
	return EV_OK;
}

static int64_t
seek_bytes(void *arg, int64_t offset, int whence)
{
	struct bytes *in = arg;

	if (whence == SEEK_CUR)
		offset += (int64_t)in->at;
	else if (whence == SEEK_END)
		offset += (int64_t)in->len;
	if (offset < 0 || offset > (int64_t)in->len)
		return -1;
	in->at = (size_t)offset;
	return offset;
}

static enum ev_status
on_member(void *arg, struct ev_slice name, struct ev_err *err)
{
	struct tally *tally = arg;

	(void)err;
	tally->members++;
	tally->sum = tally->sum * 31 + ev_crc32c(name.ptr, name.len);
	return EV_OK;
}

static enum ev_status
on_data(void *arg, struct ev_slice bytes, struct ev_err *err)
{
	struct tally *tally = arg;

	(void)err;
	tally->bytes += bytes.len;
	for (size_t i = 0; i < bytes.len; i++)
		tally->sum = tally->sum * 31 + (uint8_t)bytes.ptr[i];
	if (tally->bytes > TOTAL)
		abort();
	return EV_OK;
}

static enum ev_status
on_note(void *arg, const char *text, struct ev_err *err)
{
	(void)arg;
	(void)err;
	return *text ? EV_OK : EV_FATAL;
}

static enum ev_status
unpack(const uint8_t *ptr, size_t len, size_t step, bool seeks,
    struct tally *tally)
{
	static const struct ev_archive_limits limits = {500, 100, TOTAL};
	struct bytes in = {ptr, len, 0, step};
	struct ev_archive_source source = {"fuzz", &in, seeks ? len : 0,
	    read_bytes, seeks ? seek_bytes : NULL};
	struct ev_archive_sink sink = {tally, on_member, on_data, on_note};
	struct ev_err err = {0};
	enum ev_status status;

	status = ev_archive_unpack(&source, &limits, &sink, &err);
	if (status != EV_OK &&
	    (status != EV_FATAL || !*err.text || err.exit != EV_EXIT_DATA))
		abort();
	if (tally->members > limits.members)
		abort();
	return status;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct tally whole = {0}, pieces = {0};
	size_t step;
	bool seeks;

	if (!size)
		return 0;
	step = (size_t)(data[0] & 127) * 7 + 1;
	seeks = data[0] >> 7;
	/* Of what is damaged, how much comes may depend on the pieces. */
	if (unpack(data + 1, size - 1, size, seeks, &whole) == EV_OK &&
	    unpack(data + 1, size - 1, step, seeks, &pieces) == EV_OK &&
	    whole.sum != pieces.sum)
		abort();
	return 0;
}
