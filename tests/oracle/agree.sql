-- Reads lines "expression<tab>expected" from standard input, evaluates each
-- expression in this server and prints those whose text differs:
-- expression, expected, PostgreSQL's answer. No output: all agree.
-- Variable: zone, the session's time zone (UTC).
--   num 1 20000 | psql -X -q -A -t -F ' | ' -f agree.sql
-- Only the first 900 characters of a value count where it is an error (our
-- messages have a maximum length).
\if :{?zone}
\else
\set zone UTC
\endif
SET TimeZone = :'zone';
CREATE TEMP TABLE questions (id bigserial, expression text, expected text);
CREATE FUNCTION pg_temp.answer(expression text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
	result text;
BEGIN
	EXECUTE 'SELECT (' || expression || ')::text' INTO result;
	RETURN result;
EXCEPTION WHEN OTHERS THEN
	RETURN left('error: ' || SQLERRM, 900);
END
$$;
\copy questions (expression, expected) FROM pstdin
SELECT expression, expected, answer
FROM (SELECT id, expression,
		CASE WHEN expected LIKE 'error: %' THEN left(expected, 900)
		ELSE expected END AS expected,
		pg_temp.answer(expression) AS answer
	FROM questions) AS asked
WHERE answer IS DISTINCT FROM expected
ORDER BY id;
