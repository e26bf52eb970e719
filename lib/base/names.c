/*
 * names: see names.h.
 */
#include "base/names.h"

#include <stdlib.h>

#include "base/mem.h"
#include "base/utf8.h"

#define BLANKS " \t\n"

void
ev_names_release(struct ev_names_path *path)
{
	for (unsigned i = 0; i < path->depth; i++)
		free((char *)(uintptr_t)path->key[i].ptr);
	path->depth = 0;
}

/* One key at s, appended to out; returns where it ends, or NULL. */
static const char *
read_key(const char *s, const char *ends, struct ev_buf *out)
{
	if (*s != '"') {
		for (; *s && !strchr(ends, *s) && !strchr(".\"", *s); s++)
			ev_buf_char(out, *s);
		while (out->len && strchr(BLANKS, out->ptr[out->len - 1]))
			out->len--;
		return out->len ? s : NULL;
	}
	for (s++; *s; s++) {
		if (*s == '"' && s[1] != '"')
			return s + 1;
		s += *s == '"';
		ev_buf_char(out, *s);
	}
	return NULL;
}

enum ev_status
ev_names_next(const char *option, const char **at, const char *ends, char *end,
    struct ev_names_path *path, struct ev_err *err)
{
	const char *s = *at, *from = s;
	struct ev_buf key = {0};

	path->depth = 0;
	do {
		key.len = 0;
		s = read_key(s + strspn(s, BLANKS), ends, &key);
		if (!s || path->depth == EV_NAMES_DEPTH ||
		    ev_utf8_check(key.ptr, key.len) < key.len)
			goto wrong;
		path->key[path->depth++] =
		    (struct ev_slice){ev_mem_strndup(key.ptr, key.len),
			key.len};
		s += strspn(s, BLANKS);
	} while (*s == '.' && s++);
	if (*s && !strchr(ends, *s))
		goto wrong;
	*end = *s;
	*at = *s ? s + 1 : s;
	ev_buf_release(&key);
	return EV_OK;
wrong:
	ev_buf_release(&key);
	ev_names_release(path);
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "--%s: not a field's name at '%s'", option, from);
}

enum ev_status
ev_names_field(const char *option, const char **at, const char *ends, char *end,
    struct ev_slice *name, struct ev_err *err)
{
	const char *from = *at;
	struct ev_names_path path;

	if (ev_names_next(option, at, ends, end, &path, err) != EV_OK)
		return EV_FATAL;
	if (path.depth == 1) {
		*name = path.key[0];
		return EV_OK;
	}
	ev_names_release(&path);
	return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
	    "--%s: '%.*s' is inside an object, and a field of the top level is "
	    "wanted (a name that has a dot stands in double quotes)",
	    option, (int)(*at - from - (*end != '\0')), from);
}

enum ev_status
ev_names_fields(const char *option, const char *list, size_t most,
    struct ev_slice *name, size_t *count, struct ev_err *err)
{
	for (char end = ','; end == ',';) {
		struct ev_slice *next = &name[*count];

		if (*count == most)
			return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
			    "--%s: more than %zu fields", option, most);
		if (ev_names_field(option, &list, ",", &end, next, err) !=
		    EV_OK)
			return EV_FATAL;
		++*count;
		for (struct ev_slice *other = name; other < next; other++)
			if (ev_slice_equal(*other, *next))
				return ev_err_set(err, EV_FATAL, EV_EXIT_USAGE,
				    "--%s names '%s' twice", option, next->ptr);
	}
	return EV_OK;
}

static bool
is_bare(struct ev_slice name)
{
	if (!name.len || strchr(BLANKS, name.ptr[0]) ||
	    strchr(BLANKS, name.ptr[name.len - 1]))
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (strchr(",=.\"", name.ptr[i]))
			return false;
	return true;
}

void
ev_names_quote(struct ev_slice name, struct ev_buf *out)
{
	if (is_bare(name)) {
		ev_buf_slice(out, name);
		return;
	}
	ev_buf_char(out, '"');
	for (size_t i = 0; i < name.len; i++) {
		if (name.ptr[i] == '"')
			ev_buf_char(out, '"');
		ev_buf_char(out, name.ptr[i]);
	}
	ev_buf_char(out, '"');
}
