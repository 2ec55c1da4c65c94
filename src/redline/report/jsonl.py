"""Findings as JSON Lines, for programs that read a large batch one submission at a time.

The first line has `"type": "check"` and what concerns the whole; each submission is one line with
`"type": "submission"`, each problem one with `"type": "problem"`. The fields are those of the
findings document.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TextIO

from redline.findings import FindingsDocument, Problem, SubmissionFindings
from redline.report.json import one_line


def write_jsonl(document: FindingsDocument, stream: TextIO) -> None:
    """Write one line for the check, each submission and each problem."""
    write_check(document, stream)
    for submission in document.submissions:
        write_submission(submission, stream)
    write_problems(document.problems, stream)


def write_check(document: FindingsDocument, stream: TextIO) -> None:
    """The line for the check as a whole."""
    head = document.model_dump(mode="json", by_alias=True, exclude={"submissions", "problems"})
    stream.write(one_line({"type": "check", **head}) + "\n")


def write_submission(submission: SubmissionFindings, stream: TextIO) -> None:
    """The line of a submission."""
    line = {"type": "submission", **submission.model_dump(mode="json", by_alias=True)}
    stream.write(one_line(line) + "\n")


def write_problems(problems: Iterable[Problem], stream: TextIO) -> None:
    """A line for each problem."""
    for problem in problems:
        line = {"type": "problem", **problem.model_dump(mode="json", by_alias=True)}
        stream.write(one_line(line) + "\n")
