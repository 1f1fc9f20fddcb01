"""Every table and column of a record, by name, for SQLite and PostgreSQL alike.

All content lies in one table, `item`, whatever its kind: so one condition (`guard.readable`) stands
before all of it. Ids are random; nothing a reader sees is numbered. Instants are milliseconds since
1970, UTC. Nothing that can carry a marking has a unique key but its random id.
"""

from typing import Final

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

ID_LENGTH: Final = 36
_CODE: Final = 64
_HASH: Final = 64

metadata: Final = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
    }
)


def _id(name: str, of: str, *, key: bool = False) -> Column[str]:
    return Column(name, String(ID_LENGTH), ForeignKey(of), primary_key=key, nullable=False)


# --- what a record holds -------------------------------------------------------------------------

# state: current, superseded, removed. review: empty for what needs none, else proposed, confirmed,
# rejected. root: the id of the first version, shared by all. level: place in the charter's levels,
# 0 the lowest. salt: of the entries' digests; erased with the body. party: who first put it in.
item: Final = Table(
    "item",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("root", String(ID_LENGTH), nullable=False, index=True),
    Column("kind", String(_CODE), nullable=False),
    Column("level", Integer, nullable=False),
    Column("caveats", Text, nullable=False, default=""),
    Column("state", String(16), nullable=False),
    Column("review", String(16), nullable=False, default=""),
    Column("superseded_by", String(ID_LENGTH)),
    Column("superseded_ms", BigInteger),
    Column("made_ms", BigInteger, nullable=False),
    Column("made_by", String(ID_LENGTH), nullable=False),
    Column("party", String(_CODE), nullable=False),
    Column("origin", String(16), nullable=False),
    Column("body", Text, nullable=False),
    Column("salt", LargeBinary, nullable=False),
    Index(None, "kind", "state", "made_ms", "id"),
)

# REL TO: the parties that may read an item.
audience: Final = Table(
    "audience",
    metadata,
    _id("item_id", "item.id", key=True),
    Column("party", String(_CODE), primary_key=True),
    Index(None, "party", "item_id"),
)

# By what lists are narrowed: issue, party, person, meeting, ...
tag: Final = Table(
    "tag",
    metadata,
    _id("item_id", "item.id", key=True),
    Column("name", String(_CODE), primary_key=True),
    Column("value", String(255), primary_key=True),
    Index(None, "name", "value", "item_id"),
)

# What an item rests on: the root of another item, under a role.
link: Final = Table(
    "link",
    metadata,
    _id("item_id", "item.id", key=True),
    Column("role", String(_CODE), primary_key=True),
    Column("target", String(ID_LENGTH), primary_key=True, index=True),
)

# Words of an item, folded, for search: no ranking, and so no statistics over what is hidden.
word: Final = Table(
    "word",
    metadata,
    _id("item_id", "item.id", key=True),
    Column("word", String(_CODE), primary_key=True),
    Index(None, "word", "item_id"),
)

# Bytes of an item: a document, a release's file, an import's file.
blob: Final = Table(
    "blob",
    metadata,
    _id("item_id", "item.id", key=True),
    Column("sha256", String(_HASH), nullable=False, index=True),
    Column("media_type", String(255), nullable=False),
    Column("bytes", LargeBinary, nullable=False),
)

# One party's yes to one release's digest.
consent: Final = Table(
    "consent",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    _id("release_id", "item.id"),
    Column("party", String(_CODE), nullable=False),
    Column("member_id", String(ID_LENGTH), nullable=False),
    Column("step", String(16), nullable=False),  # consent, confirm, sign, refuse
    Column("digest", String(_HASH), nullable=False),
    Column("words", Text, nullable=False, default=""),
    Column("t_ms", BigInteger, nullable=False),
    Index(None, "release_id"),
)

# --- the record itself ---------------------------------------------------------------------------

# record_id (random), schema, closed_ms.
fact: Final = Table(
    "fact",
    metadata,
    Column("name", String(_CODE), primary_key=True),
    Column("value", Text, nullable=False),
)

# The charter and its amendments, as signed, newest last.
charter: Final = Table(
    "charter",
    metadata,
    Column("digest", String(_HASH), primary_key=True),
    Column("toml", Text, nullable=False),
    Column("consents", Text, nullable=False),
    Column("t_ms", BigInteger, nullable=False),
)

# The log: one chain; insert only (a trigger refuses the rest). prev and hash are hex SHA-256.
entry: Final = Table(
    "entry",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("prev", String(_HASH), nullable=False),
    Column("hash", String(_HASH), nullable=False),
    Column("by", String(ID_LENGTH), nullable=False),
    Column("act", String(32), nullable=False),
    Column("item_id", String(ID_LENGTH), nullable=False, default="", index=True),
    Column("item_digest", String(_HASH), nullable=False, default=""),
    Column("purpose", Text, nullable=False, default=""),
    Column("t_ms", BigInteger, nullable=False),
)

# --- who may sign in -----------------------------------------------------------------------------

# name: what one types to sign in. roles: words with spaces between. is_head: of the delegation.
member: Final = Table(
    "member",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("name", String(255), nullable=False, unique=True),
    Column("person", String(255), nullable=False),
    Column("party", String(_CODE), nullable=False),
    Column("roles", String(255), nullable=False),
    Column("level", Integer, nullable=False),
    Column("is_head", Boolean, nullable=False, default=False),
    Column("is_example", Boolean, nullable=False, default=False),
    Column("made_by", String(ID_LENGTH), nullable=False),
    Column("t_from_ms", BigInteger, nullable=False),
    Column("t_to_ms", BigInteger),
    Column("password_hash", Text, nullable=False, default=""),
    Column("totp_secret", String(_CODE), nullable=False, default=""),
    Column("totp_last_step", BigInteger, nullable=False, default=0),
)

passkey: Final = Table(
    "passkey",
    metadata,
    Column("credential_id", String(512), primary_key=True),
    _id("member_id", "member.id"),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("label", String(255), nullable=False, default=""),
    Column("made_ms", BigInteger, nullable=False),
)

recovery_code: Final = Table(
    "recovery_code",
    metadata,
    Column("hash", String(_HASH), primary_key=True),
    _id("member_id", "member.id"),
    Column("used_ms", BigInteger),
)

# A member's account at an identity provider: no claim of it but the subject is kept.
provider_account: Final = Table(
    "provider_account",
    metadata,
    Column("issuer", String(2_000), primary_key=True),
    Column("subject", String(255), primary_key=True),
    _id("member_id", "member.id"),
)

# A browser signed in. hash: SHA-256 of the cookie's value. factor_ms: last second factor; none yet:
# an identity provider has vouched for the member, and the login opens nothing.
login: Final = Table(
    "login",
    metadata,
    Column("hash", String(_HASH), primary_key=True),
    _id("member_id", "member.id"),
    Column("made_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("factor_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

# A program's right to read or write here. hash: SHA-256 of the token.
token: Final = Table(
    "token",
    metadata,
    Column("hash", String(_HASH), primary_key=True),
    Column("id", String(ID_LENGTH), nullable=False, unique=True),
    _id("member_id", "member.id"),
    Column("label", String(255), nullable=False, default=""),
    Column("roles", String(255), nullable=False),
    Column("made_ms", BigInteger, nullable=False),
    Column("until_ms", BigInteger, nullable=False),
    Column("used_ms", BigInteger),
    Column("ended_ms", BigInteger),
)

# Failed tries by account and by address, as keyed digests; old rows are thrown away.
failed_try: Final = Table(
    "failed_try",
    metadata,
    Column("id", String(ID_LENGTH), primary_key=True),
    Column("key", String(_HASH), nullable=False, index=True),
    Column("t_ms", BigInteger, nullable=False),
)
