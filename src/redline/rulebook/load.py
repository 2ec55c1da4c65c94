"""Loading rule books: the files below some paths, with the shipped packs that they import."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

from redline.diagnostics import Diagnostic, Place, Refusal
from redline.language import tree as t
from redline.language.parser import parse
from redline.language.source import Source, read_source
from redline.rulebook.diagnostics import DeclaredTwice, NoRules
from redline.rulebook.files import rule_files, shipped_rules
from redline.rulebook.model import Attribute, Concept, DatedValue, Parameter, RuleBook
from redline.rulebook.resolve import PackResult, import_order, resolve_pack
from redline.rulebook.scope import Table

T = TypeVar("T")


def load_rulebook(paths: Sequence[Path] = ()) -> RuleBook:
    """The rule book of some files and folders; of the shipped packs where none are named.

    Packs that they import and that are not among them are taken from the shipped ones.
    Raises `Refusal` with everything that is wrong in any of the files.
    """
    return resolve_rulebook(parse_rule_files(paths))


def parse_rule_files(paths: Sequence[Path] = ()) -> Mapping[str, t.Pack]:
    """The packs of some files and folders, and the shipped packs that they import, by name."""
    roots = list(paths) or [shipped_rules()]
    files = rule_files(roots)
    if not files:
        raise Refusal([NoRules(place=Place(str(roots[0])))])
    packs, diagnostics = parse_files(files)
    if paths and (missing := missing_imports(packs)):
        shipped, _ = parse_files(rule_files([shipped_rules()]))
        while missing & set(shipped):
            packs |= {name: shipped[name] for name in sorted(missing & set(shipped))}
            missing = missing_imports(packs)
    if diagnostics:
        raise Refusal(diagnostics)
    return packs


def parse_files(files: Iterable[Path]) -> tuple[dict[str, t.Pack], list[Diagnostic]]:
    packs: dict[str, t.Pack] = {}
    diagnostics: list[Diagnostic] = []
    for file in files:
        try:
            pack = parse(read_source(file))
        except Refusal as refusal:
            diagnostics += refusal.diagnostics
            continue
        if pack.name in packs:
            diagnostics.append(
                DeclaredTwice(
                    place=pack.source.place(pack.span),
                    name=pack.name,
                    elsewhere=packs[pack.name].source.name,
                )
            )
        packs.setdefault(pack.name, pack)
    return packs, diagnostics


def missing_imports(packs: Mapping[str, t.Pack]) -> set[str]:
    return {i.pack for p in packs.values() for i in p.imports} - set(packs)


def resolve_rulebook(packs: Mapping[str, t.Pack]) -> RuleBook:
    """The rule book of parsed packs; raises `Refusal` with everything that does not resolve."""
    order, diagnostics = import_order(packs)
    results: dict[str, PackResult] = {}
    for pack in order:
        imported = [results[i.pack].scope for i in pack.imports if i.pack in results]
        result = resolve_pack(pack, imported)
        results[pack.name] = result
        diagnostics += result.scope.diagnostics
    if diagnostics:
        raise Refusal(diagnostics)
    ordered = [results[name] for name in sorted(results)]
    scopes = {r.scope.pack: r.scope for r in ordered}
    terms: Mapping[str, Any] = merged(s.terms for s in scopes.values())
    digests = {name: digest_of(pack.source) for name, pack in sorted(packs.items())}
    return RuleBook(
        packs=digests,
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
        fillings=fillings_of(ordered),
        scopes=scopes,
    )


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
