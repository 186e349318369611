"""Not everything at once: how many changes of a group of drugs begin at one visit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tools.guidelines.modules import compiled, shared
from tools.guidelines.options import kinds_of
from tools.guidelines.results import Decision
from tools.guidelines.run import State
from tools.guidelines.shared import Pace

_STEPS = frozenset({"start", "change"})
_UPWARD = ("next-dose", "double", "raise", "add", "replace", "high intensity", "one inhalation", "two inhalations")


def paced(decisions: Sequence[Decision], state: State) -> list[Decision]:
    """The decisions, with what exceeds the pace of its group put off to the next visit, and its monitoring with it.

    Decisions stand in the order of the modules and slots, which is the order of benefit: the first ones stay. What is
    urgent, and what lowers or ends a dose, is never put off.
    """
    rules = _in_force(state)
    counts: dict[str, int] = {}
    found, late = [], set()
    for decision in decisions:
        waits = _exceeded(decision, rules, counts, state)
        if waits is None:
            found.append(decision)
            continue
        late.add(decision.recommendation)
        found.append(replace(decision, deferred=waits.why, due_days=shared().next_visit_days))
    kept = {d.recommendation for d in found if d.action in _STEPS and not d.deferred}
    return [_later(d, late - kept) for d in found]


def _in_force(state: State) -> list[Pace]:
    """For each group the first pace whose condition holds."""
    chosen: dict[str, Pace] = {}
    for pace in shared().pace:
        if pace.group not in chosen and compiled(pace.exactly_when).holds(state.facts).holds:
            chosen[pace.group] = pace
    return list(chosen.values())


def _exceeded(decision: Decision, rules: Sequence[Pace], counts: dict[str, int], state: State) -> Pace | None:
    if not _counts(decision):
        return None
    kinds = _kinds(decision, state)
    groups = [pace for pace in rules if kinds.intersection(pace.drugs) or not pace.drugs]
    replaced = decision.action == "change" and decision.picked is not None
    full = next((pace for pace in groups if counts.get(pace.group, 0) >= pace.most and not (kinds & frozenset(pace.together))), None)
    if full is not None and not replaced:
        return full
    for pace in groups:
        counts[pace.group] = counts.get(pace.group, 0) + 1
    return None


def _counts(decision: Decision) -> bool:
    """A start, or a change upward. What is urgent, corrects a dose or lowers it never waits."""
    upward = decision.action == "start" or (decision.action == "change" and decision.change.startswith(_UPWARD))
    return upward and decision.urgency == "routine"


def _kinds(decision: Decision, state: State) -> frozenset[str]:
    if decision.picked:
        return kinds_of(decision.picked, state.toolbox)
    return frozenset().union(*(use.kinds for use in state.facts.medications if use.reference in decision.targets))


def _later(decision: Decision, late: set[str]) -> Decision:
    """Monitoring of a start that waits is counted from the start."""
    if decision.recommendation in late and decision.action == "order" and decision.due_days is not None:
        return replace(decision, due_days=decision.due_days + shared().next_visit_days)
    return decision
