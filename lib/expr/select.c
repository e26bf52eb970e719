/*
 * select: select lists are read: expressions with names, and the star with what
 * it leaves out (EXCLUDE), replaces (REPLACE) and gives new names (RENAME), as
 * DuckDB and Snowflake write it.
 */
#include "base/utf8.h"
#include "event/build.h"
#include "expr/query_impl.h"

/* ---- parsing ---- */

static struct ev_item *
add(struct ev_query *query, struct ev_item **item, size_t *count, size_t *cap)
{
	*item = ev_arena_grow(&query->arena, *item, *count, cap,
	    sizeof(**item));
	(*item)[*count] = (struct ev_item){0};
	return &(*item)[(*count)++];
}

/* A name as JSON, with what ev_build_member reads behind it. */
static struct ev_slice
json_of(struct ev_query *query, struct ev_slice name)
{
	static const char padding[EV_BUF_SHORT];
	struct ev_slice json;
	size_t len;

	query->scratch.len = 0;
	ev_build_text(&query->scratch, name);
	len = query->scratch.len;
	ev_buf_append(&query->scratch, padding, sizeof(padding));
	json = ev_arena_slice(&query->arena, ev_buf_as_slice(&query->scratch));
	return (struct ev_slice){json.ptr, len};
}

static void
set_name(struct ev_query *query, struct ev_item *item, struct ev_slice name)
{
	item->name = name;
	item->key = json_of(query, name);
}

/* What an expression without AS is called: as its field, or its function. */
static struct ev_slice
name_of(const struct ev_node *node)
{
	switch (node->kind) {
	case EV_NODE_FIELD:
		return node->path[node->path_len - 1];
	case EV_NODE_CAST:
	case EV_NODE_TRY_CAST:
	case EV_NODE_ELEMENT:
		return name_of(node->arg[0]);
	case EV_NODE_MEMBER:
	case EV_NODE_MEMBER_TEXT:
		if (node->arg[1]->kind == EV_NODE_CONST)
			return node->arg[1]->value.text;
		return (struct ev_slice){NULL, 0};
	case EV_NODE_CALL: /* of an operator, which is no name, or a function */
		return ev_param_begins(*node->name.ptr) &&
			!memchr(node->name.ptr, ' ', node->name.len)
		    ? node->name
		    : (struct ev_slice){NULL, 0};
	case EV_NODE_COALESCE:
		return EV_SLICE("coalesce");
	case EV_NODE_NULLIF:
		return EV_SLICE("nullif");
	default:
		return (struct ev_slice){NULL, 0};
	}
}

/* Binds an item's expression and notes which fields it reads. */
static bool
bind_item(struct ev_query *query, struct ev_item *item, struct ev_node *node)
{
	struct ev_bind *bind = &query->bind;

	bind->fields = 0;
	bind->takes_rows = true;
	bind->rows = query->list.rows;
	item->node = ev_bind_result(bind, node);
	bind->takes_rows = false;
	if (!item->node)
		return false;
	bind->rows = ev_bind_used_rows(bind->rows, query->list.rows,
	    item->node);
	item->rows = bind->rows != query->list.rows;
	item->steady = !item->rows && item->node->clock != EV_CLOCK_TICKS;
	query->list.rows = bind->rows;
	item->slots = bind->fields;
	item->slot = ev_arena_alloc(&query->arena,
	    (bind->fields + 1) * sizeof(*item->slot));
	for (size_t i = 0; i < bind->fields; i++)
		item->slot[i] = ev_scan_want_key(query->scan,
		    bind->field[i]->path[0]);
	return true;
}

static bool
is_name(struct ev_slice name)
{
	return ev_utf8_check(name.ptr, name.len) == name.len;
}

static bool
bad_name(struct ev_parse *parse, size_t at)
{
	ev_lex_point(parse->source, at, parse->err, "the name is not UTF-8");
	return false;
}

/* expression [AS name]; with `named` AS must be there. */
static bool
parse_item(struct ev_query *query, struct ev_parse *parse, struct ev_item *item,
    bool named)
{
	struct ev_node *node;
	struct ev_slice name;

	item->at = (uint32_t)parse->now->at;
	node = ev_parse_expr(parse);
	if (!node)
		return false;
	name = name_of(node);
	if (ev_parse_word(parse, "as")) {
		if (!ev_parse_name(parse, &name, "a name"))
			return false;
	} else if (named) {
		return ev_parse_expected(parse, "AS and a name");
	} else if (!name.ptr) {
		return ev_parse_expected(parse,
		    "AS and a name (this "
		    "expression has none of its own)");
	}
	if (!is_name(name))
		return bad_name(parse, item->at);
	set_name(query, item, name);
	return bind_item(query, item, node);
}

/* The name of a member of the star. */
static bool
parse_own(struct ev_parse *parse, struct ev_item *item)
{
	item->at = (uint32_t)parse->now->at;
	if (!ev_parse_name(parse, &item->name, "a name"))
		return false;
	if (!is_name(item->name))
		return bad_name(parse, item->at);
	if (!ev_parse_at_op(parse, ".") && !ev_parse_at_op(parse, "->"))
		return true;
	ev_lex_point(parse->source, parse->now->at, parse->err,
	    "a star has the event's own members, not what is in them");
	return false;
}

/* EXCLUDE name, EXCLUDE (name, name …) */
static bool
parse_exclude(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_list *list = &query->list;
	bool many = ev_parse_op(parse, "(");

	do {
		struct ev_item *item = add(query, &list->exclude,
		    &list->excludes, &list->excludes_cap);

		if (!parse_own(parse, item))
			return false;
	} while (many && ev_parse_op(parse, ","));
	return !many || ev_parse_close(parse);
}

/* REPLACE (expression AS name, …) */
static bool
parse_replace(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_list *list = &query->list;

	if (!ev_parse_want_op(parse, "("))
		return false;
	do {
		struct ev_item *item = add(query, &list->replace,
		    &list->replaces, &list->replaces_cap);

		if (!parse_item(query, parse, item, true))
			return false;
	} while (ev_parse_op(parse, ","));
	return ev_parse_close(parse);
}

/* RENAME name AS name, RENAME (name AS name, …) */
static bool
parse_rename(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_list *list = &query->list;
	bool many = ev_parse_op(parse, "(");

	do {
		struct ev_item *item = add(query, &list->rename, &list->renames,
		    &list->renames_cap);

		if (!parse_own(parse, item) ||
		    !ev_parse_want_word(parse, "as") ||
		    !ev_parse_name(parse, &item->to, "its new name"))
			return false;
		if (!is_name(item->to))
			return bad_name(parse, item->at);
		item->key = json_of(query, item->to);
		item->slot = ev_arena_alloc(&query->arena, sizeof(unsigned));
		item->slot[item->slots++] = ev_scan_want_key(query->scan,
		    item->name);
	} while (many && ev_parse_op(parse, ","));
	return !many || ev_parse_close(parse);
}

/* Behind all that a star may have: what it has, stands in another order. */
static bool
check_order(struct ev_parse *parse)
{
	static const char *const words[] = {"exclude", "except", "replace",
	    "rename"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (!ev_parse_at_word(parse, words[i]))
			continue;
		ev_lex_point(parse->source, parse->now->at, parse->err,
		    "a star has each of these once and in this order: "
		    "* EXCLUDE (…) REPLACE (…) RENAME (…)");
		return false;
	}
	return true;
}

static bool
parse_star(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_list *list = &query->list;
	struct ev_item *item;

	if (list->star) {
		ev_lex_point(parse->source, parse->now[-1].at, parse->err,
		    "the star stands twice");
		return false;
	}
	item = add(query, &list->item, &list->count, &list->cap);
	item->star = list->star = true;
	ev_scan_want_members(query->scan);
	/* BigQuery's word for it is EXCEPT */
	if ((ev_parse_word(parse, "exclude") ||
		ev_parse_word(parse, "except")) &&
	    !parse_exclude(query, parse))
		return false;
	if (ev_parse_word(parse, "replace") && !parse_replace(query, parse))
		return false;
	if (ev_parse_word(parse, "rename") && !parse_rename(query, parse))
		return false;
	return check_order(parse);
}

/* ---- checking ---- */

static bool
twice(struct ev_parse *parse, size_t at, struct ev_slice name)
{
	ev_lex_point(parse->source, at, parse->err,
	    "the name %.*s stands twice", (int)name.len, name.ptr);
	return false;
}

/* No name twice among these items. */
static bool
check_names(struct ev_parse *parse, const struct ev_item *item, size_t count)
{
	for (size_t i = 1; i < count; i++)
		for (size_t j = 0; j < i; j++)
			if (!item[i].star && !item[j].star &&
			    ev_slice_equal(item[i].name, item[j].name))
				return twice(parse, item[i].at, item[i].name);
	return true;
}

/* What is left out cannot be given a value or a name. */
static bool
check_excluded(struct ev_parse *parse, const struct ev_list *list,
    const struct ev_item *item, size_t count, const char *done)
{
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < list->excludes; j++) {
			struct ev_slice name = item[i].name;

			if (!ev_slice_equal(name, list->exclude[j].name))
				continue;
			ev_lex_point(parse->source, item[i].at, parse->err,
			    "%.*s is excluded: it cannot be %s", (int)name.len,
			    name.ptr, done);
			return false;
		}
	return true;
}

/* No new name twice, nor one that the list makes beside the star. */
static bool
check_renames(struct ev_parse *parse, const struct ev_list *list)
{
	const struct ev_item *rename = list->rename;

	for (size_t i = 0; i < list->renames; i++) {
		for (size_t j = 0; j < i; j++)
			if (ev_slice_equal(rename[i].to, rename[j].to))
				return twice(parse, rename[i].at, rename[i].to);
		for (size_t j = 0; j < list->count; j++)
			if (!list->item[j].star &&
			    ev_slice_equal(rename[i].to, list->item[j].name))
				return twice(parse, list->item[j].at,
				    rename[i].to);
	}
	return true;
}

static bool
check_list(struct ev_parse *parse, const struct ev_list *list)
{
	return check_names(parse, list->item, list->count) &&
	    check_names(parse, list->exclude, list->excludes) &&
	    check_names(parse, list->replace, list->replaces) &&
	    check_names(parse, list->rename, list->renames) &&
	    check_excluded(parse, list, list->replace, list->replaces,
		"replaced") &&
	    check_excluded(parse, list, list->rename, list->renames,
		"renamed") &&
	    check_renames(parse, list);
}

enum ev_status
ev_list_parse(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_list *list = &query->list;

	list->source = parse->source;
	do {
		if (ev_parse_op(parse, "*")) {
			if (!parse_star(query, parse))
				return EV_BAD;
		} else if (!parse_item(query, parse,
			       add(query, &list->item, &list->count,
				   &list->cap),
			       false)) {
			return EV_BAD;
		}
	} while (ev_parse_op(parse, ","));
	return check_list(parse, list) ? EV_OK : EV_BAD;
}

enum ev_status
ev_query_drop(struct ev_query *query, struct ev_slice text, struct ev_err *err)
{
	struct ev_list *list = &query->list;
	struct ev_parse parse;

	if (ev_query_start(query, &parse, text, err) != EV_OK)
		return EV_BAD;
	list->source = parse.source;
	add(query, &list->item, &list->count, &list->cap)->star = true;
	list->star = true;
	ev_scan_want_members(query->scan);
	do {
		if (!parse_exclude(query, &parse))
			return EV_BAD;
	} while (ev_parse_op(&parse, ","));
	return ev_query_end(&parse, "a comma or the end");
}
