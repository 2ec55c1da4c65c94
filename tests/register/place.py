"""A small place whose rules sum approvals by county and year."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from redline.audit.record import Record, check_and_record, write_record
from redline.checking import Options
from redline.diagnostics import Place as Where
from redline.register.entries import Entry
from redline.register.store import Store, open_store
from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook
from tests.checking.test_check import RULES, Place

QUOTA = (
    RULES.replace(
        "    to at most 100 tce per year",
        "    to at most energy_quota",
    )
    .replace(
        "applies when energy_use more than 0 tce per year",
        "applies when energy_use more than 0 tce per year and works is new_build",
    )
    .replace(
        "attribute started_on",
        "attribute energy_quota / 用能指标: energy per year"
        ' "Energy quota" / "用能指标"\nattribute started_on',
    )
    + """
parameter works_cap / 规模上限: energy per year "Cap" / "上限"
  set by "the county" / "县人民政府"
    cites OLD art. 6 before 2026-08-15, NEW art. 6 from 2026-08-15
rule doubled / 倍量替代 "Twice what is used" / "倍量替代"
  applies when works is alteration
  limits 2 * energy_use + total energy_use of approvals in the same year to at most works_cap
  cites OLD art. 6 before 2026-08-15, NEW art. 6 from 2026-08-15
"""
)


class Country(Place):
    """The place, with a quota that the submission may leave open."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        (folder / "rules" / "place.redline").write_text(QUOTA, encoding="utf-8")
        self.check(self.submission("nobody"))  # writes the catalog

    @property
    def book(self) -> RuleBook:
        return load_rulebook([self.folder / "rules"])

    def project(self, name: str, use: str, **manifest: object) -> Path:
        """A project outside the zones."""
        from tests.checking.test_check import box

        attributes = {"works": "new_build", "energy_use": use}
        given = {"attributes": attributes, "geometries": {"permanent": box(500, 50, 510, 60)}}
        return self.submission(name, **(given | manifest))

    def record(self, submission: Path, register: str | None = None) -> Path:
        """The record of a check."""
        options = Options(
            rules=(self.folder / "rules",),
            catalog=self.folder / "catalog.toml",
            register=register,
        )
        _document, record = check_and_record([submission], options)
        path = self.folder / f"{submission.stem}.record.json"
        write_record(record, path)
        return path

    def store(self, where: str) -> Store:
        return open_store(where, self.book, make=True)


def approval(id_: str, day: str, use: str, **more: object) -> Entry:
    """An approval in county C1."""
    return Entry.model_validate(
        {
            "id": id_,
            "decided_on": day,
            "decision": "approved",
            "attributes": {"energy_use": use},
            "areas": {"county": "C1"},
        }
        | more
    )


def enter(store: Store, *entries: Entry) -> None:
    with store.writing() as writer:
        writer.append(entries, lambda entry: Where(entry.id))


def day(text: str) -> date:
    return date.fromisoformat(text)


__all__ = ["Country", "Record", "Sequence", "approval", "day", "enter"]
