"""Redline checks a proposed development against the rules of the zones that it touches.

    import redline

    answer = redline.check("submission.yaml", catalog="catalog.toml")
    answer.verdict          # of the one submission
    answer.findings         # typed: status, clauses, measurements, what is missing
    answer.evidence()       # a GeoDataFrame of the ground behind them

`redline.api` has the functions; the models of an answer are in `redline.findings`. Nothing is
imported before it is used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from redline.api import Answer, check, explain, fmt, lint, schema, test, translate, verify
    from redline.diagnostics import Diagnostic, Refusal
    from redline.findings import Finding, FindingsDocument, Status, SubmissionFindings, Verdict

__all__ = [
    "Answer",
    "Diagnostic",
    "Finding",
    "FindingsDocument",
    "Refusal",
    "Status",
    "SubmissionFindings",
    "Verdict",
    "check",
    "explain",
    "fmt",
    "lint",
    "schema",
    "test",
    "translate",
    "verify",
]

_HOMES = {
    **dict.fromkeys(("Diagnostic", "Refusal"), "redline.diagnostics"),
    **dict.fromkeys(
        ("Finding", "FindingsDocument", "Status", "SubmissionFindings", "Verdict"),
        "redline.findings",
    ),
}
"""The modules of what is offered here; all else is in `redline.api`."""


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module “redline” has no attribute “{name}”")
    return getattr(import_module(_HOMES.get(name, "redline.api")), name)


def __dir__() -> list[str]:
    return [*globals(), *__all__]
