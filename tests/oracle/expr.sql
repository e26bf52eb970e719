-- Reads lines "expression<tab>event<tab>answer" from standard input, evaluates
-- each expression in this server over the event as a row of a table, and
-- prints those that differ: expression | event | answer | PostgreSQL's answer.
-- An error agrees with any error, a text with the same text escaped otherwise
-- (what is only passed on keeps its escapes), also in an array. With -v all=1 it prints every answer of
-- PostgreSQL instead, one a line, errors as "error". The values of several
-- rows have a blank between them.
--
-- Columns are numeric, text and boolean as the event's values are (nulls and
-- what is missing: by the name's first letter, n, t or b); arrays and objects
-- are json.
\if :{?all}
\else
\set all 0
\endif
SET TimeZone = 'UTC';
SET client_min_messages = error;
CREATE TEMP TABLE questions (id bigserial, expression text, event text,
	answer text);
-- A value as the answer is written.
CREATE FUNCTION pg_temp.show(v anyelement) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	IF v IS NULL THEN
		RETURN 'null';
	END IF;
	CASE
	WHEN pg_typeof(v)::text IN ('smallint', 'integer', 'bigint', 'numeric',
			'double precision', 'boolean', 'json', 'jsonb')
			AND v::text NOT IN ('NaN', 'Infinity', '-Infinity') THEN
		RETURN v::text;
	WHEN pg_typeof(v)::text IN ('smallint[]', 'integer[]', 'bigint[]',
			'numeric[]', 'double precision[]', 'boolean[]',
			'text[]') THEN
		RETURN to_json(v)::text;
	WHEN pg_typeof(v)::text LIKE '%[]' THEN
		RETURN to_json(v::text::text[])::text;
	ELSE
		RETURN to_json(v::text)::text;
	END CASE;
END
$$;
-- The event is a row, of which nothing is known while the query is planned:
-- OFFSET keeps it apart. (A table with that row had to be updated for each
-- question, and was read with all its dead rows: 100,000 questions took
-- seven times as long.)
CREATE FUNCTION pg_temp.ask(expression text, event json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT coalesce(string_agg(pg_temp.show(v), '' ''), ''no rows'')
		FROM (SELECT (' || expression || E'\n) AS v FROM (SELECT ($1->>''n1'')::numeric AS n1,
			($1->>''n2'')::numeric AS n2, ($1->>''n3'')::numeric AS n3,
			$1->>''t1'' AS t1, $1->>''t2'' AS t2, $1->>''t3'' AS t3,
			($1->>''b1'')::boolean AS b1, ($1->>''b2'')::boolean AS b2,
			$1->''j1'' AS j1, $1->''j2'' AS j2 OFFSET 0) AS events
		OFFSET 0) AS q'
		INTO result USING event;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN 'error: ' || SQLERRM;
END
$$;
-- A text with its escapes undone; those of several rows as they are.
CREATE FUNCTION pg_temp.plain_text(answer text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN to_json(answer::json #>> '{}')::text;
EXCEPTION WHEN OTHERS THEN
	RETURN answer;
END
$$;
-- The same of an array.
CREATE FUNCTION pg_temp.plain(answer text) RETURNS text
LANGUAGE plpgsql AS $$
BEGIN
	RETURN answer::jsonb::text;
EXCEPTION WHEN OTHERS THEN
	RETURN answer;
END
$$;
\copy questions (expression, event, answer) FROM pstdin (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')
CREATE TEMP TABLE answers AS
SELECT id, expression, event, answer, pg_temp.ask(expression, event::json)
	AS postgres
FROM questions ORDER BY id;
SELECT CASE WHEN postgres LIKE 'error: %' THEN 'error' ELSE postgres END
FROM answers WHERE :all = 1 ORDER BY id;
SELECT expression, event, answer, postgres FROM answers
WHERE :all = 0 AND CASE WHEN answer LIKE '"%"'
		THEN pg_temp.plain_text(answer) ELSE answer END IS DISTINCT FROM postgres
	AND NOT (answer LIKE '[%]' AND postgres LIKE '[%]'
		AND pg_temp.plain(answer) = pg_temp.plain(postgres))
	AND NOT (answer LIKE 'error: %' AND postgres LIKE 'error: %')
ORDER BY id;
