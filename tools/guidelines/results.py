"""What the guideline engine answers with, and what it asks of the other tools."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, Protocol

from msgspec import Struct, field

from tools.clinical.answer import Citation, KnowledgeRef
from tools.clinical.facts import Facts

DecisionAction = Literal["start", "stop", "hold", "change", "continue", "order", "refer", "counsel", "follow_up", "ask"]
DecisionUrgency = Literal["routine", "same-day", "emergency"]


class Bar(Struct, frozen=True, gc=False):
    """Why a drug may not be proposed to this patient, and the rule that says so."""

    reason: str
    rule: KnowledgeRef
    evidence: tuple[Citation, ...] = ()


class Toolbox(Protocol):
    """What the engine may ask of the other tools; the agent brings it."""

    def kinds_of(self, drug: str) -> frozenset[str]:
        """The ingredient's name and its classes."""

    def members(self, class_name: str) -> tuple[str, ...]:
        """The ingredients of a class."""

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        """Why this ingredient may not be proposed; `None` where nothing speaks against it."""


class Decision(Struct, frozen=True, kw_only=True):
    """One thing that a recommendation says to do for this patient.

    Attributes:
        recommendation: id of the recommendation that decided.
        subjects: the drugs, observables, services or topics it is about.
        targets: references of the current medicines that are stopped, held, changed or continued.
        picked: the drug chosen among the options (a start, or the replacement of a change).
        alternatives: options that were looked at and not chosen, each with the reason.
        dose: the dosing row that the recommendation names for `picked`.
        change: how a current medicine changes (`next-dose`, `half-dose`, a maximum), or how a start differs from the usual.
        facts: references of the record that made the recommendation hold.
        conditional_on: what is missing and could turn the decision.
        deferred: why it waits for a later visit; empty when it does not.
    """

    recommendation: str
    module: str
    action: DecisionAction
    subjects: tuple[str, ...]
    targets: tuple[str, ...] = ()
    picked: str | None = None
    alternatives: tuple[tuple[str, str], ...] = ()
    dose: str | None = None
    indication: str | None = None
    change: str = ""
    due_days: int | None = None
    because: str = ""
    evidence: tuple[Citation, ...] = ()
    facts: tuple[str, ...] = ()
    conditional_on: tuple[str, ...] = ()
    urgency: DecisionUrgency = "routine"
    deferred: str = ""


class Goal(Struct, frozen=True, gc=False):
    """A goal of a module: an observable and its target in words (`<130 mm[Hg]`, `individualise`)."""

    module: str
    observable: str
    target: str
    evidence: tuple[Citation, ...] = ()


class Question(Struct, frozen=True, gc=False):
    """Something that the record does not say and that could change the plan."""

    about: str
    why: str
    facts: tuple[str, ...] = ()


class Run(Struct, frozen=True, kw_only=True):
    """What the guidelines decide for one patient.

    Attributes:
        active: modules that apply, in order.
        escalations: sentences on what cannot wait for a plan.
        derived: names that were set on the way → the references that bear them.
        out_of_scope: modules whose problem the patient has and that are not written for this patient → why.
    """

    active: tuple[str, ...]
    decisions: tuple[Decision, ...] = ()
    questions: tuple[Question, ...] = ()
    goals: tuple[Goal, ...] = ()
    escalations: tuple[str, ...] = ()
    derived: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: MappingProxyType({}))
    knowledge: tuple[KnowledgeRef, ...] = ()
    out_of_scope: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
