"""Words and brackets of a negotiating text as values; two that mean the same are equal.

Source: the reference "The record", §10.1 and §10.3.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from northwatch.errors import TextError
from northwatch.texts.status import Status


@dataclass(frozen=True, slots=True)
class Run:
    """Words that nobody disputes."""

    words: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way in which a bracket could end.

    Attributes:
        content: its words and brackets; empty means deletion.
        proponents, opposed_by: codes of parties, or `Chair`.
        label: `Option 1`; empty if it has none.
    """

    content: "Content"
    proponents: frozenset[str] = frozenset()
    opposed_by: frozenset[str] = frozenset()
    label: str = ""


@dataclass(frozen=True, slots=True)
class Bracket:
    """One disagreement; a single alternative means: this or nothing."""

    alternatives: tuple[Alternative, ...]


Content = tuple[Run | Bracket, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of a text.

    Attributes:
        key: its stable name ("3.bis"), which never changes meaning.
        content: its words and brackets.
        status: how far it is agreed.
    """

    key: str
    content: Content
    status: Status


Text = tuple[Paragraph, ...]


def normal(content: Iterable[Run | Bracket]) -> Content:
    """Return content in normal form: one value for what means the same.

    No empty run, no two runs and no two brackets side by side.

    Raises:
        TextError: a bracket with nothing in it, an alternative twice, or a party for and against.
    """
    made = joined(
        part if isinstance(part, Run) else Bracket(tuple(map(_normal, part.alternatives)))
        for part in content
    )
    for bracket in made:
        if isinstance(bracket, Bracket):
            check_bracket(bracket)
    return made


def _normal(one: Alternative) -> Alternative:
    return replace(one, content=normal(one.content))


def joined(content: Iterable[Run | Bracket]) -> Content:
    """Return content without empty runs, and what touches as one; what is within is left."""
    made: list[Run | Bracket] = []
    for part in content:
        last = made[-1] if made else None
        if isinstance(part, Run) and isinstance(last, Run):
            made[-1] = Run(last.words + part.words)
        elif isinstance(part, Bracket) and isinstance(last, Bracket):
            made[-1] = Bracket((*last.alternatives, *part.alternatives))
        elif not isinstance(part, Run) or part.words:
            made.append(part)
    return tuple(made)


def check_bracket(bracket: Bracket, offset: int = 0) -> None:
    """Refuse a bracket that says nothing, the same thing twice, or a party on both sides.

    Raises:
        TextError: at the offset given.
    """
    if not any(one.content for one in bracket.alternatives):
        problem = "a bracket with nothing in it: write what is disputed between [ and ]"
        raise TextError(problem, offset)
    seen = [(one.label, one.content) for one in bracket.alternatives]
    if len(seen) > 1 and len(set(seen)) < len(seen):
        problem = "the same wording stands twice in one bracket: name all its parties behind one"
        raise TextError(problem, offset)
    for one in bracket.alternatives:
        both = one.proponents & one.opposed_by
        if both:
            problem = f"{', '.join(sorted(both))} is for and against the same words"
            raise TextError(problem, offset)


def brackets_of(content: Content) -> Iterator[Bracket]:
    """Give every bracket, the outer before those within it."""
    waiting = list(reversed(content))
    while waiting:
        part = waiting.pop()
        if isinstance(part, Bracket):
            yield part
            inner = [each for one in part.alternatives for each in one.content]
            waiting.extend(reversed(inner))
