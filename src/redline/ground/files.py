"""Opening files that somebody else made."""

from __future__ import annotations

from pathlib import Path

from redline.diagnostics import Place, Refusal, refuse
from redline.ground.diagnostics import FileEmpty, FileMissing, FileNotReadable, TooLarge
from redline.messages import msg


def read_bytes(path: Path, most: int) -> bytes:
    """The content of a file of at most so many bytes. Raises `Refusal`."""
    place = Place(str(path))
    try:
        if path.is_dir():
            raise refuse(FileNotReadable(place=place, reason="it is a folder"))
        with path.open("rb") as stream:
            data = stream.read(most + 1)
    except OSError as error:
        raise not_opened(path, error) from None
    if len(data) > most:
        limit = f"{most // 2**20} MiB"
        raise refuse(TooLarge(place=place, what=msg("the file"), limit=limit))
    if not data:
        raise refuse(FileEmpty(place=place))
    return data


def not_opened(path: Path, error: OSError) -> Refusal:
    """The refusal for a file that the system does not open."""
    place = Place(str(path))
    if isinstance(error, FileNotFoundError):
        return refuse(FileMissing(place=place, path=str(path), neighbours=neighbours(path)))
    return refuse(FileNotReadable(place=place, reason=error.strerror or str(error)))


def neighbours(path: Path) -> list[str]:
    """Names of the files beside a path that leads nowhere; for a did-you-mean."""
    try:
        return [sibling.name for sibling in path.parent.iterdir()][:1000]
    except OSError:
        return []
