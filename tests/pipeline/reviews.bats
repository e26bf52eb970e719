# pipelines/reviews: every rung gives what the nightly script gave.
load ladder

@test "every rung gives the same result" {
  input 5000
  climb
  [ "$(count reviews_clean.csv)" -gt 4900 ]
  [ "$(count unhappy_vips.csv)" -gt 400 ]
}

@test "each rung is one step" {
  one_step
}

@test "the same without a newline at the end, and with CR LF" {
  input
  sed -i 's/$/\r/' in/reviews.csv
  truncate -s -2 in/reviews.csv
  [ "$(tail -c 1 in/reviews.csv | wc -l)" = 0 ]
  climb
  [ "$(count reviews_clean.csv)" -gt 400 ]
}

@test "the same of no reviews, of none with an id, and of an empty file" {
  input
  sed -i '2,$d' in/reviews.csv
  climb
  [ "$(count reviews_clean.csv)" = 0 ]
  printf ',1,1,cold,web,1551136125\n,2,1,late,web,1551136126\n' \
    >>in/reviews.csv
  climb
  [ "$(count reviews_clean.csv)" = 0 ]
  : >in/reviews.csv
  climb
}

@test "the same of no customers, and where none is platinum" {
  input
  sed -i 's/platinum/gold/' in/users.csv
  climb
  [ "$(count enriched_reviews.csv)" -gt 400 ]
  [ "$(count unhappy_vips.csv)" = 0 ]
  sed -i '2,$d' in/users.csv
  climb
  [ "$(count enriched_reviews.csv)" = 0 ]
}

@test "half a row is no review in any rung, and evsource keeps it" {
  input
  sed -i '7s/,.*//; 9s/$/,one,more/' in/reviews.csv
  climb
  for rung in 1-clean 2-join 3-unhappy; do
    [ "$(jq -r .where out/$rung/rejects.ndjson | sed 's/.*://' | paste -sd ' ')" = '7 9' ]
  done
}

@test "what the nightly script got wrong, as the README says" {
  input 1
  printf '%s\n' '8,2,1,"no, never",web,1' '9,2,,no stars,web,2' >>in/reviews.csv
  for rung in 0-nightly 3-unhappy; do
    "$TOP/pipelines/reviews/$rung.sh" "out/$rung" in
  done
  try evdiff --key id out/0-nightly/unhappy_vips.csv out/3-unhappy/unhappy_vips.csv
  exits 1
  [ "$(jq -r '"\(.diff) \(.key.id)"' <<<"$output" | sort | paste -sd ' ')" = 'a 9 b 8' ]
}

@test "a rating that is no number ends the third rung" {
  input 1
  echo '8,2,n/a,none,web,1' >>in/reviews.csv
  try "$TOP/pipelines/reviews/3-unhappy.sh" out in
  exits 65
  says 'evfilter: standard input:2: rating < 3: *"n/a"'
  [ ! -e out/unhappy_vips.csv ]
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

# Starts the last rung and waits until it has what EXPECTED has; sets pid and
# children.
serve() { # EXPECTED
  "$TOP/pipelines/reviews/5-follow.sh" out/follow in 2>said 3>&- &
  pid=$!
  ladder_wait "$1" out/follow $pid
  ladder_same "$1" out/follow
  # shellcheck disable=SC2207 # a list
  children=($(ladder_below $pid))
}

@test "a stage that needs a person ends all of the last rung, with its status" {
  input
  "$TOP/pipelines/reviews/0-nightly.sh" out/0-nightly in
  serve out/0-nightly
  kill $pid
  wait $pid || :
  gone "${children[@]}"
  rm in/users.csv
  try timeout 20 "$TOP/pipelines/reviews/5-follow.sh" out/follow in
  exits 74
  says "*cannot open 'in/users.csv': no such file or directory"
}

@test "started again, the last rung goes on where it was" {
  input
  "$TOP/pipelines/reviews/0-nightly.sh" out/0-nightly in
  serve out/0-nightly
  kill $pid
  wait $pid || :
  gone "${children[@]}"
  cp out/follow/reviews_clean.csv before
  ladder_append "$TOP/pipelines/reviews" in
  "$TOP/pipelines/reviews/0-nightly.sh" out/later in
  serve out/later
  kill $pid
  wait $pid || :
  gone "${children[@]}"
  cmp -n "$(wc -c <before)" before out/follow/reviews_clean.csv
}
