# pipelines/incremental: every rung gives what the nightly script gave.
load ladder

@test "every rung gives the same result" {
  input
  climb
  [ "$(ladder_count out/0-nightly/cases.db)" -gt 1000 ]
}

@test "each rung is one step" {
  one_step
}

@test "the named rung reads only what is new" {
  input
  incremental
}

@test "a report that comes late, under an older name, is read too" {
  input
  mv in/reports/03-05-2020.csv late.csv
  "$TOP/pipelines/incremental/2-named.sh" out/named in
  mv late.csv in/reports/03-05-2020.csv
  "$TOP/pipelines/incremental/2-named.sh" out/named in
  "$TOP/pipelines/incremental/0-nightly.sh" out/0-nightly in
  ladder_same out/0-nightly out/named
}

@test "the rung that follows does so, whatever is killed, and ends when it is told to" {
  input
  follow
}

@test "the same of the rung whose stages meet in logs" {
  input
  follow log 3
}
