/*
 * hint: what is said of a condition that is no mistake, but cannot be what was
 * meant: it is never true, since a part of it is always NULL, or it reads a
 * field that no event has.
 */
#include <strings.h>

#include "expr/func.h"
#include "expr/query_impl.h"

/* ---- never true ---- */

static const struct ev_node *stuck(const struct ev_node *node, bool truth,
    const char **advice);

static bool
is_null(const struct ev_node *node)
{
	return ev_bind_is_const(node) && node->value.type == EV_SQL_NULL;
}

/* x NOT IN (1, NULL) is false or NULL. */
static const struct ev_node *
null_item(const struct ev_node *node)
{
	for (unsigned i = 1; i < node->argc; i++)
		if (is_null(node->arg[i]))
			return node->arg[i];
	return NULL;
}

/* Of AND and OR: one that is stuck is enough, or all must be. */
static const struct ev_node *
stuck_chain(const struct ev_node *node, bool truth, const char **advice)
{
	bool one = (node->kind == EV_NODE_AND) == truth;
	const struct ev_node *found = NULL;

	for (unsigned i = 0; i < node->argc; i++) {
		found = stuck(node->arg[i], truth, advice);
		if ((found != NULL) == one)
			break;
	}
	return found;
}

/* The part that is NULL for every event, or of two texts, and keeps the node
 * from ever being this, and what to write; NULL: there is none. */
static const struct ev_node *
stuck(const struct ev_node *node, bool truth, const char **advice)
{
	switch (node->kind) {
	case EV_NODE_CONST:
		*advice = node->hint ? node->hint
				     : "write IS NULL, or IS NOT NULL";
		if (!is_null(node) &&
		    (!node->hint || node->value.truth == truth))
			return NULL;
		return node;
	case EV_NODE_NOT:
		return stuck(node->arg[0], !truth, advice);
	case EV_NODE_AND:
	case EV_NODE_OR:
		return stuck_chain(node, truth, advice);
	case EV_NODE_IN:
		*advice = "take it out of the list";
		return node->negated == truth ? null_item(node) : NULL;
	default:
		return NULL;
	}
}

bool
ev_query_never(const struct ev_query *query, bool truth, struct ev_err *err)
{
	const char *advice;
	const struct ev_node *part = query->condition
	    ? stuck(query->condition, truth, &advice)
	    : NULL;

	if (!part)
		return false;
	ev_lex_point(query->source, part->at, err,
	    "the condition is never %s, as this is %s for every event: %s",
	    truth ? "true" : "false",
	    is_null(part)           ? "NULL"
		: part->value.truth ? "true"
				    : "false",
	    advice);
	return true;
}

/* ---- fields that no event has ---- */

static void
add_sight(struct ev_query *query, const struct ev_node *field, uint32_t depth)
{
	struct ev_sight *sight = &query->sight[query->sights++];

	sight->field = field;
	sight->depth = depth;
	sight->slot = ev_scan_want(query->scan, field->path, depth);
}

void
ev_query_watch(struct ev_query *query)
{
	const struct ev_bind *bind = &query->bind;

	query->sights = 0;
	query->sight = ev_arena_zalloc(&query->arena,
	    2 * bind->fields * sizeof(*query->sight));
	for (size_t i = 0; i < bind->fields; i++) {
		const struct ev_node *field = bind->field[i];

		add_sight(query, field, 1);
		if (field->path_len > 1)
			add_sight(query, field, field->path_len);
	}
}

bool
ev_query_names(const struct ev_query *query, struct ev_slice key)
{
	for (size_t i = 0; i < query->sights; i++)
		if (ev_slice_equal(query->sight[i].field->path[0], key))
			return true;
	return false;
}

void
ev_query_look(struct ev_query *query)
{
	const struct ev_value *field = ev_query_fields(query);

	for (size_t i = 0; i < query->sights; i++)
		query->sight[i].seen |= field[query->sight[i].slot].type !=
		    EV_MISSING;
}

/* What a name may stand for that was not meant as one. */
static const char *
meant(const struct ev_query *query, const struct ev_sight *sight)
{
	static const char *const nulls[] = {"none", "nil", "undefined"};
	struct ev_slice name = sight->field->path[0];
	const struct ev_func *func;

	if (sight->depth > 1)
		return "";
	if (query->source.ptr[sight->field->at] == '"')
		return " (a text stands in single quotes)";
	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (name.len == strlen(nulls[i]) &&
		    !strncasecmp(name.ptr, nulls[i], name.len))
			return " (write IS NULL)";
	for (size_t i = 0; (func = ev_func_at(i)); i++)
		if (!ev_func_argc(func) && ev_slice_is(name, func->name))
			return " (a function has parentheses behind it)";
	return "";
}

bool
ev_query_unseen(const struct ev_query *query, struct ev_buf *out)
{
	const struct ev_sight *sight = query->sight;
	size_t i = 0;

	while (i < query->sights && sight[i].seen)
		i++;
	if (i == query->sights)
		return false;
	for (uint32_t j = 0; j < sight[i].depth; j++) {
		ev_buf_char(out, j ? '.' : '\'');
		ev_buf_slice(out, sight[i].field->path[j]);
	}
	ev_buf_printf(out, "'%s", meant(query, &sight[i]));
	return true;
}
