"""Runs of a small lake that are killed on purpose; started as a process, prints JSON.

The process forks one child for each run, before Polars starts its threads, so that a run costs
milliseconds and not the import of everything. A child that is killed is killed by SIGKILL.
"""

import hashlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from northwatch.errors import LockedError, MissingError
from northwatch.lake import Change, Lake, Picture, Retention, Segment, merged
from tests.unit.lake import made

SOURCES = ("a.csv", "b.csv", "c.csv", "d.csv", "e.csv", "a-corrected.csv")
REPLACED = {"a-corrected.csv": "a.csv"}
DAYS, BUCKETS = range(1), range(2)
KINDS = ("positions", "rejects", "ingests", "tracks")
ALL_NOW = timedelta(0)
_P = ParamSpec("_P")
_T = TypeVar("_T")


def ingest(lake: Lake, source: str) -> None:
    """Bring one source file in, as the pipeline does; known content changes nothing."""
    with lake.writer() as writer:
        if lake.known(made.sha256(source)) is not None:
            return
        if any(lake.known(made.sha256(new)) for new, old in REPLACED.items() if old == source):
            return  # its corrected form is there already
        changes = made.written(writer, source, days=DAYS, buckets=BUCKETS)
        old = REPLACED.get(source)
        writer.commit(merged(changes, writer.without(made.sha256(old)) if old else {}))


def build(lake: Lake) -> None:
    """Derive a table from the rows that are there: lengths are sums of places."""
    with lake.writer() as writer:
        picture = lake.picture()
        found: list[Segment] = []
        for bucket in BUCKETS:
            rows = picture.read_bucket("positions", bucket, columns=["lat_i"])
            length_km = float(rows["lat_i"].sum()) / 1000
            found.append(writer.write("tracks", made.tracks(bucket, length_km), bucket=bucket))
        writer.commit({"tracks": Change(add=tuple(found), replace_all=True)})


def upkeep(lake: Lake, grace: timedelta) -> None:
    with lake.writer() as writer:
        writer.compact()
        writer.expire(Retention(newest=2))
        writer.sweep(grace)


def run(
    folder: Path, *, note: Callable[[Lake], None] = lambda _: None, grace: timedelta = ALL_NOW
) -> None:
    """Ingest, build, replace, compact, expire, sweep; `note` looks on after each step."""
    lake = Lake.open(folder, create=True)
    for source in SOURCES:
        ingest(lake, source)
        note(lake)
        build(lake)
        note(lake)
    upkeep(lake, grace)
    note(lake)


def state(picture: Picture) -> str:
    """Return a hash of all rows: the same whatever files they lie in."""
    told = hashlib.sha256()
    for table in KINDS:
        told.update(made.rows_of(picture, table).write_csv().encode())
    return told.hexdigest()


def states(folder: Path) -> list[str]:
    """Run undisturbed; return the state after every commit."""
    seen: list[str] = []

    def note(lake: Lake) -> None:
        for entry in lake.pictures():
            picture = lake.picture(entry.published)
            if state(picture) not in seen:
                seen.append(state(picture))

    run(folder, note=note)
    return seen


def faults(folder: Path, told: list[str], *, done: bool) -> list[str]:
    """Say what is wrong with a lake that was killed, or (done) with one that was run to its end."""
    try:
        lake = Lake.open(folder)
    except MissingError as error:
        return [str(error)] if done else []
    found = []
    for entry in lake.pictures():
        picture = lake.picture(entry.published)
        picture.verify()
        if state(picture) not in told:
            found.append(f"{entry.id} is no state of the undisturbed run")
    if done:
        if state(lake.picture()) != told[-1]:
            found.append("the end is not that of the undisturbed run")
        found += strays(lake)
    return found


def strays(lake: Lake) -> list[str]:
    """Name files that no kept picture names: after a sweep there are none."""
    pictures = [lake.picture(entry.published) for entry in lake.pictures()]
    named = {str(s.path) for p in pictures for table in p.tables() for s in p.segments(table)}
    there = {str(path) for kind in ("*.parquet", "*.unfinished") for path in lake.path.rglob(kind)}
    return [f"{path} is left over" for path in sorted(there - named)]


def child(work: Callable[[], object]) -> int:
    """Do work in a forked process; return its process id."""
    pid = os.fork()
    if pid:
        return pid
    try:
        work()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - told to the parent
        sys.stderr.write(f"{error!r}\n")
        sys.stderr.flush()
        os._exit(1)


def answer(work: Callable[[], _T]) -> _T:
    """Return what work returns, done in a forked process."""
    read, write = os.pipe()

    def tell() -> None:
        with os.fdopen(write, "w") as pipe:
            json.dump(work(), pipe)

    pid = child(tell)
    os.close(write)
    with os.fdopen(read) as pipe:
        text = pipe.read()
    os.waitpid(pid, 0)
    if not text:
        sys.exit("a forked process failed")
    found: _T = json.loads(text)
    return found


def was_killed(pid: int) -> bool:
    _, status = os.waitpid(pid, 0)
    if not os.WIFSIGNALED(status) and os.waitstatus_to_exitcode(status):
        sys.exit("a run failed without being killed")
    return os.WIFSIGNALED(status)


def die_at(step: int) -> None:
    """Kill this process before its so-manieth sync, rename, deletion or SQL statement."""
    left = [step]

    def count() -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def counted(original: Callable[_P, _T]) -> Callable[_P, _T]:
        def step_taken(*args: _P.args, **options: _P.kwargs) -> _T:
            count()
            return original(*args, **options)

        return step_taken

    def traced(connect: Callable[_P, sqlite3.Connection]) -> Callable[_P, sqlite3.Connection]:
        def connected(*args: _P.args, **options: _P.kwargs) -> sqlite3.Connection:
            connection = connect(*args, **options)
            connection.set_trace_callback(lambda _: count())
            return connection

        return connected

    os.fsync = counted(os.fsync)
    Path.replace = counted(Path.replace)  # type: ignore[method-assign]
    Path.unlink = counted(Path.unlink)  # type: ignore[method-assign]
    sqlite3.connect = traced(sqlite3.connect)  # type: ignore[assignment]


def check(folder: Path, told: list[str]) -> list[str]:
    """Look at a killed lake, run it again to its end, look again, and remove it."""

    def look() -> list[str]:
        found = faults(folder, told, done=False)
        run(folder)
        return found + faults(folder, told, done=True)

    found: list[str] = answer(look)
    shutil.rmtree(folder)
    return found


def killed_at_random(folder: Path, moments: int, seed: int) -> dict[str, Any]:
    """Kill runs at moments drawn over their whole length until so many were really struck."""
    told: list[str] = answer(lambda: states(folder / "undisturbed"))
    begin = time.monotonic()
    was_killed(child(lambda: run(folder / "timed")))
    length_s = time.monotonic() - begin
    draw = random.Random(seed)  # noqa: S311 - not for secrets
    found: list[str] = []
    struck, undone = 0, 0
    for k in range(3 * moments):
        place = folder / str(k)
        pid = child(lambda: run(place))  # noqa: B023 - run at once
        time.sleep(draw.uniform(0, length_s))
        os.kill(pid, signal.SIGKILL)
        struck += was_killed(pid)
        undone += answer(lambda: unfinished(place, told))  # noqa: B023 - run at once
        found += check(place, told)
        if struck == moments:
            break
    return {"struck": struck, "undone": undone, "states": len(told), "faults": found}


def unfinished(folder: Path, told: list[str]) -> bool:
    """Whether a killed run left anything to do."""
    try:
        picture = Lake.open(folder).picture()
    except MissingError:
        return True
    return state(picture) != told[-1]


def killed_at_steps(folder: Path, first: int, stride: int) -> dict[str, Any]:
    """Kill runs at every so-manieth step until one ends before its step comes."""
    told: list[str] = answer(lambda: states(folder / "undisturbed"))
    found: list[str] = []
    struck, step = 0, first

    def dying() -> None:
        die_at(step)
        run(folder / str(step))

    while was_killed(child(dying)):
        struck += 1
        found += [f"step {step}: {fault}" for fault in check(folder / str(step), told)]
        step += stride
    return {"struck": struck, "steps": step, "states": len(told), "faults": found}


def read_beside(folder: Path, reads: int) -> dict[str, Any]:
    """Read all tables in a loop while another process writes; both run until there are enough."""
    told: list[str] = answer(lambda: states(folder / "undisturbed"))
    place = folder / "beside"

    def write() -> None:
        run(place, note=lambda _: time.sleep(0.1), grace=timedelta(hours=1))
        (folder / "over").touch()

    def read() -> list[str]:
        seen: list[str] = []
        while len(seen) < reads or not (folder / "over").exists():
            try:
                seen.append(state(Lake.open(place).picture()))
            except MissingError:
                time.sleep(0.01)
        return seen

    writer = child(write)
    seen: list[str] = answer(read)
    was_killed(writer)
    half = [one for one in seen if one not in told]
    ordered = [told.index(one) for one in seen if one in told]
    back = [k for k, after in pairwise(ordered) if after < k]
    return {"reads": len(seen), "seen": len(set(seen)), "faults": half + back}


def rivals(folder: Path, rounds: int) -> dict[str, Any]:
    """Let two processes do the same run at once, each trying again when it is locked out.

    In so many rounds, or until one was locked out: without that nothing was tried.
    """
    told: list[str] = answer(lambda: states(folder / "undisturbed"))
    locked_out, found = 0, []
    for k in range(rounds):
        place = folder / str(k)
        Lake.open(place, create=True)
        other = child(partial(insist, place))
        locked_out += answer(partial(insist, place))
        was_killed(other)
        found += answer(partial(faults, place, told, done=True))
        if locked_out:
            break
    return {"locked_out": locked_out, "faults": found}


def insist(place: Path) -> int:
    """Run to the end; return how often that was refused."""
    locked_out = 0
    while True:
        try:
            run(place)
        except LockedError:
            locked_out += 1
            time.sleep(0.01)
        else:
            return locked_out


if __name__ == "__main__":
    where, kind, *numbers = sys.argv[1:]
    runs: dict[str, Callable[..., dict[str, Any]]] = {
        "random": killed_at_random,
        "steps": killed_at_steps,
        "beside": read_beside,
        "rivals": rivals,
    }
    sys.stdout.write(json.dumps(runs[kind](Path(where), *map(int, numbers))))
