"""A charter, in; the sealed record of one workstream, kept: nothing leaves it but a release."""
