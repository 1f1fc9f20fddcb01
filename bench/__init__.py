"""Benchmarks: ratios against named contenders, on one input in one run."""
