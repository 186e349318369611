"""What durability costs: a decision beside LangGraph's own interrupt and resume, and a worklist of 10,000 plans.

    python benchmarks/store.py [--runs 30] [--waiting 10000]

Prints milliseconds, the median and the slowest tenth's border, as wall-clock time, and how many times LangGraph's own interrupt and resume
(of one node, on the same kind of database, interleaved with the decisions, so that a busy machine slows both) that is; SQLite in a
temporary folder, or the database that `CAREWRIGHT_DATABASE` names (an empty one: rows stay in it).
"""

from __future__ import annotations

import argparse
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypedDict

from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.graph import END, START, StateGraph
from langgraph.types import Command, interrupt

from agent.desk import Desk
from agent.review import Approve, Reject, Reviewer

ROOT = Path(__file__).resolve().parents[1]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 20)
PHYSICIAN = Reviewer("dr-1", "physician")


class _State(TypedDict):
    answer: str


def timed(call: Callable[[], object]) -> float:
    """Milliseconds of one call."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1_000


def told(what: str, times: list[float], beside: list[float] | None = None) -> None:
    """One line: median, 90 % border, and the ratio to what it is held against."""
    ratio = f"   {median(times) / median(beside):4.2f} × LangGraph" if beside else ""
    print(f"{what:<58} median {median(times):8.1f} ms   90 % {quantiles(times, n=10)[-1]:8.1f} ms   n {len(times)}{ratio}")


@contextmanager
def plain_graph(folder: Path) -> Iterator[Any]:
    """LangGraph alone: one node that interrupts."""
    graph = StateGraph(_State)
    graph.add_node("ask", lambda state: {"answer": interrupt("?")})
    graph.add_edge(START, "ask")
    graph.add_edge("ask", END)
    with saver(folder) as kept:
        yield graph.compile(checkpointer=kept)


@contextmanager
def saver(folder: Path) -> Iterator[Any]:
    """LangGraph's own saver, on the same kind of database."""
    address = os.environ.get("CAREWRIGHT_DATABASE")
    if address:
        from langgraph.checkpoint.postgres import PostgresSaver

        with PostgresSaver.from_conn_string(address) as kept:
            kept.setup()
            yield kept
        return
    with closing(sqlite3.connect(folder / "baseline.db", check_same_thread=False)) as connection:
        yield SqliteSaver(connection)


def interrupted(graph: Any, run: int) -> float:
    """One interrupt and resume with `durability="sync"`."""
    config: Any = {"configurable": {"thread_id": f"baseline-{time.time_ns()}-{run}"}}
    asked = timed(lambda: graph.invoke({"answer": ""}, config, durability="sync"))
    return asked + timed(lambda: graph.invoke(Command(resume="yes"), config, durability="sync"))


def decisions(desk: Desk, graph: Any, runs: int) -> tuple[list[float], list[float], list[float]]:
    """LangGraph alone, one item of several rejected (which ends nothing), and the whole plan signed by one person."""
    alone, single, final = [], [], []
    for run in range(runs):
        name = desk.start(RECORD, AS_OF, request=f"run {run} of {runs}")
        plan = desk.show(name).plan
        last = Reject(item=plan.items[-1].id, reason="already-done")
        alone.append(interrupted(graph, run))
        single.append(timed(lambda name=name, last=last, plan=plan: desk.decide(name, PHYSICIAN, [last], plan.digest)))  # type: ignore[misc]
        rest = [Approve(item="rest")]
        final.append(timed(lambda name=name, plan=plan, rest=rest: desk.decide(name, PHYSICIAN, rest, plan.digest)))  # type: ignore[misc]
    return alone, single, final


def crowd(desk: Desk, waiting: int) -> None:
    """Rows of the worklist that differ in their id alone."""
    name = desk.start(RECORD, AS_OF)
    with desk._database.writing() as db:
        columns = [c for c in dict(db.execute("SELECT * FROM work WHERE id=?", (name,)).fetchone()) if c != "id"]
        rest = ", ".join(columns)
        for number in range(waiting - 1):
            db.execute(f"INSERT INTO work (id, {rest}) SELECT ?, {rest} FROM work WHERE id=?", (f"w-{number:010d}", name))


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--waiting", type=int, default=10_000)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "home")
        kind = "PostgreSQL" if os.environ.get("CAREWRIGHT_DATABASE") else "SQLite"
        with plain_graph(Path(folder)) as graph:
            decisions(desk, graph, 2)  # the first run reads the knowledge
            alone, single, final = decisions(desk, graph, asked.runs)
        told(f"LangGraph alone, {kind}: interrupt and resume of one node", alone)
        told(f"{kind}: a decision on one item", single, alone)
        told(f"{kind}: the decision that settles the plan, and the resume", final, alone)
        crowd(desk, asked.waiting)
        told(f"{kind}: {asked.waiting} waiting plans listed", [timed(desk.list) for _ in range(11)])


if __name__ == "__main__":
    main()
