"""A desk whose drafter writes a plan that the test gives, so that each test shows what it is about."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

import agent.nodes.check
from agent.checking import Checked
from agent.context import Context
from agent.desk import Desk
from policies.engine import disposition
from tools.clinical.answer import KnowledgeRef
from tools.clinical.plan import (
    Disposition,
    Dose,
    Item,
    Plan,
    PlanIngredient,
    PlanInput,
    PlanIssue,
    PlanPatient,
    PlanQuantity,
    Subject,
    sealed,
)

AS_OF = date(2026, 11, 20)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def move(self, **by: float) -> None:
        self.now += timedelta(**by)


def item(name: str, action: str = "order", drug: str = "", reference: str | None = None) -> Item:
    subject = (
        Subject(kind="medication", text=drug, ingredients=(PlanIngredient(drug),), reference=reference)
        if drug
        else Subject(kind="laboratory", text="potassium")
    )
    dose = (
        Dose(text=f"{drug} 5 mg daily", amount=PlanQuantity("5", "mg"), per="24 h", route="oral") if action in {"start", "change"} else None
    )
    return Item(id=name, action=action, subject=subject, dose=dose)  # type: ignore[arg-type]


def issue(name: str, *items: str, severity: str = "major", handled_by: tuple[str, ...] = ()) -> PlanIssue:
    return PlanIssue(
        id=name, code="DRG", severity=severity, indicator="warning", interruptive=True, participants=("a", "b"),  # type: ignore[arg-type]
        consequence="harm", action="avoid", rule=KnowledgeRef("rule", "1.0.0"), items=items, handled_by=handled_by,
    )  # fmt: skip


def plan_of(*items: Item, issues: tuple[PlanIssue, ...] = ()) -> Plan:
    plan = Plan(
        as_of=AS_OF.isoformat(), patient=PlanPatient(reference="Patient/p1"), input=PlanInput(digest="sha256:00", resources=1),
        items=items, issues=issues, disposition=Disposition(route="review", urgency="routine"),
    )  # fmt: skip
    return sealed(structs.replace(plan, disposition=disposition(plan)))


class _Fixed(Context):
    def case(self, source: str, as_of: str, patient: str | None = None, excluded: frozenset[str] = frozenset()) -> object:  # type: ignore[override]
        self.bytes_of(source)
        return SimpleNamespace(
            facts=SimpleNamespace(deceased=False), derived=SimpleNamespace(calculations=(), not_computed=()),
            screened=SimpleNamespace(issues=()), run=SimpleNamespace(active=(), decisions=()),
        )  # fmt: skip


Open = Callable[[Plan], tuple[Desk, str]]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def checked(monkeypatch: pytest.MonkeyPatch) -> list[Plan]:
    """Every plan that passed `check`; it seals and does nothing else."""
    seen: list[Plan] = []

    def check(plan: Plan, case: object) -> Checked:
        seen.append(plan)
        return Checked(sealed(plan))

    monkeypatch.setattr(agent.nodes.check, "check_plan", check)
    return seen


@pytest.fixture
def waiting(tmp_path: Path, clock: Clock, checked: list[Plan]) -> Open:
    """Opens a desk on which the given plan waits."""

    def opened(plan: Plan) -> tuple[Desk, str]:
        drafter = SimpleNamespace(draft=lambda case: plan)
        desk = Desk(tmp_path / "home", clock=clock, context=lambda work, bytes_of: _Fixed(bytes_of, drafter))
        return desk, desk.start(b"{}", AS_OF)

    return opened


@pytest.fixture
def make() -> SimpleNamespace:
    return SimpleNamespace(item=item, issue=issue, plan=plan_of)
