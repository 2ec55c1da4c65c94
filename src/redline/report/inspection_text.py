"""What is in a file, for a person: each layer, what can be wrong with it, and what it may be."""

from __future__ import annotations

from collections.abc import Iterator

from redline.findings import Bilingual
from redline.ground.crs import degrees_text, extent_text
from redline.messages import Message, Title, msg, render
from redline.report.figures import number_text, quantity_text
from redline.report.inspection import (
    FieldFound,
    FileFound,
    LayerFound,
    LayerSuggested,
)
from redline.report.layout import Sheet, Tone, columns, pad, printable, shorten
from redline.report.problem_lines import write_problems

SHAPES = {
    "polygon": msg("polygons"),
    "multipolygon": msg("polygons of several parts"),
    "line": msg("lines"),
    "multiline": msg("lines of several parts"),
    "point": msg("points"),
    "multipoint": msg("clusters of points"),
    "collection": msg("collections"),
}

KINDS = {
    "text": msg("text"),
    "whole number": msg("whole number"),
    "number": msg("number"),
    "yes or no": msg("yes or no"),
    "date": msg("date"),
    "mixed": msg("mixed"),
    "empty": msg("empty"),
}

ENCODINGS = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8", "gb18030": "GB18030 (GBK)", "utf-16": "UTF-16"}

MOST_SHOWN = 6
"""Values shown of a field that has few, unless the sheet is full."""

MOST_DIFFERENT = 3
"""The same where every feature has another one."""

WIDEST_NAME = 24
WIDEST_VALUE = 40


def write_file(file: FileFound, sheet: Sheet, *, quiet: bool = False) -> None:
    """A file and its layers; quietly, a line for each layer."""
    heading = msg("{file}: {format}", file=file.file, format=title_of(file.format))
    if file.bytes is not None:
        heading = msg("{heading}, {size}", heading=heading, size=size_text(file.bytes))
    if len(file.layers) > 1:
        heading = msg("{heading}, {count:layer|layers}", heading=heading, count=len(file.layers))
    sheet.line(sheet.say(heading), Tone.STRONG)
    for layer in file.layers:
        if quiet:
            sheet.line(f"{layer.name}: {sheet.say(counted(layer))}", indent=2)
            continue
        sheet.blank()
        write_layer(layer, file, sheet)


def size_text(size: int) -> str:
    """Bytes in the unit that suits them."""
    for unit, scale in (("GB", 1e9), ("MB", 1e6), ("KB", 1e3)):
        if size >= scale:
            return f"{size / scale:.3g} {unit}"
    return f"{size} B"


def write_layer(layer: LayerFound, file: FileFound, sheet: Sheet) -> None:
    """Everything about a layer."""
    sheet.line(layer.name, Tone.STRONG)
    said = [
        counted(layer),
        *coordinate_system(layer),
        *place(layer, sheet),
        validity(layer),
        text_encoding(layer),
    ]
    several = len(file.layers) > 1
    if several and layer.name == file.picked:
        said.append(msg("A check takes this layer where none is named."))
    for message in said:
        sheet.line(sheet.say(message), indent=2)
    write_fields(layer, sheet)
    for number, suggestion in enumerate(layer.suggestions):
        entry = catalog_entry(suggestion, file.file, layer.name if several else None, sheet)
        write_suggestion(suggestion, entry if number == 0 else None, sheet)
    if not layer.suggestions:
        sheet.line(sheet.say(msg("No layer of the vocabulary resembles it.")), indent=2)
    if layer.problems:
        sheet.line(sheet.say(msg("To look at:")), indent=2)
        write_problems(layer.problems, sheet)


# --- what there is ----------------------------------------------------------------------------


def counted(layer: LayerFound) -> Message:
    """Features, their kinds and vertices."""
    shapes = tuple(
        msg("{count} {shapes}", count=number_text(count), shapes=SHAPES.get(shape, shape))
        for shape, count in layer.geometry.shapes.items()
    )
    return msg(
        "{count:feature|features}: {shapes}; {vertices:vertex|vertices}",
        count=number_text(layer.features),
        shapes=shapes or msg("none with geometry"),
        vertices=number_text(layer.geometry.vertices),
    )


def coordinate_system(layer: LayerFound) -> Iterator[Message]:
    """The coordinate system, and how it was established."""
    crs = layer.crs
    if crs.basis is None:
        if crs.likely is None:
            yield msg("Coordinate system: not established")
        else:
            likely = title_of(crs.likely)
            yield msg("Coordinate system: not established. {likely}", likely=likely)
        return
    yield msg("Coordinate system: {basis}", basis=title_of(crs.basis))


def place(layer: LayerFound, sheet: Sheet) -> Iterator[Message]:
    """Where it lies and how large it is."""
    geometry = layer.geometry
    if geometry.extent_degrees is not None:
        yield msg("Extent: {extent}", extent=degrees_text(geometry.extent_degrees))
    own = geometry.extent
    if own is not None and own != geometry.extent_degrees:
        yield msg("In its own coordinates: {extent}", extent=extent_text(own))
    if geometry.area_m2 is not None:
        area = quantity_text(geometry.area_m2, "m2", sheet.language)
        yield msg("Area of all features together: {area}", area=area)
    if geometry.length_m is not None:
        length = quantity_text(geometry.length_m, "m", sheet.language)
        yield msg("Length of all features together: {length}", length=length)


def validity(layer: LayerFound) -> Message:
    """Whether the geometry is sound."""
    geometry = layer.geometry
    faults = []
    if geometry.missing:
        faults.append(msg("{count:feature has|features have} none", count=geometry.missing))
    if geometry.invalid and layer.crs.basis is None:
        faults.append(msg("{count:feature is|features are} invalid", count=geometry.invalid))
    elif geometry.invalid:
        faults.append(
            msg(
                "{count:feature is|features are} invalid, of which {mended} can be repaired and "
                "{refused} cannot be used",
                count=geometry.invalid,
                mended=geometry.mended,
                refused=geometry.refused,
            )
        )
    if geometry.repeated:
        faults.append(
            msg("{count:feature repeats|features repeat} an earlier one", count=geometry.repeated)
        )
    if not faults:
        return msg("Geometry: all of it is valid")
    return msg("Geometry: {faults}", faults=tuple(faults))


def text_encoding(layer: LayerFound) -> Message:
    """How its text is encoded."""
    if layer.encoding is None:
        return msg("Text: UTF-8, as the format has it")
    return msg("Text: {encoding}", encoding=ENCODINGS.get(layer.encoding, layer.encoding))


# --- fields -----------------------------------------------------------------------------------


def write_fields(layer: LayerFound, sheet: Sheet) -> None:
    """A line for each field: name, kind, how often it is filled, values."""
    if not layer.fields:
        sheet.line(sheet.say(msg("Fields: none")), indent=2)
        return
    sheet.line(sheet.say(msg("Fields ({count}):", count=len(layer.fields))), indent=2)
    name_room = min(max(columns(printable(f.name)) for f in layer.fields), WIDEST_NAME)
    kind_room = max(columns(sheet.say(KINDS[f.kind])) for f in layer.fields)
    for field in layer.fields:
        name = pad(shorten(field.name, name_room), name_room)
        kind = pad(sheet.say(KINDS[field.kind]), kind_room)
        held = render(holding(field, layer, full=sheet.full), sheet.language)
        sheet.line(held, indent=4, mark=f"{name}  {kind} ")


def holding(field: FieldFound, layer: LayerFound, *, full: bool) -> list[object]:
    """What a field holds."""
    if field.kind == "empty":
        return [msg("no values")]
    said: list[object] = []
    if field.meaning is not None:
        said.append(title_of(field.meaning))
    if field.filled < layer.features:
        said.append(msg("{filled} of {all} filled", filled=field.filled, all=layer.features))
    if field.distinct == field.filled > 1:
        said.append(msg("a different value in each feature"))
    elif not field.every:
        said.append(msg("{count} values", count=field.distinct))
    if field.least is not None and field.distinct > 1:
        said.append(f"{field.least} … {field.greatest}")
    else:
        said += values_shown(field, full=full)
    return said


def values_shown(field: FieldFound, *, full: bool) -> list[object]:
    """The values that are shown, each with how often it occurs where that says something."""
    counted_ones = field.every and any(value.count > 1 for value in field.values)
    most = MOST_SHOWN if counted_ones else MOST_DIFFERENT
    most = len(field.values) if full else most
    shown: list[object] = [
        f"“{shorten(value.value, WIDEST_VALUE)}”" + (f" ({value.count})" if counted_ones else "")
        for value in field.values[:most]
    ]
    left = field.distinct - len(shown)
    return [*shown, msg("and {count} more", count=left)] if left else shown


# --- suggestions ------------------------------------------------------------------------------


def write_suggestion(suggestion: LayerSuggested, entry: Iterator[str] | None, sheet: Sheet) -> None:
    """What a layer may be, with the entry for a catalog where there is one."""
    said = msg(
        "May be “{title}” ({name}): {because}.",
        title=title_of(suggestion.title),
        name=suggestion.layer,
        because=title_of(suggestion.because),
    )
    sheet.line(sheet.say(said), Tone.FAINT if entry is None else Tone.GOOD, indent=2)
    for line in entry or ():
        sheet.line(line, Tone.FAINT, indent=4)


def catalog_entry(
    suggestion: LayerSuggested, path: str, layer: str | None, sheet: Sheet
) -> Iterator[str]:
    """Lines for catalog.toml; what needs a person is a comment."""
    yield "[[layer]]"
    yield f"name = {quoted(suggestion.layer)}"
    yield f"path = {quoted(path)}"
    if layer is not None:
        yield f"layer = {quoted(layer)}"
    if suggestion.columns:
        yield "[layer.fields]"
    for column in suggestion.columns:
        others = ", ".join(map(quoted, column.others))
        doubt = sheet.say(msg("   # or {others}?", others=others)) if others else ""
        yield f"{column.column} = {quoted(column.field)}{doubt}"
    for name in suggestion.missing:
        yield sheet.say(msg("# {column}: no field resembles it", column=name))
    for column in suggestion.columns:
        if not column.values:
            continue
        yield f"[layer.values.{column.column}]"
        for value, code in column.values.items():
            match code:
                case None:
                    yield sheet.say(msg("# {value} = what does it mean?", value=quoted(value)))
                case bool():
                    yield f"{quoted(value)} = {'true' if code else 'false'}"
                case str():
                    yield f"{quoted(value)} = {quoted(code)}"


def quoted(text: str) -> str:
    """A TOML string."""
    escaped = printable(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def title_of(text: Bilingual) -> Title:
    """A text of the document as a value of a message."""
    return Title(text.en, text.zh)
