"""Rules on a whole regimen: medicines that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.clinical.facts import Facts, MedicationUse
from tools.interactions.index import Index, ReadyCombination
from tools.interactions.model import Count
from tools.interactions.verdict import Concerned, Finding, judge


def combinations_of(index: Index, uses: Sequence[MedicationUse], facts: Facts) -> Iterator[Finding]:
    """Every rule on a regimen that these medicines fulfil."""
    distinct = list({_identity(use): use for use in uses}.values())
    present = frozenset().union(*(use.kinds for use in distinct)) if distinct else frozenset()
    for ready in index.combinations:
        if not present.issuperset(ready.combination.all_of) or (ready.counted and present.isdisjoint(ready.counted)):
            continue
        concerned = _concerned(ready, distinct)
        if concerned and (ready.condition is None or ready.condition.holds(Concerned.of(facts, concerned)).holds):
            yield judge(ready, concerned, facts)


def _concerned(ready: ReadyCombination, uses: Sequence[MedicationUse]) -> tuple[MedicationUse, ...]:
    combination = ready.combination
    found: list[MedicationUse] = []
    if combination.all_of:
        if not _each_by_its_own(combination.all_of, uses):
            return ()
        found += [use for use in uses if not use.kinds.isdisjoint(combination.all_of)]
    if combination.count:
        counted = _counted(combination.count, uses)
        if not counted:
            return ()
        found += [use for use in counted if use not in found]
    return tuple(found)


def _counted(count: Count, uses: Sequence[MedicationUse]) -> list[MedicationUse]:
    if count.points:
        scored = [(use, max((points for kind, points in count.points.items() if kind in use.kinds), default=0)) for use in uses]
        return [use for use, points in scored if points] if sum(points for _, points in scored) >= count.at_least else []
    found = [use for use in uses if not use.kinds.isdisjoint(count.of)]
    number = _matching(count.of, found) if count.once_each else len(found)
    return found if number >= count.at_least else []


def _each_by_its_own(kinds: Sequence[str], uses: Sequence[MedicationUse]) -> bool:
    return _matching(kinds, uses) == len(kinds)


def _matching(kinds: Sequence[str], uses: Sequence[MedicationUse]) -> int:
    """How many of the kinds can each be given a medicine of its own (augmenting paths)."""
    taken: dict[int, str] = {}

    def place(kind: str, tried: set[int]) -> bool:
        for position, use in enumerate(uses):
            if kind in use.kinds and position not in tried:
                tried.add(position)
                if position not in taken or place(taken[position], tried):
                    taken[position] = kind
                    return True
        return False

    return sum(place(kind, set()) for kind in kinds)


def _identity(use: MedicationUse) -> frozenset[str]:
    return frozenset(ingredient.name for ingredient in use.ingredients) or use.kinds
