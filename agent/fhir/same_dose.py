"""Since when the present dose is taken: a renewal is no change of dose, whatever strength it is filled with.

Orders of the same ingredients are looked at from the newest back: as long as the amount a day is the same, or is not told, the dose has
not changed. What was only handed over or given says nothing of a dose.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from agent.fhir.reading import Order
from tools.clinical.errors import UnitMismatchError
from tools.clinical.facts import MedicationUse
from tools.clinical.quantity import Quantity


def with_dose_since(use: MedicationUse, orders: Iterable[Order]) -> MedicationUse:
    """The use with the date of the first order of its present daily dose; without one where that dose is not known.

    Args:
        orders: every order of the same ingredients, of any strength.
    """
    daily, since = use.regimen.daily, use.last_ordered
    if daily is None or since is None:
        return use
    dated = [(o.when, o) for o in orders if o.when is not None and o.when <= since and o.weight and o.state != "withdrawn"]
    for when, order in sorted(dated, key=lambda pair: pair[0], reverse=True):
        before = order.use.regimen.daily
        if before is not None and not _same(before, daily):
            break
        since = when
    return replace(use, dose_since=since)


def _same(first: Quantity, second: Quantity) -> bool:
    try:
        return first.compare(second) == 0
    except UnitMismatchError:
        return False
