/*
 * expr_gen_json: random expressions of json and jsonb, over events with a
 * field j1 that holds JSON. PostgreSQL sees j1 as json: so it is never null
 * nor a string (evexpr(7): a field's null is NULL, and a string is read).
 */
#ifndef TESTS_ORACLE_EXPR_GEN_JSON_H
#define TESTS_ORACLE_EXPR_GEN_JSON_H

#include "expr_gen.h"

static void
gen_jsonb(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"j1::jsonb", "j1::jsonb",
	    "j1::jsonb", "'{\"a\":1,\"b\":[1,2]}'::jsonb",
	    "jsonb '[1, \"a\", null, {\"a\":\"x\"}]'", "'{}'::jsonb",
	    "'[]'::jsonb", "'null'::jsonb", "'1.50'::jsonb", "'\"a\"'::jsonb",
	    "'true'::jsonb", "NULL::jsonb",
	    "'{\"bb\":1e2,\"a\":{\"b\":[]},\"c\":-0.0,\"bb\":2}'::jsonb",
	    "'[[1,2],[3,[4]]]'::jsonb", "'\"é\\u0041\\n\"'::jsonb"};
	static const char *const node[] = {"($j || $j)", "($j || $j)",
	    "($j - 'a')", "($j - $t)", "($j - $I)", "($j - '{a,b}'::text[])",
	    "($j -> 'a')", "($j -> ($t))", "($j -> $I)", "($j #> '{a,0}')",
	    "($j #> '{b,-1}')", "($j #> ARRAY['a', $t])", "($j #- '{a}')",
	    "($j #- '{b,0}')", "($j #- '{1}')", "jsonb_set($j, '{a}', $j)",
	    "jsonb_set($j, '{b,1}', $j)", "jsonb_set($j, '{0,a}', $j, $b)",
	    "jsonb_set_lax($j, '{a}', $j, $b, 'delete_key')",
	    "jsonb_set_lax($j, '{-1}', $j)", "jsonb_insert($j, '{b,0}', $j)",
	    "jsonb_insert($j, '{1}', $j, $b)", "jsonb_strip_nulls($j)",
	    "jsonb_build_object('a', $n, $t, $j)",
	    "jsonb_build_object($n, $t, $b, $i)",
	    "jsonb_build_array($t, $j, $b, $d)",
	    "jsonb_build_array($n, $f, $s, $z, $J)", "coalesce($j, $j)",
	    "CASE WHEN $b THEN $j ELSE $j END", "($J::jsonb)", "to_jsonb($t)",
	    "to_jsonb($n)", "to_jsonb($i)", "to_jsonb($f)", "to_jsonb($z)",
	    "to_jsonb($J)", "nullif($j, $j)", "greatest($j, $j)",
	    "least($j, $j, '[1]')", "($j)['a']", "($j)[$I]", "($j)[$t]",
	    "jsonb_extract_path($j, 'b', $t)", "($t::jsonb)",
	    "jsonb_object(ARRAY[$t, $t])", "($j::text::jsonb)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_json(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"j1", "j1", "j1",
	    "'{\"a\":1,\"b\":[1,2]}'::json",
	    "json '[1, \"a\",  null, {\"a\":\"x\"} ]'", "'{}'::json",
	    "'null'::json", "' 1.50e0'::json", "NULL::json",
	    "'{\"a\":1,\"a\":{\"b\":null}}'::json", "'[\"\u00e9\"]'::json"};
	static const char *const node[] = {"($J::json -> 'a')",
	    "($J::json -> ($t))", "($J::json -> $I)", "($J #> '{a,b}')",
	    "($J #> ARRAY['b', $t])", "json_strip_nulls($J)",
	    "json_build_object('a', $n, $t, $J)",
	    "json_build_object($z, $t, $b, $i)",
	    "json_build_array($t, $J, $b, $d)",
	    "json_build_array($n, $f, $s, $z, $j)", "coalesce($J::json, $J)",
	    "CASE WHEN $b THEN $J::json ELSE $J END", "($j::json)",
	    "to_json($t)", "to_json($n)", "to_json($f)", "to_json($d)",
	    "to_json($s)", "to_json($b)", "to_json($j)",
	    "json_extract_path($J, 'b', $t)",
	    "json_object(ARRAY['a', $t], ARRAY[$t, 'x'])", "($J::text::json)",
	    "array_to_json($x)", "array_to_json($y, FALSE)",
	    "array_to_json(ARRAY[$z, $z])", "array_to_json(ARRAY[$j, $j])"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

/* Any expression that has JSON in it. */
static void
gen_any_json(struct ev_buf *out)
{
	static const char *const top[] = {"$j", "$j", "$j", "$J", "$J",
	    "($j @> $j)", "($j <@ $j)", "($j ? 'a')", "($j ? $t)",
	    "($j ?| '{a,c}')", "($j ?& ARRAY['a', $t])", "($j = $j)",
	    "($j <> $j)", "($j < $j)", "($j >= $j)", "($j IS NULL)",
	    "($j IS DISTINCT FROM $j)", "($j IN ($j, $j))",
	    "($j BETWEEN $j AND $j)", "($j ->> 'a')", "($j ->> $I)",
	    "($j #>> '{b,0}')", "($J::json ->> 'a')", "($J::json ->> $I)",
	    "($J #>> '{a,0}')", "($j::text || $t)", "jsonb_pretty($j)",
	    "jsonb_typeof($j)", "json_typeof($J)", "jsonb_array_length($j)",
	    "json_array_length($J)", "($j::numeric + 1)", "($j::boolean)",
	    "(($j -> 'a')::integer)", "concat($j, $J::json, $t)",
	    "jsonb_extract_path_text($j, 'a')", "length($J::json::text)",
	    "format('%s %L', $j, $J::json)", "(array_to_json($y, $b)::text)",
	    "(array_to_json(ARRAY[$J, $J], TRUE)::text)", "pg_typeof($j)"};

	fill(out, PICK(top), 1 + below(4));
}

static void
gen_json_event(struct ev_buf *out)
{
	static const char *const values[] = {"{\"a\":1,\"b\":[1,2,3]}",
	    "{\"a\":{\"b\":null,\"c\":[]},\"b\":[\"x\",{\"a\":1}]}",
	    "[1,\"a\",null,true,[2]]", "[]", "{}", "5", "-0.0", "true",
	    "{\"\":\"\",\"b\":-1.50,\"a\":\"x\"}",
	    "[{\"b\":1,\"a\":2},{\"a\":2.0}]",
	    "{\"a\":[{\"a\":[1]}],\"c\":\"\\u00e9\\\"\"}", NULL};

	gen_event(out);
	out->len--;
	gen_member(out, "j1", PICK(values));
	ev_buf_char(out, '}');
}

#endif
