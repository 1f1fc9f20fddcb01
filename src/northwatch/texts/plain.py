r"""The plain form of negotiating texts: characters, in; words and brackets, out; and back.

    @ 4 | bracketed
    They [shall]{DNK, GRL}[should]{USA} share [relevant ]{USA}data.

Read as well, and written back in the form above: `[shall {DNK, GRL} / should {USA}]`. What cannot
be read is refused with its place; nothing is guessed and no character lost.

Source: the reference "The record", §10.2 to §10.4.
"""

import re
from collections.abc import Iterable, Set
from itertools import pairwise
from typing import Final

from northwatch.errors import TextError
from northwatch.texts.model import (
    Alternative,
    Bracket,
    Content,
    Paragraph,
    Run,
    Text,
    brackets_of,
    check_bracket,
    joined,
)
from northwatch.texts.status import NAMES, Name, Status

MOST_NESTED: Final = 100
"""Brackets within brackets that are read."""

_ESCAPED: Final = "\\[]{}/:@"
_SEPARATOR: Final = " / "
_LABEL: Final = re.compile(r"((?:Option|Alternative|Alt) \d+[a-z]?): ?")
_CODE: Final = r"[A-Za-z][A-Za-z0-9-]{0,31}"
_CODES: Final = rf"{_CODE}(?:, {_CODE})*"
_BRACE: Final = re.compile(
    rf"\{{(?:(?P<by>(?!against ){_CODES})(?:; against (?P<but>{_CODES}))?"
    rf"|against (?P<only>{_CODES}))\}}"
)
_PLAIN: Final = re.compile(r"(?:[^\\\[\]{} ]| (?!/ ))+")
_HEADER: Final = re.compile(
    r"@ (?P<key>[^|\n]*[^|\s]) \| (?P<status>[a-z ]+?)(?: \| outstanding: (?P<codes>[^|\n]+))?"
)
_NAMES: Final[dict[str, Name]] = {name: name for name in NAMES}
_HEADER_FORM: Final = "@ KEY | bracketed, or @ KEY | agreed ad referendum | outstanding: CODES"


class _Reader:
    """One pass over the characters of a content."""

    def __init__(self, text: str, codes: Set[str] | None) -> None:
        self._text = text
        self._codes = codes
        self._at = 0

    def content(self) -> Content:
        """Read all of it."""
        parts = self._parts(0)
        if self._at < len(self._text):
            raise TextError("a ] that closes nothing: write \\] for the sign", self._at)  # noqa: EM101, TRY003 - with its place
        return joined(parts)

    def _parts(self, depth: int) -> list[Run | Bracket]:
        """Read runs and brackets up to what ends them: a closing sign, a separator, a brace."""
        made: list[Run | Bracket] = []
        while self._at < len(self._text):
            sign = self._text[self._at]
            if sign == "[":
                made.append(self._bracket(depth + 1))
            elif sign == "]" or (depth and self._is_next(_SEPARATOR)):
                break
            elif sign in "{}":
                if depth and sign == "{":
                    break
                problem = f"a {sign} that belongs to no bracket: write \\{sign} for the sign"
                raise TextError(problem, self._at)
            else:
                made.append(Run(self._words()))
        return made

    def _is_next(self, words: str) -> bool:
        return self._text.startswith(words, self._at)

    def _words(self) -> str:
        """Read some characters of a run, unescaped."""
        if self._text[self._at] == "\\":
            sign = self._text[self._at + 1 : self._at + 2]
            if not sign or sign not in _ESCAPED:
                problem = "a \\ before a sign that needs none: write \\\\ for the sign itself"
                raise TextError(problem, self._at)
            self._at += 2
            return sign
        found = _PLAIN.match(self._text, self._at)
        end = found.end() if found else self._at + 1
        words, self._at = self._text[self._at : end], end
        return words

    def _bracket(self, depth: int) -> Bracket:
        """Read alternatives that touch."""
        start = self._at
        if depth > MOST_NESTED:
            problem = f"brackets nested deeper than {MOST_NESTED}: divide the paragraph"
            raise TextError(problem, start)
        made: list[Alternative] = []
        while self._is_next("["):
            made += self._between(depth)
        bracket = Bracket(tuple(made))
        check_bracket(bracket, start)
        return bracket

    def _between(self, depth: int) -> list[Alternative]:
        """Read from one [ to its ]: an alternative, or several parted by slashes."""
        start = self._at
        self._at += 1
        made = [self._alternative(depth)]
        while self._is_next(_SEPARATOR):
            self._at += len(_SEPARATOR)
            made.append(self._alternative(depth))
        if not self._is_next("]"):
            raise TextError("a [ that nothing closes: write \\[ for the sign", start)  # noqa: EM101, TRY003 - with its place
        self._at += 1
        if self._is_next("{"):
            one = made[-1]
            if len(made) > 1 or one.proponents or one.opposed_by:
                problem = "whose attribution is this? Write it behind the words that are theirs"
                raise TextError(problem, self._at)
            by, but = self._brace()
            made[-1] = Alternative(one.content, by, but, one.label)
        return made

    def _alternative(self, depth: int) -> Alternative:
        """Read one alternative, and the attribution that ends it within the bracket."""
        found = _LABEL.match(self._text, self._at)
        if found:
            self._at = found.end()
        parts = self._parts(depth)
        by: frozenset[str] = frozenset()
        but: frozenset[str] = frozenset()
        if self._is_next("{"):
            parts = self._own_words(parts)
            by, but = self._brace()
            if not (self._is_next("]") or self._is_next(_SEPARATOR)):
                problem = "an attribution in the middle: it stands at the end of its words"
                raise TextError(problem, self._at)
        return Alternative(joined(parts), by, but, found[1] if found else "")

    def _own_words(self, parts: list[Run | Bracket]) -> list[Run | Bracket]:
        """Return the words before a brace within a bracket, without the space between."""
        words = ""
        while parts and isinstance(parts[-1], Run):
            words = f"{parts[-1].words}{words}"
            parts = parts[:-1]
        if not words.strip(" "):
            problem = "whose attribution is this? No words of a bracket stand right before it"
            raise TextError(problem, self._at)
        return [*parts, Run(words.removesuffix(" "))]

    def _brace(self) -> tuple[frozenset[str], frozenset[str]]:
        """Read an attribution."""
        found = _BRACE.match(self._text, self._at)
        if found is None:
            problem = "no attribution: write {AAA, BBB}, {AAA; against BBB} or {against BBB}"
            raise TextError(problem, self._at)
        by = _codes(found["by"])
        but = _codes(found["but"] or found["only"])
        for code in sorted(by | but):
            if self._codes is not None and code not in self._codes:
                raise TextError(f"{code} is no party of the charter", self._at)  # noqa: EM102, TRY003 - with its place
        self._at = found.end()
        return by, but


def _codes(told: str | None) -> frozenset[str]:
    return frozenset(told.split(", ")) if told else frozenset()


def parse(text: str, codes: Set[str] | None = None) -> Content:
    """Return the content that a plain form means, in normal form.

    Args:
        text: the plain form.
        codes: the charter's parties; None to take any code.

    Raises:
        TextError: it means nothing, or could mean two things; with the place.
    """
    return _Reader(text, codes).content()


def parse_text(text: str, codes: Set[str] | None = None) -> Text:
    """Return the paragraphs of a file in plain form.

    Raises:
        TextError: as `parse`; a header, key or status is wrong.
    """
    starts = [found.start() for found in re.finditer(r"^@", text, re.MULTILINE)]
    if text[: starts[0] if starts else len(text)].strip():
        raise TextError(f"words before the first header: begin with {_HEADER_FORM}")  # noqa: EM102, TRY003 - with its place
    made: dict[str, Paragraph] = {}
    for start, end in pairwise([*starts, len(text)]):
        one = _paragraph(text[start:end], start, codes)
        if one.key in made:
            raise TextError(f"two paragraphs are called {one.key}", start)  # noqa: EM102, TRY003 - with its place
        made[one.key] = one
    return tuple(made.values())


def _paragraph(told: str, start: int, codes: Set[str] | None) -> Paragraph:
    header, _, rest = told.partition("\n")
    found = _HEADER.fullmatch(header.rstrip())
    name = _NAMES.get(found["status"]) if found else None
    if found is None or name is None:
        raise TextError(f"no header of a paragraph: write {_HEADER_FORM}", start)  # noqa: EM102, TRY003 - with its place
    lead = len(rest) - len(rest.lstrip("\n"))
    try:
        content = parse(rest.strip("\n"), codes)
        status = Status(name, _codes(found["codes"]))
    except TextError as error:
        raise TextError(error.problem, start + len(header) + 1 + lead + error.offset) from error
    except ValueError as error:
        raise TextError(str(error), start) from error
    unknown = status.outstanding - codes if codes is not None else frozenset()
    if unknown:
        raise TextError(f"{', '.join(sorted(unknown))}: no party of the charter", start)  # noqa: EM102, TRY003 - with its place
    if (status.name == "bracketed") != any(True for _ in brackets_of(content)):
        problem = "a paragraph is bracketed if it has a bracket, and only then"
        raise TextError(problem, start)
    return Paragraph(found["key"], content, status)


# --- and back ------------------------------------------------------------------------------------


def render(content: Content) -> str:
    """Return the plain form of content in normal form: `parse` gives the same content again."""
    return "".join(
        _escaped(part.words, is_inside=False, is_first=place == 0)
        if isinstance(part, Run)
        else _bracket(part)
        for place, part in enumerate(content)
    )


def _bracket(bracket: Bracket) -> str:
    return "".join(_alternative(one) for one in bracket.alternatives)


def _alternative(one: Alternative) -> str:
    words = "".join(
        _escaped(part.words, is_inside=True, is_first=False)
        if isinstance(part, Run)
        else _bracket(part)
        for part in one.content
    )
    label = ""
    if one.label:
        label = f"{one.label}: " if words else f"{one.label}:"
    elif found := _LABEL.match(words):
        # Words that would read as a label.
        colon = len(found[1])
        words = f"{words[:colon]}\\{words[colon:]}"
    return f"[{label}{words}]{_attribution(one)}"


def _attribution(one: Alternative) -> str:
    by, but = ", ".join(sorted(one.proponents)), ", ".join(sorted(one.opposed_by))
    if not (by or but):
        return ""
    against = f"against {but}" if but else ""
    return f"{{{'; '.join(filter(None, (by, against)))}}}"


def _escaped(words: str, *, is_inside: bool, is_first: bool) -> str:
    told = re.sub(r"([\\\[\]{}])", r"\\\1", words)
    if is_inside:
        told = told.replace("/ ", "\\/ ")
    if is_first and told.startswith("@"):
        told = f"\\{told}"
    return told.replace("\n@", "\n\\@")


def render_text(paragraphs: Iterable[Paragraph]) -> str:
    """Return paragraphs as a file in plain form."""
    made = []
    for one in paragraphs:
        outstanding = ", ".join(sorted(one.status.outstanding))
        more = f" | outstanding: {outstanding}" if outstanding else ""
        made.append(f"@ {one.key} | {one.status.name}{more}\n{render(one.content)}\n")
    return "\n".join(made)
