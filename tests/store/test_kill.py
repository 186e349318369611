"""kill -9 at any step: nothing is lost, nothing is doubled, nothing leaves unsigned, and everything goes on in another process."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from langgraph.checkpoint.sqlite import SqliteSaver

from agent.desk import Desk
from agent.errors import DecisionError
from agent.planning import make_plan
from agent.review import Approve, Edit, Reject, Reviewer
from agent.store.database import SqliteDatabase
from tests.store.children import exit_code, in_a_child
from tools.clinical.plan import Plan

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 20)
PHYSICIAN = Reviewer("dr-1", "physician")


@pytest.fixture(scope="module")
def plan() -> Plan:
    """What will be drafted; made here, so that forked children find the knowledge loaded."""
    return make_plan(RECORD, AS_OF)


def work_through(home: Path, plan: Plan) -> None:
    """Start, edit, decide and release, each as if it were asked for again after a crash."""
    desk = Desk(home)
    rows = desk.list(everything=True)
    name = rows[0].id if rows else desk.start(RECORD, AS_OF)
    shown = desk.show(name)
    if shown.plan.digest == plan.digest and shown.status == "awaiting-review":
        due = next(item.id for item in shown.plan.items if item.action == "order")
        desk.decide(name, PHYSICIAN, [Edit(item=due, reason="timing", within_days=3)], plan.digest)
        shown = desk.show(name)
    if shown.status == "awaiting-review":
        last = shown.plan.items[-1].id
        if shown.standing.lack(last):
            desk.decide(name, PHYSICIAN, [Reject(item=last, reason="already-done")], shown.plan.digest)
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], shown.plan.digest)
    desk.release(name)


def dies_at(step: int, work: Callable[[], None]) -> bool:
    """Run it in a process of its own that is killed at the step; whether it got that far. Steps are writes, before and after."""

    def doomed() -> None:
        _count_down(step)
        work()

    code = exit_code(in_a_child(doomed))
    assert code in (0, -signal.SIGKILL)
    return code == -signal.SIGKILL


def _count_down(step: int) -> None:
    left = step

    def tick() -> None:
        nonlocal left
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    database, saver = _kinds()
    writing = database.writing

    @contextmanager
    def counted(self: Any) -> Iterator[Any]:
        with writing(self) as db:
            yield db
            tick()
        tick()

    database.writing = counted
    for name in ("put", "put_writes", "delete_thread"):
        setattr(saver, name, _ticking(getattr(saver, name), tick))


def _kinds() -> tuple[Any, Any]:
    """The classes of the database that the environment names, and of its checkpoints."""
    if os.environ.get("CAREWRIGHT_DATABASE"):
        from langgraph.checkpoint.postgres import PostgresSaver

        from agent.store.postgres import PostgresDatabase

        return PostgresDatabase, PostgresSaver
    return SqliteDatabase, SqliteSaver


def _ticking(real: Callable[..., Any], tick: Callable[[], None]) -> Callable[..., Any]:
    def ticking(*args: Any, **named: Any) -> Any:
        tick()
        done = real(*args, **named)
        tick()
        return done

    return ticking


def survives(step: int, home: Path, plan: Plan) -> bool:
    """Die at the step, then let another process go on; whether the step was reached."""
    reached = dies_at(step, lambda: work_through(home, plan))
    desk = Desk(home)
    assert desk.audit().faults == ()
    for row in desk.list(everything=True):
        if row.status not in {"approved", "partly-approved"}:
            with pytest.raises(DecisionError):
                desk.release(row.id)
    desk.recover()
    work_through(home, plan)
    (row,) = desk.list(everything=True)
    events = [line.event for line in desk.history(row.id)]
    assert (row.status, desk.audit().faults) == ("partly-approved", ())
    assert [events.count(e) for e in ("started", "drafted", "edited", "decided", "signed", "released")] == [1, 2, 1, row.items, 1, 1]
    return reached


@pytest.mark.parametrize("step", [1, 2, 4, 9, 17, 26, 33, 41, 52])
def test_killed_at_some_step_it_goes_on_in_another_process(step: int, tmp_path: Path, plan: Plan) -> None:
    survives(step, tmp_path, plan)


@pytest.mark.slow
def test_killed_at_every_step_it_goes_on_in_another_process(tmp_path: Path, plan: Plan) -> None:
    step = 1
    while survives(step, tmp_path / str(step), plan):
        step += 1
    assert step > 40


@pytest.mark.slow
def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path, plan: Plan) -> None:
    steps = random.Random(1)
    reached = [survives(steps.randint(1, 55), tmp_path / str(run), plan) for run in range(200)]
    assert sum(reached) > 150


@pytest.mark.slow
@pytest.mark.server
@pytest.mark.parametrize(
    "step", [pytest.param(step, id=f"{run}-at-{step}") for run, step in enumerate(random.Random(2).choices(range(1, 56), k=200))]
)
def test_killed_on_postgresql_it_goes_on_in_another_process(step: int, tmp_path: Path, plan: Plan, postgres: str) -> None:
    survives(step, tmp_path, plan)


@pytest.mark.slow
def test_of_two_hundred_races_each_has_one_winner(tmp_path: Path, plan: Plan) -> None:
    order = next(item.id for item in plan.items if item.action == "order")
    words: tuple[list[Any], ...] = (
        [Approve(item="rest")],
        [Reject(item=item.id, reason="not-appropriate") for item in plan.items],
        [Edit(item=order, reason="timing", within_days=3)],
    )
    codes = []
    for race in range(200):
        name = Desk(tmp_path).start(RECORD, AS_OF, request=f"race {race}")
        digest = Desk(tmp_path).show(name).plan.digest
        said = (words[race % 3], words[(race + 1) % 3])
        children = [_decided(tmp_path, name, number, words, digest) for number, words in enumerate(said)]
        codes.append(sorted(exit_code(child) for child in children))
    assert codes == [[0, 1]] * 200
    assert Desk(tmp_path).audit().faults == ()


def test_of_two_processes_that_decide_at_once_one_wins(tmp_path: Path, plan: Plan) -> None:
    name = Desk(tmp_path).start(RECORD, AS_OF)
    words = ([Approve(item="rest")], [Reject(item=item.id, reason="not-appropriate") for item in plan.items])
    children = [_decided(tmp_path, name, number, said, plan.digest) for number, said in enumerate(words)]
    codes = [exit_code(child) for child in children]
    assert sorted(codes) == [0, 1]
    assert Desk(tmp_path).list(everything=True)[0].status == ("approved" if codes[0] == 0 else "rejected")
    assert Desk(tmp_path).audit().faults == ()


def _decided(home: Path, name: str, number: int, said: Sequence[Any], digest: str) -> int:
    """A child that decides; it exits with 1 where another was faster."""

    def decide() -> int:
        try:
            Desk(home).decide(name, Reviewer(f"dr-{number}", "physician"), said, digest)
        except DecisionError:
            return 1
        return 0

    return in_a_child(decide)
