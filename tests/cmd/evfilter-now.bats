# evfilter: what time it is (evexpr(7), The time).
load ../helpers

times() { # the t of each event of stdin
  sed -n 's/.*"t":"\([^"]*\)".*/\1/p'
}

@test "now() is the same for all events of a run, and clock_timestamp() is not" {
  printf '{"a":%d}\n' 1 2 3 >in
  try evfilter --select 'now() AS t, current_timestamp = now() AND statement_timestamp() = transaction_timestamp() AS same' <in
  exits 0
  [ "$(times <<<"$output" | sort -u | wc -l)" = 1 ]
  [ "$(grep -c '"same":true' <<<"$output")" = 3 ]
  printf '{"a":%d}\n' {1..1000} >in
  try evfilter --select 'clock_timestamp() AS t, clock_timestamp() > now() AS later' <in
  [ "$(times <<<"$output" | sort -u | wc -l)" -gt 10 ]
  [ "$(grep -c '"later":true' <<<"$output")" = 1000 ]
}

@test "--now says what time it is, for all that asks" {
  try evfilter --now '2020-02-29 23:30:00.75+00' --tz Europe/Paris \
    --select 'now() AS n, current_date AS d, localtimestamp(0) AS l, current_timestamp(1) AS c, clock_timestamp() AS k, $$yesterday$$::date AS y' <<<'{}'
  exits 0
  prints '{"n":"2020-03-01 00:30:00.75+01","d":"2020-03-01","l":"2020-03-01 00:30:01","c":"2020-03-01 00:30:00.8+01","k":"2020-03-01 00:30:00.75+01","y":"2020-02-29"}'
  try evfilter --now '2020-02-30' TRUE </dev/null
  exits 64
  says 'evfilter: --now: date/time field value out of range: "2020-02-30"'
  try evfilter --now infinity TRUE </dev/null
  exits 64
  says 'evfilter: --now: now cannot be infinite'
}

@test "in a named pipeline now() is another one behind each mark" {
  export EVKIT_STATE=$PWD/state
  printf '{"a":%d}\n' 1 2 3 4 5 6 >in.ndjson
  evsource --name n --mark-every 2 in.ndjson |
    evfilter 'now() IS NOT NULL' --select 'now() AS t, upper(now()::text) AS u' |
    evsink --name n out.ndjson
  times <out.ndjson >t
  [ "$(wc -l <t)" = 6 ]
  [ "$(sed -n 1p t)" = "$(sed -n 2p t)" ]
  [ "$(sed -n 3p t)" = "$(sed -n 4p t)" ]
  [ "$(sort -u t | wc -l)" = 3 ]
  sort -c t
  # what is computed from it moves with it
  [ "$(sed 's/.*"u":"\([^"]*\)".*/\1/' out.ndjson | sort -u | wc -l)" = 3 ]
}

@test "--now with a word is the same behind each mark, and '!' stands in begin" {
  export EVKIT_STATE=$PWD/state
  printf '{"a":%d}\n' 1 2 3 4 >in.ndjson
  evsource --name w --mark-every 1 in.ndjson |
    evfilter --now today TRUE --select 'now() = current_date AS t' |
    tee all | evsink --name w out.ndjson
  [ "$(cat out.ndjson)" = '{"t":true}
{"t":true}
{"t":true}
{"t":true}' ]
  grep -q '"via":\["[^"]*","evfilter ........!"\]' all
  try evfilter --explain --now today 'now() IS NULL'
  exits 0
  [[ $output == *'clock: asked once, by --now: another run may give another result' ]]
}

@test "begin says '!' where the result depends on the clock, not with --now" {
  export EVKIT_STATE=$PWD/state
  echo '{"a":1}' >in.ndjson
  via() {
    evsource --name v in.ndjson | evfilter "$@" |
      sed -n '1s/.*"via":\["[^"]*","\(evfilter [^"]*\)"\].*/\1/p'
  }
  [[ $(via 'a < 5') == evfilter\ ???????? ]]
  [[ $(via 'now() IS NOT NULL') == evfilter\ ????????! ]]
  [[ $(via TRUE --select 'CASE WHEN a > 1 THEN clock_timestamp() END AS t') == evfilter\ ????????! ]]
  [[ $(via "'tomorrow'::date > current_date") == evfilter\ ????????! ]]
  [[ $(via 'now() IS NOT NULL' --now 2020-01-01) == evfilter\ ???????? ]]
  [[ $(via "'tomorrow'::date > current_date" --now 2020-01-01) == evfilter\ ???????? ]]
}

@test "what is computed from now() and fails makes each event bad that needs it" {
  printf '{"a":%d}\n' 1 2 3 >in
  try evfilter 'a = 2 OR now()::text::int > 0' --on-error skip <in
  exits 0
  prints '{"a":2}'
  says 'evfilter: in=3 out=1 filtered=0 rejected=0 skipped=2'
}
