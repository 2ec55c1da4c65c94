"""The cases of the rules as JUnit XML, which build servers read."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import TYPE_CHECKING, TextIO
from xml.sax.saxutils import escape, quoteattr

from redline.messages import Language, msg, render
from redline.report.layout import printable

if TYPE_CHECKING:
    from redline.casework import CaseReport, CaseResult
    from redline.reasoning.explanation import Step


def write_junit(report: CaseReport, stream: TextIO, language: Language) -> None:
    """Write a suite for each rule and a test for each case and day."""
    stream.write('<?xml version="1.0" encoding="UTF-8"?>\n')
    stream.write(
        f'<testsuites tests="{len(report.results)}" failures="{len(report.failed)}" '
        f'errors="{len(report.diagnostics)}">\n'
    )
    for name, several in groupby(report.results, lambda r: f"{r.rule.pack}.{r.rule.names.key}"):
        write_suite(name, list(several), stream, language)
    stream.write("</testsuites>\n")


def write_suite(name: str, results: list[CaseResult], stream: TextIO, language: Language) -> None:
    failures = sum(not r.passed for r in results)
    stream.write(
        f'  <testsuite name={quoteattr(name)} tests="{len(results)}" failures="{failures}">\n'
    )
    for result in results:
        title = printable(f"{result.title.render(language)} ({result.day})")
        stream.write(f"    <testcase classname={quoteattr(name)} name={quoteattr(title)}")
        if result.passed:
            stream.write("/>\n")
            continue
        difference = msg(
            "expected {expected}, got {got}", expected=result.expected, got=result.got
        ).render(language)
        lines = [result.place.label(), *said(result.explanation, language)]
        if result.derivation is not None:
            lines += derived(result.derivation, language)
        stream.write(f">\n      <failure message={quoteattr(difference)}>")
        stream.write(escape(printable("\n".join(lines))))
        stream.write("</failure>\n    </testcase>\n")
    stream.write("  </testsuite>\n")


def derived(step: Step, language: Language, depth: int = 0) -> list[str]:
    """The steps of a derivation, those on which one rests indented below it."""
    below = [line for p in step.premises for line in derived(p, language, depth + 1)]
    return ["  " * depth + step.sentence.render(language), *below]


def said(explanation: Iterable[object], language: Language) -> list[str]:
    """The lines of an explanation."""
    return [render(line, language) for line in explanation]
