"""A function over many things gives the same results in the same order on every engine, and the card is one of them."""

from __future__ import annotations

from math import isqrt

import pytest

from scenarios import card as card_module
from scenarios.card import card, mark
from scenarios.spread import How, over
from scenarios.story import Story, stories, tellings


@pytest.mark.parametrize("how", [How(), How("threads", 3), How("process", 2)])
def test_results_stand_in_the_order_of_the_things(how: How) -> None:
    assert over(range(50), isqrt, how) == [isqrt(number) for number in range(50)]
    assert over([], isqrt, how) == []


def test_whoever_waits_is_told_how_many_are_done() -> None:
    told: list[tuple[int, int]] = []
    over([4, 9], isqrt, How(progress=lambda done, total: told.append((done, total))))
    assert told == [(1, 2), (2, 2)]


def test_a_card_is_the_same_on_one_process_and_on_two(monkeypatch: pytest.MonkeyPatch) -> None:
    few: list[Story] = list(stories())[:2]
    monkeypatch.setattr(card_module, "stories", lambda: few)
    alone = card()
    assert alone == card(How("process", 2))
    assert next(iter(alone.stability.values())).asked == sum(len(tellings(story)) for story in few)


def test_no_plan_that_is_known_is_made_again_and_the_judgement_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    telling = next(t for story in stories() for t in tellings(story) if any(line.startswith("start ") for line in t.expect.must))
    marked = mark(telling)
    real = card_module.altered
    monkeypatch.setattr(card_module, "altered", lambda telling, plan: real(telling))
    assert mark(telling) == marked
