/*
 * shell: see shell.h.
 */
#include "base/shell.h"

void
ev_shell_word(struct ev_slice text, struct ev_buf *out)
{
	bool plain = text.len > 0;

	for (size_t i = 0; i < text.len && plain; i++)
		plain = strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			       "abcdefghijklmnopqrstuvwxyz0123456789_.,@%+-",
			    text.ptr[i]) &&
		    text.ptr[i];
	if (plain) {
		ev_buf_slice(out, text);
		return;
	}
	ev_buf_char(out, '\'');
	for (size_t i = 0; i < text.len; i++)
		if (text.ptr[i] == '\'')
			ev_buf_str(out, "'\\''");
		else
			ev_buf_char(out, text.ptr[i]);
	ev_buf_char(out, '\'');
}
