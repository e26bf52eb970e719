/*
 * expr_gen: random typed expressions and random events for them. An
 * expression is built from the type that it must have, downwards; what
 * PostgreSQL has no types for, or evexpr(7) lists as different (a number of a
 * field beside text, exponents in a field's number), is not made.
 *
 * Fields: n1 n2 n3 numbers, t1 t2 t3 texts, b1 b2 booleans; any may be null
 * or missing.
 */
#ifndef TESTS_ORACLE_EXPR_GEN_H
#define TESTS_ORACLE_EXPR_GEN_H

#include "base/buf.h"
#include "chance.h"

static unsigned
below(unsigned n)
{
	return (unsigned)(next() % n);
}

static void gen_bool(struct ev_buf *out, unsigned depth);
static void gen_num(struct ev_buf *out, unsigned depth);
static void gen_int(struct ev_buf *out, unsigned depth);
static void gen_real(struct ev_buf *out, unsigned depth);
static void gen_text(struct ev_buf *out, unsigned depth);
static void gen_date(struct ev_buf *out, unsigned depth);
static void gen_stamp(struct ev_buf *out, unsigned depth);
static void gen_moment(struct ev_buf *out, unsigned depth);
static void gen_span(struct ev_buf *out, unsigned depth);
static void gen_json(struct ev_buf *out, unsigned depth);
static void gen_jsonb(struct ev_buf *out, unsigned depth);
static void gen_numbers(struct ev_buf *out, unsigned depth);
static void gen_texts(struct ev_buf *out, unsigned depth);

#define PICK(list) ((list)[below(sizeof(list) / sizeof((list)[0]))])

typedef void (*gen)(struct ev_buf *out, unsigned depth);

/* Writes a template: each $x becomes an expression of a type: $b boolean, $n
 * numeric, $i integer, $f double precision, $t text, $d date, $s timestamp,
 * $z timestamptz, $v interval, $J json, $j jsonb (expr_gen_json.h), $y
 * numeric[], $x text[] (expr_gen_array.h), $I a small integer literal. */
static void
fill(struct ev_buf *out, const char *template, unsigned depth)
{
	static const struct {
		char letter;
		gen gen;
	} gens[] = {{'b', gen_bool}, {'n', gen_num}, {'i', gen_int},
	    {'f', gen_real}, {'t', gen_text}, {'d', gen_date}, {'s', gen_stamp},
	    {'z', gen_moment}, {'v', gen_span}, {'J', gen_json},
	    {'j', gen_jsonb}, {'y', gen_numbers}, {'x', gen_texts}};

	for (; *template; template ++) {
		if (*template != '$') {
			ev_buf_char(out, *template);
			continue;
		}
		template ++;
		if (*template == 'I')
			ev_buf_printf(out, "%d", (int)below(9) - 3);
		for (size_t i = 0; i < sizeof(gens) / sizeof(gens[0]); i++)
			if (gens[i].letter == *template)
				gens[i].gen(out, depth ? depth - 1 : 0);
	}
}

static void
gen_bool(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"b1", "b2", "b1", "b2", "TRUE",
	    "FALSE", "NULL::boolean", "(n1 IS NULL)", "(t1 IS NOT NULL)",
	    "(n2 < 3)", "(t2 = 'abc')"};
	static const char *const node[] = {"($b AND $b)", "($b OR $b)",
	    "(NOT $b)", "($n = $n)", "($n < $n)", "($i >= $n)", "($f < $f)",
	    "($n <> $i)", "($n > $f)", "($t = $t)", "($t < $t)", "($t <> $t)",
	    "($t >= $t)", "($b = $b)", "($b < $b)", "($n IS NULL)",
	    "($t IS NOT NULL)", "($b IS TRUE)", "($b IS NOT FALSE)",
	    "($b IS UNKNOWN)", "($n IS DISTINCT FROM $n)", "($t IS NORMALIZED)",
	    "(normalize($t, NFD) IS NOT NFC NORMALIZED)",
	    "($t IS NOT DISTINCT FROM $t)", "($n IN ($n, $n, $i))",
	    "($n NOT IN ($n, $n))", "($t IN ($t, 'abc', $t))",
	    "($t NOT IN ($t, ''))", "($n BETWEEN $n AND $n)",
	    "($n NOT BETWEEN $i AND $n)", "($n BETWEEN SYMMETRIC $n AND $n)",
	    "($t BETWEEN $t AND $t)", "($t LIKE 'a%')", "($t LIKE '%b%')",
	    "($t NOT LIKE '_b%')", "($t ILIKE '%É_')", "($t LIKE $t)",
	    "($t ILIKE $t)", "($t LIKE 'a!%%' ESCAPE '!')", "($t LIKE '%')",
	    "($t ~ '^a')", "($t ~* '[b-d]+$')", "($t !~ 'x|y')",
	    "($t !~* '^.b')", "($d < $d)", "($s <= $s)", "($z > $z)",
	    "($d = $s)", "($d < $z)", "($s > $z)",
	    "(CASE WHEN $b THEN $b ELSE $b END)", "coalesce($b, $b)",
	    "nullif($b, $b)", "($t::boolean)", "($i::boolean)", "(n1 = '5')",
	    "(n1 <> '2.50')", "('3' < n2)", "(n1 IN ('1', '2.5', n2))",
	    "(t1 = n1::text)", "starts_with($t, $t)", "isfinite($d)",
	    "isfinite($s)", "($t ^@ 'a')", "($t SIMILAR TO '(a|b)%')",
	    "($t NOT SIMILAR TO '_[a-c]#%*' ESCAPE '#')",
	    "regexp_like($t, 'B.', 'i')", "greatest($b, $b)", "least($b, NULL)",
	    "($v < $v)", "($v = $v)", "($v IN ($v, $v))",
	    "($v BETWEEN $v AND $v)", "($s, $s) OVERLAPS ($s, $v)",
	    "($z, $v) OVERLAPS ($z, $z)", "($v IS NULL)",
	    "(NOT $n = $n AND $b OR $b)", "($b IS NULL)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_num(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"n1", "n2", "n3", "n1", "n2", "n3",
	    "1.5", "0.1", "0.2", "-2.50", "100.0", "1e3", "1e-7", "0.00",
	    "12345678901234567890", "NULL::numeric", "99999999.99",
	    "numeric '3.14159'"};
	static const char *const node[] = {"($n + $n)", "($n - $n)",
	    "($n * $n)", "($n / $n)", "($n % $n)", "(- $n)", "($n + $i)",
	    "($i * $n)", "($n / $i)", "round($n)", "round($n, $I)", "abs($n)",
	    "floor($n)", "ceil($n)", "trunc($n)", "trunc($n, $I)", "sign($n)",
	    "($i::numeric)", "($f::numeric)", "CAST($t AS numeric)",
	    "($n::numeric(10,2))", "($n::numeric(5))", "($n::numeric(4,-1))",
	    "CASE WHEN $b THEN $n ELSE $n END", "CASE WHEN $b THEN $n END",
	    "CASE $n WHEN $n THEN $n ELSE $i END", "coalesce($n, $n)",
	    "coalesce($n, $i, 0)", "nullif($n, $n)", "nullif($n, 0)",
	    "extract(year FROM $d)", "extract(epoch FROM $z)",
	    "extract(second FROM $s)", "extract(dow FROM $z)",
	    "extract(epoch FROM $v)", "extract(day FROM $v)",
	    "extract(second FROM $v)", "extract(week FROM $d)",
	    "extract(hour FROM $z)", "(+ $n)", "mod($n, $n)", "div($n, $n)",
	    "sqrt($n)", "gcd($n, $n)", "lcm($n, 2.5)", "ln($n)", "log($n)",
	    "to_number($t || '0', '9,9G9D9MI')",
	    "to_number($n::text, 'S99999999D999')", "log(2.5, $n)",
	    "exp($n::numeric(4,1))", "($n ^ $I)", "($n ^ 0.5)",
	    "power($n::numeric(4,2), $n::numeric(3,1))", "trim_scale($n)",
	    "greatest($n, $n, $i)", "least($n, $n)", "factorial($I + 20)",
	    "(@ $n)", "round(cbrt($f)::numeric, 6)",
	    "round(($f ^ $f)::numeric, 3)", "round(sind($f)::numeric, 9)",
	    "round(atan2($f, $f)::numeric, 6)", "round(ln($f)::numeric, 6)",
	    "($n + $n * $n)", "(- $n - $n / $n)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_int(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"0", "1", "2", "-1", "7", "100",
	    "2147483647", "-2147483648", "9223372036854775807",
	    "-9223372036854775808", "3000000000", "NULL::integer",
	    "5::smallint", "8::bigint", "32767::smallint", "'42'::int"};
	static const char *const node[] = {"($i + $i)", "($i - $i)",
	    "($i * $i)", "($i / $i)", "($i % $i)", "(- $i)", "abs($i)",
	    "($n::integer)", "($n::bigint)", "($n::smallint)", "($f::bigint)",
	    "($f::integer)", "($t::integer)", "($t::bigint)", "($b::integer)",
	    "length($t)", "strpos($t, $t)", "position($t IN $t)",
	    "octet_length($t)", "($d - $d)", "($i::integer)", "($i::smallint)",
	    "CASE WHEN $b THEN $i ELSE $i END", "coalesce($i, $i)",
	    "nullif($i, $i)", "($i + $I)", "($I * $I)", "mod($i, $i)",
	    "gcd($i, $i)", "lcm($i, $i)", "($i & $i)", "($i | $i)", "($i # $i)",
	    "(~ $i)", "($i << $I)", "($i >> $I)", "(@ $i)", "scale($n)",
	    "min_scale($n)", "ascii($t)", "bit_length($t)",
	    "character_length($t)", "regexp_count($t, '[a-c]')",
	    "regexp_count($t, 'a*')", "regexp_instr($t, 'b|c', 1, 2)",
	    "num_nulls($n, $t, $b)", "num_nonnulls($t, $i)",
	    "width_bucket($n, $n, $n, 5)", "greatest($i, $i)", "least($i, 5)",
	    "CASE $t WHEN $t THEN 1 WHEN 'abc' THEN 2 ELSE 3 END",
	    "char_length($t)", "($i - $I - $I)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_real(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"1.5::float8", "0.1::float8",
	    "'1e300'::float8", "'-0'::float8", "'NaN'::float8",
	    "'Infinity'::float8", "float8 '2.5'", "3::double precision",
	    "'1e-300'::float8", "NULL::float8"};
	static const char *const node[] = {"($f + $f)", "($f - $f)",
	    "($f * $f)", "($f / $f)", "(- $f)", "($f + $n)", "($i * $f)",
	    "($n::float8)", "($n::double precision)", "($i::float8)",
	    "($t::float8)", "round($f)", "floor($f)", "ceil($f)", "trunc($f)",
	    "abs($f)", "sign($f)", "sqrt($f)", "(|/ $f)", "greatest($f, $f)",
	    "least($f, $n)", "(@ $f)", "tand($f)", "acosd($f)",
	    "CASE WHEN $b THEN $f ELSE $n END", "coalesce($f, $n)",
	    "coalesce($n, $f)", "nullif($f, $n)", "round($i)", "floor($i)",
	    "date_part('hour', $s)", "date_part('second', $v)",
	    "date_part('epoch', $v)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static const char *const text_nodes[] = {"upper($t)", "lower($t)",
    "normalize($t)", "normalize($t, NFD)", "normalize($t || 'ﬁé', NFKD)",
    "normalize(normalize($t, NFD) || E'\\u0327', NFKC)", "unistr($t)",
    "unistr('\\00e9' || $t || '\\\\\\+01F600')", "($t || $t)", "($t || $n)",
    "($i || $t)", "($t || $b)", "($t || $d)", "trim($t)",
    "trim(LEADING FROM $t)", "trim(TRAILING 'c ' FROM $t)",
    "trim(BOTH $t FROM $t)", "btrim($t, $t)", "ltrim($t)", "rtrim($t, 'abc')",
    "left($t, $I)", "right($t, $I)", "substring($t FROM $I)",
    "substring($t FROM $I FOR 2)", "substring($t FOR 3)",
    "substring($t, $I, $I)", "substr($t, 2)", "replace($t, $t, $t)",
    "replace($t, 'a', 'xy')", "split_part($t, ',', $I)",
    "split_part($t, $t, 1)", "initcap($t)", "lpad($t, $I)", "lpad($t, 7, $t)",
    "rpad($t, $I, 'xy')", "repeat($t, $I)", "reverse($t)",
    "translate($t, $t, $t)", "translate($t, 'abc', 'é')",
    "overlay($t PLACING $t FROM $I)", "overlay($t PLACING 'xy' FROM 2 FOR $I)",
    "chr($i)", "to_hex($i)", "md5($t)", "quote_ident($t)", "quote_literal($t)",
    "quote_nullable($n)", "quote_literal($b)",
    "format('%s|%5s|%-4s|%L', $t, $n, $b, $t)", "format('%2$s %1$I', $t, $i)",
    "format($t, $t)", "regexp_replace($t, '[a-c]', '<\\&>', 'g')",
    "regexp_replace($t, 'b|c', $t)", "regexp_replace($t, '(.)b', '\\1', 1, 2)",
    "regexp_substr($t, '[^,]+', 1, 2)", "substring($t FROM 'b.*')",
    "substring($t FROM '(a)(b)?')",
    "substring($t SIMILAR '%#\"b%#\"%' ESCAPE '#')", "greatest($t, $t)",
    "least($t, 'b', $t)", "($n::text)", "($i::text)", "($f::text)",
    "($b::text)", "($d::text)", "($z::text)", "($s::text)", "($v::text)",
    "($t || $v)", "CAST($t AS varchar(3))", "($t::varchar)",
    "CASE WHEN $b THEN $t ELSE $t END", "CASE WHEN $b THEN 'x' END",
    "coalesce($t, $t)", "coalesce(NULL, $t, 'none')", "nullif($t, $t)",
    "nullif($t, '')", "concat($t, $i, $b, $t)", "concat_ws('-', $t, $n, $t)",
    "to_char($z, 'YYYY-MM-DD HH24:MI:SS')", "to_char($d, 'Dy DD Mon')",
    "to_char($v, 'YYYY MM DD HH24:MI:SS.US')", "to_char($n, 'FM999990.00')",
    "to_char($i, '99999')",
    "encode(CASE WHEN $b THEN sha256('a') ELSE sha512('bc') END, "
    "'hex')",
    "encode(coalesce(CASE WHEN $b THEN sha224('x') END, '\\x00aB'), "
    "'base64')",
    "(greatest(sha256('a'), CASE WHEN $b THEN sha256('b') END)::text "
    "|| $t)",
    "md5(nullif(sha384('a'), CASE WHEN $b THEN sha384('a') END))",
    "($t || '-' || $t)"};

static void
gen_text(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"t1", "t2", "t3", "t1", "t2", "t3",
	    "'abc'", "''", "'  x '", "'Éa'", "'it''s'", "'12.50'", "'a,b,,c'",
	    "'%'", "E'a\\nb'", "NULL::text", "'2019-02-26'", "'true'"};

	fill(out, depth ? PICK(text_nodes) : PICK(leaf), depth);
}

static void
gen_date(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"date '2019-02-26'",
	    "DATE '2020-02-29'", "'1999-12-31'::date", "date '0001-01-01'",
	    "NULL::date", "date 'infinity'"};
	static const char *const node[] = {"($d + $i)", "($d - $I)",
	    "($i + $d)", "($s::date)", "($z::date)", "($t::date)",
	    "to_date($t, 'YYYY-MM-DD')",
	    "make_date($I + 2018, $I + 2, $I + 28)", "greatest($d, $d)",
	    "coalesce($d, $d)", "CASE WHEN $b THEN $d ELSE $d END",
	    "nullif($d, $d)", "($d + $I)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_stamp(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"timestamp '2019-02-26 12:30:45.5'",
	    "timestamp '2016-03-13 02:30:00'", "'1970-01-01'::timestamp",
	    "NULL::timestamp", "timestamp without time zone '2000-06-30'"};
	static const char *const node[] = {"($d::timestamp)", "($z::timestamp)",
	    "($z AT TIME ZONE 'America/New_York')", "date_trunc('hour', $s)",
	    "date_trunc('month', $s)",
	    "make_timestamp(2019, $I, $I + 3, $I, 59, $f)", "least($s, $d)",
	    "coalesce($s, $d)", "CASE WHEN $b THEN $s ELSE $s END", "($s + $v)",
	    "($s - $v)", "($v + $s)", "($d + $v)", "($d - $v)",
	    "date_bin('5 hours', $s, timestamp '2001-01-01')",
	    "($z AT TIME ZONE INTERVAL '-05:30')", "date_trunc('week', $s)",
	    "($z AT TIME ZONE 'Asia/Kolkata')", "($t::timestamp)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

static void
gen_moment(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] =
	    {"timestamptz '2019-02-26 12:30:45.5+00'",
		"timestamptz '2016-11-06 01:30:00 America/New_York'",
		"'epoch'::timestamptz", "NULL::timestamptz",
		"timestamp with time zone '2000-06-30 23:59:59.999999+05:30'"};
	static const char *const node[] = {"($d::timestamptz)",
	    "($s::timestamptz)", "($s AT TIME ZONE 'Europe/London')",
	    "to_timestamp($i)", "to_timestamp($n)", "date_trunc('day', $z)",
	    "date_trunc('quarter', $d)", "date_trunc('day', $z, 'Asia/Tokyo')",
	    "to_timestamp($t, 'YYYY-MM-DD')", "coalesce($z, $s)", "($z + $v)",
	    "($z - $v)", "($v + $z)", "($s AT TIME ZONE INTERVAL '2 hours')",
	    "CASE WHEN $b THEN $z ELSE $d END", "($t::timestamptz)"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

/* Not age: of infinity it differs, see evexpr(7). */
static void
gen_span(struct ev_buf *out, unsigned depth)
{
	static const char *const leaf[] = {"interval '1 day'",
	    "interval '1 mon -2 days 03:04:05.678'", "INTERVAL '-1.5' HOUR",
	    "'P1Y2M'::interval", "NULL::interval", "interval '0'",
	    "interval '30 days'", "interval '1' month",
	    "interval '2147483647 days'", "interval '1 14:30' day to minute"};
	static const char *const node[] = {"($v + $v)", "($v - $v)", "(- $v)",
	    "($v * $n)", "($i * $v)", "($v * $f)", "($v / $n)", "($s - $s)",
	    "($z - $z)", "($s - $d)", "justify_interval($v)",
	    "justify_hours($v)", "justify_days($v)", "date_trunc('hour', $v)",
	    "date_trunc('quarter', $v)", "greatest($v, $v)", "least($v, $v)",
	    "coalesce($v, $v)", "CASE WHEN $b THEN $v ELSE $v END",
	    "nullif($v, $v)", "($t::interval)", "($t::text::interval)",
	    "make_interval(days => $I, hours => $I)",
	    "make_interval(0, $I, $I, 0, 0, $I, $I + 0.5)",
	    "($v::interval day to minute)", "($v::interval(1))",
	    "($n::text || ' hours')::interval"};

	fill(out, depth ? PICK(node) : PICK(leaf), depth);
}

/* Any expression. */
static void
gen_any(struct ev_buf *out)
{
	static const char *const top[] = {"$b", "$b", "$n", "$n", "$i", "$f",
	    "$t", "$t", "$d", "$s", "$z", "$v"};

	fill(out, PICK(top), 1 + below(4));
}

/* ---- events ---- */

static void
gen_member(struct ev_buf *out, const char *key, const char *value)
{
	if (!value)
		return;
	ev_buf_printf(out, "%s\"%s\":%s",
	    out->ptr[out->len - 1] == '{' ? "" : ",", key, value);
}

static void
gen_event(struct ev_buf *out)
{
	static const char *const numbers[] = {"0", "1", "2", "3", "5", "-1",
	    "-7", "2.5", "2.50", "0.1", "1.10", "100", "0.00", "99999.995",
	    "2147483648", "9007199254740993", "123456789012345678901234567890",
	    "0.000000000000000000001", "-0.5", "null", NULL};
	static const char *const texts[] = {"\"\"", "\"abc\"", "\"ABC\"",
	    "\"a\"", "\"  x \"", "\"b\\u00e9\\n\"", "\"École\"", "\"12\"",
	    "\" 7.5 \"", "\"1e3\"", "\"a,b,c\"", "\"50%\"", "\"true\"",
	    "\"2019-02-26\"", "\"2019-02-26 23:30:00+02\"",
	    "\"\\ud83d\\ude00\"", "\"x\\\"y\\\\z\"", "\"NaN\"", "null", NULL};
	static const char *const truths[] = {"true", "false", "true", "false",
	    "null", NULL};

	ev_buf_char(out, '{');
	gen_member(out, "n1", PICK(numbers));
	gen_member(out, "n2", PICK(numbers));
	gen_member(out, "n3", PICK(numbers));
	gen_member(out, "t1", PICK(texts));
	gen_member(out, "t2", PICK(texts));
	gen_member(out, "t3", PICK(texts));
	gen_member(out, "b1", PICK(truths));
	gen_member(out, "b2", PICK(truths));
	ev_buf_char(out, '}');
}

#endif
