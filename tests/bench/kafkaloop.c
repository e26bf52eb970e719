/*
 * kafkaloop: lines of a file into a topic and out of it by as little as
 * librdkafka needs: the limit that evsource and evsink are measured against.
 * It looks at no byte of a line. What is not acknowledged, and whatever else
 * fails, ends it.
 *
 *	kafkaloop in BROKERS TOPIC FILE [KEY=VALUE…]
 *	kafkaloop out BROKERS TOPIC FILE [KEY=VALUE…]
 *
 * In is a call and a copy a line (librdkafka would have to keep a block
 * otherwise until its last line is acknowledged); delivery reports come for
 * failures only. That is how it is mostly written, and not the least that is
 * possible: evsink hands lines over many at a time, by partition, and may be
 * below it (lib/client/kafka_batch.c). Out takes all that is queued under one
 * lock, which costs a third less than a message at a time by
 * rd_kafka_consumer_poll, and ends where the topic ended when it came there.
 */
#include <errno.h>
#include <fcntl.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BLOCK 262144

static void
fail(const char *what, const char *why)
{
	fprintf(stderr, "kafkaloop: %s: %s\n", what, why);
	exit(1);
}

static void
set(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	char why[512];

	if (rd_kafka_conf_set(conf, key, value, why, sizeof(why)))
		fail(key, why);
}

/* What argv says is stronger than these. */
static rd_kafka_t *
client(rd_kafka_type_t type, rd_kafka_conf_t *conf, char **argv)
{
	char why[512];
	rd_kafka_t *rk;

	set(conf, "bootstrap.servers", argv[2]);
	for (char **setting = argv + 5; *setting; setting++) {
		char *value = strchr(*setting, '=');

		if (!value)
			fail(*setting, "is not KEY=VALUE");
		*value++ = '\0';
		set(conf, *setting, value);
	}
	rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (!rk)
		fail("no client", why);
	return rk;
}

static int
open_file(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0666);

	if (fd < 0)
		fail(path, strerror(errno));
	return fd;
}

/* --- in ------------------------------------------------------------------ */

static void
on_failure(rd_kafka_t *rk, const rd_kafka_message_t *message, void *opaque)
{
	(void)rk;
	(void)opaque;
	if (message->err)
		fail("not delivered", rd_kafka_err2str(message->err));
}

static void
produce(rd_kafka_t *rk, rd_kafka_topic_t *topic, char *line, size_t len)
{
	while (rd_kafka_produce(topic, RD_KAFKA_PARTITION_UA,
	    RD_KAFKA_MSG_F_COPY, line, len, NULL, 0, NULL)) {
		rd_kafka_resp_err_t code = rd_kafka_last_error();

		if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL)
			fail("cannot produce", rd_kafka_err2str(code));
		/* Nothing but time ends this: only failures are reported. */
		rd_kafka_poll(rk, 5);
	}
}

static void
lines_in(char **argv)
{
	static char block[BLOCK];
	int fd = open_file(argv[4], O_RDONLY);
	size_t have = 0;
	ssize_t got;
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_topic_t *topic;
	rd_kafka_t *rk;

	set(conf, "enable.idempotence", "true");
	set(conf, "delivery.report.only.error", "true");
	rd_kafka_conf_set_dr_msg_cb(conf, on_failure);
	rk = client(RD_KAFKA_PRODUCER, conf, argv);
	topic = rd_kafka_topic_new(rk, argv[3], NULL);
	while ((got = read(fd, block + have, BLOCK - have)) > 0) {
		char *line = block, *end;

		have += (size_t)got;
		while (
		    (end = memchr(line, '\n', (size_t)(block + have - line)))) {
			produce(rk, topic, line, (size_t)(end - line));
			line = end + 1;
		}
		have -= (size_t)(line - block);
		memmove(block, line, have);
		rd_kafka_poll(rk, 0);
	}
	if (got < 0 || have)
		fail(argv[4], "cannot be read, or a line is too long");
	while (rd_kafka_flush(rk, 1000))
		;
	rd_kafka_topic_destroy(topic);
	rd_kafka_destroy(rk);
}

/* --- out ----------------------------------------------------------------- */

struct out {
	int fd;
	size_t used;
	int open; /* partitions whose end is not reached */
	char block[BLOCK];
};

static void
write_block(struct out *out)
{
	const char *at = out->block;

	while (out->used) {
		ssize_t done = write(out->fd, at, out->used);

		if (done < 0)
			fail("cannot write", strerror(errno));
		at += done;
		out->used -= (size_t)done;
	}
}

static void
on_message(rd_kafka_message_t *message, void *opaque)
{
	struct out *out = opaque;

	if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
		out->open--;
		return;
	}
	if (message->err || message->len >= BLOCK)
		fail("cannot read",
		    message->err ? rd_kafka_message_errstr(message)
				 : "a message is too long");
	if (out->used + message->len + 1 > BLOCK)
		write_block(out);
	memcpy(out->block + out->used, message->payload, message->len);
	out->used += message->len;
	out->block[out->used++] = '\n';
}

/* Assigns all partitions from their start on; returns how many. */
static int
assign(rd_kafka_t *rk, const char *name)
{
	rd_kafka_topic_t *topic = rd_kafka_topic_new(rk, name, NULL);
	const struct rd_kafka_metadata *metadata;
	rd_kafka_topic_partition_list_t *list;
	rd_kafka_resp_err_t code;
	int count;

	code = rd_kafka_metadata(rk, 0, topic, &metadata, 10000);
	if (code)
		fail("no metadata", rd_kafka_err2str(code));
	count = metadata->topics[0].partition_cnt;
	list = rd_kafka_topic_partition_list_new(count);
	for (int i = 0; i < count; i++)
		rd_kafka_topic_partition_list_add(list, name, i)->offset =
		    RD_KAFKA_OFFSET_BEGINNING;
	code = rd_kafka_assign(rk, list);
	if (code || !count)
		fail(name, "cannot be assigned");
	rd_kafka_topic_partition_list_destroy(list);
	rd_kafka_metadata_destroy(metadata);
	rd_kafka_topic_destroy(topic);
	return count;
}

static void
lines_out(char **argv)
{
	static struct out out;
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	rd_kafka_queue_t *queue;
	rd_kafka_t *rk;

	out.fd = open_file(argv[4], O_WRONLY | O_CREAT | O_TRUNC);
	set(conf, "group.id", "kafkaloop");
	set(conf, "enable.auto.commit", "false");
	set(conf, "enable.auto.offset.store", "false");
	set(conf, "enable.partition.eof", "true");
	rk = client(RD_KAFKA_CONSUMER, conf, argv);
	rd_kafka_poll_set_consumer(rk);
	queue = rd_kafka_queue_get_consumer(rk);
	out.open = assign(rk, argv[3]);
	while (out.open > 0)
		rd_kafka_consume_callback_queue(queue, 1000, on_message, &out);
	write_block(&out);
	if (close(out.fd))
		fail(argv[4], strerror(errno));
	rd_kafka_queue_destroy(queue);
	rd_kafka_destroy(rk);
}

int
main(int argc, char **argv)
{
	if (argc > 4 && !strcmp(argv[1], "in")) {
		lines_in(argv);
	} else if (argc > 4 && !strcmp(argv[1], "out")) {
		lines_out(argv);
	} else {
		fprintf(stderr,
		    "usage: kafkaloop in|out BROKERS TOPIC FILE "
		    "[KEY=VALUE…]\n");
		return 64;
	}
	return 0;
}
