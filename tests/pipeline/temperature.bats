# pipelines/temperature: every rung gives what the nightly script gave.
load ladder

@test "every rung gives the same result" {
  input 5000
  grep -qx ',1551136125,13.11' in/temp_raw.csv
  climb
  [ "$(count warm.csv)" -gt 400 ]
  [ "$(count boston.csv)" -gt 4900 ]
}

@test "each rung is one step" {
  one_step
}

@test "the reading without a sensor is nowhere but in the raw file" {
  input
  climb
  run ! grep -r 1551136125 out --include=*.csv --exclude-dir=0-nightly
  grep -q 1551136101 out/5-boston/temp_clean.csv
}

@test "the same without a newline at the end" {
  input
  truncate -s -1 in/temp_raw.csv
  climb
  [ "$(count boston.csv)" -gt 400 ]
}

@test "the same of no readings, and of none with a sensor" {
  input
  sed -i '2,$d' in/temp_raw.csv
  climb
  echo ',1551136125,13.11' >>in/temp_raw.csv
  climb
  [ "$(count boston.csv)" = 0 ]
}

@test "the same below zero, of whole degrees, and between two digits" {
  input 1
  printf 't1,1551140000,%s\n' -0.5 0 24 24.01 -40 100 13.25 0.05 >>in/temp_raw.csv
  climb
  [ "$(count warm.csv)" -ge 2 ]
}

@test "the named rung reads only what is new" {
  input
  incremental
}

@test "the rung that follows does so, whatever is killed, and ends when it is told to" {
  input
  follow
}

@test "the same of the rung whose stages meet in logs" {
  input
  follow log 3
}
