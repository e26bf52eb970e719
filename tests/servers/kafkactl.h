/*
 * kafkactl: what kafkactl and kafkasend share, a client of the cluster that
 * -b, -X and $KAFKA_BROKERS tell, and a bad end. Included by one file of each.
 */
#ifndef TESTS_SERVERS_KAFKACTL_H
#define TESTS_SERVERS_KAFKACTL_H

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>
#include <librdkafka/rdkafka.h>

#define WAIT_MS 30000

static rd_kafka_t *rk;
static const char *doing = "starts";
static char said[512];

/* The client's threads live on, and OpenSSL's must not be torn down under them,
 * as exit would. */
static void __attribute__((noreturn)) end(int status)
{
	if (fflush(stdout) != 0)
		status = 1;
	_exit(status);
}

static void __attribute__((format(printf, 1, 2), noreturn))
die(const char *format, ...)
{
	va_list args;

	fprintf(stderr, "%s: %s: ", program_invocation_short_name, doing);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	end(1);
}

static void
check(rd_kafka_resp_err_t err, const char *text)
{
	if (err)
		die("%s", text && *text ? text : rd_kafka_err2str(err));
}

/* "KEY=VALUE" in two. */
static const char *
split(char *setting)
{
	char *sign = strchr(setting, '=');

	if (!sign)
		die("not KEY=VALUE: '%s'", setting);
	*sign = '\0';
	return sign + 1;
}

static void
configure(rd_kafka_conf_t *conf, const char *key, const char *value)
{
	if (rd_kafka_conf_set(conf, key, value, said, sizeof said) !=
	    RD_KAFKA_CONF_OK)
		die("%s", said);
}

/* The options; the client is then to be opened. */
static rd_kafka_conf_t *
parse(int argc, char **argv)
{
	rd_kafka_conf_t *conf = rd_kafka_conf_new();
	const char *brokers = getenv("KAFKA_BROKERS"), *value;
	int opt;

	configure(conf, "log_level", "0");
	/* Else a first coordinator is asked for only twice a second. */
	configure(conf, "retry.backoff.ms", "50");
	while ((opt = getopt(argc, argv, "+b:X:")) != -1)
		if (opt == 'b')
			brokers = optarg;
		else if (opt == 'X') {
			value = split(optarg);
			configure(conf, optarg, value);
		} else
			exit(64);
	configure(conf, "bootstrap.servers", brokers ? brokers : "");
	return conf;
}

static void
open_client(rd_kafka_conf_t *conf)
{
	rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, said, sizeof said);
	if (!rk)
		die("%s", said);
}

#endif
