"""From what the guidelines decide to the lines of a plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

from msgspec import structs

from agent import wording
from agent.case import Case
from agent.drafting.standing import ask_how_taken, uncertain_of
from agent.drafting.unweighed import dose_of_start
from agent.drafting.workbook import Entry, Workbook
from tools.clinical.facts import MedicationUse
from tools.clinical.plan import Action, Alternative, Dose, Due, PlanCode, PlanIngredient, PlanQuantity, Rationale, Subject, SubjectKind
from tools.clinical.quantity import Quantity
from tools.dosing import DoseAnswer, calculate_dose, next_step
from tools.guidelines import Decision, shared
from tools.interactions import check_regimen
from tools.terminology import terminology
from tools.terminology.systems import CVX, LOINC, RXNORM

STARTED = "started"
"""What this very plan begins (`Facts.in_negation`): no reference of the record."""

_DAY_HOURS = 24

_ENDING = frozenset({"stop", "hold"})
_GOES_ON = "With it the other part of this product ends; where nothing else here speaks against it, this goes on as a product of its own"

_TO_ACTION: dict[str, Action] = {
    "start": "start", "stop": "stop", "change": "change", "continue": "continue", "hold": "hold", "order": "order", "refer": "refer", "counsel": "counsel", "follow_up": "follow-up",
}  # fmt: skip


def add_decision(book: Workbook, case: Case, decision: Decision) -> None:
    """Add what one decision says to the workbook: a line, several (one a medicine), or a question."""
    if decision.action == "start":
        _add_start(book, case, decision)
    elif decision.action in {"stop", "hold", "change", "continue"}:
        for use in case.uses(decision.targets):
            _add_current(book, case, decision, use)
    elif decision.action in {"order", "refer", "counsel", "follow_up"}:
        for name in decision.subjects:
            subject = plain_subject(decision.action, name)
            action: Action = "vaccinate" if subject.kind == "immunization" else _TO_ACTION[decision.action]
            book.add(_entry(case, decision, action, subject))
    elif decision.action == "ask":
        about = wording.title(decision.subjects[0])
        book.ask(wording.sentence(decision.because), about=about, facts=decision.facts, module=decision.module)


def rationale(decision: Decision) -> Rationale:
    """Why, with the facts and the evidence."""
    facts = tuple(reference for reference in decision.facts if reference != STARTED)
    return Rationale(text=wording.sentence(decision.because), facts=facts, evidence=decision.evidence)


def medication_subject(drug: str, reference: str | None = None) -> Subject:
    """A medicine by name, with its ingredients; one ingredient also gives it its RxNorm code."""
    found = terminology().medication(drug).ingredients
    rxcui = found[0].rxcui if len(found) == 1 else None
    code = PlanCode(RXNORM, rxcui, drug) if rxcui else None
    ingredients = tuple(PlanIngredient(i.name, i.rxcui) for i in found) or (PlanIngredient(drug),)
    return Subject(kind="medication", text=drug, code=code, ingredients=ingredients, reference=reference)


def use_subject(use: MedicationUse) -> Subject:
    """A medicine of the record as a subject."""
    code = PlanCode(use.code.system, use.code.code, use.code.display) if use.code else None
    return Subject(
        kind="medication",
        text=use.text,
        code=code,
        reference=use.reference,
        ingredients=tuple(PlanIngredient(i.name, i.rxcui) for i in use.ingredients),
    )


def plain_subject(action: str, name: str) -> Subject:
    """A test, a vaccine, a referral, a topic or a visit; an observable carries its LOINC code, a vaccine its CVX code."""
    if action == "order" and "vaccine" in terminology().immunization(text=name):
        cvx = terminology().vaccine_code(name)
        return Subject(kind="immunization", text=wording.title(name), code=PlanCode(CVX, cvx, wording.title(name)) if cvx else None)
    observable = terminology().observable_named(name)
    kinds: dict[str, SubjectKind] = {"order": "laboratory", "refer": "referral", "counsel": "lifestyle", "follow_up": "visit"}
    kind = "procedure" if action == "order" and observable is None else kinds[action]
    code = PlanCode(LOINC, observable.preferred_loinc, observable.title) if observable and observable.preferred_loinc else None
    return Subject(kind=kind, text=wording.title(name), code=code)


def due(case: Case, days: int | None) -> Due | None:
    """A due date counted from `as_of`."""
    return None if days is None else due_on(case, days)


def due_on(case: Case, days: int) -> Due:
    """So many days after `as_of`."""
    return Due(days, (case.as_of + timedelta(days=days)).isoformat())


def _add_start(book: Workbook, case: Case, decision: Decision) -> None:
    drug = decision.picked or decision.subjects[0]
    answer = dose_of_start(drug, decision.indication or "", case.facts, decision.dose)
    entry = _entry(case, decision, "start", medication_subject(drug))
    if answer.outcome == "out_of_scope":
        book.ask(
            f"{drug.capitalize()} is indicated, and its dose cannot be taken from the table for this patient: {answer.reason}",
            about=f"dose of {drug}",
            facts=decision.facts,
        )
        return
    if answer.question:
        book.ask(wording.sentence(answer.question), about=f"dose of {drug}", facts=decision.facts)
    blockers = tuple(
        f"{wording.title(name)} for the dose of {drug}" for name in answer.missing if wording.title(name) not in entry.waits_for
    )
    entry = entry.with_(
        dose=dose_of(answer, decision.change),
        change="" if answer.outcome == "found" else wording.sentence(decision.change),
        uncertain=(*_perhaps_against(case, drug), *uncertain_of(case, decision)),
        alternatives=tuple(
            Alternative(subject=medication_subject(name), not_chosen_because=wording.sentence(why)) for name, why in decision.alternatives
        ),
        monitoring=answer.monitoring or shared().watched_for,
        waits_for=(*entry.waits_for, *blockers, *ask_how_taken(book, case, decision)),
    )
    if decision.deferred:
        entry = entry.with_(change=wording.sentence(decision.deferred), urgency="routine")
    book.add(entry)


def _perhaps_against(case: Case, drug: str) -> tuple[str, ...]:
    """Old orders that nobody closed and that would speak against this start if they still held: it waits for that question."""
    old = [use for use in case.taken if use.currency == "uncertain"]
    if not old:
        return ()
    found = check_regimen([*old, MedicationUse("start", drug, kinds=terminology().kinds_of(drug), currency="proposed")], case.facts)
    grave = [issue.medications for issue in found.issues if "start" in issue.medications and issue.interruptive and not issue.suppressed]
    return tuple(dict.fromkeys(reference for medications in grave for reference in medications if reference != "start"))


def _add_current(book: Workbook, case: Case, decision: Decision, use: MedicationUse) -> None:
    action = _TO_ACTION[decision.action]
    entry = _entry(case, decision, action, use_subject(use))
    if use.currency == "uncertain":
        entry = entry.with_(uncertain=(use.reference,))
    if decision.action in _ENDING and (others := _other_parts(decision, use)):
        entry = entry.with_(change=wording.sentence(f"{entry.change.rstrip('.')}. {_GOES_ON}: {', '.join(others)}".lstrip(". ")))
    if decision.action == "change":
        entry = _changed(case, decision, use, entry)
        entry = entry.with_(uncertain=uncertain_of(case, decision), waits_for=(*entry.waits_for, *ask_how_taken(book, case, decision)))
    book.add(entry)
    if decision.action == "change" and decision.picked and decision.picked not in use.kinds:
        book.add(_replacement(case, decision, decision.picked, use))


def _other_parts(decision: Decision, use: MedicationUse) -> tuple[str, ...]:
    """Ingredients of a combined product that the rule does not mean: only the product as a whole can be left off."""
    meant = frozenset(decision.subjects)
    parts = [i.name for i in use.ingredients if meant.isdisjoint(terminology().kinds_of(i.name))]
    return tuple(parts) if len(parts) < len(use.ingredients) else ()


def _replacement(case: Case, decision: Decision, drug: str, use: MedicationUse) -> Entry:
    """The start of what takes the place of a medicine; dosed for the patient as it will be, without that medicine.

    Why the dose is what it is stays unsaid: it may speak of never having taken what is only now being replaced.
    """
    facts = case.facts.proposing((), without=frozenset({use.reference}))
    answer = dose_of_start(drug, decision.indication or "", facts, decision.dose)
    entry = _entry(case, decision, "start", medication_subject(drug))
    blockers = tuple(f"{wording.title(name)} for the dose of {drug}" for name in answer.missing)
    if answer.outcome == "out_of_scope":
        entry = entry.with_(change=wording.sentence(f"no dose from the table: {answer.reason}"))
    dose = dose_of(answer)
    dose = structs.replace(dose, adjustments=()) if dose else None
    return entry.with_(dose=dose, replaces=(use.reference,), monitoring=answer.monitoring, waits_for=(*entry.waits_for, *blockers))


def _changed(case: Case, decision: Decision, use: MedicationUse, entry: Entry) -> Entry:
    if decision.picked and decision.picked not in use.kinds:
        return entry.with_(action="stop", change=wording.sentence(decision.change or f"replace by {decision.picked}"))
    text = wording.sentence(decision.change.replace("-", " "))
    direction: Literal["up", "down"] | None = {"next-dose": "up", "half-dose": "down", "reduce": "down"}.get(decision.change)  # type: ignore[assignment]
    if direction is None and decision.dose and len(use.ingredients) == 1:
        answer = calculate_dose(use.ingredients[0].name, decision.indication or "", case.facts, row=decision.dose)
        dose = dose_of(answer)
        return entry.with_(change=wording.sentence(f"{text.rstrip('.')}: {dose.text}") if dose else text, dose=dose)
    if direction is None:
        return entry.with_(change=text)
    answer = next_step(use, decision.indication or "", case.facts, direction)
    return entry.with_(change=answer.text or text, dose=dose_of(answer) if answer.outcome == "found" else None)


def _entry(case: Case, decision: Decision, action: Action, subject: Subject) -> Entry:
    return Entry(
        module=decision.module,
        action=action,
        subject=subject,
        due=due(case, decision.due_days),
        rationale=(rationale(decision),),
        waits_for=tuple(wording.title(name) for name in decision.conditional_on),
        urgency=decision.urgency,
    )


def dose_of(answer: DoseAnswer, more: str = "") -> Dose | None:
    """A dose as the plan writes it, with what a recommendation adds to it (`as needed`); `None` where the tool gave none."""
    if answer.outcome != "found" or answer.start is None:
        return None
    step = answer.start
    return Dose(
        text=step.text,
        amount=PlanQuantity(step.amount.value, step.amount.unit) if step.amount else None,
        per=step.per,
        route=step.route,
        max_per_day=PlanQuantity(answer.max_per_day.value, answer.max_per_day.unit) if answer.max_per_day and _daily(step.per) else None,
        titration=answer.titration,
        adjustments=(*(a.text for a in answer.adjustments), *((more,) if more else ())),
        rule=answer.rule,
    )


def _daily(per: str | None) -> bool:
    """Taken at least once a day; a maximum a day says nothing of what is taken once a week."""
    return per is None or Quantity.parse(per).to("h").value <= _DAY_HOURS
