/*
 * file: see file.h.
 */
#include "tool/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "format/magic.h"
#include "tool/files.h"

/* A followed file is looked at so often, in milliseconds, whether inotify
 * says something (which network file systems do not) or not. */
#define LOOK_HINTED 500
#define LOOK 50

struct ev_file {
	struct ev_input in; /* of the plain file */
	char *path;
	char *shown; /* the path as messages have it */
	int fd;
	bool is_regular, follow;
	bool lent; /* fd is the caller's */
	int given_fd;
	bool given;               /* the one part of a plain file */
	off_t size;               /* at the start */
	int hints;                /* inotify; -1 */
	char first[EV_MAGIC_MAX]; /* what was read of a pipe to look at it */
	size_t first_len, first_given;
	struct ev_unpack *unpack; /* NULL: plain */
	struct ev_buf place, member;
};

/* Appends a name as messages and --meta can have it: what is not UTF-8 or is
 * a control character becomes '?'. */
static void
append_shown(struct ev_buf *out, struct ev_slice name)
{
	while (name.len) {
		unsigned len = ev_utf8_length(name.ptr, name.len);

		if (len > 1 || (len && (unsigned char)*name.ptr >= ' '))
			ev_buf_append(out, name.ptr, len);
		else
			ev_buf_char(out, '?');
		name.ptr += len ? len : 1;
		name.len -= len ? len : 1;
	}
}

static enum ev_status
shrank(struct ev_file *self, off_t now, struct ev_err *err)
{
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
	    "cannot read '%s' to its "
	    "end: it shrank to %lld bytes while it was read",
	    self->shown, (long long)now);
}

/* At the end of what is there: is that an end? */
static enum ev_status
at_end(struct ev_file *self, struct ev_err *err)
{
	off_t offset = lseek(self->fd, 0, SEEK_CUR);
	struct stat info, named;

	if (!self->is_regular || fstat(self->fd, &info))
		return EV_END;
	if (self->lent && self->follow)
		return EV_AGAIN;
	if (info.st_size < offset || offset < self->size)
		return shrank(self, info.st_size, err);
	if (!self->follow)
		return EV_END;
	if (info.st_size > offset || !strcmp(self->path, "-"))
		return EV_AGAIN;
	if (stat(self->path, &named) || named.st_ino != info.st_ino ||
	    named.st_dev != info.st_dev)
		return ev_err_set(err, EV_FATAL, EV_EXIT_AGAIN,
		    "'%s' was "
		    "read to its end, and is gone or another file now; start "
		    "again to read that from its beginning",
		    self->shown);
	return EV_AGAIN;
}

static enum ev_status
file_read(struct ev_input *in, char *buf, size_t cap, size_t *got,
    struct ev_err *err)
{
	struct ev_file *self = (struct ev_file *)in;
	enum ev_status status;

	if (self->first_given < self->first_len) {
		*got = self->first_len - self->first_given;
		if (*got > cap)
			*got = cap;
		memcpy(buf, self->first + self->first_given, *got);
		self->first_given += *got;
		in->bytes += *got;
		return EV_OK;
	}
	status = ev_io_read(self->fd, self->shown, buf, cap, got, err);
	if (status == EV_OK)
		in->bytes += *got;
	return status == EV_END ? at_end(self, err) : status;
}

/* Empties inotify's queue: that something happened is all we want of it. */
static void
drop_hints(struct ev_file *self)
{
	char events[4096];

	while (read(self->hints, events, sizeof(events)) > 0)
		;
}

static enum ev_status
file_wait(struct ev_input *in, struct ev_err *err)
{
	struct ev_file *self = (struct ev_file *)in;
	enum ev_status status = EV_AGAIN;

	if (!self->is_regular)
		return ev_io_wait(self->fd, -1, err);
	while (status == EV_AGAIN) {
		struct stat info;

		status = at_end(self, err);
		if (status == EV_AGAIN && !fstat(self->fd, &info) &&
		    info.st_size > lseek(self->fd, 0, SEEK_CUR))
			return EV_OK;
		if (status != EV_AGAIN)
			break;
		status = ev_io_wait(self->hints,
		    self->hints < 0 ? LOOK : LOOK_HINTED, err);
		if (status == EV_OK) {
			drop_hints(self);
			status = EV_AGAIN;
		}
	}
	return status;
}

/* Reads the first bytes as far as they are needed to tell a packed file; of a
 * file that can seek, without moving in it. */
static enum ev_status
look(struct ev_file *self, enum ev_magic *answer, const char **what,
    struct ev_err *err)
{
	enum ev_status status = EV_OK;
	size_t got;

	if (self->is_regular) {
		ssize_t len = pread(self->fd, self->first, sizeof(self->first),
		    lseek(self->fd, 0, SEEK_CUR));

		*answer = ev_magic_look((struct ev_slice){self->first,
					    len < 0 ? 0 : (size_t)len},
		    true, what);
		return EV_OK;
	}
	do {
		*answer = ev_magic_look((struct ev_slice){self->first,
					    self->first_len},
		    status == EV_END, what);
		if (*answer != EV_MAGIC_MORE || status == EV_END)
			return EV_OK;
		status = ev_io_read(self->fd, self->shown,
		    self->first + self->first_len,
		    sizeof(self->first) - self->first_len, &got, err);
		if (status == EV_OK)
			self->first_len += got;
		else if (status == EV_AGAIN)
			status = ev_io_wait(self->fd, -1, err);
	} while (status != EV_FATAL);
	return status;
}

static enum ev_status
open_packed(struct ev_file *self, const struct ev_file_settings *settings,
    enum ev_magic answer, const char *what, struct ev_err *err)
{
	if (answer == EV_MAGIC_FOREIGN)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DATA,
		    "cannot unpack "
		    "'%s': it is %s, which is not read here",
		    self->shown, what);
	if (settings->follow)
		return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "cannot follow '%s': it is %s", self->shown, what);
	return ev_unpack_open(&self->unpack, self->shown, self->fd,
	    (struct ev_slice){self->first, self->first_len}, &settings->limits,
	    err);
}

/* A FIFO that is followed is opened for writing, too: so it does not end when
 * its last writer closes it. */
static enum ev_status
open_path(struct ev_file *self, struct ev_err *err)
{
	int flags = O_RDONLY;
	struct stat info;

	if (self->follow && !stat(self->path, &info) && S_ISFIFO(info.st_mode))
		flags = O_RDWR;
	do
		self->fd = open(self->path, flags | O_CLOEXEC | O_NOCTTY);
	while (self->fd < 0 && errno == EINTR && !ev_io_signal());
	if (self->fd >= 0)
		return EV_OK;
	if (errno == EINTR)
		return ev_err_set(err, EV_FATAL, 128 + ev_io_signal(),
		    "stopped by signal %d", ev_io_signal());
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO, "cannot open '%s': %s",
	    self->shown, ev_err_errno(errno));
}

static enum ev_status
prepare(struct ev_file *self, struct ev_err *err)
{
	struct stat info;

	self->fd = STDIN_FILENO;
	if (self->lent)
		self->fd = self->given_fd;
	else if (strcmp(self->path, "-") && open_path(self, err) != EV_OK)
		return EV_FATAL;
	if (self->lent && lseek(self->fd, 0, SEEK_SET) < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': %s", self->shown, ev_err_errno(errno));
	if (fstat(self->fd, &info))
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': %s", self->shown, ev_err_errno(errno));
	if (S_ISDIR(info.st_mode))
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot read '%s': is a directory", self->shown);
	self->is_regular = S_ISREG(info.st_mode);
	self->size = info.st_size;
	if (self->follow && self->is_regular) {
		self->hints = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
		inotify_add_watch(self->hints, self->path,
		    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF);
	}
	return EV_OK;
}

enum ev_status
ev_file_open(struct ev_file **file, const char *path,
    const struct ev_file_settings *settings, struct ev_err *err)
{
	struct ev_file *self = ev_mem_zalloc(1, sizeof(*self));
	enum ev_magic answer = EV_MAGIC_PLAIN;
	const char *what = NULL;
	enum ev_status status;

	self->path = ev_mem_strdup(path);
	append_shown(&self->place, ev_slice_of(path));
	self->shown = ev_mem_strdup(ev_buf_cstr(&self->place));
	self->in = (struct ev_input){self->shown, 0, file_read, file_wait};
	self->fd = self->hints = -1;
	self->follow = settings->follow;
	self->lent = settings->fd >= 0;
	self->given_fd = settings->fd;
	status = prepare(self, err);
	if (status == EV_OK)
		status = look(self, &answer, &what, err);
	if (status == EV_OK &&
	    (answer == EV_MAGIC_PACKED || answer == EV_MAGIC_FOREIGN))
		status = open_packed(self, settings, answer, what, err);
	if (status == EV_OK)
		*file = self;
	else
		ev_file_close(self);
	return status;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

static void
set_member(struct ev_file *self, struct ev_slice name)
{
	self->member.len = self->place.len = 0;
	append_shown(&self->member, name);
	ev_buf_printf(&self->place, "%s%s%s", self->shown,
	    self->member.len ? "/" : "", ev_buf_cstr(&self->member));
}

static enum ev_status
next_member(struct ev_file *self, struct ev_part *part, struct ev_err *err)
{
	struct ev_unpack_member *member;
	enum ev_status status;

	do {
		status = ev_unpack_next(self->unpack, &member, err);
		if (status != EV_OK)
			return status;
		set_member(self, member->name);
		part->member = ev_buf_cstr(&self->member);
	} while (!ev_files_is_input(base_name(part->member)));
	part->in = &member->in;
	part->in->name = ev_buf_cstr(&self->place);
	part->file = base_name(self->path);
	return EV_OK;
}

enum ev_status
ev_file_next(struct ev_file *file, struct ev_part *part, struct ev_err *err)
{
	if (file->unpack)
		return next_member(file, part, err);
	if (file->given)
		return EV_END;
	file->given = true;
	*part = (struct ev_part){&file->in, base_name(file->path), ""};
	return EV_OK;
}

int
ev_file_fd(const struct ev_file *file)
{
	return file->is_regular && !file->unpack ? file->fd : -1;
}

int
ev_file_wait_fd(const struct ev_file *file)
{
	return file->is_regular || file->unpack ? -1 : file->fd;
}

void
ev_file_close(struct ev_file *file)
{
	if (!file)
		return;
	if (file->unpack)
		ev_unpack_close(file->unpack);
	if (file->fd > STDIN_FILENO && !file->lent)
		close(file->fd);
	if (file->hints >= 0)
		close(file->hints);
	ev_buf_release(&file->place);
	ev_buf_release(&file->member);
	free(file->path);
	free(file->shown);
	free(file);
}
