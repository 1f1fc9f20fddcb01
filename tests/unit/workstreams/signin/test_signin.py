"""Sign-in: two factors, one answer for whatever is wrong, and rights that end at once."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from northwatch.errors import DeniedError, InputError, MissingError, ParameterError
from northwatch.workstreams import people, signin
from northwatch.workstreams.guard import Act, may
from northwatch.workstreams.people import NewMember
from northwatch.workstreams.record import Record
from northwatch.workstreams.signin import passwords, throttle
from northwatch.workstreams.tables import member
from tests.workstream import PASSWORD, Clock, charter_text, code, made_record, reader


@pytest.fixture
def record(tmp_path: Path) -> Record:
    return made_record(tmp_path / "made")


def moved(record: Record, **by: float) -> None:
    assert isinstance(record.clock, Clock)
    record.clock.move(timedelta(**by))


def entered(record: Record, name: str = "berta") -> str:
    held = signin.sign_in(record, name, PASSWORD, code(record), "here")
    assert held is not None
    return held


def test_both_factors_make_a_reader(record: Record) -> None:
    login = signin.login_of(record, entered(record))
    assert login is not None
    assert login.reader.party == "BBB"
    assert sorted(login.reader.roles) == ["delegate"]
    assert may(login.reader, Act.CONSENT, None, record.now_ms())


def test_whatever_is_wrong_is_one_answer_after_one_verification(
    record: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    with record.writing() as connection:
        people.end_member(connection, record, people.member_id(connection, "carlo"), by="")
    verified: list[str] = []
    real = passwords.is_password

    def counted(held: str, password: str) -> bool:
        verified.append(held)
        return real(held, password)

    monkeypatch.setattr("northwatch.workstreams.signin.logins.is_password", counted)
    tries = (
        ("nobody", PASSWORD, code(record)),
        ("berta", "wrong", code(record)),
        ("berta", PASSWORD, "000000"),
        ("carlo", PASSWORD, code(record)),
    )
    assert [signin.sign_in(record, *told, "here") for told in tries] == [None] * 4
    assert len(verified) == 4


def test_a_code_counts_once(record: Record) -> None:
    entered(record)
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None
    assert signin.sign_in(record, "berta", PASSWORD, code(record, steps=1), "here") is not None
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None


def test_a_recovery_code_counts_once(record: Record) -> None:
    with record.writing() as connection:
        made = signin.new_recovery_codes(connection, people.member_id(connection, "berta"))
    assert signin.sign_in(record, "berta", PASSWORD, made[0], "here") is not None
    assert signin.sign_in(record, "berta", PASSWORD, made[0], "here") is None
    assert signin.sign_in(record, "anton", PASSWORD, made[1], "here") is None


def test_too_many_tries_are_not_heard_and_nobody_can_tell(record: Record) -> None:
    for _ in range(throttle.MOST["account"]):
        assert signin.sign_in(record, "berta", "wrong", "000000", "here") is None
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None
    assert signin.sign_in(record, "anton", PASSWORD, code(record), "elsewhere") is not None
    moved(record, minutes=16)
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is not None


def test_a_login_ends_when_idle_when_old_and_when_signed_out(record: Record) -> None:
    held = entered(record)
    moved(record, minutes=29)
    login = signin.login_of(record, held)
    assert login is not None
    moved(record, minutes=29)
    assert signin.login_of(record, held) is not None  # used meanwhile
    for _ in range(24):
        moved(record, minutes=29)
        signin.login_of(record, held)
    assert signin.login_of(record, held) is None
    again = entered(record)
    moved(record, minutes=31)
    assert signin.login_of(record, again) is None
    third = entered(record)
    login = signin.login_of(record, third)
    assert login is not None
    signin.end_login(record, login)
    assert signin.login_of(record, third) is None


def test_a_right_that_ends_ends_now(record: Record) -> None:
    held = entered(record)
    made = signin.make_token(record, reader(record, "berta"), "t", frozenset({"delegate"}), 5)
    assert signin.reader_of_token(record, made) is not None
    with record.writing() as connection:
        people.end_member(connection, record, people.member_id(connection, "berta"), by="")
    assert signin.login_of(record, held) is None
    assert signin.reader_of_token(record, made) is None


def test_a_membership_that_ends_at_a_date_ends_then(record: Record) -> None:
    held = entered(record)
    with record.writing() as connection:
        ends = update(member).where(member.c.name == "berta")
        connection.execute(ends.values(t_to_ms=record.now_ms() + 60_000))
    assert signin.login_of(record, held) is not None
    moved(record, seconds=60)
    assert signin.login_of(record, held) is None
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None


def test_a_fresh_factor_makes_a_new_login(record: Record) -> None:
    held = entered(record)
    moved(record, minutes=6)
    login = signin.login_of(record, held)
    assert login is not None
    assert may(login.reader, Act.CONSENT, None, record.now_ms()).code == "factor"
    assert signin.renew(record, login, "000000", "here") is None
    fresh = signin.renew(record, login, code(record), "here")
    assert fresh not in {None, held}
    assert signin.login_of(record, held) is None
    login = signin.login_of(record, fresh or "")
    assert login is not None
    assert may(login.reader, Act.CONSENT, None, record.now_ms())


def test_a_token_holds_no_more_than_its_maker_and_gives_no_factor(record: Record) -> None:
    berta = reader(record, "berta")
    for roles, days in ((frozenset({"lead"}), 5), (frozenset[str](), 5), (berta.roles, 0)):
        with pytest.raises(ParameterError):
            signin.make_token(record, berta, "t", roles, days)
    made = signin.make_token(record, berta, "t", berta.roles, 5)
    assert made.startswith(signin.PREFIX)
    held = signin.reader_of_token(record, made)
    assert held is not None
    assert may(held, Act.CONSENT, None, record.now_ms()).code == "factor"
    token = signin.tokens_of(record, berta)[0]
    with pytest.raises(MissingError):
        signin.end_token(record, reader(record, "alice"), token.id)
    signin.end_token(record, berta, token.id)
    assert signin.reader_of_token(record, made) is None
    later = signin.make_token(record, berta, "t", berta.roles, 5)
    moved(record, days=5)
    assert signin.reader_of_token(record, later) is None


def test_nothing_that_signs_in_is_kept_as_it_is(record: Record) -> None:
    held = entered(record)
    made = signin.make_token(record, reader(record, "berta"), "t", frozenset({"delegate"}), 5)
    record.close()
    whole = b"".join(p.read_bytes() for p in record.folder.path.rglob("*") if p.is_file())
    assert [word for word in (held, made, PASSWORD) if word.encode() in whole] == []


def test_a_lead_grants_to_the_own_party_and_no_more_than_held(record: Record) -> None:
    def new(**more: Any) -> NewMember:  # noqa: ANN401 - fields of a member
        told = {
            "name": "amina", "person": "Amina", "party": "AAA", "level": "PARTIES",
            "roles": frozenset({"reader"}),
        }  # fmt: skip
        return NewMember(**{**told, **more})

    alice = record.for_reader(reader(record, "alice"))
    people.grant(alice, new())
    with pytest.raises(InputError):
        people.grant(alice, new())
    with pytest.raises(DeniedError):
        people.grant(alice, new(name="b", party="BBB"))
    with pytest.raises(DeniedError):
        people.grant(record.for_reader(reader(record, "berta")), new(name="c", party="BBB"))
    for wrong in ({"party": "ZZZ"}, {"roles": frozenset({"god"})}, {"level": "NONE"}):
        with pytest.raises((ParameterError, DeniedError)):
            people.grant(alice, new(name="d", **wrong))


def test_people_know_their_own_the_heads_and_the_makers(record: Record) -> None:
    boris = record.for_reader(reader(record, "boris"))
    assert [m.name for m in people.members_seen_by(boris)] == ["alice", "berta", "boris", "carla"]


def test_a_short_password_is_refused(record: Record) -> None:
    with record.writing() as connection, pytest.raises(InputError):
        signin.set_password(connection, people.member_id(connection, "berta"), "short")


def test_whose_party_has_left_is_no_member(tmp_path: Path) -> None:
    text = charter_text().replace('name = "Bland"', 'name = "Bland"\nto = 2026-03-03')
    record = made_record(tmp_path / "left", text=text)
    held = entered(record)
    login = signin.login_of(record, held)
    assert login is not None
    assert login.reader.t_to_ms is not None
    token = signin.make_token(record, login.reader, "t", frozenset({"delegate"}), 5)
    assert signin.reader_of_token(record, token) is not None
    moved(record, hours=15, minutes=59)
    assert signin.reader_of_token(record, token) is not None
    moved(record, minutes=1)
    assert signin.reader_of_token(record, token) is None
    assert signin.login_of(record, held) is None
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None
    assert signin.sign_in(record, "alice", PASSWORD, code(record), "here") is not None


def test_whose_party_has_not_come_yet_is_no_member(tmp_path: Path) -> None:
    text = charter_text().replace('name = "Bland"', 'name = "Bland"\nfrom = 2026-03-03')
    record = made_record(tmp_path / "early", text=text)
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is None
    moved(record, hours=16)
    assert signin.sign_in(record, "berta", PASSWORD, code(record), "here") is not None
