"""Who does what by when: starts spread over visits, tests before what waits for them, nothing twice."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from agent.faces.timeline import SIGNS, timeline
from scenarios import builders as b
from tools.clinical.plan import Plan
from tools.terminology import terminology

if TYPE_CHECKING:
    from tests.weighing.conftest import Planner

HEART = {"lvef": "30 %", "systolic_bp": "152 mm[Hg]", "diastolic_bp": "92 mm[Hg]"}
ALL = ("hypertension", "chronic-kidney-disease", "heart-failure-reduced-ef", "type-2-diabetes")
SUGAR = {"hba1c": "8.6 %", "uacr": "350 mg/g", "egfr": "48 mL/min/{1.73_m2}"}


def starts(plan: Plan) -> dict[str, str]:
    return {item.subject.text: item.due.by if item.due else plan.as_of for item in plan.items if item.action == "start"}


def test_a_heart_with_pressure_kidney_and_sugar_gets_one_ras_blocker_and_one_sglt2_inhibitor(plan_for: Planner) -> None:
    found = starts(plan_for(*ALL, **HEART, **SUGAR))
    kinds = [terminology().kinds_of(part) for name in found for part in name.split("/")]
    assert sum("sglt2-inhibitor" in k for k in kinds) == 1
    assert sum(bool(k & {"arb", "ace-inhibitor"}) for k in kinds) == 1


def test_no_two_medicines_that_raise_potassium_begin_within_two_weeks(plan_for: Planner) -> None:
    found = starts(plan_for(*ALL, **HEART, **SUGAR))
    raising = {"ras-inhibitor", "mra"}
    days = sorted(
        date.fromisoformat(day) for name, day in found.items() if any(terminology().kinds_of(p) & raising for p in name.split("/"))
    )
    assert len(days) == 2
    assert (days[1] - days[0]).days >= 14


def test_at_most_three_medicines_begin_on_one_day(plan_for: Planner) -> None:
    found = list(starts(plan_for(*ALL, **HEART, **SUGAR)).values())
    assert len(found) >= 5
    assert max(found.count(day) for day in found) <= 3


def test_potassium_is_known_before_the_second_start_that_raises_it(plan_for: Planner) -> None:
    plan = plan_for(*ALL, **HEART, **SUGAR)
    start = next(e for e in plan.calendar if e.kind == "start" and e.who == "patient" and "spironolactone" in e.what)
    before = {e.id: e for e in plan.calendar}[start.after[0]]
    assert before.kind == "test"
    assert before.by <= start.by
    assert "Potassium" in before.what


def test_with_asthma_the_heart_gets_a_cardioselective_beta_blocker(plan_for: Planner) -> None:
    found = starts(plan_for("asthma", "heart-failure-reduced-ef", **{**HEART, "systolic_bp": "128 mm[Hg]"}))
    blockers = [name for name in found if "beta-blocker" in terminology().kinds_of(name)]
    assert [("bb-cardioselective" in terminology().kinds_of(name)) for name in blockers] == [True]


def test_an_arni_begins_36_hours_after_the_ace_inhibitor(plan_for: Planner) -> None:
    lisinopril = b.medication("lisinopril 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=date(2026, 10, 1))
    plan = plan_for("heart-failure-reduced-ef", more=(lisinopril,), **{**HEART, "systolic_bp": "128 mm[Hg]"})
    begin = next(e for e in plan.calendar if "Begin sacubitril" in e.what)
    assert begin.by == "2026-11-25"


def test_every_dated_line_is_in_the_calendar_once_it_has_something_to_do(plan_for: Planner) -> None:
    plan = plan_for(*ALL, **HEART, **SUGAR)
    named = {item for entry in plan.calendar for item in entry.items}
    assert {item.id for item in plan.items if item.action != "continue"} <= named


def test_entries_are_ordered_and_refer_only_to_what_is_there(plan_for: Planner) -> None:
    plan = plan_for(*ALL, **HEART, **SUGAR)
    ids = [entry.id for entry in plan.calendar]
    assert [entry.by for entry in plan.calendar] == sorted(entry.by for entry in plan.calendar)
    assert {name for entry in plan.calendar for name in entry.after} <= set(ids)
    assert {name for entry in plan.calendar for name in entry.items} <= {item.id for item in plan.items}


def test_the_picture_has_a_mark_for_each_entry_inside_its_frame(plan_for: Planner) -> None:
    plan = plan_for(*ALL, **HEART, **SUGAR)
    picture = timeline(plan)
    assert picture is not None
    assert {m.entry.id for m in picture.marks} == {e.id for e in plan.calendar}
    assert all(0 < mark.x < picture.width and 0 < mark.y < picture.height for mark in picture.marks)
    assert all(mark.sign == SIGNS[mark.entry.kind] for mark in picture.marks)


@pytest.mark.parametrize("problems", [ALL, ("depression", "copd"), ("gout", "hypertension")])
def test_the_same_record_gives_the_same_calendar_and_tables(plan_for: Planner, problems: tuple[str, ...]) -> None:
    one, two = plan_for(*problems, **HEART), plan_for(*problems, **HEART)
    assert (one.digest, one.calendar, one.decisions) == (two.digest, two.calendar, two.decisions)
