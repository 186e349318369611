"""Goals of the previous plan, met or not by the newest value since."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from agent import wording
from agent.replanning.news import Newer
from tools.clinical.errors import UnitMismatchError
from tools.clinical.plan import Goal, Plan
from tools.clinical.quantity import Quantity
from tools.clinical.replanned import GoalCheck, GoalState

_BOUND = re.compile(r"(<=|>=|<|>|≤|≥)\s*(.+)")
_RANGE = re.compile(r"([\d.]+)\s*-\s*([\d.]+)\s*(.*)")


def checked_goals(previous: Plan, newer: Newer) -> Iterator[GoalCheck]:
    """Each goal once, in the order of the previous plan."""
    seen = set()
    for goal in (goal for problem in previous.problems for goal in problem.goal):
        if (goal.observable, goal.target) not in seen:
            seen.add((goal.observable, goal.target))
            yield _checked(goal, newer)


def _checked(goal: Goal, newer: Newer) -> GoalCheck:
    found = newer.value_since(goal.observable)
    if found is None:
        return GoalCheck(observable=goal.observable, target=goal.target, by=goal.by, state="no-new-value")
    return GoalCheck(
        observable=goal.observable, target=goal.target, by=goal.by, state=_state(goal.target, found.quantity),
        value=wording.value_of(found), facts=(found.reference,),
    )  # fmt: skip


def _state(target: str, value: Quantity) -> GoalState:
    try:
        met = _met(target, value)
    except (UnitMismatchError, ArithmeticError, ValueError):
        met = None
    return "not-comparable" if met is None else "met" if met else "not-met"


def _met(target: str, value: Quantity) -> bool | None:
    if found := _BOUND.fullmatch(target.strip()):
        sign, bound = found.group(1), value.compare(Quantity.parse(found.group(2)))
        return {"<": bound < 0, "<=": bound <= 0, "≤": bound <= 0, ">": bound > 0, ">=": bound >= 0, "≥": bound >= 0}[sign]
    if found := _RANGE.fullmatch(target.strip()):
        low, high = (Quantity(Decimal(found.group(n)), found.group(3) or "1") for n in (1, 2))
        return value.compare(low) >= 0 and value.compare(high) <= 0
    return None
