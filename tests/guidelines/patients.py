"""Patients in a few words, with the classes that the terminology knows."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from tools.clinical.answer import KnowledgeRef
from tools.clinical.facts import Facts
from tools.guidelines import Bar, Decision, Run, decide
from tools.guidelines.cases import facts_of
from tools.guidelines.model import Given
from tools.terminology import terminology


class KnownClasses:
    """The terminology's classes, and bars that a test sets."""

    def __init__(self, bars: dict[str, str] | None = None) -> None:
        self._bars = bars or {}

    def kinds_of(self, drug: str) -> frozenset[str]:
        return terminology().kinds_of(drug)

    def members(self, class_name: str) -> tuple[str, ...]:
        return terminology().members(class_name)

    def barred(self, drug: str, facts: Facts) -> Bar | None:
        return Bar(self._bars[drug], KnowledgeRef("test", "1")) if drug in self._bars else None


def patient(**given: Any) -> Facts:
    facts = facts_of(Given(**given))
    known = terminology()
    problems = tuple(replace(p, kinds=known.problem_parents(p.text) | {p.text}) for p in facts.problems)
    return replace(facts, problems=problems, medications=tuple(replace(m, kinds=known.kinds_of(m.text)) for m in facts.medications))


def run(bars: dict[str, str] | None = None, **given: Any) -> Run:
    return decide(patient(**given), None, KnownClasses(bars))


def medicines(found: Run) -> list[str]:
    """What is done about medicines, a line each, in order."""
    return [_line(d) for d in found.decisions if d.action in {"start", "stop", "hold", "change", "continue"}]


def _line(decision: Decision) -> str:
    on = ", ".join(target.removeprefix("MedicationRequest/") for target in decision.targets)
    new = decision.picked if decision.action == "start" else (f"{on} -> {decision.picked}" if decision.picked else on)
    return f"{decision.action} {new}" + (" (later)" if decision.deferred else "")


def ordered(found: Run) -> dict[str, int | None]:
    return {d.subjects[0]: d.due_days for d in found.decisions if d.action == "order"}


PRESSURE = {"systolic-bp": "152 mm[Hg], 10 d ago", "diastolic-bp": "94 mm[Hg], 10 d ago"}
CHEMISTRY = {
    "serum-potassium": "4.2 mmol/L, 10 d ago",
    "egfr": "82 mL/min/{1.73_m2}, 10 d ago",
    "serum-creatinine": "0.9 mg/dL, 10 d ago",
    "uacr": "8 mg/g, 10 d ago",
}
