"""Running the pieces of a replay: in this process, in several, or on a Dask cluster.

The results of a piece are written as soon as they are there, under a name that the piece itself
gives; a replay that was interrupted finds them and goes on. When all are there they are put in the
order of the entries and written once.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent import futures
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pyarrow as pa
import pyarrow.parquet as pq

from redline.audit.bench import LOCK, Setup, bench_of, judge_decisions
from redline.audit.diagnostics import ClusterNotReached, ResultsNotWritable, ResultsOfAnother
from redline.audit.judging import Names, tables_of
from redline.audit.pieces import Piece
from redline.diagnostics import Place, refuse
from redline.messages import Message, msg

if TYPE_CHECKING:
    from redline.rulebook.model import RuleBook

Advance = Callable[[Message, float], None]

ATTEMPTS: Final = 3
"""So often a process that died is replaced before the replay is given up."""

ROWS: Final = 65_536
"""Rows of a row group of the results."""

DECISIONS, BREACHES, JOB, PARTS = "decisions.parquet", "breaches.parquet", "job.json", "parts"


def judge_piece(key: str, setup: Setup, piece: Piece) -> tuple[bytes, bytes]:
    """The results of a piece as Arrow streams; in whichever process this is called."""
    with LOCK:
        bench = bench_of(key, setup)
        kept = bench.store.entries_of(piece.seqs)
        judged = judge_decisions(bench, piece.day, kept)
        tables = tables_of(judged, kept, bench, NAMES.setdefault(key, Names(bench.book)))
    return stream_of(tables.decisions), stream_of(tables.breaches)


NAMES: dict[str, Names] = {}


def stream_of(table: pa.Table) -> bytes:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    return bytes(sink.getvalue())


# ── results on disk ─────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class Results:
    """The folder of a replay's results."""

    folder: Path

    @property
    def parts(self) -> Path:
        return self.folder / PARTS

    def begin(self, key: str, *, anew: bool) -> None:
        """Make the folder, or go on in it. Raises `Refusal` if it holds another replay."""
        job = self.folder / JOB
        try:
            if anew and self.folder.exists():
                for name in (DECISIONS, BREACHES, JOB):
                    (self.folder / name).unlink(missing_ok=True)
                shutil.rmtree(self.parts, ignore_errors=True)
            self.parts.mkdir(parents=True, exist_ok=True)
            if job.exists():
                held = json.loads(job.read_text(encoding="utf-8")).get("key")
                if held != key:
                    raise refuse(ResultsOfAnother(place=Place(str(self.folder))))
            else:
                whole(job, json.dumps({"key": key}).encode() + b"\n")
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise refuse(ResultsNotWritable(place=Place(str(self.folder)), reason=reason)) from None

    @property
    def done(self) -> bool:
        """Whether the results are complete."""
        return (self.folder / DECISIONS).exists() and (self.folder / BREACHES).exists()

    def has(self, piece: Piece) -> bool:
        """Whether the results of a piece are there."""
        return (self.parts / f"{piece.name}.decisions").exists()

    def keep(self, piece: Piece, results: tuple[bytes, bytes]) -> None:
        """Write the results of a piece; the decisions last: they say that both are there."""
        try:
            whole(self.parts / f"{piece.name}.breaches", results[1])
            whole(self.parts / f"{piece.name}.decisions", results[0])
        except OSError as error:
            reason = error.strerror or str(error)
            raise refuse(ResultsNotWritable(place=Place(str(self.folder)), reason=reason)) from None

    def finish(self, pieces: Sequence[Piece], book: RuleBook) -> None:
        """Put the results of all pieces in order, and write them once."""
        schemas = Names(book).schema()
        names = ((BREACHES, "breaches", schemas[1]), (DECISIONS, "decisions", schemas[0]))
        for name, ending, schema in names:
            tables = [self.read(f"{piece.name}.{ending}") for piece in pieces]
            found = pa.concat_tables(tables or [schema.empty_table()]).combine_chunks()
            keys = [("seq", "ascending")]
            keys += [("rule", "ascending")] if ending == "breaches" else []
            ordered = found.take(pa.compute.sort_indices(words_as_text(found), sort_keys=keys))
            part = self.folder / f".{name}.part"
            pq.write_table(ordered, part, row_group_size=ROWS, compression="zstd")
            part.replace(self.folder / name)
        shutil.rmtree(self.parts, ignore_errors=True)

    def read(self, name: str) -> pa.Table:
        """A part."""
        with pa.memory_map(str(self.parts / name)) as source:
            return pa.ipc.open_stream(source).read_all()


def words_as_text(table: pa.Table) -> pa.Table:
    """The columns to sort by, words as text."""
    if "rule" not in table.column_names:
        return table.select(["seq"])
    return table.select(["seq"]).append_column("rule", table["rule"].cast(pa.string()))


def whole(path: Path, data: bytes) -> None:
    """Write a file that is there whole or not at all."""
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    part.replace(path)


# ── running ─────────────────────────────────────────────────────────────────────────────────────


def run_pieces(
    key: str,
    setup: Setup,
    pieces: Sequence[Piece],
    results: Results,
    advance: Advance,
    *,
    workers: int,
    scheduler: str | None,
) -> None:
    """Judge the pieces whose results are not there yet. Raises `Refusal`."""
    left = [piece for piece in pieces if not results.has(piece)]
    all_ = sum(len(piece.seqs) for piece in pieces)
    done = all_ - sum(len(piece.seqs) for piece in left)
    for piece, found in judged_pieces(key, setup, left, workers=workers, scheduler=scheduler):
        results.keep(piece, found)
        done += len(piece.seqs)
        advance(msg("Replaying decisions: {done} of {all}", done=done, all=all_), done / all_)


Tables = tuple[bytes, bytes]
"""The two tables of a piece, as Arrow streams."""

Found = tuple[Piece, Tables]

Finished = set[Future[Tables]]


def judged_pieces(
    key: str, setup: Setup, pieces: Sequence[Piece], *, workers: int, scheduler: str | None
) -> Iterator[Found]:
    """Each piece with its results, as they come."""
    if scheduler is not None:
        yield from on_cluster(key, setup, pieces, scheduler)
    elif workers > 1 and len(pieces) > 1:
        yield from in_processes(key, setup, pieces, min(workers, len(pieces)))
    else:
        for piece in pieces:
            yield piece, judge_piece(key, setup, piece)


def in_processes(key: str, setup: Setup, pieces: Sequence[Piece], workers: int) -> Iterator[Found]:
    """The pieces by several processes of this machine; one that dies is replaced."""
    left = {piece.name: piece for piece in pieces}
    for attempt in range(ATTEMPTS):
        pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"))
        try:
            for piece, found in as_they_come(
                partial(submit_to, pool, key, setup),
                list(left.values()),
                2 * workers,
                first_here,
            ):
                del left[piece.name]
                yield piece, found
            return
        except BrokenProcessPool:
            if attempt == ATTEMPTS - 1:
                raise
        finally:
            pool.shutdown(cancel_futures=True)


def submit_to(pool: ProcessPoolExecutor, key: str, setup: Setup, piece: Piece) -> Future[Tables]:
    """A piece given to a pool."""
    return pool.submit(judge_piece, key, setup, piece)


def first_here(under_way: list[Future[Tables]]) -> Finished:
    """Those that are done, when one is."""
    return futures.wait(under_way, return_when=FIRST_COMPLETED).done


def first_on_cluster(under_way: list[Future[Tables]]) -> Finished:
    """Those that are done on the cluster, when one is."""
    from distributed import wait

    done = wait(under_way, return_when=FIRST_COMPLETED).done  # type: ignore[no-untyped-call]
    return set(done)


def as_they_come(
    submit: Callable[[Piece], Future[Tables]],
    pieces: Iterable[Piece],
    most: int,
    until_some: Callable[[list[Future[Tables]]], Finished],
) -> Iterator[Found]:
    """Pieces with their results; no more than so many are under way at a time."""
    coming = iter(pieces)
    under_way: dict[Future[Tables], Piece] = {}
    while True:
        while len(under_way) < most and (piece := next(coming, None)) is not None:
            under_way[submit(piece)] = piece
        if not under_way:
            return
        finished = until_some(list(under_way))
        for one in finished:
            yield under_way.pop(one), one.result()


def on_cluster(key: str, setup: Setup, pieces: Sequence[Piece], scheduler: str) -> Iterator[Found]:
    """The pieces by the workers of a Dask cluster, which replaces those that die. They read rules,
    layers and register under the same paths and URLs as this process.
    """
    try:
        from distributed import Client
    except ImportError:
        absent = msg("the extra “scale” is not installed")
        raise refuse(ClusterNotReached(place=Place(scheduler), reason=absent)) from None
    try:
        client = Client(scheduler, timeout="20s", set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError) as error:
        reason = str(error)[:200]
        raise refuse(ClusterNotReached(place=Place(scheduler), reason=reason)) from None
    with client, client.as_current():
        if not client.scheduler_info()["workers"]:
            idle = msg("it has no workers")
            raise refuse(ClusterNotReached(place=Place(scheduler), reason=idle))
        threads = sum(w["nthreads"] for w in client.scheduler_info()["workers"].values())
        submit: Callable[[Piece], Future[Tables]] = partial(  # Dask's futures are alike
            client.submit, judge_piece, key, setup, pure=False, retries=ATTEMPTS
        )  # type: ignore[assignment]
        yield from as_they_come(submit, pieces, 3 * threads, first_on_cluster)
