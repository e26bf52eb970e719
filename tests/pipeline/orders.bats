# pipelines/orders: every rung gives what the nightly script gave.
load ladder

@test "every rung gives the same result" {
  input 1000
  climb
  [ "$(count mails.csv)" = 1000 ]
  [ "$(count facts.csv)" -gt 2500 ]
}

@test "each rung is one step" {
  one_step
}

@test "the named rung reads only what is new" {
  input
  incremental
}

@test "the rung that follows does so, whatever is killed, and ends when it is told to" {
  input
  follow
}

@test "the same of the rung whose stages meet in a log, and who comes later reads all of it" {
  input
  follow log 3
  late
}
