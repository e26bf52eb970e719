/*
 * follow_find: a file found again: by its node where it was renamed, by what
 * it holds where it was copied or compressed, and what was rotated away after
 * it. See follow_impl.h.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "format/magic.h"
#include "tool/file.h"
#include "tool/files.h"
#include "tool/follow_impl.h"

#define BLOCK (64u << 10)

/* --- a file -------------------------------------------------------------- */

/* How many of the file's bytes were read, as far as the position says. */
static uint64_t
seen_of(const struct ev_filepos *pos)
{
	if (pos->packed)
		return pos->done ? pos->packed_size : 0;
	return pos->converted ? pos->length : pos->behind.offset;
}

struct ev_follow_file *
ev_follow_file_new(const char *name, const char *path,
    const struct ev_filepos *pos)
{
	struct ev_follow_file *file = ev_mem_zalloc(1, sizeof(*file));

	file->name = ev_mem_strdup(name);
	file->path = ev_mem_strdup(path);
	file->fd = -1;
	if (pos) {
		file->pos = *pos;
		file->node = pos->node;
		file->seen = seen_of(pos);
		file->known = true;
	}
	return file;
}

void
ev_follow_file_free(struct ev_follow_file *file)
{
	if (!file)
		return;
	if (file->fd >= 0)
		close(file->fd);
	if (file->has_settled)
		ev_settled_release(&file->settled);
	free((char *)(uintptr_t)file->name);
	free(file->path);
	free(file);
}

/* A regular file, open for reading; -1, with the reason in errno. */
static int
open_regular(const char *path)
{
	struct stat info;
	int fd;

	do
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	while (fd < 0 && errno == EINTR);
	if (fd < 0 || (!fstat(fd, &info) && S_ISREG(info.st_mode)))
		return fd;
	close(fd);
	errno = ENOENT;
	return -1;
}

enum ev_status
ev_follow_file_look(struct ev_follow_file *file, struct ev_err *err)
{
	enum ev_status status = ev_filepos_look(file->fd, file->path,
	    &file->node, &file->size, err);

	if (status == EV_OK && !file->has_settled) {
		ev_settled_init(&file->settled, file->path);
		file->has_settled = true;
	}
	if (status == EV_OK)
		status = ev_settled_look(&file->settled, file->fd, err);
	if (status == EV_OK && file->settled.kept)
		file->size = file->settled.length;
	return status;
}

enum ev_status
ev_follow_file_open(struct ev_follow_file *file, struct ev_err *err)
{
	struct ev_filepos_node node = file->node;
	enum ev_status status;

	if (file->fd >= 0)
		return EV_OK;
	file->fd = open_regular(file->path);
	if (file->fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return EV_AGAIN;
	if (file->fd < 0)
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot open '%s': %s", file->path, ev_err_errno(errno));
	status = ev_follow_file_look(file, err);
	if (status == EV_OK && node.ino &&
	    !ev_filepos_same_node(&node, &file->node)) {
		file->node = node;
		status = EV_AGAIN;
	}
	if (status != EV_OK) {
		close(file->fd);
		file->fd = -1;
		return status;
	}
	file->packed = ev_follow_packed(file->fd, NULL);
	return EV_OK;
}

/* --- what it holds ------------------------------------------------------- */

bool
ev_follow_packed(int fd, const char **what)
{
	char first[EV_MAGIC_MAX];
	ssize_t len = pread(fd, first, sizeof(first), 0);
	enum ev_magic magic = ev_magic_look((struct ev_slice){first,
						len < 0 ? 0 : (size_t)len},
	    true, what);

	return magic == EV_MAGIC_PACKED || magic == EV_MAGIC_FOREIGN;
}

uint64_t
ev_follow_packed_hash(int fd, uint64_t size)
{
	struct ev_filepos pos = {0};

	if (ev_filepos_hash(&pos, fd, size, NULL) != EV_OK)
		return 0;
	return pos.head ^ (pos.tail << 1 | pos.tail >> 63);
}

/* The bytes of an input, added up to a length. */
static enum ev_status
add_input(struct ev_input *in, uint64_t length, struct ev_filepos_sum *sum)
{
	static char block[BLOCK];
	enum ev_status status = EV_OK;
	size_t got;

	while (sum->length < length && status == EV_OK) {
		uint64_t left = length - sum->length;

		status = in->read(in, block,
		    left < BLOCK ? (size_t)left : BLOCK, &got, NULL);
		if (status == EV_OK)
			ev_filepos_sum_add(sum, block, got);
		else if (status == EV_AGAIN)
			status = in->wait(in, NULL);
	}
	return status == EV_END ? EV_OK : status;
}

/* How much of an open file may be read: all that a pipeline has committed. */
static uint64_t
readable(int fd, const char *path)
{
	struct ev_settled settled;
	uint64_t length;

	ev_settled_init(&settled, path);
	length = ev_settled_look(&settled, fd, NULL) == EV_OK ? settled.length
							      : 0;
	ev_settled_release(&settled);
	return length;
}

/* What is packed in the first `length` bytes of the file begins with what pos
 * has seen, or, whole, is that. */
static bool
match_packed(const struct ev_follow *follow, const struct ev_filepos *pos,
    const char *path, uint64_t length, bool whole)
{
	uint64_t want = pos->length + whole;
	struct ev_file_settings how = {.limits = follow->set.limits, .fd = -1};
	char limit[24];
	struct ev_filepos_sum sum = {0};
	struct ev_filepos is;
	struct ev_part part;
	struct ev_file *file;
	bool good;

	snprintf(limit, sizeof(limit), "%" PRIu64, length);
	how.limits.length = limit;
	if (ev_file_open(&file, path, &how, NULL) != EV_OK)
		return false;
	while (sum.length < want && ev_file_next(file, &part, NULL) == EV_OK)
		if (add_input(part.in, want, &sum) != EV_OK)
			break;
	ev_file_close(file);
	ev_filepos_sum_hash(&sum, &is);
	good = sum.length == pos->length && is.head == pos->head &&
	    is.tail == pos->tail;
	return good;
}

enum ev_status
ev_follow_match(const struct ev_follow *follow, const struct ev_filepos *pos,
    int fd, const char *path)
{
	bool packed = ev_follow_packed(fd, NULL);
	uint64_t length = packed || pos->packed ? readable(fd, path) : 0;

	if (!pos->length && !pos->packed)
		return EV_OK;
	if (pos->packed && length == pos->packed_size &&
	    ev_follow_packed_hash(fd, pos->packed_size) == pos->packed_hash)
		return EV_OK;
	if (packed)
		return match_packed(follow, pos, path, length, false) ? EV_OK
								      : EV_END;
	return ev_filepos_match(pos, fd, NULL) == EV_OK ? EV_OK : EV_END;
}

bool
ev_follow_is_copy(const struct ev_follow *follow, const struct ev_filepos *pos,
    int fd, const char *path)
{
	struct stat info;

	if (ev_follow_packed(fd, NULL))
		return match_packed(follow, pos, path, readable(fd, path),
		    true);
	return !fstat(fd, &info) && (uint64_t)info.st_size == pos->length &&
	    ev_filepos_match(pos, fd, NULL) == EV_OK;
}

/* --- names --------------------------------------------------------------- */

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* Without the ending of a compression. */
static size_t
plain_length(const char *name)
{
	static const char *const packed[] = {".gz", ".xz", ".zst", ".bz2"};
	size_t len = strlen(name);

	for (size_t i = 0; i < sizeof(packed) / sizeof(*packed); i++) {
		size_t end = strlen(packed[i]);

		if (len > end && !strcasecmp(name + len - end, packed[i]))
			return len - end;
	}
	return len;
}

/* Where the ending of a name begins: of app.log at the point. */
static size_t
stem_length(const char *name)
{
	const char *point = strrchr(name, '.');

	return point && point > name ? (size_t)(point - name) : strlen(name);
}

bool
ev_follow_related(const char *name, const char *base)
{
	size_t len = stem_length(base);

	return strcmp(name, base) != 0 && !strncmp(name, base, len) &&
	    !isalnum((unsigned char)name[len]);
}

/* What rotation has put into a name: of app.log.2.gz and app.2.log "2", if
 * base is app.log. */
static struct ev_slice
rotation_of(const char *name, const char *base)
{
	size_t len = plain_length(name), stem = stem_length(base);
	size_t all = strlen(base), end = all - stem;

	if (len > all && !strncmp(name, base, all))
		return (struct ev_slice){name + all, len - all};
	if (len > stem + end && !strncmp(name, base, stem) &&
	    !strncmp(name + len - end, base + stem, end))
		return (struct ev_slice){name + stem, len - stem - end};
	return (struct ev_slice){NULL, 0};
}

/* ".2" and ".10" are counted; anything else with digits is a date. */
static bool
is_counted(struct ev_slice rotation, unsigned *number)
{
	size_t i = 0;

	*number = 0;
	while (i < rotation.len && !isdigit((unsigned char)rotation.ptr[i]))
		i++;
	if (i > 1 || rotation.len - i > 4 || i == rotation.len)
		return false;
	for (; i < rotation.len; i++) {
		if (!isdigit((unsigned char)rotation.ptr[i]))
			return false;
		*number = *number * 10 + (unsigned)(rotation.ptr[i] - '0');
	}
	return true;
}

/* Two dates, digits in the same places. */
static bool
same_shape(struct ev_slice a, struct ev_slice b)
{
	bool digits = false;

	if (a.len != b.len)
		return false;
	for (size_t i = 0; i < a.len; i++) {
		bool digit = isdigit((unsigned char)a.ptr[i]);

		digits |= digit;
		if (digit ? !isdigit((unsigned char)b.ptr[i])
			  : a.ptr[i] != b.ptr[i])
			return false;
	}
	return digits;
}

/* --- the folder ---------------------------------------------------------- */

/* All but hidden and unfinished names, and what is in the list. */
static bool
is_beside(const char *name, const char *path, const char *full,
    const struct ev_follow_seen *list, size_t count)
{
	if (!strcmp(name, base_name(path)) || !ev_files_is_input(name))
		return false;
	for (size_t i = 0; i < count; i++)
		if (!strcmp(list[i].path, full))
			return false;
	return true;
}

static char *
join(const char *path, const char *name)
{
	return ev_mem_printf("%.*s%s", (int)(base_name(path) - path), path,
	    name);
}

/* The file is the one that pos has seen: by what it holds, where that is
 * enough to tell; else by its node and its name, or its name and time. */
static bool
is_it(const struct ev_follow *follow, const struct ev_follow_file *file,
    const char *base, const struct ev_filepos *pos, enum ev_follow_way way)
{
	bool related = ev_follow_related(base_name(file->path), base);
	bool certain = pos->length >= EV_FILEPOS_CERTAIN;

	if (way == EV_FOLLOW_EMPTIED)
		return related && pos->node.born &&
		    file->packed == pos->packed &&
		    file->node.mtime >= pos->node.mtime &&
		    ev_filepos_same_node(&pos->node, &file->node);
	if (way == EV_FOLLOW_NODE) {
		if (!ev_filepos_same_node(&pos->node, &file->node) ||
		    (!certain && !related))
			return false;
	} else if (!related || !pos->length ||
	    (!certain && file->node.mtime < pos->node.mtime)) {
		return false;
	}
	return ev_follow_match(follow, pos, file->fd, file->path) == EV_OK;
}

struct ev_follow_file *
ev_follow_beside(const struct ev_follow *follow, const char *name,
    const char *path, const struct ev_filepos *pos, enum ev_follow_way way,
    const struct ev_follow_seen *list, size_t count)
{
	struct ev_follow_file *found = NULL;
	char *folder = ev_path_folder(path);
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct ev_follow_file *file;
		char *full;

		/* d_ino is of the folder: of a mount another one's. */
		if (way != EV_FOLLOW_CONTENT && entry->d_ino != pos->node.ino)
			continue;
		if (way == EV_FOLLOW_CONTENT &&
		    !ev_follow_related(entry->d_name, base_name(path)))
			continue;
		full = join(path, entry->d_name);
		if (is_beside(entry->d_name, path, full, list, count)) {
			file = ev_follow_file_new(name, full, NULL);
			/* Of several the oldest. */
			if (ev_follow_file_open(file, NULL) == EV_OK &&
			    (!found || file->node.mtime < found->node.mtime) &&
			    is_it(follow, file, base_name(path), pos, way)) {
				ev_follow_file_free(found);
				found = file;
			} else {
				ev_follow_file_free(file);
			}
		}
		free(full);
	}
	if (dir)
		closedir(dir);
	free(folder);
	if (found && way == EV_FOLLOW_EMPTIED) {
		found->pos.node = found->node;
	} else if (found) {
		found->pos = *pos;
		found->pos.node = found->node;
		/* What is packed may have fewer bytes than were read of it. */
		found->seen = pos->packed || found->packed ? 0 : seen_of(pos);
		found->known = true;
	}
	return found;
}

/* --- what came between --------------------------------------------------- */

struct between {
	struct ev_follow_file *file;
	bool counted;
	unsigned number;
};

/* The older one first; of one time the one with the higher number, or the
 * earlier date. */
static int
by_age(const void *a, const void *b)
{
	const struct between *x = a, *y = b;

	if (x->file->node.mtime != y->file->node.mtime)
		return x->file->node.mtime < y->file->node.mtime ? -1 : 1;
	if (x->counted && y->counted)
		return x->number > y->number ? -1 : x->number < y->number;
	return strcmp(x->file->path, y->file->path);
}

/* Whether the file was rotated away after the old one, by their names and
 * times. Numbers go up as files get older, or, where the times say so, down. */
static bool
is_later(const struct between *it, const char *base,
    const struct ev_follow_file *old)
{
	struct ev_slice was = rotation_of(base_name(old->path), base);
	struct ev_slice is = rotation_of(base_name(it->file->path), base);
	unsigned number;

	if (ev_filepos_same_node(&it->file->node, &old->node) || !was.len ||
	    !is.len || ev_slice_equal(was, is) ||
	    is_counted(was, &number) != it->counted ||
	    (!it->counted && !same_shape(was, is)))
		return false;
	if (it->file->node.mtime != old->node.mtime)
		return it->file->node.mtime > old->node.mtime;
	return it->counted ? it->number < number
			   : memcmp(was.ptr, is.ptr, is.len) < 0;
}

/* By its name alone, where nothing is known of how the log is rotated: a
 * number, a date, ".old"; app-2.log and app-error.log are logs of their own. */
static bool
is_rotation(const struct between *it, const char *base)
{
	struct ev_slice is = rotation_of(base_name(it->file->path), base);
	size_t digits = 0;

	for (size_t i = 0; i < is.len; i++)
		digits += isdigit((unsigned char)is.ptr[i]) != 0;
	return (it->counted && is.ptr[0] == '.') || digits >= 6 ||
	    ev_slice_is(is, ".old");
}

/* Whether the file was rotated away after one that lies nowhere any more: it
 * was written to later, or is that, emptied and written anew. What was written
 * to in the same tick of the file system's clock may have come before it, so
 * it is left out, unless nothing was ever read. */
static bool
is_after(const struct between *it, const char *base,
    const struct ev_filepos *lost)
{
	const struct ev_filepos_node *node = &it->file->node;

	if (!lost->node.mtime || !is_rotation(it, base))
		return false;
	if (node->mtime != lost->node.mtime)
		return node->mtime > lost->node.mtime;
	return (!lost->length && !lost->packed) ||
	    (lost->node.born && it->file->packed == lost->packed &&
		ev_filepos_same_node(node, &lost->node));
}

/* The file is packed, or being packed, from another one that is still there;
 * the line has that. */
static bool
is_packed_twin(const struct between *found, size_t count, size_t i,
    const char *base)
{
	const char *name = base_name(found[i].file->path);
	struct ev_slice rotation = rotation_of(name, base);

	for (size_t j = 0; j < count; j++) {
		const char *other = base_name(found[j].file->path);

		if (strlen(other) < strlen(name) &&
		    ev_slice_equal(rotation_of(other, base), rotation))
			return true;
	}
	return false;
}

void
ev_follow_between(struct ev_follow_line *line, const char *name,
    const char *path, const struct ev_follow_file *old,
    const struct ev_filepos *lost, const struct ev_follow_seen *list,
    size_t count)
{
	const char *base = base_name(path);
	struct between *found = NULL;
	char *folder = ev_path_folder(path);
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t n = 0;

	while (dir && (entry = readdir(dir))) {
		char *full = join(path, entry->d_name);
		struct between it = {
		    .file = ev_follow_file_new(name, full, NULL)};

		it.counted = is_counted(rotation_of(entry->d_name, base),
		    &it.number);
		if (rotation_of(entry->d_name, base).len &&
		    is_beside(entry->d_name, path, full, list, count) &&
		    ev_follow_file_open(it.file, NULL) == EV_OK &&
		    (old ? is_later(&it, base, old)
			 : is_after(&it, base, lost))) {
			it.file->pos.node = it.file->node;
			found = ev_mem_realloc(found, (n + 1) * sizeof(*found));
			found[n++] = it;
		} else {
			ev_follow_file_free(it.file);
		}
		free(full);
	}
	if (dir)
		closedir(dir);
	if (n)
		qsort(found, n, sizeof(*found), by_age);
	for (size_t i = 0; i < n; i++)
		if (!is_packed_twin(found, n, i, base))
			ev_follow_line_add(line, found[i].file);
		else
			found[i].file->stale = true;
	for (size_t i = 0; i < n; i++)
		if (found[i].file->stale)
			ev_follow_file_free(found[i].file);
	free(found);
	free(folder);
}

void
ev_follow_line_add(struct ev_follow_line *line, struct ev_follow_file *file)
{
	line->before = ev_mem_realloc(line->before,
	    (line->count + 1) * sizeof(*line->before));
	line->before[line->count++] = file;
}
