"""The mark and the colour of each status, the same wherever it is shown."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from redline.findings import Status, Verdict
from redline.report.layout import Tone

TONES: Mapping[Status, Tone] = MappingProxyType(
    {
        Status.VIOLATED: Tone.BAD,
        Status.CONDITIONAL: Tone.OWED,
        Status.EXCUSED: Tone.OWED,
        Status.UNDETERMINED: Tone.OPEN,
        Status.COMPLIES: Tone.GOOD,
        Status.NOT_APPLICABLE: Tone.FAINT,
    }
)

MARKS: Mapping[Status, str] = MappingProxyType(
    {
        Status.VIOLATED: "✗",
        Status.CONDITIONAL: "!",
        Status.EXCUSED: "!",
        Status.UNDETERMINED: "?",
        Status.COMPLIES: "✓",
        Status.NOT_APPLICABLE: "-",
    }
)

GRAVEST: Mapping[Verdict, Status] = MappingProxyType(
    {
        Verdict.NON_COMPLIANT: Status.VIOLATED,
        Verdict.UNDETERMINED: Status.UNDETERMINED,
        Verdict.CONDITIONAL: Status.CONDITIONAL,
        Verdict.COMPLIANT: Status.COMPLIES,
    }
)
"""The status whose mark and colour a verdict takes."""
