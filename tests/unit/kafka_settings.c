/* kafka_settings: places and settings of Kafka's clients, from files and -X. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "client/kafka_impl.h"

static char file[64];

static void
write_file(const char *name, const char *text)
{
	FILE *out;

	snprintf(file, sizeof(file), "%s", name);
	out = fopen(file, "w");
	assert_non_null(out);
	fputs(text, out);
	assert_int_equal(fclose(out), 0);
}

/* The settings of one file, as "key=value|key=value". */
static void
expect_file(const char *name, const char *text, const char *wanted)
{
	const char *files[] = {name};
	struct ev_kafka_settings settings = {.files = files, .file_count = 1};
	struct ev_kafka_list list;
	struct ev_buf got = {0};
	struct ev_err err = {0};

	write_file(name, text);
	if (ev_kafka_list(&settings, &list, &err) == EV_OK)
		for (size_t i = 0; i < list.count; i++)
			ev_buf_printf(&got, "%s%s=%s", i ? "|" : "",
			    list.item[i].key, list.item[i].value);
	else
		ev_buf_printf(&got, "%d %s", err.exit, err.text);
	assert_string_equal(ev_buf_cstr(&got), wanted);
	ev_buf_release(&got);
	ev_kafka_list_release(&list);
	unlink(name);
}

static void
files_of_kcat_are_taken_as_they_stand(void **state)
{
	(void)state;
	expect_file("k.conf",
	    "# brokers\n\n bootstrap.servers = a:1,b:2 \nsasl.password=p\\n=x\n"
	    "topic.acks=1\r\n",
	    "bootstrap.servers=a:1,b:2|sasl.password=p\\n=x|acks=1");
	expect_file("k.conf", "a=1\nnonsense\n", "78 k.conf:2: no KEY=VALUE");
	expect_file("k.conf", "", "");
}

static void
java_files_have_escapes_and_go_on_in_the_next_line(void **state)
{
	(void)state;
	expect_file("j.properties",
	    "! of the app\nkey.serializer=x.Y\nlinger.ms: 5\n"
	    "sasl.password p\\\\q\nclient.id=a\\\n   b\nmax.request.size=9\n",
	    "linger.ms=5|sasl.password=p\\q|client.id=ab|"
	    "message.max.bytes=9");
	expect_file("j.properties",
	    "sasl.jaas.config=org.apache.kafka.common.security.plain."
	    "PlainLoginModule required \\\n"
	    "  username=\"alice\" \\\n  password=\"s e;c=\\\\\"t\";\n",
	    "sasl.username=alice|sasl.password=s e;c=\"t");
	expect_file("j.properties",
	    "ssl.truststore.location=/t.pem\n"
	    "ssl.truststore.type=PEM\n"
	    "ssl.keystore.location=/k.pem\n"
	    "ssl.endpoint.identification.algorithm=\n"
	    "buffer.memory=33554432\n",
	    "ssl.ca.location=/t.pem|ssl.certificate.location=/k.pem|"
	    "ssl.key.location=/k.pem|"
	    "ssl.endpoint.identification.algorithm=none|"
	    "queue.buffering.max.kbytes=32768");
	expect_file("j.properties", "\nssl.keystore.location=/k.jks\n",
	    "78 j.properties:2: a JKS store can only be read by Java: export "
	    "it as PEM or PKCS#12 (keytool -importkeystore -deststoretype "
	    "PKCS12)");
}

static void
values_stand_elsewhere(void **state)
{
	(void)state;
	setenv("EV_TEST_SECRET", "of the env", 1);
	expect_file("k.conf", "sasl.password=env:EV_TEST_SECRET\n",
	    "sasl.password=of the env");
	expect_file("k.conf", "sasl.password=env:EV_TEST_NONE\n",
	    "78 k.conf:1: sasl.password: the variable 'EV_TEST_NONE' is not "
	    "set");
	expect_file("k.conf", "sasl.password=file:k.conf\n",
	    "sasl.password=sasl.password=file:k.conf");
	expect_file("k.conf", "sasl.password=file:none\n",
	    "78 k.conf:1: sasl.password: there is no file 'none'");
}

static void
expect_place(const char *place, const char *brokers, const char *extra,
    const char *wanted)
{
	struct ev_kafka_settings settings = {.brokers = brokers,
	    .extra = &extra,
	    .extra_count = extra ? 1 : 0};
	struct ev_kafka_place out;
	struct ev_err err = {0};
	char *got;

	if (ev_kafka_place(place, &settings, &out, &err) == EV_OK)
		got = ev_mem_printf("%s %s", out.absolute, out.topic);
	else
		got = ev_mem_printf("%d %s", err.exit, err.text);
	assert_string_equal(got, wanted);
	free(got);
	ev_kafka_place_release(&out);
}

static void
a_place_has_brokers_and_a_topic(void **state)
{
	(void)state;
	expect_place("kafka://b1:9092,b2/t", NULL, NULL,
	    "kafka://b1:9092,b2/t t");
	expect_place("kafka:t", "b", NULL, "kafka://b/t t");
	expect_place("kafka:^re.*", NULL, "bootstrap.servers=x:1",
	    "kafka://x:1/^re.* ^re.*");
	expect_place("kafka:///t", "b", NULL, "kafka://b/t t");
	setenv("EVKIT_BROKERS", "e:1", 1);
	expect_place("kafka:t", NULL, NULL, "kafka://e:1/t t");
	expect_place("kafka://b/t", NULL, NULL, "kafka://b/t t");
	unsetenv("EVKIT_BROKERS");
	expect_place("kafka:t", NULL, NULL,
	    "64 no broker is named: kafka://HOST:PORT/t, -b HOST:PORT, "
	    "$EVKIT_BROKERS, or bootstrap.servers in a file (-F)");
	expect_place("kafka://b/t/", NULL, NULL, "kafka://b/t t");
	expect_place("kafka:t/", "b", NULL, "kafka://b/t t");
	expect_place("kafka://b//", NULL, NULL,
	    "64 'kafka://b//' names no topic: a place is "
	    "kafka://BROKER/TOPIC");
	expect_place("kafka://b/", NULL, NULL,
	    "64 'kafka://b/' names no topic: a place is kafka://BROKER/TOPIC");
	expect_place("kafka://b", NULL, NULL,
	    "64 'kafka://b' names no topic: a place is kafka://BROKER/TOPIC");
	expect_place("kafka://b/t", "c", NULL,
	    "64 brokers stand in the place and in -b: one of them is too "
	    "many");
	expect_place("kafka://u:p@b/t", NULL, NULL,
	    "64 a user does not stand in the place, but in the settings: -X "
	    "sasl.username=USER -X sasl.password=file:PATH");
}

static void
a_broker_has_a_port_that_there_is(void **state)
{
	static const char *const good[] = {"kafka://b/t", "kafka://b:65535/t",
	    "kafka://[::1]:9092,[::1],::1/t", "kafka:t"};
	static const char *const bad[] = {"b:65536", "b:99999999999", "b:0",
	    "b:x", "b:", "b:9092x"};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(*good); i++) {
		char *wanted = ev_mem_printf("kafka://%s t",
		    i < 3 ? good[i] + 8 : "SSL://b:1, c/t");

		setenv("EVKIT_BROKERS", "SSL://b:1, c", 1);
		expect_place(good[i], NULL, NULL, wanted);
		unsetenv("EVKIT_BROKERS");
		free(wanted);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		char *place = ev_mem_printf("kafka://a:1,%s,c/t", bad[i]);
		char *wanted = ev_mem_printf("64 '%s' is no broker: HOST:PORT "
					     "is one, with a port from 1 to "
					     "65535",
		    bad[i]);

		expect_place(place, NULL, NULL, wanted);
		free(place);
		free(wanted);
	}
}

static void
expect_conf(const char *extra, const char *wanted)
{
	static const char *const fixed[] = {"isolation.level", "read_committed",
	    "transactional.id", "", NULL};
	static const char *const own[] = {"report.group", NULL};
	struct ev_kafka_settings settings = {.extra = &extra,
	    .extra_count = 1,
	    .own = own};
	struct ev_kafka_place place = {.brokers = (char *)(uintptr_t) "b:1"};
	rd_kafka_conf_t *conf;
	struct ev_err err = {0};

	if (ev_kafka_conf(&settings, &place, NULL, fixed, &conf, &err) == EV_OK)
		rd_kafka_conf_destroy(conf);
	else
		assert_string_equal(err.text, wanted);
	assert_int_equal(err.exit, *wanted ? EV_EXIT_USAGE : 0);
}

static void
settings_are_the_librarys_and_the_commands(void **state)
{
	(void)state;
	expect_conf("linger.ms=7", "");
	expect_conf("report.group=g", "");
	expect_conf("isolation.level=read_committed", "");
	expect_conf("isolation.level=read_uncommitted",
	    "-X isolation.level: it is always 'read_committed' here");
	expect_conf("linger.mss=7",
	    "-X: unknown setting 'linger.mss': did you "
	    "mean 'linger.ms'?");
	expect_conf("acks", "-X acks: a setting is KEY=VALUE");
	expect_conf("report.gruop=g",
	    "-X: unknown setting 'report.gruop': did you mean "
	    "'report.group'?");
	expect_conf("transactional.id=x",
	    "-X transactional.id: it is not to be set here");
	/* The library ends its text with a newline. */
	expect_conf("message.max.bytes=1",
	    "-X: message.max.bytes: Configuration property "
	    "\"message.max.bytes\" value 1 is outside allowed range "
	    "1000..1000000000");
}

/* The last of several, what it stands for, and none. */
static void
a_command_reads_its_own(void **state)
{
	const char *extra[] = {"report.group=a", "report.groups=x",
	    "report.group=env:EV_TEST_SECRET"};
	struct ev_kafka_settings settings = {.extra = extra, .extra_count = 3};
	struct ev_err err;
	char *value;

	(void)state;
	setenv("EV_TEST_SECRET", "of the env", 1);
	assert_int_equal(ev_kafka_own(&settings, "report.group", &value, &err),
	    EV_OK);
	assert_string_equal(value, "of the env");
	free(value);
	assert_int_equal(ev_kafka_own(&settings, "report", &value, &err),
	    EV_OK);
	assert_null(value);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_kcat_are_taken_as_they_stand),
	    cmocka_unit_test(
		java_files_have_escapes_and_go_on_in_the_next_line),
	    cmocka_unit_test(values_stand_elsewhere),
	    cmocka_unit_test(a_place_has_brokers_and_a_topic),
	    cmocka_unit_test(a_broker_has_a_port_that_there_is),
	    cmocka_unit_test(settings_are_the_librarys_and_the_commands),
	    cmocka_unit_test(a_command_reads_its_own),
	};
	char folder[] = "/tmp/kafka-settings-XXXXXX";

	if (!mkdtemp(folder) || chdir(folder))
		return 2;
	unsetenv("EVKIT_BROKERS");
	unsetenv("EVKIT_KAFKA_CONFIG");
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	return rmdir(folder) || failed;
}
