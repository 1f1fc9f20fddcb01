"""Laws of bracketed texts: nothing is lost by writing and reading, and states form a lattice."""

import re
from typing import Any

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from northwatch.errors import TextError
from northwatch.texts import (
    Alternative,
    Bracket,
    Content,
    Paragraph,
    Run,
    Status,
    Text,
    compare,
    count,
    join,
    meet,
    normal,
    parse,
    parse_text,
    render,
    render_text,
    status_of,
)

PARTIES = ("DNK", "GRL", "USA", "NOR", "Chair")
signs = st.sampled_from([*"ab é/\\[]{}:@,\n", " / ", "Option 1:", "Alt 2a: ", "{USA}", "@ 1 |"])
words = st.lists(signs, min_size=1, max_size=6).map("".join)
parties = st.frozensets(st.sampled_from(PARTIES), max_size=3)


@st.composite
def alternatives(draw: st.DrawFn, inner: st.SearchStrategy[Content]) -> Alternative:
    by = draw(parties)
    return Alternative(
        draw(inner), by, draw(parties) - by, draw(st.sampled_from(["", "", "Option 1", "Alt 3b"]))
    )


def _contents() -> st.SearchStrategy[Content]:
    runs = st.lists(st.builds(Run, words), max_size=2).map(tuple)
    return st.recursive(
        runs,
        lambda inner: st.lists(
            st.one_of(
                st.builds(Run, words),
                st.lists(alternatives(inner), min_size=1, max_size=3).map(
                    lambda made: Bracket(tuple(made))
                ),
            ),
            max_size=4,
        ).map(tuple),
        max_leaves=12,
    )


@st.composite
def contents(draw: st.DrawFn) -> Content:
    """Give content in normal form."""
    try:
        return normal(draw(_contents()))
    except TextError:
        assume(False)  # noqa: FBT003 - Hypothesis' own
        raise


def lines_fit(content: Content) -> bool:
    """Say whether content neither begins nor ends with a line break, as a paragraph's must."""
    told = render(content)
    return not told.startswith("\n") and not told.endswith("\n")


@st.composite
def texts(draw: st.DrawFn) -> Text:
    made = []
    for key in draw(st.lists(st.sampled_from(["1", "2", "3.bis", "Annex A"]), unique=True)):
        content = draw(contents())
        assume(lines_fit(content))
        outstanding = draw(parties)
        status = Status("agreed ad referendum", outstanding) if outstanding else Status("agreed")
        if any(isinstance(part, Bracket) for part in content):
            status = Status("bracketed")
        made.append(Paragraph(key, content, status))
    return tuple(made)


@given(contents())
def test_what_is_written_is_read_again(content: Content) -> None:
    assert parse(render(content)) == content


@given(contents())
def test_writing_changes_no_count(content: Content) -> None:
    told = render(content)
    again = count(parse(told))
    assert again == count(content)
    bare = re.sub(r"\\.", "", told)
    assert bare.count("[") == bare.count("]") == again.alternatives


@given(texts())
def test_files_are_read_again(text: Text) -> None:
    assert parse_text(render_text(text)) == text


@given(st.one_of(st.text(max_size=60), st.lists(signs, max_size=25).map("".join)))
@example("[" * 5_000)
@example("[a" * 99 + "]" * 99)
@example("[a / b {USA} / {DNK}]")
@settings(max_examples=500)
def test_any_string_is_read_or_refused_with_its_place(text: str) -> None:
    forms: list[tuple[Any, Any]] = [(parse, render), (parse_text, render_text)]
    for read, write in forms:
        offset, content = None, None
        try:
            content = read(text)
        except TextError as error:
            offset = error.offset
        if content is None:
            assert offset is not None
            assert 0 <= offset <= len(text)
        else:
            told = write(content)
            assert read(told) == content
            assert write(read(told)) == told


@given(texts(), texts())
def test_a_comparison_turns_round(one: Text, other: Text) -> None:
    assert compare(one, one) == []
    there, back = compare(one, other), compare(other, one)
    added = [change.key for change in there if change.kind == "paragraph added"]
    removed = [change.key for change in back if change.kind == "paragraph removed"]
    assert sorted(added) == sorted(removed)
    assert bool(there) == bool(back) == (one != other and dict_of(one) != dict_of(other))


def dict_of(text: Text) -> dict[str, Paragraph]:
    return {one.key: one for one in text}


statuses = st.one_of(
    st.sampled_from([Status("bracketed"), Status("agreed"), Status("adopted")]),
    st.frozensets(st.sampled_from(PARTIES), min_size=1).map(
        lambda held: Status("agreed ad referendum", held)
    ),
)


@given(statuses, statuses, statuses)
def test_states_form_a_lattice(a: Status, b: Status, c: Status) -> None:
    for do, other in ((meet, join), (join, meet)):
        assert do(a, b) == do(b, a)
        assert do(a, do(b, c)) == do(do(a, b), c)
        assert do(a, a) == a
        assert do(a, other(a, b)) == a
    assert (a <= b) == (join(a, b) == b)


@given(st.lists(statuses))
def test_a_text_is_as_far_as_its_least_paragraph(held: list[Status]) -> None:
    whole = status_of(held)
    assert all(whole <= one for one in held)
    assert (whole.name == "bracketed") == any(one.name == "bracketed" for one in held)


def test_a_state_without_sense_is_refused() -> None:
    for name, outstanding in (("agreed", {"DNK"}), ("agreed ad referendum", set())):
        with pytest.raises(ValueError, match="outstanding"):
            Status(name, frozenset(outstanding))  # type: ignore[arg-type]  # a name
