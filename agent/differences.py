"""What differs between two plans, item by item, and which facts moved: for what-if questions and for re-planning."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from tools.clinical.plan import Item, Plan, PlanIssue, Question

V = TypeVar("V")


@dataclass(frozen=True)
class Differences:
    """Two plans compared.

    Attributes:
        added, removed: lines that only the later, or only the earlier plan has.
        changed: a sentence for each line that both have with another dose, due date or change.
        issues_added, issues_gone: shown issues that only one of them has.
        asked, answered: questions that only the later, or only the earlier plan asks.
        values: computed values that differ, `eGFR: 55 → 25`.
    """

    added: tuple[Item, ...]
    removed: tuple[Item, ...]
    changed: tuple[str, ...]
    issues_added: tuple[PlanIssue, ...]
    issues_gone: tuple[PlanIssue, ...]
    asked: tuple[Question, ...]
    answered: tuple[Question, ...]
    values: tuple[str, ...]

    @property
    def none(self) -> bool:
        """Nothing that a reader would act on differs."""
        return not (self.added or self.removed or self.changed or self.issues_added or self.issues_gone or self.asked or self.answered)


def differences(earlier: Plan, later: Plan) -> Differences:
    """Compare two plans of one patient; lines are matched by action and subject, never by their number."""
    before, after = {_line(i): i for i in earlier.items}, {_line(i): i for i in later.items}
    issues_before, issues_after = {_issue(i): i for i in _shown(earlier)}, {_issue(i): i for i in _shown(later)}
    asked_before, asked_after = {q.about: q for q in earlier.questions}, {q.about: q for q in later.questions}
    return Differences(
        added=_only(after, before),
        removed=_only(before, after),
        changed=tuple(text for key, item in after.items() if key in before and (text := _changed(before[key], item))),
        issues_added=_only(issues_after, issues_before),
        issues_gone=_only(issues_before, issues_after),
        asked=_only(asked_after, asked_before),
        answered=_only(asked_before, asked_after),
        values=_values(earlier, later),
    )


def _only(mine: dict[Any, V], other: dict[Any, V]) -> tuple[V, ...]:
    return tuple(value for key, value in mine.items() if key not in other)


def _line(item: Item) -> tuple[str, str]:
    return item.action, item.subject.reference or item.subject.text


def _issue(issue: PlanIssue) -> tuple[str, tuple[str, ...]]:
    return issue.rule.id, tuple(sorted(issue.participants))


def _shown(plan: Plan) -> Iterable[PlanIssue]:
    return (issue for issue in plan.issues if not issue.suppressed)


def _changed(before: Item, after: Item) -> str:
    parts = []
    for what, old, new in (
        ("dose", before.dose.text if before.dose else "", after.dose.text if after.dose else ""),
        ("change", before.change, after.change) if after.change or not (before.dose and after.dose) else ("change", "", ""),
        ("due", before.due.by if before.due else "", after.due.by if after.due else ""),
    ):
        if old != new:
            parts.append(f"{what}: {old or 'none'} → {new or 'none'}")
    return f"{after.action} {after.subject.text}: {'; '.join(parts)}" if parts else ""


def _values(earlier: Plan, later: Plan) -> tuple[str, ...]:
    before = {c.name: f"{c.value} {c.unit}" for c in earlier.calculations}
    after = {c.name: f"{c.value} {c.unit}" for c in later.calculations}
    names = dict.fromkeys((*before, *after))
    return tuple(
        f"{name}: {before.get(name, 'not computed')} → {after.get(name, 'not computed')}"
        for name in names
        if before.get(name) != after.get(name)
    )
