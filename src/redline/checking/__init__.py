"""Checking submissions: the pipeline from files to findings."""

from redline.checking.check import Options, check, document_of, prepare

__all__ = ["Options", "check", "document_of", "prepare"]
