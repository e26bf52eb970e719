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
  follow log 3
  # Where the logs would be, without $LOG, there is nothing.
  [ -z "$(ls out/log/log)" ]
}

# A topic that a stage made has what it should, as others see it, and each key
# in one partition only.
has_topic() { # NAME EVENTS KEY, an expression of jq
  get "$LADDER-$1" >topic.ndjson
  [ "$(wc -l <topic.ndjson)" = "$2" ]
  jq -r "[.key, (.value | fromjson | $3 | tostring), .partition] | @tsv" \
    topic.ndjson | sort -u >keys.tsv
  [ "$(awk -F '\t' '$1 != $2' keys.tsv)" = '' ]
  [ "$(cut -f 1 keys.tsv | sort | uniq -d)" = '' ]
  [ "$(cut -f 3 keys.tsv | sort -u | wc -l)" -gt 1 ]
}

@test "reviews, with topics between its stages" {
  climb_to_kafka reviews
  has_topic reviews_clean "$(evsource out/later/reviews_clean.csv | wc -l)" .userid
}

@test "movies, with topics between its stages" {
  climb_to_kafka movies
  has_topic rated_movies 48007 .movie_id
}

@test "rail, with topics between its stages" {
  climb_to_kafka rail
  has_topic stations 2821 .crs
}

@test "temperature, with topics between its stages" {
  climb_to_kafka temperature
  has_topic temp_clean "$(wc -l <out/follow/warm.csv)" .sensor_id
}

@test "incremental, with topics between its stages" {
  climb_to_kafka incremental
  has_topic reports 1 '{province,country,time}|tojson'
}
