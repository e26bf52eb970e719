/*
 * query: see query.h.
 */
#include "expr/query_impl.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "expr/text.h"

#define PART 80 /* bytes of an expression's part that a message shows */

struct ev_query *
ev_query_new(struct ev_scan *scan)
{
	struct ev_query *query = ev_mem_zalloc(1, sizeof(*query));

	query->scan = scan;
	query->zones = ev_zones_new(NULL);
	query->time.zones = query->zones;
	query->time.zone = ev_zones_utc(query->zones);
	query->time.asked = &query->asks_time;
	query->deleted = ev_scan_want_key(scan, EV_DELETED);
	query->bind = (struct ev_bind){.arena = &query->arena, .scan = scan};
	query->run = (struct ev_run){.arena = &query->event,
	    .pool = &query->pool,
	    .held_arena = &query->held_arena,
	    .held_pool = &query->held_pool,
	    .buf = &query->scratch,
	    .time = &query->time};
	query->bind.run = query->run;
	query->bind.run.arena = &query->arena;
	query->bind.run.pool = &query->constants;
	ev_query_now(query, ev_clock_micro());
	return query;
}

void
ev_query_free(struct ev_query *query)
{
	if (!query)
		return;
	for (size_t i = 0; i < query->bind.regexes; i++)
		ev_pattern_free(query->bind.regex[i]);
	free(query->bind.regex);
	ev_buf_release(&query->bind.words);
	ev_zones_free(query->zones);
	ev_num_pool_release(&query->constants);
	ev_num_pool_release(&query->pool);
	ev_num_pool_release(&query->held_pool);
	ev_arena_release(&query->held_arena);
	ev_arena_release(&query->arena);
	ev_arena_release(&query->event);
	ev_buf_release(&query->scratch);
	free(query);
}

enum ev_status
ev_query_zone(struct ev_query *query, const char *name, struct ev_err *err)
{
	return ev_zones_find(query->zones, ev_slice_of(name), &query->time.zone,
	    err);
}

void
ev_query_now(struct ev_query *query, int64_t microseconds)
{
	if (query->time.fixed)
		return;
	query->time.now = microseconds - EV_TIME_EPOCH * 1000000;
	query->run.moment++;
	ev_arena_reset(&query->held_arena);
	ev_num_pool_reset(&query->held_pool);
}

enum ev_status
ev_query_fix_now(struct ev_query *query, struct ev_slice text,
    struct ev_err *err)
{
	int64_t now;

	if (ev_time_in(&query->time, EV_TIME_TZ, text, &now, err) != EV_OK)
		return EV_BAD;
	if (ev_time_infinite(now))
		return ev_err_set(err, EV_BAD, EV_EXIT_USAGE,
		    "now cannot be infinite");
	query->time.now = now;
	query->time.fixed = true;
	query->time.asked = NULL;
	return EV_OK;
}

bool
ev_query_asks_time(const struct ev_query *query)
{
	return query->asks_time;
}

/* ---- parameters ---- */

enum ev_status
ev_query_arg(struct ev_query *query, struct ev_slice name, struct ev_slice text,
    bool must, struct ev_err *err)
{
	if (ev_params_text(&query->params, &query->arena, name, text, err) !=
	    EV_OK)
		return EV_BAD;
	ev_params_find(&query->params, name)->must = must;
	return EV_OK;
}

enum ev_status
ev_query_arg_json(struct ev_query *query, struct ev_slice name,
    struct ev_value value, struct ev_err *err)
{
	return ev_params_json(&query->params, &query->arena, name, value, err);
}

struct ev_slice
ev_query_unused(const struct ev_query *query)
{
	for (size_t i = 0; i < query->params.count; i++)
		if (query->params.item[i].must && !query->params.item[i].used)
			return query->params.item[i].name;
	return (struct ev_slice){NULL, 0};
}

/* ---- compiling ---- */

enum ev_status
ev_query_start(struct ev_query *query, struct ev_parse *parse,
    struct ev_slice text, struct ev_err *err)
{
	text = ev_arena_slice(&query->arena, text);
	query->bind.source = text;
	query->bind.err = err;
	query->bind.lazy = 0;
	if (ev_parse_start(parse, text, &query->arena, err) != EV_OK)
		return EV_BAD;
	parse->params = &query->params;
	return EV_OK;
}

enum ev_status
ev_query_end(struct ev_parse *parse, const char *what)
{
	if (parse->now->kind == EV_TOKEN_END)
		return EV_OK;
	ev_parse_expected(parse, what);
	return EV_BAD;
}

/* A condition from the current token on. */
static enum ev_status
parse_condition(struct ev_query *query, struct ev_parse *parse)
{
	struct ev_node *node = ev_parse_expr(parse);

	if (!node)
		return EV_BAD;
	ev_parse_op(parse, ";");
	if (ev_query_end(parse, "an operator or the end") != EV_OK)
		return EV_BAD;
	query->source = parse->source;
	query->bind.fields = 0;
	query->condition = ev_bind_truth(&query->bind, node, "a condition");
	ev_query_watch(query);
	return query->condition ? EV_OK : EV_BAD;
}

enum ev_status
ev_query_condition(struct ev_query *query, struct ev_slice text,
    struct ev_err *err)
{
	struct ev_parse parse;

	if (ev_query_start(query, &parse, text, err) != EV_OK)
		return EV_BAD;
	return parse_condition(query, &parse);
}

enum ev_status
ev_query_select(struct ev_query *query, struct ev_slice text,
    struct ev_err *err)
{
	struct ev_parse parse;

	if (ev_query_start(query, &parse, text, err) != EV_OK ||
	    ev_list_parse(query, &parse) != EV_OK)
		return EV_BAD;
	return ev_query_end(&parse, "AS, a comma or the end");
}

enum ev_status
ev_query_program(struct ev_query *query, struct ev_slice text,
    struct ev_err *err)
{
	struct ev_parse parse;

	if (ev_query_start(query, &parse, text, err) != EV_OK)
		return EV_BAD;
	if (!ev_parse_word(&parse, "select"))
		return parse_condition(query, &parse);
	if (ev_list_parse(query, &parse) != EV_OK)
		return EV_BAD;
	if (ev_parse_word(&parse, "where"))
		return parse_condition(query, &parse);
	ev_parse_op(&parse, ";");
	return ev_query_end(&parse, "AS, a comma, WHERE or the end");
}

bool
ev_query_has_condition(const struct ev_query *query)
{
	return query->condition != NULL;
}

bool
ev_query_has_list(const struct ev_query *query)
{
	return query->list.count > 0;
}

/* ---- running ---- */

struct ev_run *
ev_query_begin(struct ev_query *query, struct ev_err *err)
{
	struct ev_run *run = &query->run;

	if (query->event.block)
		ev_arena_reset(&query->event);
	if (query->pool.used)
		ev_num_pool_reset(&query->pool);
	run->fields = ev_query_fields(query);
	run->err = err;
	run->failed = NULL;
	return run;
}

enum ev_status
ev_query_failed(const struct ev_run *run, struct ev_slice source,
    struct ev_err *err)
{
	const struct ev_node *node = run->failed;
	struct ev_err why = *err;
	size_t len;

	if (!node)
		return EV_BAD;
	len = node->end - node->at;
	return ev_err_set(err, EV_BAD, EV_EXIT_DATA, "%.*s%s: %s",
	    (int)ev_utf8_cut(source.ptr + node->at, len, PART),
	    source.ptr + node->at, len > PART ? "…" : "", why.text);
}

enum ev_status
ev_query_test(struct ev_query *query, int *truth, struct ev_err *err)
{
	struct ev_run *run = ev_query_begin(query, err);
	struct ev_val *val = &query->val;

	if (!ev_node_eval(run, query->condition, val))
		return ev_query_failed(run, query->source, err);
	*truth = val->type == EV_SQL_NULL ? -1 : val->truth;
	return EV_OK;
}

const struct ev_value *
ev_query_delete_mark(struct ev_query *query)
{
	return &ev_query_fields(query)[query->deleted];
}
