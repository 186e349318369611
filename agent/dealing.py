"""Whether a line of a plan deals with what a check found, or only changes one of its medicines for another reason.

What lowers carbamazepine for a level says nothing of rivaroxaban beside it: the pair must stay told.
"""

from __future__ import annotations

from typing import Protocol

from tools.clinical.answer import Issue
from tools.clinical.plan import Action, Rationale, Subject


class Line(Protocol):
    """A line of a plan, numbered or not yet."""

    @property
    def action(self) -> Action: ...
    @property
    def subject(self) -> Subject: ...
    @property
    def change(self) -> str: ...
    @property
    def rationale(self) -> tuple[Rationale, ...]: ...


def deals_with(line: Line, issue: Issue) -> bool:
    """It ends a medicine of the issue, or changes one because of this issue; an issue of one medicine ends with any change of it."""
    if not line.subject.reference or line.subject.reference not in issue.medications:
        return False
    if line.action in {"stop", "hold"}:
        return True
    alone = len(issue.medications) == 1 or (issue.severity != "contraindicated" and _ends(line))
    return line.action == "change" and (alone or any(_bears_on(reason, issue) for reason in line.rationale))


def _ends(line: Line) -> bool:
    """It tapers the medicine, or says to do without it; what must not meet at all does not wait for that."""
    return line.change.startswith(("Taper", *(f"Avoid {i.name.replace('-', ' ')}" for i in line.subject.ingredients)))


def _bears_on(reason: Rationale, issue: Issue) -> bool:
    """It cites the issue's rule, or rests on all of its medicines."""
    return any(citation.id == issue.rule.id for citation in reason.evidence) or set(issue.medications) <= set(reason.facts)
