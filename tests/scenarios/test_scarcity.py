"""When hours are short, urgency is never traded, harm comes before arrival, and the declared limits of fairness hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from agent.need import need, reading_minutes
from scenarios.scarcity import Waits, by_need, fairly, first_come, harm, panel, ratios, rules, sections, work_off

PLAIN = Waits("a", 0, "routine", 0.0, 30.0, "women")


def names(read: list[Any]) -> list[str]:
    return [one.plan.name for one in read]


def row(number: int, **more: Any) -> dict[str, Any]:
    base = {"key": f"{number:03}", "patient": f"p{number}", "outcome": "plan", "urgency": "routine", "items": {"start": 1}}
    return {**base, "interruptive": 0, "questions": 0, "sex": "female", "age": 50, **more}


def test_urgency_is_never_traded_for_time_or_harm() -> None:
    assert need("emergency", 0.0) < need("same-day", 9.0, 9.0) < need("routine", 99.0, 99.0) < need(None, 0.0)


def test_the_minutes_of_a_plan_of_ten_lines_and_two_answers() -> None:
    assert reading_minutes(10, 2) == 4.5


def test_an_emergency_that_came_last_is_read_first() -> None:
    plans = [replace(PLAIN, name=f"r{n}", harm=3.0) for n in range(3)] + [replace(PLAIN, name="e", urgency="emergency")]
    assert names(work_off(plans, by_need, 0.5))[0] == "e"
    assert names(work_off(plans, first_come, 0.5)) == ["e", "r0", "r1", "r2"]  # all on the first day, by name


def test_first_come_goes_by_day_of_arrival() -> None:
    plans = [replace(PLAIN, name="late", arrived=1, harm=3.0), replace(PLAIN, name="early")]
    assert names(work_off(plans, first_come, 0.5)) == ["early", "late"]


def test_the_greater_harm_goes_first_among_routine_plans_of_a_day() -> None:
    plans = [replace(PLAIN, name="less", harm=0.4), replace(PLAIN, name="more", harm=0.5)]
    assert names(work_off(plans, by_need, 0.5)) == ["more", "less"]


def test_every_plan_is_read_once_and_a_plan_longer_than_a_day_on_a_day_of_its_own() -> None:
    plans = [replace(PLAIN, name=f"p{n}", minutes=90.0) for n in range(4)]
    read = work_off(plans, fairly, 1.0)
    assert (sorted(names(read)), [one.day for one in read]) == (["p0", "p1", "p2", "p3"], [0, 1, 2, 3])


def test_who_has_waited_the_longest_allowed_goes_before_harm_and_a_day_earlier_not() -> None:
    limit = rules().longest_wait_days
    queue = [replace(PLAIN, name="old"), replace(PLAIN, name="new", arrived=limit, harm=3.0)]
    assert [one.name for one in fairly(queue, [], limit)] == ["old", "new"]
    queue[1] = replace(queue[1], arrived=limit - 1)
    assert [one.name for one in fairly(queue, [], limit - 1)] == ["new", "old"]


def test_a_group_that_waits_longer_than_the_others_goes_first_and_a_small_one_is_not_compared() -> None:
    size = rules().smallest_group
    slow = [replace(PLAIN, name=f"w{n}") for n in range(size)]
    quick = [replace(PLAIN, name=f"m{n}", arrived=4, harm=3.0, group="men") for n in range(size)]
    assert fairly(slow + quick, [], 5)[0].group == "women"
    assert fairly(slow[1:] + quick[1:], [], 5)[0].group == "men"


def test_a_ratio_of_medians_counts_half_a_day_at_least() -> None:
    waited = {"a": [0] * rules().smallest_group, "b": [1] * rules().smallest_group}
    assert ratios(waited) == {"a": 0.5, "b": 2.0}


def test_harm_is_capped_and_counts_interruptions() -> None:
    weight = rules().weight
    assert harm(row(1, interruptive=1)) == weight["start"] + weight["interruption"]
    assert harm(row(1, items={"start": 100})) == rules().most_harm


def test_the_fair_order_keeps_the_worst_ratio_below_that_of_need_alone() -> None:
    rows = [row(n, sex="male" if n % 2 else "female", items={"start": 6 if n % 2 else 1}) for n in range(60)]
    orders = sections(rows, 5, 0.3)[0].table
    assert orders
    worst = next(line for line in orders[1] if line[0].startswith("worst"))
    assert float(worst[3]) < float(worst[2])


def test_rows_without_a_plan_are_no_work() -> None:
    assert [one.name for one in panel([row(1), {"key": "0", "patient": "x", "outcome": "error"}], 3)] == ["p1"]
