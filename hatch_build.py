"""What is done when a wheel or an editable install is built: catalogues, and a look at the machine.

Redline itself needs no compiler, but durable-rules, on which it rests, is published as source only.
Where neither a compiler nor durable-rules is there, the build stops with one plain sentence before
pip fails in the middle of a C file. REDLINE_BUILD_ANYWHERE=1 builds all the same, for a wheel that
will be installed on another machine.
"""

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Writes redline.mo beside each redline.po and takes it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue below src/redline/locale."""
        if self.target_name == "wheel" and not os.environ.get("REDLINE_BUILD_ANYWHERE"):
            say_what_is_missing()
        for source in Path(self.root, "src/redline/locale").glob("*/LC_MESSAGES/redline.po"):
            target = source.with_suffix(".mo")
            with source.open("rb") as po, target.open("wb") as mo:
                write_mo(mo, read_po(po))
            build_data["artifacts"].append(str(target.relative_to(self.root)))


def say_what_is_missing() -> None:
    """Stop where durable-rules is neither installed nor can be built."""
    missing = missing_here()
    if missing and not has_engine():
        sys.exit(
            f"\nRedline cannot be installed here: {' and '.join(missing)} missing, with which its "
            "rules engine, durable-rules, is built.\n"
            "  Debian, Ubuntu: apt-get install gcc libc6-dev python3-dev\n"
            "  without the right to install these, or without a network: a bundle built elsewhere, "
            "see docs/how-to/offline.md\n"
        )


def missing_here() -> list[str]:
    """What a C extension needs and this machine has not."""
    compiler = os.environ.get("CC", "").split()[:1] or ["cc", "gcc", "clang", "cl"]
    missing = [] if any(shutil.which(name) for name in compiler) else ["a C compiler is"]
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        missing.append("Python's headers are")
    return missing


def has_engine() -> bool:
    """Whether durable-rules is installed for this interpreter, outside the isolated build."""
    look = "import importlib.util as u, sys; sys.exit(u.find_spec('durable') is None)"
    return subprocess.run([sys.executable, "-I", "-c", look], check=False).returncode == 0
