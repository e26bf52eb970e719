/*
 * archive: see archive.h.
 *
 * libarchive does tar, zip, xz, zstd and bzip2. gzip is zlib's, in front of
 * it: libarchive does not check a gzip file's CRC, and of a file that ends
 * early it keeps back what it has inflated already. For the same reason a
 * failure of the source is given to libarchive as the end of the file, and
 * told when all that came before has been given out.
 */
#include "format/archive.h"

#include <archive.h>
#include <archive_entry.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>

#include "base/mem.h"
#include "format/magic.h"

#define BLOCK (64u << 10)
/* Smaller, so that there is an end to what a bomb makes of one read. */
#define PACKED (16u << 10)

struct unpacker {
	const struct ev_archive_source *source;
	const struct ev_archive_limits *limits;
	const struct ev_archive_sink *sink;
	uint64_t in, out, members;
	/* The source's block: what was read ahead to tell what it is, then
	 * whatever comes. */
	struct ev_slice left;
	bool ended;
	/* The end of the source was a failure; broken has its text. */
	bool failed;
	struct ev_err broken;
	/* gzip: inside a member of it, and not between two */
	bool gzip, inside;
	z_stream zlib;
	char why[160];
	char packed[PACKED], plain[BLOCK];
};

/* Keeps the first failure for the end, when all that is whole was given. */
static void
fail_later(struct unpacker *self, const char *why)
{
	if (self->failed)
		return;
	self->failed = true;
	ev_err_set(&self->broken, EV_FATAL, EV_EXIT_DATA,
	    "cannot unpack '%s': %s", self->source->name, why);
}

/* Reads behind the first `have` bytes of `packed`; 0 at the end. */
static size_t
pull(struct unpacker *self, size_t have)
{
	size_t got = 0;

	if (self->ended)
		return 0;
	switch (self->source->read(self->source->arg, self->packed + have,
	    PACKED - have, &got, &self->broken)) {
	case EV_OK:
		self->in += got;
		return got;
	case EV_END:
		self->ended = true;
		return 0;
	default:
		self->ended = self->failed = true;
		return 0;
	}
}

static void
fill(struct unpacker *self)
{
	if (!self->left.len)
		self->left = (struct ev_slice){self->packed, pull(self, 0)};
}

/* Reads until it is clear whether this is gzip. */
static void
look(struct unpacker *self)
{
	size_t len = 0, got;

	while (len < 3 && (got = pull(self, len)))
		len += got;
	self->left = (struct ev_slice){self->packed, len};
	self->gzip = len >= 3 && !memcmp(self->packed, "\x1f\x8b\x08", 3);
}

/* Begins the next member of a gzip file, which may have several and zeros
 * behind the last (tapes). False at the end. */
static bool
next_gzip(struct unpacker *self)
{
	while (self->left.len && !*self->left.ptr) {
		self->left.ptr++;
		self->left.len--;
		fill(self);
	}
	if (!self->left.len)
		return false;
	inflateReset(&self->zlib);
	return self->inside = true;
}

/* Inflates until there is something, or the end. */
static size_t
inflate_some(struct unpacker *self)
{
	z_stream *zlib = &self->zlib;

	zlib->next_out = (unsigned char *)self->plain;
	zlib->avail_out = BLOCK;
	while (zlib->avail_out == BLOCK && !self->failed) {
		int code;

		fill(self);
		if (!self->inside && !next_gzip(self))
			break;
		zlib->next_in = (unsigned char *)(uintptr_t)self->left.ptr;
		zlib->avail_in = (unsigned)self->left.len;
		code = inflate(zlib, Z_NO_FLUSH);
		self->left.ptr += self->left.len - zlib->avail_in;
		self->left.len = zlib->avail_in;
		if (code == Z_STREAM_END)
			self->inside = false;
		else if (code != Z_OK && code != Z_BUF_ERROR)
			fail_later(self,
			    zlib->msg ? zlib->msg : "damaged gzip data");
		else if (self->ended && zlib->avail_out == BLOCK)
			fail_later(self, "the gzip data ends early");
	}
	return BLOCK - zlib->avail_out;
}

/* Why `out` bytes are too many for what was read; NULL if they are not. */
static const char *
beyond(struct unpacker *self, uint64_t out)
{
	const struct ev_archive_limits *limits = self->limits;
	uint64_t in = self->in;

	/* A zip archive may be read to and fro. */
	if (self->source->size && in > self->source->size)
		in = self->source->size;
	if (limits->total && out > limits->total)
		snprintf(self->why, sizeof(self->why),
		    "more than %" PRIu64 " bytes come of it; if that is right, "
		    "-X unpack-total=SIZE allows it",
		    limits->total);
	else if (limits->ratio && out > EV_ARCHIVE_SMALL &&
	    out / limits->ratio > in)
		snprintf(self->why, sizeof(self->why),
		    "it grows more than %" PRIu64
		    " times, as a zip bomb does; if that is right, "
		    "-X unpack-ratio=N allows it",
		    limits->ratio);
	else
		return NULL;
	return self->why;
}

/* The next block for libarchive. Here, too, the limits are looked at: what a
 * tar archive has between its members is never given to anyone. */
static la_ssize_t
on_read(struct archive *archive, void *arg, const void **block)
{
	struct unpacker *self = arg;
	la_int64_t out = archive_filter_bytes(archive, 0);
	const char *why = out > 0 ? beyond(self, (uint64_t)out) : NULL;
	size_t len;

	if (why) {
		fail_later(self, why);
		self->ended = true;
		self->left.len = 0;
		return 0;
	}
	if (self->gzip) {
		*block = self->plain;
		return (la_ssize_t)inflate_some(self);
	}
	fill(self);
	*block = self->left.ptr;
	len = self->left.len;
	self->left.len = 0;
	return (la_ssize_t)len;
}

static la_int64_t
on_seek(struct archive *archive, void *arg, la_int64_t offset, int whence)
{
	struct unpacker *self = arg;

	(void)archive;
	self->left.len = 0;
	self->ended = self->failed;
	offset = self->source->seek(self->source->arg, offset, whence);
	return offset < 0 ? ARCHIVE_FATAL : offset;
}

static struct archive *
open_archive(struct unpacker *self)
{
	struct archive *archive = archive_read_new();

	if (!archive)
		return NULL;
	archive_read_support_filter_bzip2(archive);
	archive_read_support_filter_xz(archive);
	archive_read_support_filter_zstd(archive);
	archive_read_support_format_tar(archive);
	archive_read_support_format_zip(archive);
	archive_read_support_format_raw(archive);
	archive_read_support_format_empty(archive);
	/* cat a.tar b.tar: and no byte behind the first is dropped unseen */
	archive_read_set_option(archive, "tar", "read_concatenated_archives",
	    "1");
	archive_read_set_read_callback(archive, on_read);
	if (self->source->seek && !self->gzip)
		archive_read_set_seek_callback(archive, on_seek);
	archive_read_set_callback_data(archive, self);
	return archive;
}

/* "cannot unpack 'b.csv' in 'x.zip': why". name is NULL outside a member. */
static enum ev_status
refuse(struct unpacker *self, const char *name, const char *why,
    struct ev_err *err)
{
	if (!name || !*name)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot unpack '%s': %s", self->source->name, why);
	return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
	    "cannot unpack '%s' in '%s': %s", name, self->source->name, why);
}

/* What libarchive says, as our messages are written. */
static enum ev_status
refused(struct unpacker *self, struct archive *archive, const char *name,
    struct ev_err *err)
{
	const char *said = archive_error_string(archive);
	char why[256];

	/* liblzma's and zlib's words for an input that ends early */
	if (said &&
	    (strstr(said, "No progress is possible") ||
		strstr(said, "ZIP decompression failed (-5)")))
		said = "the data ends early";
	snprintf(why, sizeof(why), "%s", said ? said : "damaged");
	if (!islower((unsigned char)why[0]) && islower((unsigned char)why[1]))
		why[0] = (char)tolower((unsigned char)why[0]);
	return refuse(self, name, why, err);
}

static enum ev_status
give(struct unpacker *self, const char *name, struct ev_slice bytes,
    struct ev_err *err)
{
	const char *why;

	self->out += bytes.len;
	why = beyond(self, self->out);
	if (why)
		return refuse(self, name, why, err);
	return self->sink->data(self->sink->arg, bytes, err);
}

/* A sparse file's hole. */
static enum ev_status
give_zeros(struct unpacker *self, const char *name, uint64_t count,
    struct ev_err *err)
{
	static const char zeros[BLOCK];
	enum ev_status status = EV_OK;

	while (count && status == EV_OK) {
		size_t some = count < BLOCK ? (size_t)count : BLOCK;

		status = give(self, name, (struct ev_slice){zeros, some}, err);
		count -= some;
	}
	return status;
}

/* A member's first piece tells whether it is packed itself; the piece is long
 * enough but where a small one was stored across two reads, and then it is a
 * bad line later. */
static enum ev_status
check_nested(struct unpacker *self, const char *name, struct ev_slice first,
    struct ev_err *err)
{
	const char *what;
	char why[160];

	switch (ev_magic_look(first, true, &what)) {
	case EV_MAGIC_PACKED:
	case EV_MAGIC_FOREIGN:
		snprintf(why, sizeof(why),
		    "what is in it is packed again (%s), and is not unpacked "
		    "twice",
		    what);
		return refuse(self, name, why, err);
	default:
		return EV_OK;
	}
}

static enum ev_status
give_data(struct unpacker *self, struct archive *archive, const char *name,
    struct ev_err *err)
{
	enum ev_status status = EV_OK;
	int64_t offset = 0, at = 0;
	struct ev_slice bytes;
	const void *block;
	int code;

	while (status == EV_OK) {
		code = archive_read_data_block(archive, &block, &bytes.len,
		    &offset);
		bytes.ptr = block;
		if (code != ARCHIVE_OK && code != ARCHIVE_EOF)
			return refused(self, archive, name, err);
		if (offset > at)
			status = give_zeros(self, name, (uint64_t)(offset - at),
			    err);
		if (code == ARCHIVE_EOF)
			break;
		if (status == EV_OK && !offset)
			status = check_nested(self, name, bytes, err);
		if (status == EV_OK)
			status = give(self, name, bytes, err);
		at = offset + (int64_t)bytes.len;
	}
	return status;
}

/* What a member is that is no regular file; NULL if it is one. */
static const char *
special(struct archive_entry *entry)
{
	if (archive_entry_hardlink(entry) && !archive_entry_size(entry))
		return "a hard link";
	switch (archive_entry_filetype(entry)) {
	case AE_IFREG:
		return NULL;
	case AE_IFDIR:
		return "a directory";
	case AE_IFLNK:
		return "a symbolic link";
	default:
		return "no regular file";
	}
}

static enum ev_status
give_member(struct unpacker *self, struct archive *archive,
    struct archive_entry *entry, struct ev_err *err)
{
	const struct ev_archive_sink *sink = self->sink;
	bool one = archive_format(archive) == ARCHIVE_FORMAT_RAW;
	const char *name = one ? "" : archive_entry_pathname(entry);
	const char *what = one ? NULL : special(entry);
	enum ev_status status;

	if (!name)
		name = "?";
	self->members++;
	if (self->limits->members && self->members > self->limits->members)
		return refuse(self, NULL,
		    "it has too many members; if that is right, "
		    "-X unpack-members=N allows them",
		    err);
	if (what) {
		char *text;

		if (archive_entry_filetype(entry) == AE_IFDIR)
			return EV_OK;
		text = ev_mem_printf("passed over '%s' in '%s': it is %s", name,
		    self->source->name, what);
		status = sink->note(sink->arg, text, err);
		free(text);
		return status;
	}
	if (archive_entry_is_encrypted(entry))
		return refuse(self, name, "it is encrypted", err);
	status = sink->member(sink->arg, ev_slice_of(name), err);
	return status == EV_OK ? give_data(self, archive, name, err) : status;
}

static bool
is_tar(struct archive *archive)
{
	return (archive_format(archive) & ARCHIVE_FORMAT_BASE_MASK) ==
	    ARCHIVE_FORMAT_TAR;
}

static enum ev_status
give_members(struct unpacker *self, struct archive *archive, struct ev_err *err)
{
	enum ev_status status = EV_OK;
	struct archive_entry *entry;
	int code;

	if (archive_read_open1(archive) != ARCHIVE_OK)
		return refused(self, archive, NULL, err);
	while (status == EV_OK) {
		code = archive_read_next_header(archive, &entry);
		if (code == ARCHIVE_EOF)
			break;
		/* ARCHIVE_WARN: a name that is not of the locale, and such */
		if (code != ARCHIVE_OK && code != ARCHIVE_WARN)
			return refused(self, archive, NULL, err);
		status = give_member(self, archive, entry, err);
	}
	/* libarchive takes zeros for an empty tar archive. */
	if (status == EV_OK && !self->members && is_tar(archive))
		return refuse(self, NULL, "nothing but zeros is in it", err);
	return status;
}

enum ev_status
ev_archive_unpack(const struct ev_archive_source *source,
    const struct ev_archive_limits *limits, const struct ev_archive_sink *sink,
    struct ev_err *err)
{
	struct unpacker *self = ev_mem_zalloc(1, sizeof(*self));
	struct archive *archive;
	enum ev_status status = EV_FATAL;

	*self =
	    (struct unpacker){.source = source, .limits = limits, .sink = sink};
	look(self);
	archive = open_archive(self);
	if (!archive || inflateInit2(&self->zlib, 16 + MAX_WBITS) != Z_OK) {
		ev_err_set(err, EV_FATAL, EV_EXIT_OS, "out of memory");
		goto out;
	}
	status = give_members(self, archive, err);
	/* What the archive lacks then is no news. */
	if (self->failed && (status == EV_OK || err->exit == EV_EXIT_DATA)) {
		*err = self->broken;
		status = EV_FATAL;
	}
out:
	inflateEnd(&self->zlib);
	archive_read_free(archive);
	free(self);
	return status;
}
