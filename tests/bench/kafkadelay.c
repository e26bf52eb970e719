/*
 * kafkadelay: how long an event takes from one topic to another, through
 * whatever copies the one to the other. It sends COUNT events, one every EVERY
 * milliseconds, and takes each when a reader of what is committed gets it.
 * Prints the median, the 99th percentile and the longest in milliseconds.
 *
 *	kafkadelay BROKERS FROM TO COUNT EVERY
 *
 * Both ends are here, so that there is one clock; neither waits for more to
 * come. Events before the first tenth are not counted: connections are made and
 * the first transaction begins. An event that is lost, or 30 s late, is a
 * failure.
 */
#include <inttypes.h>
#include <librdkafka/rdkafka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define LATE 30000 /* ms */

struct delay {
	rd_kafka_t *producer, *consumer;
	rd_kafka_topic_t *from;
	unsigned count, sent, seen;
	double *begin, *took; /* of each event, in ms; took < 0: not yet */
};

static _Noreturn void
fail(const char *what, const char *why)
{
	fprintf(stderr, "kafkadelay: %s: %s\n", what, why);
	exit(1);
}

static double
now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

/* Settings are (key, value, …, NULL). */
static rd_kafka_t *
client(rd_kafka_type_t type, const char *const *setting)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	char why[512];
	rd_kafka_t *rk;

	for (; *setting; setting += 2)
		if (rd_kafka_conf_set(conf, setting[0], setting[1], why,
			sizeof(why)))
			fail(setting[0], why);
	rk = rd_kafka_new(type, conf, why, sizeof(why));
	if (!rk)
		fail("no client", why);
	return rk;
}

/* A message of the other topic. */
static void
take(struct delay *delay, rd_kafka_message_t *message)
{
	unsigned number;

	if (message->err)
		fail("cannot read", rd_kafka_message_errstr(message));
	if (message->len < 6 ||
	    sscanf((const char *)message->payload, "{\"i\":%u}", &number) !=
		1 ||
	    number >= delay->sent)
		fail("not an event of ours", "somebody else writes there");
	if (delay->took[number] >= 0)
		fail("an event came twice", "exactly once was to be measured");
	delay->took[number] = now() - delay->begin[number];
	delay->seen++;
}

static void
dispatch(struct delay *delay)
{
	char text[32];
	int len = snprintf(text, sizeof(text), "{\"i\":%u}", delay->sent);

	delay->took[delay->sent] = -1;
	delay->begin[delay->sent++] = now();
	if (rd_kafka_produce(delay->from, RD_KAFKA_PARTITION_UA,
		RD_KAFKA_MSG_F_COPY, text, (size_t)len, NULL, 0, NULL))
		fail("cannot produce", rd_kafka_err2str(rd_kafka_last_error()));
}

/* Takes what comes until that time, or until all is there. */
static void
take_until(struct delay *delay, double end)
{
	double left;

	while ((left = end - now()) > 0 && delay->seen < delay->count) {
		rd_kafka_message_t *message =
		    rd_kafka_consumer_poll(delay->consumer,
			left < 1 ? 1 : (int)left);

		rd_kafka_poll(delay->producer, 0);
		if (!message)
			continue;
		take(delay, message);
		rd_kafka_message_destroy(message);
	}
}

static void
begin(struct delay *delay, const char *brokers, const char *from,
    const char *to)
{
	const char *const produce[] = {"bootstrap.servers", brokers,
	    "linger.ms", "0", NULL};
	const char *const consume[] = {"bootstrap.servers", brokers, "group.id",
	    "kafkadelay", "enable.auto.commit", "false", "isolation.level",
	    "read_committed", NULL};
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);

	delay->producer = client(RD_KAFKA_PRODUCER, produce);
	delay->from = rd_kafka_topic_new(delay->producer, from, NULL);
	delay->consumer = client(RD_KAFKA_CONSUMER, consume);
	rd_kafka_poll_set_consumer(delay->consumer);
	rd_kafka_topic_partition_list_add(list, to, 0)->offset =
	    RD_KAFKA_OFFSET_BEGINNING;
	if (rd_kafka_assign(delay->consumer, list))
		fail(to, "cannot be assigned");
	rd_kafka_topic_partition_list_destroy(list);
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void
report(struct delay *delay)
{
	unsigned skip = delay->count / 10, left = delay->count - skip;
	double *took = delay->took + skip;

	qsort(took, left, sizeof(*took), by_size);
	printf("%.1f %.1f %.1f\n", took[left / 2], took[left * 99 / 100],
	    took[left - 1]);
}

int
main(int argc, char **argv)
{
	struct delay delay = {0};
	unsigned every;

	if (argc != 6) {
		fprintf(stderr,
		    "usage: kafkadelay BROKERS FROM TO COUNT EVERY\n");
		return 64;
	}
	delay.count = (unsigned)strtoul(argv[4], NULL, 10);
	every = (unsigned)strtoul(argv[5], NULL, 10);
	if (!delay.count || !every)
		fail(argv[4], "is no count");
	delay.begin = calloc(delay.count, sizeof(*delay.begin));
	delay.took = calloc(delay.count, sizeof(*delay.took));
	if (!delay.begin || !delay.took)
		fail("no memory", "for so many events");
	begin(&delay, argv[1], argv[2], argv[3]);
	for (double next = now(); delay.sent < delay.count; next += every) {
		dispatch(&delay);
		take_until(&delay, next + every);
	}
	take_until(&delay, now() + LATE);
	if (delay.seen < delay.count)
		fail("events are missing", "after 30 s");
	report(&delay);
	rd_kafka_topic_destroy(delay.from);
	rd_kafka_destroy(delay.producer);
	rd_kafka_destroy(delay.consumer);
	return 0;
}
