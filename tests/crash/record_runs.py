"""A process that changes a record without end and says what was acknowledged; it will be killed.

python -m tests.crash.record_runs FOLDER
"""

import sys
from pathlib import Path

from northwatch.workstreams.backup import back_up
from northwatch.workstreams.folder import Folder
from northwatch.workstreams.items import Label
from northwatch.workstreams.kinds import Person
from northwatch.workstreams.record import open_record
from northwatch.workstreams.release import Choice, choose, confirm, consent, propose, sign, submit
from tests.workstream import reader

ALL = Label("PARTIES", frozenset({"AAA", "BBB", "CCC"}))


def say(word: str, told: str) -> None:
    """Acknowledge."""
    sys.stdout.write(f"{word} {told}\n")
    sys.stdout.flush()


def main() -> None:
    """Write, release and back up until killed."""
    record = open_record(Folder(Path(sys.argv[1])))
    alice, berta, carla = (
        record.for_reader(reader(record, name)) for name in ("alice", "berta", "carla")
    )
    say("begun", "")
    for number in range(10**6):
        made = alice.add(
            "person", Person(name=f"Person {number}"), ALL, content=("a/b", bytes(5_000))
        )
        say("item", made.id)
        say("item", alice.supersede(made.id, Person(name=f"Changed {number}")).id)
        if number % 5 == 0:
            newest = alice.find(made.root)
            told = Choice(
                items=(newest.id if newest else "",), title="t", audience="a", terms="t", issuer="i"
            )
            draft = choose(alice, told)
            release = propose(alice, draft, ALL)
            submit(alice, release.id)
            for each in (alice, berta, carla):
                consent(each, release.id, draft.digest)
            confirm(berta, release.id, draft.digest)
            sign(alice, release.id)
            say("signed", release.id)
        if number % 7 == 3:
            say("backup", str(back_up(record, record.folder.path.parent / "backups")))


if __name__ == "__main__":
    main()
