"""Quality measures as questions to a plan: what counts as "the plan has this gap", declared in `scenarios/measures/`.

A measure sorts patients into denominator, exclusions and numerator. Where the numerator is good care, a patient outside it
has a gap; where it is the bad outcome (`gap_is = "numerator"`), a patient inside it has one. A plan has the gap when one of
the declared lines, questions or issues stands in it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from msgspec import Struct

from agent import wording
from tools.clinical.knowledge import Document, load
from tools.clinical.plan import Item, Plan, PlanIssue
from tools.terminology import terminology

MEASURES = Path(__file__).parent / "measures"
_EXCLUDED = ("denominator-exclusion", "denominator-exception")


class Differs(Struct, frozen=True, forbid_unknown_fields=True):
    """Why plan and measure differ on these test patients (the first eight characters of their ids)."""

    patients: tuple[str, ...]
    why: str


class Measure(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One measure.

    Attributes:
        measure: its name in the public test patients.
        gap_is: which patients of the denominator have the gap.
        as_of: when a plan is asked for: at the period's end, or at the last date the record holds within it.
        lines: an action, alone or with an ingredient, a class or an observable.
        questions: names of which one is asked about.
        issues: a code, alone or with an ingredient or a class among its participants.
        differs: what stands behind the disagreements that are known.
    """

    measure: str
    gap_is: Literal["numerator", "not-numerator"]
    as_of: Literal["period-end", "last-event"]
    lines: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    differs: tuple[Differs, ...] = ()

    def explanation(self, case: str) -> str:
        """Why a disagreement on this test patient stands; empty where nobody has looked into it."""
        return next((one.why for one in self.differs if case[:8] in one.patients), "")

    def expects_gap(self, groups: Iterable[dict[str, int]]) -> bool | None:
        """Whether a patient has the gap by the measure's own logic; `None` outside every denominator."""
        counted = [group for group in groups if group.get("denominator")]
        if not counted:
            return None
        judged = [group for group in counted if not any(group.get(name) for name in _EXCLUDED)]
        return any(bool(group.get("numerator")) == (self.gap_is == "numerator") for group in judged)

    def gap_in(self, plan: Plan) -> str | None:
        """What in the plan says that there is a gap; `None` when nothing does."""
        said = next((f"{item.action} {item.subject.text}" for item in plan.items if self._names(item)), None)
        asked = next((f"question about {q.about}" for q in plan.questions if any(_words(name, q.about) for name in self.questions)), None)
        issue = next((f"issue {found.code} {', '.join(found.participants)}" for found in plan.issues if self._raises(found)), None)
        return said or asked or issue

    def _names(self, item: Item) -> bool:
        return any(_is_line(item, *line.partition(" ")[::2]) for line in self.lines)

    def _raises(self, issue: PlanIssue) -> bool:
        return not issue.suppressed and any(_is_issue(issue, *line.partition(" ")[::2]) for line in self.issues)


def measures() -> tuple[Measure, ...]:
    """Every measure that is declared."""
    return load(MEASURES, Measure)


def _is_line(item: Item, action: str, subject: str) -> bool:
    if item.action != action:
        return False
    kinds = {kind for one in item.subject.ingredients for kind in (one.name, *terminology().kinds_of(one.name))}
    return not subject or subject in kinds or _words(subject, item.subject.text)


def _is_issue(issue: PlanIssue, code: str, subject: str) -> bool:
    kinds = {kind for one in issue.participants for kind in (one, *terminology().kinds_of(one))}
    return issue.code == code and (not subject or subject in kinds)


def _words(name: str, text: str) -> bool:
    return any(word in text.casefold() for word in (wording.title(name).casefold(), name.replace("-", " "), name))
