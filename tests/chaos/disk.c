/*
 * disk: see disk.h.
 *
 * Every file and folder is a node. It has what lasts, and folders also what is
 * seen now, which is needed to know what a name meant when it was renamed. An
 * operation that no sync has covered waits in one list, in order.
 */
#include "disk.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "power.h"
#include "tree.h"
#include "world.h"

#define SECTOR 512 /* bytes that a disk writes at once */

struct entry {
	char *name;
	struct node *node;
};

struct names {
	struct entry *at;
	size_t count;
};

struct node {
	uint64_t ino;
	bool folder;
	struct names now, lasts;
	struct ev_buf bytes; /* that last */
	const char *placed;  /* while it is put: its first path */
};

/* An operation with its numbers and names made nodes. */
struct step {
	enum power_kind kind;
	struct node *node, *dir, *dir2;
	char *name, *name2;
	uint64_t offset;
	struct ev_slice bytes; /* the log's */
	bool done;
};

struct disk {
	struct node **node;
	size_t nodes;
	struct node *root;
	struct step *step;
	size_t steps, cap;
};

/* --- names --------------------------------------------------------------- */

static struct entry *
find(const struct names *names, const char *name)
{
	for (size_t i = 0; i < names->count; i++)
		if (!strcmp(names->at[i].name, name))
			return &names->at[i];
	return NULL;
}

static void
set(struct names *names, const char *name, struct node *node)
{
	struct entry *entry = find(names, name);

	if (!entry) {
		names->at = ev_mem_realloc(names->at,
		    (names->count + 1) * sizeof(*names->at));
		entry = &names->at[names->count++];
		entry->name = ev_mem_strdup(name);
	}
	entry->node = node;
}

/* Where the name still means this node (NULL: whatever it means). */
static void
clear(struct names *names, const char *name, const struct node *node)
{
	struct entry *entry = find(names, name);

	if (!entry || (node && entry->node != node))
		return;
	free(entry->name);
	*entry = names->at[--names->count];
}

static void
names_release(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->at[i].name);
	free(names->at);
}

/* --- nodes --------------------------------------------------------------- */

static struct node *
node_new(struct disk *disk, uint64_t ino, bool folder)
{
	struct node *node = ev_mem_zalloc(1, sizeof(*node));

	disk->node = ev_mem_realloc(disk->node,
	    (disk->nodes + 1) * sizeof(struct node *));
	disk->node[disk->nodes++] = node;
	node->ino = ino;
	node->folder = folder;
	return node;
}

/* The latest of that number: numbers are used again. */
static struct node *
node_of(const struct disk *disk, uint64_t ino)
{
	for (size_t i = disk->nodes; ino && i > 0; i--)
		if (disk->node[i - 1]->ino == ino)
			return disk->node[i - 1];
	return NULL;
}

static void
die(const char *what)
{
	fprintf(stderr, "chaos: %s: %s\n", what, strerror(errno));
	exit(2);
}

static struct node *
load(struct disk *disk, const char *path)
{
	struct stat st;
	struct dirent *entry;
	struct node *node;
	DIR *dir;

	if (lstat(path, &st) < 0)
		die(path);
	node = node_of(disk, st.st_ino);
	if (node)
		return node;
	node = node_new(disk, st.st_ino, S_ISDIR(st.st_mode));
	if (!node->folder) {
		file_read(path, &node->bytes);
		return node;
	}
	dir = opendir(path);
	if (!dir)
		die(path);
	while ((entry = readdir(dir))) {
		char *child;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		child = ev_mem_printf("%s/%s", path, entry->d_name);
		set(&node->now, entry->d_name, load(disk, child));
		set(&node->lasts, entry->d_name,
		    find(&node->now, entry->d_name)->node);
		free(child);
	}
	closedir(dir);
	return node;
}

struct disk *
disk_of(const char *folder)
{
	struct disk *disk = ev_mem_zalloc(1, sizeof(*disk));

	disk->root = load(disk, folder);
	return disk;
}

static struct node *
twin(const struct disk *disk, const struct disk *of, const struct node *node)
{
	for (size_t i = 0; i < of->nodes; i++)
		if (of->node[i] == node)
			return disk->node[i];
	return NULL;
}

struct disk *
disk_copy(const struct disk *of)
{
	struct disk *disk = ev_mem_zalloc(1, sizeof(*disk));

	for (size_t i = 0; i < of->nodes; i++)
		ev_buf_slice(&node_new(disk, of->node[i]->ino,
				 of->node[i]->folder)
				  ->bytes,
		    ev_buf_as_slice(&of->node[i]->bytes));
	for (size_t i = 0; i < of->nodes; i++) {
		const struct names *names = &of->node[i]->lasts;

		for (size_t k = 0; k < names->count; k++) {
			struct node *node = twin(disk, of, names->at[k].node);

			set(&disk->node[i]->now, names->at[k].name, node);
			set(&disk->node[i]->lasts, names->at[k].name, node);
		}
	}
	disk->root = twin(disk, of, of->root);
	return disk;
}

void
disk_free(struct disk *disk)
{
	for (size_t i = 0; i < disk->nodes; i++) {
		names_release(&disk->node[i]->now);
		names_release(&disk->node[i]->lasts);
		ev_buf_release(&disk->node[i]->bytes);
		free(disk->node[i]);
	}
	for (size_t i = 0; i < disk->steps; i++) {
		free(disk->step[i].name);
		free(disk->step[i].name2);
	}
	free(disk->node);
	free(disk->step);
	free(disk);
}

/* --- what happens to the disk -------------------------------------------- */

static void
resize(struct ev_buf *bytes, uint64_t length)
{
	if (length > bytes->len) {
		ev_buf_reserve(bytes, length - bytes->len);
		memset(bytes->ptr + bytes->len, 0, length - bytes->len);
	}
	bytes->len = length;
}

static void
put_bytes(struct node *node, uint64_t offset, struct ev_slice bytes)
{
	if (!bytes.len)
		return;
	if (node->bytes.len < offset + bytes.len)
		resize(&node->bytes, offset + bytes.len);
	memcpy(node->bytes.ptr + offset, bytes.ptr, bytes.len);
}

static void
do_step(struct step *step)
{
	step->done = true;
	switch (step->kind) {
	case POWER_CREATE:
	case POWER_MKDIR:
	case POWER_LINK:
		set(&step->dir->lasts, step->name, step->node);
		break;
	case POWER_UNLINK:
		clear(&step->dir->lasts, step->name, step->node);
		break;
	case POWER_RENAME:
		clear(&step->dir->lasts, step->name, step->node);
		set(&step->dir2->lasts, step->name2, step->node);
		break;
	case POWER_WRITE:
		put_bytes(step->node, step->offset, step->bytes);
		break;
	case POWER_LENGTH:
		resize(&step->node->bytes, step->offset);
		break;
	case POWER_SYNC:
		break;
	}
}

static bool
concerns(const struct step *step, const struct node *node)
{
	if (step->kind == POWER_WRITE || step->kind == POWER_LENGTH)
		return step->node == node;
	return step->dir == node || step->dir2 == node;
}

static void
sync_node(struct disk *disk, const struct node *node)
{
	for (size_t i = 0; i < disk->steps; i++)
		if (!disk->step[i].done && concerns(&disk->step[i], node))
			do_step(&disk->step[i]);
}

/* Of bytes that the cut met on their way: sectors, or all up to one. */
static void
tear(struct step *step, unsigned percent, uint64_t *seed)
{
	struct ev_slice rest = step->bytes;
	uint64_t at = step->offset;
	bool whole = chance(seed) % 2;

	step->done = true;
	while (rest.len) {
		size_t part = SECTOR - at % SECTOR;

		if (part > rest.len)
			part = rest.len;
		if (chance(seed) % 100 >= percent)
			put_bytes(step->node, at,
			    (struct ev_slice){rest.ptr, part});
		else if (whole)
			return;
		rest.ptr += part;
		rest.len -= part;
		at += part;
	}
}

void
disk_cut(struct disk *disk, unsigned percent, uint64_t seed)
{
	for (size_t i = 0; i < disk->steps; i++) {
		struct step *step = &disk->step[i];

		if (step->done)
			continue;
		if (step->kind == POWER_WRITE)
			tear(step, percent, &seed);
		else if (chance(&seed) % 100 >= percent)
			do_step(step);
	}
}

/* --- the log ------------------------------------------------------------- */

/* The next record; false at the end, also where the last one is not whole. */
static bool
next_op(struct ev_slice *log, struct power_op *op, struct ev_slice *first,
    struct ev_slice *second)
{
	if (log->len < sizeof(*op))
		return false;
	memcpy(op, log->ptr, sizeof(*op));
	if (log->len < sizeof(*op) + op->len + op->len2)
		return false;
	*first = (struct ev_slice){log->ptr + sizeof(*op), op->len};
	*second = (struct ev_slice){first->ptr + op->len, op->len2};
	log->ptr = second->ptr + op->len2;
	log->len -= sizeof(*op) + op->len + op->len2;
	return true;
}

size_t
disk_ops(struct ev_slice log)
{
	struct ev_slice first, second;
	struct power_op op;
	size_t count = 0;

	while (next_op(&log, &op, &first, &second))
		count++;
	return count;
}

static struct node *
named(const struct node *dir, const char *name)
{
	struct entry *entry = find(&dir->now, name);

	return entry ? entry->node : NULL;
}

/* What the names and numbers of an operation mean now; false where it is not
 * of this folder. Does it to what is seen. */
static bool
see(struct disk *disk, const struct power_op *op, struct step *step)
{
	step->dir = node_of(disk, op->dir);
	step->dir2 = node_of(disk, op->dir2);
	step->node = node_of(disk, op->ino);
	switch (step->kind) {
	case POWER_CREATE:
	case POWER_MKDIR:
		if (!step->dir)
			return false;
		step->node = node_new(disk, op->ino, step->kind == POWER_MKDIR);
		set(&step->dir->now, step->name, step->node);
		return true;
	case POWER_LINK:
		if (!step->dir || !step->node)
			return false;
		set(&step->dir->now, step->name, step->node);
		return true;
	case POWER_UNLINK:
		step->node = step->dir ? named(step->dir, step->name) : NULL;
		if (!step->node)
			return false;
		clear(&step->dir->now, step->name, NULL);
		return true;
	case POWER_RENAME:
		step->node = step->dir ? named(step->dir, step->name) : NULL;
		if (!step->node || !step->dir2)
			return false;
		clear(&step->dir->now, step->name, NULL);
		set(&step->dir2->now, step->name2, step->node);
		return true;
	case POWER_WRITE:
	case POWER_LENGTH:
	case POWER_SYNC:
		return step->node != NULL;
	}
	return false;
}

void
disk_play(struct disk *disk, struct ev_slice log, size_t ops)
{
	struct ev_slice first, second;
	struct power_op op;

	for (; ops && next_op(&log, &op, &first, &second); ops--) {
		struct step step = {.kind = (enum power_kind)op.kind,
		    .offset = op.offset,
		    .bytes = first};

		step.name = ev_mem_strndup(first.ptr, first.len);
		step.name2 = ev_mem_strndup(second.ptr, second.len);
		if (!see(disk, &op, &step)) {
			free(step.name);
			free(step.name2);
			continue;
		}
		if (step.kind == POWER_SYNC)
			sync_node(disk, step.node);
		if (disk->steps == disk->cap) {
			disk->cap = disk->cap * 2 + 64;
			disk->step = ev_mem_realloc(disk->step,
			    disk->cap * sizeof(*disk->step));
		}
		step.done = step.kind == POWER_SYNC;
		disk->step[disk->steps++] = step;
	}
}

uint64_t
disk_number(const char *path)
{
	struct stat st;

	if (stat(path, &st) < 0)
		die(path);
	return st.st_ino;
}

size_t
disk_written(struct ev_slice log, uint64_t number, size_t **at,
    struct ev_slice **text)
{
	struct ev_slice first, second;
	struct power_op op;
	size_t count = 0, ops = 0;

	*at = NULL;
	*text = NULL;
	while (next_op(&log, &op, &first, &second)) {
		ops++;
		if (op.kind != POWER_WRITE || op.ino != number)
			continue;
		*at = ev_mem_realloc(*at, (count + 1) * sizeof(**at));
		*text = ev_mem_realloc(*text, (count + 1) * sizeof(**text));
		(*at)[count] = ops;
		(*text)[count++] = first;
	}
	return count;
}

/* --- putting it back ----------------------------------------------------- */

static void
put_node(struct node *node, const char *path)
{
	if (!node->folder) {
		if (node->placed && link(node->placed, path) < 0)
			die(path);
		if (node->placed)
			return;
		node->placed = ev_mem_strdup(path);
		file_write(path, ev_buf_as_slice(&node->bytes));
		return;
	}
	tree_make(path);
	for (size_t i = 0; i < node->lasts.count; i++) {
		char *child = ev_mem_printf("%s/%s", path,
		    node->lasts.at[i].name);

		put_node(node->lasts.at[i].node, child);
		free(child);
	}
}

void
disk_put(const struct disk *disk, const char *folder)
{
	tree_remove(folder);
	put_node(disk->root, folder);
	for (size_t i = 0; i < disk->nodes; i++) {
		free((char *)disk->node[i]->placed);
		disk->node[i]->placed = NULL;
	}
}
