/*
 * path: see path.h.
 */
#include "base/path.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"

#define LINKS 40 /* symbolic links in a row, as Linux follows them */

char *
ev_path_folder(const char *path)
{
	const char *slash = strrchr(path, '/');

	if (!slash)
		return ev_mem_strdup(".");
	return slash == path ? ev_mem_strdup("/")
			     : ev_mem_strndup(path, (size_t)(slash - path));
}

/* One step along a symbolic link: what path is called after it, or NULL where
 * it is none. */
static char *
follow(const char *path)
{
	char text[PATH_MAX];
	ssize_t len = readlink(path, text, sizeof(text));
	char *folder, *next;

	if (len < 0 || (size_t)len == sizeof(text))
		return NULL;
	if (text[0] == '/')
		return ev_mem_strndup(text, (size_t)len);
	folder = ev_path_folder(path);
	next = ev_mem_printf("%s/%.*s", folder, (int)len, text);
	free(folder);
	return next;
}

/* The last part of the path behind the real name of its folder. */
static char *
in_real_folder(const char *path)
{
	char *folder = ev_path_folder(path);
	char *real = realpath(folder, NULL), *resolved = NULL;
	const char *slash = strrchr(path, '/');

	if (real)
		resolved = ev_mem_printf("%s/%s", strcmp(real, "/") ? real : "",
		    slash ? slash + 1 : path);
	free(real);
	free(folder);
	return resolved;
}

char *
ev_path_resolve(const char *path)
{
	char *at = realpath(path, NULL), *next = NULL, *resolved = NULL;
	unsigned links = 0;

	if (at)
		return at;
	at = ev_mem_strdup(path);
	for (; links < LINKS && (next = follow(at)); links++) {
		free(at);
		at = next;
	}
	if (links < LINKS)
		resolved = in_real_folder(at);
	else
		errno = ELOOP;
	free(at);
	return resolved;
}
