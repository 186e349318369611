"""Medicines that were ordered after an allergy to them was recorded: tolerated, a mistake, or an allergy that never was."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tools.clinical.facts import Allergy, DataIssue, MedicationUse


def exposures(allergies: Iterable[Allergy], medications: Iterable[MedicationUse]) -> Iterator[DataIssue]:
    """One finding for each active allergy with a dated record and a later order of the very substance.

    An order that is still taken is left to the allergy checks; this is about the past, which they do not see.
    """
    over = [use for use in medications if not use.taken]
    for allergy in allergies:
        if not allergy.active or allergy.recorded is None:
            continue
        later = [use for use in over if use.last_ordered and use.last_ordered > allergy.recorded and _is_it(use, allergy)]
        if later:
            orders = ", ".join(f"{use.text} ({use.last_ordered.isoformat()})" for use in later if use.last_ordered)
            yield DataIssue(allergy.reference, "exposure", f"Recorded on {allergy.recorded.isoformat()}; ordered after that: {orders}.")


def _is_it(use: MedicationUse, allergy: Allergy) -> bool:
    return any(ingredient.name in allergy.kinds for ingredient in use.ingredients)
