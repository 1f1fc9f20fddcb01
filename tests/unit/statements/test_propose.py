"""Statements of whole texts: who, in what capacity, when, where, and what is claimed."""

from datetime import date

import pytest

from northwatch.pipeline.proposing import shipped_tables
from northwatch.statements import Proposal, propose, read_tables
from tests.shared_data import shared

ARTICLE = """\
Rutte sets out two tracks
NATO Secretary General Mark Rutte has announced that he and the two premiers have agreed on two \
distinct "tracks" for the far north. He spoke during a hearing with the Budget Committee in Oslo, \
Norway, on Tuesday, February 3, 2026.
He said, "What we agreed on last month was simple: one track is for NATO collectively." The other \
track, according to Rutte, will not involve NATO directly. "The second track is for the three of \
them," he noted, adding that NATO will have no role in it. A senior official said: "It was late."
"""


def proposals(text: str = ARTICLE) -> list[Proposal]:
    return propose(text, shipped_tables(), published=date(2026, 2, 4))


def test_the_speaker_of_a_pronoun_is_the_subject_before_it() -> None:
    direct = [one.speaker for one in proposals() if one.mode == "direct"]
    assert [one and (one.words, one.person, one.chain[-1]) for one in direct] == [
        ("He", "Mark Rutte", "Mark Rutte"),
        ("he", "Mark Rutte", "Mark Rutte"),
    ]


def test_capacity_day_and_place_come_from_the_text() -> None:
    for one in proposals()[:-1]:
        assert one.capacity == "Secretary General of NATO"
        assert one.said is not None
        assert (one.said.t_from, one.said.is_stated) == (date(2026, 2, 3), True)
        assert one.occasion is not None
        assert one.occasion.event == "a hearing with the Budget Committee"
        assert one.occasion.place == "Oslo, Norway"


def test_no_capacity_from_a_heading_or_before_it_was_held() -> None:
    text = 'NATO Secretary General Mark Rutte\n\nMark Rutte said: "We are here together."'
    (one,) = proposals(text)
    assert one.capacity is None
    early = propose(
        'NATO Secretary General Mark Rutte said: "We are here together."', shipped_tables(),
        published=date(2024, 9, 30),
    )  # fmt: skip
    assert early[0].capacity is None


def test_claims_are_kept_with_whose_they_are() -> None:
    claimed = [
        (claim.kind, claim.words, one.speaker and one.speaker.person)
        for one in proposals()
        for claim in one.claims
    ]
    assert ("no role", "will not involve NATO directly", "Mark Rutte") in claimed
    assert ("no role", "will have no role in it", "Mark Rutte") in claimed
    assert ("role", "is for NATO collectively", "Mark Rutte") in claimed
    agreed = [words for kind, words, _ in claimed if kind == "agreed point"]
    assert agreed[0].startswith('have agreed on two distinct "tracks"')
    assert agreed[1].startswith("agreed on last month was simple")


def test_an_unnamed_speaker_stays_unnamed() -> None:
    last = proposals()[-1]
    assert (last.mode, last.words) == ("unattributed", "It was late.")
    assert last.speaker is not None
    assert (last.speaker.kind, last.speaker.words, last.speaker.person) == (
        "unnamed", "A senior official", None,
    )  # fmt: skip


def test_marks_around_a_word_that_nobody_says_are_no_statement() -> None:
    assert not [one for one in proposals() if one.words == "tracks"]


def test_two_of_one_surname_are_not_told_apart_by_the_table() -> None:
    made = read_tables(
        '[cues]\nstrong = ["said"]\n[[people]]\nname = "Ida Berg"\n[[people]]\nname = "Per Berg"'
    )
    (one,) = propose('Berg said: "The ice is thin this year."', made)
    assert one.speaker is not None
    assert one.speaker.person is None


def test_issues_are_told_with_the_words_that_matched() -> None:
    made = read_tables('[cues]\nstrong = ["said"]\n[issues]\nice = ["icebreaker", "ice"]')
    (one,) = propose('Berg said: "The icebreaker left the Ice behind."', made)
    assert one.issues == (("ice", "icebreaker"), ("ice", "Ice"))


def test_a_person_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="name"):
        read_tables("[[people]]\naliases = ['x']")


def test_the_announcement_of_the_two_workstreams() -> None:
    text = shared("documents/press_2026-01-26_two_workstreams.txt").read_text(encoding="utf-8")
    made = propose(text, shipped_tables(), published=date(2026, 1, 26))
    direct = [one for one in made if one.mode == "direct"]
    assert [one.words.split()[:3] for one in direct] == [
        ["Basically,", "what", "was"], ["So", "one", "workstream"], ["The", "second", "workstream"],
    ]  # fmt: skip
    for one in made:
        assert one.span.of(text) == one.words
        assert one.speaker is not None
        assert one.speaker.person == "Mark Rutte"
        assert one.capacity == "Secretary General of NATO"
        assert one.said is not None
        assert one.said.t_from == date(2026, 1, 26)
        assert one.occasion is not None
        assert one.occasion.place == "Brussels, Belgium"
        assert "European Parliament" in one.occasion.event
    claimed = {(claim.kind, claim.words) for one in made for claim in one.claims}
    assert ("no role", "will not involve NATO directly") in claimed
    assert ("no role", "will have no role in this track") in claimed
    assert ("role", "NATO clearly being in charge here") in claimed
    agreed = [words for kind, words in claimed if kind == "agreed point"]
    assert any(words.startswith("have agreed on two distinct") for words in agreed)
    assert any(words.startswith("agreed was two workstreams") for words in agreed)
