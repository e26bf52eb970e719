-- Functions (name, types, volatility, strictness, on stdin) that PostgreSQL's
-- catalog has otherwise. Names that it has not are ours.
CREATE TEMP TABLE ours (name text, args text, volatile text, strict text);
\copy ours FROM pstdin
SELECT ours.name, ours.args, ours.volatile, ours.strict,
       p.provolatile, p.proisstrict
  FROM ours
  JOIN (SELECT *, regexp_replace(pg_get_function_identity_arguments(oid),
                      'VARIADIC |"|(?<=any)(element|compatible)', '', 'g') AS args
          FROM pg_proc
         WHERE pronamespace = 'pg_catalog'::regnamespace) p
    ON p.proname = ours.name AND p.args = ours.args
 WHERE (p.provolatile, p.proisstrict) IS DISTINCT FROM
       (ours.volatile::"char", ours.strict::boolean)
   -- immutable since 16, since its zone is told
   AND NOT (ours.name = 'date_trunc' AND ours.args LIKE '%text'
            AND current_setting('server_version_num')::int >= 160000);
SELECT 'compared', count(*) > 150
  FROM ours
 WHERE name IN (SELECT proname FROM pg_proc);
