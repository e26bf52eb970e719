/*
 * node: the tree of an expression, from parsing to evaluation: parse.c makes
 * it, bind.c gives every node its type and the function that evaluates it,
 * and puts casts between nodes where PostgreSQL would.
 *
 * An evaluating function writes *out and returns true, or says why not by
 * ev_run_fail and returns false. All nodes of an expression live in its arena.
 */
#ifndef EV_EXPR_NODE_H
#define EV_EXPR_NODE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "expr/time.h"
#include "expr/type.h"

/* A deeper tree is refused, so that recursion needs no more care. */
#define EV_EXPR_DEPTH 1000
#define EV_EXPR_LENGTH (1u << 20) /* bytes of an expression */
#define EV_EXPR_TEXT_MAX \
	(256u << 20)                  /* bytes of a text that is made, of the
                                       * elements of an array */
#define EV_EXPR_MEMORY_MAX (1u << 30) /* bytes of all that an event makes */

enum ev_node_kind {
	EV_NODE_CONST,
	EV_NODE_NUMBER, /* value.text, as written; negated: a minus before it */
	EV_NODE_FIELD,  /* path of keys from the event's top */
	EV_NODE_MEMBER, /* arg[0] -> arg[1] (text or integer) */
	EV_NODE_MEMBER_TEXT, /* arg[0] ->> arg[1] */
	EV_NODE_ELEMENT,     /* arg[0] [ arg[1] ]; op, enum ev_slice_part:
	                      * the bounds of a slice behind arg[0] */
	EV_NODE_NEGATE,
	EV_NODE_PLUS,
	EV_NODE_ARITH, /* op: + - * / % */
	EV_NODE_CONCAT,
	EV_NODE_COMPARE, /* op: enum ev_compare */
	EV_NODE_AND,
	EV_NODE_OR,
	EV_NODE_NOT,
	EV_NODE_IS_NULL,
	EV_NODE_IS_TRUTH, /* op: 't', 'f', 'u' */
	EV_NODE_DISTINCT,
	EV_NODE_IN,      /* arg[0] IN (arg[1] …) */
	EV_NODE_BETWEEN, /* arg[0] BETWEEN arg[1] AND arg[2] */
	EV_NODE_LIKE,    /* arg[0] LIKE arg[1] [ESCAPE arg[2]]; op 'i': ILIKE */
	EV_NODE_REGEX,   /* arg[0] ~ arg[1]; op 'i': ~* */
	EV_NODE_CASE,    /* when, then, when, then, … [else] */
	EV_NODE_CASE_OF, /* the same behind arg[0], what the whens equal */
	EV_NODE_COALESCE,
	EV_NODE_NULLIF,
	EV_NODE_EXTREME,  /* op EV_GT: GREATEST, EV_LT: LEAST */
	EV_NODE_CAST,     /* arg[0] AS sql */
	EV_NODE_CALL,     /* name(arg …) */
	EV_NODE_TRY_CAST, /* CAST, and NULL where that fails */
	EV_NODE_ARRAY,    /* ARRAY[arg …] */
	EV_NODE_ANY,      /* arg[0], whose arg[1] is an array, for one of its
	                   * items, or all */
	EV_NODE_CELL,     /* what bind put in place of a part */
	EV_NODE_ROWS,     /* the present row of arg[0], which gives many */
	EV_NODE_HELD,     /* arg[0], computed once for each now() */
};

/* What a slice says: [a:b], [a:], [:b], [:]. */
enum ev_slice_part { EV_CUT = 1, EV_CUT_FROM = 2, EV_CUT_TO = 4 };

enum ev_compare { EV_EQ, EV_NE, EV_LT, EV_LE, EV_GT, EV_GE };

struct ev_node;
struct ev_func;
struct ev_lookup;
struct ev_pattern;
struct ev_java_picture;
struct ev_pict;

/* What evaluation has at hand. */
struct ev_run {
	const struct ev_value *fields; /* of the event, by slot */
	struct ev_arena *arena;        /* for what is made on the way */
	struct ev_num_pool *pool;
	/* For what is computed once for each now(), which is counted. */
	struct ev_arena *held_arena;
	struct ev_num_pool *held_pool;
	uint64_t moment;
	struct ev_buf *buf; /* scratch, see ev_run_text */
	const struct ev_time_env *time;
	uint32_t row;                 /* which row of struct ev_rows */
	struct ev_err *err;           /* why it failed */
	const struct ev_node *failed; /* where */
};

typedef bool (*ev_eval)(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* What a value depends on beside events and the session. */
enum ev_clock_use {
	EV_CLOCK_NONE,
	EV_CLOCK_NOW,   /* now(), which stands still for a while */
	EV_CLOCK_TICKS, /* the clock, at every call */
};

/* What EV_NODE_HELD has computed, and for which now(). */
struct ev_held {
	uint64_t moment;
	bool fails; /* arg[0] fails, and is asked again and again */
	struct ev_val value;
};

struct ev_node {
	ev_eval eval; /* NULL until bound */
	uint8_t kind; /* enum ev_node_kind */
	uint8_t type; /* enum ev_sql, once bound */
	uint8_t op;
	bool negated;   /* NOT LIKE, IS NOT NULL … */
	bool symmetric; /* BETWEEN SYMMETRIC */
	bool all;       /* ANY: it is ALL */
	bool enclosed;  /* ELEMENT: in parentheses, so that subscripts behind
	               * it begin anew */
	bool booleans;  /* CAST of a field to text: true and false have one */
	bool overlaps;  /* CAST of a field to an array, as an operand of && */
	bool stable;    /* depends on the session: PostgreSQL does not evaluate
	               * it while planning, so its mistakes are found later */
	bool varies;    /* a field is in it */
	bool param;     /* CONST: the text of a parameter */
	uint8_t clock;  /* enum ev_clock_use */
	bool fails;     /* a constant part that fails, if it is reached */
	uint32_t argc;
	uint32_t depth;
	struct ev_node **arg;
	union {
		struct ev_val value; /* CONST */
		unsigned slot;       /* FIELD, once bound */
		/* IN: so many items are evaluated before one is compared */
		unsigned first;
		struct ev_sql_type sql;     /* CAST */
		const struct ev_func *func; /* CALL, once bound */
		const void *data;     /* what bind prepared: a pattern … */
		struct ev_held *held; /* HELD */
	};
	union {
		struct ev_slice *path;           /* FIELD */
		struct ev_pattern *regex;        /* CALL of EV_FUNC_REGEX */
		struct ev_pattern **regexes;     /* CALL of EV_FUNC_PATH */
		const struct ev_lookup *lookup;  /* IN, ANY; or NULL */
		struct ev_java_picture *picture; /* CALL of EV_FUNC_PICTURE */
		const struct ev_pict *pict; /* CALL of EV_FUNC_PICT; or NULL */
		const char *hint; /* CONST that is NULL: what else may have
		                   * been meant, or NULL */
	};
	uint32_t path_len;
	struct ev_slice name; /* CALL: in lower case */
	uint32_t at, end;     /* where it stands in the source */
	uint32_t from;        /* the same with the parentheses around it */
};

/* Says why the evaluation of node fails: returns false. The part of the
 * innermost node that failed is put before the message, by expr.c. */
bool ev_run_fail(struct ev_run *run, const struct ev_node *node,
    const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same where err was set by what failed: returns false. */
bool ev_run_failed(struct ev_run *run, const struct ev_node *node);

/* Fails where what the event has made is more than EV_EXPR_MEMORY_MAX: asked
 * wherever more is made of a value than it was. */
bool ev_run_no_room(struct ev_run *run, const struct ev_node *node);
static inline bool
ev_run_has_room(struct ev_run *run, const struct ev_node *node)
{
	return run->arena->size <= EV_EXPR_MEMORY_MAX ||
	    ev_run_no_room(run, node);
}

/* size bytes for what is made of the event; NULL, and it fails, where there
 * would be more than EV_EXPR_MEMORY_MAX with them. */
void *ev_run_take(struct ev_run *run, const struct ev_node *node, size_t size);
/* As ev_arena_grow, but NULL as above. */
void *ev_run_grow(struct ev_run *run, const struct ev_node *node, void *list,
    size_t count, size_t *cap, size_t size);

/* A text made by appending: ev_run_begin returns an empty buffer, and
 * ev_run_text makes a value of what stands in it. Not nested. */
struct ev_buf *ev_run_begin(struct ev_run *run);
void ev_run_text(struct ev_run *run, struct ev_val *out);

static inline bool
ev_node_eval(struct ev_run *run, const struct ev_node *node, struct ev_val *out)
{
	return node->eval(run, node, out);
}

#endif
