/*
 * cluster: see cluster.h.
 */
#include "cluster.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../tree.h"
#include "base/clock.h"
#include "base/mem.h"

static bool __attribute__((format(printf, 2, 3)))
wrong(struct cluster *cluster, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(cluster->why, sizeof(cluster->why), format, args);
	va_end(args);
	return false;
}

/* A command's standard output, without its newline; owned by the caller. NULL,
 * with why, where it fails. */
static char *__attribute__((format(printf, 2, 3)))
ask(struct cluster *cluster, const char *format, ...)
{
	struct ev_buf out = {0};
	char command[1024];
	va_list args;
	int status;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	status = shell_read("/", command, &out);
	if (status == 0) {
		ev_buf_cstr(&out);
		out.ptr[strcspn(out.ptr, "\n")] = '\0';
		return out.ptr;
	}
	wrong(cluster, "exit %d of %s", status, command);
	ev_buf_release(&out);
	return NULL;
}

static int
ask_number(struct cluster *cluster, const char *command, int otherwise)
{
	char *text = ask(cluster, "timeout 40 %s", command);
	int number = text && *text ? (int)strtol(text, NULL, 10) : otherwise;

	free(text);
	return number;
}

/* --- start and stop ------------------------------------------------------ */

bool
cluster_start(struct cluster *cluster, const char *folder, const char *settings)
{
	char here[4096];

	*cluster = (struct cluster){.folder = ev_mem_strdup(folder)};
	if (!getcwd(here, sizeof(here)))
		return wrong(cluster, "no folder to stand in");
	cluster->server = ev_mem_printf("%s/tests/servers/kafka", here);
	cluster->brokers = ask(cluster,
	    "eval \"$('%s' start '%s' --brokers 3 --owner %ld %s)\" && "
	    "echo \"$KAFKA_BROKERS\"",
	    cluster->server, folder, (long)getpid(), settings);
	if (!cluster->brokers || !*cluster->brokers)
		return wrong(cluster, "the brokers do not start");
	setenv("KAFKA_BROKERS", cluster->brokers, 1);
	return true;
}

void
cluster_stop(struct cluster *cluster)
{
	for (int i = 1; i <= CLUSTER_BROKERS; i++)
		if (cluster->broker[i].coming)
			job_clear(&cluster->broker[i].job);
	if (cluster->syncing)
		job_clear(&cluster->sync);
	free(ask(cluster, "'%s' stop '%s'", cluster->server, cluster->folder));
	free(cluster->folder);
	free(cluster->server);
	free(cluster->brokers);
}

/* --- questions ----------------------------------------------------------- */

bool
cluster_topic(struct cluster *cluster, const char *topic, int partitions)
{
	char *text = ask(cluster,
	    "timeout 40 kafkactl create %s %d replication=3 && "
	    "for broker in $(echo $KAFKA_BROKERS | tr , ' '); do "
	    "timeout 40 sh -c \"until kcat -b $broker -L -t %s | "
	    "grep -q 'with %d partitions'; do sleep 0.1; done\" || exit; done",
	    topic, partitions, topic, partitions);

	free(text);
	return text != NULL;
}

int
cluster_leader(struct cluster *cluster, const char *topic, int partition)
{
	char command[256];

	snprintf(command, sizeof(command), "kafkactl leader %s %d", topic,
	    partition);
	return ask_number(cluster, command, 0);
}

int
cluster_coordinator(struct cluster *cluster, const char *id)
{
	char command[256];

	snprintf(command, sizeof(command), "kafkactl coordinator txn %s", id);
	return ask_number(cluster, command, 0);
}

int
cluster_filled(struct cluster *cluster, const char *topic)
{
	char command[256];

	snprintf(command, sizeof(command),
	    "kafkactl ends %s | jq 'select(.high > 0) | .partition'", topic);
	return ask_number(cluster, command, -1);
}

/* --- blows --------------------------------------------------------------- */

static bool
strike(struct cluster *cluster, int broker, const char *action)
{
	char *text = ask(cluster, "'%s' %s '%s' %d", cluster->server, action,
	    cluster->folder, broker);

	free(text);
	return text != NULL;
}

bool
cluster_kill(struct cluster *cluster, int broker, int ms)
{
	struct broker *it = &cluster->broker[broker];

	it->state = DEAD;
	it->back = ev_clock_steady() + ms;
	cluster->unsynced = true;
	return strike(cluster, broker, "kill");
}

bool
cluster_freeze(struct cluster *cluster, int broker, int ms)
{
	struct broker *it = &cluster->broker[broker];

	it->state = FROZEN;
	it->back = ev_clock_steady() + ms;
	cluster->unsynced = true;
	return strike(cluster, broker, "pause");
}

bool
cluster_is_frozen(const struct cluster *cluster, int broker)
{
	return cluster->broker[broker].state == FROZEN;
}

/* --- coming back --------------------------------------------------------- */

void
cluster_continue(struct cluster *cluster, int broker)
{
	cluster->broker[broker].back = ev_clock_steady();
}

static void
start(struct cluster *cluster, struct job *job, const char *format, ...)
{
	char *errors = ev_mem_printf("%s/hands", cluster->folder);
	const struct job_world world = {.folder = "/", .errors = errors};
	char command[512];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	job_start(job, command, &world);
	free(errors);
}

static bool
broker_tick(struct cluster *cluster, int i)
{
	struct broker *it = &cluster->broker[i];

	if (it->state == UP)
		return true;
	if (!it->coming && ev_clock_steady() >= it->back) {
		start(cluster, &it->job, "timeout 90 %s %s %s %d",
		    cluster->server, it->state == DEAD ? "up" : "continue",
		    cluster->folder, i);
		it->coming = true;
	}
	if (!it->coming || !job_poll(&it->job))
		return true;
	it->coming = false;
	it->state = UP;
	if (job_status(&it->job) != 0)
		return wrong(cluster, "broker %d does not come back: exit %d",
		    i, job_status(&it->job));
	return true;
}

bool
cluster_tick(struct cluster *cluster)
{
	bool up = true;

	for (int i = 1; i <= CLUSTER_BROKERS; i++) {
		if (!broker_tick(cluster, i))
			return false;
		up &= cluster->broker[i].state == UP;
	}
	if (!cluster->unsynced || !up)
		return true;
	if (!cluster->syncing)
		start(cluster, &cluster->sync, "timeout 60 kafkactl synced");
	cluster->syncing = true;
	if (!job_poll(&cluster->sync))
		return true;
	cluster->syncing = false;
	cluster->unsynced = false;
	if (job_status(&cluster->sync) != 0)
		return wrong(cluster, "the replicas do not come in sync");
	return true;
}

bool
cluster_whole(const struct cluster *cluster)
{
	return !cluster->unsynced;
}
