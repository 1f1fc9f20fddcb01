"""A place beside a cue, in; the words that name a speaker there, and how they name one, out.

A phrase is read word by word away from the cue: names and titles, the small words that join them,
and, where its head is an office ("minister", "officials"), the words before that up to an article.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from northwatch.statements.proposals import MentionKind, Span

_TOKEN: Final = re.compile(
    r"(?:[A-Z]\.){2,}|(?:Mrs?|Ms|Dr|Prof|Gen|Adm|Sen|Rep|St)\.|[\w\u00ad]+(?:['\u00ad-][\w\u00ad]+)*'?|[^\w\s]"
)
_JOINS: Final = frozenset({"of", "for", "to", "and", "the", "on", "de", "von", "van", "der", "in"})
_ARTICLES: Final = frozenset(
    {"the", "a", "an", "one", "two", "three", "several", "senior", "some", "many", "another"}
    | {"his", "her", "its", "their", "both"}
)
_SKIPPED: Final = frozenset(
    {"also", "then", "later", "further", "again", "earlier", "just", "once"}
    | {"has", "have", "had", "who", "is", "was", "would", "did"}
)
_PRONOUNS: Final = frozenset({"he", "she", "they", "both", "i", "we", "it"})
_PARTICLES: Final = frozenset({"de", "von", "van", "der", "al", "bin", "el"})
_FIRST: Final = frozenset({"a", "an", "his", "her", "its", "their"})
_TELLS_MORE: Final = frozenset({"familiar", "close", "for", "from", "in", "at", "of", "with", "to"})
_LONGEST_TAIL: Final = 8
_DEFINITE: Final = frozenset({"the", "his", "her", "its", "their"})
_INDEFINITE: Final = _ARTICLES - _DEFINITE
_MOST_WORDS: Final = 12
_REACH: Final = 160


@dataclass(frozen=True, slots=True)
class Offices:
    """Words for offices and titles.

    Attributes:
        heads: offices and bodies that speak, in lower case.
        unnamed: those that, without a name, stand for somebody unnamed.
        titles: words that stand before a name and are no part of it.
    """

    heads: frozenset[str] = frozenset()
    unnamed: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()


def mention_before(shadow: str, floor: int, end: int, offices: Offices) -> Span | None:
    """Return the phrase that ends where a cue begins, not before `floor`; None if there is none."""
    start = max(floor, end - _REACH)
    tokens = [Span(m.start(), m.end()) for m in _TOKEN.finditer(shadow, start, end)]
    while tokens and _is_skipped(tokens[-1].of(shadow)):
        tokens.pop()
    tokens = _without_aside(shadow, tokens)
    taken = _behind_head(shadow, tokens, offices)
    for token in reversed(tokens[-_MOST_WORDS - len(taken) : len(tokens) - len(taken)]):
        word = token.of(shadow)
        if not _fits(word, taken, shadow, offices):
            break
        taken.insert(0, token)
        if word.lower() in _FIRST | _PRONOUNS:
            break
    return _phrase(shadow, taken, offices)


def mention_behind(shadow: str, start: int, ceiling: int, offices: Offices) -> Span | None:
    """Return the phrase that begins where a cue ends, not beyond `ceiling`; None if none does."""
    taken: list[Span] = []
    for found in _TOKEN.finditer(shadow, start, min(ceiling, start + _REACH)):
        token = Span(found.start(), found.end())
        word = token.of(shadow)
        if not taken and _is_skipped(word):
            continue
        if len(taken) == _MOST_WORDS or not _goes_on(word, taken, shadow, offices):
            break
        taken.append(token)
        if word.lower() in _PRONOUNS:
            break
    return _phrase(shadow, taken, offices)


def _behind_head(shadow: str, tokens: list[Span], offices: Offices) -> list[Span]:
    """Return the words that tell more of an office: `people | familiar with the talks`."""
    for place in range(len(tokens) - 2, max(len(tokens) - _LONGEST_TAIL, 0) - 1, -1):
        word, following = tokens[place].of(shadow), tokens[place + 1].of(shadow)
        if not following[:1].isalnum():
            return []
        if word in offices.heads and following in _TELLS_MORE:
            return tokens[place + 1 :]
    return []


def _is_skipped(word: str) -> bool:
    return word in _SKIPPED or (word.endswith("ly") and word.islower())


def _without_aside(shadow: str, tokens: list[Span]) -> list[Span]:
    """Leave out what stands between two commas right before a cue: `Rutte, in Brussels, said`."""
    if not tokens or tokens[-1].of(shadow) not in ",)":
        return tokens
    mark = "(" if tokens[-1].of(shadow) == ")" else ","
    for place in range(len(tokens) - 2, -1, -1):
        if tokens[place].of(shadow) == mark:
            return tokens[:place]
    return []


def _is_name(word: str) -> bool:
    return word[:1].isupper()


def _fits(word: str, taken: list[Span], shadow: str, offices: Offices) -> bool:
    """Say whether a word belongs before those already taken, the last first."""
    small = word.lower()
    if not word[:1].isalnum():
        return False
    if not taken:
        return _is_name(word) or small in offices.heads or small in _PRONOUNS
    if small in _PRONOUNS and small != "both":
        return False
    is_office = any(token.of(shadow) in offices.heads for token in taken)
    return (
        _is_name(word)
        or small in _JOINS
        or small in _ARTICLES
        or (word.islower() and (is_office or small in offices.heads))
    )


def _goes_on(word: str, taken: list[Span], shadow: str, offices: Offices) -> bool:
    """Say whether a word belongs behind those already taken."""
    small = word.lower()
    if not word[:1].isalnum():
        return False
    if not taken:
        return _is_name(word) or small in _ARTICLES or small in _PRONOUNS or small in offices.heads
    before = [token.of(shadow).lower() for token in taken]
    has_head = any(each in offices.heads for each in before)
    has_name = any(_is_name(token.of(shadow)) for token in taken[1:] or taken)
    if _is_name(word):
        return True
    if small in _JOINS:
        return has_head or has_name
    is_begun = before[0] in _ARTICLES and not has_head
    return small in offices.heads or is_begun or before[-1] in {"of", "for", "the"}


def _phrase(shadow: str, taken: list[Span], offices: Offices) -> Span | None:
    """Return the phrase without loose small words at its ends; None if it names nobody."""
    while taken and taken[-1].of(shadow).lower() in _JOINS:
        taken.pop()
    while taken and taken[0].of(shadow).lower() in _JOINS - {"the"}:
        taken.pop(0)
    words = [token.of(shadow) for token in taken]
    if not any(
        _is_name(word) or word.lower() in offices.heads or word.lower() in _PRONOUNS
        for word in words
    ):
        return None
    return Span(taken[0].start, taken[-1].end)


def kind_of(words: str, bodies: Iterable[str], offices: Offices) -> MentionKind:
    """Return how a speaker is named by these words."""
    told = words.split()
    small = [word.lower() for word in told]
    if len(told) == 1 and small[0] in _PRONOUNS:
        return "joint" if small[0] == "both" else "pronoun"
    if without_article(words) in bodies:
        return "body"
    name = name_in(words, offices)
    if not name or (small[0] in _ARTICLES and not _is_title(small, offices)):
        is_named = small[0] in _DEFINITE or small[-1] not in offices.unnamed
        return "office" if is_named and small[0] not in _INDEFINITE else "unnamed"
    if "and" in small:
        return "joint"
    return "full name" if " " in name else "surname"


def _is_title(small: list[str], offices: Offices) -> bool:
    """Say whether an office stands right before a name: `the premier Jens-Frederik Nielsen`."""
    return any(word in offices.heads for word in small[:-1])


def without_article(words: str) -> str:
    """Return a phrase without the article it begins with."""
    return words[4:] if words[:4].lower() == "the " else words


def name_in(words: str, offices: Offices) -> str:
    """Return the name that ends a phrase: `Secretary General Mark Rutte` holds `Mark Rutte`."""
    name: list[str] = []
    for word in reversed(words.split()):
        is_title = word in offices.titles or word.lower() in offices.heads
        if is_title or not (_is_name(word) or (name and word in _PARTICLES)):
            break
        name.insert(0, word)
    while name and name[0] in _PARTICLES:
        name.pop(0)
    return " ".join(name)
