"""Why an issue is kept out of sight, and how many may interrupt. The figures and reasons stand in the discipline file."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from msgspec import structs

from tools.clinical.answer import Issue
from tools.clinical.clause import within_days
from tools.clinical.facts import Facts, MedicationUse
from tools.interactions.discipline import Discipline
from tools.interactions.verdict import Finding


def under_discipline(discipline: Discipline, finding: Finding, bound: Facts) -> Finding:
    """The finding, with the reason to keep it out of sight where there is one."""
    finding.suppressed = _why_suppressed(discipline, finding, bound)
    return finding


def _why_suppressed(discipline: Discipline, finding: Finding, bound: Facts) -> str:
    if _local(discipline, finding):
        return discipline.local.reason
    if finding.suppressed:
        return finding.suppressed
    if is_never_suppressed(discipline, finding.ready.id, finding.severity):
        return ""
    intended = finding.ready.intended
    if intended is not None and intended.holds(bound).holds:
        return discipline.intended
    if _stable(discipline, finding, bound):
        return discipline.stable.reason
    if finding.tier in discipline.low_value.tiers or finding.ready.id in discipline.low_value.rules:
        return discipline.low_value.reason
    return ""


def is_never_suppressed(discipline: Discipline, rule: str, severity: str) -> bool:
    """Whether circumstances can never hide this."""
    return severity in discipline.never_severities or rule in discipline.never


def counts(discipline: Discipline, use: MedicationUse, also_by: frozenset[str]) -> bool:
    """Whether the medicine reaches the rest of the body, as far as its route is known, or the rule counts its route all the same."""
    if use.route is None or use.route in also_by:
        return True
    return use.route not in discipline.local.routes or not use.kinds.isdisjoint(discipline.local.systemic)


def _local(discipline: Discipline, finding: Finding) -> bool:
    return any(use.route is not None and not counts(discipline, use, finding.ready.also_by) for use in finding.uses)


def _stable(discipline: Discipline, finding: Finding, facts: Facts) -> bool:
    """Only where the rule names monitoring, all of it is in date, and no circumstance raised the severity."""
    monitoring = finding.ready.statement.monitoring
    if not monitoring or finding.rank > finding.ready.rank or finding.severity not in discipline.stable.severities:
        return False
    days = _days(discipline.stable.at_least)
    return all(_for_long(use, facts, days) for use in finding.uses) and all(_in_date(discipline, name, facts) for name in monitoring)


def _in_date(discipline: Discipline, observable: str, facts: Facts) -> bool:
    window = discipline.monitoring.get(observable)
    return window is not None and facts.latest(observable, _days(window)) is not None


def _for_long(use: MedicationUse, facts: Facts, days: int) -> bool:
    return use.currency == "current" and use.started is not None and (facts.as_of - use.started).days >= days


@lru_cache(maxsize=64)
def _days(window: str) -> int:
    return within_days(window) or 0


def within_budget(discipline: Discipline, issues: Iterable[Issue]) -> list[Issue]:
    """The issues in their order, with the interruptions beyond the budget taken back."""
    spent = 0
    kept = []
    for issue in issues:
        if issue.interruptive and not is_never_suppressed(discipline, issue.rule.id, issue.severity):
            spent += 1
            if spent > discipline.budget.interruptive:
                issue = structs.replace(issue, interruptive=False, action=f"{issue.action} {discipline.budget.note}")
        kept.append(issue)
    return kept
