/*
 * jsonpath_eval: what the files share that evaluate a path. Inside lib/expr's
 * jsonpath only.
 *
 * A value is evaluated to a list of items. An error is raised by
 * ev_path_raise: it fails the event, or, where errors are silent, gives
 * EV_PATH_ERROR, which makes a predicate unknown and ends what is no
 * predicate.
 */
#ifndef EV_EXPR_JSONPATH_EVAL_H
#define EV_EXPR_JSONPATH_EVAL_H

#include "expr/jsonpath_node.h"

enum ev_path_result {
	EV_PATH_NONE,
	EV_PATH_FOUND,
	EV_PATH_ERROR,  /* a silent one */
	EV_PATH_FAILED, /* the event is bad: ev_run_fail was called */
};

enum ev_path_truth {
	EV_PATH_FALSE,
	EV_PATH_TRUE,
	EV_PATH_UNKNOWN,
	EV_PATH_BROKEN, /* the event is bad */
};

static inline bool
ev_path_is_error(enum ev_path_result result)
{
	return result >= EV_PATH_ERROR;
}

struct ev_path_time;

/* A JSON value, which lies in the arena, or a time, which .datetime() made. */
struct ev_path_item {
	const struct ev_jsonb *json; /* NULL: a time */
	const struct ev_path_time *time;
};

static inline bool
ev_path_is(struct ev_path_item item, enum ev_type type)
{
	return item.json && item.json->type == type;
}

/* A list; {0} is an empty one. It lies in the arena, but for its first item:
 * most have no other. */
struct ev_path_list {
	struct ev_path_item *more, one;
	size_t count, cap;
};

static inline struct ev_path_item
ev_path_at(const struct ev_path_list *list, size_t i)
{
	return list->count == 1 ? list->one : list->more[i];
}

struct ev_path_eval {
	struct ev_run *run;
	const struct ev_node *node;
	const struct ev_jsonpath_call *call;
	bool lax;
	bool raises;   /* an error fails the event */
	bool tolerant; /* what is not there is no error */
	struct ev_path_item root, current;
	int64_t size; /* of the array that `last` is of */
	/* .keyvalue(): what objects are counted in, and its number */
	const struct ev_jsonb *base;
	int64_t base_number, numbers;
	struct ev_path_places *places; /* of the objects in one of them */
	uint64_t steps;
	unsigned depth;
};

/* Counts work; false: it is too much. */
bool ev_path_work(struct ev_path_eval *eval, uint64_t steps);
/* The same where it goes a level deeper, which eval->depth-- ends. */
bool ev_path_enter(struct ev_path_eval *eval, uint64_t steps);
enum ev_path_result ev_path_raise(struct ev_path_eval *eval, const char *format,
    ...) __attribute__((format(printf, 2, 3)));

bool ev_path_add(struct ev_path_eval *eval, struct ev_path_list *list,
    struct ev_path_item item);

/* Evaluates the chain that begins with node, of an item; found NULL: whether
 * it finds anything is all that is asked. */
enum ev_path_result ev_path_execute(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
/* The same, where unwrap says whether an array stands for its items. */
enum ev_path_result ev_path_step_into(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found, bool unwrap);
/* What follows node in its chain is evaluated of an item; if nothing does,
 * that is found. */
enum ev_path_result ev_path_next(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
/* The items of an array one by one; node NULL: they are found. */
enum ev_path_result ev_path_unwrap(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item array,
    struct ev_path_list *found, bool unwrap);
/* A chain's items, of which arrays stand for their items in lax mode. */
enum ev_path_result ev_path_operand(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);

/* jsonpath_step.c: a node from KEY to FILTER. */
enum ev_path_result ev_path_accessor(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found, bool unwrap);

/* jsonpath_test.c */
enum ev_path_truth ev_path_test(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item);

/* jsonpath_number.c: arithmetic, and the methods of numbers */
enum ev_path_result ev_path_arithmetic(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
enum ev_path_result ev_path_sign(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
enum ev_path_result ev_path_number_method(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
/* An item that is a whole number; its json is NULL where there is no room. */
struct ev_path_item ev_path_integer(struct ev_path_eval *eval, int64_t number);
/* An item's number, cut to an integer; false: an error, in *result. */
bool ev_path_subscript(struct ev_path_eval *eval, struct ev_path_item item,
    int64_t *number, enum ev_path_result *result);

/* jsonpath_keyvalue.c */
enum ev_path_result ev_path_keyvalue(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);

/* jsonpath_time.c */
enum ev_path_result ev_path_datetime(struct ev_path_eval *eval,
    const struct ev_path_node *node, struct ev_path_item item,
    struct ev_path_list *found);
/* "date", "time with time zone" … */
const char *ev_path_time_name(const struct ev_path_time *time);
/* As JSON has it, a string; false: there is no room for it. */
bool ev_path_time_json(struct ev_path_eval *eval,
    const struct ev_path_time *time, struct ev_jsonb *out);
/* EV_PATH_TRUE: *order is below, at or above 0; UNKNOWN: they do not
 * compare. */
enum ev_path_truth ev_path_time_compare(struct ev_path_eval *eval,
    const struct ev_path_time *a, const struct ev_path_time *b, int *order);

#endif
