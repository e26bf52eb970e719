/*
 * jsonpath_parse: what the files share that read a path. Inside lib/expr's
 * jsonpath only.
 *
 * A function that returns a node returns NULL where it has said what is wrong,
 * and takes a NULL for a part that could not be read.
 */
#ifndef EV_EXPR_JSONPATH_PARSE_H
#define EV_EXPR_JSONPATH_PARSE_H

#include "expr/jsonpath_lex.h"
#include "expr/jsonpath_node.h"

struct ev_path_parser {
	struct ev_path_lex lex;
	unsigned depth;   /* of the recursion */
	unsigned filters; /* that @ stands in */
	unsigned lists;   /* of subscripts, that last stands in */
	unsigned regexes;
};

/* ---- tokens ---- */

static inline bool
ev_path_at_token(const struct ev_path_parser *p, int kind)
{
	return p->lex.now.kind == kind;
}

/* Steps over a token that may stand there; *ok: the next one could be read. */
bool ev_path_take(struct ev_path_parser *p, int kind, bool *ok);
/* The same of one that must. */
bool ev_path_want(struct ev_path_parser *p, int kind);

/* ---- jsonpath_make.c ---- */

struct ev_path_node *ev_path_make(struct ev_path_parser *p,
    enum ev_path_kind kind);
struct ev_path_node *ev_path_make_of(struct ev_path_parser *p,
    enum ev_path_kind kind, struct ev_path_node *left,
    struct ev_path_node *right);
/* A key, a name, a string. */
struct ev_path_node *ev_path_make_text(struct ev_path_parser *p,
    enum ev_path_kind kind, struct ev_slice text);
struct ev_path_node *ev_path_make_number(struct ev_path_parser *p,
    struct ev_slice text);
/* null, true, false */
struct ev_path_node *ev_path_make_word(struct ev_path_parser *p,
    enum ev_type type);
/* A literal number with its sign turned. */
struct ev_path_node *ev_path_turn(struct ev_path_parser *p,
    const struct ev_path_node *node);
/* A step behind the last of a chain. */
struct ev_path_node *ev_path_chain(struct ev_path_parser *p,
    struct ev_path_node *head, struct ev_path_node *step);
/* A part is put into a node, behind `before` others of the chain; false: that
 * is too deep. */
bool ev_path_holds(struct ev_path_parser *p, struct ev_path_node *node,
    unsigned before, const struct ev_path_node *part);
/* Says so: returns NULL. */
void *ev_path_too_deep(struct ev_path_parser *p);

static inline bool
ev_path_is_predicate(const struct ev_path_node *node)
{
	return node->kind >= EV_PATH_AND && !node->next;
}

/* The node, unless it is a predicate, or none: which the token behind it
 * shows. */
struct ev_path_node *ev_path_value_only(struct ev_path_parser *p,
    struct ev_path_node *node);
struct ev_path_node *ev_path_predicate_only(struct ev_path_parser *p,
    struct ev_path_node *node);

/* ---- jsonpath_accessor.c ---- */

struct ev_path_node *ev_path_parse_leaf(struct ev_path_parser *p);
struct ev_path_node *ev_path_parse_accessors(struct ev_path_parser *p,
    struct ev_path_node *head);

/* ---- jsonpath_parse.c ---- */

/* A value; a value or a predicate. */
struct ev_path_node *ev_path_parse_value(struct ev_path_parser *p);
struct ev_path_node *ev_path_parse_any(struct ev_path_parser *p);

#endif
