/*
 * place: schemes and connectors, see place.h.
 */
#include "tool/place.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/path.h"
#include "tool/child.h"

static bool
is_scheme_byte(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '+' ||
	    c == '.' || c == '-';
}

struct ev_slice
ev_place_scheme(const char *place)
{
	size_t len = 0;

	while (is_scheme_byte(place[len]))
		len++;
	if (len < 2 || place[len] != ':' || place[0] < 'a' || place[0] > 'z')
		return EV_SLICE("file");
	return (struct ev_slice){place, len};
}

const char *
ev_place_path(const char *place)
{
	if (strncmp(place, "file:", 5))
		return place;
	place += 5;
	return strncmp(place, "//", 2) ? place : place + 2;
}

/* The option of this name or letter; NULL if the tables have none. */
static const struct ev_opt *
find_option(const struct ev_opt_table *tables, struct ev_slice name,
    char letter)
{
	for (; tables->opt; tables++)
		for (size_t i = 0; i < tables->count; i++) {
			const struct ev_opt *opt = &tables->opt[i];

			if (letter ? opt->letter == letter
				   : ev_slice_is(name, opt->name))
				return opt;
		}
	return NULL;
}

/* True if the option `arg` takes the argument behind it. Of letters in a row
 * (-vn 5) the first that takes one takes the rest, or what comes next. */
static bool
takes_next(const struct ev_opt_table *tables, const char *arg)
{
	const struct ev_opt *opt;

	if (arg[1] == '-') {
		if (strchr(arg, '='))
			return false;
		opt = find_option(tables, ev_slice_of(arg + 2), 0);
		return opt && opt->kind != EV_OPT_FLAG;
	}
	for (arg++; *arg; arg++) {
		opt = find_option(tables, EV_SLICE(""), *arg);
		if (opt && opt->kind != EV_OPT_FLAG)
			return !arg[1];
	}
	return false;
}

bool
ev_place_is_stdin(const char *place)
{
	static const char *const names[] = {"-", "/dev/stdin", "/dev/fd/0",
	    "/proc/self/fd/0"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(place, names[i]))
			return true;
	return false;
}

/* --- as records have it -------------------------------------------------- */

/* The absolute form of the path; NULL, with errno, where its folder is not
 * there. Of a pattern only the part before its first wildcard is a name, and
 * that part's folder is what has to be there. */
static char *
absolute_path(const char *path)
{
	size_t plain = strcspn(path, "*?[");
	char *folder, *real, *absolute = NULL;

	if (!path[plain] || access(path, F_OK) == 0)
		return ev_path_resolve(path);
	while (plain && path[plain - 1] != '/')
		plain--;
	folder = plain ? ev_mem_strndup(path, plain) : ev_mem_strdup(".");
	real = realpath(folder, NULL);
	if (real)
		absolute = ev_mem_printf("%s/%s", strcmp(real, "/") ? real : "",
		    path + plain);
	free(real);
	free(folder);
	return absolute;
}

static enum ev_status
path_absolute(const char *path, char **absolute, struct ev_err *err)
{
	size_t len = strlen(path);
	char *trimmed;
	int number;

	/* log/ and log are one folder, there already or not. */
	while (len > 1 && path[len - 1] == '/')
		len--;
	trimmed = ev_mem_strndup(path, len);
	*absolute = absolute_path(trimmed);
	number = errno;
	free(trimmed);
	if (*absolute)
		return EV_OK;
	return ev_err_set(err, EV_FATAL, EV_EXIT_CREATE,
	    "cannot find the folder of '%s': %s", path, ev_err_errno(number));
}

/* Behind "scheme:" stands a path, in a file of which the rest names something
 * (sqlite:shop.db/users): what of it is there gets its one name. */
static char *
inner_absolute(struct ev_slice scheme, const char *path)
{
	char *head = ev_mem_strdup(path), *real, *absolute;
	size_t len = strlen(head);

	while (!(real = *head ? ev_path_resolve(head) : realpath(".", NULL)) &&
	    len) {
		while (len && head[--len] != '/')
			;
		head[len] = '\0';
	}
	path += len;
	absolute = ev_mem_printf("%.*s:%s%s%s", (int)scheme.len, scheme.ptr,
	    real && strcmp(real, "/") ? real : "",
	    *head || *path == '/' ? "" : "/", path);
	free(real);
	free(head);
	return absolute;
}

/* The URL without the user and password that may stand before its host. */
static char *
without_user(const char *url, const char *host)
{
	size_t authority = strcspn(host, "/?#");
	const char *at = memrchr(host, '@', authority);

	return ev_mem_printf("%.*s%s", (int)(host - url), url,
	    at ? at + 1 : host);
}

enum ev_status
ev_place_absolute(const char *place, char **absolute, struct ev_err *err)
{
	struct ev_slice scheme = ev_place_scheme(place);
	const char *rest;

	if (ev_place_is_stdin(place)) {
		*absolute = ev_mem_strdup("-");
		return EV_OK;
	}
	if (ev_slice_is(scheme, "file"))
		return path_absolute(ev_place_path(place), absolute, err);
	rest = place + scheme.len + 1;
	/* Behind kafka: alone stands a topic, and who the brokers are elsewhere. */
	if (ev_slice_is(scheme, "kafka") && strncmp(rest, "//", 2)) {
		*absolute = ev_mem_strdup(place);
		return EV_OK;
	}
	*absolute = strncmp(rest, "//", 2) ? inner_absolute(scheme, rest)
					   : without_user(place, rest + 2);
	return EV_OK;
}

/* --- among the arguments ------------------------------------------------- */

const char *
ev_place_find(const struct ev_opt_table *tables, int argc, char **argv)
{
	const char *first = NULL;
	bool options = true;

	for (int i = 1; i < argc; i++) {
		const char *arg = argv[i];

		if (options && !strcmp(arg, "--")) {
			options = false;
		} else if (options && arg[0] == '-' && arg[1]) {
			if (takes_next(tables, arg))
				i++;
		} else {
			if (!ev_slice_is(ev_place_scheme(arg), "file"))
				return arg;
			if (!first)
				first = arg;
		}
	}
	return first;
}

enum ev_status
ev_place_become(const char *command, const char *place, char **argv,
    struct ev_err *err)
{
	struct ev_slice scheme = ev_place_scheme(place);
	char *name = ev_mem_printf("%s-%.*s", command, (int)scheme.len,
	    scheme.ptr);

	argv[0] = name;
	if (ev_child_become(name, argv, err) != EV_OK &&
	    err->exit == EV_EXIT_CONFIG && !ev_slice_is(scheme, "file"))
		ev_err_set(err, EV_FATAL, EV_EXIT_CONFIG,
		    "no connector for '%s': %s is not installed%s", place, name,
		    strstr(place, "://")
			? ""
			: " (a path with a colon is written ./NAME)");
	free(name);
	return EV_FATAL;
}
