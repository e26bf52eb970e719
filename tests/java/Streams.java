/*
 * Streams ORDERS CUSTOMERS OUT FOLDER: a Kafka Streams program of ten lines, as
 * a team beside evkit would have it: the orders of customers that there are,
 * each with the customer's record, exactly once. It only finds a customer who is
 * on the same partition as the order. It runs until it is killed.
 */
import java.util.Properties;
import org.apache.kafka.common.serialization.Serdes.StringSerde;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.KTable;

public class Streams {
	public static void main(String[] argument) {
		Properties settings = new Properties();
		settings.put("application.id", "streams-" + argument[2]);
		settings.put("bootstrap.servers", System.getenv("KAFKA_BROKERS"));
		settings.put("default.key.serde", StringSerde.class);
		settings.put("default.value.serde", StringSerde.class);
		settings.put("processing.guarantee", "exactly_once_v2");
		settings.put("state.dir", argument[3]);

		StreamsBuilder builder = new StreamsBuilder();
		KTable<String, String> customers = builder.table(argument[1]);
		builder.<String, String>stream(argument[0])
		    .join(customers, (order, customer) ->
		        "{\"order\":" + order + ",\"customer\":" + customer + "}")
		    .to(argument[2]);
		new KafkaStreams(builder.build(), settings).start();
	}
}
