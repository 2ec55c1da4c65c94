"""`redline layers build`: the store of tiled layers."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from redline.commands.options import output_option, talking_options
from redline.commands.styling import Command, Say, language_option
from redline.diagnostics import refuse
from redline.messages import msg

if TYPE_CHECKING:
    from redline.ground.building import Built, Job
    from redline.ground.plane import Plane
    from redline.ground.store import Store


def command(say: Say) -> click.Command:
    """The command in a language."""
    summary = msg(
        "Cut the layers of the catalog to tiles and store them, so that no check has to wait for "
        "that. Checks do the same for a large layer when they first meet it. What is stored and "
        "has not changed is left alone.\n\n"
        "Exit code 3: the catalog or a source of it cannot be read; else 1: something could not be "
        "stored; else 0."
    )

    @click.command("build", cls=Command, say=say, help=say(summary))
    @click.option(
        "--catalog",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help=say(msg("Catalog of layers; by default catalog.toml here or in a folder above.")),
    )
    @click.option("--anew", is_flag=True, help=say(msg("Also what is stored already.")))
    @click.option(
        "--format",
        "form",
        type=click.Choice(["text", "json"]),
        default="text",
        help=say(msg("Form of the result; text by default.")),
    )
    @output_option(say)
    @talking_options(say)
    @language_option(say)
    def building(
        *,
        catalog: Path | None,
        anew: bool,
        form: str,
        output: Path | None,
        quiet: bool,
        verbose: bool,
    ) -> int:
        from redline.commands.layers.listing import the_catalog
        from redline.commands.outlet import complain, outlet
        from redline.ground.building import jobs_of
        from redline.ground.catalog_diagnostics import PlaneUnknown
        from redline.ground.opening import plane_of_catalog
        from redline.ground.store import default_store

        held = the_catalog(catalog)
        plane, store = plane_of_catalog(held), default_store()
        if plane is None:
            raise refuse(PlaneUnknown())
        found = build_all(jobs_of(held), plane, store, say, quiet=quiet, anew=anew) if store else []
        with outlet(output) as stream:
            if form == "json":
                from redline.report.building import building_document
                from redline.report.json import write_model

                write_model(building_document(found), stream)
            else:
                from redline.report.building import write_built
                from redline.report.layout import Sheet, style_of

                sheet = Sheet(stream, say.language, style_of(stream, os.environ), full=verbose)
                write_built(found, sheet, quiet=quiet)
        unread = [d for one in found if one.state == "cannot be read" for d in one.diagnostics]
        complain(unread, say)
        if unread:
            return 3
        return 1 if store is None or any(one.state == "not stored" for one in found) else 0

    return building


def build_all(
    jobs: tuple[Job, ...], plane: Plane, store: Store, say: Say, *, quiet: bool, anew: bool
) -> list[Built]:
    """Every source built, with progress by the bytes of the sources."""
    from redline.commands.progress import progress
    from redline.ground.building import build

    whole = sum(job.size for job in jobs) or 1
    done = 0
    found: list[Built] = []
    with progress(say, quiet=quiet) as advance:
        for job in jobs:
            advance(msg("Building “{name}”", name=job.name), done / whole)
            found += build((job,), plane, store, anew=anew)
            done += job.size
    return found
