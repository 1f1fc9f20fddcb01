"""Tests of northwatch."""
