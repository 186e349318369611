"""A simulated course moves a record as declared, errs as declared, and is the same whatever the engine."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from agent.errors import RecordError
from agent.planning import make_plan
from scenarios.builders import bundle, condition, medication, observation, patient
from scenarios.course.arms import Tally, Visit, as_drafted, no_change, usual_care
from scenarios.course.batch import follow
from scenarios.course.body import Body, Luck
from scenarios.course.chart import Chart
from scenarios.course.counted import Mean, counted
from scenarios.course.model import CourseRules, course_named, responses
from scenarios.course.run import CourseTask, course_row, goals
from scenarios.population import drawn

DAY = date(2026, 11, 1)
NAME = "a-year-in-primary-care"
LUCK = Luck("somebody", 1)
BLOOD = {"serum-potassium": "4.2 mmol/L", "serum-creatinine": "0.9 mg/dL", "serum-sodium": "140 mmol/L", "body-weight": "70 kg"}


def record(*more: dict[str, Any], systolic: int = 152) -> bytes:
    pressure = observation("systolic-bp", f"{systolic} mm[Hg]", when=date(2026, 10, 20))
    blood = [observation(name, value, when=date(2026, 10, 20)) for name, value in BLOOD.items()]
    return orjson.dumps(bundle(patient(sex="female", age=61, as_of=DAY), condition("hypertension"), pressure, *blood, *more))


def certain(**reviewer: float) -> CourseRules:
    rules = course_named(NAME)
    whole = {"answers": 1.0, "rejects": 0.0, "misses": 0.0, **reviewer}
    return msgspec.structs.replace(rules, reviewer=msgspec.structs.replace(rules.reviewer, **whole))


def visit(chart: Chart, rules: CourseRules, number: int = 0) -> Visit:
    return Visit(chart, DAY, number, rules, LUCK, Tally())


def ordered(chart: Chart) -> set[str]:
    return {use.ingredients[0].name for use in chart.facts(DAY).medications if use.taken and use.ingredients}


def test_a_signed_start_is_an_order_of_the_record() -> None:
    chart = Chart(record())
    begun = {i.subject.ingredients[0].name for i in make_plan(record(), DAY).items if i.action == "start" and i.subject.ingredients}
    as_drafted(visit(chart, certain()))
    assert begun
    assert ordered(chart) == begun


def test_a_reviewer_who_rejects_everything_starts_nothing() -> None:
    chart, tally = Chart(record()), Tally()
    as_drafted(replace(visit(chart, certain(rejects=1.0)), tally=tally))
    assert (ordered(chart), tally.signed) == (set(), 0)
    assert tally.rejected + tally.waiting == len(make_plan(record(), DAY).items)


def test_no_change_begins_nothing_and_costs_no_minute() -> None:
    chart, tally = Chart(record()), Tally()
    no_change(replace(visit(chart, certain()), tally=tally))
    assert (ordered(chart), tally) == (set(), Tally())


def test_usual_care_takes_the_next_step_above_its_limit_and_none_at_it() -> None:
    rules = course_named(NAME)
    sure = tuple(msgspec.structs.replace(ladder, acts=1.0) for ladder in rules.usual.ladder)
    acting = msgspec.structs.replace(rules, usual=msgspec.structs.replace(rules.usual, ladder=sure))
    found = {}
    for systolic in (140, 141):
        chart = Chart(record(systolic=systolic))
        usual_care(visit(chart, acting))
        found[systolic] = ordered(chart)
    assert found == {140: set(), 141: {"lisinopril"}}


def test_the_pressure_falls_by_what_is_declared_times_what_is_taken() -> None:
    start = Chart(record())
    body = Body(start.facts(DAY), responses(), LUCK)
    treated = Chart(record(medication("amlodipine 5 MG Oral Tablet", dose="5 mg", per="24 h", ordered=date(2026, 10, 30))))
    moves = next(one for one in responses().moves if one.observable == "systolic-bp")
    effect = next(one for one in responses().effect if one.kind == "ccb-dhp")
    trials = effect.change + effect.per_level * (152 - effect.from_level)
    own = LUCK.of("answers", "ccb-dhp", "systolic-bp").gauss(trials, effect.sd)
    assert body.level(moves, (), 1) == 152
    assert body.level(moves, treated.facts(DAY).medications, 1) == pytest.approx(152 + own * body.taken)


def moving(name: str) -> Any:
    return next(one for one in responses().moves if one.observable == name)


def test_who_starts_lower_falls_less_and_never_rises() -> None:
    drug = medication("amlodipine 5 MG Oral Tablet", dose="5 mg", per="24 h", ordered=date(2026, 10, 30))
    falls = []
    for systolic in (172, 132, 92):
        body = Body(Chart(record(systolic=systolic)).facts(DAY), responses(), LUCK)
        falls.append(systolic - body.level(moving("systolic-bp"), Chart(record(drug, systolic=systolic)).facts(DAY).medications, 1))
    assert falls[0] - falls[1] == pytest.approx(4 * Body(Chart(record()).facts(DAY), responses(), LUCK).taken)
    assert falls[0] > falls[1] > falls[2]


def test_an_sglt2_inhibitor_halves_the_fall_of_egfr_that_is_taken_as_ordered() -> None:
    kidney = [condition("chronic-kidney-disease"), observation("serum-creatinine", "1.6 mg/dL", when=date(2026, 10, 25))]
    drug = medication("empagliflozin 10 MG Oral Tablet", dose="10 mg", per="24 h", ordered=date(2026, 10, 30))
    bodies = [Body(Chart(record(*kidney)).facts(DAY), responses(), LUCK) for _ in range(2)]
    taking = Chart(record(*kidney, drug)).facts(DAY).medications
    before = [bodies[0].level(moving("egfr"), uses, 1) for uses in ((), taking)]
    bodies[0].lives(1, ())
    bodies[1].lives(1, taking)
    assert before[0] - bodies[0].level(moving("egfr"), (), 1) == pytest.approx(2.75)
    assert before[1] - bodies[1].level(moving("egfr"), taking, 1) == pytest.approx(2.75 * (1 - 0.5 * bodies[1].taken))


def test_the_total_cholesterol_moves_as_the_sum_of_its_parts() -> None:
    drug = medication("atorvastatin 40 MG Oral Tablet", dose="40 mg", per="24 h", ordered=date(2026, 10, 30))
    body = Body(Chart(record()).facts(DAY), responses(), LUCK)
    taking = Chart(record(drug)).facts(DAY).medications
    total, ldl = ([body.level(moving(name), uses, 1) for uses in ((), taking)] for name in ("total-cholesterol", "ldl-cholesterol"))
    assert ldl[0] - ldl[1] > 5
    assert total[0] - total[1] == pytest.approx(ldl[0] - ldl[1])


def test_every_source_of_the_responses_is_used_and_what_rests_on_none_is_said() -> None:
    found = responses()
    used = {one.source for one in (*found.moves, *found.effect, *found.event)}
    assert {one.id for one in found.source} - used == {"who-adherence", "sherifali-2010"}, (
        "of adherence, and of how effects on HbA1c hang on the start"
    )
    published = [one for one in (*found.effect, *found.event) if one.source != "house"]
    assert len(published) > 2 * sum(one.source == "house" for one in (*found.effect, *found.event))


def test_twice_the_usual_dose_adds_what_is_declared_for_a_doubling() -> None:
    body = Body(Chart(record()).facts(DAY), responses(), LUCK)
    moves = next(one for one in responses().moves if one.observable == "systolic-bp")
    levels = [
        body.level(moves, Chart(record(medication("amlodipine", dose=dose, per="24 h", ordered=DAY))).facts(DAY).medications, 1)
        for dose in ("5 mg", "10 mg")
    ]
    assert levels[1] - levels[0] == pytest.approx(-1.8 * body.taken)


def test_a_fall_of_egfr_is_written_as_the_creatinine_that_gives_it() -> None:
    chart = Chart(record(observation("serum-creatinine", "1.4 mg/dL", when=date(2026, 10, 25))))
    body = Body(chart.facts(DAY), responses(), LUCK)
    moves = next(one for one in responses().moves if one.observable == "egfr")
    exact = msgspec.structs.replace(moves, visit_sd=0.0)
    reported, value = body.value(exact, 35.0, 1)
    chart.measured(reported, value, DAY)
    found = chart.facts(DAY).latest("egfr")
    assert found
    assert abs(float(found.quantity.value) - 35.0) < 0.4


def test_the_first_goal_that_applies_counts() -> None:
    chart = Chart(record(condition("coronary-artery-disease"), condition("hyperlipidaemia")))
    assert goals(chart.facts(DAY), course_named(NAME)) == {"systolic-bp": 130, "ldl-cholesterol": 70}


def test_luck_is_the_same_in_every_arm_and_another_with_another_seed() -> None:
    assert LUCK.of("event", 3).random() == Luck("somebody", 1).of("event", 3).random() != Luck("somebody", 2).of("event", 3).random()


def test_an_angioedema_stands_in_the_record_and_the_plan_does_not_begin_the_class_again() -> None:
    chart = Chart(record())
    chart.allergic("lisinopril", "angioedema", DAY)
    begun = {i.subject.ingredients[0].name for i in make_plan(chart.data(), DAY).items if i.action == "start" and i.subject.ingredients}
    assert begun
    assert "lisinopril" not in begun


def test_a_course_is_the_same_on_one_process_and_on_two(tmp_path: Path) -> None:
    who, task = drawn("adults-in-primary-care", 6, 2, DAY), CourseTask(DAY, NAME, 2, 1)
    alone = follow(who, tmp_path / "a", task, "inline", 1)
    together = follow(who, tmp_path / "b", task, "process", 2)
    assert alone == together
    for path in sorted((tmp_path / "a").iterdir()):
        assert path.read_bytes() == (tmp_path / "b" / path.name).read_bytes()
    assert alone["errors"] == 0


def test_a_course_that_was_cut_off_goes_on_and_gives_the_same_bytes(tmp_path: Path) -> None:
    who, task = drawn("adults-in-primary-care", 4, 2, DAY), CourseTask(DAY, NAME, 2, 1)
    whole = follow(who, tmp_path / "whole", task, "inline", 1)

    def cut(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(who, tmp_path / "torn", task, "inline", 1, progress=cut)
    told: list[int] = []
    assert follow(who, tmp_path / "torn", task, "inline", 1, resume=True, progress=lambda done, total: told.append(done)) == whole
    assert told == [3, 4]
    for path in sorted((tmp_path / "whole").iterdir()):
        assert path.read_bytes() == (tmp_path / "torn" / path.name).read_bytes()


def test_a_finished_course_is_not_followed_again(tmp_path: Path) -> None:
    who, task = drawn("adults-in-primary-care", 2, 2, DAY), CourseTask(DAY, NAME, 2, 1)
    whole, told = follow(who, tmp_path, task, "inline", 1), list[str]()
    assert (
        follow(who, tmp_path, task, "inline", 1, resume=True, progress=lambda done, total: told.append("followed"), tell=told.append)
        == whole
    )
    assert [text.partition(":")[0] for text in told] == ["This run was finished before"]


def test_rows_of_a_course_with_another_seed_are_not_mixed_in(tmp_path: Path) -> None:
    who = drawn("adults-in-primary-care", 2, 2, DAY)

    def cut(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        follow(who, tmp_path / "torn", CourseTask(DAY, NAME, 2, 1), "inline", 1, progress=cut)
    with pytest.raises(RecordError, match="other settings"):
        follow(who, tmp_path / "torn", CourseTask(DAY, NAME, 2, 2), "inline", 1, resume=True)


def test_somebody_whose_record_is_broken_is_one_row() -> None:
    class Broken:
        label = "broken"

        def data(self) -> bytes:
            return b'{"resourceType": "Bundle", "type": "collection"}'

        def key(self) -> str:
            return "broken"

    row = course_row("broken", Broken(), CourseTask(DAY, NAME, 2, 1))
    assert row == {"outcome": "error", "error": "RecordError", "message": "the bundle has no patient"}


def test_one_visit_is_no_course(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="at least two visits"):
        follow((), tmp_path, CourseTask(DAY, NAME, 1, 1), "inline", 1)


def test_a_course_that_nobody_declared_is_named_with_those_that_are() -> None:
    with pytest.raises(RecordError, match="no course is called 'decades'; there are: a-year-in-primary-care"):
        course_named("decades")


def arm(at_goal: list[bool], levels: list[float], medicines: int = 1) -> dict[str, Any]:
    burden = dict.fromkeys(("tests", "minutes", "signed", "rejected", "waiting", "missed"), 0)
    watched = {"egfr": [80.0, 79.0 + medicines]}
    return {
        "at_goal": {"hba1c": at_goal},
        "levels": {"hba1c": levels},
        "watched": watched,
        "events": {"cough": 1},
        "medicines": medicines,
        **burden,
    }


def course_of(planned: list[bool], usual: list[bool]) -> dict[str, Any]:
    arms = {
        "plans as drafted": arm(planned, [7.5, 6.9]),
        "usual care": arm(usual, [7.5, 7.3], 2),
        "no change": arm([False, False], [7.5, 7.6]),
    }
    return {"outcome": "course", "patient": "a", "arms": arms}


def test_the_report_of_a_course_counts_row_by_row() -> None:
    rows = [course_of([False, True], [False, False]), course_of([True, True], [True, False]), course_of([False, False], [False, True])]
    found = counted([*rows, {"outcome": "error", "patient": "b", "error": "RecordError", "message": "torn"}])
    one = found.observables["hba1c"]
    assert (found.followed, one.patients, one.better, one.worse) == (3, 3, 2, 1)
    assert one.at_goal["plans as drafted"] == [1, 2]
    assert (one.open["plans as drafted"], dict(one.reached["plans as drafted"])) == (2, {1: 1})
    assert [round(level.value, 6) for level in one.levels["usual care"]] == [7.5, 7.3]
    assert found.events["no change"] == {"cough": 3}
    assert [level.value for level in found.watched["egfr"]["usual care"]] == [80.0, 81.0]
    assert found.burden["usual care"]["medicines"].value == 2
    assert found.errors == [("b", "RecordError: torn")]


def test_a_mean_does_not_depend_on_the_order_of_its_values() -> None:
    values = [0.1, 0.2, 0.3, 1e16, 0.7, -1e16, 5]
    one, other = Mean(), Mean()
    for value in values:
        one.add(value)
    for value in reversed(values):
        other.add(value)
    assert one.value == other.value == pytest.approx(0.9)
