/*
 * follow_read: what is handed out to be read, and what is told of it. See
 * follow_impl.h.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "tool/follow_impl.h"

/* --- who is next --------------------------------------------------------- */

void
ev_follow_drop(struct ev_follow *follow, struct ev_follow_file *file)
{
	if (!file || !file->busy) {
		ev_follow_file_free(file);
		return;
	}
	file->stale = true;
	follow->stale = ev_mem_realloc(follow->stale,
	    (follow->stale_count + 1) * sizeof(struct ev_follow_file *));
	follow->stale[follow->stale_count++] = file;
}

/* There is something to read. */
static bool
is_ready(const struct ev_follow_file *file)
{
	if (file->finished || file->busy)
		return false;
	if (file->packed || file->pos.packed)
		return file->size != file->seen;
	if (file->size > file->seen)
		return true;
	if (!file->ends)
		return false;
	/* What is torn at the end is a record now. */
	return !file->known || file->pos.converted ||
	    file->pos.behind.offset < file->size;
}

static struct ev_follow_file *
current(const struct ev_follow_line *line)
{
	return line->count ? line->before[0] : line->own;
}

void
ev_follow_remember(struct ev_follow_line *line,
    const struct ev_follow_file *file)
{
	line->dirty = true;
	if (line->has_last && !file->pos.length) {
		line->hollow = ev_mem_realloc(line->hollow,
		    (line->hollow_count + 1) * sizeof(*line->hollow));
		line->hollow[line->hollow_count++] =
		    (struct ev_follow_hollow){file->node, file->size};
		return;
	}
	line->last = file->pos;
	line->has_last = true;
	line->hollow_count = 0;
}

/* The first file of the line was read to its end, and grows no more. */
static void
pop(struct ev_follow_line *line)
{
	struct ev_follow_file *file = line->before[0];

	ev_follow_remember(line, file);
	line->count--;
	memmove(line->before, line->before + 1,
	    line->count * sizeof(*line->before));
	ev_follow_file_free(file);
}

/* The file of the line to be read now, or NULL. */
static struct ev_follow_file *
ready_in(struct ev_follow_line *line)
{
	while (line->count && line->before[0]->ends && !line->before[0]->busy &&
	    !is_ready(line->before[0]))
		pop(line);
	if (current(line) && is_ready(current(line)))
		return current(line);
	return NULL;
}

/* Opens it and looks again: a sidecar, or what came since the look, may leave
 * nothing to be read. */
static enum ev_status
hand_out(struct ev_follow *follow, struct ev_follow_file *file,
    struct ev_err *err)
{
	enum ev_status status = ev_follow_file_open(file, err);

	if (status == EV_AGAIN && !file->known && !follow->set.follow) {
		file->node = (struct ev_filepos_node){0};
		status = ev_follow_file_open(file, err);
	}
	if (status == EV_AGAIN && !follow->set.follow)
		return ev_err_set(err, EV_FATAL,
		    file->known ? EV_EXIT_AGAIN : EV_EXIT_IO,
		    "cannot open '%s': it was taken away just now", file->path);
	if (status == EV_OK)
		status = ev_follow_file_look(file, err);
	if (status == EV_OK && file->pos.done && file->pos.packed &&
	    file->size == file->pos.packed_size &&
	    ev_follow_packed_hash(file->fd, file->size) ==
		file->pos.packed_hash)
		file->seen = file->size;
	if (status == EV_OK && !is_ready(file)) {
		status = EV_AGAIN;
		/* Who reads no more of it looks at what stands behind. */
		if (!follow->set.follow && file->settled.kept &&
		    ev_settled_check(&file->settled, file->fd, err) != EV_OK)
			status = EV_FATAL;
	}
	if (status == EV_OK)
		file->busy = true;
	return status;
}

enum ev_status
ev_follow_next(struct ev_follow *follow, struct ev_follow_file **file,
    struct ev_err *err)
{
	size_t total = 0, at = 0;

	for (size_t i = 0; i < follow->places; i++)
		total += follow->place[i].tracks;
	for (size_t turn = 0; turn < total; turn++) {
		struct ev_follow_place *place = follow->place;
		enum ev_status status;
		bool again;

		/* One that is read from a file that always grows leaves the
		 * others their turn. */
		at = follow->turn + turn;
		if (at >= total && !follow->set.follow)
			break;
		at %= total;
		while (at >= place->tracks)
			at -= place++->tracks;
		*file = ready_in(&place->track[at]->line);
		while (*file) {
			status = hand_out(follow, *file, err);
			if (status == EV_FATAL)
				return status;
			if (status == EV_OK) {
				follow->turn += turn + follow->set.follow;
				return EV_OK;
			}
			/* What is done with leaves its turn to the next. */
			again = !is_ready(*file);
			if ((*file)->fd >= 0 && place->listed &&
			    current(&place->track[at]->line) ==
				place->track[at]->line.own) {
				close((*file)->fd);
				(*file)->fd = -1;
			}
			*file = again ? ready_in(&place->track[at]->line)
				      : NULL;
		}
	}
	return EV_END;
}

bool
ev_follow_has_more(const struct ev_follow_file *file, uint64_t at)
{
	return !file->stale && file->size > at;
}

bool
ev_follow_others(const struct ev_follow *follow,
    const struct ev_follow_file *file)
{
	for (size_t i = 0; i < follow->places; i++)
		for (size_t j = 0; j < follow->place[i].tracks; j++) {
			struct ev_follow_line *line =
			    &follow->place[i].track[j]->line;
			struct ev_follow_file *first = current(line);

			if (first && first != file &&
			    (is_ready(first) || (line->count && first->ends)))
				return true;
		}
	return false;
}

/* --- how far it was read ------------------------------------------------- */

/* What tells the file from others is what was read of it, up to the record
 * where that can be had: what is torn behind it may be written anew. */
static enum ev_status
hash(struct ev_follow_file *file, const struct ev_filepos_sum *sum,
    struct ev_err *err)
{
	struct ev_filepos *pos = &file->pos;
	enum ev_status status = EV_AGAIN;

	if (!file->packed && !pos->converted && !file->stale &&
	    (!sum || sum->length != pos->behind.offset))
		status = ev_filepos_hash(pos, file->fd, pos->behind.offset,
		    err);
	if (status == EV_AGAIN && sum)
		ev_filepos_sum_hash(sum, pos);
	if (sum && !pos->length)
		ev_filepos_sum_hash(sum, &file->torn);
	return status == EV_FATAL ? EV_FATAL : EV_OK;
}

enum ev_status
ev_follow_passed(struct ev_follow_file *file, const struct ev_behind *behind,
    const struct ev_filepos_sum *sum, bool converted, struct ev_err *err)
{
	struct ev_filepos *pos = &file->pos;

	if (pos->behind.offset == behind->offset &&
	    pos->behind.end == behind->end && pos->length && !file->packed)
		return EV_OK;
	pos->behind = *behind;
	pos->node = file->node;
	pos->converted = converted;
	pos->packed = file->packed;
	file->dirty = true;
	if (file->packed) {
		pos->packed_size = file->size;
		pos->packed_hash = ev_follow_packed_hash(file->fd, file->size);
	}
	return hash(file, sum, err);
}

static void
free_stale(struct ev_follow *follow, struct ev_follow_file *file)
{
	for (size_t i = 0; i < follow->stale_count; i++)
		if (follow->stale[i] == file)
			follow->stale[i] = follow->stale[--follow->stale_count];
	ev_follow_file_free(file);
}

/* The line that the file is in. */
static struct ev_follow_line *
line_of(const struct ev_follow *follow, const struct ev_follow_file *file,
    bool *listed)
{
	for (size_t i = 0; i < follow->places; i++)
		for (size_t j = 0; j < follow->place[i].tracks; j++) {
			struct ev_follow_line *line =
			    &follow->place[i].track[j]->line;

			*listed = follow->place[i].listed;
			if (current(line) == file || line->own == file)
				return line;
		}
	return NULL;
}

void
ev_follow_leave(struct ev_follow *follow, struct ev_follow_file *file,
    uint64_t at, bool whole)
{
	struct ev_follow_line *line;
	bool listed = false;

	file->busy = false;
	if (file->stale) {
		free_stale(follow, file);
		return;
	}
	file->seen = at;
	file->known = true;
	if (file->packed && whole) {
		file->pos.done = true;
		file->seen = file->size;
	}
	if (file->ends && whole)
		file->finished = true;
	line = line_of(follow, file, &listed);
	if (line && line->own == file && (listed || !follow->set.follow)) {
		close(file->fd);
		file->fd = -1;
	}
	if (line && line->count && line->before[0] == file && file->finished)
		pop(line);
}

/* --- telling ------------------------------------------------------------- */

static void
tell_line(struct ev_follow_track *track,
    void (*set)(void *arg, const char *key, const char *position), void *arg)
{
	struct ev_follow_line *line = &track->line;
	struct ev_follow_file *file = current(line);
	struct ev_buf text = {0};

	/* While nothing was read of the next file, the end of the one before
	 * says which is the next, whatever happens to their names. */
	if (line->has_last && (!file || !file->pos.behind.offset)) {
		ev_filepos_build(&line->last, &text);
	} else if (file) {
		ev_filepos_build(&file->pos, &text);
		line->has_last = line->has_last && !file->pos.length;
	}
	if (text.len)
		set(arg, track->key, ev_buf_cstr(&text));
	if (file)
		file->dirty = false;
	line->dirty = false;
	ev_buf_release(&text);
}

enum ev_status
ev_follow_tell(struct ev_follow *follow,
    void (*set)(void *arg, const char *key, const char *position), void *arg,
    struct ev_err *err)
{
	for (size_t i = 0; i < follow->gone_count; i++) {
		set(arg, follow->gone[i], NULL);
		free(follow->gone[i]);
	}
	follow->gone_count = 0;
	for (size_t i = 0; i < follow->places; i++) {
		struct ev_follow_place *place = &follow->place[i];

		if (place->listed && !place->tracks != place->told_empty) {
			place->told_empty = !place->tracks;
			set(arg, place->name,
			    place->told_empty ? EV_FOLLOW_EMPTY : NULL);
		}
		for (size_t j = 0; j < place->tracks; j++) {
			struct ev_follow_line *line = &place->track[j]->line;
			struct ev_follow_file *file = current(line);

			if (file && file->dirty && file->has_settled &&
			    ev_settled_sync(&file->settled,
				file->pos.behind.offset, err) != EV_OK)
				return EV_FATAL;
			if (line->dirty || (file && file->dirty))
				tell_line(place->track[j], set, arg);
		}
	}
	return EV_OK;
}

/* --- hints --------------------------------------------------------------- */

int
ev_follow_hints(struct ev_follow *follow)
{
	if (follow->hinted)
		return follow->hints;
	follow->hinted = true;
	follow->hints = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	for (size_t i = 0; follow->hints >= 0 && i < follow->places; i++) {
		const struct ev_follow_place *place = &follow->place[i];

		/* A folder tells of what is written in it. */
		inotify_add_watch(follow->hints, place->path,
		    IN_MODIFY | IN_ATTRIB | IN_MOVE_SELF | IN_DELETE_SELF |
			IN_CREATE | IN_MOVED_TO);
	}
	return follow->hints;
}

void
ev_follow_drop_hints(struct ev_follow *follow)
{
	char events[4096];

	while (follow->hints >= 0 &&
	    read(follow->hints, events, sizeof(events)) > 0)
		;
}

/* --- the end ------------------------------------------------------------- */

static bool
is_final(const struct ev_follow_line *line)
{
	const struct ev_follow_file *file = line->own;

	return file && !line->count && file->has_settled &&
	    file->settled.kept && file->settled.final;
}

bool
ev_follow_is_final(const struct ev_follow *follow)
{
	for (size_t i = 0; i < follow->places; i++) {
		const struct ev_follow_place *place = &follow->place[i];

		if (place->listed || !place->tracks)
			return false;
		for (size_t k = 0; k < place->tracks; k++)
			if (!is_final(&place->track[k]->line))
				return false;
	}
	return follow->places > 0;
}
