# pipelines/movies: every rung gives what the nightly script gave.
load ladder

# The first ratings, and every hundredth of the others.
some() {
  input
  sed -n '1,200p; 0~100p' in/movie_ratings.ndjson >some
  mv some in/movie_ratings.ndjson
}

@test "every rung gives the same result" {
  input
  climb
  [ "$(count rated_movies.csv)" = 48007 ]
  [ "$(count report.csv)" = 26403 ]
}

@test "each rung is one step" {
  one_step
}

@test "titles that are numbers, and titles with commas, are titles" {
  input
  cp "$TOP/pipelines/movies/3-catalogue.sh" .
  ./3-catalogue.sh out in
  for title in 300 2012 2046 '"10,000 B.C."'; do
    grep -q ",$title\$" out/rated_movies.csv
  done
}

@test "the same without a newline at the end, and with CR LF" {
  some
  sed -i 's/$/\r/' in/movie_ratings.ndjson in/movies.csv
  truncate -s -2 in/movie_ratings.ndjson
  truncate -s -2 in/movies.csv
  climb
  [ "$(count report.csv)" -gt 200 ]
}

@test "the same of no ratings, and of no films" {
  some
  sed -i '2,$d' in/movies.csv
  climb
  [ "$(count rated_movies.csv)" = 0 ]
  : >in/movie_ratings.ndjson
  climb
}

@test "a torn line is no rating in any rung, and evsource keeps it" {
  some
  sed -i '5s/,.*//; 8s/^/x/' in/movie_ratings.ndjson
  climb
  for rung in 2-join 3-catalogue; do
    [ "$(jq -r .where out/$rung/rejects.ndjson | sed 's/.*://' | paste -sd ' ')" = '5 8' ]
  done
}

@test "the named rung reads only what is new" {
  input
  incremental
}

@test "the rung that follows does so, whatever is killed, and ends when it is told to" {
  some
  follow
}

@test "the same of the rung whose stages meet in logs" {
  some
  follow log 3
}
