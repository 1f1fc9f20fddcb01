"""Commands that keep a workstream: found, members, keys, backup, restore, close; its log; releases.

One command opens one record. Nothing here acts as a member: what a member does, they do signed in.
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from northwatch.cli.app import JsonOption, app

if TYPE_CHECKING:
    from northwatch.workstreams.folder import Folder
    from northwatch.workstreams.record import Record

workstream = typer.Typer(
    help="Found and keep a workstream: its folder, members, keys, backups.", no_args_is_help=True
)
audit = typer.Typer(help="The log of a record: sign its head, verify it.", no_args_is_help=True)
release = typer.Typer(help="Files of releases: verify and show them.", no_args_is_help=True)
app.add_typer(workstream, name="workstream")
app.add_typer(audit, name="audit")
app.add_typer(release, name="release")

_AFTER = {
    "checkpoint": "What the old one signed stays verifiable.",
    "release": "Others import your releases once their charter trusts it.",
    "login": "Start the server again; everybody's open forms are void.",
    "backup": "Backups made before open with the old halves only.",
}

FolderArgument = Annotated[Path, typer.Argument(help="Folder of the workstream.")]


def opened(path: Path) -> "Record":
    """Return the record in a folder; this command opens no other."""
    from northwatch.workstreams.record import open_record

    with answering():
        return open_record(checked(path))


@contextmanager
def answering() -> Iterator[None]:
    """Say that a record's database does not answer, without where it is or who asks."""
    from sqlalchemy.exc import OperationalError

    from northwatch.errors import RecordError

    try:
        yield
    except OperationalError as error:
        problem = "the record's database does not answer; look whether it runs and its URL is right"
        raise RecordError(problem) from error


def checked(path: Path) -> "Folder":
    """Return a workstream's folder that only its keeper can look into."""
    from northwatch.workstreams.folder import Folder

    folder = Folder(path.absolute())
    folder.check()
    return folder


@workstream.command(epilog="Example: `northwatch workstream found greenland-talks --folder talks`")
def found(
    charter: Annotated[str, typer.Argument(help="A charter's file, or a shipped one by name.")],
    folder: Annotated[Path, typer.Option("--folder", help="Folder to make.")],
    postgresql: Annotated[
        str, typer.Option("--postgresql", help="URL of a database of its own; else an SQLite file.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a workstream's folder, keys and record from its charter."""
    from northwatch.cli.output import out, show_json
    from northwatch.workstreams import example, store
    from northwatch.workstreams import folder as folders

    with tempfile.TemporaryDirectory() as beside:
        file = Path(charter)
        if charter in example.NAMES:
            file = Path(beside) / "charter.toml"
            file.write_text(example.charter_text(charter), encoding="utf-8")
        made = folders.found(file, folder, url=postgresql)
    try:
        with answering():
            store.create_record(made.folder)
    except BaseException:
        shutil.rmtree(made.folder.path)
        raise
    if as_json:
        show_json({"folder": str(folder), "custodian_halves": list(made.halves)})
        return
    for sentence in _charter_in_words(made.folder.charter):
        out.print(sentence)
    out.print(f"\nFounded in {folder}. Make members: `northwatch workstream member {folder} …`")
    _tell_halves(made.halves)


def _tell_halves(halves: tuple[str, str]) -> None:
    from northwatch.cli.output import out

    out.print("Hand each half of the backup key to one custodian; neither is kept here:")
    out.print(f"  first half   {halves[0]}\n  second half  {halves[1]}", soft_wrap=True)


def _charter_in_words(path: Path) -> list[str]:
    from northwatch.workstreams.charter import read_charter

    held = read_charter(path)
    return [f"{held.name}: {held.scope}", *held.in_words()]


@workstream.command()
def show(folder: FolderArgument, as_json: JsonOption = False) -> None:
    """Print a workstream's charter in words, and its members."""
    import polars as pl

    from northwatch.cli.output import out, show_json, show_table
    from northwatch.workstreams.people import all_members

    record = opened(folder)
    words = _charter_in_words(record.folder.charter)
    rows: list[dict[str, Any]] = [
        {"name": m.name, "person": m.person, "party": m.party, "roles": ", ".join(m.roles),
         "level": m.level, "ended": m.t_to_ms is not None}
        for m in all_members(record)
    ]  # fmt: skip
    if as_json:
        show_json({"charter": words, "members": rows})
        return
    for sentence in words:
        out.print(sentence)
    if rows:
        show_table(pl.DataFrame(rows), title="Members")


@workstream.command(
    epilog="Example: `northwatch workstream member talks anna --person 'Anna A' --party GRL "
    "--role note-taker --level PARTIES`"
)
def member(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(help="What they type to sign in.")],
    person: Annotated[str, typer.Option("--person", help="What others call them.")] = "",
    party: Annotated[str, typer.Option("--party", help="Code of their party.")] = "",
    role: Annotated[list[str] | None, typer.Option("--role", help="May be repeated.")] = None,
    level: Annotated[str, typer.Option("--level", help="Highest level they read.")] = "",
    head: Annotated[bool, typer.Option("--head", help="Heads their delegation.")] = False,
    end: Annotated[bool, typer.Option("--end", help="End this membership, now.")] = False,
) -> None:
    """Make a member and print the first password and second factor once; or end one."""
    from northwatch.cli.output import out
    from northwatch.workstreams import people, signin

    record = opened(folder)
    if end:
        with record.writing(even_closed=True) as connection:
            people.end_member(connection, record, people.member_id(connection, name), by="")
        out.print(f"{name} can no longer sign in.")
        return
    new = people.NewMember(
        name=name, person=person or name, party=party, roles=frozenset(role or ["reader"]),
        level=level or record.charter.levels[0], is_head=head,
    )  # fmt: skip
    password, secret = signin.first_password(), signin.new_totp_secret()
    with record.writing() as connection:
        made = people.add_member(connection, record, new, by="")
        signin.set_password(connection, made, password)
        signin.set_totp(connection, made, secret)
        codes = signin.new_recovery_codes(connection, made)
    out.print(f"{new.person} signs in as [bold]{name}[/bold]. Shown once:")
    out.print(f"  password        {password}\n  authenticator   {secret}", soft_wrap=True)
    out.print(f"  recovery codes  {' '.join(codes)}", soft_wrap=True)


@workstream.command(
    epilog="Example: `northwatch workstream provider talks --issuer https://id.example.org "
    "--client talks --address https://talks.example.org`"
)
def provider(
    folder: FolderArgument,
    issuer: Annotated[str, typer.Option("--issuer", help="URL by which it names itself.")] = "",
    client: Annotated[str, typer.Option("--client", help="This server's name there.")] = "",
    address: Annotated[str, typer.Option("--address", help="URL of this server.")] = "",
    end: Annotated[bool, typer.Option("--end", help="Let no provider vouch any more.")] = False,
) -> None:
    """Let an identity provider (OpenID Connect) vouch for members; the client's secret is asked."""
    from northwatch.cli.output import out
    from northwatch.workstreams import keys, settings, signin

    record = opened(folder)
    if end:
        signin.set_provider(record, None)
        out.print("No identity provider vouches for members any more.")
        return
    made = settings.new_provider(issuer=issuer, client_id=client, address=address)
    signin.discover(made)
    secret = typer.prompt("The client's secret", hide_input=True, err=True)
    keys.write_provider_secret(record.folder.keys, secret.strip())
    signin.set_provider(record, made)
    back = made.address.rstrip("/") + signin.BACK
    out.print(f"{made.issuer} answers. Its keeper must allow this address, and no other:")
    out.print(f"  {back}", soft_wrap=True)
    out.print("It sees who signs in here and when. Link members: `northwatch workstream link`.")


@workstream.command(epilog="Example: `northwatch workstream link talks anna 248289761001`")
def link(
    folder: FolderArgument,
    name: Annotated[str, typer.Argument(help="The member's name.")],
    subject: Annotated[str, typer.Argument(help="The account's `sub` at the provider.")] = "",
    end: Annotated[bool, typer.Option("--end", help="End the link.")] = False,
) -> None:
    """Link a member to their account at the identity provider, or end the link."""
    from northwatch.cli.output import out
    from northwatch.errors import ParameterError
    from northwatch.workstreams import people, signin
    from northwatch.workstreams.settings import read_settings

    record = opened(folder)
    known = read_settings(record.folder).provider
    with record.reading() as connection:
        found = people.member_id(connection, name)
    if end:
        signin.unlink(record, found)
        out.print(f"No provider vouches for {name} any more.")
        return
    if known is None:
        allowed = "a folder with a provider; set one with `northwatch workstream provider`"
        raise ParameterError(name="folder", value=str(folder), allowed=allowed)
    signin.link(record, known, found, subject)
    out.print(f"{name} is vouched for as {subject}, and still gives their code here.")


@workstream.command()
def code(
    secret: Annotated[str, typer.Argument(help="The authenticator's secret, base 32.")],
) -> None:
    """Print the six digits that an authenticator with this secret shows now."""
    from northwatch.workstreams.signin import code_now

    typer.echo(code_now(secret))


@workstream.command()
def rotate(
    folder: FolderArgument,
    use: Annotated[str, typer.Argument(help="`checkpoint`, `release`, `login` or `backup`.")],
) -> None:
    """Make a new key; what the old one signed stays verifiable."""
    from northwatch.cli.output import out
    from northwatch.errors import ParameterError
    from northwatch.workstreams import keys

    if use not in {"checkpoint", "release", "login", "backup"}:
        raise ParameterError(name="use", value=use, allowed="checkpoint, release, login, backup")
    record = opened(folder)
    made, halves = "", ("", "")
    with record.writing(even_closed=True) as connection:
        record.enter(connection, "", "rotate key", purpose=use)
        if use == "backup":
            halves = keys.rotate_backup(record.folder.keys, record.clock())
        else:
            made = keys.rotate(record.folder.keys, use, record.clock())  # type: ignore[arg-type]  # looked at above
    out.print(f"The {use} key is new{': ' + made if made else ''}. {_AFTER[use]}")
    if use == "backup":
        _tell_halves(halves)


@workstream.command()
def backup(
    folder: FolderArgument,
    to: Annotated[Path, typer.Option("--to", help="Folder for the encrypted copy.")],
) -> None:
    """Write an encrypted copy of the record; its name and size say little."""
    from northwatch.cli.output import out
    from northwatch.workstreams.backup import back_up

    out.print(f"Backed up to {back_up(opened(folder), to)}", soft_wrap=True)


@workstream.command()
def restore(
    folder: FolderArgument,
    file: Annotated[Path, typer.Argument(help="The encrypted copy.")],
    half: Annotated[list[str], typer.Option("--half", help="A custodian's half; give both.")],
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", help="Checkpoints kept elsewhere.")
    ] = None,
) -> None:
    """Put a backup in its place: the same charter, record and key, or none."""
    from northwatch.cli.output import out
    from northwatch.errors import InputError
    from northwatch.workstreams.backup import restore as restored

    if len(half) != 2:  # noqa: PLR2004 - two halves
        problem = "give both halves of the backup key: --half ONE --half OTHER"
        raise InputError(problem)
    made = restored(checked(folder), file, (half[0], half[1]), checkpoints)
    out.print(f"Restored: {made.entries:,} entries hold together.")
    if made.lost:
        out.print(f"{made.lost} checkpoints are newer than the backup: what came after is lost.")


@workstream.command(
    epilog="Example: `northwatch workstream amend talks signed.toml --consents consents.toml`"
)
def amend(
    folder: FolderArgument,
    charter: Annotated[Path, typer.Argument(help="The new charter's file.")],
    consents: Annotated[
        Path, typer.Option("--consents", help="TOML file: [[consents]] party, person, on, digest.")
    ],
) -> None:
    """Put a new charter in force that every party has consented to; the old one stays."""
    from northwatch.cli.output import out
    from northwatch.workstreams import amending

    digest = amending.amend(opened(folder), charter, amending.read_consents(consents))
    out.print(f"In force: {digest}. Start the server again, and make a backup.", soft_wrap=True)


@workstream.command()
def migrate(folder: FolderArgument) -> None:
    """Bring a record made by an older program to the form that this one knows."""
    from northwatch.cli.output import out
    from northwatch.workstreams.store import migrate_record

    with answering():
        migrate_record(checked(folder))
    out.print("The record's tables have the newest form.")


@workstream.command()
def close(
    folder: FolderArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Close a record: it can be read, and nothing in it changes any more."""
    from northwatch.workstreams.closing import close_record

    _sure("Close the record for good?", yes=yes)
    close_record(opened(folder))


@workstream.command()
def destroy(
    folder: FolderArgument,
    certificate: Annotated[Path, typer.Option("--certificate", help="File for the certificate.")],
    by: Annotated[str, typer.Option("--by", help="Who destroys it, for the certificate.")] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Do it without asking.")] = False,
) -> None:
    """Remove a workstream for good; a signed certificate says when."""
    from northwatch.workstreams.closing import destroy as destroyed

    _sure("Destroy the record, its keys and its copies in this folder for good?", yes=yes)
    destroyed(opened(folder), certificate, by=by)


def _sure(question: str, *, yes: bool) -> None:
    if not yes:
        typer.confirm(question, abort=True, err=True)


@audit.command()
def verify(
    folder: FolderArgument,
    checkpoints: Annotated[
        Path | None, typer.Option("--checkpoints", help="Checkpoints kept elsewhere.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Recompute the chain of entries and hold it to every checkpoint; name the first break."""
    from northwatch.cli.output import out, show_json
    from northwatch.workstreams.checkpoints import verify as verified

    made = verified(opened(folder), checkpoints)
    if as_json:
        show_json({"entries": made.entries, "checkpoints": made.checkpoints, "holds": True})
        return
    out.print(f"The chain holds: {made.entries:,} entries, {made.checkpoints:,} checkpoints.")


@audit.command()
def checkpoint(folder: FolderArgument) -> None:
    """Sign the head of the log for every stroke of the clock since the last one."""
    from northwatch.cli.output import out
    from northwatch.workstreams.checkpoints import write_due

    out.print(f"{len(write_due(opened(folder)))} checkpoints written.")


@release.command(
    name="verify", epilog="Example: `northwatch release verify signed.release --key 3f…`"
)
def verify_release(
    file: Annotated[Path, typer.Argument(help="A release's file.")],
    key: Annotated[
        list[str] | None, typer.Option("--key", help="Public key trusted, hexadecimal.")
    ] = None,
    charter: Annotated[
        Path | None, typer.Option("--charter", help="A charter whose trusted keys are taken.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Verify a release's file and print what it holds; no record is needed."""
    from northwatch.cli.output import out, show_json
    from northwatch.errors import ReleaseError
    from northwatch.workstreams.charter import read_charter
    from northwatch.workstreams.release.file import read_release

    trusted = dict.fromkeys(key or [], "the key given")
    if charter is not None:
        trusted |= {one.key: one.label for one in read_charter(charter).trusted_keys}
    if not file.is_file():
        raise ReleaseError(file=str(file), problem="there is no such file", remedy="Name it anew")
    released = read_release(file.read_bytes(), file=str(file), trusted=trusted)
    if as_json:
        show_json(released.model_dump())
        return
    manifest = released.manifest
    out.print(f"[bold]{manifest.title}[/bold] ({manifest.form})")
    for name in ("issuer", "dated", "audience", "terms"):
        out.print(f"  {name:10}{getattr(manifest, name)}")
    out.print(f"  signed by {released.signer}; digest {released.digest}", soft_wrap=True)
    for line in released.items:
        out.print(f"\n{line.kind}: {line.title}")
        for name, value in line.fields.items():
            if isinstance(value, (str, int, float)):
                out.print(f"  {name:14}{value}", soft_wrap=True)


@release.command()
def key(folder: FolderArgument) -> None:
    """Print the public key by which others verify this workstream's releases."""
    from northwatch.workstreams.keys import read_signing_key

    typer.echo(read_signing_key(checked(folder).keys, "release").public)
