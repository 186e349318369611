"""Not everything at once: how many changes of a group of drugs begin at one visit, and when the others follow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from tools.guidelines.modules import compiled, shared
from tools.guidelines.options import kinds_of
from tools.guidelines.results import Decision
from tools.guidelines.run import State
from tools.guidelines.shared import Pace

_STEPS = frozenset({"start", "change"})
_UPWARD = ("next-dose", "double", "raise", "add", "replace", "high intensity", "one inhalation", "two inhalations")
_LAST_DAY = 365
"""What finds no place within a year is put there: a plan does not reach farther."""


@dataclass
class _Visits:
    """The changes that have a place so far, by group: the days on which they begin."""

    rules: Sequence[Pace]
    days: dict[str, list[int]] = field(default_factory=dict)

    def groups(self, kinds: frozenset[str]) -> list[Pace]:
        return [pace for pace in self.rules if kinds.intersection(pace.drugs) or not pace.drugs]

    def full(self, groups: Sequence[Pace], kinds: frozenset[str], day: int) -> Pace | None:
        """The first group in which no more may begin about that day."""
        return next((p for p in groups if self._near(p, day) >= p.most and not (kinds & frozenset(p.together))), None)

    def _near(self, pace: Pace, day: int) -> int:
        return sum(1 for other in self.days.get(pace.group, ()) if abs(other - day) < _interval(pace))

    def take(self, groups: Sequence[Pace], day: int) -> None:
        for pace in groups:
            self.days.setdefault(pace.group, []).append(day)


def paced(decisions: Sequence[Decision], state: State) -> list[Decision]:
    """The decisions, with what exceeds the pace of its group put off to a later visit, and its monitoring with it.

    Decisions stand in the order of the modules and slots, which is the order of benefit: the first ones stay. What is
    urgent, and what lowers or ends a dose, is never put off.
    """
    visits = _Visits(_in_force(state))
    for decision in decisions:  # a replacement is never put off: it has its place before all others
        if _counts(decision) and _replaces(decision):
            visits.take(visits.groups(_kinds(decision, state)), 0)
    found, late = [], {}
    for decision in decisions:
        day, why = _place(decision, visits, state)
        if why is None:
            found.append(decision)
        else:
            late[decision.recommendation] = day
            found.append(replace(decision, deferred=why.why, due_days=day))
    found = _with_their_leaders(found, state)
    kept = {d.recommendation for d in found if d.action in _STEPS and not d.deferred}
    return [_later(d, {name: day for name, day in late.items() if name not in kept}) for d in found]


def _with_their_leaders(found: Sequence[Decision], state: State) -> list[Decision]:
    """What begins only for the sake of another start waits until that one begins."""
    waiting = [d for d in found if d.action == "start" and d.deferred]
    after = list(found)
    for pair in shared().companion:
        leader = next((d for d in waiting if _kinds(d, state) & frozenset(pair.begins_with)), None)
        if leader is None or any(state.facts.problem(name) for name in pair.unless_has):
            continue
        for position, d in enumerate(after):
            if d.action == "start" and not d.deferred and _kinds(d, state) & frozenset(pair.drugs):
                after[position] = replace(d, deferred=f"It begins together with {leader.picked}", due_days=leader.due_days)
    return after


def _in_force(state: State) -> list[Pace]:
    """For each group the first pace whose condition holds."""
    chosen: dict[str, Pace] = {}
    for pace in shared().pace:
        if pace.group not in chosen and compiled(pace.exactly_when).holds(state.facts).holds:
            chosen[pace.group] = pace
    return list(chosen.values())


def _interval(pace: Pace) -> int:
    return pace.days or shared().next_visit_days


def _place(decision: Decision, visits: _Visits, state: State) -> tuple[int, Pace | None]:
    """The day on which it begins, and the pace that put it off; none where it need not wait."""
    if not _counts(decision) or _replaces(decision):
        return 0, None
    kinds = _kinds(decision, state)
    groups = visits.groups(kinds)
    day, why = 0, None
    while day < _LAST_DAY and (pace := visits.full(groups, kinds, day)) is not None:
        day, why = day + _interval(pace), why or pace
    visits.take(groups, day)
    return day, why


def _replaces(decision: Decision) -> bool:
    return decision.action == "change" and decision.picked is not None


def _counts(decision: Decision) -> bool:
    """A start, or a change upward. What is urgent, corrects a dose or lowers it never waits."""
    upward = decision.action == "start" or (decision.action == "change" and decision.change.startswith(_UPWARD))
    return upward and decision.urgency == "routine"


def _kinds(decision: Decision, state: State) -> frozenset[str]:
    if decision.picked:
        return kinds_of(decision.picked, state.toolbox)
    return frozenset().union(*(use.kinds for use in state.facts.medications if use.reference in decision.targets))


def _later(decision: Decision, late: dict[str, int]) -> Decision:
    """Monitoring of a start that waits is counted from the start."""
    if decision.recommendation in late and decision.action == "order" and decision.due_days is not None:
        return replace(decision, due_days=decision.due_days + late[decision.recommendation])
    return decision
