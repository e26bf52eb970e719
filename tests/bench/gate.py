"""Instructions a byte, counted by callgrind, which do not shake with the
machine: against the figures of tests/bench/instructions, as TAP."""
import os
import re
import subprocess
import tempfile

from common import TOP, shell, text_of
from data import environment, make_reviews

FIGURES = os.path.join(TOP, "tests/bench/instructions")
# Instructions a byte that must not be exceeded (Debian 12's compiler is the
# reference), and how far a figure may grow over the recorded one.
LIMITS = {("filter", "gcc-12"): 5.0, ("filter", "gcc-12+avx2"): 5.0}
GROWTH = 1.03
MARKS = 1.03  # of a named pipe's instructions to a plain one's

# Job -> (command, what its bytes are counted of).
JOBS = {
    "filter": ("$(command -v evfilter) 'rating < 3' <$R >$O", "R"),
    "project": ("$(command -v evfilter) 'rating < 3' --select "
                "id,userid,rating <$R >$O", "R"),
    "csv-read": ("$L/evsource-file $C >$O", "C"),
    "csv-write": ("$L/evsink-file --columns "
                  "id,userid,rating,message,channel,ts $O.csv <$R", "R"),
    "join": ("$(command -v evjoin) $U --on userid=id <$R >$O", "R"),
    "like": ("$(command -v evfilter) \"rating < 3 AND channel LIKE 'w%'\" "
             "<$R >$O", "R"),
    "express": ("$(command -v evfilter) TRUE --select \"upper(channel) AS "
                "channel, rating * 2 + 1 AS twice, date_trunc('day', "
                "ts::timestamptz) AS day\" <$R >$O", "R"),
}


def instructions(command, env, folder):
    """Instructions of a command, counted by callgrind."""
    out = os.path.join(folder, "callgrind.out")
    done = shell("valgrind --tool=callgrind --callgrind-out-file=" + out +
                 " " + command, env, stderr=subprocess.PIPE)
    return int(re.search(rb"Collected : (\d+)", done.stderr)[1])


def marks_ratio(env, folder):
    """Instructions of a source, a filter and a sink, with a name and without.
    One mark in 16 MB is more than one a second."""
    env["EVKIT_STATE"] = os.path.join(folder, "state")
    total = []
    for name in ("", "--name gate"):
        stages = [f"$L/evsource-file {name} $R >$O",
                  "$(command -v evfilter) TRUE <$O >$O.2",
                  f"$L/evsink-file {name} $O.3 <$O.2"]
        total.append(sum(instructions(stage, env, folder)
                         for stage in stages))
        shell("rm -f $O.3*", env)
    return total[1] / total[0]


def vectors():
    """What code is chosen by at run time (lib/base/cpu.h)."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        words = file.read().split()
    return "+avx2" if "avx2" in words and "bmi1" in words else ""


def known_figures(compiler):
    """Job -> the figure that is recorded for a compiler."""
    known = {}
    for line in open(FIGURES, encoding="utf-8"):
        if line.strip() and not line.startswith("#"):
            job, by, figure = line.split()
            if by == compiler:
                known[job] = float(figure)
    return known


def gate(build):
    """Instructions per byte of 100,000 rows, as TAP."""
    version = text_of("${CC:-cc} -dumpversion", dict(os.environ))
    compiler = "gcc-" + version.split(".", maxsplit=1)[0] + vectors()
    # AVX2 takes fewer: without figures of it those without are a limit, too.
    known = (known_figures(compiler) or
             known_figures(compiler.removesuffix("+avx2")))
    with tempfile.TemporaryDirectory() as folder:
        env = environment(folder, build)
        make_reviews(env, folder, build, 100000, "RCU")
        print(f"1..{len(JOBS) + 1}")
        for i, (job, (command, data)) in enumerate(JOBS.items(), 1):
            size = os.path.getsize(env[data])
            figure = instructions(command, env, folder) / size
            if job in known:
                most = min(known[job] * GROWTH,
                           LIMITS.get((job, compiler), 1e9))
                text = f"at most {most:.2f}"
            else:
                most = figure
                text = f"no figure is recorded for {compiler}"
            word = "ok" if figure <= most else "not ok"
            print(f"{word} {i} {job}: {figure:.2f} instructions a byte, "
                  f"{text}")
        ratio = marks_ratio(env, folder)
        print(f"{'ok' if ratio <= MARKS else 'not ok'} {len(JOBS) + 1} marks: "
              f"a pipe of three with a name takes {ratio:.3f} of the "
              f"instructions of one without, at most {MARKS}")
