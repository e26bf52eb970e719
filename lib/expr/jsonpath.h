/*
 * jsonpath: PostgreSQL's SQL/JSON path language: `$.items[*] ? (@.price > 10)`.
 *
 * A path is read once into a tree (jsonpath_node.h) that lies in the run's
 * arena and lives as long; then it is asked of any number of JSON values. A
 * value of type jsonpath (EV_SQL_JSONPATH) points to such a tree.
 *
 * A path may be an event's, and so may what it is asked of: the depth of a
 * path, of the recursion into a value, the steps that are taken and the memory
 * are bounded, each with a message.
 *
 * Where a function fails it has called ev_run_fail for node and returns false.
 * Source: PostgreSQL 15, its manual 8.14.7 and 9.16.2, and
 * src/backend/utils/adt/jsonpath*.
 */
#ifndef EV_EXPR_JSONPATH_H
#define EV_EXPR_JSONPATH_H

#include "expr/jsonb.h"

/* A path nested deeper, or of more steps behind one another, is refused. */
#define EV_JSONPATH_DEPTH 1000
#define EV_JSONPATH_STEPS 30000000 /* that one question may take */
#define EV_JSONPATH_REGEXES 4      /* kept ready for each call */

struct ev_jsonpath;

/* The path that a text is; the tree shares nothing with the text. */
bool ev_jsonpath_read(struct ev_run *run, const struct ev_node *node,
    struct ev_slice text, const struct ev_jsonpath **out);
/* Appends its text as PostgreSQL prints it. */
void ev_jsonpath_print(const struct ev_jsonpath *path, struct ev_buf *out);

/* What is asked. */
struct ev_jsonpath_call {
	const struct ev_jsonpath *path;
	const struct ev_jsonb *json;
	const struct ev_jsonb *vars; /* an object; NULL: there are none */
	bool silent; /* what cannot be done is no mistake of the event */
	bool zones;  /* times are compared by the session's zone */
};

/* Does the path find something? 1, 0, or -1 for an error that was silent. */
bool ev_jsonpath_exists(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonpath_call *call, int *truth);
/* All that it finds, up to the first error if they are silent; the list is the
 * caller's to make a tree of. */
bool ev_jsonpath_query(struct ev_run *run, const struct ev_node *node,
    const struct ev_jsonpath_call *call, const struct ev_jsonb **item,
    size_t *count);

#endif
