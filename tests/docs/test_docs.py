"""The documentation says what the program does: generated pages, commands, names and links."""

import re
from pathlib import Path

import pytest

from northwatch import errors, schema
from northwatch.data import read_text
from tools import reference

ROOT = Path(__file__).parents[2]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])
COMMANDS = reference.every_command()
GROUPS = {name.split()[0] for name in COMMANDS if " " in name}


@pytest.mark.parametrize("name", ["columns.md", "errors.md", "dialects.md", "commands.md"])
def test_generated_pages_are_up_to_date(name: str) -> None:
    written = (ROOT / "docs" / "reference" / name).read_text(encoding="utf-8")
    assert written == reference.pages()[name], "run `python -m tools.reference`"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_in_examples_exist_with_their_options(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for word, rest in re.findall(r"northwatch ([a-z]+)((?: [^\n`#]*)?)", text):
        inner = rest.split()[:1] if word in GROUPS else []
        command = " ".join([word, *inner])
        assert not inner or command in COMMANDS, f"{page.name}: there is no northwatch {command}"
        if command not in COMMANDS:
            continue
        known = {
            option
            for parameter in COMMANDS[command].params
            for option in (*parameter.opts, *parameter.secondary_opts)
        }
        for option in re.findall(r"(--[a-z][a-z-]*)", rest):
            assert option in known, f"{page.name}: northwatch {command} has no {option}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for link in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
        if not link.startswith(("http://", "https://")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_every_command_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    assert {name for name in COMMANDS if f"## northwatch {name}\n" in text} == set(COMMANDS)


def test_every_column_says_what_it_means() -> None:
    for table in schema.TABLES.values():
        assert table.row
        assert len(set(table.names)) == len(table.columns)
        assert all(column.meaning for column in table.columns)
        assert set(table.order) <= set(table.names)


def test_every_error_has_a_code_of_its_own() -> None:
    classes = [c for c in vars(errors).values() if isinstance(c, type)]
    codes = [c.code for c in classes if issubclass(c, errors.NorthwatchError)]
    assert len(set(codes)) == len(codes)


def test_shipped_facts_name_their_provenance() -> None:
    folder = ROOT / "src" / "northwatch" / "data"
    told = "\n".join(path.read_text(encoding="utf-8") for path in folder.rglob("PROVENANCE*.md"))
    for path in folder.rglob("*"):
        if path.is_file() and path.suffix in {".csv", ".json", ".npz", ".toml"}:
            named = path.name in told or f"{path.parent.name}/" in told
            assert named, f"{path.relative_to(folder)} is not named in a PROVENANCE page"
    assert read_text("gates/gates.csv")
