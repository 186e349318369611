"""What the dose tool answers."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.answer import Citation, Issue, KnowledgeRef
from tools.clinical.knowledge import Confidence
from tools.clinical.plan import PlanQuantity

DoseOutcome = Literal["found", "missing", "out_of_scope", "not_covered", "nothing_found"]


class DoseStep(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One administration and its interval.

    Attributes:
        amount: decimal string and UCUM unit.
        per: the interval as `"12 h"`; `None` for a single dose.
        text: the whole in words for people.
    """

    text: str
    amount: PlanQuantity | None = None
    per: str | None = None
    route: str | None = None
    as_needed: bool = False


class Adjustment(Struct, frozen=True, omit_defaults=True):
    """Why the dose is not the usual one, with the references that bear it."""

    text: str
    because: tuple[str, ...] = ()


class DoseAnswer(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A dose, or why there is none.

    Attributes:
        outcome: `found`; `missing` (the data named in `missing` decide the dose); `out_of_scope` (the table has no dose for this
            patient, `reason` says why); `not_covered` (no rule for this drug and indication); `nothing_found` (no further step).
        begin_per_day: lowest and highest daily dose to begin with, where one medicine takes the place of another.
        issue, question: set where a recorded value cannot be right; then there is no dose.
        text: one sentence for people, whatever the outcome.
    """

    outcome: DoseOutcome
    drug: str
    indication: str = ""
    start: DoseStep | None = None
    begin_per_day: tuple[PlanQuantity, PlanQuantity] | None = None
    usual: str = ""
    titration: str = ""
    max_single: PlanQuantity | None = None
    max_per_day: PlanQuantity | None = None
    max_total: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    missing: tuple[str, ...] = ()
    reason: str = ""
    monitoring: tuple[str, ...] = ()
    rule: KnowledgeRef | None = None
    legacy_id: str = ""
    evidence: tuple[Citation, ...] = ()
    confidence: Confidence = "probable"
    issue: Issue | None = None
    question: str = ""
    text: str = ""
