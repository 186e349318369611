"""A plan held against what a story wrote down beforehand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from agent import wording
from agent.planning import make_plan
from scenarios.story import Telling, alternatives, split
from tools.clinical.plan import Item, Plan, PlanIssue
from tools.terminology import terminology

Kind = Literal["must", "must not", "must ask", "must find the issue", "must not interrupt for"]


@dataclass(frozen=True)
class Judged:
    """One expectation, and whether the plan meets it."""

    kind: Kind
    line: str
    met: bool

    def __str__(self) -> str:
        return f"{self.kind}: {self.line}"


def judged(telling: Telling, plan: Plan) -> Iterator[Judged]:
    """Every expectation of a telling, held against its plan."""
    expected = telling.expect
    yield from (Judged("must", line, _said(plan, line)) for line in expected.must)
    yield from (Judged("must not", line, not _said(plan, line)) for line in expected.must_not)
    yield from (Judged("must ask", name, _asked(plan, name)) for name in expected.must_ask)
    yield from (Judged("must find the issue", line, any(_is_issue(issue, line) for issue in plan.issues)) for line in expected.issues)
    for line in expected.silent:
        loud = any(issue.interruptive and _is_issue(issue, line) for issue in plan.issues)
        yield Judged("must not interrupt for", line, not loud)


def failures(telling: Telling) -> list[str]:
    """Plan the patient; every expectation that the plan does not meet, a sentence each."""
    plan = make_plan(telling.bundle, telling.as_of)
    return [str(one) for one in judged(telling, plan) if not one.met]


def spoken_of(telling: Telling, plan: Plan) -> Iterator[tuple[Item, bool]]:
    """The lines of the plan that the telling speaks of, each with whether it demands (true) or forbids it."""
    for lines, wanted in ((telling.expect.must, True), (telling.expect.must_not, False)):
        yield from ((item, wanted) for line in lines for item in named(plan, line))


def _said(plan: Plan, line: str) -> bool:
    action, subject = split(line)
    if action == "route":
        return plan.disposition.route == subject
    if action == "urgency":
        return plan.disposition.urgency in alternatives(subject)
    return any(True for _ in named(plan, line))


def named(plan: Plan, line: str) -> Iterator[Item]:
    """The lines of the plan that an expectation names."""
    action, subject = split(line)
    wanted = ("stop", "change", "hold") if action == "act on" else (action,)
    return (item for item in plan.items if item.action in wanted and any(_about(item, name) for name in alternatives(subject)))


def _about(item: Item, subject: str) -> bool:
    if not subject:
        return True
    if any(subject in _kinds(ingredient.name) for ingredient in item.subject.ingredients):
        return True
    return item.subject.text.casefold() in {wording.title(subject).casefold(), subject.replace("-", " ")}


@lru_cache(maxsize=4096)
def _kinds(ingredient: str) -> frozenset[str]:
    return terminology().kinds_of(ingredient) | {ingredient}


def _asked(plan: Plan, name: str) -> bool:
    wanted = {wording.title(name).casefold(), name.replace("-", " ")}
    return any(any(word in f"{q.about} {q.why}".casefold() for word in wanted) for q in plan.questions)


def _is_issue(issue: PlanIssue, line: str) -> bool:
    code, *names = line.split()
    covered = {kind for participant in issue.participants for kind in (participant, *_kinds(participant))}
    return issue.code == code and not issue.suppressed and all(name in covered for name in names)
