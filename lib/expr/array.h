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

/* Fails where an array of so many elements would be larger than 256 MiB, or the
 * event has made too much already: asked before one is made that may be longer
 * than those it is made of. */
bool ev_array_room(struct ev_run *run, const struct ev_node *node,
    uint64_t count);
/* An array of one dimension that begins at 1, its items not yet set; empty
 * where count is 0. */
struct ev_array *ev_array_new(struct ev_run *run, size_t count);
/* The same; NULL where there is no room for it, and it fails. */
struct ev_array *ev_array_make(struct ev_run *run, const struct ev_node *node,
    uint64_t count);
/* The same with another's dimensions. */
struct ev_array *ev_array_like(struct ev_run *run,
    const struct ev_array *other);
/* Cuts a made array of one dimension to its first elements. */
void ev_array_shorten(struct ev_array *array, uint32_t count);
/* The array as a value. */
void ev_array_out(struct ev_val *out, const struct ev_array *array,
    enum ev_sql element);

/* Fails where a dimension ends beyond all subscripts. */
bool ev_array_bounds(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array);

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
/* The same of values that are arrays or NULL, which adds nothing. */
bool ev_array_concat(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *a, const struct ev_val *b, struct ev_val *out);
/* The element behind the last, or before the first; array may be NULL. */
bool ev_array_push(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, const struct ev_val *element, bool front,
    const struct ev_array **out);

/* Is the i-th of these elements the very text or JSON that stands before it, as
 * in what array_fill makes? What was found of that one need not be asked again. */
static inline bool
ev_array_repeats(const struct ev_val *item, uint32_t i)
{
	const struct ev_val *a, *b;

	if (!i)
		return false;
	a = &item[i - 1];
	b = &item[i];
	if (a->type != b->type)
		return false;
	if (a->type == EV_SQL_JSON)
		return a->json.ptr == b->json.ptr;
	if (a->type == EV_SQL_JSONB)
		return a->jsonb == b->jsonb;
	return a->type == EV_SQL_TEXT && a->text.ptr == b->text.ptr &&
	    a->text.len == b->text.len;
}

/* *equal: a = b, where NULL equals NULL. */
bool ev_array_equal(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, bool *equal);
/* *order below, at or above 0, as PostgreSQL sorts arrays. */
bool ev_array_order(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, int *order);
/* The array with its strings decoded (ev_val_decode): for comparing its elements
 * more than once. Not for what is put out, which keeps its bytes. NULL: there
 * is no room for them. */
const struct ev_array *ev_array_decoded(struct ev_run *run,
    const struct ev_node *node, const struct ev_array *array);
/* Fails where two lists are to be compared, each element with each, and there
 * are more than EV_ARRAY_PAIRS of them, of which one of long jsonb counts as
 * many. */
bool ev_array_pairs(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b);
/* Is the element among these, NULL as any other? */
bool ev_array_among(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *element, const struct ev_val *item, uint32_t count,
    bool *found);
/* Are these two elements the same, NULLs too? */
bool ev_array_same(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *a, const struct ev_val *b, bool *same);

/* array_cast.c: a JSON array, a text like '{1,NULL,"a b"}' or another array
 * becomes an array of this type (with ARRAY or'ed). The value is not NULL. */
bool ev_array_cast(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, enum ev_sql to);
/* The elements of a JSON array, each as the JSON that it is: of type ANY, json,
 * or text. */
bool ev_array_of_items(struct ev_run *run, const struct ev_node *node,
    struct ev_value json, enum ev_sql element, struct ev_val *out);
/* The names of the members of a JSON object, as texts. */
bool ev_array_of_names(struct ev_run *run, const struct ev_node *node,
    struct ev_value json, struct ev_val *out);
/* Precision, scale or length, of each element. */
bool ev_array_limit(struct ev_run *run, const struct ev_node *node,
    struct ev_val *val, const struct ev_sql_type *to);

/* array_text.c: PostgreSQL's text of an array, read and written; and nested
 * JSON arrays. Elements may share a long text: what is written ends soon behind
 * EV_EXPR_TEXT_MAX bytes, and whoever calls has to look at the length. */
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
