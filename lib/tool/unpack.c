/*
 * unpack: see unpack.h.
 */
#include "tool/unpack.h"

#include <assert.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "format/magic.h"
#include "tool/child.h"
#include "tool/tool.h"

#define TEXT_MAX (64u << 10) /* bytes of a name, a note or an error */

struct ev_unpack {
	struct ev_child child;
	struct ev_unpack_member member; /* the first bytes are its input */
	char *place;
	struct ev_buf name;
	/* the frame that is being read */
	unsigned char head[EV_UNPACK_FRAME];
	size_t head_len;
	uint32_t left; /* bytes of it that are still to come */
	bool in_data;
	bool named; /* the head of the next member was read */
	bool ended;
};

/* The helper has ended without a frame that says how. */
static enum ev_status
broken_off(struct ev_unpack *self, struct ev_err *err)
{
	struct ev_err cause;

	if (ev_child_wait(&self->child, &cause) == EV_OK)
		ev_err_set(&cause, EV_FATAL, EV_EXIT_IO,
		    "evunpack ended "
		    "without saying so");
	/* The signal was the helper's, not ours. */
	return ev_err_set(err, EV_FATAL,
	    cause.exit > 128 ? EV_EXIT_AGAIN : cause.exit,
	    "cannot unpack '%s': "
	    "%s",
	    self->place, cause.text);
}

/* Reads from the helper; its end is a failure, since frames tell the end. */
static enum ev_status
read_pipe(struct ev_unpack *self, void *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	enum ev_status status = ev_io_read(self->child.fd, self->place, buf,
	    cap, got, err);

	return status == EV_END ? broken_off(self, err) : status;
}

/* Completes the head of the next frame. */
static enum ev_status
read_head(struct ev_unpack *self, struct ev_err *err)
{
	enum ev_status status;
	size_t got;

	while (self->head_len < EV_UNPACK_FRAME) {
		status = read_pipe(self, self->head + self->head_len,
		    EV_UNPACK_FRAME - self->head_len, &got, err);
		if (status != EV_OK)
			return status;
		self->head_len += got;
	}
	self->left = (uint32_t)self->head[1] | (uint32_t)self->head[2] << 8 |
	    (uint32_t)self->head[3] << 16 | (uint32_t)self->head[4] << 24;
	self->head_len = 0;
	self->in_data = self->head[0] == EV_UNPACK_BYTES;
	return EV_OK;
}

/* A frame's text, which is short and there at once. */
static enum ev_status
read_text(struct ev_unpack *self, struct ev_buf *text, struct ev_err *err)
{
	enum ev_status status;
	size_t got;

	text->len = 0;
	if (self->left > TEXT_MAX)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot unpack '%s': a name of %u bytes", self->place,
		    self->left);
	ev_buf_reserve(text, self->left);
	while (self->left) {
		status = read_pipe(self, text->ptr + text->len, self->left,
		    &got, err);
		if (status == EV_AGAIN)
			status = ev_io_wait(self->child.fd, -1, err);
		else if (status == EV_OK) {
			text->len += got;
			self->left -= (uint32_t)got;
		}
		if (status != EV_OK && status != EV_AGAIN)
			return status;
	}
	return EV_OK;
}

static enum ev_status
say_note(struct ev_unpack *self, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status = read_text(self, &text, err);

	if (status == EV_OK)
		ev_tool_say("%s", ev_buf_cstr(&text));
	ev_buf_release(&text);
	return status;
}

/* What the helper could not do, as a failure of our own. */
static enum ev_status
take_error(struct ev_unpack *self, struct ev_err *err)
{
	struct ev_buf text = {0};
	enum ev_status status = read_text(self, &text, err);

	if (status == EV_OK && text.len)
		status = ev_err_set(err, EV_FATAL, (unsigned char)text.ptr[0],
		    "%s", ev_buf_cstr(&text) + 1);
	ev_buf_release(&text);
	return status == EV_OK ? broken_off(self, err) : status;
}

/* Reads frames until there is data (EV_OK) or the member has ended (EV_END). */
static enum ev_status
next_frame(struct ev_unpack *self, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	while (!self->named && !self->ended && !(self->in_data && self->left)) {
		status = read_head(self, err);
		if (status != EV_OK)
			return status;
		switch ((enum ev_unpack_frame)self->head[0]) {
		case EV_UNPACK_BYTES:
			break;
		case EV_UNPACK_MEMBER:
			status = read_text(self, &self->name, err);
			self->named = true;
			break;
		case EV_UNPACK_NOTE:
			status = say_note(self, err);
			break;
		case EV_UNPACK_ERROR:
			return take_error(self, err);
		case EV_UNPACK_END:
			self->ended = true;
			return ev_child_wait(&self->child, err) == EV_OK
			    ? EV_END
			    : EV_FATAL;
		default:
			return broken_off(self, err);
		}
		if (status != EV_OK)
			return status;
	}
	return self->named || self->ended ? EV_END : EV_OK;
}

static enum ev_status
member_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_unpack *self = (struct ev_unpack *)((char *)in -
	    offsetof(struct ev_unpack, member.in));
	enum ev_status status = next_frame(self, err);

	if (status != EV_OK)
		return status;
	status = read_pipe(self, buf, cap < self->left ? cap : self->left, got,
	    err);
	if (status == EV_OK) {
		self->left -= (uint32_t)*got;
		in->bytes += *got;
	}
	return status;
}

static enum ev_status
member_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_unpack *self = (struct ev_unpack *)((char *)in -
	    offsetof(struct ev_unpack, member.in));

	return ev_io_wait(self->child.fd, -1, err);
}

enum ev_status
ev_unpack_open(struct ev_unpack **unpack, const char *name, int fd,
    struct ev_slice prefix, const struct ev_unpack_limits *limits,
    struct ev_err *err)
{
	struct ev_unpack *self = ev_mem_zalloc(1, sizeof(*self));
	const struct {
		const char *option, *value;
	} pairs[] = {{"--ratio", limits->ratio}, {"--members", limits->members},
	    {"--total", limits->total}, {"--length", limits->length}};
	char hex[2 * EV_MAGIC_MAX + 1];
	const char *argv[14] = {"evunpack"};
	size_t argc = 1;

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		if (!pairs[i].value)
			continue;
		argv[argc++] = pairs[i].option;
		argv[argc++] = pairs[i].value;
	}
	assert(prefix.len <= EV_MAGIC_MAX);
	if (prefix.len) {
		for (size_t i = 0; i < prefix.len; i++)
			snprintf(hex + 2 * i, 3, "%02x",
			    (unsigned char)prefix.ptr[i]);
		argv[argc++] = "--prefix";
		argv[argc++] = hex;
	}
	self->place = ev_mem_strdup(name);
	argv[argc++] = "--";
	argv[argc++] = self->place;
	self->member.in = (struct ev_input){name, 0, member_read, member_wait};
	if (ev_child_start(&self->child, "evunpack",
		(char *const *)(uintptr_t)argv, true, fd, err) != EV_OK) {
		self->child = (struct ev_child){0, -1, NULL};
		ev_unpack_close(self);
		return EV_FATAL;
	}
	*unpack = self;
	return EV_OK;
}

enum ev_status
ev_unpack_next(struct ev_unpack *unpack, struct ev_unpack_member **member,
    struct ev_err *err)
{
	static char waste[EV_UNPACK_DATA];
	enum ev_status status;
	size_t got;

	while (!unpack->named) {
		status = member_read(&unpack->member.in, waste, sizeof(waste),
		    &got, err);
		if (status == EV_AGAIN)
			status = member_wait(&unpack->member.in, err);
		if (status == EV_FATAL || (status == EV_END && !unpack->named))
			return status;
	}
	unpack->named = false;
	unpack->member.name = ev_buf_as_slice(&unpack->name);
	*member = &unpack->member;
	return EV_OK;
}

void
ev_unpack_close(struct ev_unpack *unpack)
{
	if (unpack->child.pid)
		ev_child_stop(&unpack->child);
	ev_buf_release(&unpack->name);
	free(unpack->place);
	free(unpack);
}
