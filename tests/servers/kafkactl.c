/*
 * kafkactl: hands on a Kafka for tests, quicker than a JVM's start, and what
 * kcat cannot do. Beside librdkafka and jansson it uses nothing that evkit is
 * made of.
 *
 *     kafkactl [-b BROKERS] [-X KEY=VALUE]... ACTION [ARGUMENT]...
 *
 *     create TOPIC PARTITIONS [KEY=VALUE]...  and waits until all have leaders
 *                                             and every broker knows of it
 *     delete TOPIC...                         and waits until they are gone
 *     set TOPIC [KEY=VALUE]...                these settings, the rest default
 *     grow TOPIC PARTITIONS
 *     truncate TOPIC PARTITION OFFSET         deletes what is before OFFSET
 *     offsets GROUP                           as {"topic":,"partition":,
 *                                             "offset":,"metadata":}
 *     ends TOPIC                              as {"partition":,"low":,"high":}
 *     leader TOPIC PARTITION                  its node
 *     coordinator group|txn NAME              its node
 *     synced                                  waits until every replica of
 *                                             every topic is in sync
 *
 * BROKERS is $KAFKA_BROKERS when it is not given; KEY of create may also be
 * "replication", or "replicas", the nodes of each partition, the leader first:
 * replicas=1,2. All waits end after 30 s. high is the last stable offset,
 * with -X isolation.level=read_uncommitted the end.
 */
#include <stdint.h>
#include <time.h>

#include "kafkactl.h"

#define ONE_WAIT_MS 2000 /* for one of the brokers */

static int64_t
number(const char *text)
{
	char *end;
	long long value;

	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || *end || end == text || value < 0)
		die("not a number: '%s'", text);
	return value;
}

/* ---- requests to the cluster ---- */

static void
nap(void)
{
	nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
}

/* Waits until it is so. */
static void
until(bool (*so)(const void *), const void *of, const char *what)
{
	for (int ms = 0; !so(of); ms += 20) {
		if (ms > WAIT_MS)
			die("%s in %d s", what, WAIT_MS / 1000);
		nap();
	}
}

static rd_kafka_queue_t *queue;

static rd_kafka_AdminOptions_t *
options(rd_kafka_admin_op_t op)
{
	rd_kafka_AdminOptions_t *opts = rd_kafka_AdminOptions_new(rk, op);

	check(rd_kafka_AdminOptions_set_request_timeout(opts, WAIT_MS, said,
		  sizeof said),
	    said);
	queue = rd_kafka_queue_new(rk);
	return opts;
}

static rd_kafka_event_t *
answer(void)
{
	rd_kafka_event_t *event = rd_kafka_queue_poll(queue, WAIT_MS);

	if (!event)
		die("no answer in %d s", WAIT_MS / 1000);
	check(rd_kafka_event_error(event), rd_kafka_event_error_string(event));
	return event;
}

static void
check_topics(const rd_kafka_topic_result_t **topics, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(rd_kafka_topic_result_error(topics[i]),
		    rd_kafka_topic_result_error_string(topics[i]));
}

/* Of one topic, of all when it is null. */
static const struct rd_kafka_metadata *
metadata(const char *topic)
{
	const struct rd_kafka_metadata *meta;
	rd_kafka_topic_t *of = NULL;

	if (topic)
		of = rd_kafka_topic_new(rk, topic, NULL);
	check(rd_kafka_metadata(rk, !topic, of, &meta, WAIT_MS), NULL);
	if (of)
		rd_kafka_topic_destroy(of);
	return meta;
}

/* Every replica of every partition is in sync, and there is one at least. */
static bool
in_sync(const void *topic)
{
	const struct rd_kafka_metadata *meta = metadata(topic);
	bool all = true;

	for (int t = 0; t < meta->topic_cnt; t++) {
		const struct rd_kafka_metadata_topic *of = &meta->topics[t];

		if (of->err || !of->partition_cnt)
			all = false;
		for (int p = 0; p < of->partition_cnt; p++)
			if (of->partitions[p].leader < 0 ||
			    of->partitions[p].isr_cnt !=
				of->partitions[p].replica_cnt)
				all = false;
	}
	rd_kafka_metadata_destroy(meta);
	return all;
}

static bool
unknown(const void *topic)
{
	const struct rd_kafka_metadata *meta = metadata(topic);
	bool is = meta->topics[0].err ==
	    RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;

	rd_kafka_metadata_destroy(meta);
	return is;
}

/* Or the broker does not answer. */
static bool
known(const void *topic)
{
	const struct rd_kafka_metadata *meta;
	rd_kafka_topic_t *of = rd_kafka_topic_new(rk, topic, NULL);
	bool is = true;

	if (!rd_kafka_metadata(rk, 0, of, &meta, ONE_WAIT_MS)) {
		is = !meta->topics[0].err;
		rd_kafka_metadata_destroy(meta);
	}
	rd_kafka_topic_destroy(of);
	return is;
}

/* A broker may be asked for a topic of which only the others have heard. */
static void
until_all_know(const char *topic)
{
	const struct rd_kafka_metadata *meta = metadata(topic);
	rd_kafka_t *ours = rk;

	for (int b = 0; b < meta->broker_cnt && meta->broker_cnt > 1; b++) {
		rd_kafka_conf_t *conf = rd_kafka_conf_dup(rd_kafka_conf(ours));
		char broker[300];

		snprintf(broker, sizeof broker, "%s:%d", meta->brokers[b].host,
		    meta->brokers[b].port);
		configure(conf, "bootstrap.servers", broker);
		open_client(conf);
		until(known, topic, "not known to all brokers");
		rd_kafka_destroy(rk);
	}
	rk = ours;
	rd_kafka_metadata_destroy(meta);
}

static int
leader_of(const char *topic, int64_t partition)
{
	const struct rd_kafka_metadata *meta = metadata(topic);
	int node = -1;

	check(meta->topics[0].err, NULL);
	for (int p = 0; p < meta->topics[0].partition_cnt; p++)
		if (meta->topics[0].partitions[p].id == partition)
			node = meta->topics[0].partitions[p].leader;
	if (node < 0)
		die("%s [%d] has no leader", topic, (int)partition);
	rd_kafka_metadata_destroy(meta);
	return node;
}

/* ---- topics ---- */

/* "1,2": the brokers of every partition. */
static void
place(rd_kafka_NewTopic_t *topic, int partitions, char *nodes)
{
	int32_t node[8];
	size_t count = 0;
	char *rest = nodes, *one;

	while ((one = strsep(&rest, ",")) && count < 8)
		node[count++] = (int32_t)number(one);
	for (int p = 0; p < partitions; p++)
		check(rd_kafka_NewTopic_set_replica_assignment(topic, p, node,
			  count, said, sizeof said),
		    said);
}

static void
create(char **args)
{
	rd_kafka_AdminOptions_t *opts = options(RD_KAFKA_ADMIN_OP_CREATETOPICS);
	int partitions = (int)number(args[1]), replication = -1;
	rd_kafka_NewTopic_t *topic;
	rd_kafka_event_t *event;
	size_t count;

	for (char **at = args + 2; *at; at++)
		if (!strncmp(*at, "replication=", 12))
			replication = (int)number(*at + 12);
	topic = rd_kafka_NewTopic_new(args[0], partitions, replication, said,
	    sizeof said);
	if (!topic)
		die("%s", said);
	for (char **at = args + 2; *at; at++) {
		const char *value = split(*at);

		if (!strcmp(*at, "replicas"))
			place(topic, partitions, *at + strlen(*at) + 1);
		else if (strcmp(*at, "replication"))
			check(rd_kafka_NewTopic_set_config(topic, *at, value),
			    NULL);
	}
	rd_kafka_CreateTopics(rk, &topic, 1, opts, queue);
	event = answer();
	check_topics(rd_kafka_CreateTopics_result_topics(
			 rd_kafka_event_CreateTopics_result(event), &count),
	    1);
	until(in_sync, args[0], "not all partitions have leaders");
	until_all_know(args[0]);
}

static void delete (char **args)
{
	rd_kafka_AdminOptions_t *opts = options(RD_KAFKA_ADMIN_OP_DELETETOPICS);

	for (; *args; args++) {
		rd_kafka_DeleteTopic_t *topic = rd_kafka_DeleteTopic_new(*args);
		rd_kafka_event_t *event;
		size_t count;

		rd_kafka_DeleteTopics(rk, &topic, 1, opts, queue);
		event = answer();
		check_topics(rd_kafka_DeleteTopics_result_topics(
				 rd_kafka_event_DeleteTopics_result(event),
				 &count),
		    1);
		until(unknown, *args, "not gone");
	}
}

static void
set(char **args)
{
	rd_kafka_AdminOptions_t *opts = options(RD_KAFKA_ADMIN_OP_ALTERCONFIGS);
	rd_kafka_ConfigResource_t *topic =
	    rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, args[0]);
	const rd_kafka_ConfigResource_t **result;
	size_t count;

	for (char **at = args + 1; *at; at++) {
		const char *value = split(*at);

		check(rd_kafka_ConfigResource_set_config(topic, *at, value),
		    NULL);
	}
	rd_kafka_AlterConfigs(rk, &topic, 1, opts, queue);
	result = rd_kafka_AlterConfigs_result_resources(
	    rd_kafka_event_AlterConfigs_result(answer()), &count);
	check(rd_kafka_ConfigResource_error(result[0]),
	    rd_kafka_ConfigResource_error_string(result[0]));
}

static void
grow(char **args)
{
	rd_kafka_AdminOptions_t *opts = options(
	    RD_KAFKA_ADMIN_OP_CREATEPARTITIONS);
	rd_kafka_NewPartitions_t *parts = rd_kafka_NewPartitions_new(args[0],
	    (size_t)number(args[1]), said, sizeof said);
	size_t count;

	if (!parts)
		die("%s", said);
	rd_kafka_CreatePartitions(rk, &parts, 1, opts, queue);
	check_topics(rd_kafka_CreatePartitions_result_topics(
			 rd_kafka_event_CreatePartitions_result(answer()),
			 &count),
	    1);
	until(in_sync, args[0], "not all partitions have leaders");
	until_all_know(args[0]);
}

static void
truncate_before(char **args)
{
	rd_kafka_AdminOptions_t *opts = options(
	    RD_KAFKA_ADMIN_OP_DELETERECORDS);
	rd_kafka_topic_partition_list_t *list =
	    rd_kafka_topic_partition_list_new(1);
	const rd_kafka_topic_partition_list_t *done;
	rd_kafka_DeleteRecords_t *records;

	rd_kafka_topic_partition_list_add(list, args[0], (int)number(args[1]))
	    ->offset = number(args[2]);
	records = rd_kafka_DeleteRecords_new(list);
	rd_kafka_DeleteRecords(rk, &records, 1, opts, queue);
	done = rd_kafka_DeleteRecords_result_offsets(
	    rd_kafka_event_DeleteRecords_result(answer()));
	check(done->elems[0].err, NULL);
}

/* ---- looks ---- */

static void
offsets(char **args)
{
	rd_kafka_AdminOptions_t *opts = options(
	    RD_KAFKA_ADMIN_OP_LISTCONSUMERGROUPOFFSETS);
	rd_kafka_ListConsumerGroupOffsets_t *list =
	    rd_kafka_ListConsumerGroupOffsets_new(args[0], NULL);
	const rd_kafka_topic_partition_list_t *parts;
	const rd_kafka_group_result_t **groups;
	size_t count;

	rd_kafka_ListConsumerGroupOffsets(rk, &list, 1, opts, queue);
	groups = rd_kafka_ListConsumerGroupOffsets_result_groups(
	    rd_kafka_event_ListConsumerGroupOffsets_result(answer()), &count);
	if (rd_kafka_group_result_error(groups[0]))
		die("%s",
		    rd_kafka_error_string(
			rd_kafka_group_result_error(groups[0])));
	parts = rd_kafka_group_result_partitions(groups[0]);
	for (int i = 0; i < parts->cnt; i++) {
		const rd_kafka_topic_partition_t *at = &parts->elems[i];
		json_t *line = json_pack("{s:s,s:i,s:I,s:s%}", "topic",
		    at->topic, "partition", at->partition, "offset",
		    (json_int_t)at->offset, "metadata",
		    at->metadata ? at->metadata : "", at->metadata_size);

		json_dumpf(line, stdout, JSON_COMPACT);
		putchar('\n');
	}
}

static void
ends(char **args)
{
	const struct rd_kafka_metadata *meta = metadata(args[0]);
	int count = meta->topics[0].partition_cnt;

	check(meta->topics[0].err, NULL);
	rd_kafka_metadata_destroy(meta);
	for (int p = 0; p < count; p++) {
		int64_t low, high;

		check(rd_kafka_query_watermark_offsets(rk, args[0], p, &low,
			  &high, WAIT_MS),
		    NULL);
		printf("{\"partition\":%d,\"low\":%lld,\"high\":%lld}\n", p,
		    (long long)low, (long long)high);
	}
}

static void
leader(char **args)
{
	printf("%d\n", leader_of(args[0], number(args[1])));
}

/* The partition of a coordinator's topic is Java's String.hashCode of the
 * name: here of ASCII. */
static void
coordinator(char **args)
{
	bool txn = !strcmp(args[0], "txn");
	const char *topic = txn ? "__transaction_state" : "__consumer_offsets";
	const struct rd_kafka_metadata *meta = metadata(topic);
	uint32_t hash = 0;

	check(meta->topics[0].err, NULL);
	for (const char *at = args[1]; *at; at++)
		hash = hash * 31 + (unsigned char)*at;
	if (hash > INT32_MAX)
		hash = hash == 0x80000000 ? 0 : -hash;
	printf("%d\n",
	    leader_of(topic, hash % (unsigned)meta->topics[0].partition_cnt));
	rd_kafka_metadata_destroy(meta);
}

static void
synced(char **args)
{
	(void)args;
	until(in_sync, NULL, "not all replicas are in sync");
}

/* ---- the command ---- */

static const struct action {
	const char *name;
	int least, most; /* arguments */
	void (*run)(char **args);
} actions[] = {
    {"create", 2, 100, create},
    {"delete", 1, 100, delete},
    {"set", 1, 100, set},
    {"grow", 2, 2, grow},
    {"truncate", 3, 3, truncate_before},
    {"offsets", 1, 1, offsets},
    {"ends", 1, 1, ends},
    {"leader", 2, 2, leader},
    {"coordinator", 2, 2, coordinator},
    {"synced", 0, 0, synced},
};

static const struct action *
find(const char *name, int args)
{
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (!strcmp(actions[i].name, name) &&
		    args >= actions[i].least && args <= actions[i].most)
			return &actions[i];
	fprintf(stderr, "kafkactl: no '%s' of %d arguments\n", name, args);
	exit(64);
}

int
main(int argc, char **argv)
{
	rd_kafka_conf_t *conf = parse(argc, argv);
	const struct action *action;

	if (optind == argc)
		return 64;
	action = find(argv[optind], argc - optind - 1);
	doing = action->name;
	open_client(conf);
	action->run(argv + optind + 1);
	end(0);
}
