"""The text of a document, in; proposed statements, each with the characters that prove it, out.

Rules alone, and so the same text gives the same proposals. Who is right, what was agreed and who an
unnamed speaker is are not decided here; a person confirms, corrects or rejects each proposal.
"""

from northwatch.statements.proposals import Claim, Mention, Occasion, Proposal, Said, Span
from northwatch.statements.propose import VERSION, propose
from northwatch.statements.tables import Capacity, Person, Tables, read_tables

__all__ = [
    "VERSION",
    "Capacity",
    "Claim",
    "Mention",
    "Occasion",
    "Person",
    "Proposal",
    "Said",
    "Span",
    "Tables",
    "propose",
    "read_tables",
]
