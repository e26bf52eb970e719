/*
 * bind_array: the binding of what makes arrays and looks into them: ARRAY[…],
 * subscripts and slices, ||.
 */
#include "expr/array.h"
#include "expr/bind.h"
#include "expr/eval.h"
#include "expr/json.h"

/* ---- ARRAY[…] ---- */

struct ev_node *
ev_bind_array(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_bind_common common = {.what = "ARRAY",
	    .type = EV_SQL_UNKNOWN};
	enum ev_sql type;

	if (!ev_bind_args(bind, node))
		return NULL;
	if (!node->argc)
		return ev_bind_fail(bind, node,
		    "an empty array has no type: cast it, as in "
		    "ARRAY[]::integer[]");
	for (unsigned i = 0; i < node->argc; i++)
		if (!ev_bind_note(bind, &common, node->arg[i],
			node->arg[i]->type))
			return NULL;
	for (unsigned i = 0; i < node->argc; i++) {
		node->arg[i] = ev_bind_make_common(bind, node->arg[i], &common);
		if (!node->arg[i])
			return NULL;
	}
	type = ev_bind_common_type(&common);
	return ev_bind_done(bind, node, ev_sql_array_of(type),
	    ev_sql_is_array(type) ? ev_eval_array_stack : ev_eval_array);
}

/* Binds the elements; *nested: one of them is an array itself. */
static bool
bind_elements(struct ev_bind *bind, struct ev_node *node,
    const struct ev_sql_type *sql, bool *nested)
{
	*nested = false;
	for (unsigned i = 0; i < node->argc; i++) {
		struct ev_node *arg = node->arg[i];

		if (arg->kind == EV_NODE_ARRAY && !arg->eval)
			arg = ev_bind_array_as(bind, arg, sql);
		else
			arg = ev_bind(bind, arg);
		if (!arg)
			return false;
		node->arg[i] = arg;
		*nested |= ev_sql_is_array(arg->type);
	}
	return true;
}

struct ev_node *
ev_bind_array_as(struct ev_bind *bind, struct ev_node *node,
    const struct ev_sql_type *sql)
{
	struct ev_sql_type element = *sql;
	bool nested;

	if (!bind_elements(bind, node, sql, &nested))
		return NULL;
	if (!nested)
		element.type = (uint8_t)ev_sql_element(sql->type);
	for (unsigned i = 0; i < node->argc; i++) {
		struct ev_node *cast = ev_bind_make(bind, node->arg[i],
		    EV_NODE_CAST, 1);

		cast->arg[0] = node->arg[i];
		cast->sql = element;
		node->arg[i] = ev_bind(bind, cast);
		if (!node->arg[i])
			return NULL;
	}
	return ev_bind_done(bind, node, sql->type,
	    nested ? ev_eval_array_stack : ev_eval_array);
}

/* ---- subscripts ---- */

/* A subscript as an integer, cast as an assignment would. */
static struct ev_node *
bind_index(struct ev_bind *bind, struct ev_node *index)
{
	struct ev_node *cast;

	index = ev_bind(bind, index);
	if (index && index->type == EV_SQL_UNKNOWN)
		return ev_bind_coerce(bind, index, EV_SQL_INT4);
	if (!index || index->type == EV_SQL_INT4 || index->type == EV_SQL_INT2)
		return index;
	if (!ev_sql_is_number(index->type) && index->type != EV_SQL_ANY)
		return ev_bind_fail(bind, index,
		    "an array's subscript must be an integer, and this is of "
		    "type %s",
		    ev_sql_name(index->type));
	cast = ev_bind_make(bind, index, EV_NODE_CAST, 1);
	cast->arg[0] = index;
	cast->sql.type = EV_SQL_INT4;
	return ev_bind(bind, cast);
}

/* The subscripts that stand behind one another, first to last. */
static unsigned
collect(struct ev_node *node, const struct ev_node *of, struct ev_node **list)
{
	unsigned count = 0;

	for (; node != of && count <= EV_ARRAY_DIMS; node = node->arg[0])
		list[count++] = node;
	for (unsigned i = 0; i < count / 2; i++) {
		struct ev_node *other = list[i];

		list[i] = list[count - 1 - i];
		list[count - 1 - i] = other;
	}
	return count;
}

/* All subscripts from node down to *array, which is bound. */
static struct ev_node *
bind_subscripts(struct ev_bind *bind, struct ev_node *node,
    struct ev_node *const *array)
{
	enum ev_sql type = (*array)->type;
	struct ev_subscripts *subscripts = ev_arena_zalloc(bind->arena,
	    sizeof(*subscripts));
	struct ev_node *list[EV_ARRAY_DIMS + 1], *made;

	subscripts->count = collect(node, *array, list);
	if (subscripts->count > EV_ARRAY_DIMS)
		return ev_bind_fail(bind, node,
		    "an array has at most %d dimensions", EV_ARRAY_DIMS);
	made = ev_bind_make(bind, node, EV_NODE_ELEMENT, 2 * EV_ARRAY_DIMS + 1);
	made->argc = 0;
	made->arg[made->argc++] = *array;
	for (unsigned i = 0; i < subscripts->count; i++) {
		subscripts->op[i] = list[i]->op;
		subscripts->cut |= list[i]->op != 0;
		for (unsigned j = 1; j < list[i]->argc; j++) {
			struct ev_node *index = bind_index(bind,
			    list[i]->arg[j]);

			if (!index)
				return NULL;
			made->arg[made->argc++] = index;
		}
	}
	made->data = subscripts;
	return ev_bind_done(bind, made,
	    subscripts->cut ? type : ev_sql_element(type), ev_eval_subscript);
}

/* A quoted literal that is no number, or a name in double quotes. */
static bool
is_key(struct ev_bind *bind, const struct ev_node *index)
{
	if (index->type == EV_SQL_UNKNOWN)
		return index->value.type == EV_SQL_UNKNOWN &&
		    !index->value.quoted->number;
	return index->kind == EV_NODE_FIELD &&
	    bind->source.ptr[index->at] == '"';
}

/* field[0]: there is none, whatever the event. */
static struct ev_node *
no_element(struct ev_bind *bind, const struct ev_node *node)
{
	struct ev_node *made = ev_bind_make(bind, node, EV_NODE_CONST, 0);

	made->value.type = EV_SQL_NULL;
	made = ev_bind_done(bind, made, EV_SQL_ANY, ev_eval_const);
	made->varies = true;
	made->hint = "the first element is [1]";
	return made;
}

/* field[1]: an element of JSON. */
static struct ev_node *
bind_json_element(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *index = ev_bind(bind, node->arg[1]);

	if (index && is_key(bind, index))
		return ev_bind_fail(bind, index,
		    "a subscript is an integer; a member is written "
		    "user.club, or user->'club'");
	if (index && index->type == EV_SQL_UNKNOWN)
		index = ev_bind_coerce(bind, index, EV_SQL_INT4);
	if (!index)
		return NULL;
	if (!ev_sql_is_int(index->type))
		return ev_bind_fail(bind, index,
		    "a subscript must be an integer, "
		    "and this is of type %s%s",
		    ev_sql_name(index->type),
		    index->type == EV_SQL_ANY ? ": cast it, as in "
						"field::integer"
					      : "");
	node->arg[1] = index;
	if (node->arg[0]->kind == EV_NODE_FIELD && ev_bind_is_const(index) &&
	    index->value.type != EV_SQL_NULL && !index->value.integer)
		return no_element(bind, node);
	return ev_bind_done(bind, node, EV_SQL_ANY, ev_eval_element);
}

/* jsonb[…]: a member by text, an item by integer, counted from 0. */
static struct ev_node *
bind_jsonb_element(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node *key = ev_bind(bind, node->arg[1]);

	if (!key)
		return NULL;
	if (node->op)
		return ev_bind_fail(bind, node,
		    "a subscript of jsonb cannot be a slice");
	node->arg[1] = key;
	if (!ev_sql_is_int(key->type))
		node->arg[1] = ev_bind_coerce(bind, key, EV_SQL_TEXT);
	if (!node->arg[1])
		return ev_bind_fail(bind, key,
		    "a subscript of jsonb must be an integer or text, and this "
		    "is of type %s",
		    ev_sql_name(key->type));
	return ev_bind_done(bind, node, EV_SQL_JSONB, ev_eval_json_subscript);
}

struct ev_node *
ev_bind_element(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_node **base = &node->arg[0];

	while ((*base)->kind == EV_NODE_ELEMENT && !(*base)->eval &&
	    !(*base)->enclosed)
		base = &(*base)->arg[0];
	*base = ev_bind(bind, *base);
	if (!*base)
		return NULL;
	if (ev_sql_is_array((*base)->type))
		return bind_subscripts(bind, node, base);
	if ((*base)->type != EV_SQL_ANY && (*base)->type != EV_SQL_JSONB)
		return ev_bind_fail(bind, node, "%s has no elements",
		    ev_sql_name((*base)->type));
	base = &node->arg[0];
	*base = ev_bind(bind, *base);
	if (*base && (*base)->type == EV_SQL_JSONB)
		return bind_jsonb_element(bind, node);
	if (*base && node->op)
		*base = ev_bind_coerce(bind, *base,
		    ev_sql_array_of(EV_SQL_ANY));
	if (!*base)
		return NULL;
	return ev_sql_is_array((*base)->type)
	    ? bind_subscripts(bind, node, base)
	    : bind_json_element(bind, node);
}

/* ---- || ---- */

/* A literal beside an array is one. */
static struct ev_node *
concat_arg(struct ev_bind *bind, struct ev_node *arg,
    const struct ev_bind_common *common)
{
	if (ev_sql_is_array(arg->type) || arg->type == EV_SQL_UNKNOWN)
		return ev_bind_coerce(bind, arg,
		    ev_sql_array_of(ev_bind_common_type(common)));
	return ev_bind_make_common(bind, arg, common);
}

struct ev_node *
ev_bind_array_concat(struct ev_bind *bind, struct ev_node *node)
{
	struct ev_bind_common common = {.what = "||", .type = EV_SQL_UNKNOWN};

	for (int i = 0; i < 2; i++)
		if (!ev_bind_note(bind, &common, node,
			ev_sql_element(node->arg[i]->type)))
			return NULL;
	for (int i = 0; i < 2; i++) {
		node->arg[i] = concat_arg(bind, node->arg[i], &common);
		if (!node->arg[i])
			return NULL;
	}
	node->kind = EV_NODE_ARRAY; /* NULL beside an array is no NULL */
	return ev_bind_done(bind, node,
	    ev_sql_array_of(ev_bind_common_type(&common)),
	    ev_eval_array_concat);
}
