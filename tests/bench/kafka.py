#!/usr/bin/env python3
"""bench kafka [--quick] [--readme] [BUILD] [ROWS]

Measures evkit on a Kafka of its own (tests/servers/kafka, one broker, a JVM
as in production) beside the least that librdkafka needs (tests/bench/
kafkaloop.c), kcat, Java's performance tools and Connect's file connectors, in
one run: reviews into a topic and out of it, memory while the broker does not
answer, delay from topic to topic, start, and shards of one pipeline. Every
program has the same settings (PRODUCE and CONSUME below) and runs in turn
with the others; what came is compared with what was sent by evdiff.

The broker has the same cores and memory as the programs, so of one run only
CPU seconds (of the client) and ratios count.

ROWS      reviews to make: 4 million (666 MB) unless given
--quick   a minute: 400,000 rows, one run each, without Java
--readme  puts the tables into README.md
"""
import datetime
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time

from common import (TOP, figures_of, machine, measure, put_in_readme, shell,
                    text_of, timed)

SERVER = os.path.join(TOP, "tests/servers/kafka")
PARTITIONS = 12
# By names that librdkafka and Java's clients share.
PRODUCE = {"acks": "all", "enable.idempotence": "true", "linger.ms": "20",
           "batch.size": "1000000", "compression.type": "none"}
CONSUME = {"isolation.level": "read_committed", "fetch.min.bytes": "1",
           "fetch.max.bytes": "52428800", "check.crcs": "false",
           "max.partition.fetch.bytes": "1048576"}
# How long an answer waits for what is to come: two names for one setting. It is
# evsource's own for a bounded read; at 500 ms the others would read as fast and
# wait for the end.
WAIT, JAVA_WAIT = "fetch.wait.max.ms=10", "fetch.max.wait.ms=10"
# What kafka-run-class.sh gives to every JVM, and its scripts' heaps.
JVM = ("-server -XX:+UseG1GC -XX:MaxGCPauseMillis=20 "
       "-XX:InitiatingHeapOccupancyPercent=35 "
       "-XX:+ExplicitGCInvokesConcurrent -Djava.awt.headless=true ")
BROKER_JVM, TOOL_JVM, CONNECT_JVM = (
    JVM + "-Xmx1G -Xms1G", JVM + "-Xmx512M", JVM + "-Xms256M -Xmx2G")
LIMIT = "librdkafka loop"
FROZEN = 6  # seconds that the broker stands still,
LONG = 4000000  # while so many events come


def settings(option, values):
    return " ".join(f"{option}{key}={value}" for key, value in values.items())


P = settings("-X ", PRODUCE)
C = settings("-X ", CONSUME) + " -X " + WAIT
# T is a topic to write into, F one that is full, R the reviews, K the same with
# their keys before them, O an output.
JOBS = {
    "in": {
        LIMIT: "kafkaloop in $KAFKA_BROKERS $T $R " + settings("", PRODUCE),
        "evkit": f"evsink {P} kafka://$KAFKA_BROKERS/$T <$R",
        "evkit, with keys": f"evsink --key userid {P} "
                            "kafka://$KAFKA_BROKERS/$T <$R",
        "evkit, named": "evsource --name $T --mark-every 1s $R | "
                        f"evsink --name $T {P} kafka://$KAFKA_BROKERS/$T",
        "kcat": f"kcat -b $KAFKA_BROKERS -P -t $T {P} -l $R",
        "kcat, with keys": f"kcat -b $KAFKA_BROKERS -P -t $T {P} "
                           "-X partitioner=murmur2_random -K @ -l $K",
        "Java": "KAFKA_JVM=$TOOL_JVM $SERVER java "
                "org.apache.kafka.tools.ProducerPerformance "
                "--bootstrap-server $KAFKA_BROKERS --topic $T "
                "--num-records $ROWS --throughput -1 --payload-file $SAMPLE "
                "--command-property " + settings("", PRODUCE),
    },
    "out": {
        LIMIT: f"kafkaloop out $KAFKA_BROKERS $F $O {WAIT} " +
               settings("", CONSUME),
        "evkit": f"evsource {C} kafka://$KAFKA_BROKERS/$F >$O",
        "evkit, named": "evsource --name $T --mark-every 1s "
                        f"{C} kafka://$KAFKA_BROKERS/$F | evsink --name $T "
                        "$O.ndjson",
        "kcat": f"kcat -b $KAFKA_BROKERS -C -q -t $F -o beginning -e {C} >$O",
        "Java": "KAFKA_JVM=$TOOL_JVM $SERVER java "
                "org.apache.kafka.tools.ConsumerPerformance "
                "--bootstrap-server $KAFKA_BROKERS --topic $F "
                "--num-records $ROWS --command-property " +
                " --command-property ".join(
                    settings("", CONSUME).split() + [JAVA_WAIT]),
    },
}
SLOW = ("Java", "Connect")  # one run each, and none with --quick


class Bench:
    """The broker, the data, and where all that lies."""

    def __init__(self, folder, build, rows, quick):
        self.folder, self.rows, self.quick = folder, rows, quick
        self.size, self.topics, self.place = 0, 0, ""
        path = [os.path.join(TOP, build, part) for part in
                ("bin", "tests/bench", "tests/servers")]
        self.env = dict(
            os.environ, LC_ALL="C.UTF-8", SERVER=SERVER, ROWS=str(rows),
            TOOL_JVM=TOOL_JVM, KAFKA_LIFE="10800",
            EVKIT_STATE=os.path.join(folder, "state"),
            PATH=os.pathsep.join(path + [os.environ["PATH"]]))
        for name, file in (("O", "out"), ("R", "reviews.ndjson"),
                           ("K", "keys"), ("SAMPLE", "sample.ndjson")):
            self.env[name] = os.path.join(folder, file)

    def start(self):
        shell("reviews ndjson $ROWS 1000 >$R; head -n 10000 $R >$SAMPLE; "
              "sed -E 's/.*\"userid\":([0-9]+).*/\\1@&/' $R >$K", self.env)
        self.size = os.path.getsize(self.env["R"])
        said = subprocess.run(
            [SERVER, "start", os.path.join(self.folder, "kafka"), "--owner",
             str(os.getpid())],
            env=dict(self.env, KAFKA_JVM=BROKER_JVM), text=True,
            stdout=subprocess.PIPE, check=True).stdout
        self.env.update(re.findall(r"(KAFKA_\w+)=(\S+)", said))
        self.place = "kafka://" + self.env["KAFKA_BROKERS"]
        # With this the broker's own code is compiled, and its memory is there.
        self.env["F"] = self.topic()
        self.run(f"kcat -b $KAFKA_BROKERS -P -t $F {P} -l $R")
        for _ in range(1 if self.quick else 3):
            self.run("kcat -b $KAFKA_BROKERS -C -q -t $F -o beginning -e "
                     "-c 1000000 >/dev/null")

    def run(self, command, **more):
        shell(command, dict(self.env, **more), stderr=subprocess.DEVNULL)

    def topic(self, partitions=PARTITIONS):
        self.topics += 1
        name = f"bench{self.topics}"
        self.run(f"kafkactl create {name} {partitions}")
        return name

    def drop(self, name):
        self.run(f"kafkactl delete {name}")

    def same(self, file):
        """Whether a file has the reviews, in any order."""
        return subprocess.run(
            ["evdiff", file, self.env["R"]], env=self.env, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode == 0

    def count(self, topic):
        """Messages of a topic that nobody writes to in transactions."""
        said = text_of(f"kafkactl ends {topic}", self.env)
        return sum(int(high) for high in re.findall(r'"high":\D?(\d+)', said))


# --- in and out ---------------------------------------------------------------

def came_in(bench, topic, program):
    """Java's tool picks lines of its sample by chance: they are counted."""
    if program == "Java":
        return bench.count(topic) == bench.rows
    file = os.path.join(bench.folder, "back.ndjson")
    bench.run(f"kafkaloop out $KAFKA_BROKERS {topic} {file}")
    equal = bench.same(file)
    os.unlink(file)
    return equal


def came_out(bench, program):
    if program == "Java":
        return True  # it ends well when it has seen so many, and keeps none
    file = bench.env["O"]
    return bench.same(file if os.path.exists(file) else file + ".ndjson")


def run_job(bench, way, program, check):
    """(CPU, wall, MiB, same) of one run."""
    topic = bench.topic()
    for file in ("O", "O.ndjson", "O.ndjson.ev"):
        path = file.replace("O", bench.env["O"], 1)
        if os.path.exists(path):
            os.unlink(path)
    print(f"  {way}: {program}", file=sys.stderr)
    try:
        if program == "Connect":
            figures = connect(bench, way, topic)
        else:
            figures = measure(JOBS[way][program], dict(bench.env, T=topic))
        equal = not check or (came_in(bench, topic, program)
                              if way == "in" else came_out(bench, program))
    finally:
        bench.drop(topic)
    return figures + (equal,)


def better(old, new):
    """The best of CPU and of wall, the most of memory."""
    if not old:
        return new
    return (min(old[0], new[0]), min(old[1], new[1]), max(old[2], new[2]),
            old[3] and new[3])


def run_jobs(bench, runs):
    """way -> program -> figures; runs of all in turn."""
    best = {way: {} for way in JOBS}
    for i in range(runs):
        for way, programs in JOBS.items():
            for program in list(programs) + ["Connect"]:
                if program in SLOW and (i or bench.quick):
                    continue
                try:
                    figures = run_job(bench, way, program, not i)
                except (RuntimeError, OSError) as error:
                    print(f"    failed: {error}", file=sys.stderr)
                    continue
                best[way][program] = better(best[way].get(program), figures)
    return best


def throughput_table(bench, best):
    lines = []
    for way, programs in best.items():
        lines += [f"| {bench.rows / 1e6:g} million reviews {way} | "
                  "million/s | CPU s | CPU / loop's | MiB |", "|---" * 5 + "|"]
        limit = programs[LIMIT][0]
        for program, (cpu, wall, peak, equal) in programs.items():
            lines.append(
                f"| {program}{'' if equal else '*'} | "
                f"{bench.rows / wall / 1e6:.2f} | {cpu:.2f} | "
                f"{cpu / limit:.2f} | {peak:.0f} |")
        lines.append("")
    if any(not row[3] for programs in best.values()
           for row in programs.values()):
        lines += ["\\* what came is not what was sent", ""]
    return "\n".join(lines)


# --- Connect ------------------------------------------------------------------

def connect_files(bench, way, topic):
    """The properties of a worker and of its one connector."""
    worker = {
        "bootstrap.servers": bench.env["KAFKA_BROKERS"],
        "offset.storage.file.filename": bench.env["O"] + ".offsets",
        "listeners": "http://127.0.0.1:0",
        "offset.flush.interval.ms": "10000"}
    for part in ("key", "value"):
        worker[part + ".converter"] = (
            "org.apache.kafka.connect.storage.StringConverter")
    wait = dict([JAVA_WAIT.split("=")])
    for prefix, values in (("producer.", PRODUCE),
                           ("consumer.", {**CONSUME, **wait})):
        worker.update({prefix + key: value for key, value in values.items()})
    word = "Source" if way == "in" else "Sink"
    connector = {
        "name": topic, "tasks.max": "1",
        "connector.class":
            f"org.apache.kafka.connect.file.FileStream{word}Connector",
        "topic" if way == "in" else "topics":
            topic if way == "in" else bench.env["F"],
        "file": bench.env["R" if way == "in" else "O"]}
    paths = []
    for name, values in (("worker", worker), ("connector", connector)):
        paths.append(os.path.join(bench.folder, name + ".properties"))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(settings("", values).replace(" ", "\n") + "\n")
    return paths


def connect(bench, way, topic):
    """A worker never ends: it is stopped when all is there."""
    paths = connect_files(bench, way, topic)
    base = bench.env["O"] + ".connect"
    command = (f"echo $$ >{base}.pid; exec $SERVER java "
               "org.apache.kafka.connect.cli.ConnectStandalone " +
               " ".join(paths) + f" >{base}.log 2>&1")

    def done():
        if way == "in":
            return bench.count(topic) >= bench.rows
        return (os.path.exists(bench.env["O"]) and
                os.path.getsize(bench.env["O"]) >= bench.size)

    begin = time.monotonic()
    child = subprocess.Popen(
        timed(command, base + ".time"), stderr=subprocess.DEVNULL,
        env=dict(bench.env, KAFKA_JVM=CONNECT_JVM))
    while not done() and child.poll() is None:
        if time.monotonic() - begin > 600:
            break
        time.sleep(0.2)
    wall, late = time.monotonic() - begin, not done()
    if child.poll() is None:
        os.kill(int(open(base + ".pid", encoding="utf-8").read()),
                signal.SIGTERM)
        child.wait()
    if late:
        raise RuntimeError(open(base + ".log", encoding="utf-8").read()[-300:])
    cpu, _, peak = figures_of(base + ".time")
    return cpu, wall, peak


# --- memory -------------------------------------------------------------------

def frozen(bench, command):
    """Peak MiB of a program whose broker stands still in the middle."""
    topic = bench.topic()
    figures = bench.env["O"] + ".time"
    child = subprocess.Popen(timed(command, figures),
                             env=dict(bench.env, T=topic),
                             stderr=subprocess.DEVNULL)
    time.sleep(0.6)
    bench.run("$SERVER pause $KAFKA_DIR 1")
    try:
        time.sleep(FROZEN)
        if child.poll() is not None:
            raise RuntimeError("it ended before the broker stood still")
    finally:
        bench.run("$SERVER continue $KAFKA_DIR 1")
    if child.wait():
        raise RuntimeError(f"it ended with {child.returncode}")
    bench.drop(topic)
    return figures_of(figures)[2]


def memory_table(bench):
    """With each program's own settings: what it does when nobody minds."""
    endless = f"while :; do cat $R || break; done | head -n {LONG} | "
    lines = ["| peak memory, each with its own settings | MiB |",
             "|---|---|"]
    for name, command in (
            (f"evsink, broker stopped for {FROZEN} s", endless +
             "evsink kafka://$KAFKA_BROKERS/$T"),
            (f"kcat -P, broker stopped for {FROZEN} s", endless +
             "kcat -b $KAFKA_BROKERS -P -t $T")):
        print(f"  memory: {name}", file=sys.stderr)
        lines.append(f"| {name} | {frozen(bench, command):.0f} |")
    for name, command in (
            ("evsource", "evsource kafka://$KAFKA_BROKERS/$F"),
            ("kcat -C",
             "kcat -b $KAFKA_BROKERS -C -q -t $F -o beginning -e")):
        name += f", reader asleep for {FROZEN} s"
        print(f"  memory: {name}", file=sys.stderr)
        peak = measure(f"{command} | (sleep {FROZEN}; cat >/dev/null)",
                       bench.env)[2]
        lines.append(f"| {name} | {peak:.0f} |")
    return "\n".join(lines) + "\n"


# --- delay and start ----------------------------------------------------------

def delay(bench, pipe):
    """(p99, p50, longest) in ms of events through a pipe; through none, of one
    topic, where it is empty."""
    from_ = bench.topic(1)
    to = bench.topic(1) if pipe else from_
    child = subprocess.Popen(
        ["bash", "-c", pipe or "sleep 60"], stderr=subprocess.DEVNULL,
        env=dict(bench.env, N=from_, FROM=f"{bench.place}/{from_}",
                 TO=f"{bench.place}/{to}"), start_new_session=True)
    try:
        said = subprocess.run(
            ["kafkadelay", bench.env["KAFKA_BROKERS"], from_, to,
             "500" if bench.quick else "1000", "10"],
            env=bench.env, check=True, text=True, stdout=subprocess.PIPE)
    finally:
        os.killpg(child.pid, signal.SIGTERM)
        child.wait()
    for topic in {from_, to}:
        bench.drop(topic)
    p50, p99, longest = (float(word) for word in said.stdout.split())
    return p99, p50, longest


def delay_table(bench):
    """The best of several, by p99, all in turn: the tail is the scheduler's
    when the machine has more to do."""
    pipes = {
        "nothing between: one topic": "",
        "evsource --follow, evfilter, evsink":
            "evsource --follow $FROM | evfilter TRUE | evsink $TO",
        "the same, named, at --mark-every 100ms":
            "evsource --follow --name $N --mark-every 100ms $FROM | "
            "evfilter TRUE | evsink --name $N $TO"}
    best = {}
    for _ in range(1 if bench.quick else 3):
        for title, pipe in pipes.items():
            print(f"  delay: {title}", file=sys.stderr)
            figures = delay(bench, pipe)
            best[title] = min(figures, best.get(title, figures))
    lines = ["| an event every 10 ms, topic to topic | p50 ms | p99 ms | "
             "longest |", "|---|---|---|---|"]
    lines += [f"| {title} | {p50:.0f} | {p99:.0f} | {longest:.0f} |"
              for title, (p99, p50, longest) in best.items()]
    return "\n".join(lines) + "\n"


def start_table(bench):
    """Milliseconds from start to end on an empty topic, the median."""
    empty = bench.topic()
    lines = ["| start on an empty topic | ms |", "|---|---|"]
    for name, command in (
            ("evsource", "evsource kafka://$KAFKA_BROKERS/$T >$O"),
            ("kcat -C", "kcat -b $KAFKA_BROKERS -C -q -t $T -e -o beginning")):
        times = []
        for _ in range(5 if bench.quick else 21):
            begin = time.monotonic()
            bench.run("exec " + command, T=empty)
            times.append((time.monotonic() - begin) * 1e3)
        lines.append(f"| {name} | {statistics.median(times):.0f} |")
    bench.drop(empty)
    return "\n".join(lines) + "\n"


# --- shards -------------------------------------------------------------------

def scale_table(bench):
    """Shards of a named pipeline, topic to topic, a process group each."""
    lines = ["| shards of a named pipeline, topic to topic | million/s in | "
             "CPU s | result |", "|---|---|---|---|"]
    first = os.path.join(bench.folder, "shards.ndjson")
    now = os.path.join(bench.folder, "now.ndjson")
    for shards in (1, 2, 4):
        print(f"  scale: {shards}", file=sys.stderr)
        topic = bench.topic()
        pipe = ("evsource --name s{1} --shard {0}/{1} --mark-every 1s "
                "kafka://$KAFKA_BROKERS/$F | evfilter 'rating < 3' | "
                "evsink --name s{1} kafka://$KAFKA_BROKERS/$T")
        command = "; ".join(
            [f"({pipe.format(k, shards)}) & pid{k}=$!"
             for k in range(1, shards + 1)] +
            [f"wait $pid{k} || exit 1" for k in range(1, shards + 1)])
        cpu, wall, _ = measure(command, dict(bench.env, T=topic))
        bench.run(f"kafkaloop out $KAFKA_BROKERS {topic} "
                  f"{now if shards > 1 else first}")
        same = shards == 1 or subprocess.run(
            ["evdiff", first, now], env=bench.env, check=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ).returncode == 0
        lines.append(f"| {shards} | {bench.rows / wall / 1e6:.2f} | "
                     f"{cpu:.2f} | {'the same' if same else 'ANOTHER'} |")
        bench.drop(topic)
    return "\n".join(lines) + "\n"


# --- all ----------------------------------------------------------------------

def intro(bench, runs):
    words = {"evkit": "evfilter --version", "kcat": "kcat -V",
             "Kafka": "ls \"$(dirname \"$($SERVER classpath)\")\" | "
                      "grep kafka-clients"}
    found = {name: re.search(r"\d+\.[\d.]*\d", text_of(command, bench.env))
             for name, command in words.items()}
    library = re.search(r"librdkafka (\d[\d.]*)",
                        text_of("kcat -V", bench.env))
    return (
        f"The best of {runs} in one run ({', '.join(SLOW)}: one), "
        f"{bench.rows:,} reviews ({bench.size / 1e6:.0f} MB), "
        f"{PARTITIONS} partitions, one broker on the same cores. Producers: "
        f"{settings('', PRODUCE)}; consumers: {settings('', CONSUME)} "
        f"{WAIT}. "
        f"{machine()}, {datetime.date.today()}, with a load of "
        f"{os.getloadavg()[1]:.0f} when it began; " +
        ", ".join(f"{name} {version[0]}" for name, version in found.items()
                  if version) +
        (f", librdkafka {library[1]}" if library else "") + ".\n")


def main():
    words = [a for a in sys.argv[1:] if not a.startswith("--")]
    options = {a for a in sys.argv[1:] if a.startswith("--")}
    if options - {"--quick", "--readme"}:
        sys.exit(__doc__)
    numbers = [int(w) for w in words if w.isdigit()]
    build = next((w for w in words if not w.isdigit()), "build")
    quick = "--quick" in options
    rows = numbers[0] if numbers else 400000 if quick else 4000000
    runs = 1 if quick else 5
    # Who is asked to end leaves no data of hundreds of megabytes.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    base = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=base) as folder:
        bench = Bench(folder, build, rows, quick)
        bench.start()
        try:
            parts = [intro(bench, runs)]
            parts.append(throughput_table(bench, run_jobs(bench, runs)))
            print(*parts, sep="\n", flush=True)
            for part in (memory_table, delay_table, start_table, scale_table):
                parts.append(part(bench))
                print(parts[-1], flush=True)
        finally:
            subprocess.run([SERVER, "stop", bench.env["KAFKA_DIR"]],
                           check=False)
    if "--readme" in options:
        put_in_readme("bench kafka", "\n".join(parts))


if __name__ == "__main__":
    main()
