"""A treatment plan as data: what the contract publishes under `schemas/plan.schema.json`.

All values are JSON; quantities are written as decimal strings with a UCUM unit. The digest covers every field but itself,
`plan_id` and `status`, over canonical JSON, so that a reviewer's signature is bound to what was shown.
"""

from __future__ import annotations

import hashlib
from typing import Literal

import msgspec
from msgspec import Struct

from tools.clinical.answer import Citation, Indicator, IssueCode, KnowledgeRef, NotChecked, Severity
from tools.clinical.appraised import Course, ReviewPoint, Suspicion
from tools.clinical.drafter import Criticism as Criticism
from tools.clinical.drafter import Drafter as Drafter
from tools.clinical.drafter import ModelReport as ModelReport
from tools.clinical.weighed import CalendarEntry, Weighing

SCHEMA_VERSION = "0.1"

Action = Literal["start", "stop", "change", "continue", "hold", "order", "monitor", "refer", "vaccinate", "counsel", "follow-up"]
SubjectKind = Literal["medication", "laboratory", "imaging", "procedure", "referral", "immunization", "lifestyle", "visit"]
Status = Literal["awaiting-review", "approved", "partly-approved", "rejected", "no-plan", "expired"]
Route = Literal["review", "second-signature", "escalate", "abstain"]
Urgency = Literal["routine", "same-day", "emergency"]
CoverageStatus = Literal["addressed", "deferred", "refused", "not-covered"]


class PlanCode(Struct, frozen=True, omit_defaults=True):
    """A FHIR coding."""

    system: str
    code: str
    display: str = ""


class PlanQuantity(Struct, frozen=True):
    """A decimal string and its UCUM unit."""

    value: str
    unit: str


class PlanIngredient(Struct, frozen=True, omit_defaults=True):
    """An ingredient with its RxNorm code."""

    name: str
    rxcui: str | None = None


class Subject(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What an item is about."""

    kind: SubjectKind
    text: str
    code: PlanCode | None = None
    ingredients: tuple[PlanIngredient, ...] = ()
    reference: str | None = None


class Dose(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """How a medicine is to be taken; `text` says it in words, `adjustments` which rules set it."""

    text: str
    amount: PlanQuantity | None = None
    per: str | None = None
    route: str | None = None
    max_per_day: PlanQuantity | None = None
    titration: str = ""
    adjustments: tuple[str, ...] = ()
    rule: KnowledgeRef | None = None


class Rationale(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One sentence of why, with the facts and the evidence that bear it."""

    text: str
    facts: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()


class Alternative(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """An option that was considered and not chosen, and why."""

    subject: Subject
    not_chosen_because: str
    evidence: tuple[Citation, ...] = ()


class Due(Struct, frozen=True):
    """Within how many days of `as_of`, and the calendar date."""

    within_days: int
    by: str


class Item(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the plan that can be approved, edited or rejected on its own; `instruction_edited`: a person worded what the patient is told."""

    id: str
    action: Action
    subject: Subject
    problem: str | None = None
    dose: Dose | None = None
    change: str = ""
    due: Due | None = None
    conditional_on: tuple[str, ...] = ()
    rationale: tuple[Rationale, ...] = ()
    alternatives: tuple[Alternative, ...] = ()
    monitoring: tuple[str, ...] = ()
    patient_instruction: str = ""
    instruction_edited: bool = False
    replaces: tuple[str, ...] = ()
    urgency: Urgency = "routine"


class Goal(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A measurable goal: an observable, a target, a date."""

    observable: str
    target: str
    by: str | None = None
    evidence: tuple[Citation, ...] = ()


class PlanProblem(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A problem with its present state in values and dates."""

    id: str
    text: str
    code: PlanCode | None = None
    module: str | None = None
    assessment: str = ""
    goal: tuple[Goal, ...] = ()
    follow_up: str = ""
    red_flags: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class PlanIssue(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A detected issue as the plan shows it; `items` are the items it concerns."""

    id: str
    code: IssueCode
    severity: Severity
    indicator: Indicator
    interruptive: bool
    participants: tuple[str, ...]
    consequence: str
    action: str
    rule: KnowledgeRef
    mechanism: str = ""
    alternatives: tuple[str, ...] = ()
    evidence: tuple[Citation, ...] = ()
    facts: tuple[str, ...] = ()
    medications: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    suppressed: str = ""
    handled_by: tuple[str, ...] = ()


class Question(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that a human must answer, and the items that wait for it."""

    id: str
    about: str
    why: str
    blocks: tuple[str, ...] = ()
    facts: tuple[str, ...] = ()


class CalculationInput(Struct, frozen=True, omit_defaults=True):
    """One input of a calculation with the reference it came from."""

    name: str
    value: str
    unit: str
    reference: str = ""


class Calculation(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A computed value with its inputs and the formula's source."""

    name: str
    value: str
    unit: str
    inputs: tuple[CalculationInput, ...] = ()
    source: str = ""
    when: str | None = None


class Coverage(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of the ledger against omissions."""

    concern: str
    text: str
    status: CoverageStatus
    reason: str
    items: tuple[str, ...] = ()


class MedicationLine(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One current medicine with what the plan does about it."""

    reference: str
    text: str
    action: Action
    why: str
    currency: str
    ingredients: tuple[PlanIngredient, ...] = ()
    regimen: str = ""
    indication: str = ""
    items: tuple[str, ...] = ()


class SetAside(Struct, frozen=True, omit_defaults=True):
    """A part of the input that was not used, and why."""

    entry: str
    reason: str


class PlanInput(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What was read: the digest of the bytes, how much, and what was set aside."""

    digest: str
    resources: int
    set_aside: tuple[SetAside, ...] = ()
    last_entry: str | None = None


class PlanPatient(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The banner: what every decision depends on. No name, no identifier."""

    reference: str
    age: int | None = None
    sex: str | None = None
    pregnancy: str = "unknown"
    allergies: tuple[str, ...] = ()
    weight: str | None = None
    height: str | None = None
    kidney: str | None = None


class Disposition(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where the plan goes next, how soon, and why."""

    route: Route
    urgency: Urgency
    reasons: tuple[str, ...] = ()


class Plan(Struct, frozen=True, omit_defaults=False, kw_only=True):
    """The whole plan. `digest` and `plan_id` are set by `sealed`."""

    schema_version: str = SCHEMA_VERSION
    plan_id: str = ""
    digest: str = ""
    as_of: str
    status: Status = "awaiting-review"
    patient: PlanPatient
    summary: str = ""
    top_changes: tuple[str, ...] = ()
    urgent: tuple[str, ...] = ()
    drafter: Drafter = Drafter()
    knowledge: tuple[KnowledgeRef, ...] = ()
    input: PlanInput
    problems: tuple[PlanProblem, ...] = ()
    suspected: tuple[Suspicion, ...] = ()
    courses: tuple[Course, ...] = ()
    items: tuple[Item, ...] = ()
    decisions: tuple[Weighing, ...] = ()
    calendar: tuple[CalendarEntry, ...] = ()
    medications: tuple[MedicationLine, ...] = ()
    review: tuple[ReviewPoint, ...] = ()
    issues: tuple[PlanIssue, ...] = ()
    questions: tuple[Question, ...] = ()
    calculations: tuple[Calculation, ...] = ()
    coverage: tuple[Coverage, ...] = ()
    data_issues: tuple[SetAside, ...] = ()
    not_checked: tuple[NotChecked, ...] = ()
    disposition: Disposition
    sources: tuple[Citation, ...] = ()


def plan_digest(plan: Plan) -> str:
    """`sha256:…` over the canonical JSON of the plan without `digest`, `plan_id` and `status`."""
    bare = msgspec.structs.replace(plan, digest="", plan_id="", status="awaiting-review")
    return "sha256:" + hashlib.sha256(msgspec.json.encode(bare, order="deterministic")).hexdigest()


def sealed(plan: Plan) -> Plan:
    """The plan with its digest and with an id that follows from it."""
    digest = plan_digest(plan)
    return msgspec.structs.replace(plan, digest=digest, plan_id="plan-" + digest[7:23])
