# What the manual pages show of Kafka is what happens, on a real broker.
load ../helpers
load ../kafka

setup_file() { kafka_start; }
teardown_file() { kafka_stop; }

@test "the examples that name a topic print what stands below them" {
  try env EVKIT_BROKERS="$KAFKA_BROKERS" "$TOP/tests/examples" --kafka
  exits 0
  for page in evsource-kafka evsink-kafka evpos; do
    [[ $output == *"ok "*" cmd/$page.1.scd:"*"kafka:"* ]]
  done
}
