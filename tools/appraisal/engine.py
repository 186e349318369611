"""Which suspicions and points of review hold for a patient, with the facts that bear them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from tools.appraisal.model import Point as PointRule
from tools.appraisal.model import PointFile, Statement, StatementFile, Suspicion, SuspicionFile, Topic
from tools.appraisal.routes import systemic
from tools.appraisal.series import repeated, since_before, since_start
from tools.clinical.answer import Citation
from tools.clinical.clause import compile_all, within_days
from tools.clinical.conditions import Condition
from tools.clinical.facts import Facts, Measurement, MedicationUse
from tools.clinical.knowledge import load
from tools.clinical.sourcing import citation

SUSPICIONS = Path(__file__).parent / "suspicions"
POINTS = Path(__file__).parent / "review"


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspected:
    """A finding that the record implies.

    Attributes:
        suspects: what it is, in words.
        facts: references that bear it, the medicines among them.
        medications: references of medicines that it may be an effect of.
        order: tests that would settle it and that have no fresh value.
        grounds: why, each once.
        values: the values that bear it.
    """

    suspects: str
    kind: str
    grounds: tuple[str, ...]
    confirm: str
    order: tuple[str, ...]
    due_days: int
    facts: tuple[str, ...]
    medications: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()
    values: tuple[Measurement, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A point of the review of medicines, for the prescriber to weigh."""

    topic: Topic
    because: str
    consider: str
    taper: str = ""
    medications: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()


@lru_cache(maxsize=1)
def suspicion_files() -> tuple[SuspicionFile, ...]:
    """The suspicions of the knowledge base."""
    return load(SUSPICIONS, SuspicionFile)


@lru_cache(maxsize=1)
def point_files() -> tuple[PointFile, ...]:
    """The points of review of the knowledge base."""
    return load(POINTS, PointFile)


def suspect(facts: Facts) -> tuple[Suspected, ...]:
    """What the record implies and no problem list says, in the order of the files.

    Args:
        facts: the record with computed values (eGFR, BMI).
    """
    found: dict[str, Suspected] = {}
    for file in suspicion_files():
        for entry in file.suspicion:
            bearing = None if entry.alone and entry.suspects in found else bearing_on(entry, facts, _conditions()[entry.id])
            if bearing is not None:
                new = _suspected(entry, bearing, facts, file)
                found[entry.suspects] = _joined(found[entry.suspects], new) if entry.suspects in found else new
    return tuple(found.values())


def review(facts: Facts) -> tuple[Point, ...]:
    """Cascades, medicines that may have outlived their use, omissions and what could be simpler."""
    found = []
    for file in point_files():
        for entry in file.point:
            bearing = bearing_on(entry, facts, _conditions()[entry.id])
            if bearing is not None:
                found.append(_point(entry, bearing, facts, file))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class Bearing:
    """What bears a statement: references of the record, and the values among them, newest first."""

    references: tuple[str, ...]
    values: tuple[Measurement, ...] = ()


@lru_cache(maxsize=1)
def _conditions() -> dict[str, Condition]:
    """The condition of every statement, compiled once."""
    statements = (entry for file in (*suspicion_files(), *point_files()) for entry in file.statements())
    return {entry.id: compile_all(entry.when) for entry in statements}


def bearing_on(entry: Statement, facts: Facts, condition: Condition | None = None) -> Bearing | None:
    """What bears a statement; `None` where it does not hold or cannot be told. Its condition, where it is compiled already."""
    uses = _uses(entry, facts)
    if (entry.medicines and not uses) or _said_already(entry, facts):
        return None
    condition = condition or compile_all(entry.when)
    if not condition.sure(facts):
        return None
    verdict = condition.holds(facts)
    values = _values_of(verdict.because, facts)
    if isinstance(entry, Suspicion):
        series = _series(entry, facts, uses)
        if series is None or (entry.medicines and not _after_a_start((*series, *values), verdict.because, uses, facts)):
            return None
        values = (*series, *values)
    elif isinstance(entry, PointRule) and entry.topic == "simplify" and not _apart(entry, facts):
        return None
    return Bearing(tuple(dict.fromkeys((*_cited(values), *verdict.because))), values)


def _said_already(entry: Statement, facts: Facts) -> bool:
    """Listed already, explained by another problem, or the patient is too young for it."""
    young = facts.age is not None and facts.age < entry.youngest
    pregnant = facts.pregnancy == "pregnant" and "pregnancy" in entry.unless_has
    return young or pregnant or facts.any_problem(entry.unless_has)


def _values_of(references: Iterable[str], facts: Facts) -> tuple[Measurement, ...]:
    """The newest value behind each of these references that is one."""
    wanted = set(references)
    found = {m.reference: m for series in facts.measurements.values() for m in reversed(series) if m.reference in wanted}
    return tuple(found[reference] for reference in dict.fromkeys(references) if reference in found)


def _cited(values: Iterable[Measurement]) -> Iterator[str]:
    """References of values; of computed ones, those of what they were made from."""
    for value in values:
        yield from value.inputs or (value.reference,)


def _uses(entry: Statement, facts: Facts) -> tuple[MedicationUse, ...]:
    if not facts.any_taken(entry.medicines):
        return ()
    uses = {use.reference: use for name in entry.medicines for use in facts.taking(name) if use.currency != "proposed" and systemic(use)}
    return tuple(uses.values())


def _apart(entry: Statement, facts: Facts) -> bool:
    """Each kind comes in a product of its own, and no product holds them all."""
    products = [frozenset(use.reference for use in facts.taking(name)) for name in entry.medicines]
    return not frozenset.intersection(*products)


def _series(entry: Suspicion, facts: Facts, uses: Iterable[MedicationUse]) -> tuple[Measurement, ...] | None:
    """The values that a repetition or a change rests on; empty where none is asked for, `None` where there are none."""
    if entry.repeated is not None:
        return repeated(entry.repeated, facts) or None
    if entry.since is not None:
        return (since_before(entry.since, facts) if entry.since.over else since_start(entry.since, facts, uses)) or None
    return ()


def _after_a_start(values: Iterable[Measurement], references: Iterable[str], uses: Iterable[MedicationUse], facts: Facts) -> bool:
    """A finding of before the first dose is no effect of it. A start that is not recorded is not held against it."""
    wanted = set(references)
    onsets = [problem.onset for problem in facts.problems if problem.reference in wanted and problem.onset]
    newest = max((*onsets, *(value.when for value in values)), default=None)
    return newest is None or any(use.started is None or use.started <= newest for use in uses)


def _suspected(entry: Suspicion, bearing: Bearing, facts: Facts, file: SuspicionFile) -> Suspected:
    fresh = within_days(entry.fresh)
    medications = tuple(use.reference for use in _uses(entry, facts))
    return Suspected(
        suspects=entry.suspects,
        kind=entry.kind,
        grounds=(entry.because,),
        confirm=entry.confirm,
        order=tuple(name for name in entry.order if entry.again or facts.latest(name, fresh) is None),
        due_days=within_days(entry.due) or 0,
        facts=tuple(dict.fromkeys((*bearing.references, *medications))),
        medications=medications,
        evidence=tuple(citations(entry, file)),
        values=bearing.values,
    )


def _joined(first: Suspected, second: Suspected) -> Suspected:
    """One suspicion on more grounds; what confirms it is what the first says."""
    return Suspected(
        suspects=first.suspects,
        kind=first.kind,
        grounds=tuple(dict.fromkeys((*first.grounds, *second.grounds))),
        confirm=first.confirm,
        order=tuple(dict.fromkeys((*first.order, *second.order))),
        due_days=min(first.due_days, second.due_days),
        facts=tuple(dict.fromkeys((*first.facts, *second.facts))),
        medications=tuple(dict.fromkeys((*first.medications, *second.medications))),
        evidence=tuple(dict.fromkeys((*first.evidence, *second.evidence))),
        values=tuple(dict.fromkeys((*first.values, *second.values))),
    )


def _point(entry: PointRule, bearing: Bearing, facts: Facts, file: PointFile) -> Point:
    medications = tuple(use.reference for use in _uses(entry, facts))
    return Point(
        topic=entry.topic,
        because=entry.because,
        consider=entry.consider,
        taper=entry.taper,
        medications=medications,
        facts=tuple(dict.fromkeys((*bearing.references, *medications))),
        evidence=tuple(citations(entry, file)),
    )


def citations(entry: Statement, file: StatementFile) -> Iterator[Citation]:
    """The sources of a statement as a plan cites them."""
    for source in entry.source.split(" "):
        yield citation(file, source, entry.id, locator=entry.locator, grade=entry.grade, confidence=entry.confidence)
