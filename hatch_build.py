"""Compiles the message catalogues when a wheel or an editable install is built."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileCatalogues(BuildHookInterface):  # type: ignore[type-arg]
    """Writes redline.mo beside each redline.po and takes it into the wheel."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue below src/redline/locale."""
        for source in Path(self.root, "src/redline/locale").glob("*/LC_MESSAGES/redline.po"):
            target = source.with_suffix(".mo")
            with source.open("rb") as po, target.open("wb") as mo:
                write_mo(mo, read_po(po))
            build_data["artifacts"].append(str(target.relative_to(self.root)))
