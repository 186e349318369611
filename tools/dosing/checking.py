"""Whether a dose that is taken or proposed is too much, or not the one that its criteria fix."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from tools.clinical.answer import Issue
from tools.clinical.facts import Facts, MedicationUse
from tools.clinical.quantity import Quantity, decimal_of
from tools.dosing.answers import Adjustment
from tools.dosing.engine import answer_for, daily_limit, per_day
from tools.dosing.index import Entry, index
from tools.dosing.parameters import parameters
from tools.dosing.stand_in import with_clearance
from tools.dosing.steps import daily_of


def check_dose(use: MedicationUse, facts: Facts) -> tuple[Issue, ...]:
    """Issues of kind DOSE of one medicine.

    Returns:
        Empty where the dose is not recorded, the drug has no rule, or nothing speaks against the dose. Only rules of an indication
        that the patient has are asked; where none is on the problem list, the most generous rule decides.
    """
    name = index().drug_of([ingredient.name for ingredient in use.ingredients])
    entries = _entries(name, use, facts) if name else []
    if not name or not entries:
        return ()
    return tuple(_over_daily(use, name, entries, facts) or _over_single(use, name, entries) or _not_as_fixed(use, entries, facts))


def why_unchecked(use: MedicationUse) -> str:
    """Why `check_dose` could say nothing of a medicine; empty where it was checked."""
    name = index().drug_of([ingredient.name for ingredient in use.ingredients])
    if name is None:
        return "no dose rule covers it"
    return "" if daily_of(use) is not None or use.regimen.amount is not None else "its dose is not recorded"


def _entries(name: str, use: MedicationUse, facts: Facts) -> list[Entry]:
    entries = [e for e in index().by_drug.get(name, ()) if use.route is None or e.rule.route == use.route]
    fitting = [e for e in entries if any(facts.problem(indication) for indication in e.rule.indication)]
    return fitting or entries


def _over_daily(use: MedicationUse, name: str, entries: list[Entry], facts: Facts) -> list[Issue]:
    present = daily_of(use)
    if present is None:
        return []
    judged, instead = with_clearance(facts)
    limits = [(entry, *daily_limit(entry.alone, judged)) for entry in entries]
    known = [(entry, most, reasons) for entry, most, reasons in limits if most is not None and most.same_kind(present)]
    if len(known) < len(limits) or not known:
        return []
    entry, most, reasons = max(known, key=lambda k: k[1].to(present.unit).value)
    if present.compare(most) <= 0:
        return []
    why = [reason for reason in reasons if reason.because and reason.text.endswith(f"at most {most} a day")]
    said = [*why, instead] if why and instead else why
    return [
        _issue(
            use,
            name,
            entry,
            f"{_amount(present)} a day is more than the most that is given ({_amount(most)})",
            said,
            most=f"{_amount(most)} a day",
            gross=bool(why) or present.value >= most.to(present.unit).value * _gross_share(),
        )
    ]


def _gross_share() -> Decimal:
    """The share of the maximum from which an overdose interrupts; below it, it is shown."""
    return decimal_of(parameters("dosing-weight").number["gross_share_of_maximum"])


def _over_single(use: MedicationUse, name: str, entries: list[Entry]) -> list[Issue]:
    amount = use.regimen.amount
    if amount is None or any(not entry.rule.max_single for entry in entries):
        return []
    most = [(entry, Quantity.parse(entry.rule.max_single)) for entry in entries]
    if any(not limit.same_kind(amount) for _, limit in most):
        return []
    entry, limit = max(most, key=lambda pair: pair[1].to(amount.unit).value)
    if amount.compare(limit) <= 0:
        return []
    return [
        _issue(
            use,
            name,
            entry,
            f"{_amount(amount)} at once is more than the most that is given at once ({_amount(limit)})",
            (),
            most=f"{_amount(limit)} at once",
            gross=True,
        )
    ]


def _not_as_fixed(use: MedicationUse, entries: list[Entry], facts: Facts) -> list[Issue]:
    """The dose of a drug whose dose is fixed by criteria, where the patient has exactly one of its indications."""
    present = daily_of(use)
    entry = entries[0]
    if present is None or len(entries) != 1 or not entry.rule.exact or not any(facts.problem(i) for i in entry.rule.indication):
        return []
    answer = answer_for(entry, facts)
    if answer.start is None or answer.start.amount is None or answer.start.per is None:
        return []
    fixed = per_day(Quantity.parse(f"{answer.start.amount.value} {answer.start.amount.unit}"), answer.start.per)
    if not fixed.same_kind(present) or present.compare(fixed) == 0:
        return []
    more = present.compare(fixed) > 0
    said = f"{_amount(present)} a day is {'more' if more else 'less'} than the dose that its criteria give here ({answer.start.text})"
    return [_issue(use, entry.rule.drug, entry, said, answer.adjustments, to=answer.start.text, gross=more)]


def _issue(
    use: MedicationUse, name: str, entry: Entry, said: str, why: Iterable[Adjustment], *, gross: bool, most: str = "", to: str = ""
) -> Issue:
    reasons = tuple(why)
    stops = gross and entry.rule.confidence != "unsure"
    because = "; ".join(reason.text for reason in reasons)
    return Issue(
        code="DOSE",
        severity="major" if stops else "moderate",
        indicator="warning" if stops else "info",
        interruptive=stops,
        participants=(name,),
        consequence=f"{name.capitalize()} {said}" + (f". {because}." if because else "."),
        action=f"Lower it to {most} at most, or confirm the dose." if most else f"Change it to {to}, or confirm the present dose.",
        rule=entry.ref,
        evidence=entry.evidence,
        facts=tuple(dict.fromkeys(reference for reason in reasons for reference in reason.because)),
        medications=(use.reference,),
    )


def _amount(quantity: Quantity) -> str:
    return str(Quantity(round(quantity.value, 2), quantity.unit))
