"""The check that every draft passes, whoever wrote it, and every edit too.

Nothing here trusts the drafter: the regimen that the plan would lead to is screened anew, every reference and citation is
looked up, every dose is held against the dose tables, and the ledger against omissions is drawn up from the record.
"""

from __future__ import annotations

from dataclasses import dataclass

from msgspec import structs

from agent.appraising import appraised, unjudged
from agent.case import Case
from agent.checking.grounding import ungrounded
from agent.checking.ledger import ledger
from agent.checking.references import knowledge_used, sources_of
from agent.checking.regimen import find_issues, objections
from agent.patient import instructed
from agent.scheduling import calendar_of
from agent.weighing import weighed
from policies.engine import disposition
from tools.clinical.answer import NotChecked
from tools.clinical.plan import Plan, Question, SetAside, sealed
from tools.dosing import why_unchecked


@dataclass(frozen=True)
class Checked:
    """The checked, sealed plan, and what sends it back to the drafter.

    Attributes:
        struck: ingredients that must not be proposed again in this run.
        objections: a sentence each, for the drafter and for the audit.
    """

    plan: Plan
    struck: frozenset[str] = frozenset()
    objections: tuple[str, ...] = ()


def check(plan: Plan, case: Case) -> Checked:
    """Check a draft or an edited plan against the record and the knowledge.

    Lines that cite what is not there are taken out and listed under `not_checked`; lines that start a contraindicated
    medicine are objected to. The result is sealed: its digest covers everything that a reviewer will see.
    """
    faults = ungrounded(plan, case)
    bad = {fault.item for fault in faults}
    items = tuple(item for item in plan.items if item.id not in bad)
    plan = appraised(structs.replace(plan, items=items), case)
    found = find_issues(plan, case)
    struck, sentences = objections(plan, found.issues)
    not_checked = (
        *_record_gaps(case),
        *unjudged(case),
        *found.not_checked,
        *_doses_not_checked(case),
        *(NotChecked(*gap) for gap in case.derived.not_computed),
        *(NotChecked(f.item, f.why) for f in faults),
    )
    plan = structs.replace(plan, issues=found.issues)
    plan = structs.replace(plan, decisions=weighed(plan, case), calendar=calendar_of(plan, case))
    plan = structs.replace(
        plan,
        coverage=ledger(plan, case),
        data_issues=tuple(SetAside(i.about, f"{i.kind}: {i.reason}") for i in case.facts.data_issues),
        not_checked=tuple(dict.fromkeys(not_checked)),
        knowledge=knowledge_used(plan, found.issues, case),
        sources=sources_of(plan, found.issues),
    )
    plan = instructed(structs.replace(plan, disposition=disposition(plan)))
    return Checked(sealed(plan), struck, sentences)


def without(plan: Plan, struck: frozenset[str]) -> Plan:
    """The plan without lines that start one of these ingredients: the drafter could not do without them, so a human is asked."""
    dropped = [i for i in plan.items if i.action == "start" and struck.intersection(x.name for x in i.subject.ingredients)]
    asked = tuple(
        Question(
            id=f"q{len(plan.questions) + n}",
            about=f"an alternative to {item.subject.text}",
            why="It is indicated and contraindicated at once; no other choice was found.",
            facts=tuple(f for reason in item.rationale for f in reason.facts),
        )
        for n, item in enumerate(dropped, start=1)
    )
    return structs.replace(plan, items=tuple(i for i in plan.items if i not in dropped), questions=(*plan.questions, *asked))


def _record_gaps(case: Case) -> tuple[NotChecked, ...]:
    """Kinds of data without a single entry: silence of the record, not health of the patient."""
    facts = case.facts
    kinds = (
        ("allergies", facts.allergies),
        ("medicines", facts.medications),
        ("problems", facts.problems),
        ("results and vital signs", facts.measurements),
    )
    gaps = [NotChecked(name, "the record has no entry of this kind; that is not the same as none") for name, have in kinds if not have]
    gaps += [NotChecked(f"allergy {a.text!r}", "the substance was not recognised") for a in facts.allergies if a.active and not a.kinds]
    return tuple(gaps)


def _doses_not_checked(case: Case) -> tuple[NotChecked, ...]:
    """Medicines taken whose dose no check looks at, a line for each reason; what is not recognised at all is told already."""
    reasons: dict[str, list[str]] = {}
    for use in case.taken:
        if use.kinds and use.complete and (reason := why_unchecked(use)):
            reasons.setdefault(reason, []).append(use.text)
    return tuple(NotChecked(f"dose of {', '.join(dict.fromkeys(named))}", reason) for reason, named in sorted(reasons.items()))
