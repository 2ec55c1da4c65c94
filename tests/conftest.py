"""What all tests share: the profiles of hypothesis, and the reference data beside the checkout."""

from __future__ import annotations

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings

SHARED = Path(__file__).parents[2] / "shared"

settings.register_profile("default", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "default"))


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder of reference data; a test that asks for it is marked `real_data`."""
    return SHARED


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Where the reference data are absent, skip what needs them."""
    if SHARED.is_dir():
        return
    absent = pytest.mark.skip(reason=f"the reference data are not beside the checkout ({SHARED})")
    for item in items:
        if item.get_closest_marker("real_data"):
            item.add_marker(absent)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Where they are present, a test that needs them and is skipped all the same has failed."""
    report = yield
    if report.skipped and SHARED.is_dir() and item.get_closest_marker("real_data"):
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped although the reference data are present"
    return report
