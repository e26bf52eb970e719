/*
 * follow_look: one look at the file system. It lists the files of each place,
 * decides which of the known files are still what they were, has those found
 * that are not (follow_lost.c), and takes the rest for new. The same code
 * serves a start from a record and each look of a long run: a run that was
 * down sees one big step where one that was up sees small ones.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/path.h"
#include "tool/files.h"
#include "tool/follow_impl.h"

/* A file that was written to less than this before it was looked at may be
 * written to again without another time (ns). */
#define SETTLES 100000000
#define LISTS 20   /* of a folder in which files are renamed all the time */
#define MANY 10000 /* files of a place, from which on it is slow */

void
ev_follow_say(const struct ev_follow *follow, const char *format, ...)
{
	char text[1024];
	va_list args;

	if (!follow->set.say)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	follow->set.say(text);
}

/* --- what a look sees ---------------------------------------------------- */

/* The files of a place that are there now, in byte order. */
static enum ev_status
list_place(const struct ev_follow *follow, struct ev_follow_place *place,
    struct ev_files *files, struct ev_follow_seen **seen, size_t *count,
    struct ev_err *err)
{
	enum ev_status status = ev_files_add(files, place->path, err);

	*count = 0;
	/* What a pattern matches may be gone, and come again. */
	if (status != EV_OK && !follow->set.follow && !place->recalled)
		return status;
	place->listed = status != EV_OK || files->listed;
	*seen = ev_mem_zalloc(files->count, sizeof(**seen));
	for (size_t i = 0; i < files->count; i++) {
		struct ev_follow_seen *it = &(*seen)[*count];

		it->path = files->path[i];
		status = ev_filepos_look(-1, it->path, &it->node, &it->size,
		    err);
		if (status == EV_OK)
			++*count;
		else if (status == EV_FATAL)
			return status;
	}
	return EV_OK;
}

/* A file that is known is not among those seen. */
static bool
misses_one(const struct ev_follow_place *place, struct ev_follow_seen *seen,
    size_t count)
{
	for (size_t i = 0; i < place->tracks; i++)
		if (place->track[i]->line.own &&
		    !ev_follow_find_seen(seen, count, place->track[i]->path))
			return true;
	return false;
}

static bool
same_files(const struct ev_follow_seen *a, size_t count,
    const struct ev_follow_seen *b, size_t count_b)
{
	size_t i = 0;

	while (i < count && count == count_b && !strcmp(a[i].path, b[i].path) &&
	    ev_filepos_same_node(&a[i].node, &b[i].node))
		i++;
	return i == count && count == count_b;
}

/* A file that is renamed while its folder is listed may be listed under
 * neither name (readdir(3p)), and would be forgotten, and then be new. So
 * where one is missing the list is made again, until two are the same. */
static enum ev_status
list_surely(const struct ev_follow *follow, struct ev_follow_place *place,
    struct ev_files *files, struct ev_follow_seen **seen, size_t *count,
    struct ev_err *err)
{
	enum ev_status status = list_place(follow, place, files, seen, count,
	    err);
	bool same = !place->listed;

	for (int i = 0; i < LISTS && status == EV_OK && !same &&
	     misses_one(place, *seen, *count);
	     i++) {
		struct ev_files again = {0};
		struct ev_follow_seen *now = NULL;
		size_t now_count = 0;

		status = list_place(follow, place, &again, &now, &now_count,
		    err);
		same = status == EV_OK &&
		    same_files(*seen, *count, now, now_count);
		free(*seen);
		ev_files_release(files);
		*files = again;
		*seen = now;
		*count = now_count;
	}
	return status;
}

/* It is as it was when it was looked at, and was that for a while. */
static bool
is_unchanged(const struct ev_follow_file *file, const struct ev_follow_seen *it)
{
	return file->checked && file->checked_size == it->size &&
	    file->checked_mtime == it->node.mtime;
}

/* The file that the line had is still the one of the name. */
static bool
is_kept(const struct ev_follow *follow, struct ev_follow_file *file,
    const struct ev_follow_seen *it)
{
	int64_t now;
	bool good;

	if (!ev_filepos_same_node(&file->node, &it->node))
		return false;
	/* Emptied, even if not all of that could be told from its bytes. */
	if (!file->packed && it->size < file->seen)
		return false;
	if (is_unchanged(file, it))
		return true;
	file->checked_size = it->size;
	file->checked_mtime = it->node.mtime;
	now = ev_clock_now() * 1000000;
	good = ev_follow_holds(follow, file, it);
	file->checked = good && now - it->node.mtime > SETTLES;
	return good;
}

/* --- a look -------------------------------------------------------------- */

/* What the tracks have that is still there under its name. */
static void
keep(struct ev_follow_look *look)
{
	struct ev_follow_place *place = look->place;

	for (size_t i = 0; i < place->tracks; i++) {
		struct ev_follow_track *track = place->track[i];
		struct ev_follow_line *line = &track->line;
		struct ev_follow_seen *it = ev_follow_find_seen(look->seen,
		    look->count, track->path);

		bool unread = line->own && !line->own->pos.length &&
		    !line->own->pos.packed && it &&
		    !is_unchanged(line->own, it);

		look->known += line->own != NULL;
		if (!line->own || !it || !is_kept(look->follow, line->own, it))
			continue;
		it->taken = true;
		/* What was written may have been copied away before it was
		 * emptied: nothing that was read could tell. */
		if (unread)
			ev_follow_catch_up(look, line, track->path);
		line->own->node = it->node;
		line->own->size = it->size;
		look->now[it - look->seen] = *line;
		*line = (struct ev_follow_line){0};
		look->found++;
	}
}

static enum ev_status
find_all_lost(struct ev_follow_look *look, struct ev_err *err)
{
	struct ev_follow_place *place = look->place;
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < place->tracks && status == EV_OK; i++)
		if (place->track[i]->line.own)
			status = ev_follow_find_lost(look, place->track[i],
			    err);
	if (status != EV_OK || place->looked || !look->known || look->found ||
	    !place->listed || look->follow->set.changed != EV_CHANGED_STOP)
		return status;
	return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "none of the %zu files that were read of '%s' is there: is a disk "
	    "not mounted? (--changed read reads what is there)",
	    look->known, place->path);
}

/* The line of a file of the list that nothing is known of. */
static enum ev_status
begin_file(struct ev_follow_look *look, struct ev_follow_seen *it,
    struct ev_follow_line *line, struct ev_err *err)
{
	struct ev_follow *follow = look->follow;
	struct ev_follow_place *place = look->place;
	struct ev_follow_file *file = ev_follow_file_new(it->path, it->path,
	    NULL);
	bool new_input = !place->looked && !follow->first && !place->recalled;

	line->own = file;
	line->dirty = true;
	file->node = file->pos.node = it->node;
	file->size = it->size;
	if (it->skip || (new_input && follow->set.changed == EV_CHANGED_SKIP))
		return ev_follow_to_end(file, err);
	if (follow->first && !place->looked && follow->set.from)
		return ev_follow_from(follow, file, err);
	return EV_OK;
}

static void
forget_key(struct ev_follow *follow, const char *key)
{
	follow->gone = ev_mem_realloc(follow->gone,
	    (follow->gone_count + 1) * sizeof(char *));
	follow->gone[follow->gone_count++] = ev_mem_strdup(key);
}

/* Old tracks whose files are not in the list, and that still have something
 * to be read, or told, stay; the keys of the others go. */
static void
keep_rest(struct ev_follow_look *look, struct ev_follow_track **old,
    size_t count)
{
	struct ev_follow_place *place = look->place;

	for (size_t i = 0; i < count; i++) {
		struct ev_follow_track *track = old[i];
		struct ev_follow_line *line = &track->line;
		struct ev_follow_seen *it = ev_follow_find_seen(look->seen,
		    look->count, track->path);

		if (it || (!line->count && place->listed)) {
			if (!it)
				forget_key(look->follow, track->key);
			ev_follow_track_free(track);
			continue;
		}
		if (!place->listed)
			ev_follow_catch_up(look, line, track->path);
		place->track = ev_mem_realloc(place->track,
		    (place->tracks + 1) * sizeof(struct ev_follow_track *));
		place->track[place->tracks++] = track;
	}
}

static int
by_track(const void *a, const void *b)
{
	return strcmp((*(struct ev_follow_track *const *)a)->path,
	    (*(struct ev_follow_track *const *)b)->path);
}

/* What a line has still to finish comes before the files of another one. */
static void
put_before(struct ev_follow_line *line, struct ev_follow_line *more)
{
	struct ev_follow_line was = *line;

	if (!more->count && !more->has_last)
		return;
	*line = *more;
	for (size_t i = 0; i < was.count; i++)
		ev_follow_line_add(line, was.before[i]);
	free(was.before);
	free(was.hollow);
	line->own = was.own;
	line->dirty = true;
	*more = (struct ev_follow_line){0};
}

/* The tracks as they are now: one for each file of the list. */
static enum ev_status
set_tracks(struct ev_follow_look *look, struct ev_err *err)
{
	struct ev_follow_place *place = look->place;
	struct ev_follow_track **old = place->track;
	size_t count = place->tracks;
	enum ev_status status = EV_OK;

	/* What only has older files to finish goes on under its name. */
	for (size_t i = 0; i < count; i++) {
		struct ev_follow_seen *it = ev_follow_find_seen(look->seen,
		    look->count, old[i]->path);

		if (it)
			put_before(&look->now[it - look->seen], &old[i]->line);
		if (it)
			it->taken = true;
	}
	place->track = NULL;
	place->tracks = 0;
	for (size_t i = 0; i < look->count; i++) {
		struct ev_follow_track *track = ev_follow_track_add(place,
		    look->seen[i].path);

		track->line = look->now[i];
		if (!track->line.own)
			ev_follow_catch_up(look, &track->line, track->path);
		if (!track->line.own && status == EV_OK)
			status = begin_file(look, &look->seen[i], &track->line,
			    err);
	}
	keep_rest(look, old, count);
	free(old);
	if (place->tracks)
		qsort(place->track, place->tracks, sizeof(*place->track),
		    by_track);
	return status;
}

/* How far each may be read, and whether it will grow. */
static enum ev_status
measure(struct ev_follow *follow, const struct ev_follow_place *place,
    struct ev_follow_line *line, struct ev_err *err)
{
	bool follows = follow->set.follow;
	enum ev_status status = EV_OK;
	const char *what;

	if (line->own && follows && !place->listed)
		status = ev_follow_file_open(line->own, err);
	if (status == EV_AGAIN)
		status = EV_OK;
	if (status == EV_OK && line->own && line->own->fd >= 0)
		status = ev_follow_file_look(line->own, err);
	if (status == EV_OK && line->own && follows && !place->listed &&
	    line->own->packed && ev_follow_packed(line->own->fd, &what))
		status = ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
		    "cannot follow '%s': it is %s", place->path, what);
	if (line->own)
		line->own->ends = !follows;
	for (size_t i = 0; i < line->count && status == EV_OK; i++) {
		struct ev_follow_file *file = line->before[i];

		status = ev_follow_file_look(file, err);
		/* Who writes may have it open still, until there is another
		 * one to write to. */
		file->ends = !follows || i + 1 < line->count ||
		    (line->own ? line->own->size > 0 : place->listed);
	}
	return status;
}

/* Who will write the file that is followed may not have begun. Where not even
 * its folder is there, it is a mistake. */
static enum ev_status
nothing_there(const struct ev_follow *follow,
    const struct ev_follow_place *place, struct ev_err *err)
{
	char *folder = ev_path_folder(place->path);
	bool waits = follow->set.follow && access(folder, X_OK) == 0;

	free(folder);
	if (!waits)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot open '%s': %s", place->path, ev_err_errno(ENOENT));
	ev_follow_say(follow, "'%s' is not there yet: waiting for it",
	    place->path);
	return EV_OK;
}

static enum ev_status
look_at(struct ev_follow *follow, struct ev_follow_place *place,
    struct ev_err *err)
{
	struct ev_follow_look look = {.follow = follow, .place = place};
	struct ev_files files = {0};
	enum ev_status status = list_surely(follow, place, &files, &look.seen,
	    &look.count, err);

	if (status == EV_OK && !look.count && !place->listed &&
	    !place->looked && !place->recalled)
		status = nothing_there(follow, place, err);
	look.now = ev_mem_zalloc(look.count, sizeof(*look.now));
	if (status == EV_OK) {
		keep(&look);
		status = find_all_lost(&look, err);
	}
	if (status == EV_OK)
		status = set_tracks(&look, err);
	if (look.count > MANY && !place->looked)
		ev_follow_say(follow,
		    "'%s' has %zu files: move those away that are done with",
		    place->path, look.count);
	for (size_t i = 0; i < place->tracks && status == EV_OK; i++)
		status = measure(follow, place, &place->track[i]->line, err);
	place->looked = true;
	free(look.now);
	free(look.seen);
	ev_files_release(&files);
	return status;
}

enum ev_status
ev_follow_look(struct ev_follow *follow, struct ev_err *err)
{
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < follow->places && status == EV_OK; i++)
		status = look_at(follow, &follow->place[i], err);
	return status;
}
