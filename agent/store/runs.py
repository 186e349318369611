"""Takes a run of the graph on, from wherever it stopped, and writes where it came to into the worklist.

Safe to call at any time and as often as one likes: a run that is at rest stays there, a run whose process died goes on, and
a verdict that was recorded and not yet told to the graph is told.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import msgspec

from agent.context import Context
from agent.errors import DecisionError, PlannerError, StoreError
from agent.freshness import knowledge_stamp
from agent.review import Outcome, Verdict
from agent.state import STATE_VERSION, first_state
from agent.store.audit import SYSTEM, append
from agent.store.connection import Connection, Database
from agent.store.decisions import applied, verdict
from agent.store.worklist import UNFINISHED, Work, WorkStatus, set_status, show_plan, work
from tools.clinical.plan import Plan

if TYPE_CHECKING:
    from langgraph.types import Durability, Interrupt, StateSnapshot


_PATIENCE_S, _PAUSE_S = 10.0, 0.02
"""So long whoever has decided waits for another who takes the run on, and so often it is asked."""


class Runner:
    """Runs of one state folder."""

    def __init__(self, database: Database, context: Callable[[Work], Context], now: Callable[[Connection], str]) -> None:
        self._database, self._context, self._now = database, context, now

    def advance(self, name: str) -> None:
        """Take the run on until it waits for people or is over.

        Raises:
            DecisionError: another process is at it (`locked`).
            RecordError, DraftError: no plan can be made; the run has failed.
            StoreError: its checkpoints cannot be read.
        """
        with self._database.alone(name):
            with self._database.reading() as db:
                found, waiting = work(db, name), _waiting(db, name)
            if found.status not in UNFINISHED and not waiting:
                return
            try:
                self._advance(found)
            except PlannerError as error:
                if found.status == "drafting" and not isinstance(error, StoreError):
                    self._failed(found, error)
                raise

    def settled(self, name: str, *, reading: bool = False) -> Work:
        """The run, once whatever was under way is done.

        Args:
            reading: whether the plan before will do where another is just drafting it anew; it says `checking`, and nobody can decide on it.

        Raises:
            DecisionError: there is none (`unknown`), or another process is at it (`locked`).
        """
        found, under_way = self._looked_up(name)
        if not under_way:
            return found
        try:
            self.advance(found.id)
        except DecisionError as error:
            if not reading or error.reason != "locked":
                raise
        return self._looked_up(found.id)[0]

    def _looked_up(self, name: str) -> tuple[Work, bool]:
        with self._database.reading() as db:
            found = work(db, name)
            return found, found.status in UNFINISHED or _waiting(db, found.id)

    def advanced(self, name: str) -> None:
        """Take the run on for somebody whose word is recorded: where another is at it already, wait for them, and fail for nothing of theirs."""
        until = time.monotonic() + _PATIENCE_S
        while time.monotonic() < until:
            try:
                self.advance(name)
            except DecisionError:
                time.sleep(_PAUSE_S)
            else:
                return

    def _advance(self, found: Work) -> None:
        from agent.graph import STEPS, kept_by

        config: Any = {"configurable": {"thread_id": found.id}, "recursion_limit": STEPS}
        with self._database.failures_named(), self._database.checkpoints() as saver:
            graph = kept_by(saver)
            before = self._readable(lambda: graph.get_state(config), found)
            values, waits = before.values, bool(before.tasks)
            step, durability = self._step(found, before)
            if step or (before.tasks and not _asked(before)):
                values = graph.invoke(step, config, context=self._context(found), durability=durability)
                waits = bool(values.get("__interrupt__"))
            self._write_down(found, values, waits)
            if not waits:
                saver.delete_thread(found.id)

    def _step(self, found: Work, before: StateSnapshot) -> tuple[Any, Durability]:
        """What the graph is told, and how often it writes down where it is.

        At each step, so that a run that dies goes on from there. Not so with an outcome: it is durable in its row before the graph
        hears of it, and the interrupt stays the last checkpoint until the run is over; after a death in between it is told again.
        """
        from langgraph.types import Command

        if not before.values:
            return first_state(found.source, found.as_of, patient=found.patient, request=found.request), "sync"
        asked = _asked(before)
        given = self._answer(found, asked) if asked else None
        if asked is None or given is None:
            return None, "sync"
        return Command(resume={asked.id: msgspec.to_builtins(given)}), "exit" if isinstance(given, Outcome) else "sync"

    def _answer(self, found: Work, waiting: Interrupt) -> Verdict | None:
        """The verdict that the graph waits for; `None` where nobody has given one on this plan."""
        with self._database.reading() as db:
            given = verdict(db, found)
        return given if waiting.value["digest"] == found.digest else None

    def _write_down(self, found: Work, values: dict[str, Any], waits: bool) -> None:
        status: WorkStatus = "awaiting-review" if waits else values["status"]
        with self._database.writing() as db:
            at = self._now(db)
            applied(db, found)
            if found.status in UNFINISHED:
                plan = msgspec.convert(values["plan"], Plan)
                show_plan(db, found.id, msgspec.structs.replace(plan, status="awaiting-review"), status, knowledge_stamp(), at)
            if not waits:
                set_status(db, found.id, status, at)

    def _failed(self, found: Work, error: PlannerError) -> None:
        with self._database.writing() as db:
            at = self._now(db)
            set_status(db, found.id, "failed", at)
            append(db, at, SYSTEM, "failed", found.id, error=type(error).__name__)

    def _readable(self, read: Callable[[], StateSnapshot], found: Work) -> StateSnapshot:
        """The checkpoint, or a StoreError: what cannot be decoded may fail in any way."""
        try:
            state = read()
        except self._database.errors:
            raise
        except Exception as error:
            raise StoreError(
                "corrupt", f"the checkpoints of {found.id} cannot be read ({type(error).__name__}); draft the plan again"
            ) from error
        version = state.values.get("version", STATE_VERSION) if state.values else STATE_VERSION
        if version != STATE_VERSION:
            raise StoreError("unavailable", f"the run {found.id} was begun by another version ({version}); draft the plan again")
        return state


def _asked(state: StateSnapshot) -> Interrupt | None:
    """What the run waits for. A node that has answered and was killed before its checkpoint is not waiting, though its
    interrupt is still written down; and it is not over, though `next` is empty: only a run without tasks is over."""
    return next((interrupt for task in state.tasks if task.result is None for interrupt in task.interrupts), None)


def _waiting(db: Connection, name: str) -> bool:
    return db.execute("SELECT 1 FROM verdict WHERE work = ? AND applied = 0", (name,)).fetchone() is not None
