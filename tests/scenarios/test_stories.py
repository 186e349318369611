"""Every telling of every story: the plan says what it must, and nothing that it must not."""

from __future__ import annotations

import pytest

from scenarios.judging import failures
from scenarios.story import Expected, Telling, stories, tellings

TELLINGS = [telling for story in stories() for telling in tellings(story)]


@pytest.mark.parametrize("telling", TELLINGS, ids=[telling.name for telling in TELLINGS])
def test_the_plan_is_what_the_story_demands(telling: Telling) -> None:
    assert failures(telling) == []


def test_a_medicine_that_nobody_knows_can_be_neither_demanded_nor_forbidden() -> None:
    expected = Expected(must=("start statin or glp1-agonist",), must_not=("start maoi", "start"), silent=("DRG metformin cats-claw",))
    assert expected.faults() == [f"{name!r} is no medicine and no class" for name in ("glp1-agonist", "maoi", "cats-claw")]


def test_a_choice_is_met_by_either() -> None:
    telling = next(one for one in TELLINGS if one.name == "asthma-reliever-and-controller")
    either = Expected(must=("start budesonide or warfarin", "start warfarin or budesonide"), must_not=("start warfarin or apixaban",))
    assert failures(Telling(telling.name, telling.as_of, telling.bundle, either)) == []


def test_a_story_can_fail() -> None:
    telling = TELLINGS[0]
    impossible = Expected(must=("start no-such-medicine",), must_ask=("the weather",), issues=("DRG no-such-medicine",))
    found = failures(Telling(telling.name, telling.as_of, telling.bundle, impossible))
    assert found == ["must: start no-such-medicine", "must ask: the weather", "must find the issue: DRG no-such-medicine"]
