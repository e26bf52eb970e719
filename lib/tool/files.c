/*
 * files: see files.h.
 */
#include "tool/files.h"

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/mem.h"

static bool
ends_with(const char *name, const char *ending)
{
	size_t len = strlen(name), tail = strlen(ending);

	return len > tail && !strcmp(name + len - tail, ending);
}

/* NAME.cut-RUN, where RUN is hexadecimal. */
static bool
is_cut(const char *name)
{
	const char *cut = strstr(name, ".cut-");

	return cut && cut[5] && !cut[5 + strspn(cut + 5, "0123456789abcdef")];
}

bool
ev_files_is_input(const char *name)
{
	static const char *const endings[] = {"~", ".tmp", ".part", ".ev"};

	if (name[0] == '.' || is_cut(name))
		return false;
	for (size_t i = 0; i < sizeof(endings) / sizeof(*endings); i++)
		if (ends_with(name, endings[i]))
			return false;
	return true;
}

static void
add(struct ev_files *files, char *path)
{
	/* Doubles at each power of two. */
	if (!(files->count & (files->count - 1)))
		files->path = ev_mem_realloc(files->path,
		    (files->count ? 2 * files->count : 1) *
			sizeof(*files->path));
	files->path[files->count++] = path;
}

static int
by_bytes(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static void
sort_from(struct ev_files *files, size_t first)
{
	if (files->count > first)
		qsort(files->path + first, files->count - first,
		    sizeof(*files->path), by_bytes);
}

static bool
is_regular(const char *path)
{
	struct stat info;

	return !stat(path, &info) && S_ISREG(info.st_mode);
}

static enum ev_status
add_folder(struct ev_files *files, const char *folder, struct ev_err *err)
{
	size_t first = files->count;
	struct dirent *entry;
	DIR *dir = opendir(folder);
	int number;

	files->listed = true;
	while (dir && (errno = 0, entry = readdir(dir))) {
		char *path;

		if (!ev_files_is_input(entry->d_name))
			continue;
		path = ev_mem_printf("%s%s%s", folder,
		    ends_with(folder, "/") || !strcmp(folder, "/") ? "" : "/",
		    entry->d_name);
		if (is_regular(path))
			add(files, path);
		else
			free(path);
	}
	number = errno;
	if (dir)
		closedir(dir);
	sort_from(files, first);
	if (!number)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
	    "cannot read folder '%s': %s", folder, ev_err_errno(number));
}

static enum ev_status
add_pattern(struct ev_files *files, const char *pattern, struct ev_err *err)
{
	size_t first = files->count;
	enum ev_status status = EV_OK;
	glob_t found = {0};

	files->listed = true;
	if (glob(pattern, GLOB_NOSORT, NULL, &found)) {
		globfree(&found);
		return ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot open '%s': no file matches it", pattern);
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		const char *path = found.gl_pathv[i];
		const char *slash = strrchr(path, '/');

		if (ev_files_is_input(slash && slash[1] ? slash + 1 : path))
			add(files, ev_mem_strdup(path));
	}
	globfree(&found);
	sort_from(files, first);
	if (files->count == first)
		status = ev_err_set(err, EV_FATAL, EV_EXIT_IO,
		    "cannot open "
		    "'%s': all that it matches is hidden or unfinished",
		    pattern);
	return status;
}

/* Turns each folder that a pattern matched into its files. */
static enum ev_status
expand(struct ev_files *files, size_t first, struct ev_err *err)
{
	struct ev_files found = {files->path, files->count, true};
	enum ev_status status = EV_OK;

	files->path = NULL;
	files->count = 0;
	for (size_t i = 0; i < found.count; i++) {
		struct stat info;

		if (i >= first && status == EV_OK &&
		    !stat(found.path[i], &info) && S_ISDIR(info.st_mode))
			status = add_folder(files, found.path[i], err);
		else
			add(files, ev_mem_strdup(found.path[i]));
	}
	ev_files_release(&found);
	return status;
}

enum ev_status
ev_files_add(struct ev_files *files, const char *path, struct ev_err *err)
{
	size_t first = files->count;
	enum ev_status status;
	struct stat info;

	if (!strcmp(path, "-") || !stat(path, &info)) {
		if (strcmp(path, "-") && S_ISDIR(info.st_mode))
			return add_folder(files, path, err);
		add(files, ev_mem_strdup(path));
		return EV_OK;
	}
	if (!strpbrk(path, "*?[")) {
		add(files, ev_mem_strdup(path));
		return EV_OK;
	}
	status = add_pattern(files, path, err);
	return status == EV_OK ? expand(files, first, err) : status;
}

void
ev_files_release(struct ev_files *files)
{
	for (size_t i = 0; i < files->count; i++)
		free(files->path[i]);
	free(files->path);
	*files = (struct ev_files){0};
}
