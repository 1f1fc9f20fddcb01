"""Tests of northwatch.events."""
