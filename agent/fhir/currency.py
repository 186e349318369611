"""Whether a medicine is taken now: orders of one product merged into one use, the newest deciding.

`active` alone proves little, since most exports never close an order. So, for an order that is open by its own status:

| the record says | currency |
|---|---|
| a validity period or bounded course that ended before `as_of` | `old` |
| a validity period that reaches `as_of` or beyond | `current` |
| supply (duration × fills) ended more than 365 days before `as_of`, of a medicine that is not taken as needed | `old`, and told as lapsed |
| supply ended more than 90 days before `as_of` | `uncertain` |
| supply that reaches into those 90 days | `current` |
| neither, written at most 365 days before `as_of` | `current` |
| neither, written earlier, or without a date | `uncertain` |
| begins after `as_of`; on hold; status `unknown` or not of R4; intent `plan` | `uncertain` |
| completed, but written on `as_of`, or with a course or supply that still runs: dispensed, and hardly over | `uncertain` |
| stopped, completed, cancelled, not taken | `old` |

One product is one set of ingredients, strength and form; what names less of these (`lisinopril`) is counted to the only product
that it may be. Of several orders of one product the newest decides, with three exceptions: a cancelled order never began, so it decides
only where there is no other; a *completed* one does not end another that is current by itself; a dispense or an
administration never ends an order, but one that is current keeps alive an order that would be uncertain for its age, and what was handed
over after the order's period had ended shows that it went on, and decides.
Source: HL7 FHIR R4, value sets medicationrequest-status, medication-statement-status, medicationdispense-status; the
periods of 365 and 90 days are a decision of this project (a yearly review; a three-month supply). A year after the supply has ended
a prescription may not be filled again either.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from msgspec.structs import replace

from agent.fhir.reading import Order
from agent.fhir.same_dose import with_dose_since
from tools.clinical.facts import Currency, MedicationUse

_YEAR = 365
_GRACE = 90
_FIXED: dict[str, Currency] = {"over": "old", "completed": "old", "withdrawn": "old", "held": "uncertain", "unsure": "uncertain"}


def currency_of(order: Order, as_of: date) -> Currency:
    """Whether one order, by itself, says that the medicine is taken at `as_of`."""
    end = order.covers_until
    if order.validity_ends and end is not None and end < as_of:
        return "old"
    if order.state == "completed" and order.weight and (order.when == as_of or (end is not None and end > as_of)):
        return "uncertain"
    if order.state != "open":
        return _FIXED[order.state]
    if order.begins is not None and order.begins > as_of:
        return "uncertain"
    if end is not None:
        return "current" if (as_of - end).days <= (0 if order.validity_ends else _GRACE) else "uncertain"
    return "current" if order.when is not None and (as_of - order.when).days <= _YEAR else "uncertain"


def merge(orders: Iterable[Order], as_of: date) -> tuple[MedicationUse, ...]:
    """One use a product, in the order in which products first appear in the record."""
    groups: dict[Product, list[Order]] = {}
    orders = tuple(orders)
    for order in orders:
        groups.setdefault(product(order.use), []).append(order)
    for vague in [key for key in groups if None in key[1:]]:
        likely = [key for key in groups if key != vague and _may_be(vague, key)]
        if len(likely) == 1:
            groups[likely[0]] += groups.pop(vague)
    alike: dict[object, list[Order]] = {}
    for order in orders:
        alike.setdefault(product(order.use)[0], []).append(order)
    return tuple(with_dose_since(_merged(group, as_of), alike[product(group[0].use)[0]]) for group in groups.values())


Product = tuple[object, ...]


def product(use: MedicationUse) -> Product:
    """What makes two orders orders of the same thing: ingredients, strength and form (or else route); or the code; or the text."""
    if use.ingredients and use.complete:
        strength = (use.strength.value.normalize(), use.strength.unit) if use.strength else None
        return (frozenset(i.name for i in use.ingredients), strength, use.form or use.route)
    return ((use.code.system, use.code.code),) if use.code else (use.text.casefold(),)


def _may_be(vague: Product, other: Product) -> bool:
    """Whether the one may be the other, said with less detail (`lisinopril` and `lisinopril 10 MG Oral Tablet`)."""
    return (
        len(vague) == len(other)
        and vague[0] == other[0]
        and all(a in (None, b) or b is None for a, b in zip(vague[1:], other[1:], strict=True))
    )


def _merged(group: list[Order], as_of: date) -> MedicationUse:
    began = [order for order in group if order.state != "withdrawn"] or group
    ranked = sorted(began, key=lambda o: (o.weight, o.moment, o.state in ("open", "held", "unsure")))
    newest = ranked[-1]
    deciding = _still_current(newest, ranked, as_of) or _resumed(newest, ranked) or newest
    currency = currency_of(deciding, as_of)
    if currency == "uncertain" and deciding.state == "open" and any(currency_of(o, as_of) == "current" for o in ranked if o.weight == 0):
        currency = "current"
    supplied_until = _supplied_until(began)
    lapsed = currency == "uncertain" and deciding.state == "open" and _lapsed(deciding, supplied_until, as_of)
    dates = [order.when for order in began if order.when is not None]
    return replace(
        deciding.use,
        currency="old" if lapsed else currency,
        started=min(dates, default=None),
        last_ordered=max(dates, default=None),
        supplied_until=supplied_until,
        declined=deciding.use.declined and any(order.state == "open" for order in began),
        also=tuple(dict.fromkeys(o.use.reference for o in group if o.use.reference != deciding.use.reference)),
        lapsed=lapsed,
        dates=tuple(sorted(dates)),
    )


def _lapsed(deciding: Order, supplied_until: date | None, as_of: date) -> bool:
    """Whether the last supply of an order that nobody closed ended long ago; what is taken as needed may still lie in the drawer."""
    return supplied_until is not None and not deciding.use.regimen.as_needed and (as_of - supplied_until).days > _YEAR


def _supplied_until(orders: list[Order]) -> date | None:
    """The last day that is covered; `None` where nothing says how long a supply lasts, or a newer order does not say it."""
    covered = max((order.covers_until for order in orders if order.covers_until is not None), default=None)
    endless = max((order.when for order in orders if order.covers_until is None and order.when is not None), default=None)
    return None if covered is None or (endless is not None and endless > covered) else covered


def _resumed(newest: Order, ranked: list[Order]) -> Order | None:
    """The newest hand-over after the period of the last order had ended."""
    end = newest.covers_until
    if not newest.weight or not newest.validity_ends or end is None:
        return None
    after = [o for o in ranked if o.weight == 0 and o.state == "open" and o.when is not None and o.when > end]
    return after[-1] if after else None


def _still_current(newest: Order, ranked: list[Order], as_of: date) -> Order | None:
    """A current order that a newer, merely completed one does not end."""
    if newest.state != "completed":
        return None
    open_ones = [o for o in ranked if o.weight == newest.weight and o.state == "open" and currency_of(o, as_of) == "current"]
    return open_ones[-1] if open_ones else None
