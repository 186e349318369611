"""Rules on a whole regimen: medicines that add up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tools.clinical.facts import MedicationUse
from tools.interactions.index import Index, ReadyCombination
from tools.interactions.model import Combination, Count
from tools.interactions.patient import Concerned, Patient, identity_of
from tools.interactions.suppression import counts, under_discipline
from tools.interactions.verdict import Finding, judge


def combinations_of(index: Index, uses: Sequence[MedicationUse], patient: Patient) -> list[Finding]:
    """Every rule on a regimen that these medicines fulfil, less those that a graver one replaces."""
    distinct = list({identity_of(use): use for use in uses}.values())
    found = list(_fulfilled(index, distinct, patient))
    replaced = {name for finding in found if not finding.suppressed for name in _combination(finding).replaces}
    return [finding for finding in found if finding.ready.id not in replaced]


def _fulfilled(index: Index, uses: Sequence[MedicationUse], patient: Patient) -> Iterator[Finding]:
    mask = _candidates(index, uses)
    local = any(use.route in index.discipline.local.routes for use in uses)
    while mask:
        bit = mask & -mask
        mask ^= bit
        ready = index.combinations[bit.bit_length() - 1]
        concerned = _concerned(ready, [use for use in uses if counts(index.discipline, use, ready.also_by)] if local else uses)
        if not concerned:
            continue
        bound = Concerned.of(patient, concerned)
        if ready.condition is None or ready.condition.holds(bound).holds:
            yield under_discipline(index.discipline, judge(ready, concerned, bound), bound)


def _candidates(index: Index, uses: Sequence[MedicationUse]) -> int:
    """The combinations that name two of these ingredients, or that one can fulfil: a first sieve."""
    once = twice = 0
    for use in uses:
        named = index.naming(use.kinds)
        twice |= named if len(use.ingredients) > 1 else once & named
        once |= named
    return twice | once & index.alone


def _concerned(ready: ReadyCombination, uses: Sequence[MedicationUse]) -> tuple[MedicationUse, ...]:
    combination = ready.combination
    if _matching(combination.all_of, uses) < len(combination.all_of):
        return ()
    if combination.count and _number(combination.count, uses) < combination.count.at_least:
        return ()
    return tuple(use for use in uses if not ready.named.isdisjoint(use.kinds))


def _number(count: Count, uses: Sequence[MedicationUse]) -> int:
    if count.once_each:
        return _matching(count.of, uses)
    return sum(not use.kinds.isdisjoint(count.of) for use in uses)


def _matching(kinds: Sequence[str], uses: Sequence[MedicationUse]) -> int:
    """How many of the kinds can each be given an ingredient of its own (augmenting paths over products with their ingredients)."""
    places = [use for use in uses if not use.kinds.isdisjoint(kinds) for _ in use.ingredients or (None,)]
    taken: dict[int, str] = {}

    def place(kind: str, tried: set[int]) -> bool:
        for position, use in enumerate(places):
            if kind in use.kinds and position not in tried:
                tried.add(position)
                if position not in taken or place(taken[position], tried):
                    taken[position] = kind
                    return True
        return False

    return sum(place(kind, set()) for kind in kinds)


def _combination(finding: Finding) -> Combination:
    assert isinstance(finding.ready, ReadyCombination)
    return finding.ready.combination
