"""PostgreSQL by one setting: the same answers, one winner, and a restart in the middle, against a real server."""

from __future__ import annotations

import gc
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agent.desk import Desk
from agent.errors import DecisionError, StoreError
from agent.review import Approve, Edit, Reject, Reviewer
from tests.store.children import exit_code, in_a_child

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 20)
PHYSICIAN = Reviewer("dr-1", "physician")

pytestmark = [pytest.mark.server, pytest.mark.slow]


def test_a_plan_is_edited_signed_and_released_and_the_audit_holds(postgres: str) -> None:
    desk = Desk()
    name = desk.start(RECORD, AS_OF)
    assert desk.start(RECORD, AS_OF) == name
    shown = desk.show(name)
    due = next(item.id for item in shown.plan.items if item.action == "order")
    desk.decide(name, PHYSICIAN, [Edit(item=due, reason="timing", within_days=3)], shown.plan.digest)
    digest = Desk().show(name).plan.digest
    with pytest.raises(DecisionError, match="not the one that was shown"):
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], shown.plan.digest)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest)
    assert Desk().release(name) == desk.release(name)
    events = [line.event for line in desk.history(name)]
    assert [events.count(e) for e in ("started", "drafted", "edited", "signed", "released", "refused")] == [1, 2, 1, 1, 1, 1]
    assert (desk.audit().faults, [w.status for w in desk.list(everything=True)]) == ((), ["approved"])


def test_a_finished_run_leaves_no_checkpoints(postgres: str) -> None:
    import psycopg

    desk = Desk()
    name = desk.start(RECORD, AS_OF)
    with psycopg.connect(postgres) as db:
        waiting = db.execute("SELECT count(*) FROM checkpoints").fetchone()
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
        db.rollback()
        assert (waiting and waiting[0] > 0, db.execute("SELECT count(*) FROM checkpoints").fetchone()) == (True, (0,))


@pytest.mark.parametrize("statement", ["UPDATE audit SET actor = 'x'", "DELETE FROM audit", "TRUNCATE audit"])
def test_the_audit_cannot_be_rewritten(postgres: str, statement: str) -> None:
    import psycopg

    Desk().start(RECORD, AS_OF)
    with psycopg.connect(postgres) as db, pytest.raises(psycopg.Error, match="append-only"):
        db.execute(statement)  # type: ignore[call-overload]


def test_a_row_that_is_altered_is_named_and_nothing_leaves(postgres: str) -> None:
    import psycopg

    desk = Desk()
    name = desk.start(RECORD, AS_OF)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
    with psycopg.connect(postgres) as db:
        db.execute("UPDATE verdict SET content = replace(encode(content, 'escape'), 'dr-1', 'dr-2')::bytea")
    assert desk.audit().faults == (f"verdict {name}, 1 was altered",)
    with pytest.raises(StoreError) as error:
        desk.release(name)
    assert error.value.reason == "corrupt"


def test_a_restart_of_the_server_loses_nothing(server: Any, postgres: str) -> None:
    desk = Desk()
    name = desk.start(RECORD, AS_OF)
    digest = desk.show(name).plan.digest
    server.stop()
    with pytest.raises(StoreError) as error:
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest)
    server.start()
    assert error.value.reason == "unavailable"
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest).status == "approved"
    assert desk.audit().faults == ()


def test_a_desk_that_nobody_needs_any_more_leaves_no_connection(postgres: str) -> None:
    import psycopg

    gc.disable()  # the server's limit is reached long before a collector sees that anything is left over
    try:
        for _ in range(5):
            Desk().list()
        with psycopg.connect(postgres) as db:
            count = (
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'idle'"
            )
            assert db.execute(count).fetchone() == (0,)
    finally:
        gc.enable()


def test_the_password_is_in_no_message(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    monkeypatch.setenv("CAREWRIGHT_DATABASE", "postgresql://someone:secret@127.0.0.1:1/none")
    with pytest.raises(StoreError) as error:
        Desk()
    assert "secret" not in str(error.value)


def test_an_address_that_is_not_postgresql_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CAREWRIGHT_DATABASE", "mysql://x")
    with pytest.raises(StoreError, match="postgresql://"):
        Desk()


def test_of_two_hundred_races_between_processes_each_has_one_winner(postgres: str) -> None:
    for race in range(200):
        name = Desk().start(RECORD, AS_OF, request=f"race {race}")
        plan = Desk().show(name).plan
        words: tuple[list[Any], ...] = ([Approve(item="rest")], [Reject(item=i.id, reason="not-appropriate") for i in plan.items])
        children = [_decided(name, number, said, plan.digest) for number, said in enumerate(words)]
        codes = [exit_code(child) for child in children]
        status = next(w.status for w in Desk().list(everything=True) if w.id == name)
        assert (sorted(codes), status) == ([0, 1], "approved" if codes[0] == 0 else "rejected")
    assert Desk().audit().faults == ()


def _decided(name: str, number: int, said: list[Any], digest: str) -> int:
    """A child that decides; it exits with 1 where another was faster."""

    def decide() -> int:
        try:
            Desk().decide(name, Reviewer(f"dr-{number}", "physician"), said, digest)
        except DecisionError:
            return 1
        return 0

    return in_a_child(decide)
