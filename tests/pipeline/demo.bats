# scripts/demo: what `make demo` shows, and that it can fail.
load ../helpers

@test "the demo climbs every ladder and ends with 0" {
  EV_DEMO_ROWS=2000 try "$TOP/scripts/demo" "$BUILD"
  exits 0
  says ''
  [[ $output == *'Every rung gave the same result'* ]]
  rungs=$(ls "$TOP"/pipelines/*/[1-9]*.sh | wc -l)
  follows=$(ls "$TOP"/pipelines/*/[1-9]*-{follow,log}.sh | wc -l)
  [ "$(grep -c 'same result:' <<<"$output")" = $((rungs + follows)) ]
  [[ $output == *"+   evfilter 'id IS NOT NULL' |"* ]]
}

@test "without the commands the demo says what to do" {
  try "$TOP/scripts/demo" nowhere
  exits 1
  says 'demo: no commands in *: say make first'
  prints ''
}

@test "a rung that differs is shown, and the demo ends with 1" {
  mkdir -p tree/scripts
  cp -r "$TOP/pipelines" tree/
  cp "$TOP/scripts/demo" "$TOP/scripts/ladder.bash" tree/scripts/
  ln -s "$BUILD" tree/build
  rm -r tree/pipelines/{temperature,movies,rail}/[0-9]*.sh
  cp "$TOP"/pipelines/reviews/0-nightly.sh tree/pipelines/temperature/
  cp "$TOP"/pipelines/reviews/0-nightly.sh tree/pipelines/movies/
  cp "$TOP"/pipelines/reviews/0-nightly.sh tree/pipelines/rail/
  sed -i 's/rating < 3/rating < 2/' tree/pipelines/reviews/3-unhappy.sh
  EV_DEMO_ROWS=2000 try tree/scripts/demo build
  exits 1
  [[ $output == *3-unhappy*DIFFERENT*'unhappy_vips.csv: evdiff: different'*5-follow* ]]
}
