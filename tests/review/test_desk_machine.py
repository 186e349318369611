"""Whatever anybody calls, in whatever order and role: nothing reaches release without the signatures that the policies ask for."""

from __future__ import annotations

import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec import structs

import agent.nodes.check
from agent.checking import Checked
from agent.context import Context
from agent.desk import Desk
from agent.errors import DecisionError
from agent.review import Approve, Edit, Override, Reject, Reviewer
from policies.engine import disposition, required_signatures
from tools.clinical.answer import KnowledgeRef
from tools.clinical.plan import (
    Alternative,
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

SIGNING = ("physician", "nurse-practitioner", "pharmacist", "nurse")
ROLES = (*SIGNING, "trainee", "viewer", "administrator", "service", "system", "clerk")
PEOPLE = st.builds(Reviewer, st.sampled_from(("a", "b", "c", "")), st.sampled_from(ROLES))
ITEMS = st.sampled_from(("i1", "i2", "i3", "i4", "rest", "i9"))
OVERRIDES = st.sampled_from(((), (Override("d1", "benefit-outweighs"),), (Override("d2", "palliative"),), (Override("d1", "because"),)))
REASONS = st.sampled_from(("already-done", "patient-preference", "other-medicine-preferred", "because", "other"))
SAID = st.one_of(
    st.builds(Approve, item=ITEMS, overrides=OVERRIDES),
    st.builds(Approve, item=ITEMS, overrides=OVERRIDES),
    st.builds(Reject, item=ITEMS, reason=REASONS),
    st.builds(Edit, item=ITEMS, reason=st.sampled_from(("timing", "dose-adjusted")), within_days=st.integers(1, 9)),
)
RECORDS = st.sampled_from((None, None, None, b'{"entry": [{"resource": {"resourceType": "Patient", "id": "p"}}]}', b'{"newer": 1}'))


def medicine(name: str, action: str, drug: str, *others: str) -> Item:
    def subject(text: str) -> Subject:
        return Subject(kind="medication", text=text, ingredients=(PlanIngredient(text),), reference=None)

    dose = Dose(text=f"{drug} 5 mg daily", amount=PlanQuantity("5", "mg"), per="24 h", route="oral") if action == "start" else None
    found = Item(id=name, action=action, subject=subject(drug), dose=dose)  # type: ignore[arg-type]
    return structs.replace(found, alternatives=tuple(Alternative(subject=subject(o), not_chosen_because="second") for o in others))


def issue(name: str, item: str, severity: str, *handled_by: str) -> PlanIssue:
    return PlanIssue(
        id=name, code="DRG", severity=severity, indicator="warning", interruptive=True, participants=("a", "b"),  # type: ignore[arg-type]
        consequence="harm", action="avoid", rule=KnowledgeRef("rule", "1.0.0"), items=(item,), handled_by=handled_by,
    )  # fmt: skip


def drafted(case: Any) -> Plan:
    """A contraindication stands against i1 (two people sign), an issue against i2 asks for a reason unless i3 is done."""
    drug = next(d for d in ("ramipril", "lisinopril", "enalapril", "perindopril") if d not in case.excluded)
    plan = Plan(
        as_of="2026-11-20",
        patient=PlanPatient(reference="Patient/p1"),
        input=PlanInput(digest="sha256:00", resources=1),
        items=(
            medicine("i1", "start", "amlodipine"),
            medicine("i2", "start", drug, "candesartan"),
            medicine("i3", "stop", "naproxen"),
            Item(id="i4", action="order", subject=Subject(kind="laboratory", text="potassium")),
        ),
        issues=(issue("d1", "i1", "contraindicated"), issue("d2", "i2", "major", "i3")),
        disposition=Disposition(route="review", urgency="routine"),
    )
    return sealed(structs.replace(plan, disposition=disposition(plan)))


class _Case(Context):
    def case(self, source: str, as_of: str, patient: str | None = None, excluded: frozenset[str] = frozenset()) -> Any:
        self.bytes_of(source)
        return SimpleNamespace(
            facts=SimpleNamespace(deceased=False), derived=SimpleNamespace(calculations=(), not_computed=()), excluded=excluded,
            screened=SimpleNamespace(issues=()), run=SimpleNamespace(active=(), decisions=()),
        )  # fmt: skip


class DeskMachine(RuleBasedStateMachine):
    """One plan, any callers."""

    @initialize()
    def open(self) -> None:
        self._folder = tempfile.TemporaryDirectory()
        self._real = agent.nodes.check.check_plan  # type: ignore[attr-defined]
        agent.nodes.check.check_plan = lambda plan, case: Checked(sealed(plan))  # type: ignore[attr-defined]
        self.now = datetime(2026, 11, 20, 9, tzinfo=UTC)
        self.digests: list[str] = []
        self.released: dict[str, Any] = {}
        self._start()
        self.name = self.desk.start(b'{"entry": [{"resource": {"resourceType": "Patient", "id": "p"}}]}', self.now.date())

    def teardown(self) -> None:
        if hasattr(self, "_real"):
            agent.nodes.check.check_plan = self._real  # type: ignore[attr-defined]
            self.desk._database.close()
            self._folder.cleanup()

    def _start(self) -> None:
        drafter = SimpleNamespace(draft=drafted)
        self.desk = Desk(Path(self._folder.name), clock=lambda: self.now, context=lambda work, bytes_of: _Case(bytes_of, drafter))

    @rule(who=PEOPLE, said=st.lists(SAID, min_size=0, max_size=4), stale=st.booleans(), record=RECORDS)
    def decide(self, who: Reviewer, said: list[Any], stale: bool, record: bytes | None) -> None:
        shown = self.desk.show(self.name)
        digest = self.digests[0] if stale and self.digests else shown.plan.digest
        self.digests.append(shown.plan.digest)
        with suppress(DecisionError):
            self.desk.decide(self.name, who, said, digest, bundle=record)

    @rule(people=st.permutations(("physician", "pharmacist")))
    def decide_rightly(self, people: list[str]) -> None:
        """What two careful people would do; without it hardly any run gets as far as a release."""
        for number, role in enumerate(people):
            for item, override in (("i3", ()), ("i4", ()), ("i2", ()), ("i1", (Override("d1", "benefit-outweighs"),))):
                with suppress(DecisionError):
                    digest = self.desk.show(self.name).plan.digest
                    self.desk.decide(self.name, Reviewer(f"p{number}", role), [Approve(item=item, overrides=override)], digest)

    @rule(who=st.one_of(st.none(), PEOPLE))
    def release(self, who: Reviewer | None) -> None:
        with suppress(DecisionError):
            bundle = self.desk.release(self.name, who)
            self._signed(bundle)
            assert self.released.setdefault(self.name, bundle) == bundle

    @rule(days=st.sampled_from((0.1, 1, 13, 15)), back=st.booleans())
    def time_passes(self, days: float, back: bool) -> None:
        self.now += timedelta(days=-days if back else days)

    @rule()
    def recover(self) -> None:
        self.desk.recover()

    @rule()
    def another_process(self) -> None:
        self.desk._database.close()
        self._start()

    @precondition(lambda self: self.desk.show(self.name).status == "awaiting-review")
    @rule()
    def start_again(self) -> None:
        with suppress(DecisionError):
            self.desk.start(b'{"entry": [{"resource": {"resourceType": "Patient", "id": "p"}}]}', datetime(2026, 11, 20, tzinfo=UTC).date())

    @invariant()
    def the_audit_holds(self) -> None:
        if hasattr(self, "desk"):
            assert self.desk.audit().faults == ()

    def _signed(self, bundle: dict[str, Any]) -> None:
        """Counted from the rows and the policies, not from what the desk says of itself."""
        shown = self.desk.show(self.name)
        assert shown.status in {"approved", "partly-approved"}
        yes: dict[str, list[Reviewer]] = {}
        no: set[str] = set()
        reasons: dict[str, set[str]] = {}
        for row in shown.decisions:
            if isinstance(row.decision, Reject):
                no.add(row.decision.item)
            else:
                yes.setdefault(row.decision.item, []).append(row.reviewer)
                reasons.setdefault(row.decision.item, set()).update(o.issue for o in row.decision.overrides)
        left = structs.replace(shown.plan, items=tuple(i for i in shown.plan.items if i.id not in no))
        needed = required_signatures(left, [i.id for i in left.items])
        for item in left.items:
            people = yes[item.id]
            assert {p.role for p in people} <= set(SIGNING)
            assert len({p.id for p in people}) >= needed[item.id].count
            assert all(p.id for p in people)
        if "i1" not in no:
            assert any(p.role == "physician" for p in yes["i1"])
            assert "d1" in reasons["i1"]
        if "i2" not in no:
            assert any(p.role in {"physician", "nurse-practitioner"} for p in yes["i2"])
            assert "i3" not in no or "d2" in reasons["i2"]
        medicines = [r["medicationCodeableConcept"]["text"] for e in bundle["entry"] if "medicationCodeableConcept" in (r := e["resource"])]
        drug = next(i.subject.text for i in shown.plan.items if i.id == "i2")
        for item, text in (("i1", "amlodipine"), ("i2", drug)):
            assert any(text in found for found in medicines) is (item not in no)


DeskMachine.TestCase.settings = settings(
    max_examples=12, stateful_step_count=14, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
TestDeskMachine = DeskMachine.TestCase
