"""The guard: six rules, and one SQL condition that says the same, over all combinations."""

from dataclasses import replace
from itertools import chain, combinations, product

import pytest
from sqlalchemy import insert, select

from northwatch.workstreams.guard import (
    FRESH_MS,
    ROLES,
    Act,
    Facts,
    Reader,
    State,
    may,
    readable,
    who_can_read,
)
from northwatch.workstreams.record import Record
from northwatch.workstreams.tables import audience, item

NOW = 1_000_000_000
PARTIES = {"AAA": "Aland", "BBB": "Bland"}
AUDIENCES = [frozenset(some) for n in range(3) for some in combinations([*PARTIES], n)]


def a_reader(**more: object) -> Reader:
    made = Reader(
        member="m", party="AAA", roles=frozenset({"lead"}), level=1, t_from_ms=0,
        until_ms=NOW + 1, factor_ms=NOW,
    )  # fmt: skip
    return replace(made, **more)  # type: ignore[arg-type]


def some_facts(**more: object) -> Facts:
    made = Facts(level=1, rel_to=frozenset({"AAA"}), made_by="other")
    return replace(made, **more)  # type: ignore[arg-type]


def all_readers() -> list[Reader]:
    dates = [(0, None), (0, NOW), (0, NOW + 1), (NOW + 1, None)]
    return [
        a_reader(
            party=party, level=level, roles=roles, t_from_ms=start, t_to_ms=end, until_ms=until
        )
        for party, level, roles, (start, end), until in product(
            [*PARTIES, "ZZZ"], range(3), [frozenset({"reader"}), frozenset()], dates, (NOW, NOW + 1)
        )
    ]


def all_facts() -> list[Facts]:
    return [
        Facts(level=level, rel_to=rel_to, made_by=maker, state=state)
        for level, rel_to, maker, state in product(range(3), AUDIENCES, ("m", "other"), State)
    ]


def test_the_condition_says_what_the_rules_say(record: Record) -> None:
    told = all_facts()
    with record.writing() as connection:
        for number, facts in enumerate(told):
            name = f"{number:08d}"
            connection.execute(
                insert(item).values(
                    id=name, root=name, kind="exhaustive", level=facts.level, state=facts.state,
                    made_ms=0, made_by=facts.made_by, party="AAA", origin="here", body="{}",
                    salt=b"",
                )
            )  # fmt: skip
            for party in facts.rel_to:
                connection.execute(insert(audience).values(item_id=name, party=party))
    with record.reading() as connection:
        for who in all_readers():
            query = select(item.c.id).where(item.c.kind == "exhaustive", readable(who, NOW))
            found = set(connection.execute(query).scalars())
            allowed = {f"{n:08d}" for n, f in enumerate(told) if may(who, Act.READ, f, NOW)}
            assert found == allowed, who


@pytest.mark.parametrize(
    ("who", "act", "facts", "code"),
    [
        (a_reader(), Act.READ, some_facts(), "yes"),
        (a_reader(until_ms=NOW), Act.READ, some_facts(), "not-a-member"),
        (a_reader(t_from_ms=NOW + 1), Act.READ, some_facts(), "not-a-member"),
        (a_reader(t_to_ms=NOW), Act.READ, some_facts(), "not-a-member"),
        (a_reader(level=0), Act.READ, some_facts(), "level"),
        (a_reader(party="BBB"), Act.READ, some_facts(), "audience"),
        (a_reader(), Act.READ, some_facts(rel_to=frozenset()), "audience"),
        (a_reader(), Act.READ, some_facts(rel_to=frozenset(), made_by="m"), "yes"),
        (a_reader(roles=frozenset({"reader"})), Act.WRITE, some_facts(), "role"),
        (a_reader(roles=frozenset({"unknown"})), Act.READ, some_facts(), "role"),
        (a_reader(factor_ms=NOW - FRESH_MS), Act.CONSENT, some_facts(), "factor"),
        (a_reader(factor_ms=None), Act.RELEASE, some_facts(), "factor"),
        (a_reader(factor_ms=NOW - FRESH_MS + 1), Act.CONSENT, some_facts(), "yes"),
        (a_reader(), Act.LOWER, some_facts(made_by="m"), "second-person"),
        (a_reader(), Act.LOWER, some_facts(), "yes"),
        (a_reader(), Act.READ, some_facts(state=State.REMOVED), "state"),
        (a_reader(), Act.WRITE, some_facts(state=State.SUPERSEDED), "state"),
        (a_reader(), Act.WRITE, some_facts(origin="import"), "state"),
        (a_reader(), Act.WRITE, some_facts(has_steps=True), "state"),
        (a_reader(), Act.WRITE, some_facts(review="rejected"), "state"),
        (a_reader(), Act.CONFIRM, some_facts(review="proposed"), "yes"),
        (a_reader(), Act.CONFIRM, some_facts(review="confirmed"), "state"),
        (a_reader(), Act.CONFIRM, some_facts(), "state"),
        (a_reader(), Act.GRANT, None, "yes"),
        (a_reader(), Act.KEEP, None, "role"),
        (a_reader(roles=frozenset({"custodian"})), Act.KEEP, None, "yes"),
    ],
)
def test_each_rule_refuses_by_its_own_code(
    who: Reader, act: Act, facts: Facts | None, code: str
) -> None:
    answer = may(who, act, facts, NOW)
    assert answer.code == code
    assert bool(answer) == (code == "yes")


def test_every_act_of_every_role() -> None:
    for role, acts in ROLES.items():
        for act in Act:
            facts = some_facts(review="proposed") if act is Act.CONFIRM else some_facts()
            assert bool(may(a_reader(roles=frozenset({role})), act, facts, NOW)) == (act in acts)


def test_a_stricter_item_never_lets_more_through() -> None:
    for who, facts in product(all_readers(), all_facts()):
        if not may(who, Act.READ, facts, NOW):
            stricter = chain(
                (replace(facts, level=level) for level in range(facts.level, 3)),
                (replace(facts, rel_to=facts.rel_to - {p}) for p in facts.rel_to
                 if len(facts.rel_to) > 1),
            )  # fmt: skip
            assert not any(may(who, Act.READ, one, NOW) for one in stricter)


def test_the_sentence_names_exactly_the_parties_that_may() -> None:
    for facts in all_facts():
        said = who_can_read(facts, parties=PARTIES, levels=("L0", "L1", "L2"), knowable=PARTIES)
        assert f"marked L{facts.level}" in said
        for code, name in PARTIES.items():
            who = a_reader(party=code, level=facts.level, member="nobody")
            told = name in said or "every party" in said
            assert told == bool(may(who, Act.READ, replace(facts, state=State.CURRENT), NOW))


def test_the_sentence_names_nobody_the_reader_may_not_know() -> None:
    facts = some_facts(rel_to=frozenset({"AAA"}))
    said = who_can_read(facts, parties=PARTIES, levels=("L0", "L1"), knowable=["AAA"])
    assert "Bland" not in said
