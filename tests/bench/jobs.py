"""The jobs of tests/bench/jobs, each by evkit and by the peers: CPU, wall time
and memory, and whether what they write is the same."""
import os
import re
import subprocess
import sys

from common import TOP, measure, shell

JOBS = os.path.join(TOP, "tests/bench/jobs")
SLOW = 2.0  # CPU seconds; what takes longer runs once
FIELDS = "id,userid,rating,message,channel,ts"
USER = "first_name,last_name,email,gender,club_status,comments"
# The fields of a job's output, where they are not a review's.
SELECT = {"b": "id,userid,rating", "d1": FIELDS + "," + USER,
          "d2": FIELDS + "," + USER, "f": FIELDS + "," + USER,
          "e2": "channel,twice,day",
          "e3": "id::bigint AS id,code,twice,bucket,message"}


def read():
    """Job letter -> (title, output format, {program: command})."""
    jobs, now, last = {}, None, None
    for line in open(JOBS, encoding="utf-8"):
        line = line.rstrip("\n")
        start = re.match(r"job (\w+) (.*): (\w+)$", line)
        if start:
            now = {}
            jobs[start[1]] = (start[2], start[3], now)
        elif line.startswith("  ") and now is not None:
            now[last] += "\n" + line
        elif line and not line.startswith("#"):
            last, command = line.split(": ", 1)
            now[last] = command
    return jobs


def normal(job, kind, env, to):
    """The output of a job as NDJSON in which every field stands. Of jq's CSV
    there is no header, and texts of digits are what quoted cells are."""
    ids = "id::bigint AS id, userid::bigint AS userid, rating::bigint AS rating"
    names = SELECT.get(job, FIELDS)
    fields = names.replace("id,userid,rating", ids)
    command = f"evsource --format {kind} $O | evfilter --select '{fields}' >{to}"
    if kind == "csv" and "rating" not in open(
            env["O"], encoding="utf-8").readline().split(","):
        command = command.replace("$O", f"--header {names} $O")
    shell(command, env)


def same(job, kind, env, folder):
    """Whether the output is evkit's; evkit comes first and sets it."""
    ours, theirs = (os.path.join(folder, name + ".ndjson")
                    for name in ("ours", "theirs"))
    first = not os.path.exists(ours)
    try:
        normal(job, kind, env, ours if first else theirs)
    except subprocess.CalledProcessError:
        if first:
            raise
        return False  # numbers that are none any more
    return first or subprocess.run(
        ["evdiff", ours, theirs], env=env, check=False,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0


def run(job, described, programs, env, rows, runs):
    """A row a program: (program, CPU, wall, MiB, same)."""
    title, kind, commands = described
    folder = os.path.dirname(env["O"])
    result = []
    for program, command in commands.items():
        if program not in programs:
            continue
        print(f"  {job} {title}: {program}", file=sys.stderr)
        try:
            best = measure(command, env)
            # Of a slow program one run is enough: it is not the best peer.
            for _ in range(1, runs if best[0] < SLOW else 1):
                best = min(best, measure(command, env))
        except RuntimeError as error:
            print(f"    failed: {error}", file=sys.stderr)
            continue
        equal = same(job, kind, env, folder)
        scale = 1e6 / rows
        result.append((program, best[0] * scale, best[1] * scale, best[2],
                       equal))
    os.unlink(os.path.join(folder, "ours.ndjson"))
    return result


def table(results, titles, programs):
    """CPU seconds a million rows; evkit with its share of the best peer's."""
    names = list(programs)
    lines = ["| job | " + " | ".join(names) + " | evkit / best peer | "
             "wall / best | MiB |",
             "|---" * (len(names) + 4) + "|"]
    for job, rows in results.items():
        by = {row[0]: row for row in rows}
        if "evkit" not in by:
            continue
        peers = [row for row in rows if row[0] != "evkit"]
        cells = [f"{by[n][1]:.2f}" + ("" if by[n][4] else "*")
                 if n in by else "-" for n in names]
        ours = by["evkit"]
        ratio = wall = "-"
        if peers:
            ratio = f"**{ours[1] / min(p[1] for p in peers):.2f}**"
            wall = f"{ours[2] / min(p[2] for p in peers):.2f}"
        lines.append(f"| {job} {titles[job]} | " + " | ".join(cells) +
                     f" | {ratio} | {wall} | {ours[3]:.0f} |")
    if any(not row[4] for rows in results.values() for row in rows):
        lines.append("\n\\* its output differs from evkit's")
    return "\n".join(lines)


def all_of(env, programs, rows, runs):
    """The table of all jobs."""
    jobs = read()
    results = {job: run(job, described, programs, env, rows, runs)
               for job, described in jobs.items()}
    return table(results, {job: t[0] for job, t in jobs.items()}, programs)
