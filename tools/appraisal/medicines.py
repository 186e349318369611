"""Of each medicine: what it is for, what it adds to the load of the whole list, and what kind of price it has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from msgspec import Struct

from tools.appraisal.model import Bound
from tools.appraisal.routes import systemic
from tools.clinical.answer import Citation
from tools.clinical.errors import faults_of
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.knowledge import Confidence, Document, load
from tools.clinical.sourcing import citation, twice, unlisted

FOLDER = Path(__file__).parent / "tables"
Tier = Literal["generic", "generic-and-brand", "brand-only", "biologic", "over-the-counter"]
Standing = Literal["recorded", "problem", "protects", "none"]


class Indicated(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True, rename={"for_": "for"}):
    """What medicines of a kind are given for; the first entry that fits a medicine counts.

    Attributes:
        for_: problems that are a reason.
        beside: medicines whose harm it prevents, or that it belongs to.
        measured: values that are a reason without a listed problem.
        words: what it is usually for, in words.
        plain: what it is for goes without saying (contraception, an antidote).
    """

    id: str
    of: tuple[str, ...]
    words: str
    source: str
    plain: bool = False
    for_: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    measured: tuple[Bound, ...] = ()
    confidence: Confidence = "probable"


class Weight(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a medicine of a kind (`any`: every medicine) adds; the heaviest entry that fits counts once."""

    of: str
    points: int


class Load(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """A burden that adds up over the list.

    Attributes:
        tell_from: below this sum nothing is told.
        older_from, older_at: the sum that is told of from an age in years on.
    """

    id: str
    name: str
    weights: tuple[Weight, ...]
    tell_from: int
    says: str
    source: str
    older_from: int = 0
    older_at: int = 0
    confidence: Confidence = "probable"


class Price(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """What kind of price a medicine has in the jurisdiction of the file; no amount, which differs by payer and week."""

    of: tuple[str, ...]
    tier: Tier
    note: str = ""


class TableCase(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One example: what is taken (kinds of each medicine), and what a table says of it.

    Attributes:
        reason: how the first medicine's reason stands, of the entry `about`.
        sum: the load `about`; 0 where it is not told.
        tier: the price of the first medicine.
    """

    name: str
    takes: tuple[tuple[str, ...], ...] = ()
    has: tuple[str, ...] = ()
    labs: dict[str, str] = {}
    age: str | None = None
    about: str = ""
    reason: Standing | Literal["not-judged"] | None = None
    sum: int | None = None
    tier: Tier | Literal["unknown"] | None = None


class TableFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Tables about medicines."""

    indicated: tuple[Indicated, ...] = ()
    burden: tuple[Load, ...] = ()
    price: tuple[Price, ...] = ()
    case: tuple[TableCase, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources, limits that cannot be read, a kind that is priced twice."""
        found = unlisted(self, [*((e.id, e.source) for e in self.indicated), *((e.id, e.source) for e in self.burden)])
        found += [f"{entry.id}: {fault}" for entry in self.indicated for fault in faults_of(Bound.limit, entry.measured)]
        return found + [f"price of {fault}" for fault in twice(kind for price in self.price for kind in price.of)]

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.appraisal.cases import table_failures

        return table_failures(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a medicine is taken, as far as the record tells.

    Attributes:
        standing: `recorded` with the order, a `problem` of the list (or a value), `protects` from another medicine, or `none` found.
        words: the reason; with `none`, what it is usually for.
    """

    use: MedicationUse
    standing: Standing
    words: str
    facts: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Burden:
    """A load that is worth telling."""

    name: str
    total: int
    says: str
    parts: tuple[tuple[MedicationUse, int], ...]
    evidence: tuple[Citation, ...] = ()


@dataclass(frozen=True, slots=True)
class Priced:
    """The kind of price of a medicine; `unknown` where the tables do not say."""

    tier: str
    note: str = ""


@lru_cache(maxsize=1)
def table_files() -> tuple[TableFile, ...]:
    """The tables of the knowledge base."""
    return load(FOLDER, TableFile)


def reasons(facts: Facts) -> tuple[tuple[Reason, ...], tuple[MedicationUse, ...]]:
    """The reason of each medicine taken, and the medicines that no table judges."""
    found, silent = [], []
    for use in _taken(facts):
        reason = reason_of(use, facts, table_files())
        if reason is None:
            silent.append(use)
        else:
            found.append(reason)
    return tuple(found), tuple(silent)


def reason_of(use: MedicationUse, facts: Facts, files: Sequence[TableFile]) -> Reason | None:
    """Why this medicine is taken; `None` where no table speaks of it."""
    if use.reason:
        return Reason(use, "recorded", use.reason, (use.reference,))
    for file in files:
        for entry in file.indicated:
            if use.kinds.intersection(entry.of):
                found = _reason(use, entry, facts, citation(file, entry.source, entry.id, confidence=entry.confidence))
                return found if systemic(use) or found.standing == "problem" else None
    return None


def _reason(use: MedicationUse, entry: Indicated, facts: Facts, evidence: Citation) -> Reason:
    listed = [p for p in facts.problems if p.active and p.kinds.intersection(entry.for_)]
    if listed:
        return Reason(use, "problem", listed[0].text, tuple(p.reference for p in listed), (evidence,))
    derived = [r for name in entry.for_ for r in facts.derived.get(name, ())]
    values = [*derived, *_bearing(entry, facts)]
    if values or entry.plain:
        return Reason(use, "problem", entry.words, tuple(dict.fromkeys(values)), (evidence,))
    others = [other for name in entry.beside for other in facts.taking(name) if other.reference != use.reference]
    if others:
        return Reason(use, "protects", f"beside {others[0].text}", (others[0].reference,), (evidence,))
    return Reason(use, "none", entry.words, (use.reference,), (evidence,))


def _bearing(entry: Indicated, facts: Facts) -> Iterator[str]:
    for bound in entry.measured:
        for value in facts.measurements.get(bound.measured, ()):
            if value.when <= facts.as_of and bound.limit().judge(value.quantity, value.reference, bound.measured).holds:
                yield value.reference


def burdens(facts: Facts) -> tuple[Burden, ...]:
    """The loads of the list that are worth telling."""
    found = (burden_of(entry, facts, file) for file in table_files() for entry in file.burden)
    return tuple(burden for burden in found if burden is not None)


def burden_of(entry: Load, facts: Facts, file: TableFile) -> Burden | None:
    """One load; `None` below what is worth telling for this age."""
    parts = [
        (use, points)
        for use in _taken(facts)
        if systemic(use) and (points := max((w.points for w in entry.weights if w.of in ("any", *use.kinds)), default=0))
    ]
    total = sum(points for _, points in parts)
    older = bool(entry.older_from) and facts.age is not None and facts.age >= entry.older_from
    if total < (entry.older_at if older else entry.tell_from):
        return None
    parts.sort(key=lambda part: -part[1])
    return Burden(entry.name, total, entry.says, tuple(parts), (citation(file, entry.source, entry.id, confidence=entry.confidence),))


def price_of(kinds: frozenset[str]) -> Priced:
    """The kind of price of a medicine of these kinds: its own entry before that of a class; `unknown` where there is none."""
    return _price(kinds, table_files())


def _price(kinds: frozenset[str], files: Sequence[TableFile]) -> Priced:
    for file in files:
        for entry in file.price:
            if kinds.intersection(entry.of):
                return Priced(entry.tier, entry.note)
    return Priced("unknown")


def priced(kinds: frozenset[str], file: TableFile) -> Priced:
    """The same, by one file alone."""
    return _price(kinds, (file,))


def _taken(facts: Facts) -> tuple[MedicationUse, ...]:
    return tuple(use for use in facts.medications if use.taken and use.currency != "proposed")
