"""The rule book as static HTML: every rule with its clause, words, cases and history."""

from redline.report.handbook.contents import Contents, contents_of
from redline.report.handbook.site import MARK, files_of

__all__ = ["MARK", "Contents", "contents_of", "files_of"]
