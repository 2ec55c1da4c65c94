"""Benchmarks: each runs a peer in the same run, checks that both did the same, prints the ratio."""
