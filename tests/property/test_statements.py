"""Laws of proposals: they prove what they show, depend on no name, and fail on no text."""

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from northwatch.pipeline.proposing import shipped_tables
from northwatch.statements import Proposal, propose
from northwatch.statements.proposals import BANDS
from tests.gold.labelled import GOLD, read_cases

TABLES = shipped_tables()
DAY = date(2026, 1, 26)
ARTICLES = [case.text for case in read_cases(GOLD / "tuning.txt")]

words = st.sampled_from(
    ["said", "told", "according to", "that", "Rutte", "He", "she", "the minister", "officials",
     '"', "“", "”", "'", ",", ".", "!", ":", "\n", "\n\n", "and", "agreed on", "no role", "in",
     "Monday", "26 January 2026", "last week", "é", "🧊", "e\u0301", "שלום", "\u00a0", "…", "—"]
)  # fmt: skip
texts = st.one_of(
    st.text(max_size=400),
    st.lists(words, max_size=60).map(" ".join),
    st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=6).map("\n\n".join),
)


def told(one: Proposal, shift: int = 0) -> tuple[object, ...]:
    """Return what a proposal says, its place moved."""
    speaker = one.speaker
    return (
        one.span.start + shift, one.span.end + shift, one.words, one.mode, one.cue_words,
        speaker and (speaker.words, speaker.kind), one.confidence,
    )  # fmt: skip


@given(texts)
@example('"' * 500)
@example('"a said' * 300)
@settings(max_examples=300)
def test_every_span_shows_what_it_proves(text: str) -> None:
    for one in propose(text, TABLES, published=DAY):
        assert one.span.of(text) == one.words != ""
        assert one.confidence == BANDS[one.band]
        if one.cue:
            assert one.cue.of(text) == one.cue_words
        if one.speaker:
            assert one.speaker.span.of(text) == one.speaker.words
        for claim in one.claims:
            assert claim.span.of(text) == claim.words
            assert one.span.holds(claim.span)
        if one.said:
            assert one.said.span.of(text) == one.said.words
            assert one.said.t_from < one.said.t_to
        if one.occasion:
            assert one.occasion.span.of(text) == one.occasion.words


@given(texts)
def test_the_same_text_gives_the_same(text: str) -> None:
    assert propose(text, TABLES, published=DAY) == propose(text, TABLES, published=DAY)


@given(st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=5), st.sampled_from(ARTICLES))
def test_a_paragraph_at_the_end_changes_nothing_before(held: list[str], more: str) -> None:
    text = "\n\n".join(held)
    before = [told(one) for one in propose(text, TABLES)]
    after = [told(one) for one in propose(f"{text}\n\n{more}", TABLES)]
    assert after[: len(before)] == before


@given(st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=5), st.sampled_from(ARTICLES))
def test_a_paragraph_in_front_moves_all_and_changes_nothing(held: list[str], more: str) -> None:
    text, front = "\n\n".join(held), f"{more}\n\n"
    moved = [told(one, len(front)) for one in propose(text, TABLES)]
    whole = [told(one) for one in propose(front + text, TABLES)]
    assert whole[len(whole) - len(moved) :] == moved


@given(
    st.lists(st.sampled_from(ARTICLES), min_size=1, max_size=5),
    st.sampled_from([("Holt", "Mudd"), ("Denmark", "Austria"), ("Kleist", "Straus")]),
)
def test_nothing_depends_on_who_speaks(held: list[str], names: tuple[str, str]) -> None:
    text = "\n\n".join(held)
    renamed = [tuple(_renamed(each, names) for each in told(one)) for one in propose(text, TABLES)]
    assert [told(each) for each in propose(text.replace(*names), TABLES)] == renamed


def _renamed(each: object, names: tuple[str, str]) -> object:
    """Exchange a name for one of the same length, in words and in pairs of words."""
    if isinstance(each, tuple):
        return tuple(_renamed(part, names) for part in each)
    return each.replace(*names) if isinstance(each, str) else each


@given(texts)
def test_nobody_unnamed_is_ever_somebody(text: str) -> None:
    for one in propose(text, TABLES, published=DAY):
        if one.speaker is None or one.speaker.kind == "unnamed":
            assert one.mode == "unattributed"
            assert one.capacity is None
        if one.mode == "unattributed" and one.speaker:
            assert one.speaker.person is None
            assert one.speaker.party is None
