"""Findings as JSON Lines, for programs that read a large batch one submission at a time.

The first line has `"type": "check"` and what concerns the whole; each submission is one line with
`"type": "submission"`, each problem one with `"type": "problem"`. The fields are those of the
findings document.
"""

from __future__ import annotations

from typing import TextIO

from redline.findings import FindingsDocument
from redline.report.json import one_line


def write_jsonl(document: FindingsDocument, stream: TextIO) -> None:
    """Write one line for the check, each submission and each problem."""
    head = document.model_dump(mode="json", by_alias=True, exclude={"submissions", "problems"})
    stream.write(one_line({"type": "check", **head}) + "\n")
    for submission in document.submissions:
        line = {"type": "submission", **submission.model_dump(mode="json", by_alias=True)}
        stream.write(one_line(line) + "\n")
    for problem in document.problems:
        line = {"type": "problem", **problem.model_dump(mode="json", by_alias=True)}
        stream.write(one_line(line) + "\n")
