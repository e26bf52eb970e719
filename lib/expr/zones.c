/*
 * zones: the cache of zones, see zone.h. Names are looked for in the
 * directory level by level, since their case does not matter.
 */
#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/map.h"
#include "base/mem.h"
#include "expr/zone_file.h"

#define NAME_MAX_LEN 255

struct ev_zones {
	char *dir;
	struct ev_map *map; /* lower-case name to struct ev_zone, or 0 */
	const struct ev_zone *utc;
};

static struct ev_zone *
read_file(const char *path, const char *name)
{
	struct ev_zone *zone = NULL;
	struct ev_buf buf = {0};
	ssize_t got = -1;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return NULL;
	do {
		ev_buf_reserve(&buf, 8192);
		got = read(fd, buf.ptr + buf.len, 8192);
		buf.len += got > 0 ? (size_t)got : 0;
	} while (got > 0 && buf.len < EV_ZONE_FILE_MAX);
	close(fd);
	if (got == 0)
		zone = ev_zone_parse(name, buf.ptr, buf.len);
	ev_buf_release(&buf);
	return zone;
}

/* Appends "/entry" to path, the entry of that directory which is called name
 * in any case; those that begin with a dot do not count. */
static bool
find_entry(struct ev_buf *path, struct ev_slice name)
{
	DIR *dir = opendir(ev_buf_cstr(path));
	const struct dirent *entry;
	bool found = false;

	if (!dir)
		return false;
	while (!found && (entry = readdir(dir))) {
		found = entry->d_name[0] != '.' &&
		    strlen(entry->d_name) == name.len &&
		    !strncasecmp(entry->d_name, name.ptr, name.len);
		if (found) {
			ev_buf_char(path, '/');
			ev_buf_str(path, entry->d_name);
		}
	}
	closedir(dir);
	return found;
}

static struct ev_zone *
load_file(const struct ev_zones *zones, struct ev_slice name)
{
	struct ev_zone *zone = NULL;
	struct ev_buf path = {0};
	size_t base;
	bool ok = true;

	ev_buf_str(&path, zones->dir);
	base = path.len + 1;
	while (ok && name.len) {
		const char *slash = memchr(name.ptr, '/', name.len);
		size_t len = slash ? (size_t)(slash - name.ptr) : name.len;

		ok = find_entry(&path, (struct ev_slice){name.ptr, len});
		len += slash != NULL;
		ok = ok && !(slash && len == name.len);
		name.ptr += len;
		name.len -= len;
	}
	if (ok && path.len > base)
		zone = read_file(ev_buf_cstr(&path), path.ptr + base);
	ev_buf_release(&path);
	return zone;
}

static struct ev_zone *
load_rule(struct ev_slice name)
{
	char upper[NAME_MAX_LEN + 1];

	for (size_t i = 0; i < name.len; i++)
		upper[i] = (char)toupper((unsigned char)name.ptr[i]);
	upper[name.len] = '\0';
	return ev_zone_by_rule(upper);
}

struct ev_zones *
ev_zones_new(const char *dir)
{
	struct ev_zones *zones = ev_mem_zalloc(1, sizeof(*zones));

	zones->dir = ev_mem_strdup(dir ? dir : "/usr/share/zoneinfo");
	zones->map = ev_map_new();
	zones->utc = ev_zones_fixed(zones, 0);
	return zones;
}

void
ev_zones_free(struct ev_zones *zones)
{
	if (!zones)
		return;
	for (size_t i = 0; i < ev_map_count(zones->map); i++)
		ev_zone_free((struct ev_zone *)*ev_map_get(zones->map,
		    ev_map_key(zones->map, i)));
	ev_map_free(zones->map);
	free(zones->dir);
	free(zones);
}

static enum ev_status
unknown_zone(struct ev_slice name, struct ev_err *err)
{
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
	    "time zone \"%.*s\" not recognized", (int)name.len, name.ptr);
}

enum ev_status
ev_zones_find(struct ev_zones *zones, struct ev_slice name,
    const struct ev_zone **zone, struct ev_err *err)
{
	char lower[NAME_MAX_LEN];
	struct ev_slice key = {lower, name.len};
	uintptr_t *slot;
	struct ev_zone *found;
	bool added;

	if (!name.len || name.len > NAME_MAX_LEN ||
	    memchr(name.ptr, '\0', name.len))
		return unknown_zone(name, err);
	for (size_t i = 0; i < name.len; i++)
		lower[i] = (char)tolower((unsigned char)name.ptr[i]);
	slot = ev_map_get(zones->map, key);
	if (!slot) {
		found = load_file(zones, key);
		if (!found && name.ptr[0] != ':')
			found = load_rule(name);
		/* names that are none are not kept: data may be full of them */
		if (!found)
			return unknown_zone(name, err);
		slot = ev_map_put(zones->map, key, &added);
		*slot = (uintptr_t)found;
	}
	*zone = (const struct ev_zone *)*slot;
	return EV_OK;
}

static bool
is_folder(DIR *dir, const struct dirent *entry)
{
	struct stat st;

	if (entry->d_type != DT_UNKNOWN && entry->d_type != DT_LNK)
		return entry->d_type == DT_DIR;
	return !fstatat(dirfd(dir), entry->d_name, &st, 0) &&
	    S_ISDIR(st.st_mode);
}

/* In one directory: the longest file's name that text begins with, and the
 * directory's, put behind path, that it begins with before a slash, or 0. */
static size_t
longest_entry(struct ev_buf *path, struct ev_slice text, size_t *folder)
{
	DIR *dir = opendir(ev_buf_cstr(path));
	const struct dirent *entry;
	size_t best = 0;

	*folder = 0;
	while (dir && (entry = readdir(dir))) {
		size_t len = strlen(entry->d_name);

		if (entry->d_name[0] == '.' || len > text.len ||
		    strncasecmp(entry->d_name, text.ptr, len) != 0)
			continue;
		if (!is_folder(dir, entry)) {
			best = len > best ? len : best;
		} else if (len < text.len && text.ptr[len] == '/' && !*folder) {
			*folder = len;
			ev_buf_char(path, '/');
			ev_buf_str(path, entry->d_name);
		}
	}
	if (dir)
		closedir(dir);
	return best;
}

size_t
ev_zones_prefix(const struct ev_zones *zones, struct ev_slice text)
{
	struct ev_buf path = {0};
	size_t at = 0, best = 0, folder;

	ev_buf_str(&path, zones->dir);
	do {
		struct ev_slice rest = {text.ptr + at, text.len - at};
		size_t len = longest_entry(&path, rest, &folder);

		best = len ? at + len : best;
		at += folder + 1;
	} while (folder);
	ev_buf_release(&path);
	return best;
}

const struct ev_zone *
ev_zones_utc(struct ev_zones *zones)
{
	return zones->utc;
}

const struct ev_zone *
ev_zones_fixed(struct ev_zones *zones, int32_t east)
{
	int32_t size = east < 0 ? -east : east;
	const struct ev_zone *zone = zones->utc;
	char name[64];
	char clock[16];

	if (size % 60)
		snprintf(clock, sizeof(clock), "%02d:%02d:%02d", size / 3600,
		    size / 60 % 60, size % 60);
	else if (size % 3600)
		snprintf(clock, sizeof(clock), "%02d:%02d", size / 3600,
		    size / 60 % 60);
	else
		snprintf(clock, sizeof(clock), "%02d", size / 3600);
	if (!east)
		snprintf(name, sizeof(name), "<UTC>0");
	else
		snprintf(name, sizeof(name), "<%c%s>%c%s", east < 0 ? '-' : '+',
		    clock, east < 0 ? '+' : '-', clock);
	ev_zones_find(zones, ev_slice_of(name), &zone, NULL);
	return zone;
}
