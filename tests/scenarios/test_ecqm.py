"""Quality measures as questions to the plan: the gap is counted on the right side, and looked for where it is declared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import orjson
import pytest

from agent.errors import RecordError
from agent.planning import make_plan
from scenarios.builders import bundle, condition, observation, patient
from scenarios.ecqm import Judged, agreement, judge
from scenarios.intervals import wilson
from scenarios.measure import Measure, measures

MEASURES = {measure.id: measure for measure in measures()}
PRESSURE = MEASURES["controlling-high-blood-pressure"]
GLUCOSE = MEASURES["diabetes-glycaemic-status"]


def group(denominator: int = 1, numerator: int = 0, exclusion: int = 0, exception: int = 0) -> dict[str, int]:
    return {
        "denominator": denominator,
        "numerator": numerator,
        "denominator-exclusion": exclusion,
        "denominator-exception": exception,
    }


@pytest.mark.parametrize(
    ("measure", "groups", "expected"),
    [
        (PRESSURE, [group(numerator=0)], True),
        (PRESSURE, [group(numerator=1)], False),
        (GLUCOSE, [group(numerator=1)], True),
        (GLUCOSE, [group(numerator=0)], False),
        (GLUCOSE, [group(numerator=1, exclusion=1)], False),
        (PRESSURE, [group(exception=1)], False),
        (PRESSURE, [group(denominator=0)], None),
        (PRESSURE, [group(denominator=0), group(numerator=0)], True),
        (PRESSURE, [group(numerator=1), group(numerator=0)], True),
    ],
    ids=["not met", "met", "bad outcome", "no bad outcome", "excluded", "excepted", "outside", "one group counts", "any group"],
)
def test_a_gap_is_expected_where_the_measure_has_one(measure: Measure, groups: list[dict[str, int]], expected: bool | None) -> None:
    assert measure.expects_gap(groups) is expected


def test_every_public_test_patient_is_planned_and_every_disagreement_explained(shared_data: Path) -> None:
    judged = judge(shared_data / "ecqm")
    assert len(judged) == 229
    assert [one.error for one in judged if one.error] == []
    assert [one.case for one in judged if not one.agrees and one.measure.explanation(one.case) is None] == []
    assert [case for one in measures() for known in one.differs for case in known.patients if _agrees(case, judged)] == []
    assert agreement(judged)[1][-2][1] == "214"
    assert sum(one.agrees for one in judged if one.expected is not None) >= 200


def _agrees(case: str, judged: Sequence[Judged]) -> bool:
    return all(one.agrees for one in judged if one.case.startswith(case))


def test_a_plan_that_could_not_be_made_agrees_with_nothing() -> None:
    assert not Judged(PRESSURE, "case", "", expected=False, error="RecordError: no patient").agrees


def test_who_is_outside_by_the_plan_s_own_word_has_no_gap() -> None:
    told = Judged(PRESSURE, "case", "", expected=False, proposed="order pressure", named="order pressure", apart="pregnancy pregnant")
    assert (told.found, told.agrees, told.agrees_by_lines) == (None, True, False)


@pytest.mark.parametrize(
    ("agree", "of", "expected"), [(0, 0, (0.0, 1.0)), (10, 10, (0.722, 1.0)), (0, 10, (0.0, 0.278)), (201, 214, (0.899, 0.964))]
)
def test_a_share_has_the_interval_of_wilson(agree: int, of: int, expected: tuple[float, float]) -> None:
    low, high = wilson(agree, of)
    assert (round(low, 3), round(high, 3)) == expected


AT_EASE = ({"systolic-bp": "139 mm[Hg]", "diastolic-bp": "89 mm[Hg]"}, True)
OVER = ({"systolic-bp": "140 mm[Hg]", "diastolic-bp": "89 mm[Hg]"}, False)
HALF = ({"systolic-bp": "139 mm[Hg]"}, False)


@pytest.mark.parametrize(("ago", "counts"), [(300, True), (366, False)], ids=["of the past year", "older"])
@pytest.mark.parametrize(("values", "met"), [AT_EASE, OVER, HALF], ids=["at ease", "over", "half"])
def test_an_order_after_a_good_value_of_the_past_year_is_no_gap(values: dict[str, str], met: bool, ago: int, counts: bool) -> None:
    day = date(2026, 11, 23)
    who = patient(sex="male", age=60, as_of=day)
    taken = [observation(name, value, when=day - timedelta(days=ago)) for name, value in values.items()]
    plan = make_plan(orjson.dumps(bundle(who, condition("hypertension"), *taken)), day)
    assert (PRESSURE.lines_in(plan) is not None, PRESSURE.gap_in(plan) is None) == (True, met and counts)


def test_kidney_failure_puts_a_plan_outside_the_measure_of_pressure() -> None:
    day = date(2026, 11, 23)
    who = patient(sex="male", age=60, as_of=day)
    plan = make_plan(orjson.dumps(bundle(who, condition("hypertension"), condition("end-stage-kidney-disease"))), day)
    assert PRESSURE.apart_in(plan) == "module kidney-failure"


def test_a_line_of_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"case_id": "1"}\n')
    with pytest.raises(RecordError, match="line 1: not a test patient of a measure"):
        judge(tmp_path)
