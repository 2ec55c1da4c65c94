"""Checking submissions: the pipeline from files to findings."""

from redline.checking.check import Options, check

__all__ = ["Options", "check"]
