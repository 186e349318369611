"""Every telling of every story: the plan says what it must, and nothing that it must not."""

from __future__ import annotations

import pytest

from scenarios.story import Expected, Telling, failures, stories, tellings

TELLINGS = [telling for story in stories() for telling in tellings(story)]


@pytest.mark.parametrize("telling", TELLINGS, ids=[telling.name for telling in TELLINGS])
def test_the_plan_is_what_the_story_demands(telling: Telling) -> None:
    assert failures(telling) == []


def test_a_story_can_fail() -> None:
    telling = TELLINGS[0]
    impossible = Expected(must=("start no-such-medicine",), must_ask=("the weather",), issues=("DRG no-such-medicine",))
    found = failures(Telling(telling.name, telling.as_of, telling.bundle, impossible))
    assert found == ["must: start no-such-medicine", "must ask: the weather", "must find the issue: DRG no-such-medicine"]
