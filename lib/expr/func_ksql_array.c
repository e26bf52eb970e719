/*
 * func_ksql_array: ksqlDB's functions of arrays under their names. Lists are
 * sets there: NULL is an element as any other. Arrays of several dimensions,
 * which ksqlDB has not, count as the list of their elements.
 *
 * Elements are compared each with each: sets of more than 5,477 elements
 * together are refused, as more than EV_ARRAY_PAIRS pairs.
 */
#include <strings.h>

#include "expr/array.h"
#include "expr/func.h"
#include "expr/result.h"

static bool
list_out(struct ev_val *out, const struct ev_array *array,
    const struct ev_node *node)
{
	ev_array_out(out, array, ev_sql_element(node->type));
	return true;
}

static bool
array_contains(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	struct ev_val element = arg[1];
	bool found = false;

	ev_val_decode(run, &element);
	if (arg[0].type != EV_SQL_NULL &&
	    !ev_array_among(run, node, &element, arg[0].array->item,
		arg[0].array->count, &found))
		return false;
	return ev_result_truth(out, found);
}

static bool
array_length(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	(void)run;
	(void)node;
	return ev_result_int(out, arg[0].array->count);
}

/* ---- sets ---- */

/* A set that grows: its elements, and the same decoded, for comparing. */
struct set {
	struct ev_array *made;
	struct ev_val *decoded;
};

/* Adds those of from that the set has not yet, and of which other, unless it
 * is NULL, has (wanted) or has not one. */
static bool
add_distinct(struct ev_run *run, const struct ev_node *node, struct set *set,
    const struct ev_array *from, const struct ev_array *other, bool wanted)
{
	const struct ev_array *decoded = ev_array_decoded(run, node, from);
	struct ev_array *made = set->made;

	if (!decoded)
		return false;
	for (uint32_t i = 0; i < from->count; i++) {
		const struct ev_val *item = &decoded->item[i];
		bool found, in = wanted;

		if (!ev_array_among(run, node, item, set->decoded, made->count,
			&found) ||
		    (!found && other &&
			!ev_array_among(run, node, item, other->item,
			    other->count, &in)))
			return false;
		if (found || in != wanted)
			continue;
		set->decoded[made->count] = *item;
		made->item[made->count++] = from->item[i];
	}
	return true;
}

enum what { DISTINCT, EXCEPT, INTERSECT, UNION };

/* What these have in common; b is NULL for DISTINCT. */
static bool
set_out(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *a, const struct ev_array *b, enum what what,
    struct ev_val *out)
{
	size_t most = (size_t)a->count + (b ? b->count : 0);
	const struct ev_array *other = NULL;
	struct set set;

	/* all of them are compared with one another */
	set.made = ev_array_new(run, most);
	memcpy(set.made->item, a->item, a->count * sizeof(*a->item));
	if (b)
		memcpy(set.made->item + a->count, b->item,
		    b->count * sizeof(*b->item));
	if (!ev_array_pairs(run, node, set.made, set.made))
		return false;
	set.decoded = ev_array_new(run, most)->item;
	set.made->count = 0;
	if (b && what != UNION) {
		other = ev_array_decoded(run, node, b);
		if (!other)
			return false;
	}
	if (!add_distinct(run, node, &set, a, other, what == INTERSECT))
		return false;
	if (what == UNION && !add_distinct(run, node, &set, b, NULL, false))
		return false;
	ev_array_shorten(set.made, set.made->count);
	return list_out(out, set.made, node);
}

static bool
array_distinct(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return set_out(run, node, arg[0].array, NULL, DISTINCT, out);
}

static bool
array_except(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return set_out(run, node, arg[0].array, arg[1].array, EXCEPT, out);
}

static bool
array_intersect(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return set_out(run, node, arg[0].array, arg[1].array, INTERSECT, out);
}

static bool
array_union(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return set_out(run, node, arg[0].array, arg[1].array, UNION, out);
}

static bool
array_concat(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return ev_array_concat(run, node, &arg[0], &arg[1], out);
}

/* ---- order ---- */

static bool
extreme(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, enum ev_compare op, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	const struct ev_array *decoded = ev_array_decoded(run, node, array);
	const struct ev_val *best = out; /* NULL */
	bool beats;

	if (!decoded)
		return false;
	for (uint32_t i = 0; i < array->count; i++) {
		const struct ev_val *item = &decoded->item[i];

		if (!ev_val_beats(run, node, op, item, best, &beats))
			return false;
		if (beats)
			best = item;
	}
	if (best != out)
		*out = array->item[best - decoded->item];
	return true;
}

static bool
array_max(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return extreme(run, node, arg, EV_GT, out);
}

static bool
array_min(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	return extreme(run, node, arg, EV_LT, out);
}

/* Does b go before a? NULLs are last. */
static bool
before(struct ev_run *run, const struct ev_node *node, const struct ev_val *a,
    const struct ev_val *b, enum ev_compare op, bool *is)
{
	int truth;

	if (ev_val_is_null(a) || ev_val_is_null(b)) {
		*is = ev_val_is_null(a) && !ev_val_is_null(b);
		return true;
	}
	if (!ev_val_compare(run, node, op, *b, *a, &truth))
		return false;
	*is = truth > 0;
	return true;
}

/* Sorts pointers to items by merging their halves; spare has room for as many.
 * A comparison may fail, so that it is not qsort. */
static bool
sort(struct ev_run *run, const struct ev_node *node, const struct ev_val **item,
    size_t count, enum ev_compare op, const struct ev_val **spare)
{
	size_t half = count / 2, left = 0, right = half;

	if (count < 2)
		return true;
	if (!sort(run, node, item, half, op, spare) ||
	    !sort(run, node, item + half, count - half, op, spare))
		return false;
	for (size_t i = 0; i < count; i++) {
		bool second = left == half;

		if (!second && right < count &&
		    !before(run, node, item[left], item[right], op, &second))
			return false;
		spare[i] = item[second ? right++ : left++];
	}
	memcpy(item, spare, count * sizeof(*item));
	return true;
}

/* The elements of an array in order, as a new one; NULL: it fails. */
static const struct ev_array *
sorted(struct ev_run *run, const struct ev_node *node,
    const struct ev_array *array, enum ev_compare op)
{
	const struct ev_array *decoded = ev_array_decoded(run, node, array);
	const struct ev_val **order = ev_arena_alloc(run->arena,
	    2 * array->count * sizeof(*order));
	struct ev_array *made = ev_array_new(run, array->count);

	if (!decoded)
		return NULL;
	for (uint32_t i = 0; i < array->count; i++)
		order[i] = &decoded->item[i];
	if (!sort(run, node, order, array->count, op, order + array->count))
		return NULL;
	for (uint32_t i = 0; i < array->count; i++)
		made->item[i] = array->item[order[i] - decoded->item];
	return made;
}

static bool
is_word(struct ev_slice text, const char *word)
{
	return text.len == strlen(word) &&
	    !strncasecmp(text.ptr, word, text.len);
}

static bool
array_sort(struct ev_run *run, const struct ev_node *node,
    const struct ev_val *arg, struct ev_val *out)
{
	const struct ev_array *array = arg[0].array;
	struct ev_slice way = node->argc > 1 ? arg[1].text : EV_SLICE("ASC");
	bool down = is_word(way, "desc") || is_word(way, "descending");

	if (!down && !is_word(way, "asc") && !is_word(way, "ascending"))
		return true;
	array = sorted(run, node, array, down ? EV_GT : EV_LT);
	return array && list_out(out, array, node);
}

#define E EV_SQL_ELEMENT
#define A (EV_SQL_ARRAY | EV_SQL_ELEMENT)
#define T EV_SQL_TEXT
#define S EV_FUNC_SAME

const struct ev_func ev_func_ksql_array[] = {
    {"array_concat", A, {A, A}, array_concat, "the same as array_cat",
	"array_concat(ARRAY[1], ARRAY[2])", "[1,2]", EV_FUNC_NULLS},
    {"array_contains", EV_SQL_BOOL, {A, E}, array_contains,
	"is it an element? NULL may be one, and a NULL array has none",
	"array_contains(ARRAY[1, 2], 2)", "true", EV_FUNC_NULLS},
    {"array_distinct", A, {A}, array_distinct,
	"each element once, where it stands first",
	"array_distinct(ARRAY[1, 2, 1, NULL, NULL])", "[1,2,null]", S},
    {"array_except", A, {A, A}, array_except,
	"the elements of the first that the second has not, each once",
	"array_except(ARRAY[1, 2, 3, 1], ARRAY[2])", "[1,3]", 0},
    {"array_intersect", A, {A, A}, array_intersect,
	"the elements that both have, each once",
	"array_intersect(ARRAY[3, 1, 2, 3], ARRAY[2, 3])", "[3,2]", 0},
    {"array_union", A, {A, A}, array_union, "the elements of both, each once",
	"array_union(ARRAY[1, 2], ARRAY[2, 3])", "[1,2,3]", 0},
    {"array_length", EV_SQL_INT4, {A}, array_length,
	"how many elements it has (with a dimension it is PostgreSQL's)",
	"array_length(ARRAY[1, 2])", "2", S},
    {"array_max", E, {A}, array_max, "the greatest element",
	"array_max(ARRAY[1, NULL, 3])", "3", S},
    {"array_min", E, {A}, array_min, "the least element",
	"array_min(ARRAY['b', 'a'])", "\"a\"", S},
    {"array_sort", A, {A}, array_sort, "sorted, with NULLs last",
	"array_sort(ARRAY[2, NULL, 1])", "[1,2,null]", S},
    {"array_sort", A, {A, T}, array_sort,
	"the same, by ASC or DESC; another word gives NULL",
	"array_sort(ARRAY[2, NULL, 3], 'DESC')", "[3,2,null]", S},
    {"explode", E, {A}, ev_func_unnest, "the same as unnest",
	"explode(ARRAY[1, 2])", "1 2", S | EV_FUNC_ROWS},
    {.name = NULL},
};
