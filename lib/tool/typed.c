/*
 * typed: the command line as its user typed it, for messages that say what to
 * type instead (see tool.h). The arguments are asked of the kernel, since
 * option parsing permutes argv.
 */
#include <stdio.h>

#include "base/buf.h"
#include "base/shell.h"
#include "tool/tool.h"

static void
read_arguments(struct ev_buf *all)
{
	FILE *file = fopen("/proc/self/cmdline", "re");
	size_t n = 0;

	while (file) {
		ev_buf_reserve(all, 4096);
		n = fread(all->ptr + all->len, 1, 4096, file);
		if (!n)
			break;
		all->len += n;
	}
	if (file)
		fclose(file);
}

void
ev_tool_command(struct ev_slice name, struct ev_buf *out)
{
	struct ev_buf all = {0};

	read_arguments(&all);
	for (size_t at = 0; at < all.len;) {
		struct ev_slice word = {all.ptr + at,
		    strnlen(all.ptr + at, all.len - at)};

		if (at)
			ev_buf_char(out, ' ');
		ev_shell_word(word, out);
		if (!at) {
			ev_buf_str(out, " --name ");
			ev_shell_word(name, out);
		}
		at += word.len + 1;
	}
	ev_buf_release(&all);
}
