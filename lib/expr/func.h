/*
 * func: the functions of expressions: one table row and one small C function
 * each. A function is called with values of exactly the types of its row, and
 * never with NULL unless the row says so.
 *
 * Names with several rows are resolved as PostgreSQL does (its manual, 10.3).
 */
#ifndef EV_EXPR_FUNC_H
#define EV_EXPR_FUNC_H

#include "expr/value.h"

#define EV_FUNC_ARGS 7

typedef bool (*ev_func_call)(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out);

enum ev_func_flag {
	/* is called for NULL arguments too */
	EV_FUNC_NULLS = 1 << 0,
	/* with NULLS: but is NULL where the first is */
	EV_FUNC_FIRST = 1 << 1,
	/* the last argument may be repeated */
	EV_FUNC_VARIADIC = 1 << 2,
	/* depends on the session, as PostgreSQL says */
	EV_FUNC_STABLE = 1 << 3,
	/* STABLE as the cast of the argument to text is: in PostgreSQL an SQL
	 * function that has that cast in it, and is inlined */
	EV_FUNC_BY_TEXT = 1 << 4,
	/* asks for now() */
	EV_FUNC_NOW = 1 << 5,
	/* asks the clock, at every call */
	EV_FUNC_TICKS = 1 << 6,
	/* node->regex is its own */
	EV_FUNC_REGEX = 1 << 7,
	/* the last argument is no field, which might be meant as an integer */
	EV_FUNC_TYPED = 1 << 8,
	/* one argument must have a type, that is more than a quoted literal
	 * has */
	EV_FUNC_KNOWN = 1 << 9,
	/* all ELEMENTs are of one type as they are, and one is known:
	 * PostgreSQL's anyelement, where the others are anycompatible */
	EV_FUNC_SAME = 1 << 10,
	/* one argument is an array, and not a field that may hold one */
	EV_FUNC_ARRAY = 1 << 11,
	/* gives rows: the elements of the array that its function makes; result
	 * is a row's type */
	EV_FUNC_ROWS = 1 << 12,
	/* an interval means so much later than the argument before: is called
	 * with that time */
	EV_FUNC_ENDS = 1 << 13,
	/* of REGEX: takes the option g, for all matches */
	EV_FUNC_GLOBAL = 1 << 15,
	/* arg[1] is a picture of Java's; node->picture is its own */
	EV_FUNC_PICTURE = 1 << 14,
	/* asks for the type of its argument: a quoted literal has none */
	EV_FUNC_UNTYPED = 1 << 16,
	/* arg[1] is a jsonpath; node->regexes are its own */
	EV_FUNC_PATH = 1 << 17,
	/* arg[1] is a picture of PostgreSQL's; node->pict is that, where it is
	 * known */
	EV_FUNC_PICT = 1 << 18,
};

struct ev_func {
	const char *name;
	enum ev_sql result;
	enum ev_sql arg[EV_FUNC_ARGS]; /* EV_SQL_NULL behind the last */
	ev_func_call call;
	const char *help;    /* what it gives, a few words */
	const char *example; /* an expression of constants … */
	const char *answer;  /* … and its result as JSON */
	unsigned flags;      /* enum ev_func_flag */
};

/* Of unnest and ksqlDB's explode: the rows are the array's elements. */
bool ev_func_unnest(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out);

/* Tables end with a row without a name. */
extern const struct ev_func ev_func_text[];
extern const struct ev_func ev_func_shape[];
extern const struct ev_func ev_func_code[];
extern const struct ev_func ev_func_format[];
extern const struct ev_func ev_func_regex[];
extern const struct ev_func ev_func_type[];
extern const struct ev_func ev_func_math[];
extern const struct ev_func ev_func_num[];
extern const struct ev_func ev_func_real[];
extern const struct ev_func ev_func_bit[];
extern const struct ev_func ev_func_time[];
extern const struct ev_func ev_func_make[];
extern const struct ev_func ev_func_interval[];
extern const struct ev_func ev_func_pict[];
extern const struct ev_func ev_func_array[];
extern const struct ev_func ev_func_split[];
extern const struct ev_func ev_func_rows[];
extern const struct ev_func ev_func_ksql_split[];
extern const struct ev_func ev_func_ksql_array[];
extern const struct ev_func ev_func_json[];
extern const struct ev_func ev_func_json_rows[];
extern const struct ev_func ev_func_jsonb[];
extern const struct ev_func ev_func_jsonb_op[];
extern const struct ev_func ev_func_jsonpath[];
extern const struct ev_func ev_func_ksql[];
extern const struct ev_func ev_func_ksql_json[];
extern const struct ev_func ev_func_ksql_time[];
extern const struct ev_func ev_func_unicode[];

/* The i-th row of all tables; NULL behind the last. */
const struct ev_func *ev_func_at(size_t i);
/* What it is a function of: "text", "numbers" … */
const char *ev_func_group(size_t i);
/* Appends "name(text, integer)", or of an operator "text ^@ text", with these
 * types. */
void ev_func_signature(const struct ev_func *func, const enum ev_sql *type,
    unsigned argc, struct ev_buf *out);

/* Appends a list of the functions, grouped: signature, help and example of
 * those whose name or help a pattern is found in (any case; one with * or ?
 * must match the whole name). NULL: all. False: there is none. */
bool ev_func_list(const char *pattern, struct ev_buf *out);

/* The row to call for arguments of these types; NULL: none, and *why has the
 * reason, which is lent by buf. */
const struct ev_func *ev_func_find(struct ev_slice name,
    const enum ev_sql *type, unsigned argc, struct ev_buf *buf,
    const char **why);

/* Says that there is no function of this name, into buf (func_unknown.c). */
const char *ev_func_unknown(struct ev_slice name, struct ev_buf *buf);
/* What a name of another system is here, or this one where its arguments are
 * another's; NULL: not known. */
const char *ev_func_elsewhere(struct ev_slice name);
/* Is it the name of an aggregate, which there are none of? */
bool ev_func_is_aggregate(struct ev_slice name);

/* How many arguments a row has; a repeated one counts once. */
unsigned ev_func_argc(const struct ev_func *func);
/* The type of a row's i-th argument, where it is called with argc of them. */
enum ev_sql ev_func_arg(const struct ev_func *func, unsigned i);

#endif
