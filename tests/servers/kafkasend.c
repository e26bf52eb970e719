/*
 * kafkasend: sends the events of standard input to a Kafka, for tests: with
 * keys, headers, times and partitions, tombstones, in transactions or not.
 * Beside librdkafka and jansson it uses nothing that evkit is made of.
 *
 *     kafkasend [-b BROKERS] [-X KEY=VALUE]... TOPIC
 *
 * A line is an event, of which all is optional:
 *
 *     {"key":"k","value":{"id":1},"headers":[["h","v"],["n",null]],
 *      "partition":0,"timestamp":1700000000000,"topic":"another"}
 *
 * A value that is an object is sent as its text; null is a tombstone, and no
 * key is no key. "key_hex" and "value_hex" are bytes. With -X
 * transactional.id=T a line may also be {"do":"begin"}, "commit" or "abort",
 * and always {"do":"flush"}, which waits until all is acknowledged. Each of
 * them is said on standard output once it is done, as is "ready" at the start:
 * a test can keep a transaction open by keeping the pipe open. What is not
 * acknowledged is an error, but in an aborted transaction.
 */
#include "kafkactl.h"

/* Sent, and not acknowledged. */
static unsigned long refused;
static char reason[256];

static void
delivered(rd_kafka_t *by, const rd_kafka_message_t *message, void *opaque)
{
	(void)by;
	(void)opaque;
	if (!message->err)
		return;
	refused++;
	snprintf(reason, sizeof reason, "%s", rd_kafka_err2str(message->err));
}

static void
check_error(rd_kafka_error_t *error)
{
	if (error)
		die("%s", rd_kafka_error_string(error));
}

static void
flush(void)
{
	check(rd_kafka_flush(rk, WAIT_MS), NULL);
	if (refused)
		die("%lu not acknowledged: %s", refused, reason);
}

static void
control(const char *what)
{
	doing = what;
	if (!strcmp(what, "begin"))
		check_error(rd_kafka_begin_transaction(rk));
	else if (!strcmp(what, "commit")) {
		flush();
		check_error(rd_kafka_commit_transaction(rk, WAIT_MS));
	} else if (!strcmp(what, "abort")) {
		check_error(rd_kafka_abort_transaction(rk, WAIT_MS));
		refused = 0;
	} else if (!strcmp(what, "flush"))
		flush();
	else
		die("unknown");
	puts(what);
	fflush(stdout);
	doing = "send";
}

/* Bytes that live until they are freed; null for null and for nothing. */
struct bytes {
	char *ptr;
	size_t len;
};

static struct bytes
from_hex(const char *hex)
{
	struct bytes out = {.len = strlen(hex) / 2};

	out.ptr = malloc(out.len + 1);
	for (size_t i = 0; i < out.len; i++) {
		char pair[3] = {hex[2 * i], hex[2 * i + 1]};

		out.ptr[i] = (char)strtoul(pair, NULL, 16);
	}
	return out;
}

static struct bytes
bytes_of(const json_t *value)
{
	struct bytes out = {NULL, 0};

	if (json_is_string(value)) {
		out.len = json_string_length(value);
		out.ptr = malloc(out.len + 1);
		memcpy(out.ptr, json_string_value(value), out.len);
	} else if (value && !json_is_null(value)) {
		out.ptr = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);
		out.len = strlen(out.ptr);
	}
	return out;
}

static struct bytes
member(const json_t *event, const char *name, const char *name_hex)
{
	const json_t *hex = json_object_get(event, name_hex);

	return hex ? from_hex(json_string_value(hex))
		   : bytes_of(json_object_get(event, name));
}

static rd_kafka_headers_t *
headers_of(const json_t *event)
{
	rd_kafka_headers_t *headers = NULL;
	json_t *pair;
	size_t i;

	json_array_foreach(json_object_get(event, "headers"), i, pair)
	{
		struct bytes value = bytes_of(json_array_get(pair, 1));

		if (!headers)
			headers = rd_kafka_headers_new(4);
		check(rd_kafka_header_add(headers,
			  json_string_value(json_array_get(pair, 0)), -1,
			  value.ptr, (ssize_t)value.len),
		    NULL);
		free(value.ptr);
	}
	return headers;
}

static void
send_event(const char *topic, const json_t *event)
{
	const json_t *other = json_object_get(event, "topic");
	const json_t *part = json_object_get(event, "partition");
	struct bytes key = member(event, "key", "key_hex");
	struct bytes value = member(event, "value", "value_hex");
	rd_kafka_headers_t *headers = headers_of(event);
	int partition = part ? (int)json_integer_value(part) : -1;
	rd_kafka_resp_err_t err;

	do {
		err = rd_kafka_producev(rk,
		    RD_KAFKA_V_TOPIC(other ? json_string_value(other) : topic),
		    RD_KAFKA_V_PARTITION(partition),
		    RD_KAFKA_V_KEY(key.ptr, key.len),
		    RD_KAFKA_V_VALUE(value.ptr, value.len),
		    RD_KAFKA_V_TIMESTAMP(json_integer_value(
			json_object_get(event, "timestamp"))),
		    RD_KAFKA_V_HEADERS(headers),
		    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_END);
		rd_kafka_poll(rk,
		    err == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 100 : 0);
	} while (err == RD_KAFKA_RESP_ERR__QUEUE_FULL);
	check(err, NULL);
	free(key.ptr);
	free(value.ptr);
}

static void
send_lines(const char *topic)
{
	char *line = NULL;
	size_t cap = 0;
	rd_kafka_error_t *error;

	error = rd_kafka_init_transactions(rk, WAIT_MS);
	if (error &&
	    rd_kafka_error_code(error) != RD_KAFKA_RESP_ERR__NOT_CONFIGURED)
		check_error(error);
	puts("ready");
	fflush(stdout);
	while (getline(&line, &cap, stdin) > 0) {
		json_error_t bad;
		json_t *event = json_loads(line, 0, &bad);
		const json_t *what = json_object_get(event, "do");

		if (!json_is_object(event))
			die("not an event: %s", line);
		if (what)
			control(json_string_value(what));
		else
			send_event(topic, event);
		json_decref(event);
	}
	free(line);
	flush();
}

int
main(int argc, char **argv)
{
	rd_kafka_conf_t *conf = parse(argc, argv);

	if (argc - optind != 1)
		return 64;
	doing = "send";
	rd_kafka_conf_set_dr_msg_cb(conf, delivered);
	open_client(conf);
	send_lines(argv[optind]);
	end(0);
}
