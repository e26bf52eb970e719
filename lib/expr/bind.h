/*
 * bind: gives every node of a tree its type and its evaluating function,
 * fields their slots of the scan, and puts casts where PostgreSQL's rules put
 * them. What is the same for every event is evaluated here, once.
 */
#ifndef EV_EXPR_BIND_H
#define EV_EXPR_BIND_H

#include "event/scan.h"
#include "expr/node.h"

struct ev_pattern;

struct ev_bind {
	struct ev_slice source;
	struct ev_arena *arena;
	struct ev_scan *scan;
	struct ev_run run; /* for constants: allocates in arena */
	struct ev_err why; /* what run says of one that fails */
	struct ev_err *err;
	unsigned lazy;       /* in a branch that is never taken: a constant
	                        * that fails there is no mistake */
	struct ev_buf words; /* for messages */
	const struct ev_node **field; /* that are read, each once, in arena */
	size_t fields, fields_cap;
	struct ev_pattern **regex; /* owned by the expression */
	size_t regexes;
	bool takes_rows;      /* it is of a select list */
	struct ev_rows *rows; /* the last call that gives rows, or NULL */
};

/* The tree bound, perhaps another node; NULL: err has the message with its
 * caret. */
struct ev_node *ev_bind(struct ev_bind *bind, struct ev_node *node);
/* The same for what must be boolean (`what` names it in the message), and for
 * a result, which must have a type. */
struct ev_node *ev_bind_truth(struct ev_bind *bind, struct ev_node *node,
    const char *what);
struct ev_node *ev_bind_result(struct ev_bind *bind, struct ev_node *node);

/* ---- for the other files of the binder ---- */

/* A message about a node: returns NULL. */
void *ev_bind_fail(struct ev_bind *bind, const struct ev_node *node,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* A node in place of another, with room for argc arguments. */
struct ev_node *ev_bind_make(struct ev_bind *bind, const struct ev_node *like,
    enum ev_node_kind kind, unsigned argc);
/* The last step of every node: its type, its function; evaluated if it is
 * constant. */
struct ev_node *ev_bind_done(struct ev_bind *bind, struct ev_node *node,
    enum ev_sql type, ev_eval eval);
/* A node that was bound as lazy is reached after all: false if a constant part
 * of it fails. */
bool ev_bind_reached(struct ev_bind *bind, struct ev_node *node);
/* A bound node as another type, by an implicit cast; NULL without a message
 * where there is none, and with one where a literal cannot be read. */
struct ev_node *ev_bind_coerce(struct ev_bind *bind, struct ev_node *node,
    enum ev_sql type);
/* Binds all arguments in place. */
bool ev_bind_args(struct ev_bind *bind, struct ev_node *node);
/* True for a bound constant; its value is then in node->value. */
static inline bool
ev_bind_is_const(const struct ev_node *node)
{
	return node->kind == EV_NODE_CONST;
}

/* bind_call.c */
struct ev_node *ev_bind_call(struct ev_bind *bind, struct ev_node *node);

/* bind_op.c */
/* A regular expression that lives as long as the query. */
struct ev_pattern *ev_bind_pattern(struct ev_bind *bind);
/* Of a call of EV_FUNC_PICTURE, which lives as long; false: one that is known
 * now is none. */
bool ev_bind_picture(struct ev_bind *bind, struct ev_node *node);
/* Of a call of EV_FUNC_PICT. */
void ev_bind_pict(struct ev_bind *bind, struct ev_node *node);
/* A call of EV_FUNC_ENDS without the intervals. */
struct ev_node *ev_bind_ends(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_arith(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_sign(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_concat(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_like(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_regex(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_cast(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_member(struct ev_bind *bind, struct ev_node *node);

/* bind_rows.c */
/* A bound call that gives rows, perhaps a constant by now, becomes a node that
 * gives the present one; name: the function's; before: bind->rows before its
 * arguments were bound. */
struct ev_node *ev_bind_rows(struct ev_bind *bind, struct ev_node *node,
    const char *name, const struct ev_rows *before);
/* The node; NULL and a message if there are calls that give rows in it, which
 * have no place there. */
struct ev_node *ev_bind_no_rows(struct ev_bind *bind, struct ev_node *node,
    const char *in, const struct ev_rows *before);

/* The calls before `end` that are still in the bound tree: what NULL decides
 * (unnest(x) || NULL) is a constant, and makes no rows. */
struct ev_rows *ev_bind_used_rows(struct ev_rows *rows, struct ev_rows *end,
    const struct ev_node *node);

/* bind_any.c */
struct ev_node *ev_bind_any(struct ev_bind *bind, struct ev_node *node);

/* bind_array.c */
struct ev_node *ev_bind_element(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_array(struct ev_bind *bind, struct ev_node *node);
/* ARRAY[…] in a cast to an array: each element is cast by itself. */
struct ev_node *ev_bind_array_as(struct ev_bind *bind, struct ev_node *node,
    const struct ev_sql_type *sql);
/* || where one of the bound arguments is an array. */
struct ev_node *ev_bind_array_concat(struct ev_bind *bind,
    struct ev_node *node);

/* bind_compare.c */
/* Makes two bound nodes comparable, in place; false: no operator for them. */
bool ev_bind_pair(struct ev_bind *bind, const struct ev_node *node,
    const char *op, struct ev_node **a, struct ev_node **b);
/* "=", "<>" … */
const char *ev_bind_compare_name(enum ev_compare op);
struct ev_node *ev_bind_compare(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_between(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_in(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_distinct(struct ev_bind *bind, struct ev_node *node);

/* bind_logic.c */
struct ev_node *ev_bind_chain(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_not(struct ev_bind *bind, struct ev_node *node);

/* bind_case.c */
/* What several results have in common. */
struct ev_bind_common {
	const char *what; /* for messages */
	enum ev_sql type; /* of those that are no field; UNKNOWN, as which it
	                   * begins: only literals */
	bool any;         /* a field is among them */
};
/* Notes one of them; false: there is no common type, and a message. */
bool ev_bind_note(struct ev_bind *bind, struct ev_bind_common *common,
    const struct ev_node *node, enum ev_sql type);
enum ev_sql ev_bind_common_type(const struct ev_bind_common *common);
/* A bound result as of the common type; NULL as ev_bind_coerce. */
struct ev_node *ev_bind_make_common(struct ev_bind *bind, struct ev_node *node,
    const struct ev_bind_common *common);
struct ev_node *ev_bind_case(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_coalesce(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_extreme(struct ev_bind *bind, struct ev_node *node);
struct ev_node *ev_bind_nullif(struct ev_bind *bind, struct ev_node *node);

#endif
