"""The account of the catalogue: every row is there, and what it names exists."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
from tools.coverage import PAGE, Account, Row, faults, names_in, read_table, rows_of

from redline.rulebook.load import load_rulebook
from redline.rulebook.model import RuleBook


@pytest.fixture(scope="module")
def book() -> RuleBook:
    return load_rulebook()


def test_every_name_in_the_account_is_in_the_rule_book(book: RuleBook):
    names = names_in(book)
    missing = {n for account in read_table().values() for n in account.names} - names
    assert not missing


def test_the_page_shows_every_row_of_the_account_as_it_stands():
    shown = dict(re.findall(r"^\| (\S+) \| ([a-z ]+) \|", PAGE.read_text(encoding="utf-8"), re.M))
    shown.pop("row", None)
    assert (
        shown.items()
        >= {
            name: account.became.replace("_", " ") for name, account in read_table().items()
        }.items()
    )


def test_what_is_not_executable_says_why_and_is_less_than_a_seventh():
    table = read_table()
    reasons = [a.where for a in table.values() if a.became == "not_executable"]
    assert all(len(reason.split()) >= 4 for reason in reasons)
    assert len(reasons) / len(table) < 0.15


@pytest.mark.real_data
def test_each_row_of_both_catalogues_is_accounted_for(book: RuleBook, shared: Path):
    rows = rows_of(shared / "law" / "clauses.csv")
    requirements = rows_of(shared / "seeds" / "requirements.csv")
    assert (len(rows), len(requirements)) == (320, 151)
    assert list(faults([*rows, *requirements], read_table(), book)) == []


def test_a_row_that_is_missing_a_name_that_is_not_there_and_a_wrong_article_are_found(
    book: RuleBook,
):
    row = Row("X-1", ("中华人民共和国长江保护法", 26, 0))
    right = Account("rule", "no_new_chemical_project", "")
    assert list(faults([row], {"X-1": right}, book)) == []
    assert list(faults([row], {}, book)) == ["X-1: not accounted for"]
    for where, fault in (
        ("no_new_chemical_projects", "the rule book has no no_new_chemical_projects"),
        ("no_outfall_in_protection_area", "cites its article"),
        ("", "nothing is named"),
    ):
        found = list(faults([row], {"X-1": dataclasses.replace(right, where=where)}, book))
        assert any(fault in line for line in found)
    assert list(faults([], {"X-1": right}, book)) == ["X-1: no such row"]
