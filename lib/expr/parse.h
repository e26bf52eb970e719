/*
 * parse: from text to trees, after PostgreSQL's grammar (src/backend/parser/
 * gram.y of version 15) and its precedence of operators. Knows neither types
 * of values nor functions: bind.c does.
 */
#ifndef EV_EXPR_PARSE_H
#define EV_EXPR_PARSE_H

#include "expr/lex.h"
#include "expr/node.h"
#include "expr/param.h"

struct ev_parse {
	struct ev_slice source;
	const struct ev_token *first;
	const struct ev_token
	    *now;               /* the current token; EV_TOKEN_END is last */
	size_t last;            /* where the token before it ended */
	struct ev_arena *arena; /* for the nodes */
	struct ev_err *err;
	const struct ev_params *params; /* of $name; NULL: none. Set by the
	                                 * caller after ev_parse_start */
	unsigned depth;
};

/* Makes ready to read source, which must live as long as the nodes. EV_BAD as
 * where functions below fail: err has the message with its caret. */
enum ev_status ev_parse_start(struct ev_parse *parse, struct ev_slice source,
    struct ev_arena *arena, struct ev_err *err);

/* One expression from the current token on; NULL: err says why. */
struct ev_node *ev_parse_expr(struct ev_parse *parse);
/* One without comparison, IN, LIKE, NOT, AND and OR at its top: what may stand
 * before the IN of POSITION. */
struct ev_node *ev_parse_operand(struct ev_parse *parse);

/* ---- for the other files of the parser ---- */

/* Takes the current token if it is this keyword (any case) or operator. */
bool ev_parse_word(struct ev_parse *parse, const char *word);
bool ev_parse_op(struct ev_parse *parse, const char *op);
/* The same without taking it. */
bool ev_parse_at_word(const struct ev_parse *parse, const char *word);
bool ev_parse_at_op(const struct ev_parse *parse, const char *op);
/* One of = <> != < <= > >=? */
bool ev_parse_is_comparison(const struct ev_token *token);
/* This keyword, in any case? */
bool ev_parse_is_word(const struct ev_token *token, const char *word);
/* Must be there: false, and "expected …, found …". */
bool ev_parse_want_word(struct ev_parse *parse, const char *word);
bool ev_parse_want_op(struct ev_parse *parse, const char *op);
/* The ) behind a list. */
bool ev_parse_close(struct ev_parse *parse);
/* A name that is no keyword, or a quoted one; `what` is for the message. */
bool ev_parse_name(struct ev_parse *parse, struct ev_slice *name,
    const char *what);
/* True for a keyword that as a name needs double quotes. */
bool ev_parse_reserved(const struct ev_token *token);
void ev_parse_step(struct ev_parse *parse);
/* "expected <what>, found <the current token>": returns NULL. */
void *ev_parse_expected(struct ev_parse *parse, const char *what);

/* Where the grammar cannot go on: does another language write it so? Then err
 * says how SQL does, and where (parse_elsewhere.c). */
bool ev_parse_from_elsewhere(struct ev_parse *parse);

/* A node that begins at `at` and ends where the parser is, with room for argc
 * arguments; and the same around given ones. */
struct ev_node *ev_parse_node(struct ev_parse *parse, enum ev_node_kind kind,
    size_t at, unsigned argc);
struct ev_node *ev_parse_node1(struct ev_parse *parse, enum ev_node_kind kind,
    size_t at, struct ev_node *a);
struct ev_node *ev_parse_node2(struct ev_parse *parse, enum ev_node_kind kind,
    struct ev_node *a, struct ev_node *b);
/* A text as a node, where the last token stood. */
struct ev_node *ev_parse_text_node(struct ev_parse *parse, struct ev_slice text,
    size_t at);
/* Sets end and depth, once the arguments are there; NULL where the tree is
 * too deep. Every node goes through it. */
struct ev_node *ev_parse_done(struct ev_parse *parse, struct ev_node *node);
/* Says so, with a caret under `at`: returns NULL. */
void *ev_parse_too_deep(struct ev_parse *parse, size_t at);

/* Arguments as they come, for lists whose length is not known. */
struct ev_node_list {
	struct ev_node **item;
	unsigned count, cap;
};
void ev_parse_add(struct ev_parse *parse, struct ev_node_list *list,
    struct ev_node *node);
/* expr, expr … ; false on failure. */
bool ev_parse_list(struct ev_parse *parse, struct ev_node_list *list);
/* A node with the list as its arguments. */
struct ev_node *ev_parse_list_node(struct ev_parse *parse,
    enum ev_node_kind kind, size_t at, const struct ev_node_list *list);
struct ev_node *ev_parse_call(struct ev_parse *parse, const char *name,
    size_t at, const struct ev_node_list *list);

/* What a comparison is of: perhaps an IN, BETWEEN or LIKE (parse_range.c). */
struct ev_node *ev_parse_range(struct ev_parse *parse);
/* What is neither operator nor parenthesis: a literal, a name, a call, CASE
 * (parse_term.c). */
struct ev_node *ev_parse_term(struct ev_parse *parse);
/* Calls that SQL writes with words: EXTRACT(x FROM y), CAST(x AS t) …; the
 * current token is the name, behind it a parenthesis. *special says whether it
 * is one (parse_call.c). */
struct ev_node *ev_parse_special(struct ev_parse *parse, bool *special);
/* [NFC|NFD|NFKC|NFKD] NORMALIZED here, and the node of x IS [NOT] that. */
bool ev_parse_at_normalized(const struct ev_parse *parse);
struct ev_node *ev_parse_normalized(struct ev_parse *parse,
    struct ev_node *left, bool negated);
/* A type's name: "double precision", "numeric(10,2)" (parse_type.c). */
bool ev_parse_type(struct ev_parse *parse, struct ev_sql_type *type);
/* The fields of an interval, if they stand here: DAY TO SECOND(3). They are
 * part of its type in a cast, and stand behind a literal's text. */
bool ev_parse_fields(struct ev_parse *parse, struct ev_sql_type *type);
/* True if a type's name stands here and a text literal behind it. */
bool ev_parse_at_typed_literal(const struct ev_parse *parse);

/* ---- parse_array.c ---- */

/* [a, b …], whose elements may be such lists themselves; `at`: where ARRAY
 * stands. */
struct ev_node *ev_parse_array(struct ev_parse *parse, size_t at);
/* i], a:b], a:], :b] or :], behind the bracket. */
struct ev_node *ev_parse_subscript(struct ev_parse *parse, struct ev_node *of);
/* ANY (, SOME ( or ALL ( here? */
bool ev_parse_at_quantifier(const struct ev_parse *parse);
/* left OP ANY (array), from ANY on. */
struct ev_node *ev_parse_quantified(struct ev_parse *parse,
    enum ev_node_kind kind, uint8_t op, bool negated, struct ev_node *left);

#endif
