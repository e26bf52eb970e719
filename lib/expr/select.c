/*
 * select: select lists: expressions with names, and the star with what it
 * leaves out (EXCLUDE), replaces (REPLACE) and gives new names (RENAME), as
 * DuckDB and Snowflake write it. What is only passed on keeps its bytes.
 */
#include "base/utf8.h"
#include "event/build.h"
#include "expr/eval.h"
#include "expr/query_impl.h"

/* ---- parsing ---- */

static struct ev_item *
add(struct ev_query *query, struct ev_item **item, size_t *count, size_t *cap)
{
	if (*count == *cap) {
		struct ev_item *more;

		*cap = *cap ? *cap * 2 : 8;
		more = ev_arena_zalloc(&query->arena, *cap * sizeof(*more));
		if (*count)
			memcpy(more, *item, *count * sizeof(*more));
		*item = more;
	}
	return &(*item)[(*count)++];
}

static struct ev_slice
json_of(struct ev_query *query, struct ev_slice name)
{
	query->scratch.len = 0;
	ev_build_text(&query->scratch, name);
	return ev_arena_slice(&query->arena, ev_buf_as_slice(&query->scratch));
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
	case EV_NODE_CALL:
		return node->name;
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

	bind->names = 0;
	bind->takes_rows = true;
	bind->rows = query->list.rows;
	item->node = ev_bind_result(bind, node);
	bind->takes_rows = false;
	if (!item->node)
		return false;
	bind->rows = ev_bind_used_rows(bind->rows, query->list.rows,
	    item->node);
	item->rows = bind->rows != query->list.rows;
	query->list.rows = bind->rows;
	item->slots = bind->names;
	item->slot = ev_arena_alloc(&query->arena,
	    (bind->names + 1) * sizeof(*item->slot));
	for (size_t i = 0; i < bind->names; i++)
		item->slot[i] = ev_scan_want_key(query->scan, bind->name[i]);
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

/* ---- projecting ---- */

bool
ev_item_carried(const struct ev_run *run, const struct ev_item *item)
{
	for (size_t i = 0; i < item->slots; i++)
		if (run->fields[item->slot[i]].type == EV_MISSING)
			return false;
	return item->slots > 0;
}

static bool
write_value(struct ev_run *run, const struct ev_node *node, struct ev_buf *out)
{
	struct ev_val val;

	if (!ev_node_eval(run, node, &val))
		return false;
	if (val.type == EV_SQL_JSON)
		ev_build_raw(out, ev_value_raw(val.json));
	else
		ev_val_json(run->time, &val, out);
	return true;
}

static const struct ev_item *
find(const struct ev_item *item, size_t count, struct ev_value key)
{
	for (size_t i = 0; i < count; i++)
		if (!item[i].star && ev_value_text_is(key, item[i].name))
			return &item[i];
	return NULL;
}

/* A member that stands in the event and in the list: no part of an expression
 * is to blame. */
static bool
clash(struct ev_run *run, const struct ev_item *item)
{
	ev_err_set(run->err, EV_BAD, EV_EXIT_DATA,
	    "the event has a member %.*s already: write "
	    "* REPLACE (… AS %.*s) or * EXCLUDE (%.*s)",
	    (int)item->key.len, item->key.ptr, (int)item->name.len,
	    item->name.ptr, (int)item->name.len, item->name.ptr);
	return false;
}

/* A member would have the name of another one that keeps it. */
static bool
meets(struct ev_run *run, const struct ev_item *rename)
{
	ev_err_set(run->err, EV_BAD, EV_EXIT_DATA,
	    "the event has a member %.*s already, which %.*s is renamed to: "
	    "write * EXCLUDE (%.*s) RENAME (…), or rename it too",
	    (int)rename->key.len, rename->key.ptr, (int)rename->name.len,
	    rename->name.ptr, (int)rename->to.len, rename->to.ptr);
	return false;
}

/* No other member may have the name of one of the star's that keeps its own:
 * none of the list beside it, none that is renamed. */
static bool
check_member(const struct ev_list *list, struct ev_run *run,
    struct ev_value key)
{
	const struct ev_item *item = NULL;

	if (list->count > 1)
		item = find(list->item, list->count, key);
	if (item)
		return clash(run, item);
	for (size_t i = 0; i < list->renames; i++) {
		item = &list->rename[i];
		if (run->fields[*item->slot].type != EV_MISSING &&
		    ev_value_text_is(key, item->to))
			return meets(run, item);
	}
	return true;
}

static bool
write_member(const struct ev_list *list, struct ev_run *run,
    const struct ev_member *member, struct ev_buf *out, bool *changed)
{
	const struct ev_item *value = find(list->replace, list->replaces,
	    member->key);
	const struct ev_item *name = find(list->rename, list->renames,
	    member->key);

	*changed |= value || name;
	if (!name && !check_member(list, run, member->key))
		return false;
	ev_build_key_raw(out, name ? name->key : ev_value_raw(member->key));
	if (value)
		return write_value(run, value->node, out);
	ev_build_raw(out, ev_value_raw(member->value));
	return true;
}

static bool
write_star(struct ev_query *query, struct ev_run *run, struct ev_buf *out,
    bool *changed)
{
	const struct ev_list *list = &query->list;
	const struct ev_member *member;
	size_t count;

	member = ev_scan_members(query->scan, &count);
	for (size_t i = 0; i < count; i++) {
		if (find(list->exclude, list->excludes, member[i].key))
			*changed = true;
		else if (!write_member(list, run, &member[i], out, changed))
			return false;
	}
	return true;
}

static bool
write_items(struct ev_query *query, struct ev_run *run, bool deleted,
    struct ev_buf *out, bool *changed)
{
	const struct ev_list *list = &query->list;
	bool marked = false;

	for (size_t i = 0; i < list->count; i++) {
		const struct ev_item *item = &list->item[i];

		if (item->star) {
			if (!write_star(query, run, out, changed))
				return false;
			continue;
		}
		*changed = true;
		if (deleted && !ev_item_carried(run, item))
			continue;
		marked |= deleted && ev_slice_equal(item->name, EV_DELETED);
		ev_build_key_raw(out, item->key);
		if (!write_value(run, item->node, out))
			return false;
	}
	if (deleted && !list->star && !marked) {
		ev_build_key(out, EV_DELETED);
		ev_build_bool(out, true);
	}
	return true;
}

bool
ev_list_write(struct ev_query *query, struct ev_run *run, bool deleted,
    struct ev_buf *out, bool *changed)
{
	*changed = false;
	ev_build_open(out);
	if (!write_items(query, run, deleted, out, changed))
		return false;
	ev_build_close(out);
	return true;
}

enum ev_status
ev_query_project(struct ev_query *query, bool deleted, struct ev_buf *out,
    bool *changed, struct ev_err *err)
{
	size_t before = out->len;
	struct ev_run *run = ev_query_begin(query, err);

	if (!ev_list_write(query, run, deleted, out, changed)) {
		out->len = before;
		return ev_query_failed(run, query->list.source, err);
	}
	if (!*changed)
		out->len = before;
	return EV_OK;
}
