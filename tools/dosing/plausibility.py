"""Values that cannot be right: no dose is computed from them; an issue and a question come instead."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from tools.clinical.answer import Issue, KnowledgeRef
from tools.clinical.facts import Facts, Measurement
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity

FOLDER = Path(__file__).parent / "plausible"


_quantity = lru_cache(maxsize=1024)(Quantity.parse)
"""Bounds are read once, and compared with for every patient."""


class Bounds(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Between which values an observable is believed, from an age up to (not with) another."""

    observable: str
    at_least: str
    at_most: str
    from_age: str = "0 d"
    below_age: str = ""
    hint: str = ""


class PlausibleCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A value at an age, and whether it is believed."""

    observable: str
    value: str
    age: str
    believed: bool


class PlausibleFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Bounds of belief."""

    bounds: tuple[Bounds, ...]
    case: tuple[PlausibleCase, ...]

    def case_failures(self) -> list[str]:
        """The examples that do not come out."""
        return [
            f"{case.observable} {case.value} at {case.age}: expected believed = {case.believed}"
            for case in self.case
            if (bounds_broken(self.bounds, case.observable, Quantity.parse(case.value), Quantity.parse(case.age)) is None)
            is not case.believed
        ]


class Doubt(Struct, frozen=True):
    """A value that cannot be right: an issue, and the question that would settle it."""

    issue: Issue
    question: str
    observable: str


@lru_cache(maxsize=1)
def _known() -> tuple[PlausibleFile, ...]:
    return load(FOLDER, PlausibleFile)


def plausible_refs() -> list[KnowledgeRef]:
    """Id and version of every file of bounds."""
    return [KnowledgeRef(file.id, file.version) for file in _known()]


def bounds_broken(bounds: Iterable[Bounds], observable: str, value: Quantity, age: Quantity) -> Bounds | None:
    """The bounds that a value breaks at this age; `None` where it is believed."""
    for entry in bounds:
        if entry.observable != observable or age.compare(_quantity(entry.from_age)) < 0:
            continue
        if entry.below_age and age.compare(_quantity(entry.below_age)) >= 0:
            continue
        if value.compare(_quantity(entry.at_least)) < 0 or value.compare(_quantity(entry.at_most)) > 0:
            return entry
    return None


def doubt(observables: Iterable[str], facts: Facts) -> Doubt | None:
    """The first of these observables whose newest value cannot be right."""
    days = facts.age_in("d")
    if days is None:
        return None
    age = Quantity.parse(f"{days} d")
    for observable in observables:
        measurement = facts.latest(observable)
        if measurement is None:
            continue
        for file in _known():
            broken = bounds_broken(file.bounds, observable, measurement.quantity, age)
            if broken is not None:
                return _doubt(measurement, broken, KnowledgeRef(file.id, file.version))
    return None


def _doubt(measurement: Measurement, broken: Bounds, rule: KnowledgeRef) -> Doubt:
    what = f"{measurement.observable} of {measurement.quantity} ({measurement.when})"
    hint = f" {broken.hint}" if broken.hint else ""
    issue = Issue(
        code="DATA",
        severity="major",
        indicator="warning",
        interruptive=True,
        participants=(measurement.observable,),
        consequence=f"A {what} lies outside what is believed at this age ({broken.at_least.split()[0]} to {broken.at_most}); a dose computed from it would be wrong.",
        action=f"Confirm the value and its unit, or measure again.{hint}",
        rule=rule,
        facts=(measurement.reference,),
        missing=(measurement.observable,),
    )
    return Doubt(issue, f"Is the {what} right?{hint}", measurement.observable)
