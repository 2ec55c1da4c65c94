"""What reports take beyond the check: python -m bench.reports.

The report of one project of the example, in each form; and the HTML of a batch of 1,000
submissions, which are those of the example over and over, each under its own number.
"""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import cycle, islice
from pathlib import Path

from redline.checking import Options, document_of, prepare
from redline.checking.derivations import GRAVE, with_derivations
from redline.checking.surroundings import surroundings_of
from redline.findings import FindingsDocument
from redline.report.docx import write_docx
from redline.report.gpkg import write_gpkg
from redline.report.html import write_html
from redline.report.xlsx import write_xlsx

EXAMPLE = Path(__file__).parents[1] / "examples" / "lianping"
BATCH = 1000


def html(document: FindingsDocument) -> int:
    """The size of the HTML report, bytes."""
    stream = io.StringIO()
    write_html(document, stream, "zh")
    return len(stream.getvalue().encode())


def binary(write: Callable[..., None]) -> Callable[[FindingsDocument], int]:
    """The size of another report, bytes."""

    def size(document: FindingsDocument) -> int:
        stream = io.BytesIO()
        write(document, stream, "zh")
        return len(stream.getvalue())

    return size


def told(what: str, work: Callable[[], int]) -> None:
    """A row: what, seconds, size."""
    start = time.perf_counter()
    size = work()
    print(f"| {what} | {time.perf_counter() - start:.2f} | {size / 1e6:.2f} |", flush=True)


def main() -> None:
    """Print a table of seconds and megabytes."""
    options = Options(catalog=EXAMPLE / "catalog.toml", way_out=True)
    submissions = sorted((EXAMPLE / "submissions").glob("*.yaml"))
    task = prepare([EXAMPLE / "submissions" / "02_food_works.yaml"], options)
    one = document_of(task)
    print("| report | s | MB |\n|---|---:|---:|")
    full: list[FindingsDocument] = []
    told("derivations of one check", lambda: full.append(with_derivations(task, one, GRAVE)) or 0)
    told("zones around one check", lambda: len(surroundings_of(task, one)) * 0)
    told("HTML of one check", lambda: html(full[0]))
    told("Word of one check", lambda: binary(write_docx)(full[0]))
    told("Excel of one check", lambda: binary(write_xlsx)(full[0]))
    told("GeoPackage of one check", lambda: binary(write_gpkg)(full[0]))
    few = document_of(prepare(submissions, options))
    many = few.model_copy(
        update={
            "submissions": tuple(
                submission.model_copy(update={"id": f"{submission.id}-{number}"})
                for number, submission in enumerate(islice(cycle(few.submissions), BATCH))
            )
        }
    )
    told(f"HTML of {BATCH} submissions", lambda: html(many))


if __name__ == "__main__":
    main()
