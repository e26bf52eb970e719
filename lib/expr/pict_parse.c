/*
 * pict_parse: to_timestamp(text, format), to_date(text, format), and
 * .datetime(format) of SQL/JSON. First the text is read along the picture into
 * the fields that were seen (pict_key), then the fields become a moment
 * (pict_fields).
 */
#include <string.h>

#include "expr/pict.h"
#include "expr/pict_key.h"
#include "expr/text.h"

/* A space or separator of the picture matches one of the text, or nothing;
 * any other character matches any other, unless more spaces were skipped than
 * the picture has. With FX each takes one character. */
static void
match_char(struct ev_pict_parser *p)
{
	bool loose = p->node.kind != EV_PICT_CHAR;

	if (p->fixed) {
		ev_pict_skip_char(p);
	} else if (loose) {
		p->skipped--;
		if (ev_text_is_space(*p->at) || ev_pict_is_separator(*p->at)) {
			p->at++;
			p->skipped++;
		}
	} else if (p->skipped > 0) {
		p->skipped--;
	} else {
		ev_pict_skip_char(p);
	}
}

/* Does the text have the character of the picture? */
static enum ev_status
match_same(struct ev_pict_parser *p)
{
	struct ev_slice same = p->node.text;

	if (!strncmp(p->at, same.ptr, same.len)) {
		p->at += same.len;
		return EV_OK;
	}
	return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
	    "unmatched format %s \"%.*s\"",
	    p->node.kind == EV_PICT_CHAR ? "character" : "separator",
	    (int)same.len, same.ptr);
}

static enum ev_status
parse(struct ev_pict_parser *p)
{
	enum ev_status status = EV_OK;
	bool first = true;

	while (status == EV_OK && *p->at && ev_pict_next(&p->next, &p->node)) {
		bool key = p->node.kind == EV_PICT_KEY;

		if (!p->fixed && (first || key) &&
		    !(key && p->node.key->id == EV_PICT_FX))
			ev_pict_skip_spaces(p);
		if (key)
			status = ev_pict_read_key(p);
		else if (p->strict)
			status = match_same(p);
		else
			match_char(p);
		first = false;
	}
	return status;
}

enum ev_status
ev_pict_parse(const struct ev_time_env *env, struct ev_slice text,
    struct ev_pict format, enum ev_time_kind kind, int64_t *value,
    struct ev_err *err)
{
	struct ev_pict_fields fields = {0};
	struct ev_buf copy = {0};
	struct ev_pict_parser p = {.fields = &fields,
	    .next = ev_pict_begin(format, false),
	    .err = err};
	enum ev_status status;

	ev_buf_slice(&copy, text);
	p.at = ev_buf_cstr(&copy);
	status = parse(&p);
	ev_buf_release(&copy);
	if (status != EV_OK)
		return status;
	return ev_pict_fields_value(env, &fields, text, kind, value, err);
}

/* ---- of SQL/JSON ---- */

/* What a picture has; false: a character that it may not have. */
static bool
parts_of(struct ev_pict_parser *p, struct ev_pict_moment *out)
{
	struct ev_pict_cursor cursor = p->next;
	struct ev_pict_node node;

	while (ev_pict_next(&cursor, &node)) {
		enum ev_pict_id id = node.key ? node.key->id : EV_PICT_FX;

		if (node.kind != EV_PICT_KEY && !node.quoted &&
		    !strchr("-./,':; ", *node.text.ptr)) {
			ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
			    "invalid datetime format separator: \"%.*s\"",
			    (int)node.text.len, node.text.ptr);
			return false;
		}
		if (id == EV_PICT_TZH || id == EV_PICT_TZM)
			out->zoned = true;
		else if (ev_pict_is_clock(id))
			out->timed = true;
		else if (id != EV_PICT_FX && id != EV_PICT_IW) /* as there */
			out->dated = true;
	}
	return true;
}

/* Nothing may be left of the picture, and blanks only of the text. */
static enum ev_status
parse_all(struct ev_pict_parser *p)
{
	enum ev_status status = parse(p);

	if (status != EV_OK)
		return status;
	if (ev_pict_next(&p->next, &p->node))
		return ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		    "input string is too short for datetime format");
	ev_pict_skip_spaces(p);
	return *p->at
	    ? ev_err_set(p->err, EV_BAD, EV_EXIT_DATA,
		  "trailing characters remain in input string after datetime "
		  "format")
	    : EV_OK;
}

enum ev_status
ev_pict_moment(struct ev_slice text, struct ev_pict format,
    struct ev_pict_moment *out, bool *no_format, struct ev_err *err)
{
	struct ev_pict_fields fields = {0};
	struct ev_buf copy = {0};
	struct ev_pict_parser p = {.fields = &fields,
	    .next = ev_pict_begin(format, false),
	    .fixed = true,
	    .strict = true,
	    .err = err};
	enum ev_status status;

	*out = (struct ev_pict_moment){0};
	*no_format = !parts_of(&p, out);
	if (*no_format)
		return EV_BAD;
	ev_buf_slice(&copy, text);
	p.at = ev_buf_cstr(&copy);
	status = parse_all(&p);
	ev_buf_release(&copy);
	if (status != EV_OK)
		return status;
	return ev_pict_fields_moment(&fields, text, out, err);
}
