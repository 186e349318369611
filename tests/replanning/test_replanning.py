"""Planning again: what was done, which goal is met, what changed, and the fact that did it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import orjson
import pytest

from agent.errors import RecordError
from agent.faces.html import plan_html
from agent.faces.text_replan import replan_text
from agent.planning import make_plan
from agent.replanning import read_previous, replan
from scenarios import builders as b
from tools.clinical.plan import Plan
from tools.clinical.replanned import Change, Followed, Replan

FIRST, LATER = date(2026, 11, 23), date(2027, 1, 4)
OLD, NEW = date(2026, 11, 16), date(2026, 12, 20)
LABS = {
    "serum-potassium": "4.4 mmol/L", "serum-creatinine": "1.1 mg/dL", "serum-sodium": "139 mmol/L", "heart-rate": "76 /min",
    "body-weight": "88 kg", "body-height": "175 cm", "systolic-bp": "152 mm[Hg]", "diastolic-bp": "94 mm[Hg]",
}  # fmt: skip
LISINOPRIL = b.medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=date(2026, 11, 24))
IBUPROFEN = b.medication("ibuprofen 600 MG Oral Tablet", dose="600 mg", per="8 h", ordered=date(2026, 11, 1))


def record(*more: b.Json, labs: dict[str, str] | None = None) -> bytes:
    """A man of 58 years with hypertension; `labs` are newer values."""
    newer = [b.observation(name, value, when=NEW) for name, value in (labs or {}).items()]
    older = [b.observation(name, value, when=OLD) for name, value in LABS.items()]
    return orjson.dumps(b.bundle(b.patient(sex="male", age=58, as_of=FIRST), b.condition("hypertension"), *older, *newer, *more))


@pytest.fixture(scope="module")
def previous() -> Plan:
    return make_plan(record(), FIRST)


def line(found: Replan, action: str, text: str) -> Followed:
    return next(f for f in found.followed if f.action == action and text in f.text)


def change(found: Replan, text: str) -> Change:
    return next(c for c in found.changes if text in c.text)


def test_a_start_that_is_now_among_the_medicines_was_done_and_one_that_is_not_was_not(previous: Plan) -> None:
    found = replan(previous, record(LISINOPRIL), LATER)
    assert (line(found, "start", "lisinopril").became, line(found, "start", "amlodipine").became) == ("done", "not-done")
    assert line(found, "start", "lisinopril").facts


def test_the_change_names_what_was_done_as_its_cause(previous: Plan) -> None:
    moved = change(replan(previous, record(LISINOPRIL), LATER), "lisinopril")
    assert (moved.kind, moved.causes[0].kind) == ("changed", "done")


def test_a_test_that_was_ordered_and_resulted_was_done(previous: Plan) -> None:
    found = replan(previous, record(LISINOPRIL, labs={"serum-potassium": "4.9 mmol/L", "serum-creatinine": "1.2 mg/dL"}), LATER)
    assert line(found, "order", "Potassium").became == "done"
    assert "4.9 mmol/L" in line(found, "order", "Potassium").because


@pytest.mark.parametrize(("pressure", "state"), [("129", "met"), ("130", "not-met"), (None, "no-new-value")])
def test_the_goal_of_less_than_130_is_met_at_129(previous: Plan, pressure: str | None, state: str) -> None:
    labs = {"systolic-bp": f"{pressure} mm[Hg]"} if pressure else {}
    goals = {goal.observable: goal.state for goal in replan(previous, record(labs=labs), LATER).goals}
    assert goals["systolic-bp"] == state


def test_what_is_gone_names_the_value_that_forbids_it(previous: Plan) -> None:
    found = replan(previous, record(labs={"serum-potassium": "5.8 mmol/L"}), LATER)
    gone = change(found, "lisinopril")
    assert gone.kind == "gone"
    assert any("5.8 mmol/L" in cause.text for cause in gone.causes)


def test_a_medicine_that_came_since_is_the_cause_of_its_stop(previous: Plan) -> None:
    found = replan(previous, record(IBUPROFEN), LATER)
    new = change(found, "ibuprofen")
    assert "ibuprofen" in " ".join(fact.text for fact in found.news if fact.kind == "medicine")
    assert any("ibuprofen" in cause.text.casefold() for cause in new.causes)


def test_a_stop_that_was_heeded_is_done() -> None:
    before = make_plan(record(IBUPROFEN), FIRST)
    stopped = [item for item in before.items if item.action in ("stop", "hold") and "ibuprofen" in item.subject.text]
    found = replan(before, record(), LATER)
    assert [f.became for f in found.followed if f.item in {item.id for item in stopped}] == ["done"] * len(stopped)


def test_the_same_record_on_the_same_day_changes_nothing(previous: Plan) -> None:
    found = replan(previous, record(), FIRST)
    assert {c.kind for c in found.changes} == {"same"}
    assert found.news == ()
    assert found.plan.digest == previous.digest


def test_every_change_has_a_cause(previous: Plan) -> None:
    found = replan(previous, record(LISINOPRIL, IBUPROFEN, labs={"systolic-bp": "128 mm[Hg]", "serum-potassium": "5.2 mmol/L"}), LATER)
    moved = [c for c in found.changes if c.kind != "same"]
    assert moved
    assert all(c.causes for c in moved)


def test_another_patient_and_an_earlier_date_are_refused(previous: Plan) -> None:
    with pytest.raises(RecordError, match="later than the new one"):
        replan(previous, record(), date(2026, 11, 22))
    other = msgspec.structs.replace(previous, patient=msgspec.structs.replace(previous.patient, reference="Patient/other"))
    with pytest.raises(RecordError, match="another patient"):
        replan(other, record(), LATER)


def test_a_plan_and_an_earlier_comparison_can_be_read_and_nothing_else(previous: Plan, tmp_path: Path) -> None:
    found = replan(previous, record(LISINOPRIL), LATER)
    for name, value in (("plan.json", previous), ("again.json", found)):
        (tmp_path / name).write_bytes(msgspec.json.encode(value))
    assert read_previous(tmp_path / "plan.json") == previous
    assert read_previous(tmp_path / "again.json") == found.plan
    (tmp_path / "no.json").write_text('{"resourceType": "Bundle"}')
    with pytest.raises(RecordError, match="no plan"):
        read_previous(tmp_path / "no.json")


def test_text_and_page_say_the_same(previous: Plan) -> None:
    found = replan(previous, record(LISINOPRIL), LATER)
    text, page = replan_text(found), plan_html(found.plan, found)
    for word in ("Since the plan of 2026-11-23", "not done", "What changed and why"):
        assert word.casefold() in text.casefold()
        assert word.casefold() in page.casefold()
    assert 'id="since"' not in plan_html(found.plan)
