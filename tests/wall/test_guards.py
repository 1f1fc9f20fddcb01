"""Who tests the tests: each guard is taken away in turn, and a named test must fail.

A guard whose removal goes unnoticed fails the build.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from fastapi import Request, Response
from sqlalchemy import true

from northwatch.errors import NorthwatchError
from tests.unit.web import test_record_pages
from tests.unit.workstreams import test_desk, test_guard
from tests.unit.workstreams.release import test_release
from tests.unit.workstreams.signin import test_signin
from tests.wall import test_probes
from tests.workstream import browser, made_record

Patch = Callable[[pytest.MonkeyPatch], None]
_GUARD = "northwatch.workstreams.guard"


def gone(name: str, value: object) -> Patch:
    """Put something in the place of a guard."""
    return lambda patch: patch.setattr(name, value)


def nothing(*_: object, **__: object) -> None:
    """Refuse nobody."""


def every_rule(_: Path) -> None:
    """Check the table of the guard's rules."""
    test = test_guard.test_each_rule_refuses_by_its_own_code
    marks = test.pytestmark  # type: ignore[attr-defined]
    for case in marks[0].args[1]:
        test(*case)


def on_record(test: Callable[..., None], *people: str) -> Callable[[Path], None]:
    """Run a test with a fresh record and browsers: a name each, empty for nobody signed in."""

    def run(home: Path) -> None:
        record = made_record(home / "made")
        who = [browser(record, home / "no lake", name or None) for name in people]
        try:
            test(record, *who)
        finally:
            record.close()

    return run


def with_alice(test: Callable[..., None]) -> Callable[[Path], None]:
    """Run a test that takes a browser in which a lead is signed in."""
    return on_record(lambda _, who: test(who), "alice")


def open_page(request: Request) -> Response:
    """Show whoever comes where they are."""
    return Response(f"Sign in, or not: {request.url.path}", 401)


def is_403(_: NorthwatchError) -> int:
    """Say that something is there."""
    return 403


@dataclass(frozen=True)
class Guard:
    """A guard, how it is taken away, and the test that must then fail."""

    name: str
    away: Patch
    test: Callable[[Path], None]


GUARDS = [
    *(
        Guard(f"rule {number}", gone(f"{_GUARD}.{name}", nothing), every_rule)
        for number, name in enumerate(
            (
                "_is_member",
                "_has_level",
                "_is_audience",
                "_has_role",
                "_is_second",
                "_state_allows",
            ),
            start=1,
        )
    ),
    Guard(
        "the condition in SQL",
        gone("northwatch.workstreams.looking.readable", lambda *_: true()),
        on_record(test_probes.test_probe_01_hidden_absent_and_removed_are_one, "berta", ""),
    ),
    Guard(
        "denied is missing",
        gone("northwatch.web.app.status_of", is_403),
        on_record(test_probes.test_probe_01_hidden_absent_and_removed_are_one, "berta", ""),
    ),
    Guard(
        "one sign-in page",
        gone("northwatch.web.record.gate.signin_page", open_page),
        on_record(test_probes.test_probe_44_a_preview_bot_gets_the_sign_in_page, ""),
    ),
    Guard(
        "no-store",
        gone("northwatch.web.record.gate.NO_STORE", "private"),
        on_record(test_probes.test_probe_31_nothing_of_a_record_is_cached, "berta", ""),
    ),
    Guard(
        "signed cursors",
        gone("itsdangerous.URLSafeSerializer.loads", lambda *_: (0, "")),
        on_record(test_probes.test_probe_11_cursors_are_signed_and_hold_no_counts, "berta"),
    ),
    Guard(
        "the forms' word",
        gone("northwatch.web.record.frame.check_form", nothing),
        with_alice(test_record_pages.test_a_form_without_its_word_changes_nothing),
    ),
    Guard(
        "rights that end now",
        gone("northwatch.workstreams.signin.logins.is_member", lambda *_: True),
        on_record(test_signin.test_a_membership_that_ends_at_a_date_ends_then),
    ),
    Guard(
        "codes that count once",
        gone("northwatch.workstreams.signin.logins.takes_code", lambda *_: True),
        on_record(test_signin.test_a_code_counts_once),
    ),
    Guard(
        "tries that are not heard",
        gone("northwatch.workstreams.signin.throttle.is_heard", lambda *_: True),
        on_record(test_signin.test_too_many_tries_are_not_heard_and_nobody_can_tell),
    ),
    Guard(
        "redaction",
        gone("northwatch.workstreams.release.draft._Building._without", lambda *told: told[-1]),
        on_record(test_probes.test_probe_45_a_released_copy_holds_nothing_else),
    ),
    Guard(
        "the signature of a release",
        gone("northwatch.workstreams.release.file.is_signed", lambda *_: True),
        on_record(test_release.test_a_made_up_signature_is_refused),
    ),
    Guard(
        "the second person",
        gone("northwatch.workstreams.release.steps._check_second", nothing),
        on_record(test_release.test_consents_name_the_digest_and_a_second_person_confirms),
    ),
    Guard(
        "one record in a process",
        gone("northwatch.workstreams.store.claim_process", nothing),
        lambda home: test_desk.test_a_process_opens_one_record(_Homes(home)),  # type: ignore[arg-type]
    ),
]


class _Homes:
    """Stands for pytest's factory of folders."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def mktemp(self, name: str) -> Path:
        made = self._home / name
        made.mkdir()
        return made


@pytest.mark.parametrize("guard", GUARDS, ids=lambda guard: guard.name)
def test_a_guard_that_is_missing_is_noticed(
    guard: Guard, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    guard.test(tmp_path / "with")
    guard.away(monkeypatch)
    with pytest.raises((AssertionError, NorthwatchError, pytest.fail.Exception)):
        guard.test(tmp_path / "without")
