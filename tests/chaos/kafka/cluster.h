/*
 * cluster: three brokers (tests/servers/kafka) that are killed and frozen, and
 * come back. What takes seconds there goes on while others work.
 */
#ifndef CHAOS_KAFKA_CLUSTER_H
#define CHAOS_KAFKA_CLUSTER_H

#include <stdbool.h>
#include <stdint.h>

#include "../job.h"

#define CLUSTER_BROKERS 3

struct cluster {
	char *folder;  /* of the servers; owned */
	char *server;  /* the program that has hands on them; owned */
	char *brokers; /* HOST:PORT,…; owned */
	struct broker {
		enum { UP, DEAD, FROZEN } state;
		int64_t back; /* when it is to come back, ev_clock_steady() */
		bool coming;  /* `job` brings it back */
		struct job job;
	} broker[CLUSTER_BROKERS + 1]; /* by its number, from 1 */
	bool unsynced;                 /* a replica may lag behind */
	bool syncing;                  /* `sync` waits for it */
	struct job sync;
	char why[256];
};

/* Starts it in a folder that is not there yet, with settings of brokers
 * (KEY=VALUE …). False, with why; then there is nothing to stop. It ends with
 * this process, too. */
bool cluster_start(struct cluster *cluster, const char *folder,
    const char *settings);
void cluster_stop(struct cluster *cluster);

/* A topic of three replicas, once every broker has heard of it. */
bool cluster_topic(struct cluster *cluster, const char *topic, int partitions);

/* The broker that leads a partition; that coordinates the transactions of an
 * id; 0, with why. */
int cluster_leader(struct cluster *cluster, const char *topic, int partition);
int cluster_coordinator(struct cluster *cluster, const char *id);
/* The partition of a topic that has an event, the first one; -1, with why. */
int cluster_filled(struct cluster *cluster, const char *topic);

/* SIGKILL or SIGSTOP; it comes back after so many ms. */
bool cluster_kill(struct cluster *cluster, int broker, int ms);
bool cluster_freeze(struct cluster *cluster, int broker, int ms);
/* It comes back now. */
void cluster_continue(struct cluster *cluster, int broker);
/* Whether it has not come back yet. */
bool cluster_is_frozen(const struct cluster *cluster, int broker);

/* Brings back who is due. False, with why, where one does not come. */
bool cluster_tick(struct cluster *cluster);
/* All are up, and all replicas in sync. */
bool cluster_whole(const struct cluster *cluster);

#endif
