"""Every column of every row of plans, decisions, verdicts, releases, records and the audit: what is altered in it is found."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.desk import Desk
from agent.review import Approve, Edit, Reject, Reviewer
from agent.store.database import FILE

ROOT = Path(__file__).resolve().parents[2]
RECORD = (ROOT / "scenarios" / "patients" / "example.json").read_bytes()
PHYSICIAN = Reviewer("dr-1", "physician")
TABLES = ("plan", "decision", "verdict", "release", "record", "audit", "work")
_TRIGGERS = "DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS audit_is_never_shortened;"
_FREE = {("verdict", "applied"), ("release", "delivered"), ("work", "status"), ("work", "ended"), ("work", "patient"), ("work", "request")}
"""What moves on by itself (a verdict is taken, a release arrives, a run ends), and the question, which the audit must not hold."""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A plan that was edited, signed and released."""
    folder = tmp_path_factory.mktemp("whole")
    desk = Desk(folder)
    name = desk.start(RECORD, date(2026, 11, 23))
    plan = desk.show(name).plan
    order = next(item.id for item in plan.items if item.action == "order")
    after = desk.decide(name, PHYSICIAN, [Edit(item=order, reason="timing", within_days=3)], plan.digest)
    desk.decide(name, PHYSICIAN, [Reject(item=order, reason="already-done")], after.digest)
    desk.decide(name, PHYSICIAN, [Approve(item="rest")], after.digest)
    desk.release(name)
    assert desk.audit().faults == ()
    desk._database.close()
    return folder


def columns(home: Path) -> list[tuple[str, str]]:
    with closing(sqlite3.connect(home / FILE)) as db:
        found = [(table, row[1]) for table in TABLES for row in db.execute(f"PRAGMA table_info({table})")]
    return [pair for pair in found if pair not in _FREE]


def altered(value: Any, at: int) -> Any:
    """The value with one byte changed."""
    if isinstance(value, bytes):
        at %= len(value)
        return value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
    if isinstance(value, str):
        at %= max(1, len(value))
        return value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :] if value else "x"
    return (value or 0) + 1000


def faults(home: Path, copy: Path, table: str, column: str, row: int, at: int) -> tuple[str, ...]:
    """What the audit finds once a byte of this column in the nth row is another."""
    copy.mkdir(parents=True, exist_ok=True)
    shutil.copy(home / FILE, copy / FILE)
    keys = {"record": "digest", "work": "id", "audit": "seq", "plan": "round", "verdict": "round", "release": "work", "decision": "item"}
    with closing(sqlite3.connect(copy / FILE)) as db, db:
        db.executescript(_TRIGGERS)
        found = db.execute(f"SELECT {keys[table]}, {column} FROM {table} ORDER BY {keys[table]}").fetchall()
        key, value = found[row % len(found)]
        try:
            db.execute(f"UPDATE {table} SET {column} = ? WHERE {keys[table]} = ?", (altered(value, at), key))
        except sqlite3.IntegrityError as error:  # another row is there already: the database itself refuses
            return (str(error),)
    desk = Desk(copy)
    try:
        return desk.audit().faults
    finally:
        desk._database.close()


def test_a_changed_byte_in_any_column_is_found(home: Path, tmp_path: Path) -> None:
    found = {(table, column): faults(home, tmp_path / "copy", table, column, 0, 0) for table, column in columns(home)}
    assert [pair for pair, told in found.items() if not told] == []
    assert len(found) > 40


@pytest.mark.slow
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_a_changed_byte_anywhere_is_found(home: Path, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    table, column = data.draw(st.sampled_from(columns(home)))
    row, at = data.draw(st.integers(0, 200)), data.draw(st.integers(0, 500_000))
    assert faults(home, tmp_path_factory.mktemp("copy"), table, column, row, at)


@pytest.mark.parametrize("table", ["plan", "decision", "verdict", "release", "record", "audit", "work"])
def test_a_row_that_is_gone_is_found(home: Path, tmp_path: Path, table: str) -> None:
    shutil.copy(home / FILE, tmp_path / FILE)
    with closing(sqlite3.connect(tmp_path / FILE)) as db, db:
        db.executescript(_TRIGGERS)
        rowid = {
            "plan": "round",
            "decision": "item",
            "verdict": "round",
            "release": "work",
            "record": "digest",
            "audit": "seq",
            "work": "id",
        }
        (first,) = db.execute(f"SELECT min({rowid[table]}) FROM {table}").fetchone()
        db.execute(f"DELETE FROM {table} WHERE {rowid[table]} = ?", (first,))
    assert Desk(tmp_path).audit().faults
