/*
 * disk: what the file system and the clock say, as a test wants it: the times
 * of files, their nodes, which are used again, and the present time. For the
 * one file that includes it; the functions of the C library that are defined
 * here stand before its own, for all that is linked with it.
 */
#ifndef EV_TESTS_DISK_H
#define EV_TESTS_DISK_H

#include <dirent.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NODES 1000   /* that are known at a time, at most */
#define FILES 64     /* open at a time, at most */
#define TICK 4000000 /* ns: so fine are the times of files */

/* A file has the node that the model gave it. */
struct node {
	ino_t real, ino;
	int64_t born, mtime;
	bool dead; /* lies nowhere; it may be open */
};

static struct {
	int64_t now;
	struct node node[NODES];
	size_t nodes;
	ino_t unused[NODES]; /* of files that are gone, to be used again */
	size_t unused_count;
	ino_t last;
} disk;

static struct node *
node_of(ino_t real)
{
	for (size_t i = 0; i < disk.nodes; i++)
		if (disk.node[i].real == real)
			return &disk.node[i];
	return NULL;
}

static struct node *
node_at(const char *path)
{
	struct stat info;

	return stat(path, &info) ? NULL : node_of(info.st_ino);
}

static bool
is_open(ino_t real)
{
	struct stat info;

	for (int fd = 0; fd < FILES; fd++)
		if (!fstat(fd, &info) && info.st_ino == real && !info.st_nlink)
			return true;
	return false;
}

/* The nodes of files that are gone, and that nobody has open. */
static void
sweep(void)
{
	for (size_t i = disk.nodes; i-- > 0;)
		if (disk.node[i].dead && !is_open(disk.node[i].real)) {
			disk.unused[disk.unused_count++] = disk.node[i].ino;
			disk.node[i] = disk.node[--disk.nodes];
		}
}

/* A file was made; `again`: with a node that another one had. */
static void
born(const char *path, bool again)
{
	struct stat info;
	ino_t ino;

	sweep();
	assert_true(disk.nodes < NODES);
	assert_int_equal(stat(path, &info), 0);
	ino = again && disk.unused_count ? disk.unused[--disk.unused_count]
					 : ++disk.last;
	disk.node[disk.nodes++] = (struct node){info.st_ino, ino, disk.now,
	    disk.now, false};
}

static void
touched(const char *path)
{
	node_at(path)->mtime = disk.now;
}

static void
removed(const char *path)
{
	node_at(path)->dead = true;
	assert_int_equal(unlink(path), 0);
}

static struct statx_timestamp
stamp(int64_t ns)
{
	return (struct statx_timestamp){.tv_sec = ns / 1000000000,
	    .tv_nsec = (uint32_t)(ns % 1000000000)};
}

/* These stand before the C library's, for all that is linked here. */
int
statx(int dir, const char *path, int flags, unsigned mask, struct statx *info)
{
	long failed = syscall(SYS_statx, dir, path, flags, mask, info);
	const struct node *node = failed ? NULL : node_of(info->stx_ino);

	if (node) {
		info->stx_ino = node->ino;
		info->stx_btime = stamp(node->born);
		info->stx_mtime = stamp(node->mtime);
		info->stx_mask |= STATX_BTIME;
	}
	return (int)failed;
}

struct dirent *
readdir(DIR *dir)
{
	static struct dirent *(*real)(DIR *);
	struct dirent *entry;
	const struct node *node;

	if (!real)
		*(void **)&real = dlsym(RTLD_NEXT, "readdir");
	entry = real(dir);
	node = entry ? node_of(entry->d_ino) : NULL;
	if (node)
		entry->d_ino = node->ino;
	return entry;
}

int
clock_gettime(clockid_t clock, struct timespec *now)
{
	if (clock != CLOCK_REALTIME)
		return (int)syscall(SYS_clock_gettime, clock, now);
	*now = (struct timespec){disk.now / 1000000000, disk.now % 1000000000};
	return 0;
}

#endif
