"""What a catalog holds on a day, for a person."""

from __future__ import annotations

from redline.ground.crs import degrees_text
from redline.messages import Message, Title, msg, render
from redline.report.figures import date_text, number_text
from redline.report.inventory import (
    CoverageStated,
    LayerInForce,
    LayerMissing,
    LayersDocument,
    VersionFound,
)
from redline.report.layout import Sheet, Tone
from redline.report.problem_lines import write_problems

FEW_RULES = 3
"""Rules named of a missing layer, unless the sheet is full."""

REASONS = {
    "not in the catalog": msg("not in the catalog"),
    "no version on this day": msg("no version holds on this day"),
    "cannot be opened": msg("it cannot be opened"),
}


def write_layers(found: LayersDocument, sheet: Sheet, *, quiet: bool) -> None:
    """The layers in force, then what is missing; quietly, what is missing only."""
    write_opening(found, sheet)
    if not quiet:
        sheet.heading(msg("In force ({count})", count=len(found.layers)))
        for layer in found.layers:
            write_layer(layer, found, sheet)
    if found.not_in_force:
        sheet.heading(msg("Not in force on this day ({count})", count=len(found.not_in_force)))
        sheet.line(", ".join(found.not_in_force), indent=2)
    if found.missing:
        sheet.heading(msg("Missing for the rules in force ({count})", count=len(found.missing)))
        for one in found.missing:
            write_missing(one, sheet)
    lacking = [layer for layer in found.layers if layer.missing_columns]
    if lacking:
        sheet.heading(msg("Columns missing for the rules in force ({count})", count=len(lacking)))
        for layer in lacking:
            columns = ", ".join(layer.missing_columns)
            said = msg("{layer}: {columns}", layer=layer.layer, columns=columns)
            sheet.line(sheet.say(said), Tone.OPEN, indent=2, mark="?")


def write_opening(found: LayersDocument, sheet: Sheet) -> None:
    """The catalog, the day, and where layers are complete."""
    heading = msg(
        "{catalog} on {day}: {layers:layer|layers} in force",
        catalog=found.catalog,
        day=date_text(found.as_of, sheet.language),
        layers=len(found.layers),
    )
    sheet.line(sheet.say(heading), Tone.STRONG)
    rules = msg(
        "{rules:rule in force binds|rules in force bind} here; {elsewhere:binds|bind} in other "
        "territories.",
        rules=found.rules,
        elsewhere=found.rules_elsewhere,
    )
    sheet.line(sheet.say(rules))
    complete = msg(
        "Unless a layer says otherwise it is complete {where}, and unknown outside.",
        where=complete_where(found.coverage),
    )
    sheet.line(sheet.say(complete))


def complete_where(coverage: CoverageStated) -> Message | Title:
    """Where a coverage ends."""
    stated = Title(coverage.stated.en, coverage.stated.zh)
    if coverage.extent_degrees is None:
        return stated
    return msg(
        "{stated} ({extent}; {area} km²)",
        stated=stated,
        extent=degrees_text(coverage.extent_degrees),
        area=number_text((coverage.area_m2 or 0.0) / 1e6, 2),
    )


def write_layer(layer: LayerInForce, found: LayersDocument, sheet: Sheet) -> None:
    """A layer: what it is, since when, by which approval, from where, and where it ends."""
    name = msg("{name}: the rules know no such layer", name=layer.layer)
    if layer.title is not None:
        title = Title(layer.title.en, layer.title.zh)
        name = msg("“{title}” ({name})", title=title, name=layer.layer)
    sheet.line(sheet.say(name), Tone.STRONG if layer.rules else Tone.FAINT, indent=2)
    said: list[object] = [days(layer.version, sheet)]
    if layer.version.approval:
        said.append(layer.version.approval)
    if layer.version.accuracy_m is not None:
        said.append(msg("accurate to {metres} m", metres=number_text(layer.version.accuracy_m)))
    said.append(msg("rules that ask for it: {count}", count=len(layer.rules)))
    sheet.line(render(said, sheet.language), indent=4)
    sheet.line(sheet.say(source(layer)), indent=4)
    if layer.coverage != found.coverage:
        where = complete_where(layer.coverage)
        sheet.line(sheet.say(msg("complete {where}", where=where)), indent=4)
    if layer.other_versions:
        others = tuple(days(v, sheet) for v in layer.other_versions)
        sheet.line(sheet.say(msg("other versions: {versions}", versions=others)), indent=4)
    least = ("error", "warning", "note") if sheet.full else ("error", "warning")
    write_problems([p for p in layer.problems if p.severity in least], sheet)


def days(version: VersionFound, sheet: Sheet) -> Message:
    """The days on which a version holds."""
    first = date_text(version.valid_from, sheet.language) if version.valid_from else None
    last = date_text(version.valid_to, sheet.language) if version.valid_to else None
    if first and last:
        return msg("{first} to {last}", first=first, last=last)
    if first:
        return msg("since {first}", first=first)
    if last:
        return msg("until {last}", last=last)
    return msg("on all days")


def source(layer: LayerInForce) -> Message:
    """Where the features come from; or who says that there are none."""
    version = layer.version
    if version.empty:
        if version.stated_by is None:
            return msg("declared empty")
        if version.stated_on is None:
            return msg("declared empty by {who}", who=version.stated_by)
        return msg("declared empty by {who}, {day}", who=version.stated_by, day=version.stated_on)
    return msg(
        "{count:feature|features} from {sources}",
        count=number_text(layer.features),
        sources=version.sources,
    )


def write_missing(one: LayerMissing, sheet: Sheet) -> None:
    """A layer that is not to be had, and which rules ask for it."""
    shown = one.rules if sheet.full else one.rules[:FEW_RULES]
    left = len(one.rules) - len(shown)
    names: tuple[object, ...] = shown
    if left:
        names = (*shown, msg("and {count} more", count=left))
    said = msg(
        "“{title}” ({name}): {reason}; asked by {rules}",
        title=Title(one.title.en, one.title.zh),
        name=one.layer,
        reason=REASONS[one.reason],
        rules=names,
    )
    sheet.line(sheet.say(said), Tone.BAD, indent=2, mark="✗")
    if one.other_versions:
        others = tuple(days(v, sheet) for v in one.other_versions)
        sheet.line(sheet.say(msg("versions: {versions}", versions=others)), indent=4)
    write_problems(one.problems, sheet)
