"""The programs that evkit is measured beside: which there are, and how those
that Debian does not have come into the cache."""
import os
import re
import subprocess
import sys

from common import text_of

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or
                     os.path.expanduser("~/.cache"), "evkit-bench")
PATH = [os.path.join(CACHE, "bin"), os.path.join(CACHE, "py/bin")]
PEERS = {"jq": "jq", "jaq": "jaq", "mlr": "mlr", "xan": "xan",
         "DuckDB": "duckdb", "polars": "polars"}


def versions(env):
    """Program -> version, for the programs that are there."""
    found = {"evkit": text_of("evfilter --version", env)}
    for name, word in PEERS.items():
        command = f"{word} --version"
        if name in ("DuckDB", "polars"):
            command = (f"python -c 'import {word}; "
                       f"print({word}.__version__)'")
        version = text_of(command, env)
        if version:
            found[name] = version
    missing = [name for name in PEERS if name not in found]
    if missing:
        print("not installed: " + ", ".join(missing) +
              " (--install-peers fetches them)", file=sys.stderr)
    return {name: re.search(r"\d[\w.]*", version)[0]
            for name, version in found.items() if re.search(r"\d", version)}


def install():
    """What pip and cargo have, into the cache; jq and mlr come by apt."""
    os.makedirs(CACHE, exist_ok=True)
    for command in (f"python3 -m venv '{CACHE}/py'",
                    f"'{CACHE}/py/bin/pip' install -q duckdb polars",
                    f"cargo install -q --root '{CACHE}' jaq",
                    f"cargo install -q --root '{CACHE}' xan"):
        print(command, file=sys.stderr)
        subprocess.run(["bash", "-c", command], check=False)
