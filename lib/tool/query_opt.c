/*
 * query_opt: see query_opt.h. A file of parameters is one JSON object, on any
 * number of lines, or lines NAME=VALUE; --arg comes before it, and a later
 * file before an earlier one.
 */
#include "tool/query_opt.h"

#include <errno.h>
#include <stdio.h>

#include "event/value.h"
#include "state/object.h"
#include "tool/tool.h"

#define FILE_MAX (2u << 20) /* bytes */

/* clang-format off */
const struct ev_opt ev_query_options[4] = {
	{"arg", 0, EV_OPT_LIST, offsetof(struct ev_query_settings, arg),
	    "NAME=VALUE", "what $NAME stands for; may be given again"},
	{"args", 0, EV_OPT_LIST, offsetof(struct ev_query_settings, args),
	    "FILE", "the same from a JSON object or NAME=VALUE lines"},
	{"tz", 0, EV_OPT_TEXT, offsetof(struct ev_query_settings, zone),
	    "ZONE", "time zone of timestamps (UTC)"},
	{"now", 0, EV_OPT_TEXT, offsetof(struct ev_query_settings, now),
	    "TIME", "what now() is, in place of the clock's time"},
};
/* clang-format on */

static _Noreturn void
cannot_read(const char *path)
{
	ev_tool_die(EV_EXIT_USAGE, "cannot read '%s': %s", path,
	    ev_err_errno(errno));
}

struct ev_buf
ev_query_opt_read(const char *path)
{
	struct ev_buf text = {0};
	FILE *file = fopen(path, "re");
	size_t n;

	if (!file)
		cannot_read(path);
	do {
		ev_buf_reserve(&text, 4096);
		n = fread(text.ptr + text.len, 1, 4096, file);
		text.len += n;
	} while (n > 0 && text.len < FILE_MAX);
	if (ferror(file))
		cannot_read(path);
	if (text.len >= FILE_MAX)
		ev_tool_die(EV_EXIT_USAGE, "'%s' has more than %u bytes", path,
		    FILE_MAX);
	fclose(file);
	return text;
}

/* ---- a file of parameters ---- */

/* A member of the object of --args. */
static enum ev_status
take_member(void *arg, const struct ev_member *member, struct ev_err *err)
{
	struct ev_query *query = arg;
	struct ev_buf scratch = {0};
	struct ev_slice name;
	enum ev_status status = ev_value_text(member->key, &scratch, &name,
	    err);

	if (status == EV_OK)
		status = ev_query_arg_json(query, name, member->value, err);
	ev_buf_release(&scratch);
	return status;
}

/* NAME=VALUE, without its line end; empty lines and # comments say nothing. */
static void
take_line(struct ev_query *query, const char *path, unsigned number,
    struct ev_slice line)
{
	const char *equal = memchr(line.ptr, '=', line.len);
	struct ev_slice name;
	struct ev_err err;

	if (line.len && line.ptr[line.len - 1] == '\r')
		line.len--;
	if (!line.len || *line.ptr == '#')
		return;
	if (!equal)
		ev_tool_die(EV_EXIT_USAGE,
		    "%s:%u: neither NAME=VALUE nor a JSON object", path,
		    number);
	name = (struct ev_slice){line.ptr, (size_t)(equal - line.ptr)};
	if (ev_query_arg(query, name,
		(struct ev_slice){equal + 1, line.len - name.len - 1}, false,
		&err) != EV_OK)
		ev_tool_die(EV_EXIT_USAGE, "%s:%u: %s", path, number, err.text);
}

static void
take_lines(struct ev_query *query, const char *path, struct ev_slice text)
{
	for (unsigned number = 1; text.len; number++) {
		const char *end = memchr(text.ptr, '\n', text.len);
		size_t len = end ? (size_t)(end - text.ptr) : text.len;

		take_line(query, path, number,
		    (struct ev_slice){text.ptr, len});
		text.ptr += len + !!end;
		text.len -= len + !!end;
	}
}

static void
take_file(struct ev_query *query, const char *path)
{
	struct ev_buf text = ev_query_opt_read(path);
	const char *first = ev_buf_cstr(&text);
	struct ev_err err;

	first += strspn(first, " \t\r\n");
	if (*first == '{') {
		ev_value_join_lines(text.ptr, text.len);
		if (ev_object_each(ev_buf_as_slice(&text), path, take_member,
			query, &err) != EV_OK)
			ev_tool_die(EV_EXIT_USAGE, "--args: %s", err.text);
	} else {
		take_lines(query, path, ev_buf_as_slice(&text));
	}
	ev_buf_release(&text);
}

/* ---- all of it ---- */

static void
take_arg(struct ev_query *query, const char *text)
{
	const char *equal = strchr(text, '=');
	struct ev_err err;

	if (!equal)
		ev_tool_die(EV_EXIT_USAGE,
		    "--arg wants NAME=VALUE, as in --arg limit=5, not '%s'",
		    text);
	if (ev_query_arg(query, (struct ev_slice){text, (size_t)(equal - text)},
		ev_slice_of(equal + 1), true, &err) != EV_OK)
		ev_tool_die(EV_EXIT_USAGE, "--arg: %s", err.text);
}

void
ev_query_opt_apply(const struct ev_query_settings *settings,
    struct ev_query *query)
{
	struct ev_err err;

	if (settings->zone &&
	    ev_query_zone(query, settings->zone, &err) != EV_OK)
		ev_tool_die(EV_EXIT_USAGE, "--tz: %s", err.text);
	if (settings->now &&
	    ev_query_fix_now(query, ev_slice_of(settings->now), &err) != EV_OK)
		ev_tool_die(EV_EXIT_USAGE, "--now: %s", err.text);
	for (size_t i = 0; i < settings->args.count; i++)
		take_file(query, settings->args.item[i]);
	for (size_t i = 0; i < settings->arg.count; i++)
		take_arg(query, settings->arg.item[i]);
}

void
ev_query_opt_check(const struct ev_query *query)
{
	struct ev_slice name = ev_query_unused(query);

	if (name.ptr)
		ev_tool_die(EV_EXIT_USAGE,
		    "--arg %.*s is not used: no $%.*s stands in the "
		    "expression (in double quotes the shell takes it, in a "
		    "quoted text it is text)",
		    (int)name.len, name.ptr, (int)name.len, name.ptr);
}
