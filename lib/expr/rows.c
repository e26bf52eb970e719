/*
 * rows: several events out of one: what a select list with unnest or another
 * function of rows makes (query.h, ev_query_rows). As in PostgreSQL the rows
 * of several such functions go side by side, and NULL stands for those of the
 * shorter ones.
 *
 * All are made before one is emitted, so that an event that fails at its last
 * row is bad as a whole. What is made for a row is let go of behind it, and what
 * is the same in all rows is computed in the first.
 */
#include "expr/array.h"
#include "expr/eval.h"
#include "expr/query_impl.h"

bool
ev_query_makes_rows(const struct ev_query *query)
{
	return query->list.rows != NULL;
}

/* Evaluates what gives rows; *count: how many there are. */
static bool
open_rows(struct ev_run *run, struct ev_rows *rows, uint32_t *count)
{
	struct ev_val val;

	*count = 0;
	for (; rows; rows = rows->next) {
		rows->array = NULL;
		if (!ev_node_eval(run, rows->of, &val))
			return false;
		if (val.type == EV_SQL_NULL)
			continue;
		rows->array = val.array;
		if (*count < val.array->count)
			*count = val.array->count;
	}
	return true;
}

enum ev_status
ev_query_rows(struct ev_query *query, bool deleted, struct ev_buf *out,
    struct ev_err *err)
{
	struct ev_run *run = ev_query_begin(query, err);
	struct ev_list *list = &query->list;
	size_t before = out->len;
	struct ev_num_pool_mark numbers;
	struct ev_arena_mark mark;
	uint32_t count;
	bool changed;

	if (!open_rows(run, list->rows, &count))
		return ev_query_failed(run, list->source, err);
	/* a deletion is never lost: it may not carry what rows are made of */
	if (!count && deleted)
		count = 1;
	mark = ev_arena_mark(run->arena);
	numbers = ev_num_pool_mark(run->pool);
	for (run->row = 0; run->row < count; run->row++) {
		if (!ev_list_write(query, run, deleted, out, &changed)) {
			out->len = before;
			return ev_query_failed(run, list->source, err);
		}
		ev_buf_char(out, '\n');
		ev_arena_rewind(run->arena, mark);
		ev_num_pool_rewind(run->pool, numbers);
		if (out->len - before > EV_EXPR_TEXT_MAX) {
			out->len = before;
			return ev_err_set(err, EV_BAD, EV_EXIT_DATA,
			    "the rows of the event are more than %u MiB",
			    EV_EXPR_TEXT_MAX >> 20);
		}
	}
	return EV_OK;
}
