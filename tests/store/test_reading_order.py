"""What waits on the desk is read in the order of the policies; what is settled follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agent.need import in_reading_order, looked_back_to
from agent.store.stakes import Settled, Stake
from agent.store.worklist import Work
from policies.engine import load_policies

NOW = "2026-11-20T12:00:00.000000+00:00"


@dataclass(frozen=True)
class When:
    days: int

    def __str__(self) -> str:
        return f"2026-11-{20 - self.days:02}T12:00:00.000000+00:00"


def run(name: str, waited: int = 0, **more: Any) -> Work:
    fields = dict.fromkeys(Work.__struct_fields__, None)
    return Work(**{**fields, "id": name, "status": "awaiting-review", "urgency": "routine", "started": str(When(waited)), **more})


def names(found: list[Work]) -> list[str]:
    return [one.id for one in found]


def test_urgency_comes_first_then_harm_with_the_time_that_is_gone_and_what_is_drafted_last() -> None:
    runs = [
        run("settled", status="approved", urgency="emergency"),
        run("drafted", status="drafting", urgency=None),
        run("little", 2),
        run("much"),
        run("now", urgency="emergency"),
    ]
    stakes = {"much": Stake("much", 0.2, 3.0, "a"), "little": Stake("little", 0.0, 3.0, "a")}
    assert names(in_reading_order(runs, stakes, [], NOW)) == ["now", "much", "little", "drafted", "settled"]


def test_a_plan_of_which_nothing_is_written_down_waits_by_time_alone() -> None:
    assert names(in_reading_order([run("new"), run("old", 3)], {}, [], NOW)) == ["old", "new"]


def test_a_group_that_waited_longer_lately_comes_before_more_harm() -> None:
    stakes = {"more": Stake("more", 1.0, 3.0, "b"), "slow": Stake("slow", 0.0, 3.0, "a")}
    read = [Settled("a", 3.0, str(When(9)), str(When(5)))] * 20 + [Settled("b", 3.0, str(When(6)), str(When(5)))] * 20
    assert names(in_reading_order([run("more"), run("slow")], stakes, [], NOW)) == ["more", "slow"]
    assert names(in_reading_order([run("more"), run("slow")], stakes, read, NOW)) == ["slow", "more"]


def test_how_far_back_counts_is_policy() -> None:
    row = load_policies().worklist
    assert row
    assert (row.look_back, looked_back_to(NOW)) == ("30 d", "2026-10-21T12:00:00.000000+00:00")
