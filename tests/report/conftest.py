"""A browser for the tests that look at pages as people see them."""

from __future__ import annotations

import os
import resource
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="session")
def browser() -> str:
    if resource.getrlimit(resource.RLIMIT_AS)[1] != resource.RLIM_INFINITY:
        pytest.skip("Chromium does not start where the address space is limited")
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("REDLINE_REQUIRE_CHROMIUM"):
        pytest.fail("Chromium is required and not installed")
    return found or pytest.skip("there is no Chromium on this machine")
