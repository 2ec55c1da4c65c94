"""`redline schema`: the published forms."""

from __future__ import annotations

from pathlib import Path

import click

from redline.commands.options import output_option
from redline.commands.styling import Command, Say, language_option
from redline.messages import msg

NAMES = ("findings", "catalog", "submission", "record", "replay", "compare")


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg("Print the JSON Schema of a file format.")

    @click.command("schema", cls=Command, say=say, help=say(summary))
    @click.argument("name", type=click.Choice(NAMES), metavar="|".join(NAMES))
    @output_option(say)
    @language_option(say)
    def schema(name: str, output: Path | None) -> int:
        import json

        from redline.commands.outlet import outlet

        with outlet(output) as stream:
            stream.write(json.dumps(schema_of(name), ensure_ascii=False, indent=2) + "\n")
        return 0

    return schema


def schema_of(name: str) -> dict[str, object]:
    """The JSON Schema of a format, by its name on the command line."""
    if name == "catalog":
        from redline.ground.catalog import catalog_schema

        return {"$schema": DIALECT, **catalog_schema()}
    if name == "record":
        from redline.audit.record import record_schema

        return {"$schema": DIALECT, **record_schema()}
    if name == "replay":
        from redline.audit.replay import replay_schema

        return {"$schema": DIALECT, **replay_schema()}
    if name == "compare":
        from redline.audit.compare import compare_schema

        return {"$schema": DIALECT, **compare_schema()}
    if name == "submission":
        from redline.ground.manifest import Manifest

        return {"$schema": DIALECT, **Manifest.model_json_schema()}
    from redline.findings import findings_schema

    return {"$schema": DIALECT, **findings_schema()}


DIALECT = "https://json-schema.org/draft/2020-12/schema"
