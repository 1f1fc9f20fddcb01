"""Charters: what is read, which line a refusal names, and that the shipped ones keep apart."""

import hashlib
import re
from dataclasses import fields
from datetime import date
from pathlib import Path

import pytest

from northwatch.data import read_text
from northwatch.errors import ParameterError, UnreadableError
from northwatch.workstreams.charter import (
    Charter,
    DefaultMarking,
    Issue,
    NoRole,
    ReleaseRule,
    TrustedKey,
    charter_digest,
    parse_charter,
    read_charter,
    rule_in_words,
)

TEXT = """\
name = "Fish"
slug = "fish"
lead = "AAA"
scope = "Fish only."
levels = ["OPEN", "HEADS"]
quorum = 2

[default_marking]
level = "OPEN"
rel_to = ["AAA", "BBB"]

[release]
rules = ["originator", "parties(2)"]

[[parties]]
code = "AAA"
name = "Aland"
kind = "state"
aliases = ["Old Aland"]
from = 2026-01-26

[[parties]]
code = "BBB"
name = "Bland"
kind = "body"

[[no_role]]
code = "DDD"
name = "Dland"
reason = "Said so."

[[issues]]
slug = "cod"
title = "Cod"

[[issues]]
slug = "quota"
title = "Quotas"
parent = "cod"

[[trusted_keys]]
label = "a neighbour"
key = "KEY"
""".replace("KEY", "0f" * 32)


def refused(text: str) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        parse_charter(text, "made.toml")
    return caught.value


def test_every_field_is_read() -> None:
    made = parse_charter(TEXT, "made.toml")
    assert (made.name, made.slug, made.lead, made.scope) == ("Fish", "fish", "AAA", "Fish only.")
    assert made.levels == ("OPEN", "HEADS")
    assert made.default_marking == DefaultMarking("OPEN", ("AAA", "BBB"))
    assert made.release_rules == (ReleaseRule("originator"), ReleaseRule("parties", 2))
    assert made.party_names == {"AAA": "Aland", "BBB": "Bland"}
    assert made.parties[0].aliases == ("Old Aland",)
    assert made.parties[0].t_from == date(2026, 1, 26)
    assert made.no_role == (NoRole("DDD", "Dland", "Said so."),)
    assert made.issues == (Issue("cod", "Cod"), Issue("quota", "Quotas", "cod"))
    assert made.trusted_keys == (TrustedKey("a neighbour", "0f" * 32),)
    assert made.quorum == 2
    assert not made.example


def test_levels_count_from_the_lowest() -> None:
    made = parse_charter(TEXT, "made.toml")
    assert [made.level_number(name) for name in made.levels] == [0, 1]
    with pytest.raises(ParameterError, match="OPEN, HEADS"):
        made.level_number("SECRET")


@pytest.mark.parametrize(
    ("old", "new", "line", "told"),
    [
        ('lead = "AAA"', 'lead = "EEE"', 3, "or `jointly`"),
        ('lead = "AAA"', 'leader = "AAA"', 3, "Perhaps `lead` is meant"),
        ('levels = ["OPEN", "HEADS"]', 'levels = "OPEN"', 5, "a list in square brackets"),
        ('levels = ["OPEN", "HEADS"]', "levels = [1]", 5, "List words in quotes"),
        ('levels = ["OPEN", "HEADS"]', 'levels = ["OPEN", "OPEN"]', 5, "each level once"),
        ("quorum = 2", "quorum = 3", 6, "0 to 2"),
        ("quorum = 2", "quorum = true", 6, "a whole number"),
        ("quorum = 2", f"quorum = {'9' * 5000}", 6, "too long"),
        ("quorum = 2", "retention_days = -1", 6, "0 to"),
        ("quorum = 2", 'custodians = ["anna"]', 6, "at least two"),
        ("quorum = 2", 'custodians = ["anna", "anna"]', 6, "at least two"),
        ("quorum = 2", 'checkpoint_clock = ["24:00"]', 6, "HH:MM"),
        ("quorum = 2", "checkpoint_clock = []", 6, "HH:MM"),
        ("quorum = 2", 'picture_key = "abc"', 6, "64 hexadecimal digits"),
        ('slug = "fish"', 'slug = "Fish and chips"', 2, "not a slug"),
        ('level = "OPEN"', 'level = "LOW"', 8, "Use one of OPEN, HEADS"),
        ('level = "OPEN"', 'lewel = "OPEN"', 9, "Perhaps `level` is meant"),
        ('rel_to = ["AAA", "BBB"]', 'rel_to = ["AAA", "DDD"]', 8, "DDD, which has no role"),
        ('rel_to = ["AAA", "BBB"]', 'rel_to = ["AAA", "EEE"]', 8, "EEE, no party"),
        ('"originator", "parties(2)"', '"anyone"', 13, "every_party, originator, lead"),
        ('"originator", "parties(2)"', '"parties(3)"', 13, "Lower n"),
        ('"originator", "parties(2)"', "", 12, "`rules` is missing or empty"),
        ("[[parties]]", "[[partees]]", 15, "Perhaps `parties` is meant"),
        ('code = "BBB"', 'code = "AAA"', 23, "stands twice"),
        ('code = "BBB"', 'code = "2B"', 23, "Letters, digits"),
        ('code = "BBB"', 'code = "jointly"', 23, "Choose another"),
        ('kind = "body"', 'kind = "planet"', 25, "self-governing territory"),
        ("from = 2026-01-26", 'from = "soon"', 20, "a day such as"),
        ("from = 2026-01-26", "from = 2026-01-26\nto = 2026-01-26", 21, "ends before it begins"),
        ('code = "DDD"', 'code = "AAA"', 28, "is a party and has no role"),
        ('reason = "Said so."', "", 27, "`reason` is missing"),
        ('parent = "cod"', 'parent = "herring"', 39, "no issue"),
        ('parent = "cod"', 'parent = "quota"', 39, "no issue"),
        ('title = "Cod"', 'title = "Cod"\nparent = "quota"', 35, "lies under itself"),
        ('key = "0f0f', 'key = "0g0f', 43, "64 hexadecimal digits"),
        ("[release]", "[release", 12, "Mend that line"),
    ],
)
def test_a_refusal_names_the_line_and_the_remedy(old: str, new: str, line: int, told: str) -> None:
    assert old in TEXT
    error = refused(TEXT.replace(old, new, 1))
    assert str(error).startswith(f"made.toml, line {line}: ")
    assert told in str(error)


@pytest.mark.parametrize("name", ["name", "slug", "lead", "scope", "levels"])
def test_a_field_that_is_missing_is_named(name: str) -> None:
    text = re.sub(rf"^{name} = .*\n", "", TEXT, count=1, flags=re.MULTILINE)
    assert f"`{name}` is missing" in str(refused(text))


def test_a_key_inside_words_of_several_lines_is_not_taken_for_one() -> None:
    scope = 'scope = """Fish.\nquorum = 9\n[[parties]]\n"""'
    error = refused(TEXT.replace('scope = "Fish only."', scope).replace("quorum = 2", "quorum = 3"))
    assert error.line == 9


def test_rows_written_on_one_line_are_found_there() -> None:
    issues = '[{slug = "cod", title = "Cod", parent = "eel"}]'
    text = re.sub(r"\[\[issues\]\]\n(.+\n)+\n?", "", TEXT)
    assert refused(text.replace("quorum = 2", f"issues = {issues}")).line == 6


def test_the_rule_lead_needs_one_that_leads() -> None:
    text = TEXT.replace('lead = "AAA"', 'lead = "jointly"').replace("originator", "lead")
    assert "needs one party" in str(refused(text))


def test_words_say_who_leads_who_takes_part_and_who_does_not() -> None:
    words = parse_charter(TEXT, "made.toml").in_words()
    assert words == [
        "Aland leads it.",
        "Aland and Bland take part.",
        "Dland has no role in it: Said so.",
        "A release needs the consent of each party from which an item first came and any 2 "
        "parties; a second person confirms.",
    ]


def test_rules_in_words() -> None:
    made = parse_charter(TEXT, "made.toml")
    assert rule_in_words(ReleaseRule("every_party"), made) == "every party"
    assert rule_in_words(ReleaseRule("lead"), made) == "Aland"


def test_the_digest_is_that_of_the_file(tmp_path: Path) -> None:
    file = tmp_path / "charter.toml"
    file.write_bytes(TEXT.encode())
    assert read_charter(file) == parse_charter(TEXT, "other.toml")
    assert charter_digest(TEXT) == hashlib.sha256(file.read_bytes()).hexdigest()


def test_line_ends_that_would_change_the_digest_are_refused(tmp_path: Path) -> None:
    file = tmp_path / "charter.toml"
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    with pytest.raises(UnreadableError, match=r"line 1: .* Save it with line ends LF"):
        read_charter(file)


@pytest.mark.parametrize(
    ("content", "told"), [(None, "no such file"), (b"name = \xff", "not UTF-8")]
)
def test_a_file_that_is_no_text_is_refused(
    tmp_path: Path, content: bytes | None, told: str
) -> None:
    file = tmp_path / "charter.toml"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(UnreadableError, match=told):
        read_charter(file)


def test_a_folder_is_no_charter(tmp_path: Path) -> None:
    with pytest.raises(UnreadableError, match="cannot be read"):
        read_charter(tmp_path)


# --- the shipped ones ----------------------------------------------------------------------------

DEFENCE, TALKS = "arctic-defence", "greenland-talks"


def shipped(name: str) -> tuple[str, Charter]:
    text = read_text(f"charters/{name}.toml")
    return text, parse_charter(text, name)


def test_the_alliance_leads_one_with_its_thirty_two_allies() -> None:
    _, made = shipped(DEFENCE)
    assert made.lead == "NATO"
    assert len(made.parties) == 33
    assert set(made.default_marking.rel_to) == set(made.party_names)
    assert [rule.name for rule in made.release_rules] == ["originator", "lead"]
    assert all(len(p.code) == 3 for p in made.parties if p.kind == "state")
    assert made.example


def test_three_lead_the_other_and_the_alliance_has_no_role() -> None:
    _, made = shipped(TALKS)
    assert made.lead == "jointly"
    assert list(made.party_names) == ["USA", "DNK", "GRL"]
    assert [body.code for body in made.no_role] == ["NATO"]
    assert [rule.name for rule in made.release_rules] == ["every_party"]
    assert made.nothing_agreed_until_everything_agreed
    assert made.example


@pytest.mark.parametrize(("one", "other"), [(DEFENCE, TALKS), (TALKS, DEFENCE)])
def test_neither_shipped_charter_names_the_other(one: str, other: str) -> None:
    text = shipped(one)[0].casefold()
    made = shipped(other)[1]
    own = {made.name, made.slug, made.scope, *(issue.title for issue in made.issues)}
    # Words by which each is known; a sea may bear a party's name.
    own |= {"talk", "working group"} if other == TALKS else {"defence", "alli", "collective"}
    found = {words for words in own if words.casefold() in text}
    assert not found


def test_every_party_and_body_of_a_shipped_charter_has_a_source() -> None:
    told = read_text("PROVENANCE-charters.md")
    assert "2026-01-26" in told
    assert "32 members" in told
    assert "no role" in told


def test_the_reference_names_every_field() -> None:
    page = Path(__file__).parents[3] / "docs" / "reference" / "charter.md"
    told = set(re.findall(r"^\| `([a-z_]+)`", page.read_text(encoding="utf-8"), re.MULTILINE))
    renamed = {"release_rules": "release"}
    assert {renamed.get(field.name, field.name) for field in fields(Charter)} <= told
