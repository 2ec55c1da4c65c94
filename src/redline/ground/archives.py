"""Opening a ZIP archive that somebody else packed.

Everything about it is checked before a byte is unpacked: names that lead elsewhere, links,
passwords, archives inside, and sizes. It is unpacked to a folder of its own, with a count of the
bytes that really come out, and the folder is removed afterwards.
"""

from __future__ import annotations

import stat
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from redline.diagnostics import Place, Refusal, refuse
from redline.ground.diagnostics import ArchiveRefused, shortened
from redline.ground.files import not_opened
from redline.messages import Message, msg

NESTED: Final = frozenset(
    {".zip", ".kmz", ".7z", ".rar", ".gz", ".tgz", ".tar", ".bz2", ".xz", ".zst", ".jar"}
)

IGNORED: Final = ("__MACOSX/", ".DS_Store", "Thumbs.db", "desktop.ini")
"""What operating systems leave in archives."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an archive may come to: files, bytes, and how much smaller packing may make it.

    Spaces in a .dbf pack a hundredfold, so the ratio counts from `ratio_from` bytes on only.
    """

    files: int = 10_000
    size: int = 4 * 2**30
    ratio: int = 200
    ratio_from: int = 100 * 2**20


@contextmanager
def unpacked(path: Path, limits: Limits = Limits()) -> Iterator[Path]:
    """A folder with the files of an archive, while the block lasts. Raises `Refusal`."""
    try:
        with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
            members = checked(archive, path, limits)
            left = limits.size
            for member, name in members:
                left -= extract(archive, member, Path(folder, name), path, left)
            yield Path(folder)
    except zipfile.BadZipFile:
        raise refused(path, msg("it is damaged, or no ZIP archive")) from None
    except FileNotFoundError as error:
        if path.exists():
            raise
        raise not_opened(path, error) from None


def checked(
    archive: zipfile.ZipFile, path: Path, limits: Limits
) -> list[tuple[zipfile.ZipInfo, str]]:
    """The files in an archive and their names. Raises `Refusal` for anything that could do harm."""
    members = [m for m in archive.infolist() if not m.is_dir() and not is_ignored(m.filename)]
    if len(members) > limits.files:
        raise refused(path, msg("it holds more than {count:file|files}", count=limits.files))
    total = sum(member.file_size for member in members)
    packed = max(1, sum(member.compress_size for member in members))
    if total > limits.size or (total > limits.ratio_from and total > limits.ratio * packed):
        size = msg(
            "{size} MiB would come out of {packed} KiB", size=total >> 20, packed=packed >> 10
        )
        raise refused(path, size)
    named = [(member, real_name(member)) for member in members]
    for member, name in named:
        reason = harm_in(member, name)
        if reason is not None:
            raise refused(path, reason)
    if len({name.casefold() for _, name in named}) < len(named):
        raise refused(path, msg("two files in it have the same name"))
    return named


def is_ignored(name: str) -> bool:
    return any(part in IGNORED or f"{part}/" in IGNORED for part in PurePosixPath(name).parts)


def real_name(member: zipfile.ZipInfo) -> str:
    """A member's name; Chinese systems write GBK where the format has code page 437."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def harm_in(member: zipfile.ZipInfo, name: str) -> Message | None:
    """Why a member is not to be unpacked; None where nothing speaks against it."""
    shown = shortened(name, 60)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    if name.startswith(("/", "\\")) or ".." in parts or ":" in name or "\x00" in name:
        return msg("the name “{name}” leads out of it", name=shown)
    if "\\" in name:
        return msg("the name “{name}” has backslashes", name=shown)
    if stat.S_ISLNK(member.external_attr >> 16):
        return msg("“{name}” is a link", name=shown)
    if member.flag_bits & 0x1:
        return msg("it is locked with a password")
    if PurePosixPath(name).suffix.casefold() in NESTED:
        return msg("there is an archive inside, “{name}”", name=shown)
    return None


def extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, path: Path, most: int
) -> int:
    """Unpack one file of at most so many bytes; returns how many came out."""
    written = 0
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with archive.open(member) as source, target.open("xb") as sink:
            while chunk := source.read(1 << 20):
                written += len(chunk)
                if written > min(most, member.file_size):
                    raise refused(path, msg("more comes out of it than it says"))
                sink.write(chunk)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        raise refused(path, msg("it is damaged, or packed in an unusual way")) from None
    except OSError:
        reason = msg("“{name}” cannot be unpacked", name=shortened(target.name, 60))
        raise refused(path, reason) from None
    return written


def refused(path: Path, reason: Message) -> Refusal:
    return refuse(ArchiveRefused(place=Place(str(path)), reason=reason))
