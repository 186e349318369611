"""What became of a plan: a newer record and the plan that follows from it, held against the previous plan, line by line."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from tools.clinical.plan import Action, Plan

SCHEMA_VERSION = "0.1"

Became = Literal["done", "partly", "not-done", "declined", "not-yet-due", "cannot-tell"]
CauseKind = Literal["value", "problem", "medicine", "allergy", "event", "done", "answer", "time", "knowledge", "rule", "not-found"]
ChangeKind = Literal["new", "gone", "changed", "same"]
GoalState = Literal["met", "not-met", "no-new-value", "not-comparable"]


class Followed(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What became of one line of the previous plan.

    Attributes:
        item: its id in the previous plan.
        facts: references of the newer record that show it; empty where silence shows it.
    """

    item: str
    action: Action
    text: str
    became: Became
    because: str
    facts: tuple[str, ...] = ()


class Cause(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One reason why a line is new, gone or changed, with the facts that are it."""

    kind: CauseKind
    text: str
    facts: tuple[str, ...] = ()


class Change(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One line of either plan against the other; `before` and `after` are ids in the previous and the new plan."""

    kind: ChangeKind
    text: str
    before: str | None = None
    after: str | None = None
    how: str = ""
    causes: tuple[Cause, ...] = ()


class GoalCheck(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """A goal of the previous plan against the newest value since."""

    observable: str
    target: str
    state: GoalState
    by: str | None = None
    value: str = ""
    facts: tuple[str, ...] = ()


class NewFact(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Something that the record did not hold when the previous plan was made, or that is no longer in it."""

    kind: Literal["value", "problem", "medicine", "allergy", "event", "ended"]
    text: str
    facts: tuple[str, ...] = ()


class Replan(Struct, frozen=True, kw_only=True):
    """The previous plan, what was done of it, what is new since, and the new plan."""

    schema_version: str = SCHEMA_VERSION
    previous_plan_id: str
    previous_as_of: str
    as_of: str
    news: tuple[NewFact, ...] = ()
    followed: tuple[Followed, ...] = ()
    changes: tuple[Change, ...] = ()
    goals: tuple[GoalCheck, ...] = ()
    answered: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()
    plan: Plan
