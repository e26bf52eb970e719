"""What scripts/bench and its parts share: commands that are measured, the
data, the machine's name, tables in README.md."""
import os
import re
import subprocess

TOP = os.path.dirname(os.path.dirname(os.path.dirname(
    os.path.abspath(__file__))))


def shell(command, env, **more):
    return subprocess.run(["bash", "-o", "pipefail", "-c", command], env=env,
                          check=True, **more)


def timed(command, figures):
    """The argv that runs a command and leaves its figures in a file. Started
    by time(1), because a child begins with the peak of whoever forked it."""
    return ["time", "-o", figures, "-f", "%U %S %e %M", "bash", "-o",
            "pipefail", "-c", command]


def figures_of(figures):
    """(CPU s, wall s, peak MiB of the largest process), as time left them."""
    user, system, wall, peak = open(
        figures, encoding="utf-8").read().split("\n")[-2].split()
    return float(user) + float(system), float(wall), int(peak) / 1024


def measure(command, env):
    """The figures of one run."""
    figures = env["O"] + ".time"
    done = subprocess.run(timed(command, figures), env=env,
                          stderr=subprocess.PIPE, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr.decode(errors="replace")[-300:])
    return figures_of(figures)


def text_of(command, env):
    done = subprocess.run(["bash", "-c", command], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                          check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def machine():
    model = re.search(r"model name\s*: (.*)", open(
        "/proc/cpuinfo", encoding="utf-8").read())
    release = re.search(r'PRETTY_NAME="(.*)"', open(
        "/etc/os-release", encoding="utf-8").read())
    return (f"{model[1] if model else 'unknown'}, {os.cpu_count()} cores, "
            f"{release[1] if release else ''}")


def put_in_readme(name, text):
    """Between <!-- NAME --> and <!-- /NAME -->."""
    path = os.path.join(TOP, "README.md")
    old = open(path, encoding="utf-8").read()
    new = re.sub(f"(?s)(<!-- {name} -->\n).*(<!-- /{name} -->)",
                 lambda m: m[1] + text + m[2], old)
    with open(path, "w", encoding="utf-8") as file:
        file.write(new)


def file_system(folder):
    """What the folder lies on: ext4, tmpfs …"""
    return subprocess.run(["findmnt", "-no", "FSTYPE", "-T", folder],
                          check=True, text=True,
                          stdout=subprocess.PIPE).stdout.strip()
