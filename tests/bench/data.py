"""The data that jobs read, and the environment that names it."""
import os

from common import TOP, shell
from peers import PATH

COLUMNS = ("{id:'BIGINT',userid:'BIGINT',rating:'BIGINT',message:'VARCHAR',"
           "channel:'VARCHAR',ts:'VARCHAR'}")
SCHEMA = ("{'id': pl.Int64, 'userid': pl.Int64, 'rating': pl.Int64, "
          "'message': pl.String, 'channel': pl.String, 'ts': pl.String}")


def environment(folder, build):
    """evkit's programs of this build, and the peers; $O is for output."""
    return dict(os.environ, COLUMNS=COLUMNS, SCHEMA=SCHEMA, LC_ALL="C.UTF-8",
                TZ="UTC", O=os.path.join(folder, "out"),
                L=os.path.join(TOP, build, "libexec/evkit"),
                PATH=os.pathsep.join([os.path.join(TOP, build, "bin"), *PATH,
                                      os.environ["PATH"]]))


def memory():
    """Where files are made that should not be read from a disk."""
    return "/dev/shm" if os.access("/dev/shm", os.W_OK) else None


def maker(build, name):
    return os.path.join(TOP, build, "tests/bench", name)


def make_reviews(env, folder, build, rows, names="RCZSUM"):
    """$R and $C are the reviews, $Z and $S the first of them packed, $U and $M
    users, a thousand and a million: those that are named, in this order."""
    make = maker(build, "reviews")
    for name, file, command in (
            ("R", "reviews.ndjson", f"'{make}' ndjson {rows} 1000"),
            ("C", "reviews.csv", f"'{make}' csv {rows} 1000"),
            ("Z", "reviews.ndjson.gz", "gzip -6 -c $R"),
            ("S", "reviews.ndjson.zst", "zstd -q -3 -c $R"),
            ("U", "users.csv", f"'{make}' users 1000"),
            ("M", "million.csv", f"'{make}' users 1000000")):
        if name in names:
            env[name] = os.path.join(folder, file)
            shell(f"{command} >'{env[name]}'", env)
