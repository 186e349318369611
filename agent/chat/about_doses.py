"""Answers about doses: a medicine's dose and its largest one, and one opioid or steroid in place of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent import wording
from agent.chat.about_safety import item_bearing, line_and_dose
from agent.chat.session import Reply, Sentence, Session, claim, reply, unknown
from agent.chat.worded import Phrase, worded
from agent.context_facts import understand
from agent.faces.answering.shapes import Context
from tools.clinical.errors import UnitMismatchError
from tools.terminology import terminology

if TYPE_CHECKING:
    from tools.dosing import DoseAnswer

_NO_SINGLE = "{name} is no single ingredient that is known here, so no dose was computed."
_INSTEAD = " instead of "


def dose(session: Session, drug: str) -> Reply:
    """The dose of a medicine for this patient, what set it, and what is missing; or `X instead of Y`, what to begin with of X."""
    from tools.dosing import calculate_dose

    wanted, _, present = drug.partition(_INSTEAD)
    if present:
        return _exchanged(session, wanted.strip(), present.strip())
    match = terminology().medication(drug)
    combined = {i.name for i in match.ingredients}
    if len(combined) > 1 and (lines := [i for i in session.plan.items if {g.name for g in i.subject.ingredients} == combined]):
        return Reply(tuple(claim(line_and_dose(i), item_bearing(i)) for i in lines))
    if len(match.ingredients) != 1:
        return reply(unknown(worded(_NO_SINGLE, name=repr(drug))), understood=False)
    name = match.ingredients[0].name
    planned = [i for i in session.plan.items if i.dose and any(g.name == name for g in i.subject.ingredients)]
    rows = [claim(worded("In the plan: {line}.", line=line_and_dose(i)), item_bearing(i)) for i in planned]
    facts = session.case.facts
    found = calculate_dose(name, "", facts)
    if "indication" not in found.missing:
        return Reply((*rows, *_dosed(name, found, "")))
    asked = ((reason, calculate_dose(name, reason, facts)) for reason in _problems(session))
    doses = {each.text: (each, reason) for reason, each in asked if each.outcome != "not_covered"}
    told = [sentence for each, reason in doses.values() for sentence in _dosed(name, each, f" for {reason.replace('-', ' ')}")]
    return Reply((*rows, *(told or _dosed(name, found, ""))))


def most(session: Session, drug: str) -> Reply:
    """The largest dose that the rule for this patient allows; a usual dose is never given for it."""
    from tools.dosing import calculate_dose

    match = terminology().medication(drug)
    if len(match.ingredients) != 1:
        return reply(unknown(worded(_NO_SINGLE, name=repr(drug))), understood=False)
    name, facts = match.ingredients[0].name, session.case.facts
    reasons = ("", *_problems(session))
    rows: dict[str, Sentence] = {}
    for found in (calculate_dose(name, reason, facts) for reason in reasons):
        for what, limit in (("a day", found.max_per_day), ("at once", found.max_single)):
            if found.rule and limit:
                text = worded("At most {amount} {what}", amount=f"{limit.value} {wording.unit(limit.unit)}", what=Phrase(what))
                text = (
                    worded("{dose} for {problem}.", dose=text, problem=found.indication.replace("-", " "))
                    if found.indication
                    else worded("{dose}.", dose=text)
                )
                rows[str(text)] = claim(text, (found.rule.id,))
    return reply(
        *(rows.values() or (unknown(worded("The rules name no largest dose of {name} for this patient.", name=name)),)),
        *dose(session, drug).sentences,
    )


def _problems(session: Session) -> list[str]:
    return sorted({kind for problem in session.case.facts.problems if problem.active for kind in problem.kinds})


def _exchanged(session: Session, wanted: str, present: str) -> Reply:
    """One opioid or steroid in place of another: of the present one the dose that is said, else the one that is taken."""
    from tools.dosing import exchange

    new, old = understand(Context(), session.as_of, [wanted, present]).facts.medications[:2]
    for use, text in ((new, wanted), (old, present)):
        if len(use.ingredients) != 1:
            return reply(unknown(worded(_NO_SINGLE, name=repr(text))), understood=False)
    name = new.ingredients[0].name
    taken = [use for use in session.case.taken if use.ingredients == old.ingredients]
    said = old.regimen.daily or old.regimen.amount or old.strength
    try:
        found = exchange(taken[0] if len(taken) == 1 and not said else old, name, session.case.facts)
    except UnitMismatchError as error:
        return reply(unknown(wording.sentence(str(error))))
    return Reply(tuple(_dosed(name, found, "")))


def _dosed(name: str, found: DoseAnswer, reason: str) -> list[Sentence]:
    """A dose with its adjustments, or why there is none."""
    if found.rule is None or not found.text:
        none = worded("No dose of {name}: {outcome}.", name=name, outcome=found.outcome)
        rows = [unknown(wording.sentence(found.reason) if found.reason else none)]
    else:
        rows = [claim(wording.sentence(f"{found.text.rstrip('.')}{reason}"), (found.rule.id,))]
        rows += [claim(wording.sentence(a.text), (found.rule.id,)) for a in found.adjustments]
    return rows + ([unknown(worded("Missing: {what}.", what=wording.listed(found.missing)))] if found.missing else [])
