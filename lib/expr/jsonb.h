/*
 * jsonb: PostgreSQL's jsonb: JSON by its meaning. A tree in an arena: the
 * members of objects in the order of their keys' lengths, then of their bytes,
 * each once (of one that stands twice the last counts); numbers as numeric
 * prints them; strings without escapes.
 *
 * A tree is never changed: what an edit makes shares what it did not touch. It
 * lives as long as the arena and the text that it was read from. No text of
 * more than EV_EXPR_TEXT_MAX bytes is made, and none that is nested so deep
 * that it could not be the member of an event.
 *
 * Where a function fails it has called ev_run_fail for node and returns false.
 * Source: PostgreSQL 15, src/backend/utils/adt/jsonb_util.c and jsonfuncs.c.
 */
#ifndef EV_EXPR_JSONB_H
#define EV_EXPR_JSONB_H

#include "expr/node.h"

struct ev_jsonb_pair;

struct ev_jsonb {
	uint8_t type;   /* enum ev_type, from EV_NULL on */
	uint16_t depth; /* levels of containers in it; a scalar has none */
	uint32_t count; /* items or pairs; NUMBER: bytes before the point */
	uint32_t size;  /* bytes of its text */
	union {
		struct ev_slice text; /* NUMBER, STRING */
		const struct ev_jsonb *item;
		const struct ev_jsonb_pair *pair;
	};
};

struct ev_jsonb_pair {
	struct ev_slice key;
	struct ev_jsonb value;
};

/* ---- making ---- */

/* The value that a valid JSON text is. */
bool ev_jsonb_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json, struct ev_jsonb *out);
/* A number as JSON writes it: "value overflows numeric format". */
bool ev_jsonb_number(struct ev_run *run, const struct ev_node *node,
    struct ev_slice json, struct ev_jsonb *out);
/* A string; text is lent for the tree's life. */
bool ev_jsonb_string(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, struct ev_jsonb *out);
/* An array of items, which become the tree's. */
bool ev_jsonb_array(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *item, size_t count, struct ev_jsonb *out);
/* An object of pairs in any order, which become the tree's. */
bool ev_jsonb_object(struct ev_run *run, const struct ev_node *node,
    struct ev_jsonb_pair *pair, size_t count, struct ev_jsonb *out);

/* Appends its text; the second with line breaks, as jsonb_pretty. */
void ev_jsonb_print(const struct ev_jsonb *json, struct ev_buf *out);
void ev_jsonb_pretty(const struct ev_jsonb *json, unsigned indent,
    struct ev_buf *out);

/* ---- finding; NULL: there is none ---- */

const struct ev_jsonb *ev_jsonb_member(const struct ev_jsonb *json,
    struct ev_slice key);
/* Counted from 0, from the end where negative. */
const struct ev_jsonb *ev_jsonb_item(const struct ev_jsonb *json,
    int64_t index);
/* One step of a path: a member's key, or an item's index as text. */
const struct ev_jsonb *ev_jsonb_step(const struct ev_jsonb *json,
    struct ev_slice step);
/* A whole number as text, as paths count items: false if it is none. */
bool ev_jsonb_index(struct ev_slice text, int64_t *index);

/* ---- comparing ---- */

/* The order of jsonb: negative, 0, positive. */
int ev_jsonb_compare(const struct ev_jsonb *a, const struct ev_jsonb *b);
/* *is: a @> b. Fails where too many of their items would have to be compared
 * with one another. */
bool ev_jsonb_contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, bool *is);
/* json ?| keys, json ?& keys (all): is one of them a member of that name, or a string
 * among the items? NULLs are none. */
bool ev_jsonb_exists(struct ev_run *run, const struct ev_jsonb *json,
    const struct ev_val *key, size_t keys, bool all);
/* Names, each once, in the order of members; of texts and NULLs, which are
 * none. */
struct ev_jsonb_names {
	const struct ev_slice *text;
	size_t count;
};
struct ev_jsonb_names ev_jsonb_names(struct ev_run *run,
    const struct ev_val *key, size_t keys);
/* Which of them it is; -1: none. */
ptrdiff_t ev_jsonb_find_name(const struct ev_jsonb_names *names,
    struct ev_slice text);
/* The order of members. */
int ev_jsonb_compare_keys(struct ev_slice a, struct ev_slice b);

/* ---- editing ---- */

/* a || b. */
bool ev_jsonb_concat(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *a, const struct ev_jsonb *b, struct ev_jsonb *out);
/* Without the members of these names (NULLs are none), or the strings among
 * the items. */
bool ev_jsonb_without(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, const struct ev_val *key, size_t keys,
    struct ev_jsonb *out);
/* Without the item of an index. */
bool ev_jsonb_without_item(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, int64_t index, struct ev_jsonb *out);
/* Without the members that are null, at all levels. */
bool ev_jsonb_strip(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonb *json, struct ev_jsonb *out);

enum ev_jsonb_edit {
	EV_JSONB_DELETE,
	EV_JSONB_REPLACE,
	EV_JSONB_CREATE, /* or replace */
	EV_JSONB_BEFORE, /* insert */
	EV_JSONB_AFTER,
};

/* What stands at the end of a path (a text[]) deleted, or value put there. */
bool ev_jsonb_edit(struct ev_run *run, const struct ev_node *node,
    enum ev_jsonb_edit edit, const struct ev_jsonb *json,
    const struct ev_array *path, const struct ev_jsonb *value,
    struct ev_jsonb *out);

#endif
