"""The desk: what is decided counts once, for what was shown, by those who may; nothing else leaves."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec import structs

import agent.deciding
from agent.context import Context
from agent.desk import Desk
from agent.errors import DecisionError, StoreError
from agent.review import Approve, Edit, Override, Reject, Reviewer, with_edits
from agent.store.worklist import Work
from tools.clinical.plan import Disposition, Plan, PlanQuantity

PHYSICIAN = Reviewer("dr-1", "physician")
OTHER = Reviewer("dr-2", "physician")
NURSE = Reviewer("rn-1", "nurse")
ALL = (Approve(item="rest"),)
Open = Callable[[Plan], tuple[Desk, str]]


def refused(reason: str, call: Callable[[], object]) -> None:
    with pytest.raises(DecisionError) as error:
        call()
    assert error.value.reason == reason


def digest(desk: Desk, name: str) -> str:
    return desk.show(name).plan.digest


def kinds(bundle: dict[str, Any]) -> list[str]:
    return [entry["resource"]["resourceType"] for entry in bundle["entry"]]


def test_what_is_approved_leaves_and_what_is_rejected_is_absent(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine"), make.item("i2", "start", "ramipril")))
    done = desk.decide(name, PHYSICIAN, [Approve(item="i1"), Reject(item="i2", reason="patient-preference")], digest(desk, name))
    assert (done.status, done.approved, done.rejected, done.open) == ("partly-approved", ("i1",), ("i2",), ())
    bundle = desk.release(name)
    assert kinds(bundle) == ["Device", "MedicationRequest", "CarePlan", "Provenance"]
    assert "amlodipine" in str(bundle)
    assert "ramipril" not in str(bundle)
    assert desk.release(name) == bundle
    assert desk.audit().faults == ()


def test_nothing_leaves_before_every_item_is_decided(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1"), make.item("i2")))
    refused("incomplete", lambda: desk.release(name))
    desk.decide(name, PHYSICIAN, [Approve(item="i1")], digest(desk, name))
    refused("incomplete", lambda: desk.release(name))


def test_a_plan_of_which_all_is_rejected_never_leaves(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    assert desk.decide(name, PHYSICIAN, [Reject(item="i1", reason="already-done")], digest(desk, name)).status == "rejected"
    refused("late", lambda: desk.release(name))


def test_another_digest_than_the_one_shown_is_stale(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    refused("stale", lambda: desk.decide(name, PHYSICIAN, ALL, "sha256:" + "0" * 64))
    assert desk.list()[0].status == "awaiting-review"


def test_the_same_decision_twice_is_one(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1"), make.item("i2")))
    seen = digest(desk, name)
    first = desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen)
    assert desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen) == first
    last = desk.decide(name, PHYSICIAN, [Reject(item="i2", reason="already-done")], seen)
    assert desk.decide(name, PHYSICIAN, [Reject(item="i2", reason="already-done")], seen) == last
    assert [line.event for line in desk.history(name)].count("decided") == 2


def test_who_comes_second_with_another_word_changes_nothing(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1"), make.item("i2")))
    seen = digest(desk, name)
    desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen)
    refused("double", lambda: desk.decide(name, OTHER, [Reject(item="i1", reason="already-done")], seen))
    desk.decide(name, PHYSICIAN, [Approve(item="i2")], seen)
    refused("late", lambda: desk.decide(name, OTHER, [Reject(item="i2", reason="already-done")], seen))


def test_a_nurse_does_not_start_a_medicine_and_a_service_signs_nothing(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine")))
    for who in (NURSE, Reviewer("carewright", "system")):
        refused("unauthorised", lambda who=who: desk.decide(name, who, [Approve(item="i1")], digest(desk, name)))


def test_all_or_nothing_of_a_submission_counts(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1"), make.item("i2")))
    refused(
        "unreasoned", lambda: desk.decide(name, PHYSICIAN, [Approve(item="i1"), Reject(item="i2", reason="because")], digest(desk, name))
    )
    assert desk.show(name).decisions == ()


def test_an_issue_that_interrupts_is_answered_with_a_reason_and_the_answer_leaves(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine"), issues=(make.issue("d1", "i1"),)))
    seen = digest(desk, name)
    assert desk.decide(name, PHYSICIAN, ALL, seen).open[0].by_name
    refused("unreasoned", lambda: desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen))
    refused("unreasoned", lambda: desk.decide(name, PHYSICIAN, [Approve(item="i1", overrides=(Override("d1", "will-monitor"),))], seen))
    desk.decide(name, PHYSICIAN, [Approve(item="i1", overrides=(Override("d1", "will-monitor", "potassium in a week"),))], seen)
    issues = [e["resource"] for e in desk.release(name)["entry"] if e["resource"]["resourceType"] == "DetectedIssue"]
    assert [m["action"]["text"] for i in issues for m in i["mitigation"]] == ["overridden: will-monitor. potassium in a week"]


def test_a_standing_contraindication_takes_two_people(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine"), issues=(make.issue("d1", "i1", severity="contraindicated"),)))
    seen = digest(desk, name)
    said = Approve(item="i1", overrides=(Override("d1", "benefit-outweighs"),))
    assert desk.decide(name, PHYSICIAN, [said], seen).open[0].lacks == "second-signature"
    refused("incomplete", lambda: desk.release(name))
    refused("unauthorised", lambda: desk.decide(name, NURSE, [Approve(item="i1")], seen))
    refused("double", lambda: desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen))
    assert desk.decide(name, Reviewer("ph-1", "pharmacist"), [Approve(item="i1")], seen).status == "approved"
    agents = desk.release(name)["entry"][-1]["resource"]["agent"]
    assert [agent["who"].get("display") for agent in agents] == [None, "dr-1 (physician)", "ph-1 (pharmacist)"]


def test_rejecting_the_remedy_opens_what_was_approved_on_its_strength(waiting: Open, make: SimpleNamespace) -> None:
    items = make.item("i1", "start", "amlodipine"), make.item("i2", "stop", "ramipril", "MedicationRequest/r1")
    desk, name = waiting(make.plan(*items, issues=(make.issue("d1", "i1", handled_by=("i2",)),)))
    seen = digest(desk, name)
    assert desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen).approved == ("i1",)
    after = desk.decide(name, PHYSICIAN, [Reject(item="i2", reason="patient-preference")], seen)
    assert [(o.item, o.lacks, o.issues) for o in after.open] == [("i1", "reason", ("d1",))]
    refused("incomplete", lambda: desk.release(name))
    answered = Approve(item="i1", overrides=(Override("d1", "tolerated-previously"),))
    assert desk.decide(name, PHYSICIAN, [answered], seen).status == "partly-approved"


def test_an_edited_dose_leaves_nothing_of_the_dose_that_was_proposed(make: SimpleNamespace) -> None:
    raised = structs.replace(make.item("i1", "change", "amlodipine"), change="Raise to 10 mg by mouth once daily")
    waits = structs.replace(make.item("i2", "start", "ramipril"), change="This one follows when potassium is known.")
    edits = [Edit(item=name, reason="dose-adjusted", amount=PlanQuantity("7.5", "mg")) for name in ("i1", "i2")]
    first, second = with_edits(make.plan(raised, waits), edits).items
    assert first.dose is not None
    assert (first.change, first.dose.text) == ("", "7.5 mg by mouth once daily")
    assert second.change == "This one follows when potassium is known."


def test_a_dose_that_goes_on_is_not_set_without_saying_how_often(make: SimpleNamespace) -> None:
    plan = make.plan(make.item("i1", "continue", "verapamil"))
    with pytest.raises(DecisionError, match="how often"):
        with_edits(plan, [Edit(item="i1", reason="dose-adjusted", amount=PlanQuantity("40", "mg"))])
    kept = with_edits(plan, [Edit(item="i1", reason="dose-adjusted", amount=PlanQuantity("40", "mg"), per="8 h")]).items[0]
    assert kept.dose is not None
    assert kept.dose.text == "40 mg every 8 hours"


def test_an_edit_is_checked_again_and_voids_what_was_signed_before(waiting: Open, make: SimpleNamespace, checked: list[Plan]) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine"), make.item("i2")))
    seen = digest(desk, name)
    desk.decide(name, PHYSICIAN, [Approve(item="i2")], seen)
    after = desk.decide(name, PHYSICIAN, [Edit(item="i1", reason="dose-adjusted", per="12 h")], seen)
    assert len(checked) == 2
    assert checked[1].items[0].dose is not None
    assert checked[1].items[0].dose.text == "5 mg by mouth every 12 hours"
    assert (after.status, after.approved, [o.item for o in after.open]) == ("awaiting-review", (), ["i1", "i2"])
    assert after.digest != seen
    refused("stale", lambda: desk.decide(name, PHYSICIAN, ALL, seen))
    assert desk.decide(name, PHYSICIAN, ALL, after.digest).status == "approved"
    assert desk.audit().faults == ()


@pytest.mark.parametrize(
    "edit",
    [
        Edit(item="i1", reason="dose-adjusted", per="0 h"),
        Edit(item="i1", reason="dose-adjusted", per="5 mg"),
        Edit(item="i1", reason="timing", within_days=-1),
        Edit(item="i1", reason="other", text="cheaper", choose="diltiazem"),
        Edit(item="i1", reason="clearer-wording"),
        Edit(item="i2", reason="dose-adjusted", per="12 h"),
    ],
)
def test_an_edit_that_makes_no_sense_is_refused(waiting: Open, make: SimpleNamespace, edit: Edit) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine"), make.item("i2")))
    refused("not-editable", lambda: desk.decide(name, PHYSICIAN, [edit], digest(desk, name)))


def test_a_record_that_moved_voids_the_plan(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    seen = digest(desk, name)
    refused("stale", lambda: desk.decide(name, PHYSICIAN, ALL, seen, bundle=b'{"newer": 1}'))
    assert desk.list(everything=True)[0].status == "expired"
    refused("late", lambda: desk.decide(name, PHYSICIAN, ALL, seen))


@pytest.mark.parametrize(("after", "status"), [("same", "approved"), ("other", "expired")])
def test_new_knowledge_voids_a_plan_that_it_would_make_otherwise(
    waiting: Open, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, after: str, status: str
) -> None:
    plans = {"same": make.plan(make.item("i1")), "other": make.plan(make.item("i1"), make.item("i2"))}
    desk, name = waiting(plans["same"])
    seen = digest(desk, name)
    monkeypatch.setattr(agent.deciding, "knowledge_stamp", lambda: "sha256:newer")
    again, asked = waiting(plans[after])  # the same folder, as another process would open it
    assert asked == name
    if after == "other":
        refused("stale", lambda: again.decide(name, PHYSICIAN, ALL, seen))
    else:
        again.decide(name, PHYSICIAN, ALL, seen)
    assert again.list(everything=True)[0].status == status


def test_an_edited_plan_is_void_once_the_knowledge_has_moved(waiting: Open, make: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine")))
    after = desk.decide(name, PHYSICIAN, [Edit(item="i1", reason="dose-adjusted", per="12 h")], digest(desk, name))
    monkeypatch.setattr(agent.deciding, "knowledge_stamp", lambda: "sha256:newer")
    refused("stale", lambda: desk.decide(name, PHYSICIAN, ALL, after.digest))


def test_fourteen_days_are_the_longest_wait(waiting: Open, make: SimpleNamespace, clock: Any) -> None:
    desk, name = waiting(make.plan(make.item("i1"), make.item("i2")))
    seen = digest(desk, name)
    clock.move(days=14)
    desk.decide(name, PHYSICIAN, [Approve(item="i1")], seen)
    clock.move(seconds=1)
    refused("late", lambda: desk.decide(name, PHYSICIAN, [Approve(item="i2")], seen))
    assert desk.list() == ()


def test_an_emergency_without_anything_to_sign_stays_on_the_list_for_twelve_hours(waiting: Open, make: SimpleNamespace, clock: Any) -> None:
    plan = structs.replace(make.plan(), disposition=Disposition(route="escalate", urgency="emergency"))
    desk, name = waiting(plan)
    assert [(w.id, w.status) for w in desk.list()] == [(name, "no-plan")]
    clock.move(hours=12, seconds=1)
    assert desk.list() == ()


def test_a_start_that_is_sent_twice_is_one_plan(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    assert desk.start(b"{}", date(2026, 11, 20)) == name
    assert desk.start(b"{}", date(2026, 11, 21)) != name


def test_a_plan_that_is_not_there_is_unknown(waiting: Open, make: SimpleNamespace) -> None:
    desk, _ = waiting(make.plan(make.item("i1")))
    refused("unknown", lambda: desk.show("w-nothing"))


@pytest.mark.parametrize(
    "forgery",
    [
        "UPDATE plan SET content = replace(CAST(content AS TEXT), 'amlodipine', 'amlodipinx')",
        "UPDATE decision SET content = replace(CAST(content AS TEXT), 'dr-1', 'dr-9')",
        "DELETE FROM decision",
        "UPDATE verdict SET content = replace(CAST(content AS TEXT), 'dr-1', 'dr-9')",
        "DROP TRIGGER audit_is_never_changed; UPDATE audit SET actor = 'dr-9' WHERE event = 'decided'",
        "DROP TRIGGER audit_is_never_shortened; DELETE FROM audit WHERE seq = 2",
        "UPDATE record SET content = x'00'",
    ],
)
def test_a_forged_row_is_found_and_nothing_leaves(waiting: Open, make: SimpleNamespace, tmp_path: Path, forgery: str) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine")))
    desk.decide(name, PHYSICIAN, [Approve(item="i1")], digest(desk, name))
    assert desk.audit().faults == ()
    db = sqlite3.connect(tmp_path / "home" / "carewright.db")
    db.executescript(forgery)
    db.close()
    assert desk.audit().faults
    with pytest.raises(StoreError):
        desk.release(name)


def test_a_status_that_is_forged_releases_nothing(waiting: Open, make: SimpleNamespace, tmp_path: Path) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    db = sqlite3.connect(tmp_path / "home" / "carewright.db")
    db.executescript("UPDATE work SET status = 'approved'")
    db.close()
    refused("incomplete", lambda: desk.release(name))


def test_the_audit_is_append_only(waiting: Open, make: SimpleNamespace, tmp_path: Path) -> None:
    waiting(make.plan(make.item("i1")))
    db = sqlite3.connect(tmp_path / "home" / "carewright.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute("UPDATE audit SET actor = 'x'")
    db.close()


def test_a_decision_is_somebodys(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1")))
    for nobody in ("", "  "):
        refused("unauthorised", lambda nobody=nobody: desk.decide(name, Reviewer(nobody, "physician"), ALL, digest(desk, name)))
    assert desk.show(name).decisions == ()


def test_who_may_approve_nothing_is_told_so_when_approving_the_rest(waiting: Open, make: SimpleNamespace) -> None:
    desk, name = waiting(make.plan(make.item("i1", "start", "amlodipine")))
    for role in ("viewer", "service", "clerk"):
        refused("unauthorised", lambda role=role: desk.decide(name, Reviewer("x", role), ALL, digest(desk, name)))
    assert desk.show(name).decisions == ()


def test_however_many_plans_were_asked_for_in_words_a_desk_remembers_few_of_them(tmp_path: Path) -> None:
    made: list[str | None] = []

    def remembering(work: Work, bytes_of: Callable[[str], bytes]) -> Context:
        made.append(work.request)
        return Context(bytes_of)

    desk = Desk(tmp_path, context=remembering)
    record = b'{"resourceType": "Bundle", "type": "collection", "entry": [{"resource": {"resourceType": "Patient", "id": "p1"}}]}'
    for request in "abcdefgh":
        desk.start(record, date(2026, 11, 20), request=request)
    for request in "ha":
        desk.start(record, date(2026, 11, 21), request=request)
    assert made == [*"abcdefgh", "a"]
