# Whom brokers let in, and what is said to those whom they do not: TLS,
# certificates, passwords, tokens, and what ACLs forbid. Settings by -X, by files
# as kcat has them and as Java's clients have them; passwords by env: and file:.
load ../helpers
load ../kafka

TOOLS=org.apache.kafka.tools

setup_file() {
  kafka_start --secure
  # Two at a time: each is a JVM's start.
  forbid --deny-principal User:CN=client --operation Write --operation Read \
    --topic forbidden --topic closed &
  forbid --operation Write --transactional-id ev. \
    --resource-pattern-type prefixed
  wait $!
  kafkactl create seen 1
  kafkactl create forbidden 1
  kafkactl create closed 1
  printf '{"id":%d}\n' 1 2 | put seen
  printf '{"id":%d}\n' 1 2 | put forbidden
}

teardown_file() { kafka_stop; }

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  printf 'secret\n' >password
  export SECRET=secret
}

forbid() { # ARGUMENT of kafka-acls…: to the user "other"; all else may
  timeout 60 "$KAFKA" java $TOOLS.AclCommand --add \
    --bootstrap-server "$KAFKA_BROKERS" --allow-principal 'User:*' \
    --deny-principal User:other "$@" \
    >"$BATS_FILE_TMPDIR/acl.log" 2>&1
}

# The settings of a user who has a password, a line each.
plain() { # [USER [PASSWORD [MECHANISM]]]
  cat <<END
security.protocol=SASL_SSL
sasl.mechanism=${3:-PLAIN}
sasl.username=${1:-evkit}
sasl.password=${2:-env:SECRET}
ssl.ca.location=$KAFKA_TLS/ca.pem
END
}

# The settings of one who has a certificate.
certificate() { # [NAME]
  local name=${1:-client}
  cat <<END
security.protocol=SSL
ssl.ca.location=$KAFKA_TLS/ca.pem
ssl.certificate.location=$KAFKA_TLS/$name.pem
ssl.key.location=$KAFKA_TLS/$name.key
END
}

# Lines of standard input as arguments: sets as.
by_x() {
  local line
  as=()
  while IFS= read -r line; do
    as+=(-X "$line")
  done
}

# With the settings in as an event goes in and comes out.
passes() { # BROKERS
  topic
  try evsink -b "$1" "${as[@]}" --key id kafka:"$topic" <<<'{"id":1}'
  exits 0
  says ''
  try evsource -b "$1" "${as[@]}" --meta m kafka:"$topic"
  exits 0
  says ''
  [ "$(jq -c '[.id, .m.key]' <<<"$output")" = '[1,"1"]' ]
}

# Nothing but the line that tells the next command, and no password in it.
fails_in_band() { # STATUS
  [[ $output == '{"~ev":"fail",'*'"status":"'$1'"'* ]]
  [[ $output != *$'\n'* && $output != *secret* && $stderr != *secret* ]]
}

# With the settings in as neither command is let in, and says so at once.
is_refused() { # BROKERS STATUS PATTERN
  local begun=$SECONDS
  try timeout 50 evsource -b "$1" "${as[@]}" kafka:seen
  exits "$2"
  fails_in_band "$2"
  says "evsource-kafka: $3"
  try timeout 50 evsink -b "$1" "${as[@]}" --key id kafka:seen <<<'{"id":3}'
  exits "$2"
  says "evsink-kafka: $3"
  [[ $stderr != *secret* ]]
  [ $((SECONDS - begun)) -lt 25 ]
}

# librdkafka that runs here.
library() {
  kcat -V | sed -n 's/.*librdkafka \([0-9.]*\).*/\1/p'
}

@test "a password over TLS lets in: by -X, from the environment and from a file" {
  by_x < <(plain)
  passes "$KAFKA_SASL_SSL"
  by_x < <(plain evkit file:password)
  passes "$KAFKA_SASL_SSL"
}

@test "a file of settings lets in evkit and kcat" {
  plain evkit secret >kcat.conf
  echo "# shared
bootstrap.servers=$KAFKA_SASL_SSL" >>kcat.conf
  as=(-F kcat.conf)
  passes "$KAFKA_SASL_SSL"
  try timeout 20 kcat -F kcat.conf -C -e -q -t "$topic"
  exits 0
  prints '{"id":1}'

  # The brokers may stand there too, and the file be told once for all.
  EVKIT_KAFKA_CONFIG=kcat.conf try evsource kafka:"$topic"
  exits 0
  prints '{"id":1}'
}

@test "a properties file lets in evkit and Java's client" {
  cat >client.properties <<END
security.protocol=SASL_SSL
sasl.mechanism=PLAIN
sasl.jaas.config=org.apache.kafka.common.security.plain.PlainLoginModule \\
  required username="evkit" password="secret";
ssl.truststore.type=PEM
ssl.truststore.location=$KAFKA_TLS/ca.pem
key.deserializer=org.apache.kafka.common.serialization.StringDeserializer
END
  as=(-F client.properties)
  passes "$KAFKA_SASL_SSL"
  try timeout 60 "$KAFKA" java $TOOLS.consumer.ConsoleConsumer \
    --bootstrap-server "$KAFKA_SASL_SSL" --command-config client.properties \
    --topic "$topic" --from-beginning --max-messages 1
  exits 0
  prints '{"id":1}'

  # A setting by -X is nearer than one of a file.
  as+=(-X sasl.password=wrong)
  is_refused "$KAFKA_SASL_SSL" 78 '*Authentication failed*'
}

@test "a certificate lets in: by -X and by a file" {
  by_x < <(certificate)
  passes "$KAFKA_SSL"
  certificate >kcat.conf
  as=(-F kcat.conf)
  passes "$KAFKA_SSL"
  # A key that has a password.
  openssl ec -aes256 -in "$KAFKA_TLS/client.key" -out locked.key \
    -passout pass:secret
  by_x < <(certificate | sed 's/^ssl.key.*/ssl.key.location=locked.key/'
    echo 'ssl.key.password=file:password')
  passes "$KAFKA_SSL"
}

@test "stores as Java's clients have them let in: PEM and PKCS#12" {
  cat "$KAFKA_TLS/client.key" "$KAFKA_TLS/client.pem" >client.both
  openssl pkcs12 -export -in "$KAFKA_TLS/client.pem" \
    -inkey "$KAFKA_TLS/client.key" -out client.p12 -passout pass:secret
  cat >pem.properties <<END
security.protocol: SSL
ssl.truststore.type=PEM
ssl.truststore.location=$KAFKA_TLS/ca.pem
ssl.keystore.type=PEM
ssl.keystore.location=$PWD/client.both
END
  sed "s/=PEM/=PKCS12/; s/client.both/client.p12/; s/^ssl.truststore.type.*//" \
    pem.properties >p12.properties
  echo "ssl.keystore.password=env:SECRET" >>p12.properties
  as=(-F pem.properties)
  passes "$KAFKA_SSL"
  as=(-F p12.properties)
  passes "$KAFKA_SSL"
}

@test "a token lets in" {
  by_x <<END
security.protocol=SASL_SSL
sasl.mechanism=OAUTHBEARER
enable.sasl.oauthbearer.unsecure.jwt=true
sasl.oauthbearer.config=principal=evkit
ssl.ca.location=$KAFKA_TLS/ca.pem
END
  passes "$KAFKA_SASL_SSL"
}

@test "a token is renewed for as long as it takes, and a librdkafka that crashes then is kept from it" {
  local from to pid version
  version=$(library)
  by_x <<END
security.protocol=SASL_SSL
sasl.mechanism=OAUTHBEARER
enable.sasl.oauthbearer.unsecure.jwt=true
sasl.oauthbearer.config=principal=evkit lifeSeconds=8
ssl.ca.location=$KAFKA_TLS/ca.pem
END
  if ! printf '%s\n' 2.2.0 "$version" | sort -CV; then
    is_refused "$KAFKA_SASL_SSL" 78 "sasl.oauthbearer.config: librdkafka $version crashes when it renews such a token*"
    return
  fi
  topic && from=$topic
  topic && to=$topic
  # For three lives of a token: the broker ends a connection with its token.
  timeout 90 evsource --follow -b "$KAFKA_SASL_SSL" "${as[@]}" kafka:"$from" |
    timeout 90 evsink -b "$KAFKA_SASL_SSL" "${as[@]}" --key id kafka:"$to" &
  pid=$!
  seq -f '{"id":%g}' 24 | while read -r event; do
    echo "$event"
    sleep 1
  done | put "$from"
  eventually 20 eval '[ "$(values "$to" | wc -l)" = 24 ]'
  kill -0 $pid
  kill $pid
}

@test "SCRAM lets in with librdkafka 2.6.1, and an older one is said to be too old" {
  local mechanism version
  version=$(library)
  for mechanism in SCRAM-SHA-256 SCRAM-SHA-512; do
    by_x < <(plain evkit env:SECRET $mechanism)
    if printf '%s\n' 2.6.1 "$version" | sort -CV; then
      passes "$KAFKA_SASL_SSL"
    else
      is_refused "$KAFKA_SASL_SSL" 78 "*Authentication failed* ?librdkafka $version cannot do SCRAM with Kafka 4, whatever the password: 2.6.1 can?"
    fi
  done
}

@test "a wrong password is refused at once" {
  by_x < <(plain evkit wrong)
  is_refused "$KAFKA_SASL_SSL" 78 'cannot reach the brokers: *Authentication failed*'
  by_x < <(plain nobody)
  is_refused "$KAFKA_SASL_SSL" 78 'cannot reach the brokers: *Authentication failed*'
  [[ $stderr != *librdkafka* ]]
}

@test "a password or a certificate that is not where it should be is said before anyone is asked" {
  by_x < <(plain evkit env:NO_SUCH)
  is_refused "$KAFKA_SASL_SSL" 78 "-X: sasl.password: the variable 'NO_SUCH' is not set"
  by_x < <(plain evkit file:none)
  is_refused "$KAFKA_SASL_SSL" 78 "-X: sasl.password: there is no file 'none'"
  by_x < <(plain | sed 's/ca.pem/no.pem/')
  is_refused "$KAFKA_SASL_SSL" 78 "-X: ssl.ca.location: cannot read '$KAFKA_TLS/no.pem': no such file or directory"
}

@test "without a certificate, or with a stranger's, it is refused at once" {
  by_x < <(certificate | grep -v -e ssl.key -e ssl.certificate)
  is_refused "$KAFKA_SSL" 78 'cannot reach the brokers: *alert*?the broker does not take our certificate, or wants one: ssl.certificate.location, ssl.key.location?'
  by_x < <(certificate stranger)
  is_refused "$KAFKA_SSL" 78 'cannot reach the brokers: *certificate*'
}

@test "a broker whose certificate nobody vouches for is not trusted" {
  by_x < <(plain | grep -v ssl.ca)
  is_refused "$KAFKA_SASL_SSL" 78 'cannot reach the brokers: *certificate verify failed*'
  # What one may write for 127.0.0.1, and the certificate does not name.
  local other=127.1:${KAFKA_SASL_SSL##*:}
  by_x < <(plain)
  is_refused "$other" 78 'cannot reach the brokers: *certificate verify failed*'
  # As Java's clients say that any name will do.
  plain >any.properties
  echo 'ssl.endpoint.identification.algorithm=' >>any.properties
  as=(-F any.properties)
  passes "$other"
}

@test "what ACLs forbid ends with 70, and names the topic" {
  by_x < <(plain other)
  try timeout 50 evsource -b "$KAFKA_SASL_SSL" "${as[@]}" kafka:forbidden
  exits 70
  fails_in_band 70
  says "evsource-kafka: cannot read forbidden [[]0]: topic authorization failed*"
  try timeout 50 evsink -b "$KAFKA_SASL_SSL" "${as[@]}" --key id \
    kafka:forbidden <<<'{"id":3}'
  exits 70
  says "evsink-kafka: *forbidden*uthorization failed*"
  try values forbidden
  prints '{"id":1}
{"id":2}'

  # Others may, and he may elsewhere.
  try evsource -b "$KAFKA_SASL_SSL" "${as[@]}" kafka:seen
  exits 0
  prints '{"id":1}
{"id":2}'
}

@test "a named pipeline passes by password and certificate, and is 70 where no transaction is allowed" {
  kafkactl create named 1
  by_x < <(certificate)
  from=(-b "$KAFKA_SSL" "${as[@]}")
  by_x < <(plain)
  evsource "${from[@]}" --name secure kafka:seen |
    evsink -b "$KAFKA_SASL_SSL" "${as[@]}" --name secure --key id kafka:named
  try values named
  prints '{"id":1}
{"id":2}'

  by_x < <(plain other)
  evsource "${from[@]}" --name refused kafka:seen >marked
  try timeout 50 evsink -b "$KAFKA_SASL_SSL" "${as[@]}" --name refused \
    --key id kafka:named <marked
  exits 70
  says 'evsink-kafka: *ransactional*uthorization failed*'
  try values named
  [ "${#lines[@]}" = 2 ]

  # Nor in vain for ever, where only the topic is closed: at the look into it
  # whether it is empty, or at the first transaction.
  evsource "${from[@]}" --name closed kafka:seen >marked
  try timeout 50 evsink "${from[@]}" --name closed --key id \
    kafka:forbidden <marked
  exits 70
  says "evsink-kafka: *'forbidden'*uthorization failed*"
  try values forbidden
  [ "${#lines[@]}" = 2 ]
  try timeout 50 evsink "${from[@]}" --name closed --key id kafka:closed <marked
  exits 70
  says "evsink-kafka: cannot write to topic 'closed', or the record of the pipeline: topic authorization failed"
}

@test "who speaks in the clear to a port of TLS is told" {
  as=(-X security.protocol=plaintext)
  try timeout 50 evsource -b "$KAFKA_SSL" "${as[@]}" --wait 3s kafka:seen
  exits 69
  says '*security.protocol*'
}
