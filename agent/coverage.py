"""Which checks know which medicines: a page written from the knowledge itself, so that it can never claim more than there is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from agent.knowledge_index import KINDS, ROOT, Kind
from tools.clinical.clause import leaves
from tools.clinical.knowledge import Document, load
from tools.terminology import terminology

CHECKS = ("interactions", "… by class", "contraindications", "… by class", "doses", "… renal", "genes", "guidelines")
"""The columns: rules that name the ingredient itself, then those that reach it through a class."""
BESIDE = ("options", "after a start", "words for patients")
"""Further columns: entries, of the ingredient or of a class of it, that decide nothing."""

_RENAL = ("egfr", "creatinine-clearance", "serum-creatinine")


@dataclass(frozen=True)
class Line:
    """One ingredient with the number of rules of each check, and of entries beside the checks, that concern it."""

    name: str
    rxcui: str
    counts: tuple[int, ...]
    beside: tuple[int, ...]

    @property
    def uncovered(self) -> bool:
        """No check but recognition knows it."""
        return not any(self.counts)


def lines() -> tuple[Line, ...]:
    """Every ingredient of the terminology, in order of name."""
    rules = _Rules()
    entries = [entry for document in _documents("ingredients") for entry in getattr(document, "ingredient")]  # noqa: B009 - kinds are only known by name here
    found = (Line(entry.name, entry.rxcui or "", rules.about(entry.name), rules.beside(entry.name)) for entry in entries)
    return tuple(sorted(found, key=lambda line: line.name))


def page(rows: Iterable[Line]) -> str:
    """The coverage page as Markdown."""
    rows = list(rows)
    known = [row for row in rows if not row.uncovered]
    columns = (*CHECKS, *BESIDE)
    head = f"| ingredient | RxNorm | {' | '.join(columns)} |\n|---|---|{'---:|' * len(columns)}"
    parts = [
        "# Coverage: medicines × checks",
        "Written by `carewright knowledge coverage` from the knowledge files; do not edit. A number is how many rules concern the ingredient: those that name "
        "it, then those that reach it through a class. An empty cell means that the check says nothing about it, which is not the same as safe. The last three "
        "columns count entries that decide nothing: tables of options, what follows a start, and words for the patient.",
        f"{len(rows)} ingredients are recognised; {len(known)} of them are known to at least one check.",
        _totals(rows),
    ]
    for letter, group in groupby(rows, key=lambda row: row.name[:1].upper()):
        parts += [f"## {letter}", "\n".join([head, *map(_row, group)])]
    return "\n\n".join(parts) + "\n"


def _totals(rows: list[Line]) -> str:
    counted = [sum(map(bool, column)) for column in zip(*((*row.counts, *row.beside) for row in rows), strict=True)]
    told = zip((*CHECKS, *BESIDE), counted, strict=True)
    return "| check | ingredients it knows |\n|---|---:|\n" + "\n".join(f"| {name} | {count} |" for name, count in told)


def _row(line: Line) -> str:
    return f"| {line.name} | {line.rxcui} | {' | '.join(str(count or '') for count in (*line.counts, *line.beside))} |"


class _Rules:
    """The names that each rule is about, read once."""

    def __init__(self) -> None:
        self.interactions = [
            _interaction(rule) for document in _documents("interactions") for rule in _parts(document, "rule", "combination")
        ]
        self.contraindications = [
            frozenset(rule.subject) for document in _documents("contraindications") for rule in _parts(document, "rule")
        ]
        self.doses = [rule for document in _documents("doses") for rule in _parts(document, "rule")]
        self.genes = [frozenset(_parts(document, "drug")) for document in _documents("pharmacogenomics")]
        self.options = [frozenset(_parts(document, "about")) for document in _documents("tradeoffs")]
        self.follows = [frozenset(entry.drugs) for document in _documents("aftercare") for entry in _parts(document, "after")]
        self.words = [frozenset(entry.of) for document in _documents("patient-medicines") for entry in _parts(document, "medicine")]
        self.guidelines = [_recommended(rule) for document in _documents("guidelines") for rule in _parts(document, "recommendation")]

    def about(self, name: str) -> tuple[int, ...]:
        """Counts in the order of `CHECKS`."""
        kinds = terminology().kinds_of(name) - {name}
        doses = [rule for rule in self.doses if rule.drug == name]
        return (
            *_named_and_reached(self.interactions, name, kinds),
            *_named_and_reached(self.contraindications, name, kinds),
            len(doses),
            sum(1 for rule in doses if any(name.startswith(_RENAL) for name in _measured(rule))),
            sum(1 for drugs in self.genes if name in drugs or kinds & drugs),
            sum(1 for subjects in self.guidelines if name in subjects or kinds & subjects),
        )

    def beside(self, name: str) -> tuple[int, ...]:
        """Counts in the order of `BESIDE`."""
        mine = terminology().kinds_of(name) | {name}
        return tuple(sum(1 for subject in subjects if mine & subject) for subjects in (self.options, self.follows, self.words))


def _named_and_reached(subjects: Iterable[frozenset[str]], name: str, kinds: frozenset[str]) -> tuple[int, int]:
    named = reached = 0
    for subject in subjects:
        if name in subject:
            named += 1
        elif not kinds.isdisjoint(subject):
            reached += 1
    return named, reached


def _documents(kind: str) -> tuple[Document, ...]:
    found: Kind | None = next((each for each in KINDS if each.name == kind), None)
    return load(ROOT / found.folder, found.document) if found else ()


def _parts(document: Document, *fields: str) -> Iterator[Any]:
    for field in fields:
        yield from getattr(document, field)


def _interaction(rule: Any) -> frozenset[str]:
    if hasattr(rule, "between"):
        return frozenset(rule.between)
    return frozenset((*rule.all_of, *(rule.count.of if rule.count else ())))


def _recommended(rule: Any) -> frozenset[str]:
    return frozenset(name for action in rule.do for name in (*action.objects, *action.otherwise, *action.to))


def _measured(rule: Any) -> Iterator[str]:
    for part in (*rule.doses, *rule.limits, *rule.bars):
        yield from (clause.measured for clause in leaves(part.when) if clause.measured)
