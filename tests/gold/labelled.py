"""Sentences with labels written into them, read; proposals held to them, counted."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from northwatch.data import read_text
from northwatch.statements import Proposal, Tables, propose, read_tables

GOLD = Path(__file__).parent
_LABEL = re.compile(r"\{([SCQIN])(\d?)\|([^{}]*)\}")
LEAST_WORDS = 4


@dataclass
class Case:
    """One labelled text: spans by label and number, offsets of the text without labels."""

    kind: str
    text: str = ""
    labels: list[tuple[str, str, int, int]] = field(default_factory=list)

    def spans(self, label: str, number: str | None = None) -> list[tuple[int, int]]:
        """Return where a label stands; of a quote without its marks."""
        return [
            (start, end)
            for one, its, start, end in self.labels
            if one == label and number in {None, its}
        ]


def read_cases(path: Path) -> list[Case]:
    """Return the cases of a file."""
    cases: list[Case] = []
    for block in re.split(r"\n(?=## )", path.read_text(encoding="utf-8"))[1:]:
        kind, _, marked = block.partition("\n")
        cases.append(_case(kind[3:].strip(), marked.strip()))
    return cases


def _case(kind: str, marked: str) -> Case:
    case, at = Case(kind), 0
    for found in _LABEL.finditer(marked):
        case.text += marked[at : found.start()]
        label, number, words = found.groups()
        start = len(case.text)
        case.text += words
        inner = words.strip()
        lead = len(words) - len(words.lstrip())
        if label in "QN" and inner[:1] in '"“' and inner[-1:] in '"”':
            span = (start + lead + 1, start + lead + len(inner) - 1)
        else:
            span = (start + lead, start + lead + len(inner))
        case.labels.append((label, number, *span))
        at = found.end()
    case.text += marked[at:]
    return case


def tables() -> Tables:
    """Return the shipped words without the shipped people: the sentences have their own."""
    return read_tables(read_text("statements/cues.toml"), read_text("statements/claims.toml"))


@dataclass
class Score:
    """Counts of direct quotes: proposed with a speaker, right among them, labelled, found."""

    proposed: int = 0
    right: int = 0
    labelled: int = 0
    found: int = 0
    wrong: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def precision(self) -> float:
        return self.right / max(self.proposed, 1)

    @property
    def recall(self) -> float:
        return self.found / max(self.labelled, 1)


def score(cases: Sequence[Case], made: Tables, *, label: str = "Q", least: int = 1) -> Score:
    """Count how proposals do: right if the span and the speaker's mention overlap the labels."""
    total = Score()
    for case in cases:
        wanted = [w for w in _wanted(case, label) if _words(case.text, w[0]) >= least]
        given = [
            p
            for p in propose(case.text, made)
            if p.speaker
            and _is_of(p, case, label)
            and _words(case.text, (p.span.start, p.span.end)) >= least
        ]
        total.labelled += len(wanted)
        total.proposed += len(given)
        for one in given:
            if any(_fits(one, *want) for want in wanted):
                total.right += 1
            else:
                total.wrong.append(
                    (
                        case.kind,
                        case.text,
                        f"{one.words} <- {one.speaker.words if one.speaker else ''}",
                    )
                )
        for want in wanted:
            if any(_fits(one, *want) for one in given):
                total.found += 1
            else:
                total.wrong.append((case.kind, case.text, f"missed: {case.text[slice(*want[0])]}"))
    return total


def _words(text: str, span: tuple[int, int]) -> int:
    return len(text[slice(*span)].split())


def _is_of(one: Proposal, case: Case, label: str) -> bool:
    is_quoted = case.text[one.span.start - 1 : one.span.start] in {'"', "“"}
    return is_quoted == (label == "Q")


def _wanted(case: Case, label: str) -> Iterator[tuple[tuple[int, int], list[tuple[int, int]]]]:
    for one, number, start, end in case.labels:
        if one == label:
            yield (start, end), case.spans("S", number)


def _fits(one: Proposal, span: tuple[int, int], speakers: list[tuple[int, int]]) -> bool:
    shared = min(one.span.end, span[1]) - max(one.span.start, span[0])
    is_same = 2 * shared >= span[1] - span[0]
    named = one.speaker.span if one.speaker else None
    return is_same and any(named and named.start < b and a < named.end for a, b in speakers)
