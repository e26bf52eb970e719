/*
 * names: see names.h.
 */
#include "base/names.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/mem.h"

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
	size_t len;

	if (*s != '"') {
		len = strcspn(s, ends);
		len = strcspn(s, ".") < len ? strcspn(s, ".") : len;
		s += len;
		while (len && strchr(BLANKS, s[-1])) {
			s--;
			len--;
		}
		ev_buf_append(out, s - len, len);
		return s;
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
		bool quoted;

		s += strspn(s, BLANKS);
		quoted = *s == '"';
		key.len = 0;
		s = read_key(s, ends, &key);
		if (!s || (!key.len && !quoted) ||
		    path->depth == EV_NAMES_DEPTH)
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
