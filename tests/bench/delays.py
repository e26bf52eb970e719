"""What is not a matter of rows: how long a command takes to start, a line to
come through a pipe, and what marks cost."""
import os
import shutil
import statistics
import subprocess
import time

from common import measure
from peers import PEERS


def starts(env, programs):
    """Milliseconds from start to end on empty input: the median of 100."""
    empty = os.path.join(os.path.dirname(env["O"]), "empty.ndjson")
    open(empty, "w", encoding="utf-8").close()
    todo = {"cat": ["cat", empty], "evfilter": ["evfilter", "rating < 3"],
            "evsource": ["evsource", empty], "evsink": ["evsink", empty],
            "jq": ["jq", "."], "mlr": ["mlr", "--ijsonl", "--ojsonl", "cat"],
            "jaq": ["jaq", "."]}
    lines = ["| start on empty input | ms |", "|---|---|"]
    for name, argv in todo.items():
        path = shutil.which(argv[0], path=env["PATH"])
        if not path or (name in PEERS and name not in programs):
            continue
        times = []
        for _ in range(100):
            begin = time.monotonic()
            subprocess.run([path] + argv[1:], env=env, check=True,
                           stdin=subprocess.DEVNULL,
                           stdout=subprocess.DEVNULL)
            times.append((time.monotonic() - begin) * 1e3)
        lines.append(f"| {name} | {statistics.median(times):.1f} |")
    return "\n".join(lines)


def latency(env, command, feed):
    """Median and 99th percentile in ms of a line through a pipe, 200 lines,
    one every 10 ms; feed is the file to append to, or None for stdin."""
    child = subprocess.Popen(["bash", "-c", command], env=env,
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, bufsize=0,
                             start_new_session=True)
    to = open(feed, "ab", buffering=0) if feed else child.stdin
    times = []
    time.sleep(0.3)
    for i in range(220):
        time.sleep(0.01)
        begin = time.monotonic()
        to.write(b'{"id":%d,"rating":1}\n' % i)
        child.stdout.readline()
        times.append((time.monotonic() - begin) * 1e3)
    os.killpg(child.pid, 15)
    child.wait()
    times = sorted(times[20:])
    return times[100], times[197]


def latencies(env):
    feed = os.path.join(os.path.dirname(env["O"]), "feed.ndjson")
    open(feed, "w", encoding="utf-8").close()
    lines = ["| one line through | p50 ms | p99 ms |", "|---|---|---|"]
    for command, file in (
            ("cat | cat | cat", None),
            ("evfilter 'rating < 3' | evfilter 'rating < 3' | "
             "evfilter 'rating < 3'", None),
            ("evsource --follow $FEED | evfilter 'rating < 3' | evsink -",
             feed)):
        p50, p99 = latency(dict(env, FEED=feed), command, file)
        lines.append(f"| {command.replace('|', chr(92) + '|')} "
                     f"| {p50:.2f} | {p99:.2f} |")
    return "\n".join(lines)


def marks(env, runs):
    """What a name costs a pipe of three at a mark a second: runs of both in
    turn, the best of each."""
    pipe = ("rm -rf $O.d; mkdir $O.d; export EVKIT_STATE=$O.d/state; "
            "evsource {0} {1} $R | evfilter 'rating < 3' | "
            "evsink {0} $O.d/out.ndjson")
    best = {}
    for _ in range(runs):
        for name, every in (("", ""), ("--name bench", "--mark-every 1s")):
            figures = measure(pipe.format(name, every), env)[:2]
            best[name] = [min(pair) for pair in
                          zip(figures, best.get(name, figures))]
    plain, named = best.values()
    return ("| evsource, evfilter, evsink | plain | named, a mark a second | "
            "ratio |\n|---|---|---|---|\n" + "\n".join(
                f"| {what} | {plain[i]:.2f} | {named[i]:.2f} | "
                f"**{named[i] / plain[i]:.3f}** |"
                for i, what in enumerate(("CPU s", "wall s"))))
