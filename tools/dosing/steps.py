"""The next step of a dose that is being taken, up or down."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.quantity import Quantity
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.engine import daily_limit, entries_for, per_day, plan_quantity, text_of
from tools.dosing.index import Entry, index

_ROUNDING = Decimal("0.000001")


def next_step(use: MedicationUse, indication: str, facts: Facts, direction: Literal["up", "down"], row: str | None = None) -> DoseAnswer:
    """The next dose of the rule's steps from the present daily dose.

    Returns:
        `found` with the step; `missing` where the present dose is not recorded; `nothing_found` where there is no further step or the
        patient's daily maximum bars it; `not_covered` where no rule names steps for this drug and indication.
    """
    entry = _entry(use, indication, row)
    if entry is None:
        names = ", ".join(i.name for i in use.ingredients) or use.text
        return DoseAnswer(outcome="not_covered", drug=names, indication=indication, reason=f"no steps are known for {names}", text="")
    present = daily_of(use)
    if present is None:
        return _without(entry, indication, "missing", "the present daily dose is not recorded", ("present dose",))
    limit = daily_limit(entry.rule, facts)
    most = limit[0]
    steps = [
        step
        for step in ladder(entry)
        if step[2].same_kind(present) and (most is None or not step[2].same_kind(most) or step[2].compare(most) <= 0)
    ]
    wanted = (
        [s for s in steps if _compared(s[2], present) > 0]
        if direction == "up"
        else [s for s in reversed(steps) if _compared(s[2], present) < 0]
    )
    if not wanted:
        return _without(
            entry,
            indication,
            "nothing_found",
            "already at the highest dose for this patient" if direction == "up" else "already at the lowest dose",
        )
    amount, per, _ = wanted[0]
    return _stepped(entry, indication, direction, amount, per, limit)


def _compared(step: Quantity, present: Quantity) -> int:
    """-1, 0 or 1 as a step is less than, equal to or more than the present dose; a seventh of a weekly dose has no last digit."""
    mine, theirs = step.to(present.unit).value, present.value
    return 0 if abs(mine - theirs) <= theirs * _ROUNDING else step.compare(present)


def _stepped(
    entry: Entry, indication: str, direction: str, amount: Quantity, per: str, limit: tuple[Quantity | None, tuple[Adjustment, ...]]
) -> DoseAnswer:
    rule, (most, reasons) = entry.rule, limit
    text = text_of(rule, amount, per)
    return DoseAnswer(
        outcome="found",
        drug=rule.drug,
        indication=indication or rule.indication[0],
        start=DoseStep(text=text, amount=plan_quantity(amount), per=per, route=rule.route),
        titration=rule.titration,
        max_per_day=plan_quantity(most) if most else None,
        adjustments=reasons,
        monitoring=rule.monitoring,
        rule=entry.ref,
        legacy_id=rule.legacy_id,
        evidence=entry.evidence,
        confidence=rule.confidence,
        text=f"{'Raise' if direction == 'up' else 'Reduce'} to {text}",
    )


def _entry(use: MedicationUse, indication: str, row: str | None) -> Entry | None:
    name = index().drug_of([ingredient.name for ingredient in use.ingredients])
    if name is None:
        return None
    fitting = [entry for entry in entries_for(name, indication, row) if entry.rule.steps]
    others = [entry for entry in index().by_drug[name] if entry.rule.steps]
    salt = [e for e in others if e.rule.salt in use.kinds and indication in e.rule.indication]
    return next(iter(salt or fitting or (others if len(others) == 1 else [])), None)


def ladder(entry: Entry) -> list[tuple[Quantity, str, Quantity]]:
    """The steps of a rule: amount, interval, amount per day; rising."""
    per = entry.rule.step_per or entry.rule.doses[-1].per
    return [(amount, per, per_day(amount, per)) for amount in map(Quantity.parse, entry.rule.steps)]


def climb(entry: Entry) -> tuple[str, ...]:
    """The daily amounts of the steps, as text, from the lowest up, with the product where one is named; empty without steps."""
    if not entry.rule.steps:
        return ()
    products = {product.amount: f" ({product.product})" for product in entry.rule.products}
    return tuple(f"{Quantity(round(daily.value, 3), daily.unit)}{products.get(str(amount), '')}" for amount, _, daily in ladder(entry))


def daily_of(use: MedicationUse) -> Quantity | None:
    """The daily amount taken, in the unit of an amount; `None` where the record does not say."""
    regimen = use.regimen
    if regimen.daily is not None:
        return Quantity(regimen.daily.value, regimen.daily.unit.removesuffix("/d"))
    if regimen.amount is not None and regimen.per is not None and regimen.per.value > 0 and not regimen.as_needed:
        return Quantity(regimen.amount.value / (regimen.per.to("d").value or Decimal(1)), regimen.amount.unit)
    return None


def _without(
    entry: Entry, indication: str, outcome: Literal["missing", "nothing_found"], reason: str, missing: tuple[str, ...] = ()
) -> DoseAnswer:
    return DoseAnswer(
        outcome=outcome,
        drug=entry.rule.drug,
        indication=indication,
        reason=reason,
        missing=missing,
        rule=entry.ref,
        legacy_id=entry.rule.legacy_id,
        text="",
    )
