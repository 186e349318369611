"""A backup holds everything, a restored desk goes on, and what is not whole is not restored."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from agent.desk import Desk
from agent.errors import StoreError
from agent.review import Approve, Reviewer
from agent.store.backup import backup, restore

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
PHYSICIAN = Reviewer("dr-1", "physician")


@pytest.fixture
def name(tmp_path: Path) -> str:
    waits = Desk(tmp_path / "a").start(RECORD, date(2026, 11, 20))
    backup(tmp_path / "copy", tmp_path / "a")
    return waits


def test_a_restored_plan_can_be_signed(tmp_path: Path, name: str) -> None:
    restore(tmp_path / "copy", tmp_path / "b")
    desk = Desk(tmp_path / "b")
    assert desk.decide(name, PHYSICIAN, [Approve(item="rest")], desk.show(name).plan.digest).status == "approved"
    assert desk.audit().faults == ()
    assert stat.S_IMODE((tmp_path / "copy").stat().st_mode) == 0o600


def test_nothing_is_overwritten(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="overwritten"):
        backup(tmp_path / "copy", tmp_path / "a")
    with pytest.raises(StoreError, match="overwritten"):
        restore(tmp_path / "copy", tmp_path / "a")


def test_a_backup_that_was_altered_is_not_restored(tmp_path: Path, name: str) -> None:
    with closing(sqlite3.connect(tmp_path / "copy")) as db, db:
        db.execute("UPDATE plan SET content = x'00'")
    with pytest.raises(StoreError, match="was altered"):
        restore(tmp_path / "copy", tmp_path / "b")
    assert Desk(tmp_path / "b").list() == ()
