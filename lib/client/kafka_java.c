/*
 * kafka_java: settings of Java's clients, in librdkafka's words. Most have the
 * same names (its CONFIGURATION.md); here are those that do not, after Apache
 * Kafka's documentation of its producer, consumer and security settings.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "client/kafka_impl.h"

/* Another name for the same, or, with NULL, nothing that this library has a
 * part for: classes to load, and what its own buffers do otherwise. */
static const struct {
	const char *java, *ours;
} names[] = {
    {"key.serializer", NULL},
    {"value.serializer", NULL},
    {"key.deserializer", NULL},
    {"value.deserializer", NULL},
    {"key.converter", NULL},
    {"value.converter", NULL},
    {"interceptor.classes", NULL},
    {"metric.reporters", NULL},
    {"metrics.num.samples", NULL},
    {"metrics.recording.level", NULL},
    {"metrics.sample.window.ms", NULL},
    {"auto.include.jmx.reporter", NULL},
    {"partitioner.class", NULL},
    {"partition.assignors", NULL},
    {"max.poll.records", NULL},
    {"max.block.ms", NULL},
    {"default.api.timeout.ms", NULL},
    {"exclude.internal.topics", NULL},
    {"group.protocol", NULL},
    {"security.providers", NULL},
    {"send.buffer.bytes", "socket.send.buffer.bytes"},
    {"receive.buffer.bytes", "socket.receive.buffer.bytes"},
    {"sasl.client.callback.handler.class", NULL},
    {"sasl.login.callback.handler.class", NULL},
    {"sasl.login.class", NULL},
    {"ssl.protocol", NULL},
    {"ssl.provider", NULL},
    {"ssl.enabled.protocols", NULL},
    {"ssl.keymanager.algorithm", NULL},
    {"ssl.trustmanager.algorithm", NULL},
    {"ssl.secure.random.implementation", NULL},
    {"ssl.engine.factory.class", NULL},
    {"fetch.max.wait.ms", "fetch.wait.max.ms"},
    {"max.request.size", "message.max.bytes"},
    {"ssl.keystore.key", "ssl.key.pem"},
    {"ssl.keystore.certificate.chain", "ssl.certificate.pem"},
    {"ssl.truststore.certificates", "ssl.ca.pem"},
};

/* --- sasl.jaas.config ---------------------------------------------------- */

/* The next NAME="VALUE" (or NAME=VALUE) of a JAAS line; false at its end.
 * Both are the caller's to free. */
static bool
next_option(const char **at, char **name, char **value)
{
	struct ev_buf text = {0};
	const char *p = *at + strspn(*at, " \t;");
	size_t len = strcspn(p, "= \t;");
	char quote = 0;

	if (p[len] != '=')
		return false;
	*name = ev_mem_strndup(p, len);
	p += len + 1;
	if (*p == '"' || *p == '\'')
		quote = *p++;
	while (*p && (quote ? *p != quote : !strchr(" \t;", *p))) {
		if (*p == '\\' && p[1])
			p++;
		ev_buf_char(&text, *p++);
	}
	*value = ev_mem_strdup(ev_buf_cstr(&text));
	ev_buf_release(&text);
	*at = p + (quote && *p == quote);
	return true;
}

static const char *
take_jaas(struct ev_kafka_list *list, const char *value, const char *where)
{
	static const struct {
		const char *jaas, *ours;
	} options[] = {
	    {"username", "sasl.username"},
	    {"password", "sasl.password"},
	    {"clientId", "sasl.oauthbearer.client.id"},
	    {"clientSecret", "sasl.oauthbearer.client.secret"},
	    {"scope", "sasl.oauthbearer.scope"},
	};
	const char *at = value + strcspn(value, " \t");
	char *name, *text;

	/* the login module, then "required" */
	at += strspn(at, " \t");
	at += strcspn(at, " \t;");
	if (strstr(value, "Krb5LoginModule"))
		return "sasl.jaas.config: for Kerberos, set "
		       "sasl.kerberos.keytab and sasl.kerberos.principal";
	while (next_option(&at, &name, &text)) {
		for (size_t i = 0; i < sizeof(options) / sizeof(*options); i++)
			if (!strcmp(name, options[i].jaas))
				ev_kafka_list_add(list, options[i].ours, text,
				    where, false);
		free(name);
		free(text);
	}
	return NULL;
}

/* --- stores of keys ------------------------------------------------------ */

/* A store is known by its type, which stands on a line of its own and may come
 * later; so by its name: PKCS#12 has .p12 or .pfx, Java's own .jks. */
static bool
ends_in(const char *text, const char *end)
{
	size_t len = strlen(text), tail = strlen(end);

	return len >= tail && !strcmp(text + len - tail, end);
}

static const char *
take_store(struct ev_kafka_list *list, const char *key, const char *value,
    const char *where)
{
	bool own = !strcmp(key, "ssl.keystore.location");

	if (ends_in(value, ".jks"))
		return "a JKS store can only be read by Java: export it as PEM "
		       "or PKCS#12 (keytool -importkeystore -deststoretype "
		       "PKCS12)";
	if (ends_in(value, ".p12") || ends_in(value, ".pfx")) {
		if (!own)
			return "a PKCS#12 trust store can only be read by "
			       "Java: export its certificates as PEM";
		ev_kafka_list_add(list, key, value, where, false);
		return NULL;
	}
	if (!own) {
		ev_kafka_list_add(list, "ssl.ca.location", value, where, false);
		return NULL;
	}
	ev_kafka_list_add(list, "ssl.certificate.location", value, where,
	    false);
	ev_kafka_list_add(list, "ssl.key.location", value, where, false);
	return NULL;
}

/* ------------------------------------------------------------------------- */

/* True for what says how the stores, or the names of hosts, are to be read. */
static bool
take_odd(struct ev_kafka_list *list, const char *key, const char *value,
    const char *where)
{
	char *kilobytes;

	if (!strcmp(key, "ssl.endpoint.identification.algorithm")) {
		ev_kafka_list_add(list, key, *value ? value : "none", where,
		    false);
		return true;
	}
	if (!strcmp(key, "buffer.memory")) {
		kilobytes = ev_mem_printf("%lld",
		    strtoll(value, NULL, 10) / 1024);
		ev_kafka_list_add(list, "queue.buffering.max.kbytes", kilobytes,
		    where, false);
		free(kilobytes);
		return true;
	}
	return !strcmp(key, "ssl.keystore.type") ||
	    !strcmp(key, "ssl.truststore.type") ||
	    !strcmp(key, "ssl.truststore.password");
}

const char *
ev_kafka_java(struct ev_kafka_list *list, const char *key, const char *value,
    const char *where)
{
	if (!strcmp(key, "sasl.jaas.config"))
		return take_jaas(list, value, where);
	if (!strcmp(key, "ssl.keystore.location") ||
	    !strcmp(key, "ssl.truststore.location"))
		return take_store(list, key, value, where);
	if (take_odd(list, key, value, where))
		return NULL;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if (strcmp(key, names[i].java))
			continue;
		if (names[i].ours)
			ev_kafka_list_add(list, names[i].ours, value, where,
			    false);
		return NULL;
	}
	ev_kafka_list_add(list, key, value, where, false);
	return NULL;
}
