"""Bytes that people call text, in the encodings that Chinese offices use."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from typing import Final

from redline.diagnostics import Diagnostic, Place, refuse
from redline.ground.diagnostics import EncodingDoubtful, EncodingUnknown, FileEmpty, NotText
from redline.messages import Message, msg

LINE_END: Final = re.compile(r"\r\n|\r|\n")

REPLACEMENT: Final = "\ufffd"

SIGNATURES: Final[tuple[tuple[bytes, Message], ...]] = (
    (b"PK\x03\x04", msg("a ZIP archive (or .docx, .xlsx, .kmz)")),
    (b"%PDF", msg("a PDF document")),
    (b"\xd0\xcf\x11\xe0", msg("an old Office document (.doc, .xls)")),
    (b"{\\rtf", msg("a formatted document (RTF)")),
    (b"\x89PNG", msg("an image (PNG)")),
    (b"\xff\xd8\xff", msg("an image (JPEG)")),
    (b"\x00\x00\x27\x0a", msg("a Shapefile")),
    (b"SQLite format 3", msg("a GeoPackage or SQLite database")),
    (b"Rar!", msg("a RAR archive")),
    (b"7z\xbc\xaf", msg("a 7z archive")),
    (b"\x1f\x8b", msg("a gzip archive")),
    (b"AC10", msg("a CAD drawing (DWG)")),
    (b"fgb", msg("a FlatGeobuf file")),
    (b"PAR1", msg("a Parquet file")),
)
"""How binary formats begin that people give a .txt name."""

MARKS: Final[tuple[tuple[bytes, str], ...]] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

DAMAGE_TOLERATED = 0.01
"""The share of unreadable characters up to which a file still counts as text."""


@dataclass(frozen=True, slots=True)
class DecodedText:
    """Text, the encoding it was in, and what was odd about that."""

    text: str
    encoding: str
    diagnostics: tuple[Diagnostic, ...] = ()

    def lines(self) -> list[str]:
        """The lines, whether they end in CRLF, LF or a lone CR."""
        return LINE_END.split(self.text)


def decode_text(data: bytes, file: str, encoding: str | None = None) -> DecodedText:
    """The text of a file: by `encoding` where given, else by mark and content.

    UTF-8 is tried before GB18030 (which includes GBK and GB2312): Chinese text in GBK is hardly
    ever valid UTF-8. Raises `Refusal` for an empty file, for bytes that are no text, and for a
    given encoding that does not fit.
    """
    if not data.strip(b"\x00\x1a \t\r\n"):
        raise refuse(FileEmpty(place=Place(file)))
    if encoding is not None:
        return DecodedText(decoded_as_given(data, file, encoding), encoding)
    for start, what in SIGNATURES:
        if data.startswith(start):
            raise refuse(NotText(place=Place(file), looks_like=what))
    marked = next((name for mark, name in MARKS if data.startswith(mark)), None)
    name = marked or utf16_without_mark(data)
    if name is not None:
        return decoded_as_found(data, file, [name])
    if is_binary(data):
        raise refuse(NotText(place=Place(file)))
    return decoded_as_found(data, file, ["utf-8", "gb18030"])


def decoded_as_given(data: bytes, file: str, encoding: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff").rstrip("\x00\x1a")
    except (LookupError, UnicodeError, ValueError):
        raise refuse(EncodingUnknown(place=Place(file), encoding=encoding)) from None


def decoded_as_found(data: bytes, file: str, names: list[str]) -> DecodedText:
    """Decoded with the first encoding that fits wholly, else with the one that fits best."""
    attempts: list[tuple[int, str, str]] = []
    for name in names:
        text = data.decode(name, errors="replace").rstrip("\x00\x1a")
        damage = text.count(REPLACEMENT)
        if not damage:
            return DecodedText(text, name)
        attempts.append((damage, text, name))
    damage, text, name = min(attempts, key=lambda attempt: attempt[0])
    if damage > max(1, DAMAGE_TOLERATED * len(text)):
        raise refuse(NotText(place=Place(file)))
    lines = [n for n, line in enumerate(LINE_END.split(text), 1) if REPLACEMENT in line]
    doubt = EncodingDoubtful(place=Place(file, line=lines[0]), encoding=name, lines=lines)
    return DecodedText(text, name, (doubt,))


def utf16_without_mark(data: bytes) -> str | None:
    """UTF-16 told by its zero bytes: every second one under digits, commas and line ends."""
    head = data[:4096]
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 10 and even < odd // 10:
        return "utf-16-le"
    if even > len(head) // 10 and odd < even // 10:
        return "utf-16-be"
    return None


def is_binary(data: bytes) -> bool:
    """Whether there are zero bytes, or more control characters than slips of a keyboard."""
    controls = sum(data.count(bytes([c])) for c in range(32) if c not in b"\t\n\x0b\x0c\r\x1a")
    return b"\x00" in data.rstrip(b"\x00\x1a") or controls > 2 + len(data) // 1000
