-- Reads lines "expression<tab>event<tab>answer" from standard input, evaluates
-- each expression in this server over the event as a row of a table, and
-- prints those that differ: expression | event | answer | PostgreSQL's answer.
-- An error agrees with any error, a text with the same text escaped otherwise
-- (what is only passed on keeps its escapes), also in an array. With -v all=1 it prints every answer of
-- PostgreSQL instead, one a line, errors as "error".
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
CREATE TEMP TABLE events (n1 numeric, n2 numeric, n3 numeric, t1 text, t2 text,
	t3 text, b1 boolean, b2 boolean, j1 json, j2 json);
INSERT INTO events DEFAULT VALUES;
CREATE FUNCTION pg_temp.ask(expression text, event json) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	UPDATE events SET n1 = (event->>'n1')::numeric,
		n2 = (event->>'n2')::numeric, n3 = (event->>'n3')::numeric,
		t1 = event->>'t1', t2 = event->>'t2', t3 = event->>'t3',
		b1 = (event->>'b1')::boolean, b2 = (event->>'b2')::boolean,
		j1 = event->'j1', j2 = event->'j2';
	EXECUTE 'SELECT CASE WHEN v IS NULL THEN ''null''
		WHEN pg_typeof(v)::text IN (''smallint'', ''integer'',
			''bigint'', ''numeric'', ''double precision'',
			''boolean'', ''json'', ''jsonb'')
			AND v::text NOT IN (''NaN'', ''Infinity'', ''-Infinity'')
		THEN v::text
		WHEN pg_typeof(v)::text IN (''smallint[]'', ''integer[]'',
			''bigint[]'', ''numeric[]'', ''double precision[]'',
			''boolean[]'', ''text[]'')
		THEN to_json(v)::text
		WHEN pg_typeof(v)::text LIKE ''%[]''
		THEN to_json(v::text::text[])::text
		ELSE to_json(v::text)::text END
		FROM (SELECT (' || expression || E'\n) AS v FROM events) AS q'
		INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN 'error: ' || SQLERRM;
END
$$;
-- An array with its escapes undone.
CREATE FUNCTION pg_temp.plain(answer text) RETURNS text
LANGUAGE sql AS 'SELECT answer::jsonb::text';
\copy questions (expression, event, answer) FROM pstdin (FORMAT csv, DELIMITER E'\t', QUOTE E'\x01')
CREATE TEMP TABLE answers AS
SELECT id, expression, event, answer, pg_temp.ask(expression, event::json)
	AS postgres
FROM questions ORDER BY id;
SELECT CASE WHEN postgres LIKE 'error: %' THEN 'error' ELSE postgres END
FROM answers WHERE :all = 1 ORDER BY id;
SELECT expression, event, answer, postgres FROM answers
WHERE :all = 0 AND CASE WHEN answer LIKE '"%"'
		THEN to_json(answer::json #>> '{}')::text ELSE answer END IS DISTINCT FROM postgres
	AND NOT (answer LIKE '[%]' AND postgres LIKE '[%]'
		AND pg_temp.plain(answer) = pg_temp.plain(postgres))
	AND NOT (answer LIKE 'error: %' AND postgres LIKE 'error: %')
ORDER BY id;
