"""Quality measures as questions to the plan: the gap is counted on the right side, and looked for where it is declared."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.errors import RecordError
from scenarios.ecqm import agreement, judge
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
    assert [one.case for one in judged if not one.agrees and not one.measure.explanation(one.case)] == []
    assert agreement(judged)[1][-1][1] == "214"


def test_a_line_of_another_format_is_refused_by_its_number(tmp_path: Path) -> None:
    (tmp_path / "other.jsonl").write_text('{"case_id": "1"}\n')
    with pytest.raises(RecordError, match="line 1: not a test patient of a measure"):
        judge(tmp_path)
