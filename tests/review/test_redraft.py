"""A start that is rejected for another choice is drafted again without it, a bounded number of times; the rejection is remembered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from msgspec import structs

from agent.desk import Desk
from agent.errors import DecisionError
from agent.review import Approve, Edit, Reject, Reviewer
from agent.store.runs import Runner
from tools.clinical.plan import Alternative, Item, Plan, PlanIngredient, Subject

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 23)
PHYSICIAN = Reviewer("dr-1", "physician")
Open = Callable[[Plan], tuple[Desk, str]]


def started(plan: Plan) -> dict[str, str]:
    return {item.subject.text: item.id for item in plan.items if item.action == "start"}


def with_other(item: Item, *drugs: str) -> Item:
    others = tuple(
        Alternative(subject=Subject(kind="medication", text=d, ingredients=(PlanIngredient(d),)), not_chosen_because="second")
        for d in drugs
    )
    return structs.replace(item, alternatives=others)


def test_the_next_medicine_is_drafted_checked_and_shown_under_a_new_digest(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    before = desk.show(name).plan
    rejected = started(before)["empagliflozin"]
    done = desk.decide(name, PHYSICIAN, [Reject(item=rejected, reason="other-medicine-preferred")], before.digest)
    after = desk.show(name).plan
    assert (done.status, done.approved, done.rejected, done.digest) == ("awaiting-review", (), (), after.digest)
    assert after.digest != before.digest
    assert "dapagliflozin" in started(after)
    assert "empagliflozin" not in str([(i.subject, i.dose) for i in after.items])
    assert [(c.text, c.status, c.reason) for c in after.coverage if c.concern == "rejected empagliflozin"] == [
        (
            "Start empagliflozin",
            "refused",
            "Rejected in review, and drafted again without it: Another medicine for the same purpose is preferred.",
        )
    ]
    with pytest.raises(DecisionError, match="not the one that was shown"):
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], before.digest)
    events = [line.event for line in desk.history(name)]
    assert [events.count(e) for e in ("drafted", "decided", "redrafted", "refused")] == [2, 1, 1, 1]
    assert desk.audit().faults == ()


def test_what_is_signed_after_it_leaves_and_the_rejected_medicine_does_not(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    plan = desk.show(name).plan
    desk.decide(name, PHYSICIAN, [Reject(item=started(plan)["empagliflozin"], reason="patient-preference")], plan.digest)
    shown = Desk(tmp_path).show(name)
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], shown.plan.digest).status == "approved"
    proposed = [r["medicationCodeableConcept"] for e in desk.release(name)["entry"] if "medicationCodeableConcept" in (r := e["resource"])]
    assert "dapagliflozin" in str(proposed)
    assert "empagliflozin" not in str(proposed)


def test_whoever_reads_while_it_is_drafted_anew_sees_the_plan_before_and_cannot_sign_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    before = desk.show(name).plan
    monkeypatch.setattr(Runner, "advanced", lambda *_: None)  # the one who decided has not got to it yet
    desk.decide(name, PHYSICIAN, [Reject(item=started(before)["empagliflozin"], reason="other-medicine-preferred")], before.digest)
    with desk._database.alone(name):
        seen = Desk(tmp_path).show(name)
        assert (seen.status, seen.plan.digest) == ("checking", before.digest)
        with pytest.raises(DecisionError, match="somebody else"):
            desk.decide(name, PHYSICIAN, [Approve(item="rest")], before.digest)
    after = desk.show(name)
    assert (after.status, after.plan.digest == before.digest) == ("awaiting-review", False)


def test_a_third_rejection_stands(waiting: Open, make: SimpleNamespace) -> None:
    plan = make.plan(with_other(make.item("i1", "start", "ramipril"), "candesartan"), make.item("i2"))
    desk, name = waiting(plan)
    stands = []
    for n in range(3):
        drug = ("ramipril", "lisinopril", "enalapril", "perindopril")[n + 1]
        following = make.plan(with_other(make.item("i1", "start", drug), "candesartan"), make.item("i2"))
        desk, _ = waiting(following)
        done = desk.decide(
            name, PHYSICIAN, [Reject(item="i1", reason="patient-preference"), Approve(item="i2")], desk.show(name).plan.digest
        )
        stands.append((done.status, done.rejected))
    assert stands == [("awaiting-review", ()), ("awaiting-review", ()), ("partly-approved", ("i1",))]
    assert desk.audit().faults == ()


@pytest.mark.parametrize("reason", ["not-appropriate", "palliative", "already-done", "specialist-advised"])
def test_a_reason_that_objects_to_treating_stands_at_once(waiting: Open, make: SimpleNamespace, reason: str) -> None:
    desk, name = waiting(make.plan(with_other(make.item("i1", "start", "ramipril"), "candesartan")))
    assert desk.decide(name, PHYSICIAN, [Reject(item="i1", reason=reason)], desk.show(name).plan.digest).status == "rejected"


def test_without_another_medicine_there_is_nothing_to_draft(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "ramipril")))
    done = desk.decide(name, PHYSICIAN, [Reject(item="i1", reason="patient-preference")], desk.show(name).plan.digest)
    assert done.status == "rejected"


def test_a_plan_that_a_person_edited_is_not_drafted_over(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(with_other(make.item("i1", "start", "ramipril"), "candesartan"), make.item("i2")))
    edited = desk.decide(name, PHYSICIAN, [Edit(item="i2", reason="timing", within_days=3)], desk.show(name).plan.digest)
    done = desk.decide(name, PHYSICIAN, [Reject(item="i1", reason="patient-preference")], edited.digest)
    assert (done.status, done.rejected) == ("awaiting-review", ("i1",))


def test_who_may_not_reject_sends_nothing_back(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(with_other(make.item("i1", "start", "ramipril"), "candesartan")))
    digest = desk.show(name).plan.digest
    with pytest.raises(DecisionError) as error:
        desk.decide(name, Reviewer("rn-1", "nurse"), [Reject(item="i1", reason="patient-preference")], digest)
    assert (error.value.reason, desk.show(name).plan.digest) == ("unauthorised", digest)


def test_the_sentence_beside_the_reason_stands_in_no_plan_and_no_audit(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    plan = desk.show(name).plan
    said = Reject(item=started(plan)["spironolactone"], reason="patient-preference", text="her sister grew breasts on it")
    desk.decide(name, PHYSICIAN, [said], plan.digest)
    assert "sister" not in str(desk.show(name).plan)
    assert "sister" not in str(desk.history(name))


def test_another_medicine_that_a_check_bars_is_not_drafted_in_its_place(tmp_path: Path) -> None:
    """Eplerenone is the other one, and the record holds a strong CYP3A4 inhibitor."""
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    plan = desk.show(name).plan
    desk.decide(name, PHYSICIAN, [Reject(item=started(plan)["spironolactone"], reason="patient-preference")], plan.digest)
    after = desk.show(name).plan
    assert started(plan).keys() - started(after).keys() == {"spironolactone"}
    assert [c.status for c in after.coverage if c.concern == "rejected spironolactone"] == ["refused"]
