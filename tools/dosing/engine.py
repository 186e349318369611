"""Choosing a dose: what bars it, which option applies, how much that is for this patient, and how far it may go."""

from __future__ import annotations

import re
from collections.abc import Set
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

from msgspec import structs

from tools.clinical.answer import Issue
from tools.clinical.clause import compile_all
from tools.clinical.conditions import Verdict
from tools.clinical.facts import Facts
from tools.clinical.plan import PlanQuantity
from tools.clinical.quantity import Quantity, decimal_of, plain
from tools.dosing.answers import Adjustment, DoseAnswer, DoseStep
from tools.dosing.formulas import formula_for, formula_uses
from tools.dosing.genotype_start import by_genes
from tools.dosing.index import Entry, index
from tools.dosing.model import Option, Rule
from tools.dosing.parameters import parameters
from tools.dosing.plausibility import doubt
from tools.dosing.wording import dose_text


def calculate_dose(drug: str, indication: str, facts: Facts, row: str | None = None) -> DoseAnswer:
    """The dose to start with, for this patient.

    Args:
        drug: ingredient name (`apixaban`; a fixed combination as `sacubitril-valsartan`).
        indication: problem name; may be empty where the drug has one rule only, or the patient has one of its indications only.
        row: the row of the raw table (`DOSE045`) or the id of a rule, where the caller knows which.

    Returns:
        `found` with a dose in words and numbers; else the reason. No dose comes from a value that cannot be right.
    """
    drug = rule_name(drug)
    formula = formula_for(drug, row or indication)
    if formula is not None:
        return formula(facts)
    if not indication and row is None and (by_formula := formula_uses(drug)):
        return _for_the_one_problem(drug, facts, by_formula | _table_uses(drug))
    entries = entries_for(drug, indication, row)
    if not entries:
        known = sorted(_table_uses(drug) | formula_uses(drug))
        reason = f"no dose rule for {drug} in {indication or 'this use'}" + (f"; there are rules for {', '.join(known)}" if known else "")
        return DoseAnswer(outcome="not_covered", drug=drug, indication=indication, reason=reason, text=f"No dose: {reason}.")
    if len(entries) > 1:
        entries = tuple(entry for entry in entries if any(facts.problem(name) for name in entry.rule.indication)) or entries
    if len(entries) > 1:
        return _differently(drug, indication, {name for entry in entries for name in entry.rule.indication})
    found = answer_for(entries[0], facts, indication)
    genetic = by_genes(drug, facts) if found.outcome == "found" else None
    return found if genetic is None else _beside_the_table(genetic, found)


def _for_the_one_problem(drug: str, facts: Facts, uses: Set[str]) -> DoseAnswer:
    """The dose for the one of these uses that the patient has; where it is none or several, the use is asked for."""
    theirs = [name for name in uses if facts.problem(name)]
    return calculate_dose(drug, theirs[0], facts) if len(theirs) == 1 else _differently(drug, "", uses)


def _differently(drug: str, indication: str, uses: Set[str]) -> DoseAnswer:
    reason = f"{drug} is dosed differently for {', '.join(sorted(uses))}"
    return DoseAnswer(
        outcome="missing", drug=drug, indication=indication, missing=("indication",), reason=reason, text=f"No dose: {reason}."
    )


def _table_uses(drug: str) -> Set[str]:
    return {name for entry in index().by_drug.get(drug, ()) for name in entry.rule.indication}


def _beside_the_table(genetic: DoseAnswer, found: DoseAnswer) -> DoseAnswer:
    """The dose by genes, for the same indication, with why the table would have begun otherwise than usual."""
    reasons = tuple(Adjustment(f"the table begins with {found.text}: {one.text}", one.because) for one in found.adjustments)
    return structs.replace(genetic, indication=found.indication, adjustments=(*genetic.adjustments, *reasons))


def rule_name(drug: str) -> str:
    """The name under which rules are kept: `sacubitril/valsartan` and `Insulin glargine` in kebab-case."""
    return re.sub(r"[^a-z0-9]+", "-", drug.lower()).strip("-")


def entries_for(drug: str, indication: str, row: str | None) -> tuple[Entry, ...]:
    """The rules that a question is about: by row, by indication, or the drug's only rule."""
    of_row = tuple(entry for entry in index().by_row.get(row or "", ()) if entry.rule.drug == drug)
    if of_row:
        return tuple(entry for entry in of_row if indication in entry.rule.indication)[:1] or of_row[:1]
    if row is not None and row in index().by_id:
        return (index().by_id[row],)
    entries = index().by_drug.get(drug, ())
    fitting = tuple(entry for entry in entries if indication in entry.rule.indication)
    return fitting[:1] or (() if indication else entries)


def answer_for(entry: Entry, facts: Facts, indication: str = "") -> DoseAnswer:
    """The dose that one rule gives these facts."""
    rule = entry.rule
    found = doubt(entry.observables, facts)
    if found is not None:
        return _none(entry, "missing", found.issue.consequence, (found.observable,), indication, issue=found.issue, question=found.question)
    barred = _barred(entry, facts, indication)
    if barred is not None:
        return barred
    option, verdict, missing = _option(rule, facts)
    if missing:
        return _none(entry, "missing", f"the dose depends on {', '.join(missing)}, not recorded", missing, indication)
    if option is None:
        return _none(entry, "out_of_scope", f"the table has no dose of {rule.drug} for this age", (), indication)
    amount, lacking = amount_for(option, rule, facts)
    if amount is None:
        return _none(entry, "missing", f"the dose depends on {', '.join(lacking)}, not recorded", lacking, indication)
    return _found(entry, option, amount, verdict, facts, indication)


def _barred(entry: Entry, facts: Facts, indication: str) -> DoseAnswer | None:
    missing: list[str] = []
    for bar in entry.rule.bars:
        verdict = compile_all(bar.when).holds(facts)
        if verdict.holds:
            return _none(entry, "out_of_scope", bar.because, (), indication, Adjustment(bar.because, verdict.because))
        missing += verdict.missing if verdict.unknown else ()
    if missing:
        names = tuple(dict.fromkeys(missing))
        return _none(
            entry, "missing", f"whether {entry.rule.drug} may be given depends on {', '.join(names)}, not recorded", names, indication
        )
    return None


def _option(rule: Rule, facts: Facts) -> tuple[Option | None, Verdict | None, tuple[str, ...]]:
    """The first option that applies, or the names of what is missing to tell."""
    youngest = Quantity.parse(rule.from_age)
    age = facts.age_in(youngest.unit)
    if age is None:
        return None, None, ("birth date",)
    if age < youngest.value:
        return None, None, ()
    missing: list[str] = []
    for option in rule.doses:
        verdict = compile_all(option.when).holds(facts)
        if verdict.unknown:
            missing += verdict.missing
        elif verdict.holds:
            return (None, None, tuple(dict.fromkeys(missing))) if missing else (option, verdict, ())
    return None, None, tuple(dict.fromkeys(missing))


def amount_for(option: Option, rule: Rule, facts: Facts) -> tuple[Quantity | None, tuple[str, ...]]:
    """The amount of one administration, and what is missing where it goes by size."""
    amount = Quantity.parse(option.amount)
    for suffix, observable in (("/kg", _weight_name(rule)), ("/m2", "bsa")):
        if suffix not in amount.unit:
            continue
        size = weight_of(rule, facts) if suffix == "/kg" else _size(facts, observable)
        if size is None:
            return None, (observable,)
        total = Quantity(amount.value * size, amount.unit.replace(suffix, "", 1))
        return _rounded(option, total), ()
    return amount, ()


def _weight_name(rule: Rule) -> str:
    return "body-weight" if rule.weight == "actual" else "body-height"


def _size(facts: Facts, observable: str) -> Decimal | None:
    measurement = facts.latest(observable)
    return None if measurement is None else measurement.quantity.value


def weight_of(rule: Rule, facts: Facts) -> Decimal | None:
    """The weight in kg that the rule uses; the adjusted weight where the patient is heavy for the ideal weight, else the actual one."""
    actual = _size(facts, "body-weight")
    if actual is None or rule.weight == "actual":
        return actual
    ideal = _size(facts, "ideal-body-weight")
    if ideal is None:
        return None
    if rule.weight == "ideal":
        return min(actual, ideal)
    number = parameters("dosing-weight").number
    heavy = actual >= ideal * decimal_of(number["heavy_share_of_ideal"])
    return ideal + decimal_of(number["share_of_excess"]) * (actual - ideal) if heavy else actual


def _rounded(option: Option, total: Quantity) -> Quantity:
    if option.round_to:
        step = Quantity.parse(option.round_to).to(total.unit).value
        total = Quantity((total.value / step).quantize(Decimal(1), ROUND_HALF_UP) * step, total.unit)
    if option.at_most:
        most = Quantity.parse(option.at_most).to(total.unit)
        total = total if total.value <= most.value else most
    return Quantity(Decimal(plain(total.value, 3)), total.unit)


def per_day(amount: Quantity, per: str) -> Quantity:
    """An amount given at an interval, as an amount per day."""
    return Quantity(amount.value / Quantity.parse(per).to("d").value, amount.unit) if per else amount


def daily_limit(rule: Rule, facts: Facts, option: Option | None = None) -> tuple[Quantity | None, tuple[Adjustment, ...]]:
    """The most per day for this patient, with the reasons where it is less than the usual most; reasons name what could not be told."""
    most = Quantity.parse(rule.max_daily) if rule.max_daily else None
    said: list[Adjustment] = []
    if option is not None and option.max_daily:
        most = Quantity.parse(option.max_daily)
    for limit in rule.limits:
        verdict = compile_all(limit.when).holds(facts)
        if verdict.unknown:
            said.append(
                Adjustment(f"Not told whether a lower daily maximum applies ({limit.because}): {', '.join(verdict.missing)} not recorded")
            )
        elif verdict.holds:
            lower = Quantity.parse(limit.max_daily)
            most = lower if most is None or lower.compare(most) < 0 else most
            said.append(Adjustment(f"{limit.because}: at most {lower} a day", verdict.because))
    return most, tuple(said)


def _found(entry: Entry, option: Option, amount: Quantity, verdict: Verdict | None, facts: Facts, indication: str) -> DoseAnswer:
    rule = entry.rule
    most, limits = daily_limit(rule, facts, option)
    if rule.exact:
        most = per_day(amount, option.per)
    text = text_of(rule, amount, option.per, note=option.note, as_needed=option.as_needed)
    chosen = (Adjustment(option.because, verdict.because if verdict else ()),) if option.because else ()
    return DoseAnswer(
        outcome="found",
        drug=rule.drug,
        indication=indication or rule.indication[0],
        start=DoseStep(text=text, amount=plan_quantity(amount), per=option.per or None, route=rule.route, as_needed=option.as_needed),
        usual=rule.usual,
        titration=rule.titration,
        max_single=plan_quantity(Quantity.parse(rule.max_single)) if rule.max_single else None,
        max_per_day=plan_quantity(most) if most else None,
        max_total=rule.max_total,
        adjustments=(*chosen, *limits),
        monitoring=rule.monitoring,
        rule=entry.ref,
        legacy_id=rule.legacy_id,
        evidence=entry.evidence,
        confidence=rule.confidence,
        text=text,
    )


def _none(
    entry: Entry,
    outcome: Literal["missing", "out_of_scope"],
    reason: str,
    missing: tuple[str, ...],
    indication: str,
    *adjustments: Adjustment,
    issue: Issue | None = None,
    question: str = "",
) -> DoseAnswer:
    return DoseAnswer(
        outcome=outcome,
        drug=entry.rule.drug,
        indication=indication or entry.rule.indication[0],
        missing=missing,
        reason=reason,
        adjustments=adjustments,
        rule=entry.ref,
        legacy_id=entry.rule.legacy_id,
        evidence=entry.evidence,
        confidence=entry.rule.confidence,
        issue=issue,
        question=question,
        text=f"No dose: {reason.rstrip('.')}.",
    )


def text_of(rule: Rule, amount: Quantity, per: str, *, note: str = "", as_needed: bool = False) -> str:
    """A dose of this rule in words, with the product where the label names products."""
    product = next((p.product for p in rule.products if p.amount == str(amount)), "")
    said = Quantity(Decimal(1), "{tablet}") if product else amount
    return dose_text(said, per, rule.route, form=product or rule.form, note=note, as_needed=as_needed)


def plan_quantity(quantity: Quantity) -> PlanQuantity:
    """A quantity as plans write it."""
    return PlanQuantity(plain(quantity.value), quantity.unit)
