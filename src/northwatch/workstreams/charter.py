"""A charter's TOML, in; who takes part in a workstream and by which rules, out.

Every refusal names the file, the line and the remedy. Source of the fields: the reference "The
record", §6: practice of negotiations and of markings (REL TO).
"""

import hashlib
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NoReturn

from northwatch.errors import ParameterError, UnreadableError

KINDS_OF_PARTY: Final = ("state", "self-governing territory", "organisation", "body")
RULES: Final = ("every_party", "originator", "lead")
JOINTLY: Final = "jointly"
_CODE: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,31}")
_SLUG: Final = re.compile(r"[a-z][a-z0-9-]{0,63}")
_PARTIES_RULE: Final = re.compile(r"parties\((\d{1,2})\)")
_HEAD: Final = re.compile(r"""\s*\[\[?\s*((?:"[^"]*"|'[^']*'|[\w-])+)\s*[\].]""")
_LONG_TEXT: Final = re.compile(r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'', re.DOTALL)
_CLOCK: Final = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


@dataclass(frozen=True, slots=True)
class Party:
    """A state or body that takes part, from a day on and until another, both open if None."""

    code: str
    name: str
    kind: str
    aliases: tuple[str, ...] = ()
    t_from: date | None = None
    t_to: date | None = None


@dataclass(frozen=True, slots=True)
class NoRole:
    """A body that takes no part, with the reason in words."""

    code: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Issue:
    """A point on the agenda; `parent` is the slug of another."""

    slug: str
    title: str
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class DefaultMarking:
    """The marking that forms propose."""

    level: str
    rel_to: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """Whose consent a release needs: `every_party`, `originator`, `lead`, or any `n` `parties`."""

    name: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A public key (Ed25519, hex) whose releases may be imported, with a label in words."""

    label: str
    key: str


@dataclass(frozen=True, kw_only=True)
class Charter:
    """What founds a workstream.

    Attributes:
        name, slug: what people call it; a short form for lists.
        lead: code of a party, or `jointly`.
        parties, no_role: who takes part, who does not and why.
        scope: what is in it and what is not, in prose.
        issues: the agenda.
        levels: names of the marking levels, lowest first.
        default_marking: for new items.
        release_rules: all must hold.
        nothing_agreed_until_everything_agreed: how the status of texts shows.
        quorum: parties that must be present for a meeting to decide; 0: not said.
        retention_days: how long after closing the record is kept; 0: not said.
        zones: zones of interest, ids of the picture's zones.
        custodians: names of members who together can break glass; of different parties.
        checkpoint_clock, picture_clock: UTC times of day, `HH:MM`.
        picture_key: public key of the picture's publisher, hex; empty: not checked.
        trusted_keys: whose releases may come in.
        example: a shipped example with made people: never served beyond this machine.
    """

    name: str
    slug: str
    lead: str
    parties: tuple[Party, ...]
    no_role: tuple[NoRole, ...] = ()
    scope: str
    issues: tuple[Issue, ...] = ()
    levels: tuple[str, ...]
    default_marking: DefaultMarking
    release_rules: tuple[ReleaseRule, ...]
    nothing_agreed_until_everything_agreed: bool = False
    quorum: int = 0
    retention_days: int = 0
    zones: tuple[str, ...] = ()
    custodians: tuple[str, ...] = ()
    checkpoint_clock: tuple[str, ...] = ("00:00",)
    picture_clock: tuple[str, ...] = ("03:00",)
    picture_key: str = ""
    trusted_keys: tuple[TrustedKey, ...] = ()
    example: bool = False

    @cached_property
    def party_names(self) -> Mapping[str, str]:
        """Name of each party by code, in the charter's order."""
        return {party.code: party.name for party in self.parties}

    def party_of(self, code: str) -> Party | None:
        """Return the party of a code; None if the charter has none."""
        return next((party for party in self.parties if party.code == code), None)

    @cached_property
    def issue_titles(self) -> Mapping[str, str]:
        """Title of each issue by slug, in the charter's order."""
        return {issue.slug: issue.title for issue in self.issues}

    def level_number(self, name: str) -> int:
        """Return the place of a level, 0 the lowest.

        Raises:
            ParameterError: the charter has no such level.
        """
        if name not in self.levels:
            raise ParameterError(name="level", value=name, allowed=", ".join(self.levels))
        return self.levels.index(name)

    def in_words(self) -> list[str]:
        """Return who leads, who takes part and who does not, each in a sentence."""
        names = list(self.party_names.values())
        lead = (
            "The parties lead it jointly."
            if self.lead == JOINTLY
            else f"{self.party_names[self.lead]} leads it."
        )
        told = [
            lead,
            f"{_listed(names)} take part." if len(names) > 1 else f"{names[0]} takes part alone.",
        ]
        told += [f"{body.name} has no role in it: {body.reason}" for body in self.no_role]
        rules = [rule_in_words(rule, self) for rule in self.release_rules]
        return [
            *told,
            f"A release needs the consent of {_listed(rules)}; a second person confirms.",
        ]


def rule_in_words(rule: ReleaseRule, charter: Charter) -> str:
    """Return whose consent a rule asks for."""
    lead = "the lead" if charter.lead == JOINTLY else charter.party_names[charter.lead]
    return {
        "every_party": "every party",
        "originator": "each party from which an item first came",
        "lead": lead,
    }.get(rule.name, f"any {rule.n} parties")


def charter_digest(text: str) -> str:
    """Return the SHA-256 of a charter's text: the first link of its record's chain.

    It is the SHA-256 of the file too: `read_charter` refuses line ends that reading would change.
    """
    return hashlib.sha256(text.encode()).hexdigest()


def read_charter(path: Path) -> Charter:
    """Return the charter in a file.

    Raises:
        UnreadableError: it is not a charter; names the file, the line and the remedy.
    """
    try:
        text = path.read_bytes().decode("utf-8")
    except OSError as error:
        problem = "there is no such file" if not path.exists() else "it cannot be read"
        raise UnreadableError(
            file=str(path), problem=problem, remedy="Name a charter's TOML file"
        ) from error
    except UnicodeDecodeError as error:
        raise UnreadableError(
            file=str(path), problem="it is not UTF-8 text", remedy="Save it as UTF-8"
        ) from error
    if "\r" in text:
        line = text[: text.index("\r")].count("\n") + 1
        problem = "its lines end in CR LF, so that its digest would depend on the program"
        raise UnreadableError(
            file=str(path), line=line, problem=problem, remedy="Save it with line ends LF"
        )
    return parse_charter(text, str(path))


def parse_charter(text: str, file: str) -> Charter:
    """Return the charter that a text is; `file` is what errors call it.

    Raises:
        UnreadableError: as `read_charter`.
    """
    return _Reading(text, file).charter()


# --- reading -------------------------------------------------------------------------------------

_SINGLE: Final[Mapping[str, type]] = {
    "name": str,
    "slug": str,
    "lead": str,
    "scope": str,
    "levels": list,
    "default_marking": dict,
    "nothing_agreed_until_everything_agreed": bool,
    "quorum": int,
    "retention_days": int,
    "zones": list,
    "custodians": list,
    "checkpoint_clock": list,
    "picture_clock": list,
    "picture_key": str,
    "example": bool,
    "release": dict,
    "parties": list,
    "no_role": list,
    "issues": list,
    "trusted_keys": list,
}
_REQUIRED: Final = (
    "name",
    "slug",
    "lead",
    "scope",
    "levels",
    "default_marking",
    "release",
    "parties",
)
_ROWS: Final[Mapping[str, Mapping[str, type]]] = {
    "parties": {"code": str, "name": str, "kind": str, "aliases": list, "from": date, "to": date},
    "no_role": {"code": str, "name": str, "reason": str},
    "issues": {"slug": str, "title": str, "parent": str},
    "trusted_keys": {"label": str, "key": str},
}
_OPTIONAL: Final = frozenset({"aliases", "from", "to", "parent"})
_WORDS: Final[Mapping[type, str]] = {
    str: "words in quotes",
    list: "a list in square brackets",
    dict: "a table",
    bool: "true or false",
    int: "a whole number",
    date: "a day such as 2026-01-26",
}


class _Reading:
    """One charter under way: its values, and where each stands in the file."""

    def __init__(self, text: str, file: str) -> None:
        self.file = file
        self.lines = _without_long_text(text).split("\n")
        try:
            self.values: dict[str, Any] = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            found = re.search(r"line (\d+)", str(error))
            line = int(found[1]) if found else len(self.lines)
            self._refuse(f"it is not TOML: {str(error).split(' (at')[0]}", "Mend that line", line)
        except ValueError:
            line = self._line_matching(r"\d{100}")
            self._refuse("a number is too long", "Write a smaller one", line)
        except RecursionError:
            line = self._line_matching(r"[\[{]\s*[\[{=]")
            self._refuse("brackets lie too deep", "Take some away", line)

    def _line_matching(self, pattern: str) -> int:
        places = (n for n, line in enumerate(self.lines, start=1) if re.search(pattern, line))
        return next(places, 1)

    def _refuse(self, problem: str, remedy: str, line: int) -> NoReturn:
        raise UnreadableError(
            file=self.file, line=max(1, line), problem=problem, remedy=remedy
        )  # fmt: skip

    def line_of(self, key: str, *, table: str = "", number: int = 0) -> int:
        """Return the line of a key, in the `number`-th table of a name if one is given.

        Without such a line: where that table begins, else 1.
        """
        seen, inside, begins = -1, not table, 1
        for place, line in enumerate(self.lines, start=1):
            head = _HEAD.match(line)
            if head:
                name = head[1].strip("\"'")
                if not table and name == key:
                    return place
                seen += name == table
                inside = bool(table) and name == table and seen == number
                begins = place if inside else begins
            elif inside and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""", line):
                return place
            elif seen < 0 and table and re.match(rf"\s*{re.escape(table)}\s*=", line):
                begins = place
        return begins

    def charter(self) -> Charter:
        self._check_keys(self.values, _SINGLE, "", 0, _REQUIRED)
        rows = {name: self._rows(name) for name in _ROWS}
        release = self._table("release", {"rules": list})
        default = self._table("default_marking", {"level": str, "rel_to": list})
        made = Charter(
            **{name: _frozen(self.values[name]) for name in self._plain()},
            parties=tuple(_party(row) for row in rows["parties"]),
            no_role=tuple(NoRole(**row) for row in rows["no_role"]),
            issues=tuple(Issue(**row) for row in rows["issues"]),
            trusted_keys=tuple(TrustedKey(**row) for row in rows["trusted_keys"]),
            default_marking=DefaultMarking(default["level"], tuple(default["rel_to"])),
            release_rules=tuple(self._rule(rule) for rule in release["rules"]),
        )
        for check in _CHECKS:
            check(self, made)
        return made

    def _plain(self) -> list[str]:
        made_apart = {"release", "default_marking", *_ROWS}
        return [name for name in self.values if name not in made_apart]

    def _check_keys(
        self, values: Mapping[str, Any], allowed: Mapping[str, type], table: str, number: int,
        required: tuple[str, ...],
    ) -> None:  # fmt: skip
        for name, value in values.items():
            line = self.line_of(name, table=table, number=number)
            if name not in allowed:
                near = get_close_matches(name, allowed, 1) or list(allowed)
                self._refuse(f"`{name}` is not a field", f"Perhaps `{near[0]}` is meant", line)
            wanted = allowed[name]
            if type(value) is not wanted:
                self._refuse(f"`{name}` is not {_WORDS[wanted]}", "Write it so", line)
            if wanted is list and name not in _ROWS and not _are_words(value):
                self._refuse(f"`{name}` holds more than words", "List words in quotes", line)
        for name in required:
            if name not in values or values[name] in ("", []):
                line = self.line_of("", table=table, number=number) if table else 1
                self._refuse(f"`{name}` is missing or empty", "Add it", line)

    def _rows(self, name: str) -> list[dict[str, Any]]:
        rows = self.values.get(name, [])
        allowed = _ROWS[name]
        required = tuple(key for key in allowed if key not in _OPTIONAL)
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                line = self.line_of(name)
                self._refuse(
                    f"`{name}` is not a row of tables", f"Begin each with [[{name}]]", line
                )
            self._check_keys(row, allowed, name, number, required)
        return list(rows)

    def _table(self, name: str, allowed: Mapping[str, type]) -> dict[str, Any]:
        values: dict[str, Any] = self.values[name]
        self._check_keys(values, allowed, name, 0, tuple(allowed))
        return values

    def _rule(self, text: str) -> ReleaseRule:
        counted = _PARTIES_RULE.fullmatch(text)
        if counted:
            return ReleaseRule("parties", int(counted[1]))
        if text not in RULES:
            line = self.line_of("rules", table="release")
            self._refuse(
                f"`{text}` is not a release rule", f"Use {', '.join(RULES)} or parties(n)", line
            )
        return ReleaseRule(text)

    # What must hold between fields; each is one of `_CHECKS`.

    def check_names(self, made: Charter) -> None:
        if not _SLUG.fullmatch(made.slug):
            remedy = "Use small letters, digits and `-`, a letter first"
            self._refuse(f"`{made.slug}` is not a slug", remedy, self.line_of("slug"))
        for table, key, pattern in (
            ("parties", "code", _CODE), ("no_role", "code", _CODE), ("issues", "slug", _SLUG),
        ):  # fmt: skip
            self._each_once(table, key, pattern)
        self._levels(made)

    def _levels(self, made: Charter) -> None:
        if len(set(made.levels)) < len(made.levels) or "" in made.levels:
            problem = "a level stands twice or has no name"
            self._refuse(problem, "Name each level once", self.line_of("levels"))

    def _each_once(self, table: str, key: str, pattern: re.Pattern[str]) -> None:
        seen: set[str] = set()
        for number, row in enumerate(self.values.get(table, [])):
            value, line = row[key], self.line_of(key, table=table, number=number)
            if not pattern.fullmatch(value):
                self._refuse(f"`{value}` is not a {key}", "Letters, digits and `-` only", line)
            if value in seen:
                self._refuse(f"`{value}` stands twice", "Name each once", line)
            seen.add(value)

    def check_parties(self, made: Charter) -> None:
        codes = {party.code for party in made.parties}
        if JOINTLY in codes:
            line = self._line_of_code("parties", JOINTLY)
            self._refuse(f"`{JOINTLY}` is no code: it is how to lead", "Choose another", line)
        if made.lead != JOINTLY and made.lead not in codes:
            remedy = f"Name one of {', '.join(sorted(codes))}, or `jointly`"
            self._refuse(f"the lead `{made.lead}` is no party", remedy, self.line_of("lead"))
        for number, party in enumerate(made.parties):
            if party.kind not in KINDS_OF_PARTY:
                line = self.line_of("kind", table="parties", number=number)
                remedy = f"Use one of {', '.join(KINDS_OF_PARTY)}"
                self._refuse(f"`{party.kind}` is no kind of party", remedy, line)
            if party.t_from and party.t_to and party.t_to <= party.t_from:
                line = self.line_of("to", table="parties", number=number)
                self._refuse(f"`{party.code}` ends before it begins", "Mend `from` or `to`", line)
        for number, body in enumerate(made.no_role):
            if body.code in codes:
                line = self.line_of("code", table="no_role", number=number)
                self._refuse(f"`{body.code}` is a party and has no role", "Choose one", line)

    def _line_of_code(self, table: str, code: str) -> int:
        codes = [row["code"] for row in self.values.get(table, [])]
        return self.line_of("code", table=table, number=codes.index(code))

    def check_marking(self, made: Charter) -> None:
        line = self.line_of("default_marking")
        if made.default_marking.level not in made.levels:
            remedy = f"Use one of {', '.join(made.levels)}"
            self._refuse(f"`{made.default_marking.level}` is no level", remedy, line)
        unknown = set(made.default_marking.rel_to) - {party.code for party in made.parties}
        for code in sorted(unknown):
            out = code in {body.code for body in made.no_role}
            why = (
                f"REL TO names {code}, which has no role"
                if out
                else f"REL TO names {code}, no party"
            )
            self._refuse(why, "Name parties only", line)

    def check_issues(self, made: Charter) -> None:
        slugs = {issue.slug for issue in made.issues}
        for number, issue in enumerate(made.issues):
            if issue.parent is not None and issue.parent not in slugs - {issue.slug}:
                line = self.line_of("parent", table="issues", number=number)
                self._refuse(f"`{issue.parent}` is no issue", "Name another issue's slug", line)
        parents = {issue.slug: issue.parent for issue in made.issues}
        for number, issue in enumerate(made.issues):
            above, left = issue.parent, len(parents)
            while above is not None and left:
                above, left = parents[above], left - 1
            if above is not None:
                line = self.line_of("parent", table="issues", number=number)
                self._refuse(f"`{issue.slug}` lies under itself", "Take away one `parent`", line)

    def check_numbers(self, made: Charter) -> None:
        for name, most in (("quorum", len(made.parties)), ("retention_days", 36_525)):
            if not 0 <= getattr(made, name) <= most:
                self._refuse(f"`{name}` is out of range", f"0 to {most}", self.line_of(name))
        for rule in made.release_rules:
            if rule.name == "lead" and made.lead == JOINTLY:
                line = self.line_of("rules", table="release")
                remedy = "Use every_party or parties(n)"
                self._refuse("the rule `lead` needs one party that leads", remedy, line)
            if rule.name == "parties" and not 1 <= rule.n <= len(made.parties):
                line = self.line_of("rules", table="release")
                self._refuse("parties(n) asks for more than there are", "Lower n", line)

    def check_custodians(self, made: Charter) -> None:
        if made.custodians and len(set(made.custodians)) < 2:  # noqa: PLR2004 - two eyes, four eyes
            line = self.line_of("custodians")
            self._refuse("one custodian cannot be two people", "Name at least two", line)

    def check_clocks_and_keys(self, made: Charter) -> None:
        for name in ("checkpoint_clock", "picture_clock"):
            clock = getattr(made, name)
            if not clock or not all(_CLOCK.fullmatch(t) for t in clock):
                self._refuse(f"`{name}` is no clock", "List UTC times as HH:MM", self.line_of(name))
        for number, trusted in enumerate(made.trusted_keys):
            if not re.fullmatch(r"[0-9a-f]{64}", trusted.key):
                line = self.line_of("key", table="trusted_keys", number=number)
                self._refuse("this is no Ed25519 public key", "64 hexadecimal digits", line)
        if made.picture_key and not re.fullmatch(r"[0-9a-f]{64}", made.picture_key):
            line = self.line_of("picture_key")
            self._refuse("this is no Ed25519 public key", "64 hexadecimal digits", line)


_CHECKS: Final[tuple[Callable[[_Reading, Charter], None], ...]] = (
    _Reading.check_names,
    _Reading.check_parties,
    _Reading.check_marking,
    _Reading.check_issues,
    _Reading.check_numbers,
    _Reading.check_custodians,
    _Reading.check_clocks_and_keys,
)


def _without_long_text(text: str) -> str:
    """Return a text whose multi-line strings are blank: no key stands in them."""
    return _LONG_TEXT.sub(lambda found: "\n" * found[0].count("\n"), text)


def _are_words(values: Any) -> bool:  # noqa: ANN401 - as TOML has it
    return all(type(value) is str for value in values)


def _party(row: Mapping[str, Any]) -> Party:
    return Party(
        code=row["code"], name=row["name"], kind=row["kind"],
        aliases=tuple(row.get("aliases", ())), t_from=row.get("from"), t_to=row.get("to"),
    )  # fmt: skip


def _frozen(value: object) -> Any:  # noqa: ANN401 - as TOML has it
    return tuple(value) if isinstance(value, list) else value


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
