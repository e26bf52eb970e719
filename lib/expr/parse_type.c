/*
 * parse_type: the names of types, in casts and around typed literals.
 */
#include "base/nearest.h"
#include "base/utf8.h"
#include "expr/parse.h"

#include <stdlib.h>
#include <strings.h>

#define PRECISION_MAX 1000 /* of numeric, PostgreSQL's */
#define VARCHAR_MAX 10485760

static const struct {
	const char *name;
	enum ev_sql type;
} types[] = {
    {"bigint", EV_SQL_INT8},
    {"int8", EV_SQL_INT8},
    {"integer", EV_SQL_INT4},
    {"int", EV_SQL_INT4},
    {"int4", EV_SQL_INT4},
    {"smallint", EV_SQL_INT2},
    {"int2", EV_SQL_INT2},
    {"numeric", EV_SQL_NUMERIC},
    {"decimal", EV_SQL_NUMERIC},
    {"dec", EV_SQL_NUMERIC},
    {"double", EV_SQL_FLOAT8},
    {"float8", EV_SQL_FLOAT8},
    {"float", EV_SQL_FLOAT8},
    {"text", EV_SQL_TEXT},
    {"varchar", EV_SQL_TEXT},
    {"character", EV_SQL_TEXT},
    {"boolean", EV_SQL_BOOL},
    {"bool", EV_SQL_BOOL},
    {"date", EV_SQL_DATE},
    {"timestamp", EV_SQL_STAMP},
    {"timestamptz", EV_SQL_STAMPTZ},
    {"interval", EV_SQL_INTERVAL},
    {"json", EV_SQL_JSONTEXT},
    {"jsonb", EV_SQL_JSONB},
    {"jsonpath", EV_SQL_JSONPATH},
};

#define TYPES (sizeof(types) / sizeof(types[0]))

/* The index of the type whose name the current token is; TYPES if none. */
static size_t
find(const struct ev_parse *parse)
{
	size_t i = 0;

	while (i < TYPES && !ev_parse_at_word(parse, types[i].name))
		i++;
	return i;
}

/* Types of other systems, and of PostgreSQL those that there are not. */
static const struct {
	const char *name, *here;
} elsewhere[] = {{"string", "text"}, {"char", "varchar"}, {"real", "float8"},
    {"float4", "float8"}, {"number", "numeric"}, {"datetime", "timestamp"},
    {"long", "bigint"}};

static bool
unknown(struct ev_parse *parse)
{
	const struct ev_token *now = parse->now;
	struct ev_slice word;
	struct ev_nearest nearest;

	if (now->kind != EV_TOKEN_NAME)
		return ev_parse_expected(parse, "the name of a type");
	word = ev_arena_slice(parse->arena, now->text);
	nearest = ev_nearest_to(word.ptr);
	for (size_t i = 0; i < TYPES; i++)
		ev_nearest_offer(&nearest, types[i].name);
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		if (!strcasecmp(elsewhere[i].name, word.ptr))
			nearest.best = elsewhere[i].here;
	ev_lex_point(parse->source, now->at, parse->err,
	    "there is no type %.*s%s%s%s",
	    (int)ev_utf8_cut(word.ptr, word.len, 60), word.ptr,
	    nearest.best ? "; did you mean " : "",
	    nearest.best ? nearest.best : "", nearest.best ? "?" : "");
	return false;
}

static bool
parse_number(struct ev_parse *parse, int32_t low, int32_t high,
    const char *what, int32_t *out)
{
	bool minus = low < 0 && ev_parse_op(parse, "-");
	long number;

	if (parse->now->kind != EV_TOKEN_NUMBER)
		return ev_parse_expected(parse, "a number");
	number = strtol(parse->source.ptr + parse->now->at, NULL, 10);
	if (parse->now->text.len > 9 ||
	    memchr(parse->now->text.ptr, '.', parse->now->text.len))
		number = (long)high + 1;
	if (minus)
		number = -number;
	if (number < low || number > high) {
		ev_lex_point(parse->source, parse->now->at, parse->err,
		    "%s must be between %d and %d", what, (int)low, (int)high);
		return false;
	}
	*out = (int32_t)number;
	ev_parse_step(parse);
	return true;
}

/* (precision), (precision, scale), (length). */
static bool
parse_limits(struct ev_parse *parse, struct ev_sql_type *type)
{
	bool numeric = type->type == EV_SQL_NUMERIC;

	if (!ev_parse_op(parse, "("))
		return true;
	type->limited = true;
	if (!parse_number(parse, 1, numeric ? PRECISION_MAX : VARCHAR_MAX,
		numeric ? "numeric's precision" : "varchar's length",
		&type->precision))
		return false;
	if (numeric && ev_parse_op(parse, ",") &&
	    !parse_number(parse, -PRECISION_MAX, PRECISION_MAX,
		"numeric's scale", &type->scale))
		return false;
	return ev_parse_want_op(parse, ")");
}

/* (digits) of a second; more than there are count as those. */
static bool
parse_digits(struct ev_parse *parse, struct ev_sql_type *type)
{
	type->limited = true;
	if (!ev_parse_op(parse, "("))
		return true;
	if (!parse_number(parse, 0, 1000000, "interval's precision",
		&type->precision))
		return false;
	if (type->precision > EV_INTERVAL_DIGITS)
		type->precision = EV_INTERVAL_DIGITS;
	return ev_parse_want_op(parse, ")");
}

bool
ev_parse_fields(struct ev_parse *parse, struct ev_sql_type *type)
{
	static const char *const names[] = {"year", "month", "day", "hour",
	    "minute", "second"};
	int from = 0, to;

	while (from < 6 && !ev_parse_at_word(parse, names[from]))
		from++;
	if (from == 6)
		return true;
	ev_parse_step(parse);
	type->limited = true;
	to = from;
	/* a month and a second are the last of their kind */
	if (from != 1 && from != 5 && ev_parse_word(parse, "to")) {
		int last = from < 1 ? 1 : 5;

		for (to = from + 1; to < last; to++)
			if (ev_parse_at_word(parse, names[to]))
				break;
		if (!ev_parse_want_word(parse, names[to]))
			return false;
	}
	for (int i = from; i <= to; i++)
		type->scale |= 1 << i;
	return to < 5 || parse_digits(parse, type);
}

/* A type that is no array. */
static bool
parse_element(struct ev_parse *parse, struct ev_sql_type *type)
{
	size_t i = find(parse);

	if (i == TYPES)
		return unknown(parse);
	ev_parse_step(parse);
	*type = (struct ev_sql_type){.type = (uint8_t)types[i].type};
	if (!strcmp(types[i].name, "double") &&
	    !ev_parse_want_word(parse, "precision"))
		return false;
	if (!strcmp(types[i].name, "character") &&
	    !ev_parse_want_word(parse, "varying"))
		return false;
	if (type->type == EV_SQL_NUMERIC ||
	    (type->type == EV_SQL_TEXT && strcmp(types[i].name, "text") != 0))
		return parse_limits(parse, type);
	if (type->type == EV_SQL_INTERVAL) {
		type->precision = EV_INTERVAL_DIGITS;
		return ev_parse_at_op(parse, "(")
		    ? parse_digits(parse, type)
		    : ev_parse_fields(parse, type);
	}
	if (type->type != EV_SQL_STAMP)
		return true;
	if (ev_parse_word(parse, "with"))
		type->type = EV_SQL_STAMPTZ;
	else if (!ev_parse_word(parse, "without"))
		return true;
	return ev_parse_want_word(parse, "time") &&
	    ev_parse_want_word(parse, "zone");
}

bool
ev_parse_type(struct ev_parse *parse, struct ev_sql_type *type)
{
	bool word;

	if (!parse_element(parse, type))
		return false;
	/* how long it is, and how many dimensions it has, is not looked at */
	word = ev_parse_word(parse, "array");
	if (word)
		type->type |= EV_SQL_ARRAY;
	while (ev_parse_op(parse, "[")) {
		type->type |= EV_SQL_ARRAY;
		if (parse->now->kind == EV_TOKEN_NUMBER)
			ev_parse_step(parse);
		if (!ev_parse_want_op(parse, "]"))
			return false;
	}
	return true;
}

bool
ev_parse_at_typed_literal(const struct ev_parse *parse)
{
	struct ev_parse ahead = *parse;
	struct ev_sql_type type;

	ahead.err = NULL;
	return find(parse) < TYPES && parse_element(&ahead, &type) &&
	    ahead.now->kind == EV_TOKEN_TEXT &&
	    (type.type != EV_SQL_INTERVAL || !type.scale);
}
