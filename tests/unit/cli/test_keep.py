"""Commands that keep a workstream: what they print, and how they refuse."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from northwatch.cli import main
from northwatch.workstreams import signin, store
from tests.identity import CLIENT, CLIENT_SECRET, identity_provider

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command in this process as if in one of its own; return status, output, errors."""

    def run_it(*words: object) -> tuple[int, str, str]:
        # A command ends with its process; here the next one comes in the same.
        monkeypatch.setattr(store, "_OPEN", [])
        status: Any = 0
        try:
            main([str(word) for word in words])
        except SystemExit as end:
            status = end.code or 0
        told = capsys.readouterr()
        return int(status), told.out, told.err

    return run_it


@pytest.fixture
def talks(tmp_path: Path, run: Run) -> Path:
    folder = tmp_path / "talks"
    assert run("workstream", "found", "greenland-talks", "--folder", folder)[0] == 0
    return folder


def member(folder: Path, name: str, **options: str) -> list[object]:
    given = {"party": "GRL", "role": "note-taker", "level": "PARTIES", **options}
    words = [word for option, value in given.items() for word in (f"--{option}", value)]
    return ["workstream", "member", folder, name, *words]


def test_members_are_made_shown_and_ended(run: Run, talks: Path) -> None:
    status, told, _ = run(*member(talks, "anna", person="Anna Olsen"))
    assert status == 0
    assert "password" in told
    assert "recovery codes" in told
    status, told, _ = run("workstream", "member", talks, "anna", "--end")
    assert (status, told) == (0, "anna can no longer sign in.\n")
    shown = json.loads(run("workstream", "show", talks, "--json")[1])
    assert shown["charter"][1] == "The parties lead it jointly."
    assert shown["members"] == [
        {"name": "anna", "person": "Anna Olsen", "party": "GRL", "roles": "note-taker",
         "level": "PARTIES", "ended": True}
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("option", "value", "told"),
    [
        ("party", "NATO", "USA, DNK, GRL"),
        ("role", "boss", "note-taker"),
        ("level", "TOP", "OPEN, PARTIES, HEADS"),
    ],
)
def test_a_member_of_no_party_role_or_level_is_refused(
    run: Run, talks: Path, option: str, value: str, told: str
) -> None:
    status, out, err = run(*member(talks, "mark", **{option: value}))
    assert (status, out) == (1, "")
    assert told in err
    assert json.loads(run("workstream", "show", talks, "--json")[1])["members"] == []


def test_a_name_to_sign_in_with_is_given_once(run: Run, talks: Path) -> None:
    assert run(*member(talks, "anna"))[0] == 0
    status, _, err = run(*member(talks, "anna", party="DNK"))
    assert status == 1
    assert "another name" in err


def test_a_charter_that_is_not_there_makes_nothing(run: Run, tmp_path: Path) -> None:
    status, _, err = run("workstream", "found", "no-such", "--folder", tmp_path / "place")
    assert status == 1
    assert "no such file" in err
    assert not list(tmp_path.iterdir())


def test_a_database_that_does_not_answer_leaves_no_folder(run: Run, tmp_path: Path) -> None:
    url = "postgresql+psycopg://me:hidden@127.0.0.1:1/none"
    words = ("workstream", "found", "greenland-talks", "--folder", tmp_path / "place")
    status, out, err = run(*words, "--postgresql", url)
    assert (status, out) == (1, "")
    assert "does not answer" in err
    assert "hidden" not in err
    assert not list(tmp_path.iterdir())


def test_a_key_of_no_use_is_refused(run: Run, talks: Path) -> None:
    status, _, err = run("workstream", "rotate", talks, "mine")
    assert status == 1
    assert "checkpoint, release, login, backup" in err


def test_a_new_release_key_is_the_one_shown(run: Run, talks: Path) -> None:
    before = run("release", "key", talks)[1]
    assert run("workstream", "rotate", talks, "release")[0] == 0
    after = run("release", "key", talks)[1]
    assert len(after.strip()) == 64
    assert after != before


@pytest.mark.parametrize("use", ["checkpoint", "release", "login", "backup"])
def test_every_key_can_be_made_anew(run: Run, talks: Path, use: str) -> None:
    before = {path.name: path.read_bytes() for path in (talks / "keys").iterdir()}
    status, told, _ = run("workstream", "rotate", talks, use)
    assert status == 0
    assert ("second half" in told) == (use == "backup")
    after = {path.name: path.read_bytes() for path in (talks / "keys").iterdir()}
    changed = {name for name in before if before[name] != after[name]}
    assert len(changed) == 1
    assert changed.pop().startswith(use)
    assert run("audit", "verify", talks)[0] == 0


@pytest.mark.parametrize("command", ["show", "backup", "close", "migrate"])
def test_a_folder_that_is_no_workstream_is_told(run: Run, tmp_path: Path, command: str) -> None:
    given: dict[str, list[object]] = {"backup": ["--to", tmp_path], "close": ["--yes"]}
    status, _, err = run("workstream", command, tmp_path, *given.get(command, []))
    assert status == 1
    assert "workstream found" in err


def test_a_closed_record_takes_no_member(run: Run, talks: Path) -> None:
    assert run("workstream", "close", talks, "--yes")[0] == 0
    status, _, err = run(*member(talks, "anna"))
    assert status == 1
    assert "closed" in err
    assert run("audit", "verify", talks, "--json")[0] == 0


def test_a_provider_is_set_members_are_linked_and_both_end(
    run: Run, talks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("typer.prompt", lambda *_, **__: CLIENT_SECRET)
    run(*member(talks, "anna"))
    link = ["workstream", "link", talks, "anna"]
    status, _, told = run(*link, "a-1")
    assert status != 0
    assert "northwatch workstream provider" in told
    address = "https://talks.example"
    with identity_provider(address + signin.BACK) as running:
        given = ["--issuer", running.issuer, "--client", CLIENT, "--address", address]
        status, told, _ = run("workstream", "provider", talks, *given)
        assert status == 0
        assert f"  {address}/signin/provider/back\n" in told
        assert CLIENT_SECRET not in told
    assert CLIENT_SECRET not in (talks / "settings.toml").read_text()
    status, _, told = run("workstream", "provider", talks, *given)
    assert status != 0
    assert "does not answer" in told
    assert run(*link, "a-1")[0] == 0
    assert "linked already" in run(*link, "a-1")[2]
    assert run(*link, "--end")[0] == 0
    assert run(*link, "a-1")[0] == 0
    assert run("workstream", "provider", talks, "--end")[0] == 0
    assert run(*link, "a-2")[0] != 0
    assert run("audit", "verify", talks)[0] == 0
