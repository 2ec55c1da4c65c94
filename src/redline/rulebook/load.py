"""Loading rule books: the files below some paths, with the shipped packs that they import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.language import tree as t
from redline.language.parser import read_pack
from redline.language.source import Source, read_source
from redline.rulebook.diagnostics import DeclaredTwice, NoRules, UnknownName
from redline.rulebook.files import rule_files, shipped_rules
from redline.rulebook.model import Attribute, Concept, DatedValue, Parameter, RuleBook
from redline.rulebook.resolve import PackResult, import_order, resolve_pack
from redline.rulebook.scope import Scope, Table

T = TypeVar("T")

NOTHING_LOST: Mapping[str, frozenset[str]] = MappingProxyType({})


def load_rulebook(paths: Sequence[Path] = ()) -> RuleBook:
    """The rule book of some files and folders; of the shipped packs where none are named.

    Packs that they import and that are not among them are taken from the shipped ones.
    Raises `Refusal` with everything that is wrong in any of the files.
    """
    reading = read_rule_files(paths)
    if not reading.diagnostics:
        return resolve_rulebook(reading.packs)
    try:
        resolve_rulebook(reading.packs, reading.lost)
    except Refusal as refusal:
        raise Refusal(in_order([*reading.diagnostics, *refusal.diagnostics])) from None
    raise Refusal(reading.diagnostics)


def parse_rule_files(paths: Sequence[Path] = ()) -> Mapping[str, t.Pack]:
    """The packs of some files and folders, and the shipped packs that they import, by name.

    Raises `Refusal` with every syntax error in any of the files.
    """
    reading = read_rule_files(paths)
    if reading.diagnostics:
        raise Refusal(reading.diagnostics)
    return reading.packs


@dataclass(frozen=True, slots=True)
class Readings:
    """What could be read of some rule files, and what is wrong with them.

    `lost` are, for each pack, names that may be declared in what could not be read of it.
    """

    packs: Mapping[str, t.Pack]
    diagnostics: Sequence[Diagnostic]
    lost: Mapping[str, frozenset[str]]


def read_rule_files(paths: Sequence[Path] = ()) -> Readings:
    """Read some files and folders, and the shipped packs that they import, as far as it goes."""
    roots = list(paths) or [shipped_rules()]
    files = rule_files(roots)
    if not files:
        raise Refusal([NoRules(place=Place(str(roots[0])))])
    reading = read_files(files)
    packs = dict(reading.packs)
    if paths and (missing := missing_imports(packs)):
        shipped = read_files(rule_files([shipped_rules()])).packs
        while missing & set(shipped):
            packs |= {name: shipped[name] for name in sorted(missing & set(shipped))}
            missing = missing_imports(packs)
    return Readings(packs, reading.diagnostics, reading.lost)


def read_files(files: Iterable[Path]) -> Readings:
    packs: dict[str, t.Pack] = {}
    diagnostics: list[Diagnostic] = []
    lost: dict[str, frozenset[str]] = {}
    for file in files:
        try:
            reading = read_pack(read_source(file))
        except Refusal as refusal:
            diagnostics += refusal.diagnostics
            continue
        diagnostics += reading.diagnostics
        pack = reading.pack
        if pack is None:
            continue
        lost.setdefault(pack.name, reading.lost)
        if pack.name in packs:
            diagnostics.append(
                DeclaredTwice(
                    place=pack.source.place(pack.span),
                    name=pack.name,
                    elsewhere=packs[pack.name].source.name,
                )
            )
        packs.setdefault(pack.name, pack)
    return Readings(packs, diagnostics, lost)


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Diagnostics in the order of their files and lines."""

    def where(diagnostic: Diagnostic) -> tuple[str, int, int]:
        place = diagnostic.place or Place("")
        return place.file, place.line or 0, place.column or 0

    return sorted(diagnostics, key=where)


def missing_imports(packs: Mapping[str, t.Pack]) -> set[str]:
    return {i.pack for p in packs.values() for i in p.imports} - set(packs)


def resolve_rulebook(
    packs: Mapping[str, t.Pack], lost: Mapping[str, frozenset[str]] = NOTHING_LOST
) -> RuleBook:
    """The rule book of parsed packs; raises `Refusal` with everything that does not resolve."""
    order, diagnostics = import_order(packs)
    results: dict[str, PackResult] = {}
    for pack in order:
        imported = [results[i.pack].scope for i in pack.imports if i.pack in results]
        result = resolve_pack(pack, imported, lost.get(pack.name, frozenset()))
        results[pack.name] = result
        diagnostics += result.scope.diagnostics
    if diagnostics:
        scopes_ = [r.scope for r in results.values()]
        raise Refusal([with_its_pack(d, scopes_) for d in diagnostics])
    ordered = [results[name] for name in sorted(results)]
    scopes = {r.scope.pack: r.scope for r in ordered}
    terms: Mapping[str, Any] = merged(s.terms for s in scopes.values())
    digests = {name: digest_of(pack.source) for name, pack in sorted(packs.items())}
    return RuleBook(
        packs=digests,
        imports={name: tuple(i.pack for i in p.imports) for name, p in sorted(packs.items())},
        pack_titles={name: pack.title for name, pack in sorted(packs.items())},
        digest=hashlib.sha256(
            "\n".join(f"{n} {d}" for n, d in digests.items()).encode()
        ).hexdigest(),
        rules=tuple(rule for r in ordered for rule in r.rules),
        not_executable=tuple(x for r in ordered for x in r.not_executable),
        attributes={k: v for k, v in terms.items() if isinstance(v, Attribute)},
        parameters={k: v for k, v in terms.items() if isinstance(v, Parameter)},
        concepts={k: v for k, v in terms.items() if isinstance(v, Concept)},
        layers=merged(s.layers for s in scopes.values()),
        documents=merged(s.documents for s in scopes.values()),
        components=merged(s.components for s in scopes.values()),
        judgements=merged(s.judgements for s in scopes.values()),
        territories=merged(s.territories for s in scopes.values()),
        instruments=merged(s.instruments for s in scopes.values()),
        plans=merged(s.plans for s in scopes.values()),
        fillings=fillings_of(ordered),
        scopes=scopes,
    )


def with_its_pack(diagnostic: Diagnostic, scopes: Iterable[Scope]) -> Diagnostic:
    """An unknown name with the pack that declares it, where one does that is not imported."""
    if not isinstance(diagnostic, UnknownName):
        return diagnostic
    for scope in scopes:
        for table in scope.tables():
            place = table.places.get(diagnostic.name)
            kinds = {table.kind, "attribute"} if table.kind == "term" else {table.kind}
            if diagnostic.kind in kinds and place and place.file == scope.source.name:
                return replace(diagnostic, declared_by=scope.pack)
    return diagnostic


def fillings_of(results: Iterable[PackResult]) -> Mapping[Parameter, tuple[DatedValue, ...]]:
    """What local packs set, by parameter."""
    found: dict[Parameter, tuple[DatedValue, ...]] = {}
    for result in results:
        for parameter, value in result.fillings:
            found[parameter] = (*found.get(parameter, ()), value)
    return found


def merged(tables: Iterable[Table[T]]) -> Mapping[str, T]:
    """The names of several packs together; the first pack that declares a name has it."""
    found: dict[str, T] = {}
    for table in tables:
        for name, thing in table.by_name.items():
            found.setdefault(name, thing)
    return found


def digest_of(source: Source) -> str:
    """The digest of a rule file's text."""
    return hashlib.sha256(source.text.encode()).hexdigest()
