/*
 * Messages: topics as Kafka's own Java client writes and reads them, for the
 * tests that evkit must agree with.
 *
 *	Messages put [KEY=VALUE…]               sends the lines of standard input
 *	Messages get [KEY=VALUE…] TOPIC…        prints all that is committed, up to
 *	                                        the end as it was at the start
 *	Messages partitions N                   the partition of N for each line
 *
 * A line is a message, all but the topic optional (put), or all of it there
 * (get; in the order of topic, partition and offset):
 *
 *	{"topic":"t","partition":0,"offset":3,"timestamp":1700000000000,
 *	 "key":"k","value":"{}","headers":[["name","value"],["name",null]]}
 *
 * Bytes that are not UTF-8 are {"hex":"00ff"} instead of a string; no key, no
 * value (a tombstone) and a header of none are null. A value may also be an
 * object, and is its text. "compression":"zstd" sends it packed so. KEY=VALUE are
 * the client's settings; the brokers are $KAFKA_BROKERS. What is not acknowledged
 * ends it with status 1.
 */
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

public class Messages {
	static final ObjectMapper json = new ObjectMapper();
	static final PrintStream out =
	    new PrintStream(System.out, false, StandardCharsets.UTF_8);
	static final Properties settings = new Properties();
	static final List<String> names = new ArrayList<>();

	public static void main(String[] argument) throws Exception {
		settings.put("bootstrap.servers",
		    System.getenv().getOrDefault("KAFKA_BROKERS", ""));
		settings.put("isolation.level", "read_committed");
		for (int i = 1; i < argument.length; i++) {
			String[] pair = argument[i].split("=", 2);
			if (pair.length == 2)
				settings.put(pair[0], pair[1]);
			else
				names.add(argument[i]);
		}
		switch (argument[0]) {
		case "put" -> put();
		case "get" -> get();
		case "partitions" -> partitions();
		default -> System.exit(64);
		}
		out.flush();
	}

	/* --- bytes and JSON ---------------------------------------------- */

	static byte[] bytes(JsonNode node) {
		if (node == null || node.isNull())
			return null;
		if (node.isTextual())
			return node.textValue().getBytes(StandardCharsets.UTF_8);
		if (node.size() == 1 && node.has("hex"))
			return HexFormat.of().parseHex(node.get("hex").textValue());
		return node.toString().getBytes(StandardCharsets.UTF_8);
	}

	static JsonNode node(byte[] bytes) {
		if (bytes == null)
			return json.nullNode();
		try {
			return json.getNodeFactory().textNode(StandardCharsets.UTF_8
			    .newDecoder().decode(ByteBuffer.wrap(bytes)).toString());
		} catch (CharacterCodingException notText) {
			return json.createObjectNode()
			    .put("hex", HexFormat.of().formatHex(bytes));
		}
	}

	static BufferedReader input() {
		return new BufferedReader(
		    new InputStreamReader(System.in, StandardCharsets.UTF_8));
	}

	/* --- out ---------------------------------------------------------- */

	static ProducerRecord<byte[], byte[]> record(JsonNode line) {
		JsonNode partition = line.get("partition"), time = line.get("timestamp");
		ProducerRecord<byte[], byte[]> record = new ProducerRecord<>(
		    line.get("topic").textValue(),
		    partition == null ? null : partition.asInt(),
		    time == null ? null : time.asLong(),
		    bytes(line.get("key")), bytes(line.get("value")));
		if (line.has("headers"))
			for (JsonNode header : line.get("headers"))
				record.headers().add(header.get(0).textValue(),
				    bytes(header.get(1)));
		return record;
	}

	static KafkaProducer<byte[], byte[]> producer(String compression) {
		settings.put("compression.type", compression);
		return new KafkaProducer<>(settings,
		    new ByteArraySerializer(), new ByteArraySerializer());
	}

	static void put() throws Exception {
		Map<String, KafkaProducer<byte[], byte[]>> producers = new HashMap<>();
		List<Future<RecordMetadata>> sent = new ArrayList<>();
		String text;
		for (BufferedReader in = input(); (text = in.readLine()) != null;) {
			JsonNode line = json.readTree(text);
			sent.add(producers
			    .computeIfAbsent(line.path("compression").asText("none"),
			        Messages::producer)
			    .send(record(line)));
		}
		producers.values().forEach(KafkaProducer::close);
		for (Future<RecordMetadata> one : sent)
			one.get();
	}

	/* --- in ----------------------------------------------------------- */

	static ObjectNode line(ConsumerRecord<byte[], byte[]> record) {
		ObjectNode line = json.createObjectNode()
		    .put("topic", record.topic())
		    .put("partition", record.partition())
		    .put("offset", record.offset())
		    .put("timestamp", record.timestamp());
		line.set("key", node(record.key()));
		line.set("value", node(record.value()));
		ArrayNode headers = line.putArray("headers");
		for (Header header : record.headers())
			headers.addArray().add(header.key()).add(node(header.value()));
		return line;
	}

	static List<TopicPartition> all(KafkaConsumer<byte[], byte[]> consumer) {
		List<TopicPartition> all = new ArrayList<>();
		for (String topic : names)
			for (PartitionInfo one : consumer.partitionsFor(topic))
				all.add(new TopicPartition(topic, one.partition()));
		return all;
	}

	static void get() throws Exception {
		List<ConsumerRecord<byte[], byte[]>> got = new ArrayList<>();
		try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(settings,
		         new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
			List<TopicPartition> all = all(consumer);
			consumer.assign(all);
			consumer.seekToBeginning(all);
			Map<TopicPartition, Long> end = consumer.endOffsets(all);
			while (all.stream().anyMatch(p -> consumer.position(p) < end.get(p)))
				consumer.poll(Duration.ofMillis(100)).forEach(got::add);
		}
		got.sort(Comparator
		    .comparing((ConsumerRecord<byte[], byte[]> r) -> names.indexOf(r.topic()))
		    .thenComparing(ConsumerRecord::partition)
		    .thenComparing(ConsumerRecord::offset));
		for (ConsumerRecord<byte[], byte[]> record : got)
			out.println(line(record));
	}

	/* --- the partitioner ----------------------------------------------- */

	static void partitions() throws Exception {
		String line;
		for (BufferedReader in = input(); (line = in.readLine()) != null;)
			out.println(BuiltInPartitioner.partitionForKey(
			    line.getBytes(StandardCharsets.UTF_8),
			    Integer.parseInt(names.get(0))));
	}
}
