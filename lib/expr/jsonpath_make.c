/*
 * jsonpath_make: the nodes of a path's tree, and how deep it may be.
 */
#include "expr/jsonpath_parse.h"

/* ---- tokens ---- */

bool
ev_path_take(struct ev_path_parser *p, int kind, bool *ok)
{
	if (!ev_path_at_token(p, kind))
		return false;
	*ok = ev_path_step(&p->lex);
	return true;
}

bool
ev_path_want(struct ev_path_parser *p, int kind)
{
	bool ok;

	if (ev_path_take(p, kind, &ok))
		return ok;
	ev_path_unexpected(&p->lex);
	return false;
}

/* ---- nodes ---- */

void *
ev_path_too_deep(struct ev_path_parser *p)
{
	ev_run_fail(p->lex.run, p->lex.node,
	    "the jsonpath is nested more than %d deep", EV_JSONPATH_DEPTH);
	return NULL;
}

struct ev_path_node *
ev_path_make(struct ev_path_parser *p, enum ev_path_kind kind)
{
	struct ev_path_node *node = ev_run_take(p->lex.run, p->lex.node,
	    sizeof(*node));

	if (!node)
		return NULL;
	memset(node, 0, sizeof(*node));
	node->kind = (uint8_t)kind;
	node->depth = node->length = 1;
	return node;
}

bool
ev_path_holds(struct ev_path_parser *p, struct ev_path_node *node,
    unsigned before, const struct ev_path_node *part)
{
	unsigned depth = part ? before + part->depth : 0;

	if (depth > EV_JSONPATH_DEPTH)
		return ev_path_too_deep(p);
	if (depth > node->depth)
		node->depth = (uint16_t)depth;
	return true;
}

struct ev_path_node *
ev_path_make_of(struct ev_path_parser *p, enum ev_path_kind kind,
    struct ev_path_node *left, struct ev_path_node *right)
{
	struct ev_path_node *node = ev_path_make(p, kind);

	if (!node || !ev_path_holds(p, node, 1, left) ||
	    !ev_path_holds(p, node, 1, right))
		return NULL;
	node->left = left;
	node->right = right;
	return node;
}

struct ev_path_node *
ev_path_chain(struct ev_path_parser *p, struct ev_path_node *head,
    struct ev_path_node *step)
{
	struct ev_path_node *end = head;

	if (!ev_path_holds(p, head, head->length, step))
		return NULL;
	while (end->next)
		end = end->next;
	end->next = step;
	head->length++;
	return head;
}

/* A value, where the token behind it shows that a predicate is out of place. */
struct ev_path_node *
ev_path_value_only(struct ev_path_parser *p, struct ev_path_node *node)
{
	return node && ev_path_is_predicate(node) ? ev_path_unexpected(&p->lex)
						  : node;
}

struct ev_path_node *
ev_path_predicate_only(struct ev_path_parser *p, struct ev_path_node *node)
{
	return !node || ev_path_is_predicate(node)
	    ? node
	    : ev_path_unexpected(&p->lex);
}

/* ---- literals ---- */

struct ev_path_node *
ev_path_make_text(struct ev_path_parser *p, enum ev_path_kind kind,
    struct ev_slice text)
{
	struct ev_path_node *node = ev_path_make(p, kind);

	return node &&
		ev_jsonb_string(p->lex.run, p->lex.node, text, &node->value)
	    ? node
	    : NULL;
}

struct ev_path_node *
ev_path_make_number(struct ev_path_parser *p, struct ev_slice text)
{
	struct ev_path_node *node = ev_path_make(p, EV_PATH_CONST);

	return node &&
		ev_jsonb_number(p->lex.run, p->lex.node, text, &node->value)
	    ? node
	    : NULL;
}

struct ev_path_node *
ev_path_make_word(struct ev_path_parser *p, enum ev_type type)
{
	struct ev_path_node *node = ev_path_make(p, EV_PATH_CONST);

	if (node)
		node->value = (struct ev_jsonb){.type = (uint8_t)type,
		    .size = type == EV_FALSE ? 5 : 4};
	return node;
}

/* A literal number with its sign turned. */
struct ev_path_node *
ev_path_turn(struct ev_path_parser *p, const struct ev_path_node *node)
{
	struct ev_slice text = node->value.text;
	struct ev_buf *buf = ev_run_begin(p->lex.run);

	if (*text.ptr == '-') {
		text.ptr++;
		text.len--;
	} else {
		ev_buf_char(buf, '-');
	}
	ev_buf_slice(buf, text);
	return ev_path_make_number(p,
	    ev_arena_slice(p->lex.run->arena, ev_buf_as_slice(buf)));
}
