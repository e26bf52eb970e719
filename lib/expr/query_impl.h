/*
 * query_impl: the inside of a query, for query.c, select.c and project.c.
 */
#ifndef EV_EXPR_QUERY_IMPL_H
#define EV_EXPR_QUERY_IMPL_H

#include "expr/bind.h"
#include "expr/parse.h"
#include "expr/query.h"

/* One place of a select list: an expression, or the star. */
struct ev_item {
	bool star;
	struct ev_slice name; /* of the output, plain */
	struct ev_slice key;  /* the same as JSON; of RENAME: the new name */
	struct ev_slice to;   /* of RENAME: the new name, plain */
	struct ev_node *node;
	unsigned *slot; /* the fields it reads */
	size_t slots;
	uint32_t at; /* where it stands */
	bool rows;   /* it makes several events of one */
	bool steady; /* it is the same in all of them: where it stands in the
	              * first one, once that is written */
	size_t first, first_len;
};

struct ev_list {
	struct ev_slice source;
	struct ev_item *item;
	size_t count, cap;
	/* of the star: what it leaves out, replaces, and gives new names */
	struct ev_item *exclude, *replace, *rename;
	size_t excludes, excludes_cap, replaces, replaces_cap;
	size_t renames, renames_cap;
	bool star;
	struct ev_rows *rows; /* what makes several events of one, or NULL */
};

/* Whether a field of the condition, or the key that its path begins with, was
 * in one of the events at least. */
struct ev_sight {
	const struct ev_node *field;
	uint32_t depth; /* how much of its path */
	unsigned slot;
	bool seen;
};

struct ev_query {
	struct ev_scan *scan;
	struct ev_zones *zones;
	struct ev_params params;
	struct ev_time_env time;
	bool asks_time;        /* now() stands in it, or the like */
	struct ev_arena arena; /* of the query */
	struct ev_num_pool constants;
	struct ev_arena event; /* of one event */
	struct ev_num_pool pool;
	struct ev_arena held_arena; /* of what is made of one now() */
	struct ev_num_pool held_pool;
	struct ev_buf scratch;
	struct ev_run run;
	struct ev_val val; /* of the condition */
	struct ev_bind bind;
	struct ev_node *condition; /* or NULL */
	struct ev_slice source;    /* of the condition */
	struct ev_sight *sight;    /* of what the condition reads (hint.c) */
	size_t sights;
	struct ev_list list; /* count 0: none */
	unsigned deleted;    /* the slot of __deleted */
};

/* The scan's fields, which stay where they are once all are asked for. */
static inline const struct ev_value *
ev_query_fields(struct ev_query *query)
{
	if (!query->run.fields)
		query->run.fields = ev_scan_fields(query->scan);
	return query->run.fields;
}

/* Begins a run over the scan's last line; the run is the query's own, made
 * once: filling one for every event cost 3 % of a filter. */
struct ev_run *ev_query_begin(struct ev_query *query, struct ev_err *err);
/* Puts the part of the expression that failed before the message. */
enum ev_status ev_query_failed(const struct ev_run *run, struct ev_slice source,
    struct ev_err *err);
/* Begins to read a text, which is copied. */
enum ev_status ev_query_start(struct ev_query *query, struct ev_parse *parse,
    struct ev_slice text, struct ev_err *err);
/* Must be at the end of the text, with or without a semicolon. */
enum ev_status ev_query_end(struct ev_parse *parse, const char *what);
/* Makes ready to look for the fields of a condition, just bound (hint.c). */
void ev_query_watch(struct ev_query *query);
/* A select list from the current token on (select.c). */
enum ev_status ev_list_parse(struct ev_query *query, struct ev_parse *parse);
/* May a deleted row's event have this item: does the row carry what it
 * reads? */
bool ev_item_carried(const struct ev_run *run, const struct ev_item *item);
/* Appends the event that the list makes (project.c); false: run says why not. */
bool ev_list_write(struct ev_query *query, struct ev_run *run, bool deleted,
    struct ev_buf *out, bool *changed);

#endif
