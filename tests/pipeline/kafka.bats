# pipelines: the rung whose stages meet in logs gives what the nightly script
# gave also where the logs are topics: only $LOG is another.
load ladder
load ../kafka

setup_file() {
  kafka_start num.partitions=3
}

teardown_file() {
  kafka_stop
}

# The last rung of a ladder, on topics of three partitions, killed.
climb_to_kafka() { # LADDER
  LADDER=$1
  export LOG=kafka://$KAFKA_BROKERS/$1-
  input
  if [ "$1" = movies ]; then
    sed -i '0~100!d' in/movie_ratings.ndjson
  fi
  follow log 2
  # Where the logs would be, without $LOG, there is nothing.
  [ -z "$(ls out/log/log)" ]
}

# A topic that a stage made, as others see it: so many messages, each with the
# key that its event has, each key in one partition only.
has_topic() { # NAME EVENTS KEY, an expression of jq
  get "$LADDER-$1" >topic.ndjson
  [ "$(wc -l <topic.ndjson)" = "$2" ]
  jq -r "[.key, (.value | fromjson | $3 | tostring), .partition] | @tsv" \
    topic.ndjson | sort -u >keys.tsv
  [ "$(awk -F '\t' '$1 != $2' keys.tsv)" = '' ]
  [ "$(cut -f 1 keys.tsv | uniq -d)" = '' ]
  [ "$(cut -f 3 keys.tsv | sort -u | wc -l)" -gt 1 ]
}

results() { # NAME: how many the nightly script makes of all that came
  evsource "out/later/$1" | wc -l
}

@test "reviews, with topics between its stages" {
  climb_to_kafka reviews
  has_topic reviews_clean "$(results reviews_clean.csv)" .userid
}

@test "temperature, with topics between its stages" {
  climb_to_kafka temperature
  has_topic temp_clean "$(results boston.csv)" .sensor_id
}

@test "movies, with topics between its stages" {
  climb_to_kafka movies
  has_topic rated_movies "$(results rated_movies.csv)" .movie_id
}

@test "rail, with topics between its stages" {
  climb_to_kafka rail
  has_topic stations 2821 .crs
}

@test "incremental, with topics between its stages" {
  climb_to_kafka incremental
  rows=$(cat in/reports/*.csv | grep -vc '^.\?.\?.\?Province/State')
  has_topic reports "$rows" '{province, country, time} | tojson'
}

@test "orders: one topic, two consumers, and a third that came later" {
  climb_to_kafka orders
  has_topic orders "$(results facts.csv)" .order
  late
  # Each has its own position, in its own record.
  for name in mails facts fraud; do
    grep -q "\"pos\":{.*/orders-orders#0\"" "out/log/$name."*.ev
  done
}
