"""Bracketed texts: the examples of the grammar, what is refused and where, counts and views."""

import pytest

from northwatch.errors import TextError
from northwatch.texts import (
    Alternative,
    Bracket,
    Run,
    alone,
    as_party,
    compare,
    count,
    divides,
    parse,
    parse_text,
    render,
    render_text,
)

CODES = frozenset({"DNK", "GRL", "USA", "Chair"})
FILE = """\
@ 3.bis | agreed ad referendum | outstanding: GRL, USA
The Parties shall meet twice a year.

@ 4 | bracketed
They [shall]{DNK, GRL}[should]{USA} share [relevant ]{USA}data.
"""


@pytest.mark.parametrize(
    ("plain", "brackets", "alternatives", "back"),
    [
        ("The Parties [shall]{DNK, GRL}[should]{USA} meet [at least ]{GRL}twice a year.", 2, 3, ""),
        ("The Parties [shall {DNK, GRL} / should {USA}] meet.", 1, 2,
         "The Parties [shall]{DNK, GRL}[should]{USA} meet."),
        ("[Option 1: annual talks]{USA}[Option 2: talks [twice]{GRL}[four times]{DNK} a year]"
         "{DNK, GRL}[Option 3:]", 2, 5, ""),
        ("[shall][]{USA; against DNK}", 1, 2, ""),
        ("[and/or 2025/26]", 1, 1, ""),
        ("[shall] [should]", 2, 2, ""),
        (r"\[sic\] [a \/ b]", 1, 1, ""),
        ("[shall {DNK}]", 1, 1, "[shall]{DNK}"),
        ("[shall]{against USA}", 1, 1, ""),
        ("[Option 1: / x]", 1, 1, r"[Option 1: \/ x]"),
        (r"[Option 1\: x]", 1, 1, ""),
        ("[ / should]", 1, 2, "[][should]"),
        ("no bracket / at all", 0, 0, ""),
    ],
)  # fmt: skip
def test_the_examples_of_the_grammar(
    plain: str, brackets: int, alternatives: int, back: str
) -> None:
    content = parse(plain, CODES)
    assert render(content) == (back or plain)
    told = count(content)
    assert (told.brackets, told.alternatives) == (brackets, alternatives)


@pytest.mark.parametrize(
    ("plain", "offset", "problem"),
    [
        ("[a / b]{USA}", 7, "whose attribution"), ("[]", 0, "nothing in it"),
        ("a {USA}", 2, "belongs to no bracket"), ("x [a", 2, "nothing closes"),
        ("a]", 1, "closes nothing"), ("[shall][shall]{USA}", 0, "same wording twice"),
        ("[a [b]{USA} {DNK}]", 12, "No words"), ("[{USA}]", 1, "No words"),
        ("[a]{FRA}", 3, "no party"), ("[a]{USA; against USA}", 0, "for and against"),
        ("[a]{USA,DNK}", 3, "no attribution"), ("a\\b", 1, "needs none"), ("a\\", 1, "needs none"),
        ("[a {USA} b]", 8, "in the middle"), ("[a {USA}]{DNK}", 9, "whose attribution"),
        ("[a]}", 3, "belongs to no bracket"), ("[" * 101 + "a" + "]" * 101, 100, "nested deeper"),
        ("[ / ]", 0, "nothing in it"),
    ],
)  # fmt: skip
def test_what_means_nothing_is_refused_with_its_place(
    plain: str, offset: int, problem: str
) -> None:
    with pytest.raises(
        TextError, match=problem.replace("same wording twice", "same wording")
    ) as no:
        parse(plain, CODES)
    assert no.value.offset == offset
    assert str(offset) in str(no.value)


def test_a_file_is_paragraphs_with_status() -> None:
    text = parse_text(FILE, CODES)
    assert [one.key for one in text] == ["3.bis", "4"]
    assert text[0].status.outstanding == {"GRL", "USA"}
    assert text[1].content[1] == Bracket(
        (
            Alternative((Run("shall"),), frozenset({"DNK", "GRL"})),
            Alternative((Run("should"),), frozenset({"USA"})),
        )
    )
    assert render_text(text) == FILE


@pytest.mark.parametrize(
    ("file", "offset", "problem"),
    [
        ("words\n@ 1 | agreed\nx", 0, "before the first header"),
        ("@ 1\nx", 0, "no header"), ("@ 1 | settled\nx", 0, "no header"),
        ("@ 1 | agreed\nx\n\n@ 1 | agreed\ny", 16, "two paragraphs"),
        ("@ 1 | agreed\n[x]", 0, "bracketed if"), ("@ 1 | bracketed\nx", 0, "bracketed if"),
        ("@ 1 | agreed | outstanding: USA\nx", 0, "outstanding"),
        ("@ 1 | agreed ad referendum\nx", 0, "outstanding"),
        ("@ 1 | agreed ad referendum | outstanding: FRA\nx", 0, "FRA"),
        ("@ 1 | bracketed\n\nab [c", 20, "nothing closes"),
    ],
)  # fmt: skip
def test_a_file_that_is_none_is_refused_with_its_place(
    file: str, offset: int, problem: str
) -> None:
    with pytest.raises(TextError, match=problem) as no:
        parse_text(file, CODES)
    assert no.value.offset == offset


def test_views_of_who_wants_what() -> None:
    content = parse("They [shall]{DNK, GRL}[should]{USA} share [all ]{USA; against DNK}data.")
    assert render(as_party(content, "USA")) == "They should share all data."
    assert render(as_party(content, "DNK")) == "They shall share [all ]{USA; against DNK}data."
    assert len(divides(content, "DNK", "USA")) == 2
    assert len(divides(content, "GRL", "USA")) == 1
    assert not divides(content, "DNK", "GRL")
    assert [render(one.content) for one in alone(content)] == ["should", "all "]


def test_counts_say_what_is_disputed_and_by_whom() -> None:
    told = count(parse("One two [three]{DNK}[four [five]{GRL} six]{USA; against GRL} seven"))
    assert (told.words, told.disputed, told.depth) == (7, 4, 2)
    assert told.proposed == {"DNK": 1, "GRL": 1, "USA": 1}
    assert told.opposed == {"GRL": 1}


def test_two_versions_are_compared() -> None:
    newer = """\
@ 3.bis | agreed
The Parties shall meet twice a year.

@ 4 | bracketed
They [shall]{DNK, GRL, USA} share [some ]{GRL}data often.

@ 5 | bracketed
New [words]{USA}.
"""
    told = [
        (one.key, one.kind, one.words, one.parties)
        for one in compare(parse_text(FILE), parse_text(newer))
    ]
    assert told == [
        ("3.bis", "status", "", ()),
        ("4", "alternative dropped", "[should]", ()),
        ("4", "support gained", "[shall]", ("USA",)),
        ("4", "bracket opened", "[some ]", ()),
        ("4", "bracket closed", "[relevant ]", ()),
        ("4", "words", "", ()),
        ("5", "paragraph added", "", ()),
        ("5", "bracket opened", "[words]", ()),
    ]


def test_a_bracket_that_changes_its_paragraph_has_moved() -> None:
    old = "@ 1 | bracketed\nA [b]{USA} c\n\n@ 2 | agreed\nD\n"
    new = "@ 1 | agreed\nA c\n\n@ 2 | bracketed\nD [b]{USA}\n"
    told = [(one.key, one.kind) for one in compare(parse_text(old), parse_text(new))]
    assert ("2", "bracket moved") in told
    assert not {"bracket opened", "bracket closed"} & {kind for _, kind in told}
