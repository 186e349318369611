"""Values that are counted over the record's history: episodes of a year, medicines ever ordered, days without a supply.

A count is what the record shows, and so the least that there was. Where it shows nothing there is no value, and not a zero.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal

from tools.clinical.clause import within_days
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.quantity import Quantity
from tools.guidelines.computed_value import Computed

Answer = tuple[Decimal, date, tuple[str, ...]] | None
_Dated = tuple[date, str]
_ACUTE_CARE = "acute-care"


def _episodes(entry: Computed, facts: Facts) -> Answer:
    within, apart = within_days(entry.within), within_days(entry.apart or None) or 0
    dated = sorted(
        (when, reference)
        for when, reference in {*_problems(entry, facts), *_events(entry, facts), *_orders(entry, facts), *_values(entry, facts)}
        if when <= facts.as_of and (within is None or (facts.as_of - when).days <= within)
    )
    count, last = 0, None
    for when, _ in dated:
        if last is None or (when - last).days >= max(apart, 1):
            count, last = count + 1, when
    return (Decimal(count), facts.as_of, tuple(dict.fromkeys(reference for _, reference in dated))) if count else None


def _problems(entry: Computed, facts: Facts) -> Iterator[_Dated]:
    """Every date at which one of these began, over or not; an order to hand of it counts as often as it is listed."""
    wanted = frozenset(entry.episodes)
    for problem in facts.problems:
        if problem.kinds & wanted:
            yield from ((when, problem.reference) for when in (problem.onset, problem.returned) if when is not None)


def _events(entry: Computed, facts: Facts) -> Iterator[_Dated]:
    """Dated findings and visits for one of these, and stays and emergency visits for one of the others."""
    wanted, urgent = frozenset(entry.episodes), frozenset(entry.acute_care_for)
    for event in facts.events:
        if event.when is None or event.kind not in ("encounter", "finding"):
            continue
        one_of_these = not (wanted.isdisjoint(event.reasons) and wanted.isdisjoint(event.kinds))
        if one_of_these or (_ACUTE_CARE in event.kinds and not urgent.isdisjoint(event.reasons)):
            yield event.when, event.reference


def _orders(entry: Computed, facts: Facts) -> Iterator[_Dated]:
    """Every order and hand-over of these; of what counts as a course only where it is not taken on and on."""
    wanted = frozenset(entry.orders_of)
    for use in facts.medications:
        if use.kinds & wanted and use.currency != "proposed" and not (entry.courses and use.taken):
            yield from ((when, use.reference) for when in use.dates)


def _values(entry: Computed, facts: Facts) -> Iterator[_Dated]:
    """Every value below the limit."""
    if entry.values_of and entry.below:
        limit = Quantity.parse(entry.below)
        yield from ((m.when, m.reference) for m in facts.measurements.get(entry.values_of, ()) if m.quantity.compare(limit) < 0)


def _ever(entry: Computed, facts: Facts) -> Answer:
    """How many ingredients of these were ever ordered, or are listed as not tolerated."""
    found: dict[str, str] = {}
    wanted = frozenset(entry.ever_of)
    for use in facts.medications:
        if use.kinds & wanted and use.currency != "proposed":
            found |= {ingredient.name: use.reference for ingredient in use.ingredients if ingredient.name not in found}
    for allergy in facts.allergies:
        if allergy.active and allergy.kinds & wanted:
            found.setdefault(min(allergy.kinds), allergy.reference)
    return (Decimal(len(found)), facts.as_of, tuple(dict.fromkeys(found.values()))) if found else None


def _least(entry: Computed, facts: Facts) -> Answer:
    values = [m for m in facts.measurements.get(entry.least_of or "", ()) if m.when <= facts.as_of]
    if not values:
        return None
    least = min(values, key=lambda m: m.quantity.to(entry.unit).value)
    return least.quantity.to(entry.unit).value, least.when, (least.reference,)


def _days_without(entry: Computed, facts: Facts) -> Answer:
    """Days since the last supply of these ended; none while one of them has no end, or is still in hand."""
    uses = list(_taken(entry.days_without, facts))
    ends = [use.supplied_until for use in uses]
    known = [end for end in ends if end is not None]
    if not uses or len(known) < len(ends):
        return None
    days = (facts.as_of - max(known)).days
    return (Decimal(days), facts.as_of, tuple(use.reference for use in uses)) if days > 0 else None


def _taken(names: Iterable[str], facts: Facts) -> Iterator[MedicationUse]:
    seen = {use.reference: use for name in names for use in facts.taking(name) if use.currency != "proposed"}
    yield from seen.values()


HISTORY: Mapping[str, Callable[[Computed, Facts], Answer]] = {
    "episodes": _episodes,
    "acute_care_for": _episodes,
    "orders_of": _episodes,
    "values_of": _episodes,
    "ever_of": _ever,
    "least_of": _least,
    "days_without": _days_without,
}
"""The field that asks for a count over the history, and how it is counted."""
