/*
 * err: see err.h.
 */
#include "base/err.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"

enum ev_status
ev_err_vset(struct ev_err *err, enum ev_status status, int exit,
    const char *format, va_list args)
{
	int len;

	if (!err)
		return status;
	err->exit = exit;
	len = vsnprintf(err->text, sizeof(err->text), format, args);
	if (len >= (int)sizeof(err->text)) {
		size_t whole = ev_utf8_check(err->text, sizeof(err->text) - 1);

		err->text[whole] = '\0';
	}
	return status;
}

enum ev_status
ev_err_set(struct ev_err *err, enum ev_status status, int exit,
    const char *format, ...)
{
	va_list args;

	va_start(args, format);
	ev_err_vset(err, status, exit, format, args);
	va_end(args);
	return status;
}

const char *
ev_err_errno(int number)
{
	static _Thread_local char text[128];
	const char *name = strerror(number);

	snprintf(text, sizeof(text), "%s", name);
	/* "No space left" becomes "no space left", "RPC bad" stays. */
	if (isupper((unsigned char)text[0]) && !isupper((unsigned char)text[1]))
		text[0] = (char)tolower((unsigned char)text[0]);
	return text;
}
