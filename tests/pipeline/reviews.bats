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

@test "the last rung follows, and ends when it is told to" {
  input
  follow
}
