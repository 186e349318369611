"""One ingredient in two products, and two members of a class of which one is enough.

Classes that the interactions tool already judges as a pair with themselves are not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from tools.clinical.facts import MedicationUse
from tools.contraindications.findings import Finding
from tools.contraindications.index import Index, systemic
from tools.contraindications.model import SAME, Duplicate

Pair = tuple[MedicationUse, MedicationUse]


def duplicates(index: Index, uses: Sequence[MedicationUse]) -> Iterator[Finding]:
    """Pairs among medicines taken or proposed that give the same thing twice."""
    by_kind: dict[str, list[MedicationUse]] = {}
    for use in uses:
        for kind in use.kinds:
            by_kind.setdefault(kind, []).append(use)
    for ready in index.duplicates:
        for one, other in _candidates(ready.duplicate, by_kind, uses):
            if _speaks_against(ready.duplicate, one, other):
                yield Finding(ready, "DUPTHPY", (one, other), facts=_references(one, other), subject=_shared(one, other))


def _candidates(entry: Duplicate, by_kind: dict[str, list[MedicationUse]], uses: Sequence[MedicationUse]) -> Iterable[Pair]:
    if entry.of != SAME:
        group = by_kind.get(entry.of, ())
        return [(a, b) for a, b in combinations(group, 2) if not _shared(a, b)] if len(group) > 1 else ()
    by_name: dict[str, list[MedicationUse]] = {}
    for use in uses:
        for ingredient in use.ingredients:
            by_name.setdefault(ingredient.name, []).append(use)
    pairs = (pair for group in by_name.values() for pair in combinations(group, 2))
    return {(a.reference, b.reference): (a, b) for a, b in pairs if a.reference != b.reference}.values()


def _speaks_against(entry: Duplicate, one: MedicationUse, other: MedicationUse) -> bool:
    starts = "proposed" in (one.currency, other.currency)
    return (
        (entry.applies == "start-and-continue" or (entry.applies == "start") == starts)
        and _same_way(one, other)
        and (one.kinds | other.kinds).isdisjoint(entry.except_)
        and not any(_belong(pair, one, other) for pair in entry.accepted)
        and not any(_differs(difference, one, other) for difference in entry.accepted_if)
        and (not entry.only_if or any(_differs(difference, one, other) for difference in entry.only_if))
    )


def _same_way(one: MedicationUse, other: MedicationUse) -> bool:
    return (systemic(one.route) and systemic(other.route)) or one.route == other.route


def _belong(pair: tuple[str, str], one: MedicationUse, other: MedicationUse) -> bool:
    first, second = pair
    return (first in one.kinds and second in other.kinds) or (second in one.kinds and first in other.kinds)


def _differs(difference: str, one: MedicationUse, other: MedicationUse) -> bool:
    if difference == "one-as-needed":
        return one.regimen.as_needed != other.regimen.as_needed
    return one.form is not None and other.form is not None and one.form != other.form


def _shared(one: MedicationUse, other: MedicationUse) -> tuple[str, ...]:
    theirs = {ingredient.name for ingredient in other.ingredients}
    return tuple(ingredient.name for ingredient in one.ingredients if ingredient.name in theirs)


def _references(one: MedicationUse, other: MedicationUse) -> tuple[str, ...]:
    return tuple(use.reference for use in (one, other) if use.currency != "proposed")
