"""Entries of a record that cannot all be right: values of one time that differ too much, problems that exclude each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from tools.appraisal.model import Given
from tools.clinical.clause import within_days
from tools.clinical.errors import UnitMismatchError, faults_of
from tools.clinical.facts import Facts, Measurement
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity

FOLDER = Path(__file__).parent / "doubts"


class Differ(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Two values of one observable that lie too close in time to be both right.

    Attributes:
        within: the newest and another value are at most so far apart.
        by, by_percent: from this difference on (in per cent of the lower one) they contradict each other.
        youngest: the age in years below which it is not told (children grow).
    """

    id: str
    observable: str
    within: str
    asks: str
    by: str = ""
    by_percent: int = 0
    youngest: int = 0


class Clash(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Two problems that one person does not have at once."""

    id: str
    both: tuple[str, str]
    asks: str


class DoubtCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A patient, and the doubts that are told."""

    name: str
    given: Given
    expect: tuple[str, ...]


class DoubtFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Doubts about a record."""

    differ: tuple[Differ, ...] = ()
    clash: tuple[Clash, ...] = ()
    case: tuple[DoubtCase, ...] = ()

    def faults(self) -> list[str]:
        """Quantities and times that cannot be read; a difference in no way or in two."""
        found = []
        for entry in self.differ:
            unread = faults_of(within_days, [entry.within]) + faults_of(Quantity.parse, filter(None, [entry.by]))
            found += [f"{entry.id}: {fault}" for fault in unread]
            if bool(entry.by) == bool(entry.by_percent):
                found.append(f"{entry.id}: a difference is given in one way, by or by_percent")
        return found

    def case_failures(self) -> list[str]:
        """The examples that do not come out as written."""
        from tools.appraisal.cases import facts_of

        said = [(case, tuple(doubt.id for doubt in _doubts(facts_of(case.given), self))) for case in self.case]
        return [f"{case.name}: {ids}, expected {case.expect}" for case, ids in said if ids != case.expect]


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that only a human can settle, the entries that it is about, and the values among them."""

    id: str
    asks: str
    facts: tuple[str, ...]
    values: tuple[Measurement, ...] = ()


@lru_cache(maxsize=1)
def doubt_files() -> tuple[DoubtFile, ...]:
    """The doubts of the knowledge base."""
    return load(FOLDER, DoubtFile)


def doubts(facts: Facts) -> tuple[Doubt, ...]:
    """What in this record contradicts itself."""
    return tuple(doubt for file in doubt_files() for doubt in _doubts(facts, file))


def _doubts(facts: Facts, file: DoubtFile) -> Iterator[Doubt]:
    for entry in file.differ:
        if pair := _apart(entry, facts):
            yield Doubt(entry.id, entry.asks, tuple(dict.fromkeys(value.reference for value in pair)), pair)
    for clash in file.clash:
        first, second = (facts.problem(name) for name in clash.both)
        if first and second and set(first) != set(second):
            yield Doubt(clash.id, clash.asks, tuple(dict.fromkeys((*first, *second))))


def _apart(entry: Differ, facts: Facts) -> tuple[Measurement, ...]:
    values = [v for v in facts.measurements.get(entry.observable, ()) if v.when <= facts.as_of and not v.computed]
    if len(values) < 2 or (facts.age is not None and facts.age < entry.youngest):
        return ()
    newest, most = values[0], within_days(entry.within) or 0
    near = [value for value in values[1:] if (newest.when - value.when).days <= most]
    try:
        return next(((newest, value) for value in near if _differ(entry, newest, value)), ())
    except UnitMismatchError:
        return ()


def _differ(entry: Differ, first: Measurement, second: Measurement) -> bool:
    unit = first.quantity.unit
    one, other = first.quantity.value, second.quantity.to(unit).value
    limit = Quantity.parse(entry.by).to(unit).value if entry.by else min(one, other) * entry.by_percent / 100
    return abs(one - other) >= limit
