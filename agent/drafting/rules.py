"""The embedded drafter: needs no model, and gives the same plan for the same record, date and knowledge."""

from __future__ import annotations

from agent import wording
from agent.case import Case
from agent.drafting.doubts import add_doubts
from agent.drafting.items import add_decision, due_on
from agent.drafting.medications import medication_lines, without_reason
from agent.drafting.problems import plan_problems
from agent.drafting.safety import add_allergy_reviews, add_safety
from agent.drafting.summary import headline, summary, top_changes
from agent.drafting.suspicions import add_suspicions
from agent.drafting.workbook import Workbook
from tools.clinical.facts import Facts
from tools.clinical.plan import Disposition, Drafter, Plan, PlanInput, PlanPatient, SetAside
from tools.guidelines.pregnancy import with_known_pregnancy

REASONS = "what these medicines are taken for"
RECONCILE = "which of these medicines are still taken"
UNDATED = "acute-state-undated"
"""What the shared states call a problem of the moment that has no date."""

_STALE_RECORD_DAYS = 365
_LONG_AGO_DAYS = 90
_SOON_DAYS = 7


class RulesDrafter:
    """Assembles decisions of the guidelines, checks of the regimen and what is missing into a draft."""

    def draft(self, case: Case) -> Plan:
        """A draft: items, problems, questions and the medication table."""
        book = Workbook()
        _ask_about_the_record(book, case)
        _ask_since_when(book, case)
        for decision in case.run.decisions:
            add_decision(book, case, decision)
        for question in case.run.questions:
            book.ask(wording.sentence(question.why), about=wording.title(question.about), facts=question.facts)
        add_suspicions(book, case)
        add_safety(book, case)
        add_doubts(book, case)
        add_allergy_reviews(book, case)
        book.bring_forward(due_on(case, _SOON_DAYS))
        _ask_what_for(book, case)
        problems = plan_problems(case)
        items, questions = book.finish({p.module: p.id for p in problems if p.module}, RECONCILE)
        urgent = tuple(headline(item) for item in items if item.urgency != "routine")
        return Plan(
            as_of=case.as_of.isoformat(),
            patient=banner(case.facts),
            summary=summary(case, problems, items, questions),
            top_changes=top_changes(items),
            urgent=(*case.run.escalations, *urgent),
            drafter=Drafter(kind="rules"),
            input=plan_input(case),
            problems=problems,
            items=items,
            medications=medication_lines(case, items),
            questions=questions,
            calculations=case.derived.calculations,
            disposition=Disposition(route="review", urgency="routine"),
        )


def banner(facts: Facts) -> PlanPatient:
    """What every decision depends on, without a name."""

    def value(name: str) -> str | None:
        found = facts.latest(name)
        return wording.value_of(found) if found else None

    allergies = tuple(a.text + (f" ({wording.reactions(a.reactions)})" if a.reactions else "") for a in facts.allergies if a.active)
    return PlanPatient(
        reference=facts.reference, age=facts.age, sex=facts.sex, pregnancy=with_known_pregnancy(facts).pregnancy, allergies=allergies,
        weight=value("body-weight"), height=value("body-height"), kidney=value("egfr"),
    )  # fmt: skip


def plan_input(case: Case) -> PlanInput:
    """What was read."""
    record = case.record
    last = record.last_entry.isoformat() if record.last_entry else None
    return PlanInput(digest=case.digest, resources=record.resources, set_aside=record.set_aside, last_entry=last)


def data_issues(case: Case) -> tuple[SetAside, ...]:
    """Parts of the record that could not be used as they stand."""
    return tuple(SetAside(issue.about, f"{issue.kind}: {issue.reason}") for issue in case.facts.data_issues)


def _ask_since_when(book: Workbook, case: Case) -> None:
    """An emergency on the list without a date may be of today or of years ago: which of the two is asked, not assumed."""
    references = case.run.derived.get(UNDATED, ())
    names = wording.listed(dict.fromkeys(p.text for p in case.facts.problems if p.reference in references))
    if names:
        book.ask(
            "It is on the problem list without a date; if it is of these days, it comes before this plan.",
            about=f"since when: {names}",
            facts=references,
        )


def _ask_what_for(book: Workbook, case: Case) -> None:
    """One question on all medicines that nothing gives a reason for, and that nothing is asked of already."""
    asked = {reference for question in book.questions.values() for reference in question.facts}
    unexplained = [use for use in without_reason(case) if use.reference not in asked and use.currency == "current"]
    if unexplained:
        names = wording.listed(dict.fromkeys(use.text for use in unexplained))
        why = f"No order and no problem on the list says what they are taken for: {names}."
        book.ask(why, about=REASONS, facts=[use.reference for use in unexplained])


def _ask_about_the_record(book: Workbook, case: Case) -> None:
    uncertain = [use for use in case.taken if use.currency == "uncertain"]
    if uncertain:
        long_ago = [use for use in uncertain if use.last_ordered is None or (case.as_of - use.last_ordered).days > _LONG_AGO_DAYS]
        newer = [use for use in uncertain if use not in long_ago]
        for said, uses in (("Ordered long ago and never closed", long_ago), ("The record leaves it open", newer)):
            if uses:
                names = wording.listed(sorted({use.text for use in uses}))
                book.ask(f"{said}: {names}.", about=RECONCILE, facts=[use.reference for use in uses])
    last = case.record.last_entry
    if last and (age := (case.as_of - last).days) > _STALE_RECORD_DAYS:
        book.ask(
            f"The newest entry is of {last.isoformat()}, {wording.period(age)} before the date of this plan: values and orders are old.",
            about="whether a newer record exists",
        )
    for use in case.taken:
        if not use.complete:
            book.ask(
                "It was not recognised, or only in part; its interactions and doses could not be checked.",
                about=f"what {use.text!r} is",
                facts=[use.reference],
            )
