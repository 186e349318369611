"""Issues as an answer: what two tools share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal, Protocol

from agent.context_facts import Understood
from agent.faces.answering.shapes import IssuesAnswer, MedicationStatus
from tools.clinical.answer import Citation, Issue, KnowledgeRef, MedicationCheck, Outcome
from tools.clinical.facts import MedicationUse

Status = Literal["checked", "partly_checked", "not_checked"]


class Found(Protocol):
    """What a check of a regimen answers with."""

    @property
    def issues(self) -> tuple[Issue, ...]: ...
    @property
    def checked(self) -> Sequence[MedicationCheck]: ...
    @property
    def knowledge(self) -> tuple[KnowledgeRef, ...]: ...


def issues_answer(tool: str, found: Found, understood: Understood, asked: frozenset[str]) -> IssuesAnswer:
    """The public answer; `asked` are the references of the medicines that the question is about."""
    checks = {check.reference: check for check in found.checked}
    medications = tuple(_status(use, checks.get(use.reference)) for use in understood.facts.medications if use.reference in asked)
    issues = tuple(sorted(found.issues, key=lambda issue: bool(issue.suppressed)))
    status, reason = _outcome(issues, medications)
    return IssuesAnswer(
        tool=tool,
        status=status,
        reason=reason,
        not_used=understood.not_used,
        knowledge=tuple(dict.fromkeys((*(issue.rule for issue in issues), *found.knowledge))),
        sources=sources(citation for issue in issues for citation in issue.evidence),
        issues=issues,
        medications=medications,
    )


def sources(citations: Iterable[Citation]) -> tuple[Citation, ...]:
    """Each source once, in order of first use."""
    return tuple({(c.title, c.publisher, c.year, c.locator): c for c in reversed(list(citations))}.values())[::-1]


def _status(use: MedicationUse, check: MedicationCheck | None) -> MedicationStatus:
    status: Status = "not_checked"
    reason = "it was not looked at" if check is None else check.reason
    if check is not None and check.status != "not_checked":
        status = "checked" if use.complete and check.status == "checked" else "partly_checked"
    return MedicationStatus(given=use.text, status=status, ingredients=tuple(i.name for i in use.ingredients), reason=reason)


def _outcome(issues: Sequence[Issue], medications: Sequence[MedicationStatus]) -> tuple[Outcome, str]:
    gaps = [medication for medication in medications if medication.status != "checked"]
    reason = "; ".join(f"{gap.given!r}: {gap.reason or 'not recognised in full'}" for gap in gaps)
    if issues:
        return "found", reason
    if gaps or not medications:
        return "not_checked", reason or "no medicine was given"
    return "nothing_found", ""
