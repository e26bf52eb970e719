/*
 * encoding: see encoding.h.
 */
#include "format/encoding.h"

#include <errno.h>
#include <iconv.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"

#define BLOCK (64u << 10)
/* Whatever a step of iconv needs at most, so that a reader with little room
 * gets on: some characters become several. */
#define STEP 64

struct ev_encoding {
	struct ev_input in;
	struct ev_input *from;
	char *name;
	iconv_t cd;
	char raw[BLOCK]; /* start to end is to be converted */
	size_t start, end;
	uint64_t offset; /* of raw[start] in the input */
	bool eof;
	char text[STEP]; /* converted, for which the reader had no room */
	size_t text_at, text_len;
};

bool
ev_encoding_is_utf8(const char *name)
{
	return !strcasecmp(name, "utf-8") || !strcasecmp(name, "utf8");
}

/* More bytes behind those that are left over. */
static enum ev_status
fill(struct ev_encoding *self, struct ev_err *err)
{
	enum ev_status status;
	size_t got;

	self->end -= self->start;
	memmove(self->raw, self->raw + self->start, self->end);
	self->start = 0;
	status = self->from->read(self->from, self->raw + self->end,
	    BLOCK - self->end, &got, err);
	self->in.bytes = self->from->bytes;
	if (status == EV_OK)
		self->end += got;
	if (status != EV_END)
		return status;
	self->eof = true;
	return EV_OK;
}

static enum ev_status
invalid(const struct ev_encoding *self, const char *what, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
	    "cannot read '%s' as %s: %s at byte %llu", self->in.name,
	    self->name, what, (unsigned long long)self->offset);
}

/* One call of iconv from raw to out. *got may be 0 with EV_OK: more input is
 * needed. The end of the input flushes what the encoding holds back. */
static enum ev_status
convert(struct ev_encoding *self, char *out, size_t cap, size_t *got,
    struct ev_err *err)
{
	char *from = self->raw + self->start, *to = out;
	size_t left = self->end - self->start, room = cap;
	bool flush = self->eof && !left;
	size_t done = flush ? iconv(self->cd, NULL, NULL, &to, &room)
			    : iconv(self->cd, &from, &left, &to, &room);
	int why = errno;

	*got = cap - room;
	self->offset += (size_t)(from - self->raw) - self->start;
	self->start = (size_t)(from - self->raw);
	if (*got)
		return EV_OK;
	if (done == (size_t)-1 && why == EILSEQ)
		return invalid(self, "an invalid sequence", err);
	if (done == (size_t)-1 && why == EINVAL && self->eof)
		return invalid(self,
		    "the input ends in the middle of a character", err);
	return flush ? EV_END : EV_OK;
}

static void
hand_out(struct ev_encoding *self, char *buf, size_t cap, size_t *got)
{
	size_t len = self->text_len - self->text_at;

	*got = len < cap ? len : cap;
	memcpy(buf, self->text + self->text_at, *got);
	self->text_at += *got;
}

static enum ev_status
encoding_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_encoding *self = (struct ev_encoding *)in;
	enum ev_status status = EV_OK;

	*got = 0;
	while (status == EV_OK && !*got) {
		if (self->text_at < self->text_len) {
			hand_out(self, buf, cap, got);
		} else if (cap >= STEP) {
			status = convert(self, buf, cap, got, err);
		} else {
			status = convert(self, self->text, STEP,
			    &self->text_len, err);
			self->text_at = 0;
			if (self->text_len)
				continue;
		}
		if (status == EV_OK && !*got && !self->eof)
			status = fill(self, err);
	}
	return status;
}

static enum ev_status
encoding_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_input *from = ((struct ev_encoding *)in)->from;

	return from->wait(from, err);
}

enum ev_status
ev_encoding_open(struct ev_encoding **encoding, struct ev_input *in,
    const char *name, struct ev_err *err)
{
	iconv_t cd = iconv_open("UTF-8", name);
	struct ev_encoding *self;

	/* glibc takes suffixes ("latin1//IGNORE") that would drop bytes. */
	if (strchr(name, '/') && cd != (iconv_t)-1) {
		iconv_close(cd);
		cd = (iconv_t)-1;
	}
	if (cd == (iconv_t)-1)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "--encoding: no encoding '%s' (latin1, windows-1252, "
		    "utf-16 …: iconv -l lists them)",
		    name);
	self = ev_mem_zalloc(1, sizeof(*self));
	self->in = (struct ev_input){in->name, 0, encoding_read, encoding_wait};
	self->from = in;
	self->name = ev_mem_strdup(name);
	self->cd = cd;
	*encoding = self;
	return EV_OK;
}

void
ev_encoding_close(struct ev_encoding *encoding)
{
	if (!encoding)
		return;
	iconv_close(encoding->cd);
	free(encoding->name);
	free(encoding);
}

struct ev_input *
ev_encoding_input(struct ev_encoding *encoding)
{
	return &encoding->in;
}
