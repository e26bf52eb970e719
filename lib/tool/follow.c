/*
 * follow: places and the looks at them. See follow.h; follow_impl.h says what
 * lies where.
 *
 * A look lists the files of each place, decides which of the known files are
 * still what they were (keep), finds those that are not (by node, by content,
 * beside the place), and takes the rest for new. The same code serves a start
 * from a record and each look of a long run: a run that was down sees one big
 * step where one that was up sees small ones.
 */
#include "tool/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "tool/files.h"
#include "tool/follow_impl.h"

/* A file that was written to less than this before it was looked at may be
 * written to again without another time (ns). */
#define SETTLES 100000000
#define MANY 10000 /* files of a place, from which on it is slow */

/* --- places -------------------------------------------------------------- */

struct ev_follow *
ev_follow_new(const struct ev_follow_settings *settings)
{
	struct ev_follow *follow = ev_mem_zalloc(1, sizeof(*follow));

	follow->set = *settings;
	follow->hints = -1;
	return follow;
}

static void
free_line(struct ev_follow_line *line)
{
	for (size_t i = 0; i < line->count; i++)
		ev_follow_file_free(line->before[i]);
	free(line->before);
	ev_follow_file_free(line->own);
	*line = (struct ev_follow_line){0};
}

static void
free_track(struct ev_follow_track *track)
{
	free_line(&track->line);
	free(track->key);
	free(track->path);
	free(track);
}

void
ev_follow_free(struct ev_follow *follow)
{
	for (size_t i = 0; i < follow->places; i++) {
		struct ev_follow_place *place = &follow->place[i];

		for (size_t j = 0; j < place->tracks; j++)
			free_track(place->track[j]);
		free(place->track);
		free(place->path);
		free(place->name);
	}
	for (size_t i = 0; i < follow->stale_count; i++)
		ev_follow_file_free(follow->stale[i]);
	for (size_t i = 0; i < follow->gone_count; i++)
		free(follow->gone[i]);
	if (follow->hints >= 0)
		close(follow->hints);
	free(follow->place);
	free(follow->stale);
	free(follow->gone);
	free(follow);
}

/* What stands before the names of a place's files: the folder, or that in
 * which the first wildcard of a pattern stands. */
static size_t
base_length(const char *path)
{
	struct stat info;
	size_t len = strlen(path);

	if (!stat(path, &info))
		return S_ISDIR(info.st_mode) && path[len - 1] != '/' ? len + 1
								     : len;
	len = strcspn(path, "*?[");
	if (!path[len])
		return len + 1;
	while (len && path[len - 1] != '/')
		len--;
	return len;
}

void
ev_follow_add(struct ev_follow *follow, const char *path, const char *name)
{
	struct stat info;
	struct ev_follow_place place = {.path = ev_mem_strdup(path),
	    .name = ev_mem_strdup(name),
	    .base = base_length(path)};

	place.listed = stat(path, &info) ? strpbrk(path, "*?[") != NULL
					 : S_ISDIR(info.st_mode);
	follow->place = ev_mem_realloc(follow->place,
	    (follow->places + 1) * sizeof(place));
	follow->place[follow->places++] = place;
}

static struct ev_follow_track *
add_track(struct ev_follow_place *place, const char *path)
{
	struct ev_follow_track *track = ev_mem_zalloc(1, sizeof(*track));

	track->path = ev_mem_strdup(path);
	track->key = place->listed
	    ? ev_mem_printf("%s#%s", place->name,
		  strlen(path) > place->base ? path + place->base : path)
	    : ev_mem_strdup(place->name);
	place->track = ev_mem_realloc(place->track,
	    (place->tracks + 1) * sizeof(struct ev_follow_track *));
	place->track[place->tracks++] = track;
	return track;
}

/* --- the record ---------------------------------------------------------- */

static enum ev_status
recall_entry(struct ev_follow_place *place, struct ev_slice key,
    struct ev_slice value, struct ev_err *err)
{
	size_t len = strlen(place->name);
	struct ev_follow_track *track;
	struct ev_filepos pos;
	char *path;

	if (key.len < len || memcmp(key.ptr, place->name, len) ||
	    (key.len > len && key.ptr[len] != '#'))
		return EV_OK;
	place->recalled = true;
	if (ev_slice_is(value, EV_FOLLOW_EMPTY)) {
		place->told_empty = true;
		return EV_OK;
	}
	if (ev_filepos_parse(value, &pos, err) != EV_OK)
		return EV_FATAL;
	if (key.len == len)
		path = ev_mem_strdup(place->path);
	else if (strlen(place->path) < place->base)
		path = ev_mem_printf("%s/%.*s", place->path,
		    (int)(key.len - len - 1), key.ptr + len + 1);
	else
		path = ev_mem_printf("%.*s%.*s", (int)place->base, place->path,
		    (int)(key.len - len - 1), key.ptr + len + 1);
	track = add_track(place, path);
	free(track->key);
	track->key = ev_mem_strndup(key.ptr, key.len);
	track->line.own = ev_follow_file_new(path, path, &pos);
	free(path);
	return EV_OK;
}

/* The inputs that the record knows, for a message. */
static void
name_inputs(const struct ev_vector *from, struct ev_buf *out)
{
	struct ev_slice key, value, last = {NULL, 0};
	size_t shown = 0;

	for (size_t i = 0; i < ev_vector_count(from) && shown < 4; i++) {
		const char *sharp;

		ev_vector_at(from, i, &key, &value);
		sharp = memchr(key.ptr, '#', key.len);
		if (sharp)
			key.len = (size_t)(sharp - key.ptr);
		if (last.ptr && ev_slice_equal(last, key))
			continue;
		ev_buf_printf(out, "%s'%.*s'", shown++ ? ", " : "",
		    (int)key.len, key.ptr);
		last = key;
	}
}

static enum ev_status
unknown(const struct ev_vector *from, const char *name, struct ev_err *err)
{
	struct ev_buf known = {0};

	name_inputs(from, &known);
	ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
	    "the record has positions of %s and none of '%s': --input OLD if "
	    "it was moved, --changed read (or skip) if it is new",
	    ev_buf_cstr(&known), name);
	ev_buf_release(&known);
	return EV_FATAL;
}

enum ev_status
ev_follow_recall(struct ev_follow *follow, const struct ev_vector *from,
    bool first, struct ev_err *err)
{
	follow->first = first;
	for (size_t i = 0; from && i < follow->places; i++) {
		struct ev_follow_place *place = &follow->place[i];

		for (size_t j = 0; j < ev_vector_count(from); j++) {
			struct ev_slice key, value;

			ev_vector_at(from, j, &key, &value);
			if (recall_entry(place, key, value, err) != EV_OK)
				return EV_FATAL;
		}
		if (!place->recalled && ev_vector_count(from) &&
		    follow->set.changed == EV_CHANGED_STOP)
			return unknown(from, place->name, err);
	}
	return EV_OK;
}

/* --- what a look sees ---------------------------------------------------- */

static void say(const struct ev_follow *follow, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
say(const struct ev_follow *follow, const char *format, ...)
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

static int
by_path(const void *path, const void *seen)
{
	return strcmp(path, ((const struct ev_follow_seen *)seen)->path);
}

static struct ev_follow_seen *
find_seen(struct ev_follow_seen *seen, size_t count, const char *path)
{
	return count ? bsearch(path, seen, count, sizeof(*seen), by_path)
		     : NULL;
}

/* The file at `it` holds what was read of `file`. */
static bool
holds(const struct ev_follow *follow, const struct ev_follow_file *file,
    const struct ev_follow_seen *it)
{
	struct ev_follow_file *now;
	bool good;

	if (!file->pos.length && !file->pos.packed)
		return true;
	if (it->size < file->pos.length && !file->pos.packed &&
	    it->size < EV_FILEPOS_CERTAIN)
		return false;
	now = ev_follow_file_new(file->name, it->path, NULL);
	good = ev_follow_file_open(now, NULL) == EV_OK &&
	    ev_follow_match(follow, &file->pos, now->fd, it->path) == EV_OK;
	ev_follow_file_free(now);
	return good;
}

/* The file that the line had is still the one of the name. */
static bool
is_kept(const struct ev_follow *follow, struct ev_follow_file *file,
    const struct ev_follow_seen *it)
{
	struct timespec now;
	bool good;

	if (!ev_filepos_same_node(&file->node, &it->node))
		return false;
	/* Emptied, even if not all of that could be told from its bytes. */
	if (!file->packed && it->size < file->seen)
		return false;
	if (file->checked && file->checked_size == it->size &&
	    file->checked_mtime == it->node.mtime)
		return true;
	file->checked_size = it->size;
	file->checked_mtime = it->node.mtime;
	clock_gettime(CLOCK_REALTIME, &now);
	good = holds(follow, file, it);
	file->checked = good &&
	    now.tv_sec * 1000000000 + now.tv_nsec - it->node.mtime > SETTLES;
	return good;
}

/* --- lost files ---------------------------------------------------------- */

/* One look at one place. */
struct look {
	struct ev_follow *follow;
	struct ev_follow_place *place;
	struct ev_follow_seen *seen;
	size_t count;
	struct ev_follow_line *now; /* what each of them is */
	size_t known, found;        /* files of before */
};

/* A file of the list that is the lost one under another name. */
static struct ev_follow_seen *
find_renamed(const struct look *look, const struct ev_follow_file *file,
    const char *path, enum ev_follow_way way)
{
	const char *slash = strrchr(path, '/');
	const char *base = slash ? slash + 1 : path;
	bool certain = file->pos.length >= EV_FILEPOS_CERTAIN;

	for (size_t i = 0; i < look->count; i++) {
		struct ev_follow_seen *it = &look->seen[i];
		const char *name = strrchr(it->path, '/');
		bool right;

		if (it->taken || !strcmp(it->path, path))
			continue;
		name = name ? name + 1 : it->path;
		if (way == EV_FOLLOW_NODE)
			right = ev_filepos_same_node(&file->node, &it->node);
		else
			right = file->pos.length &&
			    ev_follow_related(name, base) &&
			    (certain || it->node.mtime >= file->pos.node.mtime);
		if (right && holds(look->follow, file, it))
			return it;
	}
	return NULL;
}

/* The line goes on under this name of the list. */
static void
assign(struct look *look, struct ev_follow_seen *it,
    struct ev_follow_line *line)
{
	struct ev_follow_file *own = line->own;

	free(own->path);
	own->path = ev_mem_strdup(it->path);
	if (!ev_filepos_same_node(&own->node, &it->node) && own->fd >= 0) {
		close(own->fd);
		own->fd = -1;
	}
	own->node = it->node;
	own->size = it->size;
	it->taken = true;
	line->dirty = true;
	look->now[it - look->seen] = *line;
	*line = (struct ev_follow_line){0};
	look->found++;
}

/* The file is read to its end, then what came between, then what has the name
 * now. */
static void
finish_first(struct look *look, struct ev_follow_line *line,
    struct ev_follow_file *file, const char *path)
{
	if (line->own != file)
		ev_follow_drop(look->follow, line->own);
	line->own = NULL;
	ev_follow_line_add(line, file);
	ev_follow_between(line, file->name, path, file, look->seen,
	    look->count);
	look->found++;
}

/* Another one has its content, under its name: fetched again, say. */
static void
replace(struct look *look, struct ev_follow_seen *it,
    struct ev_follow_line *line)
{
	struct ev_follow_file *was = line->own;
	struct ev_follow_file *file = ev_follow_file_new(was->name, it->path,
	    &was->pos);

	file->seen = was->pos.packed ? 0 : ev_follow_seen_of(&was->pos);
	file->pos.done = false;
	file->node = file->pos.node = it->node;
	ev_follow_drop(look->follow, was);
	line->own = file;
	assign(look, it, line);
}

/* Takes out of the line, from the i-th file on, what holds the same as the
 * open file: that was packed meanwhile. */
static void
drop_copies(const struct look *look, struct ev_follow_line *line, size_t i,
    const struct ev_follow_file *file)
{
	struct ev_filepos all = {0};
	struct stat info;

	if (fstat(file->fd, &info) || !info.st_size ||
	    ev_filepos_hash(&all, file->fd, (uint64_t)info.st_size, NULL) !=
		EV_OK)
		return;
	while (i < line->count) {
		struct ev_follow_file *other = line->before[i];

		if (ev_follow_match(look->follow, &all, other->fd,
			other->path) != EV_OK) {
			i++;
			continue;
		}
		ev_follow_file_free(other);
		line->count--;
		memmove(line->before + i, line->before + i + 1,
		    (line->count - i) * sizeof(*line->before));
	}
}

/* The file that pos has seen, wherever it lies now. */
static struct ev_follow_file *
find_read(const struct look *look, const char *path,
    const struct ev_filepos *pos)
{
	struct ev_follow_file *file = ev_follow_beside(look->follow, path, path,
	    pos, EV_FOLLOW_NODE, look->seen, look->count);

	if (!file)
		file = ev_follow_beside(look->follow, path, path, pos,
		    EV_FOLLOW_CONTENT, look->seen, look->count);
	return file;
}

/* Puts into the line what was rotated away after the last file of it that
 * still lies somewhere, and is not in the line already. */
static void
catch_up(const struct look *look, struct ev_follow_line *line, const char *path)
{
	struct ev_follow_file *last = NULL;
	size_t count = line->count;

	for (size_t i = count; i > 0 && !last; i--)
		last = find_read(look, path, &line->before[i - 1]->pos);
	if (!last && line->has_last)
		last = find_read(look, path, &line->last);
	if (!last)
		return;
	ev_follow_between(line, path, path, last, look->seen, look->count);
	for (size_t i = 0; i < count; i++)
		drop_copies(look, line, count, line->before[i]);
	ev_follow_file_free(last);
}

/* A file that was removed, or renamed and emptied, and is still open: its rest
 * can be read, or, if it is not what was read, all of it. */
static void
read_removed(struct ev_follow *follow, struct ev_follow_line *line, bool intact)
{
	struct ev_follow_file *file = line->own;

	line->own = NULL;
	if (!intact) {
		struct ev_follow_file *was = file;

		file = ev_follow_file_new(was->name, was->path, NULL);
		file->fd = fcntl(was->fd, F_DUPFD_CLOEXEC, 0);
		file->node = file->pos.node = was->node;
		ev_follow_drop(follow, was);
		if (file->fd < 0) {
			ev_follow_file_free(file);
			return;
		}
	}
	ev_follow_line_add(line, file);
}

/* Nothing holds what was read. The line begins anew with what has the name, or
 * ends, unless a person has to decide. */
static enum ev_status
begin_anew(struct look *look, struct ev_follow_seen *it,
    struct ev_follow_line *line, const char *path, bool intact,
    struct ev_err *err)
{
	struct ev_follow *follow = look->follow;
	struct ev_follow_file *file = line->own;
	bool first = !look->place->looked;
	bool lenient = follow->set.follow || look->place->listed ||
	    follow->set.changed != EV_CHANGED_STOP;

	if (file->fd >= 0 &&
	    !(it && ev_filepos_same_node(&file->node, &it->node))) {
		read_removed(look->follow, line, intact);
		return EV_OK;
	}
	if (!it && !look->place->listed && !lenient)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is gone, and nothing beside it is what was read of "
		    "it (--changed read, to begin anew)",
		    path);
	if (it && file->pos.length && !lenient)
		return ev_err_set(err, EV_FATAL, EV_EXIT_DISAGREE,
		    "'%s' is not the file that was read, and nothing beside "
		    "it is: --changed read reads it from its beginning, "
		    "--changed skip goes on at its end",
		    path);
	if (it && file->pos.length)
		say(follow,
		    "'%s' %s, and what was read of it is not found beside it: "
		    "%s",
		    path,
		    ev_filepos_same_node(&file->node, &it->node)
			? "was emptied or written anew"
			: "is another file now",
		    first && follow->set.changed == EV_CHANGED_SKIP
			? "it is passed over"
			: "it is read from its beginning");
	if (it)
		it->skip = first && file->pos.length &&
		    follow->set.changed == EV_CHANGED_SKIP;
	ev_follow_drop(follow, file);
	line->own = NULL;
	return EV_OK;
}

/* An open file still holds what was read of it. */
static bool
is_intact(const struct ev_follow *follow, const struct ev_follow_file *file)
{
	struct stat info;

	return !fstat(file->fd, &info) &&
	    (file->packed || (uint64_t)info.st_size >= file->seen) &&
	    ev_follow_match(follow, &file->pos, file->fd, file->path) == EV_OK;
}

static enum ev_status
find_lost(struct look *look, struct ev_follow_track *track, struct ev_err *err)
{
	const struct ev_follow *follow = look->follow;
	struct ev_follow_line *line = &track->line;
	struct ev_follow_file *file = line->own, *beside;
	struct ev_follow_seen *it = find_seen(look->seen, look->count,
	    track->path);
	bool certain = file->pos.length >= EV_FILEPOS_CERTAIN;
	bool intact = file->fd >= 0 && is_intact(follow, file);
	struct ev_follow_seen *other;

	if (it && it->taken)
		it = NULL;
	other = find_renamed(look, file, track->path, EV_FOLLOW_NODE);
	if (other) {
		assign(look, other, line);
		return EV_OK;
	}
	beside = ev_follow_beside(follow, file->name, track->path, &file->pos,
	    EV_FOLLOW_NODE, look->seen, look->count);
	if (beside && file->fd >= 0) {
		/* The same, and open already, perhaps being read. */
		free(file->path);
		file->path = ev_mem_strdup(beside->path);
		ev_follow_file_free(beside);
		beside = file;
	}
	if (!beside && certain && it && holds(follow, file, it) &&
	    !ev_filepos_same_node(&file->node, &it->node)) {
		replace(look, it, line);
		return EV_OK;
	}
	if (!beside) {
		other = find_renamed(look, file, track->path,
		    EV_FOLLOW_CONTENT);
		if (other) {
			replace(look, other, line);
			return EV_OK;
		}
		beside = ev_follow_beside(follow, file->name, track->path,
		    &file->pos, EV_FOLLOW_CONTENT, look->seen, look->count);
	}
	if (beside) {
		finish_first(look, line, beside, track->path);
		return EV_OK;
	}
	if (it && file->fd < 0 && file->pos.length && holds(follow, file, it)) {
		replace(look, it, line);
		return EV_OK;
	}
	beside = ev_follow_beside(follow, file->name, track->path, &file->pos,
	    EV_FOLLOW_EMPTIED, look->seen, look->count);
	if (beside && !intact) {
		finish_first(look, line, beside, track->path);
		return EV_OK;
	}
	ev_follow_file_free(beside);
	return begin_anew(look, it, line, track->path, intact, err);
}

/* --- a look -------------------------------------------------------------- */

/* What the tracks have that is still there under its name. */
static void
keep(struct look *look)
{
	struct ev_follow_place *place = look->place;

	for (size_t i = 0; i < place->tracks; i++) {
		struct ev_follow_track *track = place->track[i];
		struct ev_follow_line *line = &track->line;
		struct ev_follow_seen *it = find_seen(look->seen, look->count,
		    track->path);

		look->known += line->own != NULL;
		if (!line->own || !it || !is_kept(look->follow, line->own, it))
			continue;
		it->taken = true;
		line->own->node = it->node;
		line->own->size = it->size;
		look->now[it - look->seen] = *line;
		*line = (struct ev_follow_line){0};
		look->found++;
	}
}

static enum ev_status
find_all_lost(struct look *look, struct ev_err *err)
{
	struct ev_follow_place *place = look->place;
	enum ev_status status = EV_OK;

	for (size_t i = 0; i < place->tracks && status == EV_OK; i++)
		if (place->track[i]->line.own)
			status = find_lost(look, place->track[i], err);
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
begin_file(struct look *look, struct ev_follow_seen *it,
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
keep_rest(struct look *look, struct ev_follow_track **old, size_t count)
{
	struct ev_follow_place *place = look->place;

	for (size_t i = 0; i < count; i++) {
		struct ev_follow_track *track = old[i];
		struct ev_follow_line *line = &track->line;
		struct ev_follow_seen *it = find_seen(look->seen, look->count,
		    track->path);

		if (it || (!line->count && place->listed)) {
			if (!it)
				forget_key(look->follow, track->key);
			free_track(track);
			continue;
		}
		if (!place->listed)
			catch_up(look, line, track->path);
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
	line->own = was.own;
	line->dirty = true;
	*more = (struct ev_follow_line){0};
}

/* The tracks as they are now: one for each file of the list. */
static enum ev_status
set_tracks(struct look *look, struct ev_err *err)
{
	struct ev_follow_place *place = look->place;
	struct ev_follow_track **old = place->track;
	size_t count = place->tracks;
	enum ev_status status = EV_OK;

	/* What only has older files to finish goes on under its name. */
	for (size_t i = 0; i < count; i++) {
		struct ev_follow_seen *it = find_seen(look->seen, look->count,
		    old[i]->path);

		if (it)
			put_before(&look->now[it - look->seen], &old[i]->line);
		if (it)
			it->taken = true;
	}
	place->track = NULL;
	place->tracks = 0;
	for (size_t i = 0; i < look->count; i++) {
		struct ev_follow_track *track = add_track(place,
		    look->seen[i].path);

		track->line = look->now[i];
		if (!track->line.own)
			catch_up(look, &track->line, track->path);
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
	say(follow, "'%s' is not there yet: waiting for it", place->path);
	return EV_OK;
}

static enum ev_status
look_at(struct ev_follow *follow, struct ev_follow_place *place,
    struct ev_err *err)
{
	struct look look = {.follow = follow, .place = place};
	struct ev_files files = {0};
	enum ev_status status = list_place(follow, place, &files, &look.seen,
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
		say(follow,
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
