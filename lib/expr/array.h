/*
 * array: PostgreSQL's arrays: elements of one type in up to six dimensions,
 * each of which may begin at any number, mostly 1. An array and its elements
 * lie in an arena and are never changed once they are a value. The elements
 * stand row by row; NULL is one as any other.
 *
 * The elements of an array of EV_SQL_ANY are what a JSON array holds, byte for
 * byte: EV_SQL_JSON, of whatever kind each is. Such an array has one
 * dimension: an array in it is an element.
 *
 * Functions that return bool have called ev_run_fail for node where they
 * return false.
 *
 * Source: PostgreSQL 15, src/backend/utils/adt/arrayfuncs.c, array_userfuncs.c.
 */
#ifndef EV_EXPR_ARRAY_H
#define EV_EXPR_ARRAY_H

#include "expr/value.h"

#define EV_ARRAY_DIMS 6
#define EV_ARRAY_MAX 134217727 /* elements, PostgreSQL's limit */
#define EV_ARRAY_PAIRS 30000000

struct ev_array {
	uint32_t count; /* of all elements */
	uint32_t dims;  /* 0: empty */
	int32_t length[EV_ARRAY_DIMS];
	int32_t lower[EV_ARRAY_DIMS]; /* the first subscript */
	struct ev_val *item;
};

/* An array of one dimension that begins at 1, its items not yet set; empty
 * where count is 0. */
struct ev_array *ev_array_new(struct ev_run *run, size_t count);
/* The same with another's dimensions. */
struct ev_array *ev_array_like(struct ev_run *run,
    const struct ev_array *other);
/* Cuts a made array of one dimension to its first elements. */
void ev_array_shorten(struct ev_array *array, uint32_t count);
/* The array as a value. */
void ev_array_out(struct ev_val *out, const struct ev_array *array,
    enum ev_sql element);

/* An array of lists that have the same dimensions, as ARRAY[a, b] makes it of
 * arrays: empty where all of them are. */
bool ev_array_stack(struct ev_run *run, const struct ev_node *node,
    struct ev_val *part, size_t count, struct ev_val *out);

/* The element that these subscripts name; NULL: there is none. */
const struct ev_val *ev_array_at(const struct ev_array *array,
    const int64_t *at, unsigned count);
/* What lies between the bounds, which are as many as the dimensions that are
 * cut; begins at 1. Empty where nothing does. */
struct ev_array *ev_array_cut(struct ev_run *run, const struct ev_array *array,
    const int64_t *from, const int64_t *to, unsigned count);

/* a || b. */
bool ev_array_join(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b,
    const struct ev_array **out);
/* The element behind the last, or before the first; array may be NULL. */
bool ev_array_push(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, const struct ev_val *element, bool front,
    const struct ev_array **out);

/* *equal: a = b, where NULL equals NULL. */
bool ev_array_equal(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, bool *equal);
/* *order below, at or above 0, as PostgreSQL sorts arrays. */
bool ev_array_order(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, int *order);
/* Fails where a list of so many is to be compared with one of so many, each
 * element with each, and that would take seconds. */
bool ev_array_pairs(struct ev_run *run, const struct ev_node *node, uint64_t a,
    uint64_t b);
/* Are these two elements the same, NULLs too? */
bool ev_array_same(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *a, const struct ev_val *b, bool *same);

/* array_cast.c: a JSON array, a text like '{1,NULL,"a b"}' or another array
 * becomes an array of this type (with ARRAY or'ed). The value is not NULL. */
bool ev_array_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);
/* Precision, scale or length, of each element. */
bool ev_array_limit(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to);

/* array_text.c: PostgreSQL's text of an array, read and written; and nested
 * JSON arrays. */
bool ev_array_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, enum ev_sql element, struct ev_val *out);
void ev_array_print(const struct ev_time_env *time,
    const struct ev_array *array, struct ev_buf *out);
void ev_array_json(const struct ev_time_env *time, const struct ev_array *array,
    struct ev_buf *out);
/* An element's text, as in an array's text but without quotes: booleans are t
 * and f; not for NULL. */
void ev_array_item(const struct ev_time_env *time, const struct ev_val *item,
    struct ev_buf *out);

#endif
