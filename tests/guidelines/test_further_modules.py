"""Mental illness beyond depression, on either side of the decision points."""

from __future__ import annotations

import pytest

from tests.guidelines.patients import medicines, ordered, run


def test_a_toxic_lithium_level_holds_lithium_the_same_day() -> None:
    found = run(has=("bipolar-disorder",), takes=("lithium",), age="50 a", sex="male", labs={"lithium-level": "1.5 mmol/L, 2 d ago"})
    assert medicines(found) == ["hold lithium"]
    assert len(found.escalations) == 1


def test_lithium_within_its_range_continues() -> None:
    found = run(has=("bipolar-disorder",), takes=("lithium",), age="50 a", sex="male", labs={"lithium-level": "0.8 mmol/L, 2 d ago"})
    assert medicines(found) == ["continue lithium"]
    assert found.escalations == ()


@pytest.mark.parametrize(("count", "line"), [("0.9", "hold clozapine"), ("1.0", "continue clozapine")])
def test_clozapine_pauses_below_a_neutrophil_count_of_one(count: str, line: str) -> None:
    labs = {"neutrophils": f"{count} 10*9/L, 2 d ago"}
    assert medicines(run(has=("schizophrenia",), takes=("clozapine",), age="40 a", sex="male", labs=labs)) == [line]


def test_clozapine_without_a_count_has_one_ordered() -> None:
    assert ordered(run(has=("schizophrenia",), takes=("clozapine",), age="40 a", sex="male"))["neutrophils"] == 7


def test_no_stimulant_is_started_from_the_problem_alone() -> None:
    assert medicines(run(has=("adhd",), age="30 a", sex="male")) == []
