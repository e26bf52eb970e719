/*
 * eval: the functions that evaluate nodes; bind.c picks one for each. Each
 * says what it wants of its node: the kinds and types of the arguments.
 */
#ifndef EV_EXPR_EVAL_H
#define EV_EXPR_EVAL_H

#include "expr/value.h"

bool ev_eval_const(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_field(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* arg[0] is any, arg[1] text or an integer (-> counts from 0, [ ] from 1). */
bool ev_eval_member(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_member_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_element(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* Both arguments of node->type. */
bool ev_eval_int_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_num_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_real_arith(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_negate(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* Any two that may be compared. */
bool ev_eval_compare(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* A field with a whole number; a field with a quoted literal by = or <>: the
 * two that filters are mostly made of. */
bool ev_eval_field_int(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_field_text(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_distinct(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_in(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* Arguments boolean. */
bool ev_eval_and(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_or(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_not(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_is_truth(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* Any argument. */
bool ev_eval_is_null(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

bool ev_eval_case(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* The whens are values that arg[0] is compared with. */
bool ev_eval_case_of(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_coalesce(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* All arguments of one type, or fields among them. */
bool ev_eval_extreme(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_nullif(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* eval_array.c */
/* ARRAY[arg …], of elements and of arrays. */
bool ev_eval_array(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_array_stack(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* data is a struct ev_subscripts, of arg[0], an array. */
struct ev_subscripts {
	unsigned count;
	bool cut;      /* a slice */
	uint8_t op[6]; /* enum ev_slice_part; 0: one subscript */
};
bool ev_eval_subscript(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* arg[0] || arg[1], one of them an array of node's type. */
bool ev_eval_array_concat(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* The present row of data, a struct ev_rows; NULL behind the last. */
struct ev_rows {
	const struct ev_node *of; /* gives an array, whose elements they are */
	const struct ev_array *array; /* of the event; NULL: none */
	bool used;                    /* what it stood in is no constant */
	struct ev_rows *next;
};
bool ev_eval_row(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* eval_any.c */
/* What *data, a value, is at the time. */
bool ev_eval_cell(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* arg[0] OP ANY(arg[1]), or ALL; with lookup where it is set. */
bool ev_eval_any(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* The same for patterns: data is a struct ev_tests. */
struct ev_tests {
	struct ev_val left, item; /* what the tests' cells give */
	struct ev_node **test;    /* fixed: one for each item, else one */
	uint32_t count;
	bool fixed;
};
bool ev_eval_any_test(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* eval_any.c */
/* The last argument, with struct ev_once for those before it: data. */
struct ev_once {
	const struct ev_node *of;
	struct ev_val value;
	bool known;
};
struct ev_onces {
	struct ev_once once[3];
	unsigned count;
};
bool ev_eval_between(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* What data, a struct ev_once, is; evaluated where that is first asked. */
bool ev_eval_once(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* Arguments text. */
bool ev_eval_concat(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* data is the pattern, a struct ev_like, made at bind or at each call. */
bool ev_eval_like(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_like_each(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* data is a struct ev_regex. */
bool ev_eval_regex(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

/* CAST as it was written: node->sql. */
bool ev_eval_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* The same, but NULL where the cast fails; not where arg[0] does. */
bool ev_eval_try_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* What is put between nodes: to node->type, where a boolean that should be
 * text, or a number that should be a boolean, is a mistake of the event. */
bool ev_eval_coerce(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
/* arg[0] depends on nothing but now(). */
bool ev_eval_held(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);
bool ev_eval_call(struct ev_run *run, const struct ev_node *node,
    struct ev_val *out);

#endif
