"""Tests of a workstream: charter, folder, record, people, releases."""
