"""Two versions of a text, in; what changed, paragraph by paragraph and bracket by bracket, out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from northwatch.texts.model import Alternative, Bracket, Paragraph, Text, brackets_of
from northwatch.texts.plain import render

Kind = Literal[
    "paragraph added", "paragraph removed", "status", "words", "bracket opened", "bracket closed",
    "bracket moved", "alternative added", "alternative dropped", "support gained", "support lost",
    "opposition gained", "opposition lost",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changed.

    Attributes:
        key: paragraph of the newer version; of the older one for what is gone.
        kind: what happened.
        words: the words concerned, in plain form without attributions.
        parties: who gained or lost; empty if it is about nobody.
        before, after: for a status or words: as it was and is.
    """

    key: str
    kind: Kind
    words: str = ""
    parties: tuple[str, ...] = ()
    before: str = ""
    after: str = ""


def compare(old: Text, new: Text) -> list[Change]:
    """Return what changed from one version to another, in the order of the newer one.

    A bracket is the same if an alternative of it has the same words; a bracket that is gone in one
    paragraph and there in another has moved.
    """
    before, after = ({one.key: one for one in text} for text in (old, new))
    made = [Change(key, "paragraph removed") for key in before if key not in after]
    for key, paragraph in after.items():
        if key in before:
            made += _within(before[key], paragraph)
        else:
            made.append(Change(key, "paragraph added"))
            made += [
                Change(key, "bracket opened", _words(bracket))
                for bracket in brackets_of(paragraph.content)
            ]
    gone = {
        Change(key, "bracket closed", _words(bracket))
        for key in before
        if key not in after
        for bracket in brackets_of(before[key].content)
    }
    return list(_moved([*made, *sorted(gone, key=lambda one: (one.key, one.words))]))


def _within(old: Paragraph, new: Paragraph) -> Iterator[Change]:
    if old.status != new.status:
        told = (_status(old), _status(new))
        yield Change(new.key, "status", before=told[0], after=told[1])
    if old.content == new.content:
        return
    left = list(brackets_of(old.content))
    for bracket in brackets_of(new.content):
        same = next((one for one in left if _is_same(one, bracket)), None)
        if same is None:
            yield Change(new.key, "bracket opened", _words(bracket))
            continue
        left.remove(same)
        yield from _alternatives(new.key, same, bracket)
    for bracket in left:
        yield Change(new.key, "bracket closed", _words(bracket))
    bare = [_bare(one) for one in (old, new)]
    if bare[0] != bare[1]:
        yield Change(new.key, "words", before=bare[0], after=bare[1])


def _status(one: Paragraph) -> str:
    missing = ", ".join(sorted(one.status.outstanding))
    return f"{one.status.name}, outstanding: {missing}" if missing else one.status.name


def _bare(one: Paragraph) -> str:
    """Return the words outside all brackets, a mark where a bracket stands."""
    return "".join("[…]" if isinstance(part, Bracket) else part.words for part in one.content)


def _wording(one: Alternative) -> str:
    """Return an alternative's label and words, without whose they are."""
    bare = replace(one, proponents=frozenset(), opposed_by=frozenset())
    return render((Bracket((bare,)),))


def _words(bracket: Bracket) -> str:
    return "".join(map(_wording, bracket.alternatives))


def _is_same(one: Bracket, other: Bracket) -> bool:
    held = {_wording(each) for each in one.alternatives if each.content}
    return any(_wording(each) in held for each in other.alternatives)


def _alternatives(key: str, old: Bracket, new: Bracket) -> Iterator[Change]:
    before, after = ({_wording(each): each for each in one.alternatives} for one in (old, new))
    for words in before.keys() - after.keys():
        yield Change(key, "alternative dropped", words)
    for words, one in after.items():
        if words not in before:
            yield Change(key, "alternative added", words, tuple(sorted(one.proponents)))
            continue
        yield from _support(key, words, before[words], one)


def _support(key: str, words: str, old: Alternative, new: Alternative) -> Iterator[Change]:
    sides: Mapping[Kind, frozenset[str]] = {
        "support gained": new.proponents - old.proponents,
        "support lost": old.proponents - new.proponents,
        "opposition gained": new.opposed_by - old.opposed_by,
        "opposition lost": old.opposed_by - new.opposed_by,
    }
    for kind, parties in sides.items():
        if parties:
            yield Change(key, kind, words, tuple(sorted(parties)))


def _moved(changes: list[Change]) -> Iterator[Change]:
    """Make one change of a bracket that closed in one paragraph and opened in another."""
    closed = {one.words: one for one in changes if one.kind == "bracket closed"}
    taken: set[Change] = set()
    for one in changes:
        from_there = closed.get(one.words) if one.kind == "bracket opened" else None
        if from_there is not None and from_there not in taken and from_there.key != one.key:
            taken |= {from_there, one}
            yield replace(one, kind="bracket moved", before=from_there.key, after=one.key)
    for one in changes:
        if one not in taken:
            yield one
