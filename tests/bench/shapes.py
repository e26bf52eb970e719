"""Data that is unlike the reviews (tests/bench/shapes.c makes it): what a byte
of it costs beside a byte of the plain shape. Nanoseconds of CPU shake with the
machine, a command's ratio in one run less so. What is written is compared with
what Python's json and csv make of the first rows."""
import csv
import datetime
import io
import itertools
import json
import os

from common import machine, shell
from data import maker

SHAPES = {
    "plain": "reviews",
    "shuffled": "keys in random order from line to line",
    "wide": "100 fields a line; CSV: 200 columns",
    "long": "lines of 64 KiB",
    "cjk": "text mostly CJK",
    "escapes": "text mostly quotes, backslashes, line ends, tabs, U+0001",
    "deep": "a member nested 200 deep",
    "short": "rows of 20 bytes",
    "quoted": "CSV, every cell quoted",
    "newlines": "line ends in a cell, of two words or fewer",
}
NDJSON = [name for name in SHAPES if name not in ("quoted", "newlines")]
CSV = [name for name in SHAPES if name not in ("shuffled", "deep")]
# Command: what it reads, the shapes that it is fit for.
COMMANDS = {
    "filter": ("evfilter 'rating < 3' <$I >$O", "ndjson", NDJSON),
    "project": ("evfilter TRUE --select id,rating <$I >$O", "ndjson", NDJSON),
    "`upper`": ("evfilter TRUE --select 'upper(message) AS message' <$I >$O",
                "ndjson", [name for name in NDJSON if name != "short"]),
    "CSV out": ("$L/evsink-file --format csv - <$I >$O", "ndjson", NDJSON),
    "CSV in": ("$L/evsource-file $I >$O", "csv", CSV),
}
ROWS = 500  # that are compared
MOST = 3  # times the plain shape's cost a byte, or the README says why


def cpu(command, env):
    """CPU seconds of a command, to the microsecond, which time(1) is not."""
    pid = os.posix_spawn("/bin/bash", ["bash", "-c", "exec " + command], env)
    _, status, usage = os.wait4(pid, 0)
    if status:
        raise RuntimeError(f"{command}: status {status}")
    return usage.ru_utime + usage.ru_stime


def cell(value):
    """A JSON value as CSV has it."""
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return str(value)


def event_of(row):
    """A row of csv.DictReader as an event; in the shapes whose cells are not
    all quoted, cells of digits are numbers."""
    return {key: int(value) if value.isascii() and value.isdigit() else value
            for key, value in row.items()}


def expected(command, kind, lines):
    """What the command must write for the first rows, as events; of CSV out
    as rows of cells."""
    if kind == "csv":
        return [event_of(row) for row in csv.DictReader(lines)][:ROWS]
    events = [json.loads(line) for line in lines]
    if command == "filter":
        return [event for event in events if event["rating"] < 3]
    if command == "project":
        return [{key: event[key] for key in ("id", "rating")}
                for event in events]
    if command == "`upper`":
        return [{"message": event["message"].upper()} for event in events]
    names = list(events[0])
    return [names] + [[cell(event[name]) for name in names]
                      for event in events]


def written(command, shape, text):
    if command == "CSV out":
        return list(csv.reader(io.StringIO(text, newline="")))
    events = [json.loads(line) for line in text.splitlines()]
    if shape == "quoted":  # every cell is text, and so are numbers
        return [event_of(event) for event in events]
    return events


def check(command, shape, env):
    """Compares the output for the first rows."""
    run, kind, _ = COMMANDS[command]
    with open(env["I"], encoding="utf-8", newline="") as file:
        if kind == "csv":
            head = io.StringIO(newline="")
            csv.writer(head, quoting=csv.QUOTE_ALL if shape == "quoted" else
                       csv.QUOTE_MINIMAL).writerows(
                           itertools.islice(csv.reader(file), ROWS))
            text = head.getvalue()
        else:
            text = "".join(itertools.islice(file, ROWS))
    env = dict(env, I=os.path.join(os.path.dirname(env["O"]), "head." + kind))
    with open(env["I"], "w", encoding="utf-8", newline="") as file:
        file.write(text)
    shell(run, env)
    with open(env["O"], encoding="utf-8", newline="") as file:
        got = written(command, shape, file.read())
    lines = io.StringIO(text, newline="") if kind == "csv" else (
        text.splitlines())
    if got != expected(command, kind, lines):
        raise RuntimeError(f"{command} of {shape}: the output is wrong")


def entry(cost, command, shape):
    if (command, shape) not in cost:
        return "-"
    times = cost[command, shape] / cost[command, "plain"]
    bold = "**" if times > MOST else ""
    return f"{cost[command, shape]:.2f} ({bold}{times:.1f}{bold})"


def all_of(env, folder, build, quick):
    """The table: nanoseconds a byte, and times the plain shape's."""
    size, runs = (8000000, 3) if quick else (64000000, 7)
    make = maker(build, "shapes")
    cost = {}
    for shape in SHAPES:
        for kind in ("ndjson", "csv"):
            env["I"] = os.path.join(folder, "shape." + kind)
            shell(f"'{make}' {kind} {shape} {size} >$I", env)
            for command, (run, reads, fit) in COMMANDS.items():
                if reads != kind or shape not in fit:
                    continue
                check(command, shape, env)
                timed = dict(env, O="/dev/null")
                best = min(cpu(run, timed) for _ in range(runs))
                cost[command, shape] = best / os.path.getsize(env["I"]) * 1e9
    lines = ["| shape | " + " | ".join(COMMANDS) + " |",
             "|---" * (len(COMMANDS) + 1) + "|"]
    for shape, what in SHAPES.items():
        cells = [entry(cost, command, shape) for command in COMMANDS]
        lines.append(f"| {shape}: {what} | " + " | ".join(cells) + " |")
    return (f"Nanoseconds of CPU a byte of input (and times the plain "
            f"shape's), {size / 1e6:.0f} MB of each, the best of {runs}. "
            f"{machine()}, {datetime.date.today()}.\n\n" +
            "\n".join(lines) + "\n")
