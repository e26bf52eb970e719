/*
 * expr_gen_array: random expressions of arrays, for expr_gen.h: of numerics
 * and of texts. PostgreSQL compares arrays of one type only, so that no others
 * are made; a varchar that stands first would make one of varchar.
 */
#ifndef TESTS_ORACLE_EXPR_GEN_ARRAY_H
#define TESTS_ORACLE_EXPR_GEN_ARRAY_H

#include "expr_gen.h"

static void
gen_numbers(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"ARRAY[n1, n2]", "ARRAY[n3, 1.50]",
	    "'{1,2.50,NULL,-3}'::numeric[]", "ARRAY[]::numeric[]",
	    "NULL::numeric[]", "'[0:1]={1,2}'::numeric[]",
	    "'{{1,2},{3,NULL}}'::numeric[]", "ARRAY[0, 1, 2, 1]::numeric[]"};
	static const char *const node[] = {"ARRAY[$n, $n, $n]", "($y || $n)",
	    "($n || $y)", "($y || $y)", "($y)[$I:$I]", "($y)[$I:]",
	    "array_append($y, $n)", "array_prepend($n, $y)",
	    "array_cat($y, $y)", "array_remove($y, $n)",
	    "array_replace($y, $n, $n)", "trim_array($y, $I)",
	    "($x::numeric[])", "(CASE WHEN $b THEN $y ELSE $y END)",
	    "coalesce($y, $y)", "nullif($y, $y)", "greatest($y, $y)",
	    "array_fill($n, ARRAY[$I])", "ARRAY[$y, $y]",
	    "($y::int[])::numeric[]"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_texts(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"ARRAY[t1, t2]", "ARRAY[t3, 'abc']",
	    "'{a,\"b c\",NULL,\"\"}'::text[]", "ARRAY[]::text[]",
	    "NULL::text[]", "'[2:3]={a,\"x\\\"y\"}'::text[]",
	    "ARRAY['a%', '%b', NULL]"};
	static const char *const node[] = {"ARRAY[$t::text, $t, 'x']",
	    "($x || $t)", "($t || $x)", "($x || $x)", "($x)[$I:$I]",
	    "string_to_array($t, ',')", "string_to_array($t, $t, $t)",
	    "parse_ident($t)", "parse_ident($t, $b)",
	    "parse_ident('a.' || $t || ' .B', FALSE)",
	    "string_to_array($t, NULL)", "regexp_match($t, '(.)(b)?')",
	    "regexp_match($t, 'B.', 'i')", "regexp_split_to_array($t, '[,b]')",
	    "regexp_split_to_array($t, 'x*')", "($y::text[])", "($t::text[])",
	    "array_remove($x, $t)", "array_replace($x, $t, $t)",
	    "coalesce($x, $x)", "least($x, $x)", "(ARRAY[$b, $b]::text[])",
	    "(ARRAY[$d, $d]::text[])", "(ARRAY[$i, $i]::text[])"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

/* Any expression that has an array in it. */
static void
gen_any_array(struct ev_buf *out)
{
	static const char *const top[] = {"($y = $y)", "($y < $y)",
	    "($x >= $x)", "($n = ANY($y))", "($n <> ALL($y))", "($n < ANY($y))",
	    "($n >= ALL($y))", "($t = ANY($x))", "($t <> ALL($x))",
	    "($t LIKE ANY($x))", "($t NOT LIKE ALL($x))",
	    "($t ILIKE ANY(ARRAY['A%', '%é', NULL]))",
	    "($t = ANY('{a,abc,b,12,x,NULL}'))",
	    "($n IN (0, 1, 2, 3, 100, 2147483648))",
	    "($t IN ('', 'a', 'abc', 'ABC', '12'))", "($x @> $x)", "($x <@ $x)",
	    "($x && $x)", "($y IS NULL)", "($y IS DISTINCT FROM $y)",
	    "($y)[$I]", "($y)[$I][$I]", "($x)[$I]", "array_length($x, $I)",
	    "array_upper($y, $I)", "array_lower($y, 1)", "array_ndims($y)",
	    "cardinality($y)", "array_position($x, $t)",
	    "array_position($y, $n, $I)", "array_positions($y, $n)",
	    "array_dims($y)", "array_to_string($y, ',')",
	    "array_to_string($x, $t, $t)", "($y::text)", "($x::text)",
	    "upper(array_to_string($x, '-'))", "width_bucket($n, $y)",
	    "unnest($y)", "(unnest($x) || $t)",
	    "regexp_split_to_table($t, ',')", "regexp_matches($t, '.', 'g')",
	    "string_to_table($t, $t)", "pg_typeof($i)", "pg_typeof($f)",
	    "pg_typeof($n + $i)", "pg_typeof($v)", "pg_typeof($y::int[])", "$x",
	    "$y"};

	fill(out, PICK(top), 1 + below(3));
}

#endif
