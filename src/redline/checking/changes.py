"""What a resubmission changed: two findings documents compared, submission by submission."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Final

from pydantic import ValidationError

from redline import findings as f
from redline.diagnostics import Diagnostic, Place, refuse
from redline.messages import Message, msg

LARGEST_FILE: Final = 512 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadablePrevious(Diagnostic):
    """The findings of an earlier check cannot be read."""

    code: ClassVar[str] = "RL625"
    reason: Message | str

    @property
    def message(self) -> Message:
        return msg("the earlier findings cannot be read: {reason}", reason=self.reason)

    @property
    def hint(self) -> Message:
        return msg("Give the JSON that an earlier check wrote with --format json, or its record.")


@dataclass(frozen=True)
class Previous:
    """The findings of an earlier check, and the digest by which they are named."""

    document: f.FindingsDocument
    digest: str


def read_previous(path: Path) -> Previous:
    """Earlier findings: a findings document, or a record that holds one. Raises `Refusal`."""
    place = Place(str(path))
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise refuse(UnreadablePrevious(place=place, reason=msg("the file is too large")))
        data = path.read_bytes()
        value = json.loads(data)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise refuse(UnreadablePrevious(place=place, reason=reason)) from None
    except (ValueError, RecursionError):
        raise refuse(UnreadablePrevious(place=place, reason=msg("it is not JSON"))) from None
    if isinstance(value, dict) and isinstance(value.get("findings"), dict):
        digest = value.get("digest")
        value = value["findings"]
    else:
        digest = value.get("record_digest") if isinstance(value, dict) else None
    try:
        document = f.FindingsDocument.model_validate_json(json.dumps(value))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise refuse(UnreadablePrevious(place=place, reason=f"{key}: {first['msg']}")) from None
    named = digest if isinstance(digest, str) else hashlib.sha256(data).hexdigest()
    return Previous(document, named)


def compared(document: f.FindingsDocument, previous: Previous) -> f.FindingsDocument:
    """A document in which each submission says what changed since the one of its id before."""
    before = {s.id: s for s in previous.document.submissions}
    return document.model_copy(
        update={
            "submissions": tuple(
                s.model_copy(
                    update={
                        "compared": f.Changes(
                            record_digest=previous.digest,
                            changes=tuple(changes(before[s.id].findings, s.findings)),
                        )
                    }
                )
                if s.id in before
                else s
                for s in document.submissions
            )
        }
    )


def changes(before: tuple[f.Finding, ...], after: tuple[f.Finding, ...]) -> Iterator[f.Change]:
    """The findings whose status differs, in the order of those after; then those that are gone."""
    known = {key_of(x): x for x in before}
    for finding in after:
        old = known.pop(key_of(finding), None)
        if old is None or old.status is not finding.status:
            yield f.Change(
                rule=finding.rule,
                for_each=finding.for_each,
                before=old.status if old else None,
                after=finding.status,
            )
    for gone in known.values():
        yield f.Change(rule=gone.rule, for_each=gone.for_each, before=gone.status, after=None)


def key_of(finding: f.Finding) -> tuple[str, str | None]:
    """What tells findings of one submission apart."""
    return finding.rule, finding.for_each.value if finding.for_each else None
