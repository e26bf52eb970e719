/*
 * place: schemes and connectors, see place.h.
 */
#include "tool/place.h"

#include <stdlib.h>

#include "base/mem.h"
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
