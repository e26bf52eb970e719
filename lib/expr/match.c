/*
 * match: the operators of text: ||, LIKE, ~.
 */
#include "base/utf8.h"
#include "expr/eval.h"
#include "expr/result.h"
#include "expr/text.h"

bool
ev_eval_concat(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val a, b;
	char *text;

	if (!ev_node_eval(run, node->arg[0], &a) ||
	    !ev_node_eval(run, node->arg[1], &b))
		return false;
	out->type = EV_SQL_NULL;
	if (a.type == EV_SQL_NULL || b.type == EV_SQL_NULL)
		return true;
	if (a.text.len + b.text.len > EV_EXPR_TEXT_MAX)
		return ev_text_too_long(run, node);
	if (!ev_run_has_room(run, node))
		return false;
	text = ev_arena_alloc(run->arena, a.text.len + b.text.len + 1);
	if (a.text.len)
		memcpy(text, a.text.ptr, a.text.len);
	if (b.text.len)
		memcpy(text + a.text.len, b.text.ptr, b.text.len);
	out->type = EV_SQL_TEXT;
	out->text = (struct ev_slice){text, a.text.len + b.text.len};
	return true;
}

static bool
match_like(struct ev_run *run, const struct ev_node *node,
    const struct ev_like *like, struct ev_slice text, struct ev_val *out)
{
	bool matches = false;

	if (!ev_run_has_room(run, node))
		return false;
	if (ev_like_match(like, run, text, &matches, run->err) != EV_OK)
		return ev_run_failed(run, node);
	return ev_result_truth(out, matches != node->negated);
}

bool
ev_eval_like(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	if (!ev_node_eval(run, node->arg[0], out))
		return false;
	if (out->type == EV_SQL_NULL)
		return true;
	return match_like(run, node, node->data, out->text, out);
}

/* The escape character as written, "\" without; EV_BAD where it is more than
 * one. */
static bool
read_escape(struct ev_run *run, const struct ev_node *node,
    struct ev_val *escape)
{
	escape->type = EV_SQL_TEXT;
	escape->text = EV_SLICE("\\");
	if (node->argc < 3)
		return true;
	if (!ev_node_eval(run, node->arg[2], escape))
		return false;
	if (escape->type != EV_SQL_NULL &&
	    ev_utf8_count(escape->text.ptr, escape->text.len) > 1)
		return ev_run_fail(run, node,
		    "invalid escape string: it must "
		    "be empty or one character");
	return true;
}

bool
ev_eval_like_each(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_val text, pattern, escape;
	bool fold = node->op == 'i';

	if (!ev_node_eval(run, node->arg[0], &text) ||
	    !ev_node_eval(run, node->arg[1], &pattern) ||
	    !read_escape(run, node, &escape))
		return false;
	out->type = EV_SQL_NULL;
	if (text.type == EV_SQL_NULL || pattern.type == EV_SQL_NULL ||
	    escape.type == EV_SQL_NULL)
		return true;
	if (fold) {
		pattern.text = ev_text_case(run, pattern.text, false);
		escape.text = ev_text_case(run, escape.text, false);
	}
	return match_like(run, node,
	    ev_like_new(run->arena, pattern.text, escape.text, fold), text.text,
	    out);
}

bool
ev_eval_regex(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out)
{
	struct ev_pattern *regex = (struct ev_pattern *)(uintptr_t)node->data;
	struct ev_val text, pattern;
	bool matches = false;

	if (!ev_node_eval(run, node->arg[0], &text) ||
	    !ev_node_eval(run, node->arg[1], &pattern))
		return false;
	out->type = EV_SQL_NULL;
	if (text.type == EV_SQL_NULL || pattern.type == EV_SQL_NULL)
		return true;
	if (ev_pattern_set(regex, pattern.text,
		node->op == 'i' ? EV_PATTERN_FOLD : 0, run->err) != EV_OK ||
	    ev_pattern_match(regex, text.text, &matches, run->err) != EV_OK)
		return ev_run_failed(run, node);
	return ev_result_truth(out, matches != node->negated);
}
