"""The parts of a Shapefile beside its geometry: companions, .prj, and the encoding of its .dbf.

A .dbf does not reliably say how its text is encoded: the .cpg is missing, or wrong. So the bytes
decide: UTF-8 if they are that, else GB18030 (which includes GBK). Field names have ten bytes and
values their field's width, so either may end within a character; that is no sign of damage.
"""

from __future__ import annotations

import codecs
import mmap
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.crs import LONGEST_STATEMENT, StatedCrs
from redline.ground.diagnostics import (
    CompanionMissing,
    EncodingByContent,
    EncodingDoubtful,
    ReadingRemark,
)
from redline.ground.formats.layers import Column, column
from redline.messages import msg

SAMPLE: Final = 20_000
"""Values with characters beyond ASCII that are looked at, per field."""

CODE_PAGES: Final = {
    "65001": "utf-8",
    "936": "gb18030",
    "cp936": "gb18030",
    "gbk": "gb18030",
    "gb2312": "gb18030",
    "ansi 936": "gb18030",
    "950": "big5",
    "932": "cp932",
    "949": "cp949",
}
"""Names in .cpg files that Python spells otherwise, or that mean more than they say."""

LANGUAGE_DRIVERS: Final = {0x4D: "gb18030", 0x7A: "gb18030", 0x4F: "big5", 0x78: "big5"}
"""Language bytes of a .dbf header that are written on purpose."""

SEVERAL_BYTES: Final = frozenset({"utf-8", "gb18030", "big5", "cp932", "cp949", "euc_jp", "euc_kr"})
"""Encodings in which bytes at random do not fit; fitting one is evidence."""


def companion(path: Path, suffix: str) -> Path | None:
    """The file beside a Shapefile with another ending, in whatever case."""
    for candidate in (path.with_suffix(suffix), path.with_suffix(suffix.upper())):
        if candidate.is_file():
            return candidate
    return None


def require_companions(path: Path) -> list[Diagnostic]:
    """Refuse a Shapefile without .shx; a missing .dbf is a warning."""
    if companion(path, ".shx") is None:
        raise refuse(CompanionMissing(place=Place(str(path)), companion=".shx"))
    if companion(path, ".dbf") is None:
        remark = msg("The Shapefile has no .dbf file, so its features have no attributes.")
        return [ReadingRemark(place=Place(str(path)), remark=remark)]
    return []


def stated_by_prj(path: Path) -> StatedCrs | None:
    """What the .prj says; None where there is none or it is blank."""
    prj = companion(path, ".prj")
    if prj is None:
        return None
    with prj.open("rb") as stream:
        data = stream.read(LONGEST_STATEMENT + 1)
    text = data.decode("utf-8-sig", errors="replace").strip("\x00 \t\r\n")
    return StatedCrs(text, msg("its .prj file")) if text else None


# --- the encoding -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TextEncoding:
    """How the text of a .dbf is encoded, and what is to be said about that."""

    name: str
    diagnostics: tuple[Diagnostic, ...] = ()


def dbf_encoding(path: Path) -> TextEncoding:
    """The encoding of the .dbf of a Shapefile: by its .cpg where the bytes agree, else by them."""
    dbf = companion(path, ".dbf")
    if dbf is None:
        return TextEncoding("utf-8")
    stated = stated_encoding(path, dbf)
    texts = list(texts_beyond_ascii(dbf))
    place = Place(str(path))
    if not texts:
        return TextEncoding("utf-8")
    if stated is not None and stated not in SEVERAL_BYTES and not fits(texts, "utf-8"):
        return TextEncoding(stated)
    candidates = [stated] if stated in SEVERAL_BYTES else []
    for name in [*candidates, "utf-8", "gb18030"]:
        if name is not None and fits(texts, name):
            if name == stated:
                return TextEncoding(name)
            if stated is not None:
                doubt = EncodingDoubtful(place=place, encoding=shown(name), stated=shown(stated))
                return TextEncoding(name, (doubt,))
            return TextEncoding(name, (EncodingByContent(place=place, encoding=shown(name)),))
    name = max(("gb18030", "utf-8"), key=lambda name: sum(fits([text], name) for text in texts))
    return TextEncoding(name, (EncodingDoubtful(place=place, encoding=shown(name)),))


def shown(encoding: str) -> str:
    """An encoding as people write it."""
    return {"utf-8": "UTF-8", "gb18030": "GB18030 (GBK)"}.get(encoding, encoding)


def stated_encoding(path: Path, dbf: Path) -> str | None:
    """The encoding that the .cpg, or else the header of the .dbf, names; None if it means none."""
    cpg = companion(path, ".cpg")
    if cpg is not None:
        with cpg.open("rb") as stream:
            text = stream.read(64).decode("ascii", errors="ignore").strip("\x00 \t\r\n\"'")
        name = CODE_PAGES.get(text.casefold().removeprefix("ansi "), text)
        try:
            return {"gbk": "gb18030", "gb2312": "gb18030"}.get(
                known := codecs.lookup(name).name, known
            )
        except (LookupError, ValueError):
            return None
    with dbf.open("rb") as stream:
        header = stream.read(32)
    return LANGUAGE_DRIVERS.get(header[29]) if len(header) == 32 else None


def texts_beyond_ascii(dbf: Path) -> Iterator[bytes]:
    """Field names and values (a sample) that have bytes beyond ASCII."""
    with dbf.open("rb") as stream:
        header = stream.read(32)
        if len(header) < 32:
            return
        count, start, width = struct.unpack_from("<IHH", header, 4)
        fields = stream.read(max(0, start - 32))
        size = dbf.stat().st_size
        count = min(count, max(0, size - start) // width) if width else 0
        spans: list[tuple[int, int]] = []
        offset = 1
        for i in range(0, len(fields) - 31, 32):
            descriptor = fields[i : i + 32]
            if descriptor[0] == 0x0D:
                break
            name = descriptor[:11].partition(b"\x00")[0]
            if not name.isascii():
                yield name
            if descriptor[11:12] == b"C":
                spans.append((offset, min(offset + descriptor[16], width)))
            offset += descriptor[16]
        if not count or not spans:
            return
        with mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as content:
            yield from values_beyond_ascii(content, count, start, width, spans)


def values_beyond_ascii(
    content: mmap.mmap, count: int, start: int, width: int, spans: Iterable[tuple[int, int]]
) -> Iterator[bytes]:
    """Values with bytes beyond ASCII, up to a sample from each field."""
    records = np.frombuffer(content, np.uint8, count * width, start).reshape(count, width)
    try:
        for first, last in spans:
            found = np.flatnonzero((records[:, first:last] >= 0x80).any(axis=1))
            step = max(1, len(found) // SAMPLE)
            for cell in records[found[::step], first:last]:
                yield cell.tobytes().rstrip(b" \x00")
    finally:
        del records


def fits(texts: Iterable[bytes], encoding: str) -> bool:
    """Whether all texts are valid in an encoding, but for a character cut off at their end."""
    try:
        for text in texts:
            codecs.getincrementaldecoder(encoding)("strict").decode(text, final=False)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


# --- decoding ---------------------------------------------------------------------------------


def decoded(text: str, encoding: str) -> str:
    """Text that was read byte by byte (as Latin-1), in its encoding, without a cut-off tail."""
    if text.isascii():
        return text
    data = text.encode("latin-1", errors="replace")
    try:
        return codecs.getincrementaldecoder(encoding)("strict").decode(data, final=False)
    except UnicodeDecodeError:
        return data.decode(encoding, errors="replace")


def decoded_column(values: Column, encoding: str) -> Column:
    """A column with its texts decoded; equal texts once."""
    known: dict[str, str] = {}
    result: list[object] = []
    for value in values.tolist():
        if not isinstance(value, str):
            result.append(value)
            continue
        if value not in known:
            known[value] = decoded(value, encoding)
        result.append(known[value])
    return column(result)
