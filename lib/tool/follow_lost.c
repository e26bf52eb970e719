/*
 * follow_lost: what became of a file that is no more what it was, or where it
 * was: renamed, copied and emptied, compressed, fetched again, replaced,
 * removed. See follow_impl.h.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "tool/follow_impl.h"

static int
by_path(const void *path, const void *seen)
{
	return strcmp(path, ((const struct ev_follow_seen *)seen)->path);
}

struct ev_follow_seen *
ev_follow_find_seen(struct ev_follow_seen *seen, size_t count, const char *path)
{
	return count ? bsearch(path, seen, count, sizeof(*seen), by_path)
		     : NULL;
}

bool
ev_follow_holds(const struct ev_follow *follow,
    const struct ev_follow_file *file, const struct ev_follow_seen *it)
{
	const struct ev_filepos *pos = file->pos.length || file->pos.packed
	    ? &file->pos
	    : &file->torn;
	struct ev_follow_file *now;
	bool good;

	if (!pos->length && !pos->packed)
		return true;
	if (it->size < pos->length && !pos->packed &&
	    it->size < EV_FILEPOS_CERTAIN)
		return false;
	now = ev_follow_file_new(file->name, it->path, NULL);
	good = ev_follow_file_open(now, NULL) == EV_OK &&
	    ev_follow_match(follow, pos, now->fd, it->path) == EV_OK;
	ev_follow_file_free(now);
	return good;
}

/* --- lost files ---------------------------------------------------------- */

/* A file of the list that is the lost one under another name. */
static struct ev_follow_seen *
find_renamed(const struct ev_follow_look *look,
    const struct ev_follow_file *file, const char *path, enum ev_follow_way way)
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
		if (right && ev_follow_holds(look->follow, file, it))
			return it;
	}
	return NULL;
}

/* The line goes on under this name of the list. */
static void
assign(struct ev_follow_look *look, struct ev_follow_seen *it,
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
finish_first(struct ev_follow_look *look, struct ev_follow_line *line,
    struct ev_follow_file *file, const char *path)
{
	if (line->own != file)
		ev_follow_drop(look->follow, line->own);
	line->own = NULL;
	/* How far it was read may not have been told yet. */
	line->dirty = true;
	ev_follow_line_add(line, file);
	ev_follow_between(line, file->name, path, file, NULL, look->seen,
	    look->count);
	look->found++;
}

/* Another one has its content, under its name: fetched again, say. */
static void
replace(struct ev_follow_look *look, struct ev_follow_seen *it,
    struct ev_follow_line *line)
{
	struct ev_follow_file *was = line->own;
	struct ev_follow_file *file = ev_follow_file_new(was->name, it->path,
	    &was->pos);

	/* It may be packed: not so many of its bytes were read. */
	file->seen = 0;
	file->pos.done = false;
	file->node = file->pos.node = it->node;
	ev_follow_drop(look->follow, was);
	line->own = file;
	assign(look, it, line);
}

static void
take_out(struct ev_follow_line *line, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		ev_follow_file_free(line->before[i]);
	memmove(line->before + from, line->before + to,
	    (line->count - to) * sizeof(*line->before));
	line->count -= to - from;
}

/* Takes out of the line, from the i-th file on, what holds the same as the
 * open file, which was packed meanwhile, and what is older than that: all of
 * it was in the line before the open file. */
static void
drop_copies(const struct ev_follow_look *look, struct ev_follow_line *line,
    size_t i, const struct ev_follow_file *file)
{
	struct ev_filepos all = {0};
	struct stat info;

	if (fstat(file->fd, &info) || !info.st_size ||
	    ev_filepos_hash(&all, file->fd, (uint64_t)info.st_size, NULL) !=
		EV_OK)
		return;
	for (size_t j = i; j < line->count; j++) {
		struct ev_follow_file *other = line->before[j];

		if (!ev_follow_is_copy(look->follow, &all, other->fd,
			other->path))
			continue;
		take_out(line, i, j + 1);
		return;
	}
}

/* Takes out, from the i-th file on, what is in the line before that, and the
 * empty ones that were. */
static void
drop_known(struct ev_follow_line *line, size_t i)
{
	size_t count = i;

	while (i < line->count) {
		const struct ev_follow_file *file = line->before[i];
		bool known = false;

		for (size_t j = 0; j < count; j++)
			known |= ev_filepos_same_node(&line->before[j]->node,
			    &file->node);
		for (size_t j = 0; j < line->hollow_count; j++)
			known |= line->hollow[j].size == file->size &&
			    ev_filepos_same_node(&line->hollow[j].node,
				&file->node);
		if (known)
			take_out(line, i, i + 1);
		else
			i++;
	}
}

/* The file that pos has seen, wherever it lies now. */
static struct ev_follow_file *
find_read(const struct ev_follow_look *look, const char *path,
    const struct ev_filepos *pos)
{
	struct ev_follow_file *file = ev_follow_beside(look->follow, path, path,
	    pos, EV_FOLLOW_NODE, look->seen, look->count);

	if (!file)
		file = ev_follow_beside(look->follow, path, path, pos,
		    EV_FOLLOW_CONTENT, look->seen, look->count);
	return file;
}

/* The last of what was read in the line, where it is known: NULL if nothing
 * was. */
static const struct ev_filepos *
last_read(const struct ev_follow_line *line)
{
	for (size_t i = line->count; i > 0; i--)
		if (line->before[i - 1]->pos.length)
			return &line->before[i - 1]->pos;
	if (line->has_last)
		return &line->last;
	return line->count ? &line->before[line->count - 1]->pos : NULL;
}

void
ev_follow_catch_up(const struct ev_follow_look *look,
    struct ev_follow_line *line, const char *path)
{
	struct ev_follow_file *last = NULL;
	const struct ev_filepos *lost = last_read(line);
	size_t count = line->count;

	for (size_t i = count; i > 0 && !last; i--)
		last = find_read(look, path, &line->before[i - 1]->pos);
	if (!last && line->has_last)
		last = find_read(look, path, &line->last);
	if (!last && !lost)
		return;
	ev_follow_between(line, path, path, last, lost, look->seen,
	    look->count);
	for (size_t i = 0; i < count; i++)
		drop_copies(look, line, count, line->before[i]);
	drop_known(line, count);
	ev_follow_file_free(last);
}

static bool
has_node(const struct ev_follow_line *line, const struct ev_follow_file *file)
{
	for (size_t i = 0; i < line->count; i++)
		if (ev_filepos_same_node(&line->before[i]->node, &file->node))
			return true;
	return false;
}

/* What was read was emptied, and then renamed: all that came since is there,
 * and this file among it. */
static void
go_on_after(struct ev_follow_look *look, struct ev_follow_line *line,
    struct ev_follow_file *emptied, const char *path)
{
	ev_follow_remember(line, line->own);
	ev_follow_drop(look->follow, line->own);
	line->own = NULL;
	ev_follow_catch_up(look, line, path);
	if (has_node(line, emptied))
		ev_follow_file_free(emptied);
	else
		ev_follow_line_add(line, emptied);
	look->found++;
}

/* Puts an open file that lies nowhere any more where it belongs by its time
 * among those from the i-th on, unless one of them is a copy of it. */
static void
insert_removed(struct ev_follow_look *look, struct ev_follow_line *line,
    size_t i, struct ev_follow_file *file)
{
	struct ev_filepos all = {0};
	uint64_t size = 0;

	if (ev_filepos_look(file->fd, file->path, &file->node, &size, NULL) !=
		EV_OK ||
	    !size || ev_filepos_hash(&all, file->fd, size, NULL) != EV_OK) {
		ev_follow_drop(look->follow, file);
		return;
	}
	for (size_t j = i; j < line->count; j++)
		if (ev_follow_is_copy(look->follow, &all, line->before[j]->fd,
			line->before[j]->path)) {
			ev_follow_drop(look->follow, file);
			return;
		}
	/* Of one time: after what may be copies of what it held before. */
	while (i < line->count &&
	    line->before[i]->node.mtime <
		file->node.mtime + (size < file->seen))
		i++;
	ev_follow_line_add(line, file);
	memmove(line->before + i + 1, line->before + i,
	    (line->count - 1 - i) * sizeof(*line->before));
	line->before[i] = file;
}

/* Nothing was read of the file, but of one before it. What was copied away
 * from it before it went is older than what it holds now; it has its place in
 * the line as those that nobody has looked at. */
static void
lose_unread(struct ev_follow_look *look, struct ev_follow_line *line,
    const struct ev_follow_seen *it, const char *path)
{
	struct ev_follow_file *file = line->own;
	size_t count = line->count;

	line->own = NULL;
	line->dirty = true;
	look->found++;
	ev_follow_catch_up(look, line, path);
	if (has_node(line, file) ||
	    (it && ev_filepos_same_node(&it->node, &file->node))) {
		ev_follow_drop(look->follow, file);
		return;
	}
	if (file->fd < 0) {
		struct ev_follow_file *beside = ev_follow_beside(look->follow,
		    file->name, path, &file->pos, EV_FOLLOW_NODE, look->seen,
		    look->count);

		ev_follow_drop(look->follow, file);
		file = beside;
	}
	if (file)
		insert_removed(look, line, count, file);
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
		ev_follow_remember(line, was);
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
begin_anew(struct ev_follow_look *look, struct ev_follow_seen *it,
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
		ev_follow_catch_up(look, line, path);
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
		ev_follow_say(follow,
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
	if (!it || !it->skip) {
		ev_follow_remember(line, file);
		ev_follow_catch_up(look, line, path);
	}
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

/* The file under another name, and the open one itself where it is open. */
static struct ev_follow_file *
find_moved(const struct ev_follow_look *look, struct ev_follow_file *file,
    const char *path)
{
	struct ev_follow_file *beside = ev_follow_beside(look->follow,
	    file->name, path, &file->pos, EV_FOLLOW_NODE, look->seen,
	    look->count);

	if (!beside || file->fd < 0)
		return beside;
	/* Perhaps it is being read. */
	free(file->path);
	file->path = ev_mem_strdup(beside->path);
	ev_follow_file_free(beside);
	return file;
}

/* Finds what was read of the file, under whatever name, and goes on with it.
 * False: it lies nowhere. */
static bool
find_again(struct ev_follow_look *look, struct ev_follow_line *line,
    struct ev_follow_seen *it, const char *path)
{
	const struct ev_follow *follow = look->follow;
	struct ev_follow_file *file = line->own;
	struct ev_follow_file *beside = find_moved(look, file, path);
	struct ev_follow_seen *same = NULL;
	bool certain = file->pos.length >= EV_FILEPOS_CERTAIN;

	if (!beside && certain && it && ev_follow_holds(follow, file, it) &&
	    !ev_filepos_same_node(&file->node, &it->node))
		same = it;
	if (!beside && !same)
		same = find_renamed(look, file, path, EV_FOLLOW_CONTENT);
	if (!beside && !same)
		beside = ev_follow_beside(follow, file->name, path, &file->pos,
		    EV_FOLLOW_CONTENT, look->seen, look->count);
	if (!beside && !same && it && file->fd < 0 && file->pos.length &&
	    ev_follow_holds(follow, file, it))
		same = it;
	if (same)
		replace(look, same, line);
	else if (beside)
		finish_first(look, line, beside, path);
	return same || beside;
}

enum ev_status
ev_follow_find_lost(struct ev_follow_look *look, struct ev_follow_track *track,
    struct ev_err *err)
{
	const struct ev_follow *follow = look->follow;
	struct ev_follow_line *line = &track->line;
	struct ev_follow_file *file = line->own, *beside;
	struct ev_follow_seen *it = ev_follow_find_seen(look->seen, look->count,
	    track->path);
	bool intact = file->fd >= 0 && is_intact(follow, file);
	struct ev_follow_seen *other;

	if (it && it->taken)
		it = NULL;
	other = find_renamed(look, file, track->path, EV_FOLLOW_NODE);
	if (other) {
		assign(look, other, line);
		return EV_OK;
	}
	if (!file->pos.length && !file->pos.packed &&
	    (line->count || line->has_last)) {
		lose_unread(look, line, it, track->path);
		return EV_OK;
	}
	if (find_again(look, line, it, track->path))
		return EV_OK;
	beside = ev_follow_beside(follow, file->name, track->path, &file->pos,
	    EV_FOLLOW_EMPTIED, look->seen, look->count);
	if (beside && !intact) {
		go_on_after(look, line, beside, track->path);
		return EV_OK;
	}
	ev_follow_file_free(beside);
	return begin_anew(look, it, line, track->path, intact, err);
}
