"""Medicines that a model proposes from outside of what the tools retrieved: a question to the team where nothing bars them, never a line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from agent import wording
from agent.case import Case
from agent.checking.regimen import proposed
from agent.drafting.answer import Proposal
from agent.drafting.offer import Offer
from agent.toolbox import ClinicalToolbox
from tools.clinical.plan import Plan, Question
from tools.terminology import terminology


@dataclass
class Heard:
    """What came of proposals: questions without a number, what a check bars, and what names no medicine that is new here."""

    asked: list[Question] = field(default_factory=list)
    barred: list[str] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)


def heard(proposals: Sequence[Proposal], case: Case, plan: Plan, offer: Offer) -> Heard:
    """Hold each against the terminology, the plan, and everything that could bar it beside what the plan stops and starts."""
    found = Heard()
    gone = frozenset(i.subject.reference for i in plan.items if i.action in {"stop", "hold"} and i.subject.reference)
    facts = case.facts.proposing([proposed(i) for i in plan.items if i.action == "start" and i.subject.kind == "medication"], gone)
    known = _known(case, plan, offer)
    for proposal in proposals:
        medicine = terminology().ingredient(proposal.medicine)
        if medicine is None or medicine.name in known:
            found.struck.append("a proposal names no single medicine that is new here")
        elif bar := ClinicalToolbox(case.excluded).barred(medicine.name, facts):
            found.barred.append(f"{medicine.name}: {wording.sentence(bar.reason)}")
        elif not proposal.facts:
            found.struck.append("a proposal cites no fact")
        else:
            known.add(medicine.name)
            references = tuple(offer.references[f] for f in dict.fromkeys(proposal.facts))
            found.asked.append(Question(id="", about=f"whether {medicine.name}, from outside of this draft", why=_WHY, facts=references))
    return found


_WHY = (
    "The model proposes it; no recommendation that holds for this patient names it here. No check that was made bars it; "
    "a dose was not worked out, and no line of this plan starts it."
)


def _known(case: Case, plan: Plan, offer: Offer) -> set[str]:
    """What is taken, what the plan is about, and what was offered by a handle."""
    names = {i.name for use in case.taken for i in use.ingredients}
    names |= {i.name for item in plan.items for i in item.subject.ingredients}
    return names | {option.name for option in offer.options.values()}
