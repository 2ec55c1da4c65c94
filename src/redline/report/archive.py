"""Office files whose bytes depend on what they say, and not on when they were written."""

from __future__ import annotations

import io
import re
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The first moment that a ZIP archive can name."""

STAMP = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def settled(archive: bytes) -> bytes:
    """The same archive, its members in their order, with no time of writing in it."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as before,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as after,
    ):
        for member in before.infolist():
            content = before.read(member)
            if member.filename == "docProps/core.xml":
                content = STAMP.sub(b"", content)
            entry = zipfile.ZipInfo(member.filename, EPOCH)
            entry.external_attr = 0o600 << 16
            after.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return written.getvalue()
