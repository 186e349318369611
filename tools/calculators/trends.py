"""Names that follow from several values of one thing: confirmed twice, risen quickly, in a band."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

from msgspec import Struct

from tools.clinical import examples
from tools.clinical.answer import KnowledgeRef
from tools.clinical.conditions import Limit
from tools.clinical.errors import UnitMismatchError, faults_of
from tools.clinical.facts import Facts, Measurement
from tools.clinical.knowledge import Document, load
from tools.clinical.quantity import Quantity

FOLDER = Path(__file__).parent / "trends"
AS_OF = date(2026, 1, 1)


class Bounds(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """Within which a value counts."""

    at_least: str | None = None
    at_most: str | None = None
    above: str | None = None
    below: str | None = None

    def limit(self) -> Limit:
        """The bounds as a comparison."""
        given = {name: Quantity.parse(text) for name in ("at_least", "at_most", "above", "below") if (text := getattr(self, name))}
        return Limit(**given)


class Trend(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, kw_only=True):
    """One name and how it follows, in exactly one way.

    Attributes:
        counts: a value that counts; with `apart_days`, two such values at least so far apart and none between them that does not
            count (the newest of them no older than `within_days`); without it, the newest value alone.
        risen_by, risen_times: the newest value over the least one of the `within_days` before it.
    """

    name: str
    observable: str
    source: str
    counts: Bounds | None = None
    apart_days: int = 0
    within_days: int = 0
    risen_by: str = ""
    risen_times: float = 0


class TrendCase(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Values as `"55 mL/min, 100 d ago"`, and whether the name follows; `of` says of what, where the name has several ways."""

    name: str
    trend: str
    of: str = ""
    given: tuple[str, ...]
    expect: bool


class TrendFile(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Names and how they follow."""

    trend: tuple[Trend, ...]
    case: tuple[TrendCase, ...] = ()

    def faults(self) -> list[str]:
        """Unknown sources and units; names without an example."""
        sources, cased = {source.id for source in self.source}, {case.trend for case in self.case}
        found = [f"{trend.name}: the source {trend.source!r} is not in the file" for trend in self.trend if trend.source not in sources]
        found += [f"{trend.name}: has no case" for trend in self.trend if trend.name not in cased]
        for trend in self.trend:
            read = [
                *faults_of(Bounds.limit, [trend.counts] if trend.counts else []),
                *faults_of(Quantity.parse, filter(None, [trend.risen_by])),
            ]
            found += [f"{trend.name}: {fault}" for fault in read]
        return found

    def case_failures(self) -> list[str]:
        """The examples that do not come out."""
        found = []
        for case in self.case:
            ways = [trend for trend in self.trend if trend.name == case.trend and case.of in ("", trend.observable)]
            got = any(references(trend, examples.values(trend.observable, case.given, AS_OF), AS_OF) for trend in ways)
            if got is not case.expect:
                found.append(f"{case.trend}, {case.name}: expected {case.expect}")
        return found

    def ref(self) -> KnowledgeRef:
        """Id and version."""
        return KnowledgeRef(self.id, self.version)


@lru_cache(maxsize=1)
def _files() -> tuple[TrendFile, ...]:
    return load(FOLDER, TrendFile)


def names_of(facts: Facts) -> dict[str, tuple[str, ...]]:
    """The names that follow from these facts, with the references of the values that bear them."""
    found: dict[str, tuple[str, ...]] = {}
    for trend in (trend for file in _files() for trend in file.trend):
        values = tuple(m for m in facts.measurements.get(trend.observable, ()) if m.when <= facts.as_of)
        bearing = references(trend, values, facts.as_of)
        if bearing and not facts.problem(trend.name):
            found[trend.name] = tuple(dict.fromkeys((*found.get(trend.name, ()), *bearing)))
    return found


def references(trend: Trend, values: Sequence[Measurement], as_of: date) -> tuple[str, ...]:
    """The references that bear the name, newest first; empty where it does not follow."""
    try:
        if trend.counts is None:
            return _risen(trend, values, as_of)
        return (
            _confirmed(trend, trend.counts.limit(), values, as_of)
            if trend.apart_days
            else _in_band(trend, trend.counts.limit(), values, as_of)
        )
    except UnitMismatchError:
        return ()


def _in_band(trend: Trend, limit: Limit, values: Sequence[Measurement], as_of: date) -> tuple[str, ...]:
    if not values or (trend.within_days and (as_of - values[0].when).days > trend.within_days):
        return ()
    return (values[0].reference,) if limit.met_by(values[0].quantity) else ()


def _confirmed(trend: Trend, limit: Limit, values: Sequence[Measurement], as_of: date) -> tuple[str, ...]:
    if not values or (as_of - values[0].when).days > trend.within_days:
        return ()
    run: list[Measurement] = []
    for value in values:
        if not limit.met_by(value.quantity):
            return ()
        run.append(value)
        if (values[0].when - value.when).days >= trend.apart_days:
            return (run[0].reference, value.reference)
    return ()


def _risen(trend: Trend, values: Sequence[Measurement], as_of: date) -> tuple[str, ...]:
    if len(values) < 2 or (as_of - values[0].when).days > trend.within_days:
        return ()
    newest = values[0]
    earlier = [value for value in values[1:] if 0 < (newest.when - value.when).days <= trend.within_days]
    if not earlier:
        return ()
    least = min(earlier, key=lambda value: value.quantity.to(newest.quantity.unit).value)
    base = least.quantity.to(newest.quantity.unit).value
    by = Quantity.parse(trend.risen_by).to(newest.quantity.unit).value if trend.risen_by else None
    enough = (by is not None and newest.quantity.value - base >= by) or (
        trend.risen_times > 0 and float(newest.quantity.value) >= float(base) * trend.risen_times
    )
    return (newest.reference, least.reference) if enough else ()
