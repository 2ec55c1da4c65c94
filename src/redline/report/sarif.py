"""Problems as SARIF 2.1.0, which code hosts show beside the lines that they speak of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import PurePath
from typing import TextIO
from urllib.parse import quote

from pydantic import JsonValue

from redline.findings import Problem, ProblemPlace
from redline.messages import Language

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
PAGE = "docs/diagnostics.md"

Object = dict[str, JsonValue]


def write_sarif(problems: Sequence[Problem], stream: TextIO, language: Language) -> None:
    """Write one run with all problems, worded in one language."""
    from importlib.metadata import version

    driver: Object = {
        "name": "redline",
        "version": version("redline"),
        "rules": [rule(code) for code in sorted({p.code for p in problems})],
    }
    run: Object = {
        "tool": {"driver": driver},
        "language": "zh-CN" if language == "zh" else "en",
        "columnKind": "unicodeCodePoints",
        "results": [result(p, language) for p in problems],
    }
    document: Object = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    stream.write(json.dumps(document, ensure_ascii=False, indent=2) + "\n")


def rule(code: str) -> Object:
    """A code and the page that explains it."""
    return {"id": code, "helpUri": f"{PAGE}#{code.lower()}"}


def result(problem: Problem, language: Language) -> Object:
    """One problem: its sentence, then its hint."""
    parts = [problem.message, *([problem.hint] if problem.hint else [])]
    stop = "。" if language == "zh" else ". "
    text = stop.join(p.zh if language == "zh" else p.en for p in parts)
    found: Object = {
        "ruleId": problem.code,
        "level": problem.severity,
        "message": {"text": text},
    }
    if problem.place is not None:
        found["locations"] = [{"physicalLocation": location(problem.place)}]
    return found


def location(place: ProblemPlace) -> Object:
    """A file, and the marked part of a line where there is one."""
    uri = quote(PurePath(place.file).as_posix())
    found: Object = {"artifactLocation": {"uri": uri}}
    if place.line is not None:
        region: Object = {"startLine": place.line}
        if place.column is not None:
            region["startColumn"] = place.column
        if place.end_column is not None:
            region["endColumn"] = place.end_column
        found["region"] = region
    return found
