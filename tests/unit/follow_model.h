/*
 * follow_model: what test programs of following files know of the world: a
 * writer that notes each line it writes and where, and a reader that judges
 * each line that tool/follow gives it by these notes.
 *
 * A line need not come only where nobody could know of it:
 * - the bytes were emptied or removed before they were looked at (destroyed);
 * - what was read last lies nowhere any more, and a file that was rotated away
 *   has its very time: that may have come before it or after (undecidable).
 * And of an open file that was removed, and one rotated away that has its very
 * time, nobody knows which is the older (unordered).
 *
 * A header of functions, since each test program is one file.
 */
#ifndef EV_TESTS_FOLLOW_MODEL_H
#define EV_TESTS_FOLLOW_MODEL_H

#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "base/mem.h"
#include "tool/follow.h"
#include "tool/marker.h"

#include "disk.h"

#define KEPT 4    /* rotated files */
#define LINES 600 /* of a sequence at most */

/* --- the model ----------------------------------------------------------- */

struct line {
	char text[80];
	size_t written; /* bytes of it, so far */
	bool whole;     /* with its newline */
	bool may;       /* need not come */
	bool loose;     /* nobody knows before or after what */
	int64_t gone;   /* the time of its file when that was removed */
	int file;       /* the incarnation it was written to */
	unsigned came;  /* times delivered */
};

/* The file that was read last, as the follower knows it. */
struct known {
	int file; /* incarnation */
	ino_t ino;
	int64_t born, mtime;
};

/* What lies under a name: an incarnation of the log, or nothing (0). */
struct model {
	char folder[64];
	unsigned seed;
	struct line line[LINES];
	size_t lines;
	bool open;        /* the last line is not whole */
	int next;         /* incarnation */
	int at[KEPT + 1]; /* 0: x.log, 1: x.log.1 … */
	bool packed[KEPT + 1];
	size_t marked; /* delivered lines up to the last mark */
	struct known here, mark;
	size_t delivered[4 * LINES];
	char torn[4 * LINES]; /* delivered without its end */
	size_t count;
	struct ev_follow *follow;
	struct ev_vector *vector;
	struct ev_buf log; /* what was done */
};

static void note(struct model *model, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
note(struct model *model, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	ev_buf_printf(&model->log, "%s\n", text);
}

static void
check(struct model *model, bool good, const char *what, size_t id)
{
	if (good)
		return;
	fprintf(stderr, "%s (line %zu), after:\n%s", what, id,
	    ev_buf_cstr(&model->log));
	fail();
}

static unsigned
chance(struct model *model, unsigned of)
{
	return (unsigned)rand_r(&model->seed) % of;
}

static char *
path_of(const struct model *model, int i, bool packed)
{
	if (!i)
		return ev_mem_printf("%s/x.log", model->folder);
	return ev_mem_printf("%s/x.log.%d%s", model->folder, i,
	    packed ? ".gz" : "");
}

static char *
path_at(const struct model *model, int i)
{
	return path_of(model, i, model->packed[i]);
}

/* --- the writer ---------------------------------------------------------- */

static void
put(struct model *model, const char *text, size_t len)
{
	char *path = path_at(model, 0);
	int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), len);
	close(fd);
	if (!model->at[0]) {
		model->at[0] = ++model->next;
		born(path, chance(model, 2));
	}
	touched(path);
	free(path);
}

static void
write_line(struct model *model, bool whole)
{
	struct line *line = &model->line[model->lines - model->open];
	size_t len, end;

	if (!model->open) {
		size_t filler = chance(model, 60);

		if (model->lines == LINES)
			return;
		*line = (struct line){0};
		snprintf(line->text, sizeof(line->text), "%06zu %.*s\n",
		    model->lines++, (int)filler,
		    "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdef"
		    "gh");
	}
	len = strlen(line->text);
	end = whole ? len : line->written + (len - line->written) / 2;
	if (!whole && end < 8)
		end = 8;
	if (end >= len)
		whole = true, end = len;
	put(model, line->text + line->written, end - line->written);
	line->file = model->at[0];
	line->written = end;
	line->whole = whole;
	model->open = !whole;
}

/* The line that is not whole never will be. */
static void
tear(struct model *model)
{
	if (model->open)
		model->line[model->lines - 1].may = true;
	model->open = false;
}

static bool
is_committed(const struct model *model, size_t id)
{
	for (size_t i = 0; i < model->marked; i++)
		if (model->delivered[i] == id)
			return true;
	return false;
}

/* The bytes of an incarnation are nowhere any more. */
static void
destroyed(struct model *model, int file)
{
	for (size_t i = 0; i < model->lines; i++)
		if (model->line[i].file == file && !is_committed(model, i))
			model->line[i].may = true;
}

static void
move(struct model *model, int from, int to)
{
	char *old = path_at(model, from);
	char *new = path_of(model, to, model->packed[from]);

	assert_int_equal(rename(old, new), 0);
	model->at[to] = model->at[from];
	model->packed[to] = model->packed[from];
	model->at[from] = 0;
	model->packed[from] = false;
	free(old);
	free(new);
}

static void
drop(struct model *model, int i)
{
	char *path = path_at(model, i);
	int file = model->at[i];

	if (file) {
		int64_t time = node_at(path)->mtime;

		for (size_t j = 0; j < model->lines; j++)
			if (model->line[j].file == file)
				model->line[j].gone = time;
		removed(path);
		model->at[i] = 0;
		model->packed[i] = false;
		destroyed(model, file);
	}
	free(path);
}

/* Makes room for a new x.log.1. */
static void
shift(struct model *model)
{
	drop(model, KEPT);
	for (int i = KEPT - 1; i > 0; i--)
		if (model->at[i])
			move(model, i, i + 1);
}

static void
copy(struct model *model)
{
	char *from = path_at(model, 0), *to = path_of(model, 1, false);
	int in = open(from, O_RDONLY);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	char block[1 << 16];
	ssize_t got;

	while ((got = read(in, block, sizeof(block))) > 0)
		assert_int_equal(write(out, block, (size_t)got), got);
	close(in);
	close(out);
	born(to, chance(model, 2));
	free(from);
	free(to);
}

static void
pack(struct model *model, int i)
{
	char *from = path_at(model, i), *to = path_of(model, i, true);
	char block[1 << 16];
	int in = open(from, O_RDONLY);
	gzFile out = gzopen(to, "wb");
	ssize_t got;

	while ((got = read(in, block, sizeof(block))) > 0)
		gzwrite(out, block, (unsigned)got);
	gzclose(out);
	close(in);
	born(to, chance(model, 2));
	node_at(to)->mtime = node_at(from)->mtime;
	removed(from);
	model->packed[i] = true;
	free(from);
	free(to);
}

/* --- the reader ---------------------------------------------------------- */

static void
deliver(struct model *model, const struct node *node, const char *text,
    size_t len, bool torn)
{
	size_t id = strtoul(text, NULL, 10);

	check(model, len >= 7 && id < model->lines, "no line of ours came", id);
	check(model,
	    len ==
		    (torn ? model->line[id].written
			  : strlen(model->line[id].text) - 1) &&
		!memcmp(text, model->line[id].text, len),
	    "another text came", id);
	assert_true(model->count < 4 * LINES);
	model->torn[model->count] = torn;
	model->delivered[model->count++] = id;
	model->here = (struct known){model->line[id].file, node->ino,
	    node->born, node->mtime};
}

/* All bytes of a file, unpacked. */
static void
slurp(struct ev_follow_file *file, struct ev_buf *bytes)
{
	gzFile in = gzdopen(dup(file->fd), "rb");
	char block[1 << 14];
	int got;

	lseek(file->fd, 0, SEEK_SET);
	while ((got = gzread(in, block, sizeof(block))) > 0)
		ev_buf_append(bytes, block, (size_t)got);
	gzclose(in);
}

static void
read_file(struct model *model, struct ev_follow_file *file)
{
	struct ev_behind behind = file->pos.behind;
	struct ev_filepos_sum sum = {0};
	struct ev_buf bytes = {0};
	struct ev_err err;
	struct stat info;
	size_t at, end;

	assert_int_equal(fstat(file->fd, &info), 0);
	slurp(file, &bytes);
	ev_buf_printf(&model->log, "\tread %s from %zu to %zu%s\n",
	    strrchr(file->path, '/') + 1, (size_t)behind.offset,
	    (size_t)file->size, file->ends ? ", its end" : "");
	end = file->packed || bytes.len < file->size ? bytes.len
						     : (size_t)file->size;
	for (at = (size_t)behind.offset; at < end;) {
		const char *text = bytes.ptr + at;
		const char *newline = memchr(text, '\n', end - at);

		if (!newline && !file->ends)
			break;
		deliver(model, node_of(info.st_ino), text,
		    newline ? (size_t)(newline - text) : end - at, !newline);
		at = newline ? (size_t)(newline + 1 - bytes.ptr) : end;
		behind.lines++;
		behind.end = newline ? EV_RECORD_WHOLE : EV_RECORD_TORN;
	}
	behind.offset = at;
	ev_filepos_sum_add(&sum, bytes.ptr, end);
	assert_int_equal(ev_follow_passed(file, &behind, &sum, false, &err),
	    EV_OK);
	ev_follow_leave(model->follow, file, file->packed ? 0 : end,
	    file->ends || file->packed);
	ev_buf_release(&bytes);
}

static void
on_say(const char *text)
{
	(void)text;
}

static void
start(struct model *model, bool follows)
{
	struct ev_follow_settings settings = {.follow = follows,
	    .changed = follows ? EV_CHANGED_STOP : EV_CHANGED_READ,
	    .say = on_say};
	char *path = path_at(model, 0);
	struct ev_err err;

	model->follow = ev_follow_new(&settings);
	ev_follow_add(model->follow, path, "log");
	check(model,
	    ev_follow_recall(model->follow, model->vector,
		!ev_vector_count(model->vector), &err) == EV_OK,
	    err.text, 0);
	free(path);
}

static bool
has_come(const struct model *model, size_t id)
{
	for (size_t i = 0; i < model->count; i++)
		if (model->delivered[i] == id)
			return true;
	return false;
}

/* The file that was read last lies nowhere any more, so only times tell what
 * was rotated away before it from what was after it; and a file of the very
 * time at which it was written to when it was read last (they go by ticks)
 * may be either: the follower may have read it before. Its own node tells,
 * where that was rotated after it was emptied. */
static void
undecidable(struct model *model)
{
	int from = 1;

	for (int i = 0; i <= KEPT; i++)
		if (model->at[i] && model->at[i] == model->here.file)
			return;
	for (; from <= KEPT; from++) {
		char *path = path_at(model, from);
		const struct node *node = node_at(path);
		bool tied = node && node->mtime == model->here.mtime &&
		    (model->packed[from] || node->ino != model->here.ino ||
			node->born != model->here.born);

		for (size_t i = 0; tied && i < model->lines; i++)
			if (model->line[i].file == model->at[from] &&
			    !has_come(model, i))
				model->line[i].may = true;
		free(path);
	}
}

/* It may have been copied, and goes on there. */
static void
know(struct model *model)
{
	for (int i = 1; i <= KEPT; i++) {
		char *path = path_at(model, i);

		if (model->at[i] && model->at[i] == model->here.file &&
		    node_at(path)->ino != model->here.ino) {
			model->here.ino = node_at(path)->ino;
			model->here.born = node_at(path)->born;
			model->here.mtime = node_at(path)->mtime;
		}
		free(path);
	}
}

/* A file that was removed, but is open, and another one that was rotated away
 * have the same time. Nothing tells then which of them was there first: what
 * was rotated away may be a copy of what the other one held before. */
static void
unordered(struct model *model)
{
	for (int i = 1; i <= KEPT; i++) {
		char *path = path_at(model, i);

		for (size_t j = 0; model->at[i] && j < model->lines; j++)
			if (model->line[j].gone == node_at(path)->mtime &&
			    !has_come(model, j))
				model->line[j].loose = true;
		free(path);
	}
}

static void
look(struct model *model)
{
	struct ev_follow_file *file;
	enum ev_status status;
	struct ev_err err;
	int turns = 0;

	undecidable(model);
	unordered(model);
	do {
		check(model, turns++ < 100, "it never ends", 0);
		err.text[0] = '\0';
		check(model, ev_follow_look(model->follow, &err) == EV_OK,
		    err.text, 0);
		status = ev_follow_next(model->follow, &file, &err);
		check(model, status != EV_FATAL, err.text, 0);
		if (status == EV_OK)
			read_file(model, file);
	} while (status == EV_OK);
	know(model);
}

static void
set(void *arg, const char *key, const char *position)
{
	struct model *model = arg;
	struct ev_slice value = {position, position ? strlen(position) : 0};

	ev_vector_set(model->vector, ev_slice_of(key), value);
}

static void
mark(struct model *model)
{
	struct ev_err err;

	assert_int_equal(ev_follow_tell(model->follow, set, model, &err),
	    EV_OK);
	model->marked = model->count;
	model->mark = model->here;
}

/* Killed, and started again from the mark. */
static void
restart(struct model *model, bool follows)
{
	ev_follow_free(model->follow);
	model->count = model->marked;
	model->here = model->mark;
	start(model, follows);
}

#endif
