/*
 * explain: what a query does with each event, for people: the fields that are
 * looked for, the condition and the list as trees, once constants are
 * computed, each part with its type, and what is done a fast way.
 */
#include "event/build.h"
#include "expr/eval.h"
#include "expr/func.h"
#include "expr/query_impl.h"

struct explain {
	const struct ev_query *query;
	struct ev_slice source; /* of the tree that is written */
	struct ev_buf *out;
};

static void
indent(struct explain *explain, unsigned depth)
{
	ev_buf_printf(explain->out, "%*s", (int)depth * 2, "");
}

static void
write_path(struct ev_buf *out, const struct ev_node *node)
{
	for (uint32_t i = 0; i < node->path_len; i++) {
		if (i)
			ev_buf_char(out, '.');
		ev_buf_slice(out, node->path[i]);
	}
}

/* ---- the fields ---- */

/* The fields of a tree, in their order, those not yet in out. */
static void
add_fields(struct ev_buf *out, const struct ev_node *node)
{
	struct ev_buf path = {0};

	for (unsigned i = 0; i < node->argc; i++)
		add_fields(out, node->arg[i]);
	if (node->kind != EV_NODE_FIELD)
		return;
	ev_buf_str(&path, ", ");
	write_path(&path, node);
	ev_buf_str(&path, ", ");
	/* out begins and ends with what stands between two */
	if (!memmem(out->ptr, out->len, path.ptr, path.len))
		ev_buf_append(out, path.ptr + 2, path.len - 2);
	ev_buf_release(&path);
}

static void
add_items(struct ev_buf *out, const struct ev_item *item, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (item[i].node)
			add_fields(out, item[i].node);
}

static void
write_fields(struct explain *explain)
{
	const struct ev_query *query = explain->query;
	struct ev_buf all = {0};

	ev_buf_str(&all, ", ");
	if (query->condition)
		add_fields(&all, query->condition);
	add_items(&all, query->list.item, query->list.count);
	add_items(&all, query->list.replace, query->list.replaces);
	if (query->list.star)
		ev_buf_str(&all, "all members of the event, ");
	if (all.len > 2)
		ev_buf_printf(explain->out, "fields: %.*s\n", (int)all.len - 4,
		    all.ptr + 2);
	else
		ev_buf_str(explain->out, "fields: none\n");
	ev_buf_release(&all);
}

/* ---- what a node is called ---- */

/* The names of nodes that have one and the same, and with NOT. */
static const char *const names[][2] = {
    [EV_NODE_MEMBER] = {"->", NULL},
    [EV_NODE_MEMBER_TEXT] = {"->>", NULL},
    [EV_NODE_ELEMENT] = {"[ ]", NULL},
    [EV_NODE_NEGATE] = {"-", NULL},
    [EV_NODE_CONCAT] = {"||", NULL},
    [EV_NODE_AND] = {"AND", NULL},
    [EV_NODE_OR] = {"OR", NULL},
    [EV_NODE_NOT] = {"NOT", NULL},
    [EV_NODE_IS_NULL] = {"IS NULL", "IS NOT NULL"},
    [EV_NODE_DISTINCT] = {"IS DISTINCT FROM", "IS NOT DISTINCT FROM"},
    [EV_NODE_IN] = {"IN", "NOT IN"},
    [EV_NODE_CASE] = {"CASE", NULL},
    [EV_NODE_CASE_OF] = {"CASE", NULL},
    [EV_NODE_COALESCE] = {"COALESCE", NULL},
    [EV_NODE_NULLIF] = {"NULLIF", NULL},
    [EV_NODE_TRY_CAST] = {"try_cast", NULL},
    [EV_NODE_HELD] = {"once for each now()", NULL},
};

static void
write_constant(struct explain *explain, const struct ev_node *node)
{
	struct ev_buf *out = explain->out;
	struct ev_val value = node->value;

	ev_buf_str(out, "constant ");
	if (value.type == EV_SQL_UNKNOWN)
		ev_build_text(out, value.quoted->text);
	else if (value.type == EV_SQL_NULL)
		ev_buf_str(out, "NULL");
	else
		ev_val_json(&explain->query->time, &value, out);
}

/* A name of the table, or, where there is none, the part as it was written. */
static void
write_name(struct explain *explain, const struct ev_node *node)
{
	const char *name = NULL;

	if (node->kind < sizeof(names) / sizeof(names[0]))
		name = names[node->kind][node->negated];
	if (name)
		ev_buf_str(explain->out, name);
	else
		ev_buf_append(explain->out, explain->source.ptr + node->at,
		    node->end - node->at);
}

static void
write_label(struct explain *explain, const struct ev_node *node)
{
	const char *no = node->negated ? "NOT " : "";
	struct ev_buf *out = explain->out;

	switch (node->kind) {
	case EV_NODE_CONST:
		write_constant(explain, node);
		break;
	case EV_NODE_FIELD:
		ev_buf_str(out, "field ");
		write_path(out, node);
		break;
	case EV_NODE_ARITH:
		ev_buf_char(out, (char)node->op);
		break;
	case EV_NODE_COMPARE:
		ev_buf_str(out, ev_bind_compare_name(node->op));
		break;
	case EV_NODE_IS_TRUTH:
		ev_buf_printf(out, "IS %s%s", no,
		    node->op == 't'       ? "TRUE"
			: node->op == 'f' ? "FALSE"
					  : "UNKNOWN");
		break;
	case EV_NODE_LIKE:
		ev_buf_printf(out, "%s%s", no,
		    node->op == 'i' ? "ILIKE" : "LIKE");
		break;
	case EV_NODE_REGEX:
		ev_buf_printf(out, "%s~%s", node->negated ? "!" : "",
		    node->op == 'i' ? "*" : "");
		break;
	case EV_NODE_EXTREME:
		ev_buf_str(out, node->op == EV_GT ? "GREATEST" : "LEAST");
		break;
	case EV_NODE_CAST:
		ev_buf_str(out,
		    node->eval == ev_eval_cast ? "cast" : "taken as");
		break;
	case EV_NODE_CALL:
		ev_buf_slice(out, node->name);
		break;
	default:
		write_name(explain, node);
	}
}

/* The precision and scale, or the length, that a cast was written with. */
static void
write_limits(struct explain *explain, const struct ev_node *node)
{
	if ((node->eval != ev_eval_cast && node->eval != ev_eval_try_cast) ||
	    !node->sql.limited)
		return;
	ev_buf_printf(explain->out, "(%d", (int)node->sql.precision);
	if (node->type == EV_SQL_NUMERIC)
		ev_buf_printf(explain->out, ",%d", (int)node->sql.scale);
	ev_buf_char(explain->out, ')');
}

/* What is done otherwise than part by part; NULL: nothing. */
static const char *
shortcut(const struct ev_node *node)
{
	if (node->eval == ev_eval_field_int)
		return "fast: a field beside a whole number";
	if (node->eval == ev_eval_field_text)
		return "fast: a field beside a text";
	if (node->eval == ev_eval_like)
		return "the pattern is ready";
	if (node->eval == ev_eval_regex && ev_bind_is_const(node->arg[1]))
		return "the pattern is ready";
	if ((node->kind == EV_NODE_IN || node->kind == EV_NODE_ANY) &&
	    node->lookup)
		return "fast: looked up in a table";
	if (node->kind == EV_NODE_CONST && node->value.type == EV_SQL_UNKNOWN)
		return "read as what it meets";
	return NULL;
}

/* ---- trees ---- */

/* What an argument is of its node: "WHEN ". */
static const char *
role(const struct ev_node *node, unsigned i)
{
	unsigned first = node->kind == EV_NODE_CASE_OF;

	if (node->kind == EV_NODE_BETWEEN)
		return i + 1 < node->argc ? "once " : "";
	if (node->kind != EV_NODE_CASE && node->kind != EV_NODE_CASE_OF)
		return "";
	if (i < first)
		return "OF ";
	if ((i - first) % 2)
		return "THEN ";
	return i + 1 < node->argc ? "WHEN " : "ELSE ";
}

static void
write_tree(struct explain *explain, const struct ev_node *node,
    const char *before, unsigned depth)
{
	const char *fast = shortcut(node);
	bool known = node->type != EV_SQL_ANY && node->type != EV_SQL_UNKNOWN;

	indent(explain, depth);
	ev_buf_str(explain->out, before);
	write_label(explain, node);
	if (known)
		ev_buf_printf(explain->out, ": %s", ev_sql_name(node->type));
	write_limits(explain, node);
	if (fast)
		ev_buf_printf(explain->out, " (%s)", fast);
	ev_buf_char(explain->out, '\n');
	for (unsigned i = 0; i < node->argc; i++)
		write_tree(explain, node->arg[i], role(node, i), depth + 1);
}

/* ---- the select list ---- */

static void
write_names(struct explain *explain, const char *what,
    const struct ev_item *item, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ev_buf_printf(explain->out, "    %s %.*s", what,
		    (int)item[i].name.len, item[i].name.ptr);
		if (item[i].to.ptr)
			ev_buf_printf(explain->out, " to %.*s",
			    (int)item[i].to.len, item[i].to.ptr);
		ev_buf_char(explain->out, '\n');
		if (item[i].node)
			write_tree(explain, item[i].node, "", 3);
	}
}

static void
write_star(struct explain *explain)
{
	const struct ev_list *list = &explain->query->list;

	ev_buf_str(explain->out, "  the event's members as they stand\n");
	write_names(explain, "leave out", list->exclude, list->excludes);
	write_names(explain, "replace", list->replace, list->replaces);
	write_names(explain, "rename", list->rename, list->renames);
}

static void
write_list(struct explain *explain)
{
	const struct ev_list *list = &explain->query->list;

	explain->source = list->source;
	ev_buf_str(explain->out, "select:\n");
	for (size_t i = 0; i < list->count; i++) {
		const struct ev_item *item = &list->item[i];

		if (item->star) {
			write_star(explain);
			continue;
		}
		ev_buf_printf(explain->out, "  %.*s%s\n", (int)item->name.len,
		    item->name.ptr,
		    item->node->kind == EV_NODE_FIELD
			? ", its bytes as they are"
			: "");
		write_tree(explain, item->node, "", 2);
	}
}

void
ev_query_explain(const struct ev_query *query, struct ev_buf *out)
{
	struct explain explain = {.query = query, .out = out};

	write_fields(&explain);
	if (query->condition) {
		explain.source = query->source;
		ev_buf_str(out, "condition:\n");
		write_tree(&explain, query->condition, "", 1);
	} else {
		ev_buf_str(out, "condition: none, all events pass\n");
	}
	if (query->list.count)
		write_list(&explain);
	else
		ev_buf_str(out, "select: nothing, events pass as they are\n");
	ev_buf_printf(out, "deleted rows: %s\n",
	    ev_query_names(query, EV_DELETED)
		? "judged by the condition, which names __deleted"
		: "pass, whatever the condition says");
	ev_buf_printf(out, "clock: %s\n",
	    query->time.fixed && query->asks_time
		? "asked once, by --now: another run may give another result"
		: query->time.fixed ? "not asked, --now says what time it is"
		: query->asks_time
		? "asked, another run may give another result"
		: "not asked");
}
