"""What can go wrong underneath: each failure has its name, nothing is lost, and the worklist is still true."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.desk import Desk
from agent.errors import StoreError
from agent.review import Approve, Reviewer
from agent.store.database import FILE, SqliteDatabase

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
AS_OF = date(2026, 11, 20)
PHYSICIAN = Reviewer("dr-1", "physician")


@pytest.fixture
def waiting(tmp_path: Path) -> tuple[Desk, str, str]:
    desk = Desk(tmp_path)
    name = desk.start(RECORD, AS_OF)
    return desk, name, desk.show(name).plan.digest


def with_pragma(desk: Desk, monkeypatch: pytest.MonkeyPatch, pragma: str) -> None:
    """Every connection from now on has this setting."""
    desk._database.close()
    real = SqliteDatabase._connect

    def connect(self: SqliteDatabase) -> sqlite3.Connection:
        db = real(self)
        db.execute(pragma).fetchall()
        return db

    monkeypatch.setattr(SqliteDatabase, "_connect", connect)


def fails_then_goes_on(waiting: tuple[Desk, str, str], monkeypatch: pytest.MonkeyPatch, pragma: str) -> str:
    """The name of the failure; once its cause is gone, the same decision is taken."""
    desk, name, digest = waiting
    said = [Approve(item="rest")]
    before = desk.audit().lines
    with monkeypatch.context() as broken:
        with_pragma(desk, broken, pragma)
        with pytest.raises(StoreError) as error:
            desk.decide(name, PHYSICIAN, said, digest)
        assert [(w.id, w.status) for w in desk.list()] == [(name, "awaiting-review")]
    desk._database.close()
    assert (desk.audit().lines, desk.audit().faults) == (before, ())
    assert desk.decide(name, PHYSICIAN, said, digest).status == "approved"
    return error.value.reason


def test_on_a_full_disk_a_decision_is_refused_and_can_be_taken_later(waiting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails_then_goes_on(waiting, monkeypatch, "PRAGMA max_page_count=1") == "full"


def test_on_a_read_only_database_a_decision_is_refused_and_can_be_taken_later(waiting: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert fails_then_goes_on(waiting, monkeypatch, "PRAGMA query_only=ON") == "read-only"


def test_a_clock_that_jumps_back_does_not_turn_the_audit_round(tmp_path: Path) -> None:
    times = iter([datetime(2026, 11, 20, 9, tzinfo=UTC), *(datetime(2026, 11, 19, tzinfo=UTC) + timedelta(seconds=n) for n in range(99))])
    desk = Desk(tmp_path, clock=lambda: next(times))
    name = desk.start(RECORD, AS_OF)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest)
    told = [line.at for line in desk.history(name)]
    assert (told, told[0][:10], desk.audit().faults) == (sorted(told), "2026-11-20", ())


def test_a_corrupted_checkpoint_is_named_and_the_decision_is_kept(waiting: tuple[Desk, str, str], tmp_path: Path) -> None:
    desk, name, digest = waiting
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.execute("UPDATE checkpoints SET checkpoint = x'c1ff00'")
    with pytest.raises(StoreError) as error:
        desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest)
    events = [line.event for line in desk.history(name)]
    assert (error.value.reason, events.count("signed"), desk.audit().faults) == ("corrupt", 1, ())


def test_a_file_that_was_half_written_is_named(waiting: tuple[Desk, str, str], tmp_path: Path) -> None:
    waiting[0]._database.close()
    file = tmp_path / FILE
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    with pytest.raises(StoreError) as error:
        Desk(tmp_path).audit()
    assert error.value.reason == "corrupt"


@pytest.mark.parametrize("cut", [1, 100, 4_096, 4_120, 9_000, 40_000, 90_000])
def test_a_log_that_was_half_written_loses_what_was_never_confirmed_and_nothing_else(
    waiting: tuple[Desk, str, str], tmp_path: Path, cut: int
) -> None:
    desk, name, digest = waiting
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], digest)
    after = tmp_path / "after"
    after.mkdir()
    for part in (FILE, f"{FILE}-wal"):
        (after / part).write_bytes((tmp_path / part).read_bytes())
    log = after / f"{FILE}-wal"
    log.write_bytes(log.read_bytes()[:-cut])
    again = Desk(after)
    again.recover()
    assert again.audit().faults == ()
    for row in again.list(everything=True):
        shown = again.show(row.id)
        if shown.status == "awaiting-review":
            again.decide(row.id, PHYSICIAN, [Approve(item="rest")], shown.plan.digest)
        assert again.release(row.id)["resourceType"] == "Bundle"
    assert again.audit().faults == ()


def test_two_signatures_count_in_their_order_though_the_clock_stands_and_jumps_back(tmp_path: Path) -> None:
    times = [datetime(2026, 11, 20, 9, tzinfo=UTC)]
    desk = Desk(tmp_path, clock=lambda: times[0])
    name = desk.start(RECORD, AS_OF)
    plan = desk.show(name).plan
    first = next(item.id for item in plan.items if item.action == "order")
    desk.decide(name, Reviewer("zz-first", "physician"), [Approve(item=first)], plan.digest)
    times[0] -= timedelta(hours=3)
    desk.decide(name, Reviewer("aa-second", "physician"), [Approve(item="rest")], plan.digest)
    assert desk.release(name)["resourceType"] == "Bundle"
    told = [line.at for line in desk.history()]
    assert told == sorted(told)


def test_a_read_only_folder_is_named_before_anything_is_drafted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(tmp_path)
    with monkeypatch.context() as broken:
        with_pragma(desk, broken, "PRAGMA query_only=ON")
        with pytest.raises(StoreError) as error:
            desk.start(RECORD, AS_OF)
    desk._database.close()
    assert (error.value.reason, desk.list(everything=True), desk.audit().lines) == ("read-only", (), 0)
