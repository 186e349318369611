"""Quality measures as questions to a plan: what counts as "the plan has this gap", declared in `scenarios/measures/`.

A measure sorts patients into denominator, exclusions and numerator. Where the numerator is good care, a patient outside it
has a gap; where it is the bad outcome (`gap_is = "numerator"`), a patient inside it has one. A plan has the gap when one of
the declared lines, questions or issues stands in it, and the plan does not say of the patient what the measure excludes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from pathlib import Path
from typing import Literal

from msgspec import Struct

from agent import wording
from tools.clinical.knowledge import Document, load
from tools.clinical.plan import Item, Plan, PlanIssue, Question
from tools.terminology import terminology

MEASURES = Path(__file__).parent / "measures"
_EXCLUDED = ("denominator-exclusion", "denominator-exception")


class Differs(Struct, frozen=True, forbid_unknown_fields=True):
    """Why plan and measure differ on these test patients (the first eight characters of their ids).

    Attributes:
        because: `test-data`: the file contradicts itself, or the measure's own engine; `window`: the measure counts by its
            calendar, the plan by its date; `care`: the plan is right for the patient though the measure asks for something else;
            `program`: a fault of this program.
    """

    patients: tuple[str, ...]
    because: Literal["test-data", "window", "care", "program"]
    why: str


class Met(Struct, frozen=True, forbid_unknown_fields=True):
    """A value within the measure's limit: `below` or `at_most`, in the unit that plans print it in."""

    observable: str
    below: str = ""
    at_most: str = ""

    def holds(self, plan: Plan) -> bool:
        """Whether the plan shows a value of this kind from the past year, and it is within the limit."""
        shown = re.compile(re.escape(wording.title(self.observable)) + r" (\d+(?:\.\d+)?)[^;(]*\(\d{4}-\d\d-\d\d\)(?!, )", re.IGNORECASE)
        values = [Decimal(found[1]) for problem in plan.problems for found in shown.finditer(problem.assessment)]
        return bool(values) and all(value < Decimal(self.below) if self.below else value <= Decimal(self.at_most) for value in values)


class Measure(Document, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One measure.

    Attributes:
        measure: its name in the public test patients.
        gap_is: which patients of the denominator have the gap.
        as_of: when a plan is asked for: at the period's end, or at the last date the record holds within it.
        lines: an action, alone or with an ingredient, a class or an observable.
        questions: names of which one is asked about. A line or question `X because Y` counts only where the reason given names Y.
        issues: a code, alone or with an ingredient or a class among its participants.
        unless: what the plan must not say of the patient for the measure to be asked of it at all: a module among its problems
            (`module kidney-failure`), a problem of its ledger (`problem sickle-cell-disease`), or a state of pregnancy
            (`pregnancy pregnant`). These are the measure's own exclusions, as the plan shows them; whether the record holds one is
            for the program to see.
        met: values by which the measure is met: where the plan shows all of them from the past year and within the limit, an order
            to measure again is care as usual and no gap.
        differs: what stands behind the disagreements that are known.
    """

    measure: str
    gap_is: Literal["numerator", "not-numerator"]
    as_of: Literal["period-end", "last-event"]
    lines: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    issues: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    met: tuple[Met, ...] = ()
    differs: tuple[Differs, ...] = ()

    def explanation(self, case: str) -> Differs | None:
        """Why a disagreement on this test patient stands; `None` where nobody has looked into it."""
        return next((one for one in self.differs if case[:8] in one.patients), None)

    def expects_gap(self, groups: Iterable[dict[str, int]]) -> bool | None:
        """Whether a patient has the gap by the measure's own logic; `None` outside every denominator."""
        counted = [group for group in groups if group.get("denominator")]
        if not counted:
            return None
        judged = [group for group in counted if not any(group.get(name) for name in _EXCLUDED)]
        return any(bool(group.get("numerator")) == (self.gap_is == "numerator") for group in judged)

    def apart_in(self, plan: Plan) -> str | None:
        """What the plan says of the patient that puts them outside the measure; `None` when nothing does."""
        return next((name for name in self.unless if _is_state(plan, *name.partition(" ")[::2])), None)

    def gap_in(self, plan: Plan) -> str | None:
        """What in the plan says that there is a gap, whoever the patient is; `None` when nothing does."""
        met = bool(self.met) and all(one.holds(plan) for one in self.met)
        return self._proposed(plan, [item for item in plan.items if not (met and item.action == "order")])

    def lines_in(self, plan: Plan) -> str | None:
        """The same without a look at the values that the plan shows."""
        return self._proposed(plan, plan.items)

    def _proposed(self, plan: Plan, items: Iterable[Item]) -> str | None:
        said = next((f"{item.action} {item.subject.text}" for item in items if self._names(item)), None)
        asked = next((f"question about {q.about}" for q in plan.questions if self._asks(q)), None)
        issue = next((f"issue {found.code} {', '.join(found.participants)}" for found in plan.issues if self._raises(found)), None)
        return said or asked or issue

    def reason_in(self, plan: Plan) -> str:
        """Why the plan has the line, the question or the issue that is the gap, in the plan's own words."""
        lines = ["; ".join(one.text for one in item.rationale) for item in plan.items if self._names(item)]
        asked = [q.why for q in plan.questions if self._asks(q)]
        raised = [issue.consequence for issue in plan.issues if self._raises(issue)]
        return next(iter([*lines, *asked, *raised]), "")

    def _asks(self, question: Question) -> bool:
        return any(_asks(question, *name.partition(" because ")[::2]) for name in self.questions)

    def _names(self, item: Item) -> bool:
        return any(_gives(item, *line.partition(" because ")[::2]) for line in self.lines)

    def _raises(self, issue: PlanIssue) -> bool:
        return not issue.suppressed and any(_is_issue(issue, *line.partition(" ")[::2]) for line in self.issues)


def measures() -> tuple[Measure, ...]:
    """Every measure that is declared."""
    return load(MEASURES, Measure)


def _is_state(plan: Plan, kind: str, name: str) -> bool:
    if kind == "pregnancy":
        return plan.patient.pregnancy == name
    if kind == "problem":
        return any(name in terminology().problem((), line.text) for line in plan.coverage)
    return any(problem.module == name for problem in plan.problems)


def _asks(question: Question, about: str, because: str) -> bool:
    return _words(about, question.about) and (not because or _words(because, question.why))


def _gives(item: Item, line: str, because: str) -> bool:
    reasons = " ".join(one.text for one in item.rationale)
    return _is_line(item, *line.partition(" ")[::2]) and (not because or _words(because, reasons))


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
